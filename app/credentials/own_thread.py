"""Runs calls that may block for minutes (a keyring that asks to be unlocked) in one thread that nobody has to wait for.

Not the default executor: ending the event loop waits for its threads, so that a prompt nobody answers would keep the
program from ending. This thread is a daemon, and a call that outlives its deadline is left to itself.
"""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Callable
from typing import Generic, TypeVar

_T = TypeVar("_T")


class Overdue(Exception):
    """The deadline passed; the call goes on in its thread, and those behind it wait for it."""


class _Job(Generic[_T]):
    """One call with the future that waits for it."""

    def __init__(self, call: Callable[[], _T]) -> None:
        self._call = call
        self._loop = asyncio.get_running_loop()
        self.answer: asyncio.Future[_T] = self._loop.create_future()

    def run(self) -> None:
        """Make the call and post its end to the loop, which may be gone by now."""
        try:
            result = self._call()
        except Exception as error:  # noqa: BLE001 - whatever the call raises belongs to the one who awaits it
            failure = error
            self._tell(lambda: self.answer.set_exception(failure))
        else:
            self._tell(lambda: self.answer.set_result(result))

    def _tell(self, post: Callable[[], None]) -> None:
        try:
            self._loop.call_soon_threadsafe(lambda: None if self.answer.done() else post())
        except RuntimeError:
            return  # the loop was closed while the call was under way: nobody waits any more


class OwnThread:
    """One daemon thread, started by the first call, that makes calls one after the other."""

    def __init__(self, name: str) -> None:
        """Nothing runs yet; `name` is what a debugger shows."""
        self._name = name
        self._jobs: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        # Each is written by one thread alone, so that neither needs a lock.
        self._asked = 0
        self._ended = 0

    @property
    def busy(self) -> bool:
        """Tell whether a call is under way or waiting, also one whose deadline has passed."""
        return self._asked != self._ended

    async def run(self, call: Callable[[], _T], deadline: float) -> _T:
        """Return what `call` returns, or raise what it raises; Overdue after `deadline` seconds."""
        job = _Job(call)
        self._put(job.run)
        try:
            done, _ = await asyncio.wait({job.answer}, timeout=deadline)
            if not done:
                raise Overdue
            return job.answer.result()
        finally:
            job.answer.cancel()

    def post(self, call: Callable[[], object]) -> None:
        """Make `call` behind those that wait; whatever becomes of it is told to nobody."""

        def run() -> None:
            try:
                call()
            except Exception:  # noqa: BLE001 - nobody waits for it, by the caller's own choice
                return

        self._put(run)

    def _put(self, job: Callable[[], None]) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name=self._name, daemon=True)
            self._thread.start()
        self._asked += 1
        self._jobs.put(job)

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            job()
            self._ended += 1

    def close(self, patience: float = 0.2) -> None:
        """End the thread after what it is doing; wait for that at most `patience` seconds."""
        if self._thread is not None:
            self._jobs.put(None)
            self._thread.join(patience)
            self._thread = None
