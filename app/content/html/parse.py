"""Reads safe HTML as blocks. Nothing visible is lost: what has no block of its own is unwrapped or kept as it is.

Two readers want it. The editor wants to write the same HTML again: tables within tables and whatever else it cannot
hold stay whole as `KeptHtml`, and a large quotation stands apart. The reading pane wants to lay it out at once
whatever it is: tables that only arrange things are read through, large ones go in parts.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Final

import msgspec

from app.content.html.inherited_style import HEADINGS, OF_RUNS, SEPARATE, InheritedStyle, entered
from app.content.html.quotes import split_quote
from app.content.html.style import read_style
from app.content.html.tree import attribute, outer_html, read_tree, take_attribute
from app.domain.blocks import (
    LINE,
    SIGNATURE,
    Block,
    Body,
    Cell,
    HorizontalRule,
    KeptHtml,
    Level,
    Paragraph,
    Picture,
    Piece,
    Run,
    Table,
)
from app.domain.html_rules import Style, pixels, write_style

if TYPE_CHECKING:
    from lxml.etree import _Element

_BLANKS: Final = re.compile(r"[ \t\r\n\f]+")
_OF_BASE: Final = frozenset({"font-family", "font-size", "color"})
_CELLS_AT_MOST: Final = 60
"""Cells of one table of the reading pane: Qt lays a table out whole."""
_EDITED_CELLS: Final = 400


def parse_body(html: str) -> Body:
    """Return a body for the editor: whole, and so that the same HTML can be written again."""
    tree = read_tree(html)
    base = _take_base(tree)
    quote = split_quote(tree)
    return _with_base(Body(tuple(_Reader(showing=False).read_blocks(tree)), base, quote))


def parse_piece(html: str) -> list[Block]:
    """Return what is pasted, or quoted, as blocks for the editor."""
    return _Reader(showing=False).read_blocks(read_tree(html))


def parse_showing(html: str) -> list[Block]:
    """Return blocks for the reading pane: no `KeptHtml`, no table that would keep the window waiting.

    The font that a message is written in is left out: it is read in the program's own, and what differs still does.
    """
    return list(_with_base(Body(tuple(_Reader(showing=True).read_blocks(read_tree(html))))).blocks)


def _take_base(tree: _Element) -> str:
    """Take the style off the one element around everything, if there is one, and return it."""
    around: list[_Element] = []
    only = tree
    while (
        len(only) == 1 and not (only.text or "").strip() and not (only[0].tail or "").strip() and only[0].tag == "div"
    ):
        only = only[0]
        if set(read_style(attribute(only, "style"))) - _OF_BASE or set(only.attrib) - {"style"}:
            break
        around.append(only)
    base: Style = {}
    for element in around:
        base.update(read_style(take_attribute(element, "style")))
    return write_style(base)


def _with_base(body: Body) -> Body:
    """Take what nearly all runs say of their font out of them, and say it once."""
    if body.base:
        return _taken_out(body, body.base)
    weights: Counter[str] = Counter()
    for block in body.blocks:
        for paragraph in _paragraphs(block):
            for piece in paragraph.pieces:
                if isinstance(piece, Run) and piece.text.strip():
                    weights[piece.look.style] += len(piece.text)
    if not weights or "" in weights:
        return body
    style, weight = weights.most_common(1)[0]
    if weight * 2 < sum(weights.values()) or any(set(read_style(style)) - set(read_style(other)) for other in weights):
        return body
    return _taken_out(body, style)


def _taken_out(body: Body, base: str) -> Body:
    said = read_style(base)
    style = write_style({name: value for name, value in said.items() if name in OF_RUNS})
    color = said.get("color", "")
    blocks = tuple(_without(block, style, color) for block in body.blocks) if style or color else body.blocks
    return msgspec.structs.replace(body, base=base, blocks=blocks)


def _paragraphs(block: Block) -> list[Paragraph]:
    if isinstance(block, Paragraph):
        return [block]
    if isinstance(block, Table):
        return [paragraph for row in block.rows for cell in row for paragraph in cell.blocks]
    return []


def _without(block: Block, style: str, color: str) -> Block:
    if isinstance(block, Paragraph):
        pieces = tuple(_piece_without(piece, style, color) for piece in block.pieces)
        return msgspec.structs.replace(block, pieces=pieces)
    if isinstance(block, Table):
        rows = tuple(
            tuple(
                msgspec.structs.replace(cell, blocks=tuple(_without(one, style, color) for one in cell.blocks))
                for cell in row
            )
            for row in block.rows
        )
        return msgspec.structs.replace(block, rows=rows)
    return block


def _piece_without(piece: Piece, style: str, color: str) -> Piece:
    if isinstance(piece, Run) and color and piece.look.color == color:
        piece = msgspec.structs.replace(piece, look=msgspec.structs.replace(piece.look, color=""))
    if not isinstance(piece, Run) or not piece.look.style:
        return piece
    if piece.look.style == style:
        return msgspec.structs.replace(piece, look=msgspec.structs.replace(piece.look, style=""))
    base = read_style(style)
    own = {name: value for name, value in read_style(piece.look.style).items() if base.get(name) != value}
    return msgspec.structs.replace(piece, look=msgspec.structs.replace(piece.look, style=write_style(own)))


class _Reader:
    """Walks one tree. `showing` reads for display alone, `in_cell` what stands in a cell: paragraphs and no more."""

    def __init__(self, *, showing: bool, in_cell: bool = False) -> None:
        self._showing = showing
        self._keeps = not showing and not in_cell
        self._blocks: list[Block] = []
        self._pieces: list[Piece] = []
        self._at = InheritedStyle()
        self._item = False
        self._looks: dict[tuple[object, ...], InheritedStyle] = {}

    def read_blocks(self, tree: _Element) -> list[Block]:
        self._children(tree, InheritedStyle())
        self._end(InheritedStyle())
        return self._blocks

    # --- text --------------------------------------------------------------------------------------------------------

    def _text(self, text: str | None, place: InheritedStyle) -> None:
        if not text:
            return
        if place.kept:
            text = text.replace("\r\n", "\n").replace("\n", LINE).replace("\t", "    ")
        else:
            text = _BLANKS.sub(" ", text)
            last = self._pieces[-1] if self._pieces else None
            if last is None or (isinstance(last, Run) and last.text.endswith((" ", LINE))):
                text = text.lstrip(" ")
        if not text:
            return
        if not self._pieces:
            self._at = place
        last = self._pieces[-1] if self._pieces else None
        if isinstance(last, Run) and last.look == place.look:
            self._pieces[-1] = Run(last.text + text, place.look)
        else:
            self._pieces.append(Run(text, place.look))

    def _end(self, place: InheritedStyle, *, empty: bool = False) -> None:
        """End the paragraph that grows, if there is one; `empty` makes one of nothing."""
        pieces = self._pieces
        if not pieces and not empty:
            return
        at = self._at if pieces else place
        before = self._blocks[-1] if self._blocks else None
        follows = isinstance(before, Paragraph) and len(before.lists) >= len(at.lists)
        self._pieces = []
        while pieces and isinstance(last := pieces[-1], Run):
            text = last.text if at.kept else last.text.rstrip(" ")
            if text.endswith(LINE):
                text = text[:-1]  # the last break of a block breaks nothing
                pieces[-1] = Run(text, last.look)
                if not text:
                    pieces.pop()
                break
            if text:
                pieces[-1] = Run(text, last.look)
                break
            pieces.pop()
        self._blocks.append(
            Paragraph(
                tuple(pieces),
                at.kind,
                at.align,
                at.lists,
                self._item or not follows or not at.lists,
                at.quote,
                write_style(dict(at.block)),
                at.background,
                name=at.name,
            )
        )
        self._item = False

    # --- elements ----------------------------------------------------------------------------------------------------

    def _children(self, element: _Element, place: InheritedStyle) -> None:
        self._text(element.text, place)
        for child in element:
            self._element(child, place)
            self._text(child.tail, place)

    def _element(self, element: _Element, place: InheritedStyle) -> None:
        tag = str(element.tag)
        if tag == "br":
            self._text_break(place)
        elif tag == "img":
            self._picture(element, place)
        elif tag == "hr":
            self._end(place)
            self._blocks.append(HorizontalRule(place.quote))
        elif tag == "table":
            self._end(place)
            self._table(element, entered(element, "table", place))
        elif tag == "div" and element.get("id") == SIGNATURE and self._keeps:
            self._end(place)
            self._keep(element, place.quote)
        elif tag in SEPARATE:
            self._separate(element, tag, place)
        else:
            self._children(element, entered(element, tag, place))

    def _text_break(self, place: InheritedStyle) -> None:
        if not self._pieces:
            self._at = place
        last = self._pieces[-1] if self._pieces else None
        if isinstance(last, Run):
            self._pieces[-1] = Run(last.text.rstrip(" ") + LINE, last.look)
        else:
            self._pieces.append(Run(LINE, place.look))

    def _picture(self, element: _Element, place: InheritedStyle) -> None:
        if not self._pieces:
            self._at = place
        sizes = [pixels(_size(element, name)) or 0 for name in ("width", "height")]
        source = element.get("src", "")
        self._pieces.append(Picture(source, element.get("alt", ""), int(sizes[0]), int(sizes[1]), place.look.link))

    def _separate(self, element: _Element, tag: str, place: InheritedStyle) -> None:
        self._end(place)
        inside = entered(element, tag, place)
        if tag in {"ul", "ol"}:
            level = Level(tag == "ol", _whole(element.get("start", "1"), 1))
            inside = msgspec.structs.replace(inside, lists=(*place.lists, level))
        elif tag == "li":
            if not place.lists:
                inside = msgspec.structs.replace(inside, lists=(Level(),))
            self._item = True
        elif tag == "blockquote":
            inside = msgspec.structs.replace(inside, quote=place.quote + 1, lists=(), block=(), kind="div")
        count = len(self._blocks)
        self._children(element, inside)
        wanted = tag in {"p", "li"} or tag in HEADINGS or (tag == "div" and element.find("br") is not None)
        self._end(inside, empty=wanted and len(self._blocks) == count)

    # --- tables ------------------------------------------------------------------------------------------------------

    def _table(self, element: _Element, place: InheritedStyle) -> None:
        rows = [row for row in element.iter("tr") if next(row.iterancestors("table")) is element]
        cells = [[cell for cell in row if cell.tag in {"td", "th"}] for row in rows]
        nested = element.find(".//table") is not None
        if self._showing:
            if nested or all(len(row) <= 1 for row in cells):
                self._read_through(element, place)
            else:
                self._show_table(cells, element, place)
        elif nested or sum(map(len, cells)) > _EDITED_CELLS or not _is_even(cells):
            self._keep(element, place.quote)
        else:
            self._blocks.append(self._made_table(cells, element, place))

    def _keep(self, element: _Element, quote: int) -> None:
        tail, element.tail = element.tail, None
        self._blocks.append(KeptHtml(outer_html([element]), quote))
        element.tail = tail

    def _read_through(self, element: _Element, place: InheritedStyle) -> None:
        """Read a table that only arranges things: what stands in its cells, one below the other."""
        self._text(element.text, place)
        for child in element:
            tag = str(child.tag)
            if tag in {"tbody", "thead", "tfoot", "tr"}:
                self._read_through(child, entered(child, tag, place))
            elif tag != "colgroup":
                self._element(child, place)
            self._end(place)

    def _show_table(self, cells: list[list[_Element]], element: _Element, place: InheritedStyle) -> None:
        caption = element.find("caption")
        if caption is not None:
            self._separate(caption, "caption", place)
        part: list[list[_Element]] = []
        count = 0
        for row in cells:
            part.append(row)
            count += len(row)
            if count >= _CELLS_AT_MOST:
                self._blocks.append(self._made_table(part, element, place))
                part, count = [], 0
        if part:
            self._blocks.append(self._made_table(part, element, place))

    def _made_table(self, cells: list[list[_Element]], element: _Element, place: InheritedStyle) -> Table:
        border = _has_border(element)
        rows = [tuple(self._cell(cell, place) for cell in row) for row in cells if row]
        columns = max(sum(cell.columns for cell in row) for row in rows)
        said = len(rows[0]) == columns and all(cell.width for cell in rows[0])
        plain = [_without_width(row) for row in rows]
        return Table((rows[0] if said else plain[0], *plain[1:]), border, place.quote)

    def _cell(self, element: _Element, place: InheritedStyle) -> Cell:
        tag = str(element.tag)
        row = element.getparent()
        around = place if row is None else entered(row, "tr", place)
        inside = msgspec.structs.replace(entered(element, tag, around), quote=0, lists=(), kind="div", block=())
        background = inside.background
        inside = msgspec.structs.replace(inside, background="")
        inner = _Reader(showing=self._showing, in_cell=True)
        inner._children(element, inside)
        inner._end(inside)
        blocks = [block for block in inner._blocks if isinstance(block, Paragraph)] or [Paragraph()]
        width = element.get("width", "")
        return Cell(
            tuple(blocks),
            tag == "th",
            min(_whole(element.get("colspan", "1"), 1), 60),
            min(_whole(element.get("rowspan", "1"), 1), 400),
            background,
            _whole(width[:-1], 0) if width.endswith("%") else 0,
        )


def _without_width(row: tuple[Cell, ...]) -> tuple[Cell, ...]:
    """Return a row that says nothing of widths: the first row says them for all, or none does."""
    return tuple(msgspec.structs.replace(cell, width=0) if cell.width else cell for cell in row)


def _is_even(cells: list[list[_Element]]) -> bool:
    """Return whether a table is rows of cells that hold nothing but paragraphs, and nothing is joined."""
    widths = {len(row) for row in cells}
    if len(widths) != 1 or 0 in widths:
        return False
    return all(
        cell.get("colspan", "1") == "1" and cell.get("rowspan", "1") == "1" and cell.find(".//hr") is None
        for row in cells
        for cell in row
    )


def _has_border(table: _Element) -> bool:
    """Return whether lines are drawn: by the attribute, or by the style of the table or its first cell."""
    if table.get("border", "0") not in {"0", ""}:
        return True
    first = next(table.iter("td", "th"), None)
    for element in (table, first):
        style = {} if element is None else read_style(attribute(element, "style"))
        value = style.get("border") or style.get("border-top") or style.get("border-bottom") or ""
        if value and not re.search(r"none|\b0(?:px|pt)?\b", value):
            return True
    return False


def _size(element: _Element, name: str) -> str:
    value = read_style(attribute(element, "style")).get(name) or attribute(element, name)
    return "" if value.endswith("%") else value


def _whole(text: str, otherwise: int) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else otherwise
