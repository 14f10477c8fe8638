"""Throwing a message away, and taking it back.

The item stays on the server until the time for undo is over, and only then goes to Deleted Items: taking it back costs
no request, keeps its id, attachments and place, and works offline. What was discarded stays on this machine for a day,
so that it can be taken back even later, as a new item then.
"""

from __future__ import annotations

from typing import Final

from app.core.background import Spawn, growing_pause
from app.domain.message import AccountId, LocalId
from app.domain.outcome import Outcome, Verdict
from app.domain.record import Record
from app.domain.response_codes import ITEM_GONE
from app.domain.state import WRITABLE
from app.services.accounts.accounts import Accounts
from app.services.drafts.saver import Saver, as_it_is, being_discarded, is_passing
from app.services.ports import Clock, Mailbox
from app.services.records.records import Records

UNDO_SECONDS: Final = 10.0
KEPT_FOR: Final = 24 * 3600.0


class Trash:
    """Discards messages and finishes it when the time for undo is over."""

    def __init__(
        self, records: Records, mailbox: Mailbox, accounts: Accounts, saver: Saver, clock: Clock, spawn: Spawn
    ) -> None:
        """Discard from `messages`, and from the server by way of `mailbox`."""
        self._records = records
        self._mailbox = mailbox
        self._accounts = accounts
        self._saver = saver
        self._clock = clock
        self._spawn = spawn

    async def discard(self, local_id: LocalId, undo_seconds: float) -> bool:
        """Throw away. False where the message is on its way or was sent. Raises StorageError."""
        now = self._clock.now()
        record = await self._records.change(local_id, lambda r: r.state in WRITABLE, discarded=now, open=False)
        if record is None:
            return False
        self.finish(record, undo_seconds)
        return True

    def finish(self, record: Record, pause: float) -> None:
        """Move the item to Deleted Items after `pause` seconds, if the message is still discarded then."""
        self._spawn(self._finish(record.local_id, record.discarded, pause), f"discard {record.local_id}")

    def account_reachable(self, account_id: AccountId) -> None:
        """Finish what waited for this account."""
        for record in self._records.all():
            if record.account_id == account_id and record.discarded and is_on_server(record):
                self.finish(record, UNDO_SECONDS)

    async def _finish(self, local_id: LocalId, since: float, pause: float) -> None:
        failures = 0
        while True:
            await self._clock.sleep(pause)
            async with self._saver.lock(local_id):
                record = self._records.get(local_id)
                if record is None or record.discarded != since or not is_on_server(record):
                    return
                outcome = await self._remove(record)
                if outcome is None:
                    return
            if outcome.accepted or outcome.code in ITEM_GONE:
                await self._records.apply_known(
                    local_id, ref=None, save_outcome=None, saved_edits=-1, held=(), in_flight=()
                )
                return
            if outcome.verdict is Verdict.REFUSED and not is_passing(outcome):
                await self._records.apply_known(local_id, discarded=0.0, save_outcome=outcome)
                return
            if self._accounts.is_paused(record.account_id):
                return
            failures += 1
            pause = growing_pause(failures)

    async def _remove(self, record: Record) -> Outcome | None:
        """Move the item to Deleted Items; one whose making was never answered for is looked for first.

        None where the message was taken back meanwhile. That the item may be gone is on disk before the request, so
        that a message that is taken back, now or after a crash, does not call itself saved.
        """
        ref = record.ref
        if ref is None:
            ref = await self._saver.find(record.local_id)
        if ref is not None:
            begun, since = being_discarded(self._clock.now()), record.discarded
            known = await self._records.apply_known(
                record.local_id, when=lambda r: r.discarded == since, save_outcome=begun
            )
            if known is None:
                return None
            return as_it_is((await self._mailbox.delete(record.account_id, [ref]))[0])
        latest = self._records.get(record.local_id)
        is_open_still = latest is not None and is_on_server(latest)
        return Outcome(Verdict.UNKNOWN if is_open_still else Verdict.ACCEPTED, at=self._clock.now())


def is_on_server(record: Record) -> bool:
    """Return whether the server has an item of this message, or may have: the answer to its making was lost."""
    outcome = record.save_outcome
    return record.ref is not None or (outcome is not None and outcome.verdict is Verdict.UNKNOWN)
