"""That nobody has answered a message by a moment that the person named."""

from __future__ import annotations

import msgspec

from app.domain.message import AccountId, LocalId


class Reminder(msgspec.Struct, frozen=True, gc=False):
    """A wish to be told if nobody answers a message. Times are seconds since the epoch, 0 for none.

    `message_id` names the message on every server that it came to; `local_id` and `item_id` are its names here and in
    the mailbox it was sent from, as far as they are known. `mailbox` is whose that is, "" for the account's own.
    `sent` is when it was sent. `told` says that the person was told that nobody had answered at `due`.
    """

    account_id: AccountId
    message_id: str
    due: float
    local_id: LocalId = LocalId("")
    item_id: str = ""
    mailbox: str = ""
    subject: str = ""
    people: str = ""
    sent: float = 0.0
    told: bool = False

    @property
    def key(self) -> tuple[AccountId, str]:
        """Return what names the message."""
        return self.account_id, self.message_id
