"""What leaves a message bears the system's mark of the web: by the words of each system, on Linux."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.domain.message import LocalId
from app.storage import attachment_files
from app.storage.attachment_files import AttachmentFolder
from app.storage.mark_of_the_web import mark_from_elsewhere

NAME, KEY = LocalId("a" * 32), "b" * 32


class Libc:
    """Notes what is set."""

    def __init__(self) -> None:
        self.set: list[tuple[object, ...]] = []

    def setxattr(self, *arguments: object) -> int:
        self.set.append(arguments)
        return 0


def test_windows_gets_the_stream_of_its_zones(tmp_path: Path) -> None:
    file = tmp_path / "report.docm"
    mark_from_elsewhere(file, "win32")
    stream = Path(f"{file}:Zone.Identifier")  # on Linux a file beside it
    assert stream.read_bytes() == b"[ZoneTransfer]\r\nZoneId=3\r\n"
    mark_from_elsewhere(tmp_path / "not there" / "x", "win32")  # a disk without streams is no error


def test_macos_gets_its_attribute(tmp_path: Path) -> None:
    libc, file = Libc(), tmp_path / "report.pkg"
    mark_from_elsewhere(file, "darwin", libc)
    ((path, name, value, size, position, options),) = libc.set
    assert (path, name, position, options) == (bytes(file), b"com.apple.quarantine", 0, 0)
    assert isinstance(value, bytes)
    flags, seconds, program, rest = value.split(b";")
    assert (flags, program, rest, size) == (b"0081", b"Mailwright", b"", len(value))
    assert int(seconds, 16) > 1_700_000_000


def test_linux_gets_none(tmp_path: Path) -> None:
    file = tmp_path / "report.sh"
    file.write_bytes(b"x")
    mark_from_elsewhere(file, "linux")
    assert list(tmp_path.iterdir()) == [file]


async def test_what_is_opened_and_saved_is_marked_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    marked: list[str] = []
    monkeypatch.setattr(attachment_files, "mark_from_elsewhere", lambda path: marked.append(path.name))
    files = AttachmentFolder(tmp_path / "copies")
    await files.keep_bytes(NAME, KEY, b"content")
    assert marked == []
    await files.show(NAME, KEY, "shown.pdf")
    await files.save(NAME, KEY, str(tmp_path / "saved.pdf"))
    await files.save(NAME, KEY, str(tmp_path / "saved.pdf"))
    assert marked == ["shown.pdf", "saved.pdf", "saved (2).pdf"]
    await files.save(NAME, KEY, str(tmp_path / "saved.pdf"), replace=True)
    assert len(marked) == 4
