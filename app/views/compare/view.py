"""Draws a comparison: what is so, three ways to end it, and both versions side by side."""

from __future__ import annotations

from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QTextEdit, QVBoxLayout, QWidget

from app.commands.command import Context, Registry
from app.core.i18n import tr
from app.ui import icons, keys, theme
from app.ui.label import Label
from app.views.compare.page import ANCHOR, html_of, shown_differences
from app.views.compare.session import CompareSession, Stand

_SIDE = 32


class _Page(QTextEdit):
    """Read only; it fetches nothing, whatever its words are."""

    def loadResource(self, kind: int, name: QUrl | str) -> None:
        return None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            event.ignore()
        else:
            super().keyPressEvent(event)


class CompareView(QWidget):
    """The page of one comparison. `left` says that the person chose nothing for now."""

    left = Signal()

    def __init__(self, session: CompareSession, registry: Registry, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self._registry = registry
        self._html = ""
        self._at = -1
        self.setObjectName("pane")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName(tr("Compare"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._title = Label(tr("This draft was changed elsewhere"), self)
        self._title.setFont(theme.font(size=18, semibold=True))
        self._words = Label(self)
        self._words.setProperty("tone", "muted")
        self._words.setWordWrap(True)
        self.page = _Page(self)
        self.page.setReadOnly(True)
        self.page.setFrameShape(QFrame.Shape.NoFrame)
        self.page.setAccessibleName(tr("Both versions"))
        self.page.setFont(theme.font(size=14))
        self.page.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.mine = self._button("compare.mine", "hard-drive")
        self.theirs = self._button("compare.theirs", "cloud-check")
        self.both = self._button("compare.both", "file-text")
        self.again = self._button("compare.again", "rotate-ccw")
        self._build()
        keys.bind(self, registry, Context.COMPARE, registry.attempt)
        session.changed.subscribe(lambda _: self.refresh())
        self.refresh()

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(_SIDE, 24, _SIDE, 16)
        column.setSpacing(8)
        column.addWidget(self._title)
        column.addWidget(self._words)
        line = QHBoxLayout()
        line.setSpacing(8)
        for button in (self.mine, self.theirs, self.both):
            line.addWidget(button)
        line.addStretch(1)
        line.addWidget(self.again)
        column.addLayout(line)
        column.addSpacing(8)
        column.addWidget(self.page, 1)

    def _button(self, command: str, icon: str) -> QPushButton:
        found = self._registry.command(command)
        button = QPushButton(self)
        button.setProperty("kind", "quiet")
        icons.put(button, icon, "muted")
        shown = keys.shown(found)
        button.setText(f"{found.shown_title()}  ({shown})" if shown else found.shown_title())
        button.setAccessibleName(found.shown_title())
        button.setToolTip(keys.tip(found.shown_title(), found))
        button.setAccessibleDescription(shown)
        button.clicked.connect(lambda: self._registry.run(command))
        return button

    def refresh(self) -> None:
        """Draw how the comparison stands."""
        session = self.session
        self._words.setText(self._sentence())
        self._words.setAccessibleName(self._words.text())
        for button in (self.mine, self.theirs):
            button.setEnabled(session.can_choose())
        self.both.setEnabled(session.can_keep_both())
        self.again.setVisible(session.stand is not Stand.READING)
        if session.comparison is None or session.stand in {Stand.READING, Stand.CHOSEN}:
            return
        self._show(html_of(session.comparison, theme.scheme(), session.now()))

    def _sentence(self) -> str:
        words = self.session.words()
        if self.session.can_choose():
            return tr("{found}. Choose which version to keep; until then nothing is changed.", found=words.rstrip("."))
        if self.session.stand is Stand.FAILED:
            return tr("{trouble} Your text is safe here, and can be kept as a new draft.", trouble=words)
        return words

    def _show(self, html: str) -> None:
        if html != self._html:
            self._html = html
            self._at = -1
            self.page.setHtml(html)

    def redress(self) -> None:
        """Draw in the colours of now."""
        self.refresh()

    def step(self, by: int) -> None:
        """Go to the next difference, or the one before; round at the ends."""
        count = shown_differences(self._html)
        if count:
            self._at = (self._at + by) % count if self._at >= 0 else (0 if by > 0 else count - 1)
            self.page.scrollToAnchor(f"{ANCHOR}{self._at}")

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.page.setFocus(event.reason())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)
