"""Does one job, in whichever process it is called. What a job needs is loaded with the first of its kind."""

from __future__ import annotations

from typing import Final

from app.content.jobs import (
    Answer,
    HtmlRead,
    Job,
    MailRead,
    NoMessage,
    NoPicture,
    PictureRead,
    ReadFile,
    ReadHtml,
    ReadPicture,
    ReadSignature,
    Remote,
    SignatureRead,
    TooComplex,
    Want,
)


def perform(job: Job) -> Answer:
    """Return the answer to a job. Raises TooComplex, and whatever hostile content may bring about."""
    match job:
        case ReadFile():
            return _read_file(job)
        case ReadPicture():
            return _read_picture(job)
        case ReadSignature():
            return _read_signature(job)
        case ReadHtml():
            return _read_html(job)


def _read_picture(job: ReadPicture) -> PictureRead | NoPicture:
    from app.content.pictures import decode

    return decode(job)


def _read_signature(job: ReadSignature) -> SignatureRead:
    from app.content.html.signature import read_signature

    return read_signature(job)


def _read_file(job: ReadFile) -> MailRead | NoMessage:
    from app.content.eml import read_message

    return read_message(job.raw, job.unnamed)


MOST_BLOCKS: Final = 50_000
"""Blocks that are handed over: each is an object in the window, and a message that people wrote has some hundred."""


def _read_html(job: ReadHtml) -> HtmlRead:
    read = _read(job)
    if len(read.blocks) > MOST_BLOCKS:
        raise TooComplex
    return read


def _read(job: ReadHtml) -> HtmlRead:
    from app.content.html import parse
    from app.content.html.clean import clean
    from app.domain.visible_text import plain_text

    html = job.html
    match job.want:
        case Want.CLEAN:
            cleaned = clean(html, job.remote)
            return HtmlRead(html=cleaned.html, remote=cleaned.remote, reduced=cleaned.reduced)
        case Want.READ:
            cleaned = clean(html, job.remote)
            blocks = () if cleaned.reduced else tuple(parse.parse_showing(cleaned.html))
            return HtmlRead(blocks, text=plain_text(html), remote=cleaned.remote, reduced=cleaned.reduced)
        case Want.EDIT:
            cleaned = clean(html, Remote.KEPT)
            body = parse.parse_body(cleaned.html)
            return HtmlRead(body.blocks, base=body.base, quote=body.quote, reduced=cleaned.reduced)
        case Want.INSERT:
            return HtmlRead(tuple(parse.parse_piece(clean(html, job.remote).html)))
        case Want.SHOW:
            return HtmlRead(tuple(parse.parse_showing(html)))
