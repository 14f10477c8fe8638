"""What SQLite and the system say of a disk, as one sentence that a person can act on."""

from __future__ import annotations

import errno
import os
import sqlite3
import tempfile
from pathlib import Path

from app.core.i18n import tr
from app.domain.errors import Damaged, StorageError

_NO_RIGHTS = frozenset({sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH})
_IN_USE = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
_FULL = frozenset({errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC), errno.EFBIG})
_REFUSED = frozenset({errno.EACCES, errno.EPERM})


def storage_error(error: BaseException, folder: Path, *, opening: bool = False) -> StorageError:
    """Return the error to show for `error`, a StorageError as it is. `opening`: nothing was read yet."""
    if isinstance(error, StorageError):
        return error
    told = StorageError(_sentence(error, folder, opening=opening))
    told.__cause__ = error
    return told


def _sentence(error: BaseException, folder: Path, *, opening: bool) -> str:
    code = (getattr(error, "sqlite_errorcode", 0) or 0) & 0xFF
    number = getattr(error, "errno", 0) or (_asked_again(folder) if code == sqlite3.SQLITE_IOERR else 0)
    if code == sqlite3.SQLITE_FULL or number in _FULL:
        if opening:
            return tr("The disk is full, and nothing was changed: free some space, and start Mailwright again.")
        return tr(
            "The disk is full: free some space, and Mailwright will write down what it keeps in memory until then."
        )
    if number == errno.EROFS:
        if opening:
            return tr(
                "The disk is read-only, so Mailwright cannot write in {folder}. Nothing was changed: start it again"
                " once the disk can be written.",
                folder=str(folder),
            )
        return tr(
            "The disk is read-only, so Mailwright cannot write in {folder}: what you type stays in this window"
            " until it can.",
            folder=str(folder),
        )
    if code in _NO_RIGHTS or number in _REFUSED:
        return tr("Mailwright may not write in {folder}: allow it to write there.", folder=str(folder))
    if code in _IN_USE:
        return tr("Another program holds Mailwright’s database in {folder}: close that program.", folder=str(folder))
    return tr(
        "The disk did not take what Mailwright writes in {folder} ({reason}): check the disk.",
        folder=str(folder),
        reason=str(error) or type(error).__name__,
    )


def _asked_again(folder: Path) -> int:
    """Return what the system says to a small write of our own: SQLite does not report which error there was."""
    try:
        with tempfile.TemporaryFile(dir=folder, prefix=".mailwright-") as probe:
            probe.write(b"?")
            probe.flush()
            os.fsync(probe.fileno())
    except OSError as error:
        return error.errno or 0
    return 0


def closed_error() -> StorageError:
    """Return the error of a call that came after the end."""
    return StorageError(tr("Mailwright is ending, and has closed its database."))


def damage_told(aside: Path, rescued: int) -> Damaged:
    """Return what to show of a database that was set aside, from which `rescued` messages were taken over."""
    if rescued:
        return Damaged(
            tr(
                "The messages on this computer were damaged; those that could be read are here,"
                " and the damaged file was kept as {file}.",
                file=str(aside),
            )
        )
    return Damaged(
        tr(
            "The messages on this computer could not be read; a new file was begun,"
            " and the damaged one was kept as {file}.",
            file=str(aside),
        )
    )
