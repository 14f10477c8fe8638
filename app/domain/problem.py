"""What keeps a message from being sent, or is wrong after it was: plain words for the disk, `kind` or `kind:value`.

They are stored in `Record.problem`; `services/text/status_text.py` makes the sentences that a person reads.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec

from app.domain.message import Field


class ProblemKind(StrEnum):
    """Found before sending (the first group) or by looking afterwards (the second)."""

    NO_RECIPIENTS = "no-recipients"
    ADDRESS = "address"
    PENDING_WORDS = "pending-words"
    SUBJECT_TOO_LONG = "subject-too-long"
    SUBJECT_EMPTY = "subject-empty"
    OPTION = "option"
    NOT_CARRIED = "not-carried"
    ADDRESS_SLIPPED = "address-slipped"
    ADDRESS_LOOKS_LIKE = "address-looks-like"
    NOT_DELIVERED = "not-delivered"
    EXTERNAL = "external"
    TWICE = "twice"
    MANY_RECIPIENTS = "many-recipients"
    ATTACHMENT_FORGOTTEN = "attachment-forgotten"
    TOO_LARGE = "too-large"
    UNFILLED = "unfilled"
    ATTACHMENT_OUTDATED = "attachment-outdated"
    ATTACHMENT_STRANGE = "attachment-strange"
    ATTACHMENTS_DIFFER = "attachments-differ"
    TEXT_DIFFERS = "text-differs"

    COPY_STAYS = "copy-stays"
    LEFT_IN_DRAFTS = "left-in-drafts"
    NO_COPY = "no-copy"
    COPY_ELSEWHERE = "copy-elsewhere"
    NOT_SENT = "not-sent"
    NOT_LET_GO = "not-let-go"
    SENT_EARLY = "sent-early"
    TAKING_BACK = "taking-back"
    WAITED_LONG = "waited-long"
    CANNOT_BE_KNOWN = "cannot-be-known"


class Evidence(StrEnum):
    """What was seen of a message of which it cannot be known whether it was sent: the value of its problem."""

    DRAFT = "draft"
    NOTHING = "nothing"


BEFORE_SENDING = frozenset(
    {
        ProblemKind.NO_RECIPIENTS,
        ProblemKind.ADDRESS,
        ProblemKind.PENDING_WORDS,
        ProblemKind.SUBJECT_TOO_LONG,
        ProblemKind.SUBJECT_EMPTY,
        ProblemKind.OPTION,
        ProblemKind.NOT_CARRIED,
        ProblemKind.ADDRESS_SLIPPED,
        ProblemKind.ADDRESS_LOOKS_LIKE,
        ProblemKind.NOT_DELIVERED,
        ProblemKind.EXTERNAL,
        ProblemKind.TWICE,
        ProblemKind.MANY_RECIPIENTS,
        ProblemKind.ATTACHMENT_FORGOTTEN,
        ProblemKind.TOO_LARGE,
        ProblemKind.UNFILLED,
        ProblemKind.ATTACHMENT_OUTDATED,
        ProblemKind.ATTACHMENT_STRANGE,
        ProblemKind.ATTACHMENTS_DIFFER,
        ProblemKind.TEXT_DIFFERS,
    }
)


class Finding(msgspec.Struct, frozen=True):
    """One finding of the preflight: at which field, whether it keeps the message back, and the sentence to show.

    `fix` is what may stand in place of `value`, "" where nothing can be proposed.
    """

    kind: ProblemKind
    field: Field
    blocking: bool
    sentence: str
    value: str = ""
    fix: str = ""

    @property
    def problem(self) -> str:
        """Return the finding as a record stores it."""
        return problem(self.kind, self.value)


def problem(kind: ProblemKind, value: str = "") -> str:
    """Return the text that is stored on disk."""
    return f"{kind.value}:{value}" if value else kind.value


def read_problem(text: str) -> tuple[ProblemKind | None, str]:
    """Return kind and value of a text that is stored on disk; None for nothing, and for a kind not known here."""
    kind, _, value = text.partition(":")
    try:
        return ProblemKind(kind), value
    except ValueError:
        return None, value
