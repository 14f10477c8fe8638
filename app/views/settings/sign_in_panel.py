"""Shows a sign-in that is under way: what to do, the code where there is one, and the other ways to do it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from app.core.i18n import tr
from app.domain.sign_in import SignInWay
from app.ui import theme
from app.ui.announcing import say_aloud
from app.ui.label import Label
from app.views.settings.browser_sign_in import BrowserSignIn
from app.views.settings.fields import press_with_enter

_PADDING = 5
"""What a button that looks like a link has before its words: the sentence begins where they do."""


class SignInPanel(QFrame):
    """Draws a BrowserSignIn; hidden while none is under way. `other_way` is the button that changes the way."""

    def __init__(self, sign_in: BrowserSignIn, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._sign_in = sign_in
        self._said = ""
        self._words = Label(self)
        self._words.setWordWrap(True)
        self._words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.code = Label(self)
        self.code.setFont(theme.font(size=22, semibold=True))
        self.code.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.open = self._button(tr("Open &again"))
        self.copy = self._button(tr("Copy &link"))
        self.other_way = self._button("")
        self.open.clicked.connect(sign_in.open_page)
        self.copy.clicked.connect(self._copy)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        for label in (self._words, self.code):
            label.setContentsMargins(_PADDING, 0, 0, 0)
        column.addWidget(self._words)
        column.addWidget(self.code)
        for row in ((self.open, self.copy), (self.other_way,)):
            buttons = QHBoxLayout()
            buttons.setSpacing(theme.GAP)
            for button in row:
                buttons.addWidget(button)
            buttons.addStretch(1)
            column.addLayout(buttons)
        self.refresh()

    def _button(self, words: str) -> QPushButton:
        button = press_with_enter(QPushButton(words, self))
        button.setProperty("kind", "link")
        return button

    def refresh(self) -> None:
        """Draw what the sign-in says."""
        sign_in, page = self._sign_in, self._sign_in.page
        by_code = sign_in.way is SignInWay.CODE
        words = sign_in.words
        self._words.setText(words)
        self._words.setVisible(bool(words))
        code = page.code if page is not None else ""
        self.code.setText(code)
        self.code.setAccessibleName(tr("Code: {code}", code=code) if code else "")
        self.code.setVisible(bool(code))
        for button in (self.open, self.copy, self.other_way):
            button.setVisible(page is not None)
        self.open.setText(tr("Open it here &as well") if by_code else tr("Open &again"))
        self.copy.setText(tr("Copy t&he code") if by_code else tr("Copy &link"))
        self.other_way.setText(tr("Use this computer’s bro&wser") if by_code else tr("Sho&w a code instead"))
        self.setVisible(bool(words))
        spoken = f"{words} {code}".strip()
        if spoken and spoken != self._said:
            say_aloud(self, spoken)
        self._said = spoken

    def _copy(self) -> None:
        page = self._sign_in.page
        if page is not None:
            QGuiApplication.clipboard().setText(page.code or page.url)
