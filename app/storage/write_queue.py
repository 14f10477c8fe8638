"""When the writer wakes, and when the disk syncs.

The first key wakes the writer. Until typing pauses it looks by itself every few milliseconds, so that no further key
has to wake a thread, which would then want the interpreter while the key is being drawn.

A process that is killed loses nothing that is in the file; only a loss of power needs the disk to sync. A disk
that is busy may need a tenth of a second and longer for that, and the next key must not wait for it. Each such wait
takes the processor's caches from the thread that draws keys: so a few keys share one.
"""

from __future__ import annotations

import os
import queue
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final, Generic, TypeVar

_T = TypeVar("_T")
GATHER: Final = 0.01
"""Seconds for which entries that no caller waits for may gather before they are taken."""
RESTED: Final = 0.5
"""After so many seconds without such an entry the person is not typing."""


class WriteQueue(Generic[_T]):
    """Entries in the order they came. `hurried` says whether a caller waits for one, `last` whether it ends all."""

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
        """Return whether there is something to take."""
        return not self._queue.empty()

    def take_all(self, patience: float | None) -> list[_T]:
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
        """Return all entries that were not taken."""
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


SYNC_GATHER: Final = 0.04
"""Seconds for which keys that are in the file may gather before the disk is to take them: one wait for several."""
POSSIBLE: Final = os.name == "posix"
"""Elsewhere an open file cannot be removed, which SQLite does with this one; there every commit waits for the disk."""


class WalSync:
    """The thread. `failed` is called in it with the OSError of a disk that would not take what was written."""

    def __init__(self, wal: Path, failed: Callable[[OSError], None]) -> None:
        """Look after `wal`, the file of changes beside the database; the thread is begun by the first `soon`."""
        self._wal = wal
        self._failed = failed
        self._wanted = threading.Event()
        self._lock = threading.Lock()
        self._behind = False
        self._over = threading.Event()
        self._thread: threading.Thread | None = None

    def soon(self) -> None:
        """Something was written: bring it to the disk. Returns at once."""
        self._behind = True
        if self._thread is None:
            self._thread = threading.Thread(target=self._live, name="mailwright disk", daemon=True)
            self._thread.start()
        self._wanted.set()

    def now(self) -> None:
        """Return when the disk has all that was written. Raises OSError."""
        self._sync()

    def done(self) -> None:
        """SQLite itself waited for the disk: nothing is behind."""
        self._behind = False

    def end(self) -> None:
        """Let the thread end; the file is not opened again."""
        self._over.set()
        self._wanted.set()

    def _live(self) -> None:
        while True:
            self._wanted.wait()
            if self._over.wait(SYNC_GATHER):
                return
            # Cleared before the look: what is written after that sets it anew.
            self._wanted.clear()
            try:
                self._sync()
            except OSError as error:
                self._failed(error)

    def _sync(self) -> None:
        with self._lock:
            if not self._behind:
                return
            # What is written from here on sets it anew.
            self._behind = False
            try:
                descriptor = os.open(self._wal, os.O_RDWR)
            except FileNotFoundError:
                return  # SQLite has brought all of it into the database, and waited for the disk
            try:
                _wait_for_the_disk(descriptor)
            except OSError:
                self._behind = True
                raise
            finally:
                os.close(descriptor)


def _wait_for_the_disk(descriptor: int) -> None:
    import fcntl

    whole = getattr(fcntl, "F_FULLFSYNC", None)  # macOS, where fsync alone leaves it to the disk
    if whole is None:
        os.fsync(descriptor)
    else:
        fcntl.fcntl(descriptor, whole)
