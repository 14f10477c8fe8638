"""A small text file is read as far as it is one, and written whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.domain.errors import StorageError
from app.storage.settings import read_text, write_text


def test_what_is_written_is_read_and_is_for_nobody_else(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "keys.toml"
    write_text(path, "ä = 1\n")
    write_text(path, "b = 2\n")
    assert read_text(path, 100) == "b = 2\n"
    assert path.stat().st_mode & 0o077 == 0
    assert [one.name for one in path.parent.iterdir()] == ["keys.toml"]


def test_no_file_is_nothing(tmp_path: Path) -> None:
    assert read_text(tmp_path / "none", 100) is None


def test_what_cannot_be_read_is_said_by_its_name(tmp_path: Path) -> None:
    path = tmp_path / "keys.toml"
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(StorageError, match=r"keys\.toml.*UTF-8"):
        read_text(path, 100)
    path.write_bytes(b"x" * 101)
    with pytest.raises(StorageError, match="too long"):
        read_text(path, 100)
    with pytest.raises(StorageError, match="cannot be read"):
        read_text(tmp_path, 100)


def test_what_cannot_be_written_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "keys.toml"
    write_text(path, "old")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(StorageError, match="No space left"):
        write_text(path, "new")
    assert path.read_text("utf-8") == "old"
    assert [one.name for one in tmp_path.iterdir()] == ["keys.toml"]
