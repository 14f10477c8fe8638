"""Prepares a letter's HTML for the editor, off the window's thread: safe, as blocks, each block's HTML beside it."""

from __future__ import annotations

import msgspec

from app.services.html.blocks import Body, Paragraph, Run
from app.services.html.clean import Remote, clean
from app.services.html.parse import parse_body
from app.services.html.write import OWN_BASE, Entry, entries, write_body


class Opened(msgspec.Struct, frozen=True):
    """A body ready to be poured. `known` is the HTML that the journal has: where it is another, the first change
    tells the whole body once.
    """

    body: Body
    entries: tuple[Entry, ...]
    known: str


def open_html(html: str) -> Opened:
    """Return the body of a letter of one's own; pictures from elsewhere stay in it, and are not fetched."""
    body = parse_body(clean(html, Remote.KEPT).html)
    if not body.blocks:
        body = msgspec.structs.replace(body, blocks=(Paragraph(),))
    return Opened(body, tuple(entries(body.blocks, body.base)), html)


def open_text(text: str) -> Opened:
    """Return plain text as a body of formatted text; what is `known` of it is what it will be from then on."""
    blocks = tuple(Paragraph((Run(line),) if line else ()) for line in text.split("\n"))
    body = Body(blocks, OWN_BASE)
    return Opened(body, tuple(entries(blocks, OWN_BASE)), write_body(body))


def html_of_text(text: str) -> str:
    """Return plain text as the HTML of a letter begun here, a line for a line."""
    return open_text(text).known
