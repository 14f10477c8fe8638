"""Keys of formatted text that Qt does otherwise than people expect: Enter, Backspace, Tab in lists and quotes."""

from __future__ import annotations

import msgspec
from PySide6.QtGui import QTextBlockFormat, QTextCharFormat, QTextCursor, QTextList, QTextTable

from app.domain.blocks import Look, Paragraph
from app.ui.document.document_builder import list_format
from app.ui.document.formats import INDENT, Own, block_format, char_format, look_of


def lists_of(cursor: QTextCursor) -> str:
    """Return the signs of the lists around the cursor, "" for none."""
    return str(cursor.blockFormat().property(Own.LISTS) or "")


def put_lists(cursor: QTextCursor, signs: str) -> None:
    """Put the cursor's block into lists, or out of them with ""."""
    block = cursor.block()
    before = block.textList()
    drawn = QTextBlockFormat(cursor.blockFormat())
    for own in (Own.LISTS, Own.GOES_ON, Own.START):
        drawn.clearProperty(own)
    drawn.setIndent(0)
    if before is not None:
        before.remove(block)
        drawn.setObjectIndex(-1)
    if signs:
        drawn.setProperty(Own.LISTS, signs)
    cursor.setBlockFormat(drawn)
    if not signs:
        return
    neighbour = _list_before(cursor, signs) or _list_after(cursor, signs)
    if neighbour is not None:
        neighbour.add(cursor.block())
    else:
        cursor.createList(list_format(signs, 1))


def _list_before(cursor: QTextCursor, signs: str) -> QTextList | None:
    block = cursor.block().previous()
    while block.isValid():
        there = str(block.blockFormat().property(Own.LISTS) or "")
        if there == signs:
            return block.textList()
        if not there.startswith(signs):
            return None
        block = block.previous()
    return None


def _list_after(cursor: QTextCursor, signs: str) -> QTextList | None:
    block = cursor.block().next()
    there = str(block.blockFormat().property(Own.LISTS) or "") if block.isValid() else ""
    return block.textList() if there == signs else None


def put_quote(cursor: QTextCursor, depth: int) -> None:
    """Put the cursor's block into so many quotations."""
    drawn = QTextBlockFormat(cursor.blockFormat())
    before = int(drawn.property(Own.QUOTE) or 0)
    drawn.setLeftMargin(max(0.0, drawn.leftMargin() + (depth - before) * INDENT))
    if depth:
        drawn.setProperty(Own.QUOTE, depth)
    else:
        drawn.clearProperty(Own.QUOTE)
    cursor.setBlockFormat(drawn)


def begin_line(cursor: QTextCursor) -> bool:
    """Do what Enter does where Qt's Enter would not; False where Qt's is right."""
    block = cursor.block()
    drawn = cursor.blockFormat()
    empty = block.length() == 1
    signs = lists_of(cursor)
    if cursor.hasSelection():
        return False
    if empty and signs:
        put_lists(cursor, signs[:-1])
        return True
    if empty and drawn.property(Own.QUOTE):
        put_quote(cursor, int(drawn.property(Own.QUOTE)) - 1)
        return True
    if drawn.property(Own.RULE) or drawn.property(Own.FILLER):
        cursor.insertBlock(QTextBlockFormat(), QTextCharFormat())
        return True
    if drawn.headingLevel() and cursor.atBlockEnd():
        paragraph = Paragraph(quote=int(drawn.property(Own.QUOTE) or 0))
        cursor.insertBlock(block_format(paragraph), char_format(Look()))
        return True
    if cursor.charFormat().isAnchor() and cursor.atBlockEnd():
        cursor.insertBlock()
        _end_link(cursor)
        return True
    if drawn.property(Own.GOES_ON) or empty:
        # Of an empty paragraph Qt takes the form away in place of beginning another: a blank line would be lost.
        cursor.insertBlock()
        if drawn.property(Own.GOES_ON):
            put_lists(cursor, signs)
        return True
    return False


def take_back_line(cursor: QTextCursor) -> bool:
    """Do what Backspace does at the start of a line in a list or quotation; False where Qt's is right."""
    if cursor.hasSelection() or not cursor.atBlockStart():
        return False
    signs = lists_of(cursor)
    if signs:
        put_lists(cursor, signs[:-1])
        return True
    depth = int(cursor.blockFormat().property(Own.QUOTE) or 0)
    if depth and cursor.block().length() == 1:
        put_quote(cursor, depth - 1)
        return True
    return False


def shift_item(cursor: QTextCursor, step: int) -> bool:
    """Put an item one list further in or out; False outside of lists."""
    signs = lists_of(cursor)
    if not signs:
        return False
    further = signs + signs[-1] if step > 0 else signs[:-1]
    if len(further) <= 8:
        put_lists(cursor, further)
    return True


def table_at(cursor: QTextCursor) -> QTextTable | None:
    """Return the table the cursor is in; the stubs do not know that there may be none."""
    return cursor.currentTable()


def next_cell(cursor: QTextCursor, step: int) -> bool:
    """Go to the next cell of a table, making a row behind the last; False outside of tables."""
    table = table_at(cursor)
    if table is None:
        return False
    cell = table.cellAt(cursor)
    number = cell.row() * table.columns() + cell.column() + step
    if number >= table.rows() * table.columns():
        table.appendRows(1)
    if number >= 0:
        place = table.cellAt(number // table.columns(), number % table.columns()).firstCursorPosition()
        cursor.setPosition(place.position())
    return True


def takes_tab(cursor: QTextCursor) -> bool:
    """Return whether Tab means something to the text here: in lists and tables."""
    return bool(lists_of(cursor)) or table_at(cursor) is not None


def leave_link(cursor: QTextCursor, typed: QTextCharFormat) -> QTextCharFormat | None:
    """Return the format to type on with behind the end of a link, None where there is no need to change it."""
    if not typed.isAnchor() or cursor.hasSelection():
        return None
    ahead = QTextCursor(cursor)
    if not cursor.atBlockEnd():
        ahead.movePosition(QTextCursor.MoveOperation.NextCharacter)
        if ahead.charFormat().isAnchor() and ahead.charFormat().anchorHref() == typed.anchorHref():
            return None
    return without_link(typed)


def without_link(drawn: QTextCharFormat) -> QTextCharFormat:
    """Return a format without its link."""
    return char_format(msgspec.structs.replace(look_of(drawn), link="", underline=False))


def _end_link(cursor: QTextCursor) -> None:
    cursor.setBlockCharFormat(without_link(cursor.blockCharFormat()))
    cursor.setCharFormat(without_link(cursor.charFormat()))
