"""Prepares a letter's HTML for the editor, off the window's thread: safe, as blocks, each block's HTML beside it."""

from __future__ import annotations

import msgspec

from app.domain.edits import utf16_length
from app.services.html.blocks import Body, Paragraph, Run
from app.services.html.clean import Remote, clean
from app.services.html.parse import parse_body
from app.services.html.write import OWN_BASE, Entry, entries, write_body, write_entries


class Opened(msgspec.Struct, frozen=True):
    """A body ready to be poured. `known` is the HTML that the journal has: where it is another, the first change
    tells the whole body once. `written` is the HTML of each entry, `units` its length.
    """

    body: Body
    entries: tuple[Entry, ...]
    known: str
    written: tuple[str, ...]
    units: tuple[int, ...]


def open_html(html: str) -> Opened:
    """Return the body of a letter of one's own; pictures from elsewhere stay in it, and are not fetched."""
    body = parse_body(clean(html, Remote.KEPT).html)
    if not body.blocks:
        body = msgspec.structs.replace(body, blocks=(Paragraph(),))
    return _opened(body, html)


def _opened(body: Body, known: str) -> Opened:
    made = entries(body.blocks, body.base)
    written = write_entries(made)
    return Opened(body, tuple(made), known, tuple(written), tuple(utf16_length(text) for text in written))


def open_text(text: str) -> Opened:
    """Return plain text as a body of formatted text; what is `known` of it is what it will be from then on."""
    blocks = tuple(Paragraph((Run(line),) if line else ()) for line in text.split("\n"))
    body = Body(blocks, OWN_BASE)
    return _opened(body, write_body(body))


def html_of_text(text: str) -> str:
    """Return plain text as the HTML of a letter begun here, a line for a line."""
    return open_text(text).known
