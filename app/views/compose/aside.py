"""A quiet word at the head of a letter: that it was brought back, what was left out of a link. It goes by itself.

It stands beside the bar that says what is wrong, and never in its place.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QWidget

from app.ui.bars import MessageBar

_SIDE = 28
Offer = tuple[str, Callable[[], object]]
"""One thing to do: the words on its button, and what does it."""


class Aside(QWidget):
    """The word in one letter's pane. Made when there is something to say."""

    def __init__(self, pane: QWidget) -> None:
        super().__init__(pane)
        self.bar = MessageBar(self, closable=True)
        line = QHBoxLayout(self)
        line.setContentsMargins(_SIDE, 0, _SIDE, 4)
        line.addWidget(self.bar)
        self._offer: Callable[[], object] | None = None
        self.bar.action_wanted.connect(lambda _: self.act())
        self._leave = QTimer(self)
        self._leave.setSingleShot(True)
        self._leave.timeout.connect(self.end)
        column = pane.layout()
        if isinstance(column, QBoxLayout):
            column.insertWidget(1, self)

    def say(self, words: str, milliseconds: int, *, tone: str = "info", offer: Offer | None = None) -> None:
        """Say it, for as long as it takes to be read; 0 leaves it until it is closed. `offer` is one thing to do, in
        words, and its doing: the word goes with it.
        """
        self._offer = None if offer is None else offer[1]
        self.bar.say(words, tone=tone, action=None if offer is None else ("aside", offer[0]))
        self.show()
        if milliseconds:
            self._leave.start(milliseconds)

    def act(self) -> bool:
        """Do what is offered; False where nothing is."""
        offer = self._offer
        if offer is None:
            return False
        self.end()
        offer()
        return True

    def end(self) -> None:
        """Go."""
        self._offer = None
        self._leave.stop()
        self.bar.dismiss()
        self.hide()
