"""Marks the messages that ours answer or pass on, once it is known that ours went out, and never before.

What is to be marked stands in the record, on disk, until it is done: a program that ends between the send and the mark
goes on from there. A mark that cannot be written harms nobody: it is logged, tried a few times, and let go.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Final

import msgspec

from app.core.background import Spawn, growing_pause
from app.domain.message import AccountId, LocalId
from app.domain.original import MOST_TRIES, Original, OriginalMark
from app.domain.outcome import Outcome, Verdict
from app.domain.record import Record, went_out_at
from app.domain.response_codes import is_retried
from app.domain.state import WENT_OUT
from app.services.accounts.accounts import Accounts
from app.services.ports import Clock, Mailbox
from app.services.records.records import Changes, Records

log = logging.getLogger(__name__)

_AT_A_TIME: Final = 100
"""Messages whose originals are marked with one request."""


def is_due(record: Record) -> bool:
    """Return whether originals of a message are to be marked: it was seen, or the person said, that it went out."""
    return bool(record.originals) and record.state in WENT_OUT and bool(record.verified)


class OriginalMarks:
    """Marks originals. One request of an account runs at a time."""

    def __init__(self, records: Records, mailbox: Mailbox, accounts: Accounts, clock: Clock, spawn: Spawn) -> None:
        """Listen to `records`, and write by way of `mailbox` (the watched one)."""
        self._records, self._mailbox, self._accounts = records, mailbox, accounts
        self._clock, self._spawn = clock, spawn
        self._busy: set[AccountId] = set()
        records.changed_together.subscribe(self._changed)
        accounts.well.subscribe(self._begin)

    def resume(self) -> None:
        """After the start: go on with what the last run left."""
        self._changed(self._records.all())

    def _changed(self, records: Sequence[Record]) -> None:
        for account_id in {_whose(one, original) for one in records if is_due(one) for original in one.originals}:
            self._begin(account_id)

    def _begin(self, account_id: AccountId) -> None:
        if account_id not in self._busy and self._due(account_id):
            self._busy.add(account_id)
            self._spawn(self._work(account_id), "mark what was answered")

    def _due(self, account_id: AccountId) -> list[Record]:
        due = [one for one in self._records.all() if is_due(one) and any(_mine(account_id, one))]
        return sorted(due, key=went_out_at)[:_AT_A_TIME]

    async def _work(self, account_id: AccountId) -> None:
        failures = 0
        try:
            while due := self._due(account_id):
                if self._accounts.is_paused(account_id):
                    return  # taken up again when the account works
                if await self._mark(account_id, due):
                    failures += 1
                    await self._clock.sleep(growing_pause(failures))
        finally:
            self._busy.discard(account_id)

    async def _mark(self, account_id: AccountId, due: Sequence[Record]) -> bool:
        """Mark the originals of these; return whether any is to be tried again."""
        wanted = [(record, original) for record in due for original in _mine(account_id, record)]
        marks = [OriginalMark(original.ref, original.verb, went_out_at(record)) for record, original in wanted]
        outcomes = await self._mailbox.mark_originals(account_id, marks)
        others = {record.local_id: set(record.originals) - set(_mine(account_id, record)) for record in due}
        left: dict[LocalId, tuple[Original, ...]] = dict.fromkeys(others, ())
        for (record, original), outcome in zip(wanted, outcomes, strict=True):
            log.info("original of %s: %s %s", record.local_id, outcome.verdict.name, outcome.code)
            again = _once_more(original, outcome)
            if again is not None:
                left[record.local_id] += (again,)
        changes: dict[LocalId, Changes] = {
            name: {"originals": (*others[name], *originals)} for name, originals in left.items()
        }
        await self._records.learn_each(changes, lambda record: bool(record.originals))
        return any(left.values())


def _whose(record: Record, original: Original) -> AccountId:
    """Return in whose account an original lies: a message may have been moved to another account since."""
    return original.account_id or record.account_id


def _mine(account_id: AccountId, record: Record) -> list[Original]:
    return [one for one in record.originals if _whose(record, one) == account_id]


def _once_more(original: Original, outcome: Outcome) -> Original | None:
    """Return what is to be tried again, None for what is done or in vain. What never left counts for no try."""
    if outcome.verdict is Verdict.NOT_ATTEMPTED and outcome.words is None:
        return original
    passing = outcome.verdict is Verdict.UNKNOWN or (outcome.verdict is Verdict.REFUSED and is_retried(outcome.code))
    if not (passing or outcome.verdict is Verdict.NOT_ATTEMPTED) or original.tries + 1 >= MOST_TRIES:
        return None
    return msgspec.structs.replace(original, tries=original.tries + 1)
