"""Messages that a start finds waiting for more than an hour: they go when the person says so, and not before.

What was sent on Friday evening, when the lid was closed, need not be right on Monday. That a message waits for an
answer is in its record, so that its row says it, and that the next start asks again where the person did not answer.
"""

from __future__ import annotations

from typing import Final

from app.domain.message import LocalId
from app.domain.record import WAITS_FOR_ANSWER, Record, is_held_here, waits_for_answer
from app.domain.state import WAITING, State
from app.services.ports import Clock
from app.services.records.records import Changes, Records

LONG: Final = 3600.0
"""Seconds from which on a message that waited is asked about."""
_CLOCKS_DIFFER: Final = 60.0
"""Seconds that a clock may have been corrected by. What lies further ahead was written by another clock: how long such
a message waited cannot be known, and it is asked about.
"""
_BATCH: Final = 100


def _waited_long(record: Record, now: float) -> bool:
    # What waits here for a time that the person chose has waited since then.
    since = max(record.state_at, record.head.deferred) if is_held_here(record) else record.state_at
    return record.state in WAITING and (since < now - LONG or record.state_at > now + _CLOCKS_DIFFER)


class LongWaits:
    """Those messages."""

    def __init__(self, records: Records, clock: Clock) -> None:
        """Nothing is held back before `hold_back`."""
        self._records = records
        self._clock = clock

    async def hold_back(self) -> None:
        """Let what has waited for long wait for an answer: asked once, before anything can go. Raises StorageError."""
        now = self._clock.now()
        long = [r for r in self._records.all() if _waited_long(r, now) and not waits_for_answer(r)]
        for start in range(0, len(long), _BATCH):
            wanted: dict[LocalId, Changes] = {
                one.local_id: {
                    "state": State.QUEUED,
                    "state_at": one.state_at,
                    "hold_until": 0.0,
                    "not_before": 0.0,
                    "problem": WAITS_FOR_ANSWER,
                }
                for one in long[start : start + _BATCH]
            }
            await self._records.change_each(wanted, lambda record: record.state in WAITING)

    def waiting(self) -> list[Record]:
        """Return those that wait for an answer, the oldest first."""
        return sorted((r for r in self._records.all() if waits_for_answer(r)), key=lambda record: record.state_at)

    def since(self) -> float:
        """Return since when the oldest waits, in seconds since the epoch; 0 where the clock does not show it."""
        oldest = min((record.state_at for record in self.waiting()), default=0.0)
        newest = max((record.state_at for record in self.waiting()), default=0.0)
        return oldest if newest <= self._clock.now() else 0.0
