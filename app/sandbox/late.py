"""Requests whose client was cut off, and which are carried out later all the same: no server hurries for the dead."""

import asyncio
from collections.abc import Awaitable, Callable


class Late:
    """What waits to be carried out: until its seconds are over, or, where it has none, until it is told to."""

    def __init__(self, run: Callable[[Callable[[], object]], Awaitable[object]]) -> None:
        """Nothing waits yet; `run` carries out."""
        self._run = run
        self._parked: list[Callable[[], object]] = []
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def waiting(self) -> int:
        """Return how many requests are still to be carried out."""
        return len(self._parked) + len(self._tasks)

    def keep(self, work: Callable[[], object], seconds: float) -> None:
        """Carry out `work` after so many seconds, or, with none, once `release` is called."""
        if not seconds:
            self._parked.append(work)
            return
        task = asyncio.get_running_loop().create_task(self._after(seconds, work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def release(self) -> int:
        """Carry out all that waits to be told, in the order it came; returns how many."""
        parked, self._parked = self._parked, []
        for work in parked:
            await self._run(work)
        return len(parked)

    def clear(self) -> None:
        """Forget what waits."""
        self._parked.clear()
        for task in tuple(self._tasks):
            task.cancel()

    async def _after(self, seconds: float, work: Callable[[], object]) -> None:
        await asyncio.sleep(seconds)
        await self._run(work)
