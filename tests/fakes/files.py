"""Private copies without threads: the fake behind the port `AttachedFiles`.

Copies lie in a folder that goes with the fake, so that whoever is given a path can read it. `trouble` is raised by the
calls that write; what is there is read from `copies`.
"""

from __future__ import annotations

import contextlib
import shutil
import tempfile
import weakref
from collections.abc import Callable
from pathlib import Path

from app.domain.errors import BadInput, StorageError
from app.domain.files import numbered
from app.domain.message import LocalId


class FakeFiles:
    """The fake."""

    def __init__(self) -> None:
        self.trouble: StorageError | None = None
        self.written_at: dict[str, float] = {}
        self._folder = tempfile.mkdtemp(prefix="mailwright-test-")
        weakref.finalize(self, shutil.rmtree, self._folder, ignore_errors=True)

    def copies(self) -> dict[tuple[str, str], bytes]:
        """Return every copy by message and key."""
        root = Path(self._folder)
        found = (path for path in root.glob("*/*") if path.is_file() and not path.name.endswith(".part"))
        return {(path.parent.name, path.name): path.read_bytes() for path in found}

    def path(self, local_id: LocalId, key: str) -> str:
        """Return where a copy lies."""
        return str(Path(self._folder) / local_id / key)

    async def copy_file(self, local_id: LocalId, key: str, source: str, on_bytes: Callable[[int, int], None]) -> int:
        """Copy a file."""
        try:
            content = _read(source)
        except OSError as error:
            raise BadInput(f"“{source}” cannot be read ({error.strerror}).") from error
        on_bytes(len(content), len(content))
        return await self.keep_bytes(local_id, key, content)

    async def modified(self, source: str) -> float:
        """Tell when a file was written last, as far as a test said so."""
        return self.written_at.get(source, 0.0)

    async def keep_bytes(self, local_id: LocalId, key: str, content: bytes) -> int:
        """Keep `content`."""
        self._meet_trouble()
        _write(self.path(local_id, key), content)
        return len(content)

    async def share(self, local_id: LocalId, key: str, other: LocalId, other_key: str) -> None:
        """Let another message have the same bytes."""
        self._meet_trouble()
        if not await self.has(local_id, key):
            raise StorageError("There is no such copy.")
        _write(self.path(other, other_key), _read(self.path(local_id, key)))

    async def same(self, local_id: LocalId, key: str, other_key: str) -> bool:
        """Tell whether two copies have the same bytes."""
        self._meet_trouble()
        return _read(self.path(local_id, key)) == _read(self.path(local_id, other_key))

    async def begin(self, local_id: LocalId, key: str) -> str:
        """Return a free path."""
        self._meet_trouble()
        path = self.path(local_id, key) + ".part"
        _write(path, b"")
        _remove(path)
        return path

    async def began(self, local_id: LocalId, key: str) -> bool:
        """Tell whether anything was written to the path of `begin`."""
        return (self.path(local_id, key) + ".part") in self._all()

    async def settle(self, local_id: LocalId, key: str) -> int:
        """Give what was written its place."""
        self._meet_trouble()
        path = self.path(local_id, key)
        content = _read(path + ".part")
        _write(path, content)
        _remove(path + ".part")
        return len(content)

    async def has(self, local_id: LocalId, key: str) -> bool:
        """Tell whether the copy is there."""
        return (local_id, key) in self.copies()

    async def show(self, local_id: LocalId, key: str, name: str) -> str:
        """Return a copy under its real name."""
        path = Path(self._folder) / "shown" / key / name
        _write(str(path), _read(self.path(local_id, key)))
        return str(path)

    async def save(self, local_id: LocalId, key: str, path: str, *, replace: bool = False) -> str:
        """Copy a copy to a place of the person's."""
        return _save(_read(self.path(local_id, key)), Path(path), replace=replace)

    async def remove(self, local_id: LocalId, key: str) -> None:
        """Remove one copy."""
        _remove(self.path(local_id, key))

    async def forget(self, local_id: LocalId) -> None:
        """Remove all copies of a message."""
        for name, key in self.copies():
            if name == local_id:
                _remove(self.path(local_id, key))

    async def left_over(self, known: dict[LocalId, frozenset[str]], older: float) -> int:
        """Remove what no message names, however young."""
        gone = [(name, key) for name, key in self.copies() if key not in known.get(LocalId(name), frozenset())]
        for name, key in gone:
            _remove(self.path(LocalId(name), key))
        return len(gone)

    def _all(self) -> set[str]:
        return {str(path) for path in Path(self._folder).glob("*/*")}

    def _meet_trouble(self) -> None:
        if self.trouble is not None:
            raise self.trouble


def _read(path: str) -> bytes:
    return Path(path).read_bytes()


def _save(content: bytes, wanted: Path, *, replace: bool) -> str:
    target, number = wanted, 0
    while target.exists() and not replace:
        number += 1
        target = wanted.with_name(numbered(wanted.name, number))
    try:
        target.write_bytes(content)
    except OSError as error:
        raise BadInput(f"“{target.name}” was not saved ({error.strerror}).") from error
    return str(target)


def _write(path: str, content: bytes) -> None:
    place = Path(path)
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(content)


def _remove(path: str) -> None:
    with contextlib.suppress(FileNotFoundError):
        Path(path).unlink()
