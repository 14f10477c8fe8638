"""What a person does to formatted text: each action one step of undo, each by key, none that asks in a dialog."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QTextCharFormat, QTextCursor, QTextFormat, QTextLength, QTextTable

from app.domain.blocks import OBJECT, Cell, Look, Paragraph, Run, Table
from app.domain.html_rules import declarations, is_link, scheme_of
from app.ui.document.document_builder import picture_format
from app.ui.document.formats import Own, block_format, char_format, look_of, paragraph_of
from app.ui.editor import block_keys
from app.ui.editor.action_names import IN_TABLE
from app.ui.editor.fragments import picture_of
from app.ui.editor.rich import RichEditor

CHARACTERS = frozenset({"bold", "italic", "underline", "strike"})
KINDS = {"heading_1": "h1", "heading_2": "h2", "heading_3": "h3", "body_text": "div"}
ALIGNED: dict[str, Qt.AlignmentFlag | None] = {
    "align_left": None,
    "align_center": Qt.AlignmentFlag.AlignHCenter,
    "align_right": Qt.AlignmentFlag.AlignRight,
}
WIDTHS = {"column_wider": 5, "column_narrower": -5, "columns_even": 0}
"""By how much of the table's width a column grows, in per cent; 0 makes all columns alike."""
_NARROWEST = 5
PICTURE_SIZES = {"picture_small": 200, "picture_medium": 400, "picture_large": 600, "picture_own_size": 0}
"""Widths in pixels; 0 is the size that the picture came with."""


def do(editor: RichEditor, name: str) -> None:
    """Do one of `action_names.FORMATTING`; the focus is in the text then. Raises KeyError for any other name."""
    if name in CHARACTERS:
        toggle(editor, name)
    elif name in KINDS:
        put_kind(editor, KINDS[name])
    elif name in ALIGNED:
        put_alignment(editor, ALIGNED[name])
    elif name in IN_TABLE:
        change_table(editor, name)
    elif name in PICTURE_SIZES:
        size_picture(editor, PICTURE_SIZES[name])
    else:
        {
            "clear": lambda: clear_formatting(editor),
            "numbers": lambda: toggle_list(editor, "o"),
            "bullets": lambda: toggle_list(editor, "u"),
            "quote": lambda: toggle_quote(editor),
            "further": lambda: shift(editor, 1),
            "back": lambda: shift(editor, -1),
            "table": lambda: insert_table(editor),
            "rule": lambda: insert_rule(editor),
            "direction": lambda: toggle_direction(editor),
        }[name]()
    editor.setFocus()


def toggle(editor: RichEditor, what: str) -> None:
    """Switch bold, italic, underline or strike for what is selected, or for what is typed next."""
    on = not getattr(look_here(editor), what)
    _dress(editor, lambda look: msgspec.structs.replace(look, **{what: on}))


def put_color(editor: RichEditor, color: str, *, ground: bool = False) -> None:
    """Give what is selected a colour as CSS, "" for the usual one; `ground` marks it instead."""
    field = "background" if ground else "color"
    _dress(editor, lambda look: msgspec.structs.replace(look, **{field: color}))


def clear_formatting(editor: RichEditor) -> None:
    """Make what is selected look like ordinary text; without a selection, the whole paragraph."""
    cursor = editor.textCursor()
    if not cursor.hasSelection():
        cursor.select(QTextCursor.SelectionType.BlockUnderCursor)
    _dress(editor, lambda look: Look(link=look.link), cursor)
    _each_block(editor, _make_ordinary)


def look_here(editor: RichEditor) -> Look:
    """Return the look at the cursor: of the first selected character, or of what is typed next."""
    cursor = editor.textCursor()
    if cursor.hasSelection():
        probe = QTextCursor(cursor)
        probe.setPosition(cursor.selectionStart() + 1)
        return look_of(probe.charFormat())
    return look_of(editor.currentCharFormat())


def _dress(editor: RichEditor, change: Callable[[Look], Look], cursor: QTextCursor | None = None) -> None:
    at = editor.textCursor() if cursor is None else cursor
    if not at.hasSelection():
        editor.setCurrentCharFormat(char_format(change(look_of(editor.currentCharFormat()))))
        return
    at.beginEditBlock()
    for start, end, drawn, kind in _runs(at):
        part = QTextCursor(editor.document())
        part.setPosition(start)
        part.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
        part.setCharFormat(char_format(change(look_of(drawn, kind)), kind))
    at.endEditBlock()


def _runs(cursor: QTextCursor) -> list[tuple[int, int, QTextCharFormat, str]]:
    """Return what is selected as runs of one format each; pictures and what is kept are left alone."""
    found: list[tuple[int, int, QTextCharFormat, str]] = []
    start, end = cursor.selectionStart(), cursor.selectionEnd()
    block = cursor.document().findBlock(start)
    while block.isValid() and block.position() < end:
        kind = paragraph_of(block.blockFormat()).kind
        walk = block.begin()
        while not walk.atEnd():
            fragment = walk.fragment()
            first, last = max(start, fragment.position()), min(end, fragment.position() + fragment.length())
            drawn = fragment.charFormat()
            if first < last and not drawn.objectType():
                found.append((first, last, drawn, kind))
            walk += 1
        block = block.next()
    return found


# --- paragraphs -----------------------------------------------------------------------------------------------------


def _each_block(editor: RichEditor, act: Callable[[QTextCursor], None]) -> None:
    """Do something to each selected paragraph, as one step."""
    cursor = editor.textCursor()
    document = editor.document()
    first = document.findBlock(cursor.selectionStart()).blockNumber()
    end = cursor.selectionEnd()
    last = document.findBlock(max(cursor.selectionStart(), end - 1) if cursor.hasSelection() else end).blockNumber()
    cursor.beginEditBlock()
    for number in range(first, last + 1):
        act(QTextCursor(document.findBlockByNumber(number)))
    cursor.endEditBlock()


def _make_ordinary(cursor: QTextCursor) -> None:
    drawn = cursor.blockFormat()
    if drawn.property(Own.LISTS):
        return
    cursor.setBlockFormat(block_format(Paragraph(quote=int(drawn.property(Own.QUOTE) or 0))))


def put_kind(editor: RichEditor, kind: str) -> None:
    """Make headings ("h1" to "h3") of the selected paragraphs, or ordinary text ("div"); items of lists stay items."""

    def act(cursor: QTextCursor) -> None:
        drawn = cursor.blockFormat()
        if drawn.property(Own.LISTS) or drawn.property(Own.RULE):
            return
        words = QTextCursor(cursor)
        words.movePosition(QTextCursor.MoveOperation.EndOfBlock, QTextCursor.MoveMode.KeepAnchor)
        runs = _runs(words)
        cursor.setBlockFormat(block_format(msgspec.structs.replace(paragraph_of(drawn), kind=kind)))
        cursor.setBlockCharFormat(char_format(Look(), kind))
        for start, end, before, was in runs:
            words.setPosition(start)
            words.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
            words.setCharFormat(char_format(look_of(before, was), kind))

    _each_block(editor, act)
    if editor.textCursor().block().length() == 1:
        editor.setCurrentCharFormat(char_format(Look(), kind))


def put_alignment(editor: RichEditor, flag: Qt.AlignmentFlag | None) -> None:
    """Set the selected paragraphs to the middle or the right, or where their language begins (None)."""

    def act(cursor: QTextCursor) -> None:
        drawn = cursor.blockFormat()
        if flag is None:
            drawn.clearProperty(QTextFormat.Property.BlockAlignment)
        else:
            drawn.setAlignment(flag)
        cursor.setBlockFormat(drawn)

    _each_block(editor, act)


def toggle_direction(editor: RichEditor) -> None:
    """Let the selected paragraphs go from right to left, or from left to right again."""
    on = "direction:rtl" not in paragraph_of(editor.textCursor().blockFormat()).style

    def act(cursor: QTextCursor) -> None:
        drawn = cursor.blockFormat()
        if drawn.property(Own.RULE):
            return
        said = {name: value for name, value in declarations(paragraph_of(drawn).style).items() if name != "direction"}
        if on:
            said["direction"] = "rtl"
        style = ";".join(f"{name}:{value}" for name, value in said.items())
        if style:
            drawn.setProperty(Own.BLOCK_STYLE, style)
        else:
            drawn.clearProperty(Own.BLOCK_STYLE)
        drawn.setLayoutDirection(Qt.LayoutDirection.RightToLeft if on else Qt.LayoutDirection.LeftToRight)
        cursor.setBlockFormat(drawn)

    _each_block(editor, act)


def put_size(editor: RichEditor, points: int) -> None:
    """Let what is selected, or is typed next, be so many points high; 0 for the size of the message."""

    def change(look: Look) -> Look:
        said = {name: value for name, value in declarations(look.style).items() if name != "font-size"}
        if points:
            said["font-size"] = f"{points}pt"
        return msgspec.structs.replace(look, style=";".join(f"{name}:{value}" for name, value in said.items()))

    _dress(editor, change)


def toggle_list(editor: RichEditor, sign: str) -> None:
    """Make a bulleted ("u") or numbered ("o") list of the selected paragraphs, or end it."""
    here = block_keys.lists_of(editor.textCursor())
    wanted = "" if here.endswith(sign) else (here[:-1] + sign)
    _each_block(editor, lambda cursor: block_keys.put_lists(cursor, wanted))


def toggle_quote(editor: RichEditor) -> None:
    """Quote the selected paragraphs, or take that back."""
    on = not int(editor.textCursor().blockFormat().property(Own.QUOTE) or 0)
    _each_block(editor, lambda cursor: block_keys.put_quote(cursor, int(on)))


def shift(editor: RichEditor, step: int) -> None:
    """Put lists, or else quotations, one step further in or out."""

    def act(cursor: QTextCursor) -> None:
        if not block_keys.shift_item(cursor, step):
            depth = int(cursor.blockFormat().property(Own.QUOTE) or 0)
            block_keys.put_quote(cursor, min(8, max(0, depth + step)))

    _each_block(editor, act)


# --- links and tables -----------------------------------------------------------------------------------------------


def link_here(editor: RichEditor) -> str:
    """Return the link at the cursor, "" for none."""
    return look_here(editor).link


def words_of_link(editor: RichEditor) -> str | None:
    """Return the words that are selected, or of the link one stands in; None where they are more than one line."""
    cursor = editor.textCursor()
    if not cursor.hasSelection():
        _select_link(cursor)
    words = cursor.selectedText()
    return None if any(sign in words for sign in (OBJECT, "\u2028", "\u2029", "\ufdd0", "\ufdd1")) else words


def put_link(editor: RichEditor, address: str, words: str = "") -> bool:
    """Let what is selected (or the link one stands in, or the address itself) lead to `address`; "" takes it off.

    `words` take the place of what is selected. False for an address that no link may lead to.
    """
    address = address.strip()
    scheme = scheme_of(address)
    if address and (not scheme or "." in scheme):
        address = f"mailto:{address}" if "@" in address and "/" not in address else f"https://{address}"
    host = address.rpartition("//")[2].partition("/")[0]
    if address and (not is_link(address) or len(host.split()) > 1):
        return False
    cursor = editor.textCursor()
    if not cursor.hasSelection():
        _select_link(cursor)
    if cursor.hasSelection() and not words:
        _dress(editor, lambda look: msgspec.structs.replace(look, link=address), cursor)
    elif address:
        look = msgspec.structs.replace(look_here(editor), link=address)
        cursor.insertText(words or address.removeprefix("mailto:"), char_format(look))
        editor.setTextCursor(cursor)
    return True


def _select_link(cursor: QTextCursor) -> None:
    """Select the whole link that the cursor is in."""
    address = cursor.charFormat().anchorHref()
    if not address:
        return
    block = cursor.block()
    walk = block.begin()
    while not walk.atEnd():
        fragment = walk.fragment()
        start, end = fragment.position(), fragment.position() + fragment.length()
        if fragment.charFormat().anchorHref() == address and start <= cursor.position() <= end:
            cursor.setPosition(start)
            cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
            return
        walk += 1


def insert_table(editor: RichEditor, rows: int = 2, columns: int = 3) -> None:
    """Put an empty table in, and the cursor into its first cell."""
    cells = tuple(Cell((Paragraph(),), width=100 // columns) for _ in range(columns))
    plain = tuple(Cell((Paragraph(),)) for _ in range(columns))
    cursor = editor.textCursor()
    place = cursor.selectionStart()
    editor.insert_blocks([Table((cells, *(plain,) * (rows - 1))), Paragraph()])
    probe = QTextCursor(editor.document())
    probe.setPosition(place)
    while probe.currentTable() is None and not probe.atEnd():
        probe.movePosition(QTextCursor.MoveOperation.NextBlock)
    editor.setTextCursor(probe)


def table_here(editor: RichEditor) -> QTextTable | None:
    """Return the table the cursor is in."""
    return editor.textCursor().currentTable()


def change_table(editor: RichEditor, what: str) -> None:
    """Do one of `TABLE` at the cursor: rows are added and removed there, the first one is made a header or is none."""
    table = table_here(editor)
    if table is None:
        return
    cell = table.cellAt(editor.textCursor())
    if what in WIDTHS:
        _change_width(table, cell.column(), WIDTHS[what])
        return
    {
        "row": lambda: table.insertRows(cell.row() + 1, 1),
        "row_above": lambda: table.insertRows(cell.row(), 1),
        "column": lambda: table.insertColumns(cell.column() + 1, 1),
        "column_before": lambda: table.insertColumns(cell.column(), 1),
        "remove_row": lambda: table.removeRows(cell.row(), 1),
        "remove_column": lambda: table.removeColumns(cell.column(), 1),
        "remove_table": lambda: table.removeRows(0, table.rows()),
        "header_row": lambda: _toggle_header(editor, table),
    }[what]()


def _change_width(table: QTextTable, column: int, step: int) -> None:
    """Let a column take more or less of the table's width from the others, or all the same (0)."""
    count = table.columns()
    drawn = table.format()
    said = [width.rawValue() for width in drawn.columnWidthConstraints()]
    widths = said if len(said) == count and all(said) and step else [100 / count] * count
    if step and count > 1:
        wanted = min(max(widths[column] + step, _NARROWEST), 100 - _NARROWEST * (count - 1))
        others = sum(widths) - widths[column]
        share = (100 - wanted) / others
        widths = [wanted if number == column else width * share for number, width in enumerate(widths)]
    length = QTextLength.Type.PercentageLength
    drawn.setColumnWidthConstraints([QTextLength(length, width) for width in widths])
    drawn.setWidth(QTextLength(length, 100))
    table.setFormat(drawn)


def _toggle_header(editor: RichEditor, table: QTextTable) -> None:
    """Let the first row name the columns, or be a row like the others; bold is how that looks everywhere."""
    on = str(table.cellAt(0, 0).format().property(Own.KIND) or "") != "th"
    step = editor.textCursor()
    step.beginEditBlock()
    for column in range(table.columns()):
        cell = table.cellAt(0, column)
        drawn = cell.format().toTableCellFormat()
        if on:
            drawn.setProperty(Own.KIND, "th")
        else:
            drawn.clearProperty(Own.KIND)
        cell.setFormat(drawn)
        words = cell.firstCursorPosition()
        words.setPosition(cell.lastCursorPosition().position(), QTextCursor.MoveMode.KeepAnchor)
        if words.hasSelection():
            _dress(editor, lambda look: msgspec.structs.replace(look, bold=on), words)
    step.endEditBlock()


# --- pictures -------------------------------------------------------------------------------------------------------


def picture_here(editor: RichEditor) -> QTextCursor | None:
    """Return the picture at the cursor, selected: before it, behind it, or all that is selected; None for none."""
    cursor = editor.textCursor()
    for place in (cursor.selectionEnd(), cursor.selectionStart() + 1, cursor.selectionStart()):
        probe = QTextCursor(editor.document())
        probe.setPosition(min(place, editor.document().characterCount() - 1))
        if probe.charFormat().isImageFormat() and not probe.atBlockStart():
            probe.movePosition(QTextCursor.MoveOperation.PreviousCharacter, QTextCursor.MoveMode.KeepAnchor)
            return probe
    return None


def size_picture(editor: RichEditor, width: int) -> None:
    """Let the picture at the cursor be `width` pixels wide, as high as that makes it; 0 for the size it came with."""
    found = picture_here(editor)
    if found is None:
        return
    said = picture_of(found.charFormat().toImageFormat())
    own = editor.own_size(said.source)
    if own.isEmpty():
        own = QSize(said.width or width, said.height or width)
    wide = width or own.width()
    height = max(1, round(wide * own.height() / max(1, own.width())))
    found.setCharFormat(picture_format(msgspec.structs.replace(said, width=wide, height=height)))


def words_of_picture(editor: RichEditor) -> str:
    """Return what stands for the picture at the cursor where it is not seen, "" for nothing."""
    found = picture_here(editor)
    return "" if found is None else picture_of(found.charFormat().toImageFormat()).alt


def describe_picture(editor: RichEditor, words: str) -> None:
    """Let `words` stand for the picture at the cursor where it is not seen."""
    found = picture_here(editor)
    if found is not None:
        said = picture_of(found.charFormat().toImageFormat())
        found.setCharFormat(picture_format(msgspec.structs.replace(said, alt=words.strip())))


def insert_rule(editor: RichEditor) -> None:
    """Put a line across in."""
    from app.domain.blocks import HorizontalRule

    editor.insert_blocks([Paragraph(), HorizontalRule(), Paragraph((Run(""),))])
