"""The bar and the panel of a sign-in."""

from __future__ import annotations

from collections.abc import Callable

import shiboken6
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from app.core.i18n import tr
from app.domain.account import Account
from app.domain.sign_in import SignInWay
from app.services.text.sign_in_text import admin_request, needs_admin
from app.ui import icons, theme
from app.ui.inputs import FormLine
from app.ui.widgets import Label, say_aloud
from app.views.settings.fields import press_with_enter
from app.views.settings.sign_in_session import BrowserSignIn, SignInSession


class SignInBar(QFrame):
    """Draws a SignInSession; hidden while nothing is asked. `ask_now` puts the focus into it.

    When it goes, the focus goes back to where it came from, or to what `rest_focus` chooses.
    """

    def __init__(
        self, session: SignInSession, parent: QWidget | None = None, rest_focus: Callable[[], None] = lambda: None
    ) -> None:
        super().__init__(parent)
        self._session, self._rest_focus = session, rest_focus
        self._asked_for = ""
        self._back_to: QWidget | None = None
        self.setProperty("kind", "bar")
        self._icon = Label(self)
        icons.put(self._icon, "lock-keyhole", "accent", 18)
        self._label = Label(self)
        self.line = FormLine(self)
        self.line.setProperty("kind", "box")
        self.line.setEchoMode(QLineEdit.EchoMode.Password)
        self.line.setMaximumWidth(260)
        self._label.setBuddy(self.line)
        self.sign_in = press_with_enter(QPushButton(tr("Si&gn in"), self))
        self.sign_in.setProperty("kind", "primary")
        self.ask_admin = press_with_enter(QPushButton(tr("Copy &details"), self))
        self.ask_admin.setAccessibleDescription(tr("A request to your administrator, with a link, ready to be sent."))
        self.ask_admin.setProperty("kind", "link")
        self.ask_admin.clicked.connect(self._copy_request)
        self.later = press_with_enter(QPushButton(tr("&Later"), self))
        self.later.setProperty("kind", "quiet")
        self._error = Label(self)
        self._error.setProperty("tone", "bad")
        self._error.setFont(theme.font(size=12))
        self._error.setWordWrap(True)
        self.panel: SignInPanel | None = None
        self.line.returnPressed.connect(self._sign_in)
        self.sign_in.clicked.connect(self._sign_in)
        self.later.clicked.connect(self._postpone)
        self.setFocusProxy(self.line)
        self._build()
        session.changed.subscribe(lambda _: self.refresh())
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.focusChanged.connect(self._focus_moved)
        self.refresh()

    def _focus_moved(self, before: QWidget | None, now: QWidget | None) -> None:
        """Note where the focus came from, by whichever key or press of the mouse."""
        if now is not None and before is not None and self.isAncestorOf(now) and not self.isAncestorOf(before):
            self._back_to = before

    def _build(self) -> None:
        line = QHBoxLayout()
        line.setSpacing(theme.GAP)
        line.addWidget(self._icon)
        line.addWidget(self._label)
        line.addWidget(self.line, 1)
        line.addWidget(self.sign_in)
        line.addWidget(self.ask_admin)
        line.addWidget(self.later)
        line.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 8, 8, 8)
        column.setSpacing(4)
        column.addLayout(line)
        column.addWidget(self._error)
        self._error.setContentsMargins(18 + theme.GAP, 0, 0, 0)

    def ask_now(self) -> None:
        """Put the focus into the bar, which gives it back when it is done."""
        if self._session.account is not None:
            (self.sign_in if self._session.by_browser else self.line).setFocus(Qt.FocusReason.ShortcutFocusReason)

    def refresh(self) -> None:
        """Draw what the session says."""
        account = self._session.account
        if account is None:
            self._leave()
            return
        if account.account_id != self._asked_for:
            self._asked_for = account.account_id
            self.line.clear()
        (self._refresh_browser if self._session.by_browser else self._refresh_password)(account)
        if self.panel is not None:
            self.panel.refresh()
        error = self._session.error or (self._session.browser.error if self._session.by_browser else "")
        if error and error != self._error.text():
            say_aloud(self, error)
            self.line.selectAll()
        self.ask_admin.setVisible(self._needs_admin())
        self._error.setText(error)
        self._error.setVisible(bool(error))
        self.line.setAccessibleDescription(error)
        self.show()

    def _needs_admin(self) -> bool:
        trouble = self._session.browser.trouble
        return self._session.by_browser and trouble is not None and needs_admin(trouble.detail)

    def _copy_request(self) -> None:
        account, trouble = self._session.account, self._session.browser.trouble
        if account is not None and trouble is not None:
            QGuiApplication.clipboard().setText(admin_request(account, trouble.detail))
            say_aloud(self.ask_admin, tr("Copied"))

    def _refresh_password(self, account: Account) -> None:
        self.line.show()
        self.later.show()
        self.setFocusProxy(self.line)
        self._label.setText(tr("&Password for {address}", address=account.address.replace("&", "&&")))
        self.line.setAccessibleName(tr("Password for {address}", address=account.address))
        self.line.setReadOnly(self._session.trying)
        self._emphasise(True)
        self.sign_in.setEnabled(not self._session.trying)
        self.sign_in.setText(tr("Signing in…") if self._session.trying else tr("Si&gn in"))

    def _emphasise(self, on: bool) -> None:
        kind = "primary" if on else ""
        if self.sign_in.property("kind") != kind:
            self.sign_in.setProperty("kind", kind)
            self.sign_in.style().polish(self.sign_in)

    def _make_panel(self) -> SignInPanel:
        """The panel, with the first account that needs it: most starts do not."""
        panel = SignInPanel(self._session.browser, self)
        panel.setContentsMargins(18 + theme.GAP, 0, 0, 4)
        panel.other_way.clicked.connect(self._change_way)
        column = self.layout()
        if isinstance(column, QVBoxLayout):
            column.insertWidget(column.indexOf(self._error), panel)
        return panel

    def _refresh_browser(self, account: Account) -> None:
        self.panel = self.panel or self._make_panel()
        self.line.hide()
        self.setFocusProxy(self.sign_in)
        self._label.setText(tr("Sign in again to {address}", address=account.address.replace("&", "&&")))
        self.sign_in.setEnabled(True)
        self.sign_in.setText(tr("&Stop") if self._session.trying else tr("Si&gn in again"))
        self._emphasise(not self._session.trying)
        self.later.setVisible(not self._session.trying)
        self.sign_in.setAccessibleName(tr("Sign in again to {address}", address=account.address))

    def _change_way(self) -> None:
        by_code = self._session.browser.way is SignInWay.CODE
        self._session.sign_in_by(SignInWay.BROWSER if by_code else SignInWay.CODE)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self._postpone()
        else:
            super().keyPressEvent(event)

    def _sign_in(self) -> None:
        if not self._session.by_browser:
            self._session.sign_in(self.line.text())
        elif self._session.trying:
            self._session.stop()
        else:
            self._session.sign_in_by(SignInWay.BROWSER)

    def _postpone(self) -> None:
        self._session.postpone()

    def _leave(self) -> None:
        focus: QWidget | None = self.window().focusWidget()
        had_focus = focus is not None and self.isAncestorOf(focus)
        back_to, self._back_to = self._back_to, None
        self._asked_for = ""
        self.line.clear()
        self.hide()
        if had_focus and back_to is not None and shiboken6.isValid(back_to) and back_to.isVisible():
            back_to.setFocus()
        elif had_focus:
            self._rest_focus()


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
