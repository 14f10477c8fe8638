"""All that the program asks of HTML from outside.

Text goes in; text and plain data come out, and no tree of a parser. So each call could be answered by a process of its
own, in which hostile HTML can do no harm. Calls take their time: they are made off the window's thread. What they need
is loaded with the first one.
"""

from __future__ import annotations

from app.services.html.blocks import Block, Body
from app.services.html.foreign.policy import Cleaned, Remote

__all__ = ["Cleaned", "Remote", "clean", "parse_body", "parse_piece", "parse_showing", "plain_text"]


def clean(html: str, remote: Remote = Remote.LINKED) -> Cleaned:
    """Return `html` made safe, with everything visible in it; a fragment, without html, head and body."""
    from app.services.html.foreign import clean as module

    return module.clean(html, remote)


def parse_body(html: str) -> Body:
    """Read safe HTML as the body of a message, for the editor: the same HTML can be written of it."""
    from app.services.html.foreign import parse

    return parse.parse_body(html)


def parse_piece(html: str) -> list[Block]:
    """Read safe HTML as blocks that are put into another body."""
    from app.services.html.foreign import parse

    return parse.parse_piece(html)


def parse_showing(html: str) -> list[Block]:
    """Read safe HTML as blocks that are only shown."""
    from app.services.html.foreign import parse

    return parse.parse_showing(html)


def plain_text(html: str, *, quoting: bool = False) -> str:
    """Return the visible text of `html`; with `quoting`, lines of quotations have their marks (">")."""
    from app.services.html.foreign import plain_text as module

    return module.plain_text(html, quoting=quoting)
