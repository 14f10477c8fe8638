"""Puts an older letter under a new one: its words with a mark before each line, or as they are, under its head."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import Final

from app.domain.address_writing import format_recipient
from app.domain.i18n import tr
from app.domain.message import BodyFormat, Content
from app.domain.recipient import Recipient
from app.services.times import clock_time

_MARK: Final = "> "
_BEGINS: Final = "-------- "
_MOST_PEOPLE: Final = 100


def quoted(text: str) -> str:
    """Return `text` with a mark before each line; what is quoted already goes one step deeper."""
    return "\n".join(f">{line}" if line.startswith(">") else f"{_MARK}{line}".rstrip() for line in text.split("\n"))


def answer_to(text: str, sent: float, writer: Recipient | None) -> str:
    """Return the text of an answer: room for one's own words, then who wrote what and when."""
    who = "" if writer is None else format_recipient(writer)
    when = _when(sent)
    if who and when:
        head = tr("On {when}, {who} wrote:", when=when, who=who)
    else:
        head = tr("{who} wrote:", who=who) if who else tr("Written before:")
    return f"\n\n{head}\n{quoted(text.rstrip())}\n"


def passed_on(content: Content, sent: float, writer: Recipient | None) -> str:
    """Return the text of a letter that is passed on: room for one's own words, then its head and all of it.

    A formatted one stays so; it is cleaned as whatever comes from outside, but its pictures stay: it was one's own.
    """
    if content.body_format is BodyFormat.TEXT:
        head = "\n".join([f"{_BEGINS}{tr('Forwarded message')} --------", *_head(content, sent, writer)])
        return f"\n\n{head}\n\n{content.body.rstrip()}\n"
    from app.services.html.clean import Remote, clean

    lines = "<br>".join(escape(line) for line in [tr("Forwarded message"), *_head(content, sent, writer)])
    head = f'<div style="border-top:1px solid #b5b5b5;padding-top:4px">{lines}</div>'
    return f"<p><br></p>{head}<br>{clean(content.body, Remote.KEPT).html}"


def _head(content: Content, sent: float, writer: Recipient | None) -> list[str]:
    fields = (
        (tr("From"), "" if writer is None else format_recipient(writer)),
        (tr("Date"), _when(sent)),
        (tr("Subject"), content.subject),
        (tr("To"), _people(content.to)),
        (tr("Cc"), _people(content.cc)),
    )
    return [f"{label}: {words}" for label, words in fields if words]


def _when(sent: float) -> str:
    """Return the day with its year, and the time: it will be read in another year."""
    return clock_time(sent, 0.0)


def _people(people: Iterable[Recipient]) -> str:
    written = [format_recipient(one) for one in people]
    more = len(written) - _MOST_PEOPLE
    return "; ".join(written[:_MOST_PEOPLE]) + (f"; … (+{more})" if more > 0 else "")
