"""The files this process runs from: whether they are still those it started with.

A package manager puts other files in their place while the program runs. What is loaded already stays as it is; what
is read later by its path is another version's. So no child process is started from other files (`child_process.py`),
and a frozen program goes on reading its modules from the archive that it opened (`keep_archives_open`).
"""

from __future__ import annotations

import builtins
import io
import os
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from types import SimpleNamespace, TracebackType
from typing import Any, NamedTuple


class Face(NamedTuple):
    """What tells one file at a path from another."""

    device: int
    inode: int
    size: int
    changed: int
    """Nanoseconds since 1970."""


class ProgramFiles:
    """Some files as they were when this was made."""

    def __init__(self, paths: Sequence[Path]) -> None:
        """Look at `paths`. What cannot be looked at now counts as replaced once it is there."""
        self._paths = tuple(paths)
        self._first = self.faces()

    def faces(self) -> tuple[Face | None, ...]:
        """Return what is at each path now; None where nothing is. Reads the disk."""
        return tuple(_face(path) for path in self._paths)

    def is_replaced(self) -> bool:
        """Return whether one of them is another file now, or none. Reads the disk; any thread may ask."""
        return self.faces() != self._first

    def is_whole(self) -> bool:
        """Return whether each path has a file. Reads the disk."""
        return None not in self.faces()


def _face(path: Path) -> Face | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return Face(found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns)


def own_paths() -> list[Path]:
    """Return the files that every version replaces: the frozen program, or Python and the file with the version."""
    program = Path(sys.executable)
    return [program] if getattr(sys, "frozen", False) else [program, Path(__file__).parents[1] / "__init__.py"]


ours = ProgramFiles(own_paths())
"""The files of this very process, looked at when it starts."""

# --- the archives of a frozen program --------------------------------------------------------------------------------


class _KeptFile:
    """Reads one open file from any thread: without an offset that they would share, and without a descriptor more."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor, self._at = descriptor, 0

    def __enter__(self) -> _KeptFile:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """It stays open for the next one."""

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Go to `offset`, as a file does."""
        begin = {os.SEEK_SET: 0, os.SEEK_CUR: self._at}
        self._at = (os.fstat(self._descriptor).st_size if whence == os.SEEK_END else begin[whence]) + offset
        return self._at

    def tell(self) -> int:
        """Return where it stands."""
        return self._at

    def read(self, size: int = -1) -> bytes:
        """Read up to `size` bytes; all that follow for -1."""
        wanted = os.fstat(self._descriptor).st_size - self._at if size < 0 else size
        found = os.pread(self._descriptor, wanted, self._at)
        self._at += len(found)
        return found


def kept_open(paths: Sequence[str], otherwise: Callable[..., Any]) -> Callable[..., Any]:
    """Return an `open` that gives `paths` as they are now, whatever replaces them; `otherwise` opens all else."""
    descriptors = {path: os.open(path, os.O_RDONLY) for path in paths}

    def opening(path: str, *how: Any) -> Any:
        return _KeptFile(descriptors[path]) if path in descriptors else otherwise(path, *how)

    return opening


def keep_archives_open() -> None:
    """Let a frozen program load its modules from the archives that it started with.

    PyInstaller opens its archive by path for each module, and Python its base_library.zip. Elsewhere this does nothing:
    on Windows a program that runs cannot be replaced.
    """
    if not getattr(sys, "frozen", False) or os.name != "posix":
        return
    import zipimport

    import pyimod01_archive  # type: ignore[import-not-found]  # a part of PyInstaller's start, there when frozen
    import pyimod02_importers  # type: ignore[import-not-found]

    archive = pyimod02_importers.pyz_archive._filename  # noqa: SLF001 - of PyInstaller, whose version is locked
    pyimod01_archive.open = kept_open([archive], builtins.open)
    zipped = [path for path in sys.path if path.endswith(".zip") and Path(path).is_file()]
    opening = SimpleNamespace(open_code=kept_open(zipped, io.open_code))
    zipimport._io = opening  # type: ignore[attr-defined]  # noqa: SLF001 - Python offers no other way


def look_in_a_thread(then: Callable[[bool], object]) -> None:
    """Ask in a thread whether this process's files are replaced, and call `then` there with the answer."""
    threading.Thread(target=lambda: then(ours.is_replaced()), name="program files", daemon=True).start()
