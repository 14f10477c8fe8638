"""What became of one item of a request; the same for one attachment.

No exception stands for a batch: where the network failed, every item still has its outcome, and it is
"unknown" unless it is certain that the request never left this machine.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec

from app.domain.attachment import Attachment
from app.domain.errors import ServerWords, Trouble
from app.domain.message import Fetched, ItemRef


class Verdict(StrEnum):
    """What can be said of an item. ACCEPTED is the server's word, not yet a verified fact.

    TAKEN is less: the server has the message, and has not said that it went.
    """

    ACCEPTED = "accepted"
    TAKEN = "taken"
    REFUSED = "refused"
    NOT_ATTEMPTED = "not-attempted"
    UNKNOWN = "unknown"


LOCAL = "Local"
"""The response class of a refusal of our own, for what is known beforehand that no server takes."""


class Outcome(msgspec.Struct, frozen=True, gc=False):
    """What became of one item. `ref` is its name and ChangeKey from now on, where the server gave them.

    `words` are the server's own, for accepted and refused; `trouble` is why there was no answer, for
    not-attempted and unknown. `of_request` says that the words were said of a whole request of several items.
    """

    verdict: Verdict
    ref: ItemRef | None = None
    words: ServerWords | None = None
    trouble: Trouble | None = None
    at: float = 0.0
    of_request: bool = False

    @property
    def accepted(self) -> bool:
        """Return whether the server said yes to this item."""
        return self.verdict is Verdict.ACCEPTED

    @property
    def taken(self) -> bool:
        """Return whether the server took the message, and did not say that it went."""
        return self.verdict is Verdict.TAKEN

    @property
    def code(self) -> str:
        """Return the response code, or the kind of trouble, or nothing."""
        if self.words is not None:
            return self.words.response_code
        return self.trouble.kind.value if self.trouble is not None else ""


class FetchOutcome(msgspec.Struct, frozen=True):
    """The answer for one item of a read: `item` where it was there, and the outcome in each case."""

    outcome: Outcome
    item: Fetched | None = None


class AttachOutcome(msgspec.Struct, frozen=True):
    """What became of one attachment. `outcome.ref` is the message with the ChangeKey that it has from then on."""

    outcome: Outcome
    attachment_id: str = ""


class FetchedAttachment(msgspec.Struct, frozen=True):
    """One attachment read back: a file is at the path that was asked for, a message is in `message`."""

    outcome: Outcome
    attachment: Attachment | None = None
    message: Fetched | None = None
