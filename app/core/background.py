"""Work beside the event loop: how it starts, and the one way by which a thread hands its result to the loop.

Threads here are daemons: whatever they wait for, they never keep the program from ending. The default executor of
asyncio would, since ending the loop waits for its threads.
"""

from __future__ import annotations

import contextlib
import queue
import threading
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any, Final, Generic, Protocol, TypeVar

if TYPE_CHECKING:
    import asyncio

T = TypeVar("T")

Spawn = Callable[[Coroutine[Any, Any, Any], str], object]
"""`spawn(work, name)`: starts `work`; in the window it is `ui/tasks.Tasks.spawn`."""

FIRST_PAUSE: Final = 15.0
LONGEST_PAUSE: Final = 300.0


def growing_pause(attempt: int) -> float:
    """Return how many seconds to wait before trying again; `attempt` counts the tries that failed, from 1."""
    return min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** max(0, min(attempt, 16) - 1))


# --- from a thread to the loop ------------------------------------------------------------------------------------


def post(loop: asyncio.AbstractEventLoop, call: Callable[..., object], *args: object) -> None:
    """Call `call` in the loop's thread, soon. A loop that is closed has no listener left: nothing is called."""
    with contextlib.suppress(RuntimeError):
        loop.call_soon_threadsafe(call, *args)


def post_result(future: asyncio.Future[T], result: T | None, error: BaseException | None) -> None:
    """End `future` in its loop's thread, with `error` where there is one; a future that has ended stays as it is."""

    def settle() -> None:
        if future.done():
            return
        if error is not None:
            future.set_exception(error)
        else:
            future.set_result(result)  # type: ignore[arg-type]  # None only where T is None

    post(future.get_loop(), settle)


# --- calls in threads ---------------------------------------------------------------------------------------------


class _Job(Generic[T]):
    """One call, with the future that waits for it in the loop that asked."""

    def __init__(self, call: Callable[[], T]) -> None:
        import asyncio

        self._call = call
        self.answer: asyncio.Future[T] = asyncio.get_running_loop().create_future()

    def run(self) -> None:
        """Make the call, in a thread, and post its end."""
        try:
            result = self._call()
        except BaseException as error:  # noqa: BLE001 - it belongs to the caller that awaits it
            post_result(self.answer, None, error)
        else:
            post_result(self.answer, result, None)


class RunInThread(Protocol):
    """`run_in_thread`, as a service asks for it; a test may hand in `run_here`."""

    def __call__(self, call: Callable[[], T], /) -> Coroutine[Any, Any, T]:
        """Return what `call` returns, or raise what it raises."""
        ...


async def run_in_thread(call: Callable[[], T], /) -> T:
    """Return what `call` returns, or raise what it raises; it runs in a thread of its own."""
    job = _Job(call)
    threading.Thread(target=job.run, name="background", daemon=True).start()
    return await job.answer


async def run_here(call: Callable[[], T], /) -> T:
    """Do the same in the thread of the caller."""
    return call()


class Overdue(Exception):
    """The deadline passed; the call goes on in its thread, and those behind it wait for it."""


class DaemonThread:
    """One thread, started by the first call, that makes calls one after the other: a keyring may block for minutes."""

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
        """Whether a call is under way or waiting, also one whose deadline has passed."""
        return self._asked != self._ended

    async def run(self, call: Callable[[], T], deadline: float) -> T:
        """Return what `call` returns, or raise what it raises; Overdue after `deadline` seconds."""
        import asyncio

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
        """Make `call` behind those that wait; its result and its errors are dropped."""

        def run() -> None:
            with contextlib.suppress(Exception):
                call()

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
