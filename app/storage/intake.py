"""What the writer is to do next, handed over from other threads.

The first key of somebody who types wakes the writer. Until they rest it looks by itself every few milliseconds, so that
no further key has to wake a thread, which would then want the interpreter while the key is being drawn.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from typing import Final, Generic, TypeVar

_T = TypeVar("_T")
GATHER: Final = 0.01
"""Seconds for which what nobody waits for may gather before it is taken."""
RESTED: Final = 0.5
"""After so many seconds without such an entry nobody is typing."""


class Intake(Generic[_T]):
    """Entries in the order they came. `hurried` tells which somebody waits for, `last` after which none counts."""

    def __init__(self, hurried: Callable[[_T], bool], last: Callable[[_T], bool]) -> None:
        """Start with none."""
        self._queue: queue.SimpleQueue[_T] = queue.SimpleQueue()
        self._hurry = threading.Event()
        self._hurried = hurried
        self._last = last
        self._rested_at = 0.0

    def put(self, entry: _T) -> None:
        """Hand over one entry, from any thread. Never blocks, never raises."""
        self._queue.put(entry)
        if self._hurried(entry):
            self._hurry.set()

    def waits(self) -> bool:
        """Tell whether there is something to take."""
        return not self._queue.empty()

    def take(self, patience: float | None) -> list[_T]:
        """Return what there is, as soon as there is something; empty after `patience` seconds (None: never).

        Ends with an entry that is the last, whatever follows it.
        """
        while time.monotonic() < self._rested_at:
            self._gather()
            if batch := self._all():
                return batch
        try:
            first = self._queue.get(timeout=patience)
        except queue.Empty:
            return []
        if self._last(first):
            return [first]
        if not self._hurried(first):
            self._rested_at = time.monotonic() + RESTED
            self._gather()
        return [first, *self._all()]

    def rest(self) -> list[_T]:
        """Return all that nobody will see to any more."""
        found = []
        while self.waits():
            found.append(self._queue.get())
        return found

    def _gather(self) -> None:
        # Cleared before the look: what comes after that is seen by this look or wakes the next.
        self._hurry.wait(GATHER)
        self._hurry.clear()

    def _all(self) -> list[_T]:
        end = time.monotonic() + GATHER
        found: list[_T] = []
        while not (found and (self._last(found[-1]) or time.monotonic() > end)):
            try:
                found.append(self._queue.get_nowait())
            except queue.Empty:
                break
            if not self._hurried(found[-1]):
                self._rested_at = time.monotonic() + RESTED
        return found
