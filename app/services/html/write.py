"""Writes blocks as HTML: compact, valid, and such that Outlook shows it as it was meant.

Each block is written by itself, knowing only the block before and the block after: their places say which lists,
tables and quotations begin and end between them. So the editor writes anew what a key has touched and nothing else,
and all fragments in order are the whole body.

Lines are `div`, because Outlook and the browsers give them no space of their own; the font is said once, around all;
tables say it again, because Outlook's reader of HTML forgets it there.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from app.core.lazy_regex import late_pattern
from app.domain.blocks import (
    LINE,
    QUOTE_HEAD,
    Block,
    Body,
    Cell,
    HorizontalRule,
    Look,
    Paragraph,
    Picture,
    Piece,
    Table,
)
from app.domain.house_style import BASE, HouseStyle
from app.domain.html_rules import declarations

OWN_BASE: Final = HouseStyle().base
"""How a message begun here looks where nothing else was chosen: what people of Outlook expect."""
_HEAD: Final = '<!DOCTYPE html>\n<html><head><meta charset="utf-8"></head><body>'
QUOTE: Final = '<blockquote type="cite" style="margin:0 0 0 5pt;border-left:2px solid #ccc;padding-left:7pt">'
_SPACES: Final = re.compile(r"  +|^ | $", re.MULTILINE)
_WORDS_OF_RAISED: Final = frozenset({"sub", "sup"})


class BlockPlace(NamedTuple):
    """Where a block stands. `table` and `cell` are the opening tags there, "" outside of tables.

    `where` is (table, row, column); `lists` is a sign for each list around, "u" or "o", outermost first. `start` is the
    number that the innermost list begins with.
    """

    quote: int = 0
    where: tuple[int, int, int] | None = None
    table: str = ""
    cell: str = ""
    lists: str = ""
    item: bool = True
    start: int = 1
    style: str = ""


def open_body(base: str) -> str:
    """Return what comes before the first block."""
    return f'{_HEAD}<div style="{_quoted(base)}">' if base else f"{_HEAD}<div>"


def close_body(quote: str) -> str:
    """Return what comes after the last block, the quotation that stands apart included."""
    return f"</div>{quote}</body></html>"


_OPENING: Final = late_pattern(rf'{re.escape(_HEAD)}<div style="({BASE})">')


def house_base(html: str) -> str:
    """Return the CSS around a body that begins as those begun here, "" for any other."""
    found = _OPENING.match(html)
    return "" if found is None else found[1]


def inner_html(html: str) -> str:
    """Return what stands in a body that begins and ends as those begun here; any other HTML as it is."""
    base = house_base(html)
    if not base or not html.endswith(close_body("")):
        return html
    return html[len(open_body(base)) : -len(close_body(""))]


def write_block(content: str, place: BlockPlace, before: BlockPlace | None, after: BlockPlace | None) -> str:
    """Return a block whole: what begins with it, its content, what ends with it."""
    return _opening(before, place) + content + _closing(place, after)


# --- between blocks -------------------------------------------------------------------------------------------------


def _shared(one: BlockPlace | None, other: BlockPlace | None) -> tuple[int, int, int]:
    """Return what two neighbours share: quotations, then 0 to 3 of table, row and cell, then lists."""
    if one is None or other is None:
        return 0, 0, 0
    quotes = min(one.quote, other.quote)
    if one.quote != other.quote:
        return quotes, 0, 0
    cells = 0
    if one.where is not None and other.where is not None:
        while cells < 3 and one.where[cells] == other.where[cells]:
            cells += 1
    if (one.where is None) != (other.where is None) or (one.where is not None and cells < 3):
        return quotes, cells, 0
    lists = 0
    while lists < min(len(one.lists), len(other.lists)) and one.lists[lists] == other.lists[lists]:
        lists += 1
    return quotes, cells, lists


def _opening(before: BlockPlace | None, place: BlockPlace) -> str:
    quotes, cells, lists = _shared(before, place)
    parts = [QUOTE] * (place.quote - quotes)
    if place.where is not None:
        parts += [place.table, "<tr>", place.cell][cells:]
    if place.lists and lists == len(place.lists):
        if place.item:
            parts.append(_tag("li", place.style))
    else:
        for number in range(lists, len(place.lists)):
            last = number == len(place.lists) - 1
            ordered = place.lists[number] == "o"
            start = f' start="{place.start}"' if ordered and last and place.start != 1 else ""
            parts.append(f"<ol{start}>" if ordered else "<ul>")
            parts.append(_tag("li", place.style) if last else "<li>")
    return "".join(parts)


def _closing(place: BlockPlace, after: BlockPlace | None) -> str:
    quotes, cells, lists = _shared(place, after)
    parts: list[str] = []
    for kind in reversed(place.lists[lists:]):
        parts += ["</li>", "</ol>" if kind == "o" else "</ul>"]
    if after is not None and lists and lists == len(after.lists) and after.item:
        parts.append("</li>")
    if place.where is not None:
        parts += ["</td>" if place.cell.startswith("<td") else "</th>", "</tr>", "</table>"][: 3 - cells]
    parts += ["</blockquote>"] * (place.quote - quotes)
    return "".join(parts)


# --- what stands in a block -----------------------------------------------------------------------------------------


def write_paragraph(paragraph: Paragraph, *, bare: bool) -> str:
    """Return a paragraph's element; `bare` where the element around it (an item, a cell) is enough."""
    content = write_pieces(paragraph.pieces, keep_spaces=paragraph.kind == "pre")
    if bare and paragraph.kind == "div":
        return content or "<br>"
    tag = _tag(paragraph.kind, style_of(paragraph))
    if paragraph.name == QUOTE_HEAD and content:
        tag = tag.replace(f"<{paragraph.kind}", f'<{paragraph.kind} id="{QUOTE_HEAD}"', 1)
    return f"{tag}{content or '<br>'}</{paragraph.kind}>"


def style_of(paragraph: Paragraph) -> str:
    """Return the style of a paragraph, as CSS."""
    parts = [f"text-align:{paragraph.align}"] if paragraph.align else []
    if paragraph.background:
        parts.append(f"background-color:{paragraph.background}")
    if paragraph.style:
        parts.append(paragraph.style)
    return ";".join(parts)


def write_pieces(pieces: Sequence[Piece], *, keep_spaces: bool = False) -> str:
    """Return characters and pictures, each element opened once for all neighbours that share it."""
    parts: list[str] = []
    opened: list[str] = []
    for number, piece in enumerate(pieces):
        wanted = _elements(piece)
        shared = 0
        while shared < min(len(opened), len(wanted)) and opened[shared] == wanted[shared]:
            shared += 1
        parts += [_end(tag) for tag in reversed(opened[shared:])]
        parts += wanted[shared:]
        opened = wanted
        if isinstance(piece, Picture):
            parts.append(_picture(piece))
        else:
            last = number == len(pieces) - 1
            parts.append(_text(piece.text, keep_spaces=keep_spaces, first=number == 0, last=last))
    parts += [_end(tag) for tag in reversed(opened)]
    return "".join(parts)


def _elements(piece: Piece) -> list[str]:
    if isinstance(piece, Picture):
        return [f'<a href="{_quoted(piece.link)}">'] if piece.link else []
    return _elements_of(piece.look)


def _elements_of(look: Look) -> list[str]:
    tags = [f'<a href="{_quoted(look.link)}">'] if look.link else []
    style = []
    if look.color:
        style.append(f"color:{look.color}")
    if look.background:
        style.append(f"background-color:{look.background}")
    if look.style:
        style.append(look.style)
    if style:
        tags.append(_tag("span", ";".join(style)))
    for name, on in (("b", look.bold), ("i", look.italic), ("u", look.underline), ("s", look.strike)):
        if on:
            tags.append(f"<{name}>")
    if look.raised in _WORDS_OF_RAISED:
        tags.append(f"<{look.raised}>")
    return tags


def _end(tag: str) -> str:
    return f"</{tag[1:].partition(' ')[0].removesuffix('>')}>"


def _picture(picture: Picture) -> str:
    sizes = "".join(
        f' {name}="{size}"' for name, size in (("width", picture.width), ("height", picture.height)) if size
    )
    return f'<img src="{_quoted(picture.source)}" alt="{_quoted(picture.alt)}"{sizes}>'


def _text(text: str, *, keep_spaces: bool, first: bool, last: bool) -> str:
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    if keep_spaces:
        text = text.replace(LINE, "\n")
        return text + "\n" if last and text.endswith("\n") else text
    if "\t" in text:
        text = text.replace("\t", "\u2003")
    if "  " in text or text.startswith(" ") or text.endswith(" "):
        text = text.replace("  ", " \u00a0")
        if first and text.startswith(" "):
            text = "\u00a0" + text[1:]
        if last and text.endswith(" "):
            text = text[:-1] + "\u00a0"
    if LINE in text:
        text = re.sub(f" ?{LINE} ?", lambda found: found[0].replace(" ", "\u00a0"), text)
        text = text.replace(LINE, "<br>") + ("<br>" if last and text.endswith(LINE) else "")
    return text.replace("\u00a0", "&nbsp;")


def _tag(name: str, style: str) -> str:
    return f'<{name} style="{_quoted(style)}">' if style else f"<{name}>"


def _quoted(value: str) -> str:
    return value.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;").replace(">", "&gt;")


# --- tables ---------------------------------------------------------------------------------------------------------


def table_tag(*, border: bool, wide: bool) -> str:
    """Return the opening tag of a table; `wide` is one whose columns are parts of the whole width."""
    edge, width = int(border), ' width="100%"' if wide else ""
    return f'<table border="{edge}" cellspacing="0" cellpadding="4"{width} style="border-collapse:collapse">'


def cell_tag(cell: Cell, base: str) -> str:
    """Return the opening tag of a cell; `base` is the CSS around the body."""
    name = "th" if cell.head else "td"
    fonts = {key: value for key, value in declarations(base).items() if key in {"font-family", "font-size", "color"}}
    if cell.background:
        fonts["background-color"] = cell.background
    style = ";".join(f"{key}:{value}" for key, value in fonts.items())
    spans = "".join(
        f' {key}="{value}"' for key, value in (("colspan", cell.columns), ("rowspan", cell.rows)) if value > 1
    )
    width = f' width="{cell.width}%"' if cell.width else ""
    return f'<{name}{spans}{width} style="{_quoted(style)}">' if style else f"<{name}{spans}{width}>"


# --- whole bodies ---------------------------------------------------------------------------------------------------


class BlockEntry(NamedTuple):
    """One of Qt's blocks: what stands in it, as HTML, and where it stands."""

    content: str
    place: BlockPlace


FILLER: Final = BlockEntry("", BlockPlace())
"""The empty block that Qt wants before a table that comes first, and after one that nothing follows."""


def place_of(paragraph: Paragraph) -> BlockPlace:
    """Return where a paragraph outside of tables stands."""
    lists = "".join("o" if level.ordered else "u" for level in paragraph.lists)
    start = paragraph.lists[-1].start if paragraph.lists else 1
    style = style_of(paragraph) if paragraph.kind == "div" and paragraph.lists and paragraph.item else ""
    return BlockPlace(paragraph.quote, None, "", "", lists, paragraph.item, start, style)


def entry_of(paragraph: Paragraph, place: BlockPlace, *, first_in_cell: bool = False) -> BlockEntry:
    """Return the entry of a paragraph; items and the first line of a cell need no element of their own."""
    bare = bool(place.lists and place.item) or (first_in_cell and not style_of(paragraph))
    return BlockEntry(write_paragraph(paragraph, bare=bare), place)


def entries(blocks: Sequence[Block], base: str = "") -> list[BlockEntry]:
    """Return an entry for each of Qt's blocks that `blocks` make in a document."""
    made: list[BlockEntry] = []
    fresh = True
    for number, block in enumerate(blocks):
        if isinstance(block, Table):
            if fresh:
                made.append(FILLER)
            made += _entries_of_table(number, block, base)
            fresh = True
            continue
        fresh = False
        if isinstance(block, Paragraph):
            made.append(entry_of(block, place_of(block)))
        elif isinstance(block, HorizontalRule):
            made.append(BlockEntry("<hr>", BlockPlace(block.quote)))
        else:
            made.append(BlockEntry(block.html, BlockPlace(block.quote)))
    if fresh and blocks:
        made.append(FILLER)
    return made


def _entries_of_table(number: int, table: Table, base: str) -> list[BlockEntry]:
    made: list[BlockEntry] = []
    opening = table_tag(border=table.border, wide=bool(table.rows and table.rows[0][0].width))
    for down, row in enumerate(table.rows):
        for across, cell in enumerate(row):
            tag = cell_tag(cell, base)
            for count, paragraph in enumerate(cell.blocks):
                place = place_of(paragraph)._replace(
                    quote=table.quote, where=(number, down, across), table=opening, cell=tag
                )
                made.append(entry_of(paragraph, place, first_in_cell=count == 0))
    return made


def write_entries(made: Sequence[BlockEntry]) -> list[str]:
    """Return the HTML of each entry; in order they are the whole."""
    written: list[str] = []
    for number, entry in enumerate(made):
        before = made[number - 1].place if number else None
        after = made[number + 1].place if number + 1 < len(made) else None
        written.append(write_block(entry.content, entry.place, before, after))
    return written


def write_body(body: Body) -> str:
    """Return a whole body, as the editor would write it."""
    return open_body(body.base) + write_blocks(body.blocks, body.base) + close_body(body.quote)


def write_blocks(blocks: Sequence[Block], base: str = "") -> str:
    """Return blocks in order, without what is around a body."""
    return "".join(write_entries(entries(blocks, base)))
