"""Writes the HTML of a letter that follows a formatted one: room for one's own words, and the older letter below it.

What is quoted comes through the sanitiser like all HTML, but keeps its pictures: it is a letter of one's own.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Final

from app.services.html.clean import Remote, clean
from app.services.html.parse import parse_piece
from app.services.html.write import OWN_BASE, QUOTE, close_body, open_body, write_blocks

_LINE: Final = "<div><br></div>"
_ROOM: Final = f"{open_body(OWN_BASE)}{_LINE}{_LINE}"
_END: Final = close_body("")


def answer_to(html: str, head: str) -> str:
    """Return the body of an answer to `html`; `head` says in words who wrote it, and when."""
    return f"{_ROOM}<div><div>{escape(head)}</div>{QUOTE}{clean(html, Remote.QUOTED).html}</blockquote></div>{_END}"


def passed_on(html: str, title: str, head: Sequence[tuple[str, str]]) -> str:
    """Return the body of a letter that passes `html` on, under a rule, `title` and the fields of its `head`."""
    lines = [escape(title), *(f"<b>{escape(label)}:</b> {escape(words)}" for label, words in head)]
    return f"{_ROOM}<hr><div>{'<br>'.join(lines)}</div><div><br></div>{clean(html, Remote.QUOTED).html}{_END}"


def sign_above(body: str, signature: str) -> str | None:
    """Return an answer with a signature (HTML) under the room for one's own words; None where `body` is none of ours.

    It is of `answer_to` or `passed_on`, and nothing was written in it yet.
    """
    if not body.startswith(_ROOM):
        return None
    return f"{_ROOM}{write_blocks(parse_piece(signature), OWN_BASE)}{_LINE}{body[len(_ROOM) :]}"
