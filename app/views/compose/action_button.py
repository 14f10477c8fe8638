"""A button of the bar above a message: reached by Tab from the text, and safe from keys that were meant for it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QPushButton, QToolTip, QWidget

from app.ui.widgets import is_typed, plain_tip, say_aloud

_ENTER = frozenset({Qt.Key.Key_Return, Qt.Key.Key_Enter})


class ActionButton(QPushButton):
    """Space presses it. Characters go on to `type_on`: a Tab meant for the text must not lose what follows it."""

    def __init__(self, type_on: Callable[[QKeyEvent], object], parent: QWidget) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._type_on = type_on
        self.not_by_enter: Callable[[], str] = lambda: ""
        """Returns what is said at Enter instead of pressing the button; "" lets Enter press it where systems do so."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        words = self.not_by_enter() if event.key() in _ENTER else ""
        if words:
            QToolTip.showText(self.mapToGlobal(QPoint(0, self.height())), plain_tip(words), self)
            say_aloud(self, words)
        elif is_typed(event) and event.key() != Qt.Key.Key_Space:
            self._type_on(event)
        else:
            super().keyPressEvent(event)
