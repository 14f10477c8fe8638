"""The line at the left of what is quoted, in a text that is written and in one that is read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRect
from PySide6.QtGui import QColor, QPainter, QTextBlock, QTextCursor, QTextTable
from PySide6.QtWidgets import QTextEdit

from app.ui import theme
from app.ui.document.formats import INDENT, Own

if TYPE_CHECKING:
    from PySide6.QtGui import QAbstractTextDocumentLayout

_WIDTH = 2


def paint_quotes(editor: QTextEdit, area: QRect) -> None:
    """Draw the lines of what is quoted, as far as it is seen: one line from the first paragraph to the last."""
    painter = QPainter(editor.viewport())
    document = editor.document()
    layout = document.documentLayout()
    block = editor.cursorForPosition(area.topLeft()).block()
    shift = editor.verticalScrollBar().value()
    tables = bool(document.rootFrame().childFrames())
    colour = QColor(theme.color("edge"))
    while block.isValid():
        depth, top, end = _quoted(block, layout, tables=tables)
        if top - shift > area.bottom():
            break
        following = block.next()
        if depth and following.isValid():
            also, next_top, _ = _quoted(following, layout, tables=tables)
        else:
            also, next_top = 0, end
        for level in range(depth):
            lower = max(end, next_top) if level < also else end
            painter.fillRect(level * INDENT, round(top) - shift, _WIDTH, round(lower) - round(top), colour)
        block = following
    painter.end()


def _quoted(block: QTextBlock, layout: QAbstractTextDocumentLayout, *, tables: bool) -> tuple[int, float, float]:
    """Return in how many quotations a block stands, and from where to where it reaches."""
    table = QTextCursor(block).currentTable() if tables else None
    if isinstance(table, QTextTable) and (depth := int(table.format().property(Own.QUOTE) or 0)):
        rect = layout.frameBoundingRect(table)
        return depth, rect.top(), rect.bottom()
    rect = layout.blockBoundingRect(block)
    return int(block.blockFormat().property(Own.QUOTE) or 0), rect.top(), rect.bottom()
