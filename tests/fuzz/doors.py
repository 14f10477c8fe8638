"""The doors by which content from outside comes in: what reads it, and in which process."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from datetime import date
from typing import Final

import msgspec

from app.backends.ews.item_reader import number_of, time_of
from app.backends.ews.xml import parse
from app.backends.net.http_errors import Unreadable, seconds_of
from app.backends.net.reports import people_in
from app.content.jobs import (
    AnswerReader,
    Job,
    ReadFile,
    ReadHtml,
    ReadPicture,
    ReadSignature,
    SignatureSource,
    Want,
    decode_job,
)
from app.content.pictures import samples
from app.core.layout_bounds import shown_lines
from app.core.parsing import json_in
from app.core.text import clean_text
from app.domain.address_parser import parse_recipients
from app.domain.errors import BadInput
from app.domain.files import kind_of, safe_file_name
from app.domain.mailto import read_mailto
from app.domain.query import as_aqs, completions, read_query
from app.domain.startup_request import StartupRequest
from app.domain.visible_text import plain_text
from app.services.accounts.signatures import quote_begins
from app.services.html.prepare import losses
from app.ui.reader.links import is_look_alike, shown_link
from app.views.compose.typed_dates import read_moment

Door = Callable[[str], object]
_TODAY: Final = date(2026, 11, 23)


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "replace")


_PICTURES: Final = tuple(samples())

_BESIDE: Final = {"x_files/image001.png": _PICTURES[0], "cid:a@b": _PICTURES[0]}


def _damaged(raw: bytes) -> bytes:
    """Return a picture in which up to some thirty bytes are others, or that goes on with others."""
    picture = bytearray(_PICTURES[len(raw) % len(_PICTURES)])
    for number, byte in enumerate(raw[1:33]):
        picture[(raw[0] * 7 + number * number * 5) % len(picture)] ^= byte
    return bytes(picture) + raw[33:100_000]


def _refused(work: Callable[[], object], *errors: type[Exception]) -> None:
    """Do `work`; the errors that its contract names are an answer too."""
    with contextlib.suppress(*errors):
        work()


HERE: Final[dict[str, Door]] = {
    "plain text of HTML": plain_text,
    "quoted text of HTML": lambda text: plain_text(text, quoting=True),
    "what a body loses": losses,
    "a link under the pointer": lambda text: (shown_link(text), is_look_alike(text)),
    "a link for a message": lambda text: _refused(lambda: read_mailto(f"mailto:{text}"), BadInput),
    "recipients": lambda text: parse_recipients(clean_text(text[:20_000], lines=False)),
    "a search": lambda text: (as_aqs(read_query(text[:2_000], _TODAY)), completions(text[:200])),
    "a moment": lambda text: read_moment(text[:200], 1_800_000_000.0),
    "the name of a file": lambda text: (safe_file_name(text, "x"), kind_of(text)),
    "where a quotation begins": quote_begins,
    "the words of a report": lambda text: people_in(text[:1_000], text, "a@b.example"),
    "lines that are laid out": lambda text: list(shown_lines(text)),
    "numbers and moments of a server": lambda text: (number_of(text), time_of(text), seconds_of(text), json_in(text)),
    "a SOAP reply": lambda text: _refused(lambda: parse(_bytes(text)), Unreadable),
    "a later start": lambda text: _refused(lambda: msgspec.json.decode(_bytes(text), type=StartupRequest), ValueError),
    "an answer of the content process": lambda text: _refused(
        lambda: AnswerReader().take_frame(_bytes(text)), ValueError
    ),
    "a job of the content process": lambda text: _refused(lambda: decode_job(_bytes(text)), ValueError),
}
"""What the window and the engine read themselves."""

THERE: Final[dict[str, Callable[[str], Job]]] = {
    "HTML that is read": lambda text: ReadHtml(text, Want.READ),
    "HTML that is edited": lambda text: ReadHtml(text, Want.EDIT),
    "HTML that is pasted": lambda text: ReadHtml(text, Want.INSERT),
    "a message in a file": lambda text: ReadFile(_bytes(text)),
    "a signature in a file": lambda text: ReadSignature(_bytes(text), _BESIDE, SignatureSource.FILE),
    "a signature in a file of text": lambda text: ReadSignature(_bytes(text), {}, SignatureSource.TEXT),
    "a signature in a message": lambda text: ReadSignature(_bytes(text), _BESIDE, SignatureSource.MESSAGE),
    "a picture": lambda text: ReadPicture(_damaged(_bytes(text))),
}
"""What the content processes read."""
