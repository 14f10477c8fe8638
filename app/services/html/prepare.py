"""Prepares HTML for the editor, and for replies.

What is quoted comes through the sanitiser like all HTML, but keeps its pictures: it is a message of one's own.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape
from typing import Final

import msgspec

from app.core.i18n import ntr, tr
from app.core.text import utf16_length
from app.domain.blocks import QUOTE_HEAD, Block, Body, KeptHtml, Paragraph, as_signature
from app.domain.visible_text import plain_text
from app.services.html.bounds import editable_blocks, editable_text
from app.services.html.foreign import Remote, body_of_own, clean, read_body
from app.services.html.write import (
    OWN_BASE,
    QUOTE,
    BlockEntry,
    close_body,
    entries,
    house_base,
    open_body,
    write_blocks,
    write_body,
    write_entries,
)


class Opened(msgspec.Struct, frozen=True):
    """A body ready for the editor's document. `known` is the HTML that the journal has: where it differs, the first
    change writes the whole body once. `written` is the HTML of each entry, `units` its length. `reduced` says in
    words why only its text is here.
    """

    body: Body
    entries: tuple[BlockEntry, ...]
    known: str
    written: tuple[str, ...]
    units: tuple[int, ...]
    reduced: str = ""


def open_html(html: str) -> Opened:
    """Return the body of a message of one's own; pictures from elsewhere stay in it, and are not fetched."""
    body, reduced = read_body(html)
    return msgspec.structs.replace(_opened_body(body, html), reduced=reduced)


def open_own(html: str) -> Opened:
    """Return the body of a template or signature for the editor. It is read in the caller's thread, at once."""
    return _opened_body(body_of_own(html), html)


def _opened_body(body: Body, known: str) -> Opened:
    blocks = editable_blocks(body.blocks, body.base) or (Paragraph(),)
    return _opened(msgspec.structs.replace(body, blocks=blocks), known)


def _opened(body: Body, known: str) -> Opened:
    made = entries(body.blocks, body.base)
    written = write_entries(made)
    return Opened(body, tuple(made), known, tuple(written), tuple(utf16_length(text) for text in written))


def open_text(text: str, base: str = OWN_BASE) -> Opened:
    """Return plain text as a body of formatted text; what is `known` of it is what it will be from then on.

    `base` is the CSS around it, as in all that is begun here.
    """
    body = Body(editable_text(text, base), base)
    return _opened(body, write_body(body))


_SHORT: Final = 4_000
"""Characters up to which a body is tried as words alone: a fraction of a millisecond."""


def open_words(html: str) -> Opened | None:
    """Return a short body that says no more than its words, as `open_text` writes them; None for any other."""
    base = house_base(html) if len(html) <= _SHORT else ""
    if not base:
        return None
    opened = open_text(plain_text(html), base)
    return opened if opened.known == html else None


def words_alone(html: str) -> str | None:
    """Return the text of a short body that says no more than its words; None for any other."""
    return None if open_words(html) is None else plain_text(html)


def html_of_text(text: str, base: str = OWN_BASE) -> str:
    """Return plain text as the HTML of a message begun here, a line for a line."""
    return open_text(text, base).known


_LINE: Final = "<div><br></div>"
_END: Final = close_body("")


def _room(base: str) -> str:
    """Return the beginning of an answer: two lines for one's own words."""
    return f"{open_body(base)}{_LINE}{_LINE}"


def _quoted(html: str, *, black: bool) -> str:
    """Return what is quoted, safe; where it is to be `black`, it does not take on the colour of the words above it."""
    safe = clean(html, Remote.QUOTED)
    return f'<div style="color:#000000">{safe}</div>' if black else safe


def answer_to(html: str, head: str, base: str = OWN_BASE, *, black: bool = False) -> str:
    """Return the body of an answer to `html`; `head` says in words who wrote it, and when."""
    quoted = _quoted(html, black=black)
    return f"{_room(base)}<div><div>{escape(head)}</div>{QUOTE}{quoted}</blockquote></div>{_END}"


def under_head(html: str, head: Sequence[tuple[str, str]], base: str = OWN_BASE, *, black: bool = False) -> str:
    """Return the body of a message that has `html` below it, under a rule and the fields of its `head`.

    So Outlook on the web sets it: programs that sign or file messages know an older one by the name of its head.
    """
    fields = "<br>".join(f"<b>{escape(label)}:</b> {escape(words)}" for label, words in head)
    return f'{_room(base)}<hr><div id="{QUOTE_HEAD}">{fields}</div>{_LINE}{_quoted(html, black=black)}{_END}'


def sign_above(body: str, signature: Sequence[Block]) -> str | None:
    """Return an answer with a signature under the room for one's own words; None where `body` is none of ours.

    It is of `answer_to` or `under_head`, and nothing was written in it yet.
    """
    base = house_base(body)
    room = _room(base)
    if not base or not body.startswith(room):
        return None
    return f"{room}{write_blocks(signature, base)}{_LINE}{body[len(room) :]}"


def open_kept(html: str, base: str = OWN_BASE) -> Opened:
    """Return a signature that is kept to the letter (`Snippet.kept`) for the editor: one piece, to be looked at."""
    return _opened(Body((KeptHtml(as_signature(html)),), base), "")


_LOST_TAG: Final = re.compile(r"<([a-z][a-z0-9]{0,30})([^<>]*)>")
_DRESSING: Final = frozenset(
    {"b", "i", "u", "s", "sub", "sup", "span", "h1", "h2", "h3", "h4", "h5", "h6", "strong", "em"}
)


def losses(html: str) -> str:
    """Return in words what a body loses as plain text, "" where its words are all there is."""
    inner = html.partition("<body>")[2] or html
    counts: dict[str, int] = {}
    for tag in _LOST_TAG.finditer(inner):
        counts[tag[1]] = counts.get(tag[1], 0) + 1
    links = sum(1 for tag in _LOST_TAG.finditer(inner) if tag[1] == "a")
    found: list[str] = []
    for name, one, many in (("img", "{n} picture", "{n} pictures"), ("table", "{n} table", "{n} tables")):
        if counts.get(name):
            found.append(ntr(one, many, counts[name]))
    if links:
        found.append(ntr("{n} link", "{n} links", links))
    styled = sum(1 for tag in _LOST_TAG.finditer(inner) if "style=" in tag[2]) - 1
    if styled > 0 or any(counts.get(name) for name in _DRESSING):
        found.append(tr("how it is dressed"))
    if counts.get("ul") or counts.get("ol") or counts.get("blockquote"):
        found.append(tr("lists and quotations as such"))
    return ", ".join(found)
