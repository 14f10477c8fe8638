"""All that the program asks of HTML. What comes from outside is read in the content process (`app/content`).

Calls take their time: they are made off the window's thread. HTML that is more than any message needs is reduced to its
visible text, and a sentence comes with it where the person is to be told. What ends in `_of_own` is for what this
program's editor wrote, and reads it in the caller's thread.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec

from app.content.ask import read_content
from app.content.jobs import (
    HtmlRead,
    ReadHtml,
    ReadSignature,
    Remote,
    SignatureRead,
    SignatureSource,
    TooComplex,
    Unavailable,
    Want,
)
from app.core.i18n import tr
from app.core.layout_bounds import MOST_LINES
from app.core.lazy_regex import late_pattern
from app.domain.blocks import Block, Body, KeptHtml, Paragraph, Run, as_signature
from app.domain.html_rules import text_as_html
from app.domain.visible_text import plain_text
from app.services.html.write import inner_html

__all__ = [
    "LONGEST_TEXT",
    "Remote",
    "SignatureRead",
    "TooComplex",
    "blocks_of_own",
    "body_of_own",
    "clean",
    "read_body",
    "read_for_insertion",
    "read_for_reading",
    "read_for_signature",
    "read_safe",
    "read_signature_file",
    "read_signature_of",
    "read_text_signature_of",
    "text_blocks",
]

LONGEST_TEXT: Final = 500_000
"""Characters of the visible text to which HTML is reduced; a message that people wrote has a hundredth of it."""


def clean(html: str, remote: Remote = Remote.LINKED) -> str:
    """Return `html` made safe, with everything visible in it; a fragment, without html, head and body."""
    try:
        return read_content(ReadHtml(html, Want.CLEAN, remote)).html
    except TooComplex:
        return text_as_html(_visible(html))


def read_for_reading(html: str) -> tuple[HtmlRead, str]:
    """Return what is shown of a message, and why it is reduced to its text, "" where it is not.

    `blocks` are its formatted text, `text` is its text, and `remote` how many pictures lie elsewhere.
    """
    why = tr("This message is too complex to show with its formatting.")
    try:
        read = read_content(ReadHtml(html, Want.READ))
    except Unavailable:
        read, why = (
            HtmlRead(text=plain_text(html), reduced=True),
            tr("Restart Mailwright to see it with its formatting."),
        )
    except TooComplex:
        read = HtmlRead(text=plain_text(html), reduced=True)
    return (msgspec.structs.replace(read, text=read.text[:LONGEST_TEXT]), why) if read.reduced else (read, "")


def read_body(html: str) -> tuple[Body, str]:
    """Return the body of a message for the editor, from any HTML, and why it is reduced to its text, "" where not.

    Pictures from elsewhere stay in it.
    """
    why = tr("This message is too complex to edit with its formatting: only its text is here.")
    try:
        read = read_content(ReadHtml(html, Want.EDIT))
    except Unavailable:
        return Body(tuple(text_blocks(html))), tr(
            "Restart Mailwright to edit it with its formatting: only its text is here."
        )
    except TooComplex:
        return Body(tuple(text_blocks(html))), why
    return Body(read.blocks, read.base, read.quote), why if read.reduced else ""


def read_for_insertion(html: str, remote: Remote = Remote.LINKED) -> list[Block]:
    """Return the blocks of any HTML, to be put into a body: what is pasted."""
    try:
        return list(read_content(ReadHtml(html, Want.INSERT, remote)).blocks)
    except TooComplex:
        return text_blocks(html)


def read_safe(html: str) -> list[Block]:
    """Return blocks of safe HTML that are only shown."""
    try:
        return list(read_content(ReadHtml(html, Want.SHOW)).blocks)
    except TooComplex:
        return text_blocks(html)


_HELD_BACK: Final = late_pattern(r"""<table\b|[";](?:border|padding|width|height)[a-z-]*:""")
"""What a signature may say that the editor would not write again as it came."""


def read_for_signature(html: str) -> list[Block]:
    """Return the blocks of what is pasted into a signature: to the letter where the editor would lose a part of it."""
    safe = clean(html, Remote.KEPT)
    return [KeptHtml(as_signature(safe))] if _HELD_BACK.search(safe) else read_for_insertion(html, Remote.KEPT)


def read_signature_file(raw: bytes, pictures: Mapping[str, bytes], *, plain: bool) -> SignatureRead:
    """Return the signature that a file holds, safe, its `pictures` (by their addresses in it) written out in it.

    Raises TooComplex. `plain` says that the file is plain text.
    """
    source = SignatureSource.TEXT if plain else SignatureSource.FILE
    return read_content(ReadSignature(raw, dict(pictures), source))


def read_signature_of(html: str, pictures: Mapping[str, bytes]) -> SignatureRead:
    """Return the signature in a message that was sent, or where it may begin. Raises TooComplex."""
    return read_content(ReadSignature(html.encode("utf-8", "replace"), dict(pictures), SignatureSource.MESSAGE))


def read_text_signature_of(text: str) -> SignatureRead:
    """Return the signature in a plain message that was sent, without what it quotes. Raises TooComplex."""
    read = read_content(ReadSignature(text_as_html(text).encode("utf-8", "replace"), {}, SignatureSource.MESSAGE))
    return msgspec.structs.replace(read, is_plain=True)


def blocks_of_own(html: str) -> list[Block]:
    """Return the blocks of a template or signature, to be put into a body, whose style it takes on."""
    from app.content.html.parse import parse_piece

    return parse_piece(inner_html(html))


def body_of_own(html: str) -> Body:
    """Return a template or signature as a body for the editor."""
    from app.content.work import perform

    read = perform(ReadHtml(html, Want.EDIT))
    return Body(read.blocks, read.base, read.quote) if isinstance(read, HtmlRead) else Body()


def _visible(html: str) -> str:
    return plain_text(html)[:LONGEST_TEXT]


def text_blocks(html: str) -> list[Block]:
    """Return the visible text of any HTML as blocks. Linear in its length, and read in the caller's thread.

    What stands behind the lines that can be edited is one block, kept as it is.
    """
    lines = _visible(html).split("\n", MOST_LINES)
    rest = lines.pop() if len(lines) > MOST_LINES else ""
    made: list[Block] = [Paragraph((Run(line),) if line else ()) for line in lines]
    return [*made, KeptHtml(text_as_html(rest))] if rest else made
