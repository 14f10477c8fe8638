"""`spawn` is the only way to start async work in the window: the task is kept, and its end is always looked at.

A MailError becomes a notice; anything else is a defect of ours and goes to the crash report. asyncio is imported
when the first task starts, so that the first paint need not wait for it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any, cast

from app.core import defects
from app.domain.errors import MailError

if TYPE_CHECKING:
    import asyncio

log = logging.getLogger(__name__)


class Tasks:
    """The running tasks of the window."""

    def __init__(self) -> None:
        """Start with none; what shows errors is set later, when it exists."""
        self._running: set[asyncio.Task[Any]] = set()
        self._nothing: asyncio.Future[Any] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self.on_mail_error: Callable[[MailError], None] = lambda error: log.warning("%s", error)
        self.on_defect: Callable[[BaseException], None] = defects.report

    def spawn(self, work: Coroutine[Any, Any, Any], name: str) -> asyncio.Task[Any]:
        """Start `work` and keep it until it ends. `name` is what a crash report calls it."""
        import asyncio

        if self._nothing is not None:
            # A window that is still painted may ask for something more; nothing would wait for it.
            work.close()
            return cast("asyncio.Task[Any]", self._nothing)
        if self._loop is None:
            self._loop = asyncio.get_running_loop()
        # Where Qt runs between two turns of the loop (as tests let it), the work begins with the next turn.
        task = self._loop.create_task(work, name=name)
        self._running.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._running.discard(task)
        if task.cancelled():
            return
        error = task.exception()
        if isinstance(error, MailError):
            self.on_mail_error(error)
        elif error is not None:
            self.on_defect(error)

    async def end(self) -> None:
        """Cancel what still runs and wait for its end; nothing is begun from now on."""
        import asyncio

        if self._nothing is None:
            self._nothing = asyncio.get_running_loop().create_future()
            self._nothing.cancel()
        current = asyncio.current_task()
        running = [task for task in self._running if task is not current]
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    def named(self, *names: str) -> list[asyncio.Task[Any]]:
        """Return the tasks that run under these names."""
        return [task for task in self._running if task.get_name() in names]

    def __len__(self) -> int:
        """Return how many run."""
        return len(self._running)
