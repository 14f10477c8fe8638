"""Builds Qt's document from blocks, slice by slice.

The document that comes of it has exactly one block of Qt's for each entry of `write.entries`: building it and the
writing keep the same book, so that the editor knows each block's HTML without reading the document.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Final

import msgspec
from PySide6.QtCore import QObject, QPointF, QRect, QRectF, QSizeF, QUrl
from PySide6.QtGui import (
    QAbstractTextDocumentLayout,
    QBrush,
    QImage,
    QPainter,
    QPen,
    QPyTextObject,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFormat,
    QTextFrameFormat,
    QTextImageFormat,
    QTextLength,
    QTextList,
    QTextListFormat,
    QTextTable,
    QTextTableFormat,
)
from PySide6.QtGui import QTextFormat as _Format

from app.domain.blocks import (
    OBJECT,
    Block,
    Cell,
    HorizontalRule,
    KeptHtml,
    Look,
    Paragraph,
    Picture,
    Piece,
    Run,
    Table,
    is_signature,
)
from app.services.html.bounds import SLICE, ShownPieces, weight_of
from app.services.html.foreign import read_safe, text_blocks
from app.ui import theme
from app.ui.document.formats import INDENT, KEPT_TYPE, Own, block_format, char_format, shown_color
from app.ui.document.pictures import SafeDocument, stand_in
from app.ui.editor.background_work import BackgroundWork

_BULLETS = (
    QTextListFormat.Style.ListDisc,
    QTextListFormat.Style.ListCircle,
    QTextListFormat.Style.ListSquare,
)
_ALL: Final = float("inf")
_WIDEST = 680
"""Pixels; a larger picture is shown smaller."""


class DocumentBuilder:
    """Builds `blocks` where `cursor` stands: an empty block, which the first of them takes over."""

    def __init__(self, cursor: QTextCursor, blocks: Sequence[Block]) -> None:
        """Build nothing yet."""
        self._cursor = cursor
        self._blocks = blocks
        self._next = 0
        self._fresh = True
        self._in_cell = False
        self.tables: list[int] = []
        """The tables built so far, by the numbers that the document gives them."""
        self._lists: list[tuple[str, QTextList]] = []
        self._formats: dict[tuple[Look, str], QTextCharFormat] = {}
        self._block_formats: dict[Paragraph, QTextBlockFormat] = {}

    def go_on(self, seconds: float) -> bool:
        """Build for about so long, and no more than is laid out in a moment; True once all is built."""
        end, weight = time.perf_counter() + seconds, 0
        most = SLICE if seconds < _ALL else _ALL
        self._cursor.beginEditBlock()
        try:
            while self._next < len(self._blocks) and time.perf_counter() < end and weight < most:
                block = self._blocks[self._next]
                self._build_document(block)
                self._next += 1
                weight += weight_of(block)
            done = self._next == len(self._blocks)
            if done and self._fresh and self._blocks:
                self._mark_filler()
        finally:
            self._cursor.endEditBlock()
        return done

    def finish(self) -> None:
        """Build all that is left."""
        self.go_on(_ALL)

    def _build_document(self, block: Block) -> None:
        if isinstance(block, Paragraph):
            self._paragraph(block)
        elif isinstance(block, Table):
            self._table(block)
        elif isinstance(block, KeptHtml):
            self._new_block(block_format(Paragraph(quote=block.quote)), QTextCharFormat())
            self._cursor.insertText(OBJECT, kept_format(block.html))
        else:
            self._new_block(rule_format(block), QTextCharFormat())

    def _paragraph(self, paragraph: Paragraph) -> None:
        bare = msgspec.structs.replace(paragraph, pieces=())
        drawn = self._block_formats.get(bare)
        if drawn is None:
            drawn = self._block_formats[bare] = block_format(paragraph)
        first = paragraph.pieces[0] if paragraph.pieces else None
        look = first.look if isinstance(first, Run) else Look()
        self._new_block(drawn, self._format(look, paragraph.kind))
        if paragraph.lists and paragraph.item:
            self._join_list(paragraph)
        elif not paragraph.lists:
            self._lists.clear()
        for piece in paragraph.pieces:
            self._piece(piece, paragraph.kind)

    def _piece(self, piece: Piece, kind: str) -> None:
        if isinstance(piece, Run):
            self._cursor.insertText(piece.text, self._format(piece.look, kind))
        else:
            self._cursor.insertImage(picture_format(piece))

    def _format(self, look: Look, kind: str) -> QTextCharFormat:
        made = self._formats.get((look, kind))
        if made is None:
            made = self._formats[look, kind] = char_format(look, kind)
        return made

    def _new_block(self, block: QTextBlockFormat, chars: QTextCharFormat) -> None:
        if self._fresh:
            self._cursor.setBlockFormat(block)
            if not self._in_cell:  # there it would be the format of the whole cell
                self._cursor.setBlockCharFormat(chars)
            self._fresh = False
        else:
            self._cursor.insertBlock(block, chars)

    def _join_list(self, paragraph: Paragraph) -> None:
        signs = "".join("o" if level.ordered else "u" for level in paragraph.lists)
        while self._lists and not signs.startswith(self._lists[-1][0]):
            self._lists.pop()
        while self._lists and len(self._lists[-1][0]) > len(signs):
            self._lists.pop()
        if self._lists and self._lists[-1][0] == signs:
            self._lists[-1][1].add(self._cursor.block())
        else:
            made = self._cursor.createList(list_format(signs, paragraph.lists[-1].start))
            self._lists.append((signs, made))

    # --- tables ------------------------------------------------------------------------------------------------------

    def _table(self, table: Table) -> None:
        if self._fresh:
            self._mark_filler()
        self._lists.clear()
        columns = max(sum(cell.columns for cell in row) for row in table.rows)
        made = self._cursor.insertTable(len(table.rows), min(columns, 60), table_format(table, columns))
        self.tables.append(made.objectIndex())
        taken: set[tuple[int, int]] = set()
        for down, row in enumerate(table.rows):
            across = 0
            for cell in row:
                while (down, across) in taken:
                    across += 1
                if across >= made.columns():
                    break
                self._cell(made, down, across, cell, taken)
                across += cell.columns
        self._cursor.setPosition(made.lastPosition() + 1)
        self._fresh = True

    def _cell(self, table: QTextTable, down: int, across: int, cell: Cell, taken: set[tuple[int, int]]) -> None:
        rows = min(cell.rows, table.rows() - down)
        columns = min(cell.columns, table.columns() - across)
        if rows > 1 or columns > 1:
            table.mergeCells(down, across, rows, columns)
            taken.update((d, a) for d in range(down, down + rows) for a in range(across, across + columns))
        place = table.cellAt(down, across)
        if cell.head or cell.background:
            drawn = place.format().toTableCellFormat()
            if cell.head:
                drawn.setProperty(Own.KIND, "th")
            shown = shown_color(cell.background) if cell.background else None
            if cell.background:
                drawn.setProperty(Own.BLOCK_GROUND, cell.background)
            if shown is not None:
                drawn.setBackground(QBrush(shown))
            place.setFormat(drawn)
        inner = DocumentBuilder(place.firstCursorPosition(), cell.blocks)
        inner._in_cell = True
        inner._formats, inner._block_formats = self._formats, self._block_formats
        inner.finish()

    def _mark_filler(self) -> None:
        """Mark the empty block that Qt wants before and after a table: while it is empty it is not written."""
        filler = self._cursor.blockFormat()
        filler.setProperty(Own.FILLER, True)
        self._cursor.setBlockFormat(filler)


def kept_format(html: str) -> QTextCharFormat:
    """Return the format of the sign that stands for HTML kept as it is."""
    made = QTextCharFormat()
    made.setObjectType(KEPT_TYPE)
    made.setProperty(Own.KEPT, html)
    return made


def rule_format(rule: HorizontalRule) -> QTextBlockFormat:
    """Return the format of a line across."""
    made = QTextBlockFormat()
    made.setProperty(Own.RULE, True)
    made.setProperty(
        QTextFormat.Property.BlockTrailingHorizontalRulerWidth, QTextLength(QTextLength.Type.PercentageLength, 100)
    )
    if rule.quote:
        made.setProperty(Own.QUOTE, rule.quote)
        made.setLeftMargin(rule.quote * INDENT)
    return made


def list_format(signs: str, start: int) -> QTextListFormat:
    """Return the format of a list, by the signs of the lists around it and its own."""
    made = QTextListFormat()
    ordered = signs.endswith("o")
    made.setStyle(QTextListFormat.Style.ListDecimal if ordered else _BULLETS[(len(signs) - 1) % len(_BULLETS)])
    made.setIndent(len(signs))
    if ordered and start != 1:
        made.setStart(start)
    return made


def picture_format(picture: Picture) -> QTextImageFormat:
    """Return the format of a picture in the text."""
    made = QTextImageFormat()
    made.setName(picture.source)
    made.setProperty(Own.ALT, picture.alt)
    made.setProperty(Own.WIDTH, picture.width)
    made.setProperty(Own.HEIGHT, picture.height)
    if picture.width:
        made.setWidth(min(picture.width, _WIDEST))
        if picture.height:
            made.setHeight(picture.height * min(1.0, _WIDEST / picture.width))
    elif picture.height:
        made.setHeight(min(picture.height, _WIDEST))
    if picture.link:
        made.setAnchor(True)
        made.setAnchorHref(picture.link)
    return made


def table_format(table: Table, columns: int) -> QTextTableFormat:
    """Return the format of a table."""
    made = QTextTableFormat()
    made.setCellPadding(4)
    made.setTopMargin(6)
    made.setBottomMargin(6)
    made.setCellSpacing(0)
    made.setBorder(1 if table.border else 0)
    made.setBorderCollapse(True)
    made.setBorderStyle(QTextFrameFormat.BorderStyle.BorderStyle_Solid)
    made.setBorderBrush(QBrush(theme.color("faint")))
    if table.quote:
        made.setProperty(Own.QUOTE, table.quote)
        made.setLeftMargin(table.quote * INDENT)
    widths = [cell.width for cell in table.rows[0]] if table.rows else []
    if len(widths) == columns and all(widths):
        made.setColumnWidthConstraints([QTextLength(QTextLength.Type.PercentageLength, width) for width in widths])
    return made


_WIDTH = 560.0
_TALLEST = 360.0
_TALLEST_SIGNATURE = 2_000.0
_LONGEST = 20_000
"""Characters of HTML that are drawn; more would be cut at the height anyway."""
_HEAVIEST = 60_000
"""Weight of what is laid out of them."""
_BLOCKS = 40


class OpaqueObject(QPyTextObject):
    """What stands for a table or layout that the editor cannot hold. The same HTML is laid out once.

    It is read in a thread. Until it is there, its text stands in its place.
    """

    def __init__(self, parent: QTextDocument) -> None:
        super().__init__(parent)
        self.ink = ""
        """The colour of the body, in CSS: a signature that says none has it."""
        self._whole = parent
        self._made: dict[tuple[str, bool, str, str], QTextDocument] = {}
        self._read: dict[str, Sequence[Block]] = {}
        self._places: dict[str, int] = {}
        self._short: dict[str, tuple[str, dict[str, str]]] = {}
        self._background = BackgroundWork(self)

    def intrinsicSize(self, doc: QTextDocument, posInDocument: int, format: _Format) -> QSizeF:  # noqa: A002, N803
        size = self._document(format, posInDocument).size()
        if _is_signature(format):
            return QSizeF(_WIDTH, min(size.height(), _TALLEST_SIGNATURE))
        return QSizeF(_WIDTH, min(size.height() + 12, _TALLEST))

    def drawObject(
        self,
        painter: QPainter,
        rect: QRectF | QRect,
        doc: QTextDocument,
        posInDocument: int,  # noqa: N803
        format: _Format,  # noqa: A002
    ) -> None:
        document = self._document(format, posInDocument)
        rect = QRectF(rect)
        painter.save()
        ink = theme.color("text")
        if _is_signature(format):
            ink = shown_color(self.ink) or ink
            painter.setClipRect(rect)
            painter.translate(rect.topLeft())
        else:
            painter.setPen(QPen(theme.color("line"), 1))
            painter.setBrush(theme.color("list_ground"))
            painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
            painter.setClipRect(rect.adjusted(1, 1, -1, -1))
            painter.translate(rect.topLeft() + QPointF(8, 6))
        context = QAbstractTextDocumentLayout.PaintContext()
        context.palette.setColor(context.palette.ColorRole.Text, ink)
        document.documentLayout().draw(painter, context)
        painter.restore()

    def _document(self, format: _Format, place: int) -> QTextDocument:  # noqa: A002 - Qt's name
        html, sources = self._shortened(str(format.property(Own.KEPT) or ""))
        if html not in self._places:
            self._background.run(lambda: read_safe(html)[:_BLOCKS], partial(self._arrived, html))
        self._places[html] = place
        worn = self._whole.defaultFont() if _is_signature(format) else theme.font(size=13)
        key = (html, theme.scheme().dark, worn.key(), self.ink)
        if key not in self._made:
            made = _PartOfMessage(self._whole, sources, self)
            made.setDefaultFont(worn)
            made.setDocumentMargin(0)
            made.setTextWidth(_WIDTH if _is_signature(format) else _WIDTH - 16)
            read = self._read[html] if html in self._read else text_blocks(html)
            blocks = ShownPieces(read, _HEAVIEST).piece(0)[:_BLOCKS]
            DocumentBuilder(QTextCursor(made), blocks).finish()
            self._made[key] = made
        return self._made[key]

    def _shortened(self, whole: str) -> tuple[str, dict[str, str]]:
        """Return HTML as it is drawn, pictures that are written out in it by short names, and those by their names."""
        if whole not in self._short:
            sources: dict[str, str] = {}
            html = whole
            for source in written_out_in(whole):
                name = f"written-out:{len(sources)}"
                sources[name] = source
                html = html.replace(f'"{source}"', f'"{name}"')
            self._short[whole] = html[:_LONGEST], sources
        return self._short[whole]

    def _arrived(self, html: str, blocks: Sequence[Block]) -> None:
        self._read[html] = blocks
        self._forget(lambda key: key[0] == html)
        self._whole.markContentsDirty(self._places[html], 1)

    def draw_anew(self) -> None:
        """Draw everything anew, because pictures are there that were not."""
        self._forget(lambda _key: True)

    def _forget(self, which: Callable[[tuple[str, bool, str, str]], bool]) -> None:
        for key in [key for key in self._made if which(key)]:
            self._made.pop(key).deleteLater()


class _PartOfMessage(SafeDocument):
    """A document that is drawn within that of a message, with the pictures which that one knows."""

    def __init__(self, whole: QTextDocument, sources: Mapping[str, str], parent: QObject) -> None:
        super().__init__(parent)
        self._whole, self._sources = whole, sources

    def loadResource(self, type: int, name: QUrl | str) -> object:  # noqa: A002 - Qt's signature
        address = name.toString() if isinstance(name, QUrl) else name
        kind = QTextDocument.ResourceType.ImageResource
        found = self._whole.resource(kind, QUrl(self._sources.get(address, address)))
        return found if isinstance(found, QImage) else stand_in()


def written_out_in(html: str) -> list[str]:
    """Return the addresses (data:) of the pictures that are written out in safe HTML, each once."""
    return list(dict.fromkeys(_WRITTEN_OUT.findall(html))) if "data:image/" in html else []


_WRITTEN_OUT: Final = re.compile(r'\bsrc="(data:image/[^"]+)"')


def _is_signature(format: _Format) -> bool:  # noqa: A002 - Qt's name
    return is_signature(str(format.property(Own.KEPT) or ""))
