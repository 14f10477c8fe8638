"""Keeps a second Mailwright from the same database: both would send the same outbox.

The system's own lock on a file beside the database: it ends with the process, also by SIGKILL, so that no stale lock
has to be judged. SQLite's locks would do for the data, but can be taken only after a damaged file was already opened.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Final

from app.core.i18n import tr
from app.domain.errors import InUse

LOCK_SUFFIX: Final = ".lock"


class InstanceLock:
    """The right to use one database, held from `take` to `release` or to the end of the process."""

    def __init__(self, database: Path) -> None:
        """Name the lock of `database`; nothing is taken yet."""
        self.path = database.with_name(database.name + LOCK_SUFFIX)
        self._file = -1

    def acquire(self) -> None:
        """Take the lock at once. Raises InUse where another process or store has it, and OSError."""
        file = os.open(self.path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o600)
        try:
            _lock(file)
        except OSError:
            os.close(file)
            raise InUse(
                tr("Mailwright is already running with these messages. Go to its window, or quit it and start again.")
            ) from None
        self._file = file

    def release(self) -> None:
        """Give the lock back. The file stays: removing it would let two processes lock two files of one name."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1


if sys.platform == "win32":
    import msvcrt

    def _lock(file: int) -> None:
        os.lseek(file, 0, os.SEEK_SET)
        msvcrt.locking(file, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(file: int) -> None:
        # flock, not lockf: a POSIX lock would be lost as soon as any part of the program closes the same file.
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
