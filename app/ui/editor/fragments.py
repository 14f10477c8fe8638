"""Keeps the HTML of each block of a document, and makes of every change the splice in the whole.

A key touches one block: that block and those beside it are written anew, nothing else, and what differs goes to the
journal as one TextSplice in the HTML, in UTF-16 units. So the journal of a formatted message is that of a plain one,
and a key costs the same in a message of a megabyte as in one of a line.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtGui import QTextBlock, QTextCursor, QTextDocument, QTextImageFormat, QTextTable

from app.core.text import utf16_length
from app.domain.blocks import OBJECT, Cell, Paragraph, Picture, Piece, Run
from app.domain.edits import BodyReplaced, TextSplice, splice_between
from app.domain.message import BodyFormat, Field
from app.services.html.prepare import Opened
from app.services.html.write import (
    FILLER,
    BlockEntry,
    BlockPlace,
    cell_tag,
    close_body,
    entry_of,
    open_body,
    place_of,
    table_tag,
    write_block,
    write_entries,
)
from app.ui.document.formats import KEPT_TYPE, Own, look_of, paragraph_of

_SEPARATORS: Final = str.maketrans({"\u2029": "\u2028", "\ufdd0": "", "\ufdd1": ""})


class Fragments:
    """The HTML of one document. `base` and `quote` stand around it, and are not in the document."""

    def __init__(self, document: QTextDocument, base: str) -> None:
        """Nothing is known yet: `take` or `read_all` comes next."""
        self._document = document
        self.base = base
        self.quote = ""
        self._entries: list[BlockEntry] = []
        self._written: list[str] = []
        self._units: list[int] = []
        self._quotes = False
        self.in_step = False

    # --- the whole ---------------------------------------------------------------------------------------------------

    def begin_with(self, opened: Opened, tables: Sequence[int]) -> None:
        """Begin with what the document was built from, its `tables` by the document's numbers, in order."""
        numbers: dict[int, int] = {}
        self._entries = []
        for entry in opened.entries:
            where = entry.place.where
            if where is not None:
                table = numbers.setdefault(where[0], tables[min(len(numbers), len(tables) - 1)])
                self._entries.append(BlockEntry(entry.content, entry.place._replace(where=(table, *where[1:]))))
            else:
                self._entries.append(entry)
        self._put(list(opened.written), list(opened.units))
        self.in_step = len(self._entries) == self._document.blockCount() and self.html() == opened.known

    def read_all(self) -> str:
        """Read the whole document anew, and return the body."""
        self._entries = []
        block = self._document.begin()
        while block.isValid():
            self._entries.append(self.read_block(block))
            block = block.next()
        self._put(write_entries(self._entries))
        return self.html()

    def html(self) -> str:
        """Return the whole body as it stands."""
        return open_body(self.base) + "".join(self._written) + close_body(self.quote)

    def replaced(self) -> BodyReplaced:
        """Return the whole body as an edit; from then on splices are enough."""
        self.in_step = True
        return BodyReplaced(self.html(), BodyFormat.HTML)

    def _put(self, written: list[str], lengths: list[int] | None = None) -> None:
        self._quotes = any(entry.place.quote for entry in self._entries)
        self._written = written
        self._units = [utf16_length(text) for text in written] if lengths is None else lengths

    # --- changes -----------------------------------------------------------------------------------------------------

    def changed(self, position: int, added: int, *, several: bool = False) -> TextSplice | BodyReplaced | None:
        """Return what a change of the document is in the HTML, None where it is nothing there.

        `several` says that this is what several changes touched together: then blocks may have come and gone in it.
        """
        count = self._document.blockCount()
        grown = count - len(self._entries)
        first = self._document.findBlock(position).blockNumber()
        end = self._document.findBlock(position + added)
        last = end.blockNumber() if end.isValid() else count - 1
        # The block behind may have come together with this one, or may stand in a list that began or ended here.
        last = min(last + 1 if grown or several or added > 1 else last, count - 1)
        if several:
            first = max(0, first - 1)
        if grown or several:
            first, last = self._whole_tables(first, last, grown)
        if first < 0 or last - grown < first - 1:
            self.read_all()
            return self.replaced()
        entries: list[BlockEntry] = []
        block = self._document.findBlockByNumber(first)
        for _ in range(first, last + 1):
            entries.append(self.read_block(block))
            block = block.next()
        self._entries[first : last + 1 - grown] = entries
        self._quotes = self._quotes or any(entry.place.quote for entry in entries)
        if len(self._entries) != count:
            self.read_all()
            return self.replaced()
        splice = self._splice(max(0, first - 1), min(count - 1, last + 1), grown)
        return splice if self.in_step else self.replaced()

    def _whole_tables(self, first: int, last: int, grown: int) -> tuple[int, int]:
        """Widen a range of blocks to the tables that it touches: where a row comes, those after it are renumbered."""
        touched = [self._document.findBlockByNumber(number) for number in (first, last)]
        touched += [block for block in (touched[0].previous(), touched[1].next()) if block.isValid()]
        for block in touched:
            table = QTextCursor(block).currentTable()
            if table is not None:
                first = min(first, table.firstCursorPosition().block().blockNumber())
                last = max(last, table.lastCursorPosition().block().blockNumber())
        while first and self._entries[min(first, len(self._entries)) - 1].place.where is not None:
            first -= 1
        return first, last

    def has_quotes(self) -> bool:
        """Return whether anything may be quoted in the text."""
        return self._quotes

    def says(self, words: str) -> bool:
        """Return whether `words` stand in the HTML of a block, as it was written last."""
        return any(words in written for written in self._written)

    def read_inner(self) -> str:
        """Return what is in the document, without what is around a body."""
        self.read_all()
        return "".join(self._written)

    def _splice(self, first: int, last: int, grown: int) -> TextSplice | None:
        written = [self._write(number) for number in range(first, last + 1)]
        before = self._written[first : last + 1 - grown]
        place = utf16_length(open_body(self.base)) + sum(self._units[:first])
        self._written[first : last + 1 - grown] = written
        self._units[first : last + 1 - grown] = [utf16_length(text) for text in written]
        return splice_between(Field.BODY, "".join(before), "".join(written), place)

    def _write(self, number: int) -> str:
        entry = self._entries[number]
        before = self._entries[number - 1].place if number else None
        after = self._entries[number + 1].place if number + 1 < len(self._entries) else None
        return write_block(entry.content, entry.place, before, after)

    def quote_dropped(self) -> TextSplice | BodyReplaced | None:
        """Take out the quotation that stands apart, and return that as an edit."""
        gone, self.quote = self.quote, ""
        if not gone:
            return None
        if not self.in_step:
            return self.replaced()
        place = utf16_length(open_body(self.base)) + sum(self._units) + len("</div>")
        return TextSplice(Field.BODY, place, utf16_length(gone), "")

    # --- one block ---------------------------------------------------------------------------------------------------

    def read_block(self, block: QTextBlock) -> BlockEntry:
        """Read one block of the document."""
        drawn = block.blockFormat()
        if drawn.property(Own.FILLER) and block.length() == 1:
            return FILLER
        if drawn.property(Own.RULE) and block.length() == 1:
            return BlockEntry("<hr>", BlockPlace(int(drawn.property(Own.QUOTE) or 0)))
        paragraph = paragraph_of(drawn)
        pieces, kept = _pieces(block, paragraph.kind)
        place = place_of(paragraph)
        table = QTextCursor(block).currentTable() if self._document.rootFrame().childFrames() else None
        first = False
        if table is not None:
            place, first = self._in_table(block, table, place)
        if kept:
            return BlockEntry(_with_kept(paragraph, pieces, kept), place)
        return entry_of(_with_pieces(paragraph, pieces), place, first_in_cell=first)

    def _in_table(self, block: QTextBlock, table: QTextTable, place: BlockPlace) -> tuple[BlockPlace, bool]:
        cell = table.cellAt(block.position())
        drawn = cell.format()
        tag = cell_tag(
            Cell(
                head=str(drawn.property(Own.KIND) or "") == "th",
                columns=cell.columnSpan(),
                rows=cell.rowSpan(),
                background=str(drawn.property(Own.BLOCK_GROUND) or ""),
                width=_width(table, cell.column()) if cell.row() == 0 else 0,
            ),
            self.base,
        )
        said = table.format()
        where = (table.objectIndex(), cell.row(), cell.column())
        opening = table_tag(border=said.border() > 0, wide=bool(said.columnWidthConstraints()))
        quote = int(said.property(Own.QUOTE) or 0)
        first = cell.firstCursorPosition().block() == block
        return place._replace(where=where, table=opening, cell=tag, quote=quote), first


def _pieces(block: QTextBlock, kind: str) -> tuple[list[Piece], dict[int, str]]:
    """Return what stands in a block, and by number of the piece the HTML of those that are kept as they are."""
    pieces: list[Piece] = []
    kept: dict[int, str] = {}
    walk = block.begin()
    while not walk.atEnd():
        fragment = walk.fragment()
        drawn = fragment.charFormat()
        text = fragment.text().translate(_SEPARATORS)
        if drawn.objectType() == KEPT_TYPE and OBJECT in text:
            for _ in range(text.count(OBJECT)):
                kept[len(pieces)] = str(drawn.property(Own.KEPT) or "")
                pieces.append(Run(OBJECT))
        elif drawn.isImageFormat():
            pieces += [picture_of(drawn.toImageFormat())] * text.count(OBJECT)
        else:
            look = look_of(drawn, kind)
            last = pieces[-1] if pieces else None
            if isinstance(last, Run) and last.look == look and len(pieces) - 1 not in kept:
                pieces[-1] = Run(last.text + text, look)
            else:
                pieces.append(Run(text, look))
        walk += 1
    return pieces, kept


def picture_of(drawn: QTextImageFormat) -> Picture:
    """Return the picture that is written for a format."""
    return Picture(
        drawn.name(),
        str(drawn.property(Own.ALT) or ""),
        int(drawn.property(Own.WIDTH) or 0),
        int(drawn.property(Own.HEIGHT) or 0),
        drawn.anchorHref() if drawn.isAnchor() else "",
    )


def _with_pieces(paragraph: Paragraph, pieces: Sequence[Piece]) -> Paragraph:
    import msgspec

    return msgspec.structs.replace(paragraph, pieces=tuple(pieces))


def _with_kept(paragraph: Paragraph, pieces: Sequence[Piece], kept: dict[int, str]) -> str:
    """Return a block in which HTML is kept as it is, with what was typed before and after it."""
    parts: list[str] = []
    growing: list[Piece] = []
    for number, piece in enumerate([*pieces, None]):
        if piece is not None and number not in kept:
            growing.append(piece)
            continue
        if growing:
            parts.append(entry_of(_with_pieces(paragraph, growing), BlockPlace()).content)
            growing = []
        if number in kept:
            parts.append(kept[number])
    return "".join(parts)


def _width(table: QTextTable, column: int) -> int:
    widths = table.format().columnWidthConstraints()
    if column >= len(widths):
        return 0
    from PySide6.QtGui import QTextLength

    width = widths[column]
    return round(width.rawValue()) if width.type() == QTextLength.Type.PercentageLength else 0
