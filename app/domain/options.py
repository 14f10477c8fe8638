"""What a letter can say beside its text and its people: receipts, categories, a follow-up flag, when it is to go.

They stand in a struct of their own, so that Content stays readable and a letter without any costs nothing on disk.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec

from app.domain.recipient import Recipient


class Sensitivity(StrEnum):
    """SensitivityChoicesType."""

    NORMAL = "Normal"
    PERSONAL = "Personal"
    PRIVATE = "Private"
    CONFIDENTIAL = "Confidential"


class FlagStatus(StrEnum):
    """FlagStatusType."""

    NOT_FLAGGED = "NotFlagged"
    FLAGGED = "Flagged"
    COMPLETE = "Complete"


class FollowUp(msgspec.Struct, frozen=True, omit_defaults=True):
    """The follow-up flag. Times are seconds since the epoch, 0 for none; `completed` counts for COMPLETE alone."""

    status: FlagStatus = FlagStatus.NOT_FLAGGED
    start: float = 0.0
    due: float = 0.0
    completed: float = 0.0


class Header(msgspec.Struct, frozen=True):
    """One Internet header that goes out with the letter, as `name: value`."""

    name: str
    value: str


class Options(msgspec.Struct, frozen=True, omit_defaults=True):
    """All that can be said beside text and people. `deferred` is when the server lets it go, in seconds, 0 for at once;
    `reminder` is when the sender is reminded of it, 0 for never.

    `submitter` is the element Sender; None leaves it to the server. `conversation_index` and `conversation_topic` are
    what a new draft asks for; what the server made of them is in Fetched.
    """

    sensitivity: Sensitivity = Sensitivity.NORMAL
    categories: tuple[str, ...] = ()
    follow_up: FollowUp = FollowUp()
    in_reply_to: str = ""
    references: str = ""
    reply_to: tuple[Recipient, ...] = ()
    read_receipt: bool = False
    delivery_receipt: bool = False
    response_requested: bool = False
    headers: tuple[Header, ...] = ()
    deferred: float = 0.0
    submitter: Recipient | None = None
    conversation_index: bytes = b""
    conversation_topic: str = ""
    reminder: float = 0.0
