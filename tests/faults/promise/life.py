"""One life of the window's process, which may end between any two steps that leave a trace: on disk, or at a server.

A fuse counts those steps. Where it burns down, nothing that comes later reaches disk or server, as after SIGKILL: what
was handed over before goes its way, and nobody hears of the answer.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

_T = TypeVar("_T")

BEFORE, DURING, AFTER = "before", "during", "after"


@dataclass
class Fuse:
    """Burns down at the `steps`-th step from now: before it, while it is under way, or after it."""

    steps: int
    when: str

    def burns_down(self) -> bool:
        """Count one step."""
        self.steps -= 1
        return self.steps == 0


@dataclass
class Pending:
    """What is under way at disk and server, whoever still waits for it."""

    works: set[asyncio.Future[Any]] = field(default_factory=set)

    def start(self, work: Awaitable[_T]) -> asyncio.Future[_T]:
        """Begin a piece of work that outlives whoever asked for it."""
        future = asyncio.ensure_future(work)
        self.works.add(future)
        future.add_done_callback(self._ended)
        return future

    def _ended(self, future: asyncio.Future[Any]) -> None:
        self.works.discard(future)
        if not future.cancelled():
            future.exception()  # somebody dead asked for it: nobody else will look


class Life:
    """What all ports of one window share."""

    def __init__(self, pending: Pending) -> None:
        self.pending = pending
        self.fuse: Fuse | None = None
        self.dead = False

    def must_live(self) -> None:
        """End the task that asks, where the window is no more."""
        if self.dead:
            raise asyncio.CancelledError

    async def step(self, call: Callable[[], Awaitable[_T]], *, counts: bool = True) -> _T:
        """Do one step; the fuse may burn down at it."""
        self.must_live()
        fuse = self.fuse if counts else None
        when = fuse.when if fuse is not None and fuse.burns_down() else ""
        if when == BEFORE:
            self.die()
        work = self.pending.start(call())
        if when == DURING:
            self.die()
        try:
            answer = await asyncio.shield(work)
        except asyncio.CancelledError:
            if not self.dead:
                work.cancel()  # whoever lives and does not want it any more says so; the dead say nothing
            raise
        if when == AFTER:
            self.die()
        self.must_live()
        return answer

    def die(self) -> None:
        """End here and now."""
        self.dead = True
        self.fuse = None
        raise asyncio.CancelledError
