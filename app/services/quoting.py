"""Puts an older letter under a new one: quoted, or as it is under its head; a formatted one stays formatted."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final
from urllib.parse import unquote

from app.core.formatting import clock_time
from app.core.i18n import tr
from app.core.lazy_regex import late_pattern
from app.domain.message import BodyFormat, Content
from app.domain.recipient import Recipient, format_recipient

_MARK: Final = "> "
_BEGINS: Final = "-------- "
_MOST_PEOPLE: Final = 100
_PICTURE: Final = late_pattern(r"""\bsrc=["']cid:([^"'>]+)""", re.IGNORECASE)


def quoted(text: str) -> str:
    """Return `text` with a mark before each line; what is quoted already goes one step deeper."""
    return "\n".join(f">{line}" if line.startswith(">") else f"{_MARK}{line}".rstrip() for line in text.split("\n"))


def answer_to(content: Content, sent: float, writer: Recipient | None) -> Content:
    """Return the body of an answer: room for one's own words, then who wrote what and when; as formatted as `content`.

    Pure work, for a thread: a newsletter takes some tens of milliseconds.
    """
    who = "" if writer is None else format_recipient(writer)
    when = _when(sent)
    if who and when:
        head = tr("On {when}, {who} wrote:", when=when, who=who)
    else:
        head = tr("{who} wrote:", who=who) if who else tr("Written before:")
    if content.body_format is BodyFormat.TEXT:
        return Content(body=f"\n\n{head}\n{quoted(content.body.rstrip())}\n")
    from app.services.html import answering

    return Content(body=answering.answer_to(content.body, head), body_format=BodyFormat.HTML)


def passed_on(content: Content, sent: float, writer: Recipient | None) -> Content:
    """Return the body of a letter that is passed on: room for one's own words, then its head and all of it.

    Pure work, for a thread.
    """
    if content.body_format is BodyFormat.TEXT:
        fields = [f"{label}: {words}" for label, words in _head(content, sent, writer)]
        head = "\n".join([f"{_BEGINS}{tr('Forwarded message')} --------", *fields])
        return Content(body=f"\n\n{head}\n\n{content.body.rstrip()}\n")
    from app.services.html import answering

    body = answering.passed_on(content.body, tr("Forwarded message"), _head(content, sent, writer))
    return Content(body=body, body_format=BodyFormat.HTML)


def names_picture(html: str, content_id: str) -> bool:
    """Tell whether `html` shows the picture of that ContentId."""
    from html import unescape

    return bool(content_id) and content_id in {unquote(unescape(found)) for found in _PICTURE.findall(html)}


def _head(content: Content, sent: float, writer: Recipient | None) -> list[tuple[str, str]]:
    fields = (
        (tr("From"), "" if writer is None else format_recipient(writer)),
        (tr("Date"), _when(sent)),
        (tr("Subject"), content.subject),
        (tr("To"), _people(content.to)),
        (tr("Cc"), _people(content.cc)),
    )
    return [(label, words) for label, words in fields if words]


def _when(sent: float) -> str:
    """Return the day with its year, and the time: it will be read in another year."""
    return clock_time(sent, 0.0)


def _people(people: Iterable[Recipient]) -> str:
    written = [format_recipient(one) for one in people]
    more = len(written) - _MOST_PEOPLE
    return "; ".join(written[:_MOST_PEOPLE]) + (f"; … (+{more})" if more > 0 else "")
