"""What is still on its way when the program is to end, and what waits on purpose and does not delay the end.

On its way is what the person sent and what can go now: held for undo, queued, being sent. What waits for a network, for
a sign-in, or for the person's word, was said to wait, and goes on waiting on disk.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from app.core.i18n import ntr
from app.domain.errors import TroubleKind
from app.domain.message import LocalId
from app.domain.record import Record, is_held_here, waits_for_answer
from app.domain.state import MAY_HAVE_LEFT, ON_ITS_WAY, UNSETTLED, State
from app.services.accounts.accounts import Accounts
from app.services.outbox.outbox import Outbox
from app.services.ports import Clock
from app.services.records.records import Records
from app.services.text.status_text import last_failure

_OFFLINE: Final = frozenset({TroubleKind.UNREACHABLE, TroubleKind.PROXY})


class Leaving:
    """Asked of the messages each time: nothing is remembered here."""

    def __init__(self, records: Records, outbox: Outbox, accounts: Accounts, clock: Clock) -> None:
        """Know `messages`, and act by way of `outbox`."""
        self._records = records
        self._outbox = outbox
        self._accounts = accounts
        self._clock = clock

    def under_way(self) -> list[Record]:
        """Return what is on its way now, and is worth waiting for."""
        return [record for record in self._records.all() if self._is_under_way(record)]

    def _is_under_way(self, record: Record) -> bool:
        if record.discarded or record.state not in ON_ITS_WAY:
            return False
        if is_held_here(record):
            return False  # it waits for its time, and goes then if the program runs
        return record.state is not State.QUEUED or not (waits_for_answer(record) or self._waits(record))

    def _waits(self, record: Record) -> bool:
        """Return whether a queued message waits for something that waiting does not bring."""
        account_id = record.account_id
        if self._accounts.get(account_id) is None:
            return True
        if self._accounts.is_paused(account_id) and self._accounts.was_tried(account_id):
            return True
        return record.not_before > self._clock.now() and self._is_offline(record)

    @staticmethod
    def _is_offline(record: Record) -> bool:
        last = last_failure(record)
        return last is not None and last.trouble is not None and last.trouble.kind in _OFFLINE

    def left_of(self, names: Iterable[LocalId]) -> list[Record]:
        """Return those of `names` of which it is not settled whether they went."""
        records = (self._records.get(name) for name in names)
        return [one for one in records if one is not None and one.state in UNSETTLED and not one.discarded]

    def refused(self) -> set[LocalId]:
        """Return the messages that were to be sent and need the person."""
        return {record.local_id for record in self._records.all() if record.state is State.NEEDS_ATTENTION}

    def can_go_within(self, records: Iterable[Record], seconds: float) -> bool:
        """Return whether one of `records` may be through in so many seconds, as far as is known now."""
        soon = self._clock.now() + seconds
        return any(record.state is not State.QUEUED or record.not_before <= soon for record in records)

    async def let_go(self) -> None:
        """End the time for undo: what is held goes now. Raises StorageError."""
        held = [one for one in self._records.all() if one.state is State.HELD and not is_held_here(one)]
        await self._outbox.send_now([one.local_id for one in held])

    async def try_again(self, names: Iterable[LocalId]) -> None:
        """Let those of `names` that wait for their next try go now. Raises StorageError."""
        queued = [record for record in self.left_of(names) if record.state is State.QUEUED]
        for account_id in {record.account_id for record in queued}:
            if self._accounts.trouble(account_id) is not None:
                await self._accounts.try_again(account_id)
        await self._outbox.send_now([record.local_id for record in queued])

    async def take_back(self, names: Iterable[LocalId]) -> list[Record]:
        """Make drafts of what has not left; return those of which it cannot be known. Raises StorageError."""
        wanted = list(names)
        await self._outbox.undo([one.local_id for one in self.left_of(wanted) if one.state not in MAY_HAVE_LEFT])
        return [record for record in self.left_of(wanted) if record.state in MAY_HAVE_LEFT]

    def waiting_words(self) -> str:
        """Return a sentence on what stays on this computer until the next start, "" for nothing."""
        queued = (r for r in self._records.all() if r.state is State.QUEUED and not r.discarded)
        waiting = [r for r in queued if not waits_for_answer(r) and self._accounts.get(r.account_id) is not None]
        if not waiting:
            return self._held_words()
        if all(self._is_offline(record) for record in waiting):
            return ntr(
                "{n} message is waiting for a connection. It will be sent when Mailwright runs again.",
                "{n} messages are waiting for a connection. They will be sent when Mailwright runs again.",
                len(waiting),
            )
        return ntr(
            "{n} message is waiting for its account. It will be sent when Mailwright runs again.",
            "{n} messages are waiting for their account. They will be sent when Mailwright runs again.",
            len(waiting),
        )

    def _held_words(self) -> str:
        """Return a sentence on what waits on this computer for its time, "" for nothing."""
        held = [record for record in self._records.all() if is_held_here(record) and not record.discarded]
        if not held:
            return ""
        return ntr(
            "{n} message waits on this computer for its time. It will be sent when Mailwright runs then.",
            "{n} messages wait on this computer for their time. They will be sent when Mailwright runs then.",
            len(held),
        )
