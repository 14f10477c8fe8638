"""Lets a commit of keys end when its bytes are in the file, and has the disk take them soon, in a thread of its own.

A process that is killed loses nothing that is in the file; only a machine that loses its power asks for more. A disk
that is busy may need a tenth of a second and longer for that, and the next key is not to wait for it. Each such wait
takes the processor's caches from the thread that draws keys: so a few keys share one.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Final

GATHER: Final = 0.04
"""Seconds for which keys that are in the file may gather before the disk is to take them: one wait for several."""
POSSIBLE: Final = os.name == "posix"
"""Elsewhere an open file cannot be removed, which SQLite does with this one; there every commit waits for the disk."""


class ToDisk:
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
            if self._over.wait(GATHER):
                return
            # Cleared before the look: what is written after that is told anew.
            self._wanted.clear()
            try:
                self._sync()
            except OSError as error:
                self._failed(error)

    def _sync(self) -> None:
        with self._lock:
            if not self._behind:
                return
            # What is written from here on is told anew.
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
