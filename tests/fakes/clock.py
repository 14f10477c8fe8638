"""Time that passes only when a test says so: the fake behind the port `Clock`.

`await clock.advance(15)` wakes every sleeper on the way, in order, and lets each do its work to the end before time
goes on. `await settle()` lets everything that can run do so, without any time passing.
"""

from __future__ import annotations

import asyncio
import heapq
import itertools

START = 1_800_000_000.0


class FakeClock:
    """The fake."""

    def __init__(self, start: float = START) -> None:
        self._now = start
        self._count = itertools.count()
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []

    def now(self) -> float:
        """Return the time."""
        return self._now

    async def sleep(self, seconds: float) -> None:
        """Return once `advance` has come so far."""
        sleeper: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self._now + max(0.0, seconds), next(self._count), sleeper))
        await sleeper

    async def advance(self, seconds: float) -> None:
        """Let `seconds` pass."""
        end = self._now + seconds
        await settle()
        while self._sleepers and self._sleepers[0][0] <= end:
            due, _, sleeper = heapq.heappop(self._sleepers)
            self._now = max(self._now, due)
            if not sleeper.done():
                sleeper.set_result(None)
            await settle()
        self._now = end
        await settle()

    @property
    def sleeping(self) -> int:
        """Return how many sleep: nothing idle may."""
        return sum(not sleeper.done() for _, _, sleeper in self._sleepers)


async def settle() -> None:
    """Let everything run that can run now."""
    loop = asyncio.get_running_loop()
    await asyncio.sleep(0)
    # asyncio has no public word, and no event, for "nothing left to run".
    while loop._ready:  # type: ignore[attr-defined]  # noqa: ASYNC110
        await asyncio.sleep(0)
