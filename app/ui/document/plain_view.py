"""Shows plain text that is only read: in pieces where it is long, and long lines in parts.

A line is cut for the eye alone. What is copied has no break where the text has none.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from PySide6.QtCore import QMimeData, Signal
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from app.core.layout_bounds import LONGEST_PART, direction_runs, shown_lines
from app.ui import theme
from app.ui.document.formats import unbroken

_PIECE: Final = 300_000
_OF_LINE: Final = 40
_OF_TURN: Final = 120
"""Weights of what is shown at once: a character weighs one."""
_GOES_ON: Final = 1
"""State of a block that goes on in the line in which the block before ended."""


class PlainView(QPlainTextEdit):
    """A read-only text. `pieces_changed` says that another piece is shown."""

    pieces_changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.piece = 0
        self._text: str | None = None
        self._coming: Iterator[tuple[str, bool]] = iter(())
        self._next: tuple[str, bool] | None = None
        self._made: list[list[tuple[str, bool]]] = []
        self.verticalScrollBar().rangeChanged.connect(self._make_room)
        self._make_room(0, 0)
        self.setReadOnly(True)
        self.setUndoRedoEnabled(False)

    def _make_room(self, _least: int, most: int) -> None:
        """Let the text end where all else does, beside a scroll bar or not."""
        self.setViewportMargins(0, 0, theme.margin_of_text(scrolls=most > 0), 0)

    def show_text(self, text: str) -> None:
        """Show a text, from its first piece on; one that is shown already stays as it is."""
        if text == self._text:
            return
        self._text = text
        self._made = []
        self._coming = shown_lines(text)
        self._next = next(self._coming, None)
        self.show_piece(0)

    def has_more(self) -> bool:
        """Return whether more comes behind the piece that is shown."""
        return self.piece + 1 < len(self._made) or self._next is not None

    def show_piece(self, number: int) -> None:
        """Show one of the pieces."""
        while len(self._made) <= number and self._next is not None:
            self._made.append(self._cut())
        if not 0 <= number < len(self._made):
            return
        self.piece = number
        shown = self._made[number]
        self.setPlainText("\n".join(part for part, _ in shown))
        if any(goes_on for _, goes_on in shown):
            block = self.document().begin()
            for _, goes_on in shown:
                block.setUserState(_GOES_ON if goes_on else 0)
                block = block.next()
        self.pieces_changed.emit()

    def begins_within_a_line(self) -> bool:
        """Return whether the piece that is shown goes on in the line in which the one before it ended."""
        return bool(self._made) and self._made[self.piece][0][1]

    def _cut(self) -> list[tuple[str, bool]]:
        made: list[tuple[str, bool]] = []
        weight = 0
        while self._next is not None and weight < _PIECE:
            part = self._next[0]
            made.append(self._next)
            weight += _OF_LINE + len(part) + (_OF_TURN * direction_runs(part) if len(part) > LONGEST_PART // 40 else 0)
            self._next = next(self._coming, None)
        return made

    def createMimeDataFromSelection(self) -> QMimeData:
        data = QMimeData()
        data.setText(unbroken(self.textCursor(), lambda block: block.userState() == _GOES_ON))
        return data
