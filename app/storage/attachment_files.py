"""Private copies of what is attached, one folder for each message: no other user may read them, or learn their names.

A copy is written beside its place, synced, and only then given its name: what has a name is whole, whatever happens.
All of it runs in threads, so that the window never waits. Nothing here decides when a copy is deleted:
`services/attachments` does, once the journal says so.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import re
import shutil
import stat
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final, TypeVar

from app.core.background import run_in_thread
from app.core.i18n import tr
from app.domain.errors import BadInput, StorageError
from app.domain.files import numbered, safe_file_name
from app.domain.message import LocalId
from app.storage.database import prepare_folder
from app.storage.mark_of_the_web import mark_from_elsewhere

if TYPE_CHECKING:
    pass

_T = TypeVar("_T")
PIECE: Final = 1024 * 1024
_NAME: Final = re.compile(r"[0-9a-f]{32}")
_PART: Final = ".part"
_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_BEGUN: Final = 24 * 3600.0
"""Seconds after which a copy that was begun and not ended is left over, and may be deleted."""
_SAME_NAMES: Final = 1000
_SHOWN: Final = "shown"
"""The folder of copies that other programs open; emptied at each start."""


class AttachmentFolder:
    """The port AttachedFiles on a folder of this machine. Nothing is made before the first copy."""

    def __init__(self, folder: Path) -> None:
        """Keep the copies below `folder`."""
        self._folder = folder

    def path(self, local_id: LocalId, key: str) -> str:
        """Return where a copy lies, whether it is there or not."""
        return str(self._place(local_id, key))

    async def copy_file(self, local_id: LocalId, key: str, source: str, on_bytes: Callable[[int, int], None]) -> int:
        """Copy a file; return its bytes. Raises BadInput for the file, StorageError for this machine's disk."""
        return await self._write(local_id, key, lambda target, going: _copy(source, target, on_bytes, going))

    async def modified(self, source: str) -> float:
        """Return when a file was written last, 0 where it cannot be read."""
        return await run_in_thread(lambda: _modified(source))

    async def keep_bytes(self, local_id: LocalId, key: str, content: bytes) -> int:
        """Keep `content`. Raises StorageError."""

        def write(target: BinaryIO, _going: Callable[[], bool]) -> int:
            target.write(content)
            return len(content)

        return await self._write(local_id, key, write)

    async def share(self, local_id: LocalId, key: str, other: LocalId, other_key: str) -> None:
        """Let another message have the same bytes, without a second copy where the disk can. Raises StorageError."""
        source, target = self._place(local_id, key), self._place(other, other_key)

        def run() -> None:
            with _storage_errors():
                self._make_folder(target.parent)
                target.unlink(missing_ok=True)
                try:
                    os.link(source, target)
                except FileNotFoundError:
                    raise
                except OSError:  # no hard links on this disk
                    self._write_now(target, lambda file, _: _build_document(source, file), lambda: True)
                _sync_folder(target.parent)

        await run_in_thread(run)

    async def same(self, local_id: LocalId, key: str, other_key: str) -> bool:
        """Return whether two copies of a message have the same bytes. Raises StorageError."""
        one, other = self._place(local_id, key), self._place(local_id, other_key)

        def run() -> bool:
            import filecmp

            with _storage_errors():
                return filecmp.cmp(one, other, shallow=False)

        return await run_in_thread(run)

    async def begin(self, local_id: LocalId, key: str) -> str:
        """Return a free path to which another process writes the bytes; `settle` ends it. Raises StorageError."""
        part = self._part(self._place(local_id, key))

        def run() -> str:
            with _storage_errors():
                self._make_folder(part.parent)
                part.unlink(missing_ok=True)
            return str(part)

        return await run_in_thread(run)

    async def began(self, local_id: LocalId, key: str) -> bool:
        """Return whether anything was written to the path of `begin`."""
        return await run_in_thread(self._part(self._place(local_id, key)).is_file)

    async def settle(self, local_id: LocalId, key: str) -> int:
        """Give what was written to the path of `begin` its place; return its bytes. Raises StorageError."""
        target = self._place(local_id, key)

        def run() -> int:
            with _storage_errors():
                part = self._part(target)
                with part.open("rb+") as file:
                    os.fsync(file.fileno())
                    size = os.fstat(file.fileno()).st_size
                part.replace(target)
                _sync_folder(target.parent)
            return size

        return await run_in_thread(run)

    async def has(self, local_id: LocalId, key: str) -> bool:
        """Return whether the copy is there."""
        return await run_in_thread(self._place(local_id, key).is_file)

    async def show(self, local_id: LocalId, key: str, name: str) -> str:
        """Return the path of a copy under its real name, for another program to open. Raises StorageError."""
        source = self._place(local_id, key)

        def run() -> str:
            with _storage_errors():
                folder = self._folder / _SHOWN / f"{_folder_name(key)}-{time.monotonic_ns():x}"
                self._make_folder(folder.parent)
                self._make_folder(folder)
                target = folder / safe_file_name(name, "attachment")
                self._write_now(target, lambda file, _: _build_document(source, file), lambda: True)
                mark_from_elsewhere(target)
            return str(target)

        return await run_in_thread(run)

    async def save(self, local_id: LocalId, key: str, path: str, *, replace: bool = False) -> str:
        """Copy a copy to where the person wants it; return its path. Raises BadInput where it cannot be there."""
        source, wanted = self._place(local_id, key), Path(path)

        def run() -> str:
            with _saving_errors(wanted):
                if replace:
                    part = wanted.with_name(f".{wanted.name}.{time.monotonic_ns():x}")
                    _build_into(source, part)
                    mark_from_elsewhere(part)
                    part.replace(wanted)
                    return str(wanted)
                for number in range(_SAME_NAMES):
                    target = wanted.with_name(numbered(wanted.name, number))
                    with contextlib.suppress(FileExistsError):
                        _build_into(source, target)
                        mark_from_elsewhere(target)
                        return str(target)
                raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST))

        return await run_in_thread(run)

    async def remove(self, local_id: LocalId, key: str) -> None:
        """Remove one copy, and its message's folder with the last. What cannot be removed is found at a later start."""
        place = self._place(local_id, key)

        def run() -> None:
            with contextlib.suppress(OSError):
                place.unlink(missing_ok=True)
                place.parent.rmdir()

        await run_in_thread(run)

    async def forget(self, local_id: LocalId) -> None:
        """Remove all copies of a message; as with `remove`, what cannot be removed is no error."""
        folder = self._folder / _folder_name(local_id)
        await run_in_thread(lambda: shutil.rmtree(folder, ignore_errors=True))

    async def left_over(self, known: dict[LocalId, frozenset[str]], older: float) -> int:
        """Remove what no message of `known` names and is older than `older` seconds, and what was begun and not ended.

        Called at the start, with the keys of each message that has any. Returns how many copies went.
        """
        names = {_folder_name(local_id): keys for local_id, keys in known.items()}
        return await run_in_thread(lambda: self._sweep(names, time.time() - older))

    def _sweep(self, names: dict[str, frozenset[str]], before: float) -> int:
        shutil.rmtree(self._folder / _SHOWN, ignore_errors=True)
        gone = 0
        with contextlib.suppress(OSError):
            for folder in list(self._folder.iterdir()):
                if not folder.is_dir() or folder.is_symlink():
                    continue
                for file in list(folder.iterdir()):
                    oldest = max(before, time.time() - _BEGUN) if file.name.endswith(_PART) else before
                    if file.name in names.get(folder.name, frozenset()) or file.stat().st_mtime > oldest:
                        continue
                    file.unlink()
                    gone += 1
                with contextlib.suppress(OSError):
                    folder.rmdir()
        return gone

    # --- in the thread ------------------------------------------------------------------------------------------------

    async def _write(self, local_id: LocalId, key: str, write: Callable[[BinaryIO, Callable[[], bool]], int]) -> int:
        target = self._place(local_id, key)
        stop = threading.Event()

        def run() -> int:
            with _storage_errors():
                self._make_folder(target.parent)
            return self._write_now(target, write, lambda: not stop.is_set())

        try:
            return await run_in_thread(run)
        finally:
            stop.set()

    def _write_now(
        self, target: Path, write: Callable[[BinaryIO, Callable[[], bool]], int], going: Callable[[], bool]
    ) -> int:
        part = self._part(target)
        try:
            with _storage_errors(), _private_file(part) as file:
                size = write(file, going)
                file.flush()
                os.fsync(file.fileno())
            with _storage_errors():
                part.replace(target)
                _sync_folder(target.parent)
        except BaseException:
            with contextlib.suppress(OSError):
                part.unlink(missing_ok=True)
            raise
        return size

    def _place(self, local_id: LocalId, key: str) -> Path:
        return self._folder / _folder_name(local_id) / _folder_name(key)

    def _part(self, target: Path) -> Path:
        return target.with_name(target.name + _PART)

    def _make_folder(self, folder: Path) -> None:
        prepare_folder(self._folder)
        prepare_folder(folder)


def _folder_name(name: str) -> str:
    """Return a name that is a plain one on every disk: a mark that another client wrote may hold anything."""
    return name if _NAME.fullmatch(name) else hashlib.sha256(name.encode("utf-8", "replace")).hexdigest()


def _private_file(path: Path) -> BinaryIO:
    path.unlink(missing_ok=True)
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def _modified(source: str) -> float:
    try:
        return Path(source).stat().st_mtime
    except (OSError, ValueError):
        return 0.0


def _copy(source: str, target: BinaryIO, on_bytes: Callable[[int, int], None], going: Callable[[], bool]) -> int:
    """Copy `source` piece by piece. Raises BadInput for what cannot be read or changes, and OSError of `target`."""
    with _source_errors(source):
        # Opening a pipe would wait for its other end without limit: it is opened without waiting, and refused.
        file = os.fdopen(os.open(source, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)), "rb")
    with file:
        with _source_errors(source):
            before = os.fstat(file.fileno())
        if not stat.S_ISREG(before.st_mode):
            raise BadInput(tr("“{name}” is not a file, and was not attached.", name=Path(source).name))
        done = 0
        while True:
            with _source_errors(source):
                piece = file.read(PIECE)
            if not piece:
                break
            if not going():
                raise BadInput(tr("“{name}” was not attached.", name=Path(source).name))
            target.write(piece)
            done += len(piece)
            on_bytes(done, before.st_size)
        with _source_errors(source):
            after = os.fstat(file.fileno())
    if (after.st_size, after.st_mtime_ns) != (before.st_size, before.st_mtime_ns) or done != after.st_size:
        raise BadInput(tr("“{name}” changed while it was read. Attach it again.", name=Path(source).name))
    return done


def _build_into(source: Path, target: Path) -> None:
    """Write a new file that its owner alone may read. Raises FileExistsError; of what fails nothing is left."""
    with os.fdopen(
        os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600), "wb"
    ) as file:
        try:
            _build_document(source, file)
            file.flush()
            os.fsync(file.fileno())
        except BaseException:
            with contextlib.suppress(OSError):
                target.unlink()
            raise


def _build_document(source: Path, target: BinaryIO) -> int:
    with source.open("rb") as file:
        shutil.copyfileobj(file, target, PIECE)
    return target.tell()


@contextlib.contextmanager
def _source_errors(source: str) -> Iterator[None]:
    try:
        yield
    except (OSError, ValueError) as error:
        name = Path(source).name or source
        if isinstance(error, IsADirectoryError) or (isinstance(error, PermissionError) and Path(source).is_dir()):
            raise BadInput(tr("“{name}” is a folder. Attach the files in it.", name=name)) from error
        if isinstance(error, FileNotFoundError):
            raise BadInput(tr("“{name}” is not there any more.", name=name)) from error
        why = (error.strerror if isinstance(error, OSError) else None) or type(error).__name__
        raise BadInput(tr("“{name}” cannot be read ({why}).", name=name, why=why)) from error


@contextlib.contextmanager
def _storage_errors() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise StorageError(tr("The disk is full: free some space, and attach it again.")) from error
        why = error.strerror or type(error).__name__
        raise StorageError(tr("This computer could not keep the attachment ({why}).", why=why)) from error


@contextlib.contextmanager
def _saving_errors(wanted: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, ValueError) as error:
        if isinstance(error, OSError) and error.errno in _FULL:
            raise BadInput(tr("“{name}” was not saved: the disk is full.", name=wanted.name)) from error
        why = (error.strerror if isinstance(error, OSError) else None) or type(error).__name__
        raise BadInput(tr("“{name}” was not saved ({why}).", name=wanted.name, why=why)) from error


def _sync_folder(folder: Path) -> None:
    """Bring the name itself to the disk. Windows has no such call, and needs none."""
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
