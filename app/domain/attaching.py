"""Attaching: what is asked for, and what became of each attachment."""

from __future__ import annotations

import msgspec

from app.domain.attachment import Attachment
from app.domain.message import Content, Fetched
from app.domain.outcome import Outcome


class NewAttachment(msgspec.Struct, frozen=True):
    """Something to attach: the file at `path`, or `letter`. With `content_id` it is shown within the text (cid:)."""

    name: str
    path: str = ""
    content_type: str = ""
    content_id: str = ""
    letter: Content | None = None


class AttachOutcome(msgspec.Struct, frozen=True):
    """What became of one attachment. `outcome.ref` is the letter with the ChangeKey that it has from then on."""

    outcome: Outcome
    attachment_id: str = ""


class AttachmentFetch(msgspec.Struct, frozen=True):
    """One attachment read back: a file is at the path that was asked for, a letter is in `letter`."""

    outcome: Outcome
    attachment: Attachment | None = None
    letter: Fetched | None = None
