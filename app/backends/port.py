"""What the engine asks of a backend, whatever server is behind: calls that block, one Outcome per item, and a Job each.

A backend is used from several threads at once: one that writes, others that read. Writes never raise for trouble of
network or server, they say it per item; reads raise AccountError or ItemRefused. Nothing is tried twice.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple, Protocol

from app.domain.account import ProbeStep
from app.domain.errors import TroubleKind
from app.domain.listing import Place
from app.domain.operations import AnyOperation, Operation, Result


class Stopped(Exception):
    """The job was stopped before its next request left this machine."""


class Job:
    """One call: how long it may take, whether anything of it has left this machine, and how it is ended.

    Another thread ends it by `stop`. From then on nothing leaves any more, and the connection in use is cut, so that
    the thread that waits on it comes back. `left` speaks of the request under way, `ever_left` of the whole job.
    """

    def __init__(self, seconds: float) -> None:
        """Allow `seconds` from now."""
        self._ends = time.monotonic() + seconds
        self._lock = threading.Lock()
        self._cut: Callable[[], None] | None = None
        self._ended = threading.Event()
        self.left = False
        self.ever_left = False
        self.stopped: TroubleKind | None = None

    def remaining(self) -> float:
        """Return the seconds that are left, never under a tenth."""
        return max(0.1, self._ends - time.monotonic())

    def begin_request(self) -> None:
        """Count the next request anew. Raises Stopped."""
        with self._lock:
            self._must_go_on()
            self.left = False

    def go_on(self) -> None:
        """Ask whether the job still stands. Raises Stopped."""
        with self._lock:
            self._must_go_on()

    def leave(self) -> None:
        """Say that bytes of the request are about to go out. Raises Stopped, and then none may."""
        with self._lock:
            self._must_go_on()
            self.left = self.ever_left = True

    def attach(self, cut: Callable[[], None] | None) -> None:
        """Name what cuts the connection in use; None when there is none."""
        with self._lock:
            self._cut = cut
            if cut is None or self.stopped is None:
                return
        cut()

    def stop(self, kind: TroubleKind) -> None:
        """End the job: DEADLINE or CANCELLED. May be called from any thread, more than once."""
        with self._lock:
            self.stopped = self.stopped or kind
            cut = self._cut
        self._ended.set()
        if cut is not None:
            cut()

    def rest(self, seconds: float) -> None:
        """Do nothing for so long. Raises Stopped as soon as the job is stopped."""
        self._ended.wait(seconds)
        self.go_on()

    def _must_go_on(self) -> None:
        if self.stopped is not None:
            raise Stopped(self.stopped)


class ProgressListeners(NamedTuple):
    """Whom a backend tells how far it is, on the thread that it works on.

    `of_bytes` is told bytes of files that went or came, and of all of them (0 where that is not known). `of_places` is
    told first of all folders that are listened to, then of those that changed.
    """

    of_bytes: Callable[[int, int], None]
    of_places: Callable[[Sequence[Place]], None]


class Backend(Protocol):
    """One mailbox on one server. Made without network; the first call connects."""

    def perform(self, operation: AnyOperation, job: Job, told: ProgressListeners) -> object:
        """Carry out an operation of the table, and return what it declares (see `as_declared`).

        A write returns one answer for each item. A read raises AccountError, ItemRefused, BadInput for a path; nothing
        is left at that path of a file that did not come whole.
        """
        ...

    def probe(self, job: Job) -> Iterator[ProbeStep]:
        """Test the connection step by step, ending at the first step that fails."""
        ...

    def close(self) -> None:
        """Close idle connections."""
        ...


def as_declared(_operation: Operation[Result], result: Result) -> Result:
    """Return `result`; mypy sees to it that it is what the operation declares."""
    return result
