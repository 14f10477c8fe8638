"""A quiet word at the head of a letter: that it was brought back, what was left out of a link. It goes by itself.

It stands beside the bar that says what is wrong, and never in its place.
"""

from __future__ import annotations

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QWidget

from app.ui.bars import MessageBar

_SIDE = 28


class Aside(QWidget):
    """The word in one letter's pane. Made when there is something to say."""

    def __init__(self, pane: QWidget) -> None:
        super().__init__(pane)
        self.bar = MessageBar(self, closable=True)
        line = QHBoxLayout(self)
        line.setContentsMargins(_SIDE, 0, _SIDE, 4)
        line.addWidget(self.bar)
        self._leave = QTimer(self)
        self._leave.setSingleShot(True)
        self._leave.timeout.connect(self.end)
        column = pane.layout()
        if isinstance(column, QBoxLayout):
            column.insertWidget(1, self)

    def say(self, words: str, milliseconds: int, *, tone: str = "info") -> None:
        """Say it, for as long as it takes to be read; 0 leaves it until it is closed."""
        self.bar.say(words, tone=tone)
        self.show()
        if milliseconds:
            self._leave.start(milliseconds)

    def end(self) -> None:
        """Go."""
        self._leave.stop()
        self.bar.dismiss()
        self.hide()
