"""When a message is saved without being asked: in a pause of typing, and again later where the server failed.

One sleeper per message, however many keys; nobody sleeps where nothing waits.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from app.core.background import Spawn, growing_pause
from app.domain.message import AccountId, LocalId
from app.domain.record import Record
from app.domain.state import WRITABLE
from app.services.accounts.accounts import PAUSING, Accounts
from app.services.drafts.saver import is_passing, waits_for_person
from app.services.ports import Clock
from app.services.records.records import Records

QUIET: Final = 1.5
"""Seconds without a key after which a message is saved."""
LONGEST_WITHOUT_SAVE: Final = 15.0
"""Seconds after which it is saved though keys go on."""


class Autosave:
    """Calls `save` when it is time."""

    def __init__(
        self,
        records: Records,
        accounts: Accounts,
        clock: Clock,
        spawn: Spawn,
        save: Callable[[LocalId], Awaitable[object]],
    ) -> None:
        """Watch over `messages`."""
        self._records = records
        self._accounts = accounts
        self._clock = clock
        self._spawn = spawn
        self._save = save
        self._last_edit: dict[LocalId, float] = {}
        self._first_unsaved: dict[LocalId, float] = {}
        self._failures: dict[LocalId, int] = {}
        self._retrying: set[LocalId] = set()

    def touched(self, local_id: LocalId) -> None:
        """Save in the next pause."""
        now = self._clock.now()
        waits_already = local_id in self._last_edit
        self._last_edit[local_id] = now
        self._first_unsaved.setdefault(local_id, now)
        if not waits_already:
            self._spawn(self._save_in_a_pause(local_id), f"save {local_id} in a pause")

    def saved(self, record: Record, since: float) -> None:
        """Take down how a save ended that began at `since`, and try again later where nothing was heard."""
        if record.edits == record.saved_edits:
            self._first_unsaved.pop(record.local_id, None)
        if is_passing(record.save_outcome):
            if self._last_edit.get(record.local_id, since) <= since:
                # The pause that is under way would only ask again what was just asked in vain.
                self._last_edit.pop(record.local_id, None)
            self._try_later(record)
        else:
            self._failures.pop(record.local_id, None)

    def forget(self, local_id: LocalId) -> None:
        """Drop what is kept for a message that is no more."""
        for kept in (self._last_edit, self._first_unsaved, self._failures):
            kept.pop(local_id, None)

    def account_reachable(self, account_id: AccountId) -> None:
        """Save at once what waits for this account."""
        waiting = [r.local_id for r in self._records.all() if r.account_id == account_id and _waits(r)]
        if waiting:
            self._spawn(self._save_each(waiting), "save what waited")

    async def _save_in_a_pause(self, local_id: LocalId) -> None:
        try:
            while True:
                last = self._last_edit.get(local_id)
                if last is None:
                    return
                now = self._clock.now()
                due = min(last + QUIET, self._first_unsaved.setdefault(local_id, now) + LONGEST_WITHOUT_SAVE)
                if now >= due:
                    break
                await self._clock.sleep(due - now)
        finally:
            self._last_edit.pop(local_id, None)
            self._first_unsaved.pop(local_id, None)
        record = self._records.get(local_id)
        if record is not None and not waits_for_person(record):
            await self._save(local_id)

    def _try_later(self, record: Record) -> None:
        """Try again after a growing pause, unless the trouble is one that does not pass by itself."""
        trouble = None if record.save_outcome is None else record.save_outcome.trouble
        if record.local_id in self._retrying or (trouble is not None and trouble.kind in PAUSING):
            return
        failures = self._failures[record.local_id] = self._failures.get(record.local_id, 0) + 1
        words = None if record.save_outcome is None else record.save_outcome.words
        told = 0.0 if words is None else (words.back_off_ms or 0) / 1000
        pause = max(growing_pause(failures), 0.0 if trouble is None else trouble.retry_after, told)
        self._retrying.add(record.local_id)
        self._spawn(self._retry(record.local_id, pause), f"save {record.local_id} later")

    async def _retry(self, local_id: LocalId, pause: float) -> None:
        try:
            await self._clock.sleep(pause)
        finally:
            self._retrying.discard(local_id)
        record = self._records.get(local_id)
        if record is not None and _waits(record):
            await self._save(local_id)

    async def _save_each(self, local_ids: Sequence[LocalId]) -> None:
        for local_id in local_ids:
            record = self._records.get(local_id)
            if record is not None and _waits(record) and not self._accounts.is_paused(record.account_id):
                await self._save(local_id)


def _waits(record: Record) -> bool:
    return is_passing(record.save_outcome) and record.state in WRITABLE and not record.discarded
