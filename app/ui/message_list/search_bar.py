"""The line in which one looks for something: what is typed is found while it is typed, and operators finish themselves.

Tab takes the first offer, Enter and Down go to what was found, Shift+Enter asks the server, Escape ends it.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from app.core.i18n import tr
from app.domain.query import Completion
from app.ui import icons
from app.ui.widgets import Label

_PAUSE = 20
"""Milliseconds after a key before the list is searched: an outdated search does not delay further typing."""
_OFFERS = 3


class SearchBar(QFrame):
    """`asked` carries what is looked for, `offer_wanted` what is being typed, the others what the keys say."""

    asked = Signal(str)
    offer_wanted = Signal(str)
    left = Signal()
    entered = Signal()
    ended = Signal()
    server_wanted = Signal()

    def __init__(self, parent: QWidget, keys: str = "") -> None:
        """`keys` says what Enter and Shift+Enter do, where that is not the usual."""
        super().__init__(parent)
        self._keys = keys or tr("Enter: to the list · Shift+Enter: on the server")
        self._offers: list[Completion] = []
        self.line = _Line(self)
        self.line.setProperty("kind", "box")
        self.line.setPlaceholderText(tr("Find by words, people, to:, has:attachment…"))
        self.line.setAccessibleName(tr("Find in this list"))
        icon = Label(self)
        icons.put(icon, "search", "muted", 16)
        close = QPushButton(self)
        close.setProperty("kind", "quiet")
        close.setAccessibleName(tr("End the search"))
        close.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        icons.put(close, "x", "muted", 14)
        close.clicked.connect(self.ended)
        self._hint = Label(self)
        self._hint.setProperty("tone", "faint")
        self._hint.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        line = QHBoxLayout()
        line.setSpacing(8)
        line.addWidget(icon)
        line.addWidget(self.line, 1)
        line.addWidget(close)
        column = QVBoxLayout(self)
        column.setContentsMargins(18, 0, 12, 6)
        column.setSpacing(4)
        column.addLayout(line)
        column.addWidget(self._hint)
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(_PAUSE)
        self._soon.timeout.connect(lambda: self.asked.emit(self.line.text()))
        self.line.textEdited.connect(self._typed)
        self.line.pressed.connect(self._pressed)
        self.offer([])
        self.hide()

    def begin(self) -> None:
        """Take the focus, with what was looked for last selected."""
        self.show()
        self.line.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.line.selectAll()
        self.offer_wanted.emit(self.line.text())

    def end(self) -> None:
        """Look for nothing."""
        self._soon.stop()
        self.line.clear()
        self.hide()

    def offer(self, offers: Sequence[Completion]) -> None:
        """Show what could be meant."""
        self._offers = list(offers)
        shown = "   ".join(one.shown for one in self._offers[:_OFFERS])
        words = tr("Tab: {offers}", offers=shown) if shown else self._keys
        self._hint.setText(words)
        self.line.setAccessibleDescription(words)

    def _typed(self, text: str) -> None:
        self._soon.start()
        self.offer_wanted.emit(text)

    def _pressed(self, key: int, shifted: bool) -> None:
        if key == Qt.Key.Key_Tab:
            self._take_offer()
        elif key == Qt.Key.Key_Escape:
            self.ended.emit()
        else:
            self._soon.stop()
            self.asked.emit(self.line.text())
            if key != Qt.Key.Key_Down and shifted:
                self.server_wanted.emit()
            elif key != Qt.Key.Key_Down:
                self.entered.emit()
            else:
                self.left.emit()

    def _take_offer(self) -> None:
        if self._offers:
            self.line.setText(self._offers[0].text)
            self._typed(self.line.text())
        else:
            self.left.emit()


class _Line(QLineEdit):
    """A line that emits the keys that leave it."""

    pressed = Signal(int, bool)

    def event(self, event: QEvent) -> bool:
        # Tab would be taken for the way to the next field before keyPressEvent sees it.
        if event.type() is QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Tab:
            self.pressed.emit(event.key(), False)
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        others = event.modifiers() & ~(Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier)
        leaves = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Down, Qt.Key.Key_Escape)
        if leaves and others:
            event.accept()  # Ctrl+Enter sends elsewhere, and is to do nothing like it here
        elif leaves:
            self.pressed.emit(event.key(), bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier))
        else:
            super().keyPressEvent(event)
