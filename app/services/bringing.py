"""Brings the attachments of letters on their way to the server, beside the outbox: a film holds up nobody's letter.

It begins as soon as a letter is sent, while sending it can still be undone: what is uploaded is not sent by that.
"""

from __future__ import annotations

from collections.abc import Callable

from app.domain.message import AccountId, LocalId
from app.domain.record import Record
from app.services.accounts import Accounts
from app.services.drafts import Drafts
from app.services.work import Spawn


class Bringing:
    """Uploads for letters that are held or queued, once each; what fails is the outbox's to try again."""

    def __init__(self, drafts: Drafts, accounts: Accounts, spawn: Spawn, wake: Callable[[AccountId], None]) -> None:
        """`wake` lets the outbox of an account look again at what is due."""
        self._drafts = drafts
        self._accounts = accounts
        self._spawn = spawn
        self._wake = wake
        self._under_way: set[LocalId] = set()
        self._tried: set[LocalId] = set()

    def is_under_way(self, local_id: LocalId) -> bool:
        """Tell whether a letter's attachments are on their way now."""
        return local_id in self._under_way

    def begin(self, record: Record) -> bool:
        """Begin where there is something to bring; True while it is under way.

        After one try it is the outbox's turn, which waits and says why where it was in vain.
        """
        local_id = record.local_id
        if local_id in self._under_way:
            return True
        if local_id in self._tried or record.saved or not (record.head.attachments or record.has_held):
            self._tried.discard(local_id)
            return False
        if self._accounts.is_paused(record.account_id):
            return False
        self._under_way.add(local_id)
        self._spawn(self._bring(record), f"bring the attachments of {local_id}")
        return True

    async def _bring(self, record: Record) -> None:
        try:
            await self._drafts.save(record.local_id, for_sending=True)
        finally:
            self._under_way.discard(record.local_id)
            self._tried.add(record.local_id)
            self._wake(record.account_id)
