"""What a row shows of a letter, read off its replica without touching the rest of a long body."""

from __future__ import annotations

from itertools import islice
from typing import Final

from app.domain.edits import Replica
from app.domain.message import BodyFormat, Field
from app.domain.recipient import Recipient
from app.domain.record import Head

_PEOPLE: Final = 30
_SUBJECT_UNITS: Final = 1000
_PREVIEW: Final = 160
_TEXT_UNITS: Final = 4 * _PREVIEW
_HTML_UNITS: Final = 32_000
"""Word writes some ten thousand characters of style sheet before the first word."""


def head_of(replica: Replica) -> Head:
    """Return the head of the letter as it stands."""
    sender = replica.sender
    return Head(
        to=_people(replica),
        subject=replica.opening(Field.SUBJECT, _SUBJECT_UNITS),
        preview=_preview(replica),
        importance=replica.importance,
        sender="" if sender is None else _name(sender),
        deferred=replica.options.deferred,
        attachments=sum(not one.inline for one in replica.attachments),
    )


def _people(replica: Replica) -> str:
    """To, then Cc, with the words that are no recipient yet; Bcc only where there is nobody else."""
    names: list[str] = []
    for fields in ((Field.TO, Field.CC), (Field.BCC,)):
        for field in fields:
            names += [_name(one) for one in islice(replica.recipients(field), _PEOPLE)]
            names.append(" ".join(replica.pending.get(field, "").split()))
        if any(names):
            break
    return "; ".join(name for name in names if name)


def _name(recipient: Recipient) -> str:
    return recipient.name or recipient.address


def _preview(replica: Replica) -> str:
    if replica.body_format is BodyFormat.HTML:
        from app.services.html.plain_text import plain_text

        text = plain_text(replica.opening(Field.BODY, _HTML_UNITS))
    else:
        text = replica.opening(Field.BODY, _TEXT_UNITS)
    return " ".join(text.split())[:_PREVIEW]
