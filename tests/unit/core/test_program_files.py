"""Whether the program's files are still those it started with, and what is read where they are not."""

from __future__ import annotations

import os
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from queue import SimpleQueue
from types import SimpleNamespace

import pytest

from app.core import program_files
from app.core.child_process import LINES, ChildProcess, End
from app.core.program_files import ProgramFiles, kept_open

ON_POSIX = pytest.mark.skipif(os.name != "posix", reason="Windows replaces no file that runs")


def replace(path: Path, content: bytes) -> None:
    """Put another file in the place of one, as a package manager does."""
    new = path.with_suffix(".dpkg-new")
    new.write_bytes(content)
    new.replace(path)


def test_a_file_that_was_replaced_written_over_or_removed_is_another_one(tmp_path: Path) -> None:
    changes: list[Callable[[Path], object]] = [lambda path: replace(path, b"one"), Path.unlink]
    changes.insert(1, lambda path: path.write_bytes(b"other"))
    for number, change in enumerate(changes):
        program = tmp_path / str(number)
        program.write_bytes(b"one")
        files = ProgramFiles([program])
        assert not files.is_replaced()
        change(program)
        assert files.is_replaced()
        assert files.is_whole() is (number < 2)


@ON_POSIX
def test_what_is_kept_open_is_read_as_it_was(tmp_path: Path) -> None:
    archive, other = tmp_path / "archive", tmp_path / "other"
    archive.write_bytes(b"0123456789")
    other.write_bytes(b"mine")
    opening = kept_open([str(archive)], open)
    replace(archive, b"another version")
    for _ in range(2):
        with opening(str(archive), "rb") as file:
            assert file.seek(4) == 4
            assert (file.read(3), file.tell(), file.read()) == (b"456", 7, b"789")
            assert file.seek(-2, os.SEEK_END) == 8
    with opening(str(other), "rb") as file:
        assert file.read() == b"mine"


@ON_POSIX
def test_modules_come_from_the_archive_that_was_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a frozen program does, without one: PyInstaller's parts stand in, Python's zipimport is the true one."""
    import zipimport

    library = tmp_path / "base_library.zip"
    with zipfile.ZipFile(library, "w") as file:
        file.writestr("kept_early.py", "version = 1")
        file.writestr("kept_late.py", "version = 1")
    frozen = tmp_path / "mailwright"
    frozen.write_bytes(b"first archive")
    archive = SimpleNamespace(_filename=str(frozen))
    reading = SimpleNamespace(open=open)
    monkeypatch.setitem(sys.modules, "pyimod01_archive", reading)
    monkeypatch.setitem(sys.modules, "pyimod02_importers", SimpleNamespace(pyz_archive=archive))
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(zipimport, "_io", zipimport._io)  # type: ignore[attr-defined]
    monkeypatch.syspath_prepend(str(library))
    program_files.keep_archives_open()
    import kept_early  # type: ignore[import-not-found]

    replace(library, b"PK\x05\x06" + bytes(18) + b" another version")
    replace(frozen, b"second")
    import kept_late  # type: ignore[import-not-found]

    assert kept_early.version == kept_late.version == 1
    with reading.open(str(frozen), "rb") as file:
        assert file.read() == b"first archive"


@pytest.fixture
def replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "program"
    program.write_bytes(b"old")
    monkeypatch.setattr(program_files, "ours", ProgramFiles([program]))
    replace(program, b"new")


@pytest.mark.usefixtures("replaced")
def test_no_child_is_started_from_other_files() -> None:
    told: SimpleQueue[bytes | End] = SimpleQueue()
    command = [sys.executable, "-c", "print('here')"]
    child: ChildProcess[bytes, bytes] = ChildProcess(
        "test", command, LINES, lambda _, line: told.put(line), lambda _, end: told.put(end)
    )
    end = told.get(timeout=20)
    assert isinstance(end, End)
    assert end.code is None
    assert "restart Mailwright" in str(end)
    assert child.pid is None
    assert child.join(20)


def test_a_child_is_given_up_only_where_another_could_be_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "program"
    program.write_bytes(b"old")
    files = ProgramFiles([program])
    monkeypatch.setattr(program_files, "ours", files)
    told: SimpleQueue[bytes | End] = SimpleQueue()
    echo = "import sys\nfor line in sys.stdin: print(line, end='', flush=True)"
    child: ChildProcess[bytes, bytes] = ChildProcess(
        "test", [sys.executable, "-c", echo], LINES, lambda _, line: told.put(line), lambda _, end: told.put(end)
    )
    child.send(b"one")
    assert told.get(timeout=20) == b"one\n"
    looked: SimpleQueue[bool] = SimpleQueue()
    look = program_files.look_in_a_thread

    def looking(then: Callable[[bool], object]) -> None:
        def told_and_noted(answer: bool) -> None:
            then(answer)
            looked.put(answer)

        look(told_and_noted)

    monkeypatch.setattr(program_files, "look_in_a_thread", looking)
    replace(program, b"new")
    child.kill_if_replaceable()
    assert looked.get(timeout=20) is True
    child.send(b"two")
    assert told.get(timeout=20) == b"two\n"
    monkeypatch.setattr(program_files, "ours", ProgramFiles([program]))
    child.kill_if_replaceable()
    assert isinstance(told.get(timeout=20), End)
    assert child.join(20)
