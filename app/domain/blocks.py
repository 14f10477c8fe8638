"""A body as an editor holds it: a list of blocks, each a paragraph, a rule, a table, or something kept as it is.

Between HTML and Qt's documents: `parse.py` makes blocks of HTML, `write.py` makes HTML of blocks, and the editor and
the reading pane build documents of them. No Qt here, so that all of it can be done off the window's thread.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import msgspec

from app.core.lazy_regex import late_pattern

LINE: Final = "\u2028"
"""A line break inside a paragraph, as Qt's documents write it."""
QUOTE_HEAD: Final = "divRplyFwdMsg"
"""The id that Outlook gives the head of an older message below: From, Sent, To and Subject."""
OBJECT: Final = "\ufffc"
SIGNATURE: Final = "mailwright-signature"
"""The id of the element around a signature that goes out to the letter."""
_SIGNED: Final = f'<div id="{SIGNATURE}">'


class Look(msgspec.Struct, frozen=True, gc=False):
    """How characters look. `style` holds what of CSS the editor has no button for, written out, as it came.

    `color` and `background` are as CSS has them, "" for none said; `link` is an address.
    """

    bold: bool = False
    italic: bool = False
    underline: bool = False
    strike: bool = False
    color: str = ""
    background: str = ""
    raised: str = ""
    link: str = ""
    style: str = ""


PLAIN: Final = Look()


class Run(msgspec.Struct, frozen=True, tag=True, gc=False):
    """Characters that look the same."""

    text: str
    look: Look = PLAIN


class Picture(msgspec.Struct, frozen=True, tag=True, gc=False):
    """A picture in the text. Sizes are in CSS pixels, 0 for its own; `link` is where it leads."""

    source: str
    alt: str = ""
    width: int = 0
    height: int = 0
    link: str = ""


class KeptHtml(msgspec.Struct, frozen=True, tag=True, gc=False):
    """HTML that the editor cannot represent: safe, shown in small, and written out as it is."""

    html: str
    quote: int = 0


Piece = Run | Picture


class Level(msgspec.Struct, frozen=True, gc=False):
    """One list around a paragraph. `ordered` numbers it, from `start`."""

    ordered: bool = False
    start: int = 1


class Paragraph(msgspec.Struct, frozen=True, tag=True, gc=False):
    """A paragraph. `kind` is the element: div, p, h1 to h6, pre. `lists` are the lists around it, outermost first.

    `item` says whether it opens an item of the innermost list; `quote` counts the blockquotes around it; `style` is
    what of CSS the editor has no button for; `background` is of the whole width. `continues` is for display alone: it
    goes on in the line in which the paragraph before ended. `name` is the element's id where others look for it:
    QUOTE_HEAD, or "".
    """

    pieces: tuple[Piece, ...] = ()
    kind: str = "div"
    align: str = ""
    lists: tuple[Level, ...] = ()
    item: bool = True
    quote: int = 0
    style: str = ""
    background: str = ""
    continues: bool = False
    name: str = ""

    def text(self) -> str:
        """Return what is written in it."""
        return "".join(piece.text if isinstance(piece, Run) else OBJECT for piece in self.pieces)


class HorizontalRule(msgspec.Struct, frozen=True, tag=True, gc=False):
    """A line across."""

    quote: int = 0


class Cell(msgspec.Struct, frozen=True, gc=False):
    """A cell of a table. `width` is a part of a hundred, 0 for none said."""

    blocks: tuple[Paragraph, ...] = ()
    head: bool = False
    columns: int = 1
    rows: int = 1
    background: str = ""
    width: int = 0


class Table(msgspec.Struct, frozen=True, tag=True, gc=False):
    """A table of paragraphs."""

    rows: tuple[tuple[Cell, ...], ...]
    border: bool = True
    quote: int = 0


Block = Paragraph | HorizontalRule | Table | KeptHtml


class Body(msgspec.Struct, frozen=True, gc=False):
    """A whole body. `base` is the CSS of the element around it, which runs need not repeat.

    `quote` is HTML that stands below all of it and is never taken apart: a quoted newsletter, safe and whole.
    """

    blocks: tuple[Block, ...] = ()
    base: str = ""
    quote: str = ""


def as_signature(html: str) -> str:
    """Return a signature as it stands in a message: under its name, by which it is known when it is read again."""
    return f"{_SIGNED}{html}</div>"


def is_signature(html: str) -> bool:
    """Return whether kept HTML is a signature, as `as_signature` makes it."""
    return html.startswith(_SIGNED)


def without_name(html: str) -> str:
    """Return HTML in which signatures stand as they came; where it is nothing but one, that one."""
    inner = html.removeprefix(_SIGNED)
    if is_signature(html) and html.endswith("</div>") and _is_whole(inner.removesuffix("</div>")):
        return inner.removesuffix("</div>")
    return html.replace(_SIGNED, "<div>")


_DIVISION: Final = late_pattern(r"<(/?)div\b")


def _is_whole(html: str) -> bool:
    """Return whether no division is ended in `html` that it did not begin, and none stays open."""
    depth = 0
    for tag in _DIVISION.finditer(html):
        depth += -1 if tag[1] else 1
        if depth < 0:
            return False
    return depth == 0


def pictures_of(blocks: Iterable[Block]) -> set[str]:
    """Return the sources of all pictures in `blocks`."""
    found: set[str] = set()
    for block in blocks:
        if isinstance(block, Paragraph):
            found.update(piece.source for piece in block.pieces if isinstance(piece, Picture))
        elif isinstance(block, Table):
            for row in block.rows:
                for cell in row:
                    found |= pictures_of(cell.blocks)
    return found
