"""The file of presets on disk: read where nobody else can have written it, and in words where it does not count."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from app.domain.errors import StorageError
from app.domain.presets import LONGEST
from app.storage.settings import VARIABLE, presets_path, read_presets_file

pytestmark = pytest.mark.skipif(os.name != "posix", reason="rights are POSIX's here")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "presets.toml"
    path.write_text("version = 1\n", "utf-8")
    path.chmod(0o644)
    return path


def refusal(path: Path) -> str:
    with pytest.raises(StorageError) as met:
        read_presets_file(path)
    return str(met.value)


def test_it_lies_where_an_administrator_puts_it_unless_another_place_is_named(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    for platform, place in (
        ("linux", "/etc/mailwright/presets.toml"),
        ("darwin", "/Library/Application Support/Mailwright/presets.toml"),
    ):
        monkeypatch.setattr("sys.platform", platform)
        assert presets_path().as_posix() == place
    monkeypatch.setattr("sys.platform", "win32")
    monkeypatch.setenv("PROGRAMDATA", "/ProgramData")
    assert presets_path().as_posix() == "/ProgramData/Mailwright/presets.toml"
    monkeypatch.setenv(VARIABLE, str(file))
    assert presets_path() == file


def test_it_is_read_and_none_is_no_fault(file: Path, tmp_path: Path) -> None:
    assert read_presets_file(file) == "version = 1\n"
    assert read_presets_file(tmp_path / "none.toml") is None
    assert read_presets_file(tmp_path / "no" / "folder.toml") is None


@pytest.mark.parametrize("rights", [0o664, 0o646, 0o666])
def test_one_that_others_may_write_does_not_count(file: Path, rights: int) -> None:
    file.chmod(rights)
    assert "others than its owner may write" in refusal(file)


@pytest.mark.skipif(not hasattr(os, "getuid") or os.getuid() != 0, reason="only root can give a file away")
def test_one_that_belongs_to_somebody_else_does_not_count(file: Path) -> None:
    os.chown(file, 12345, -1)
    assert "does not count" in refusal(file)


def test_what_cannot_be_read_is_told(file: Path, tmp_path: Path) -> None:
    assert "is not a file" in refusal(tmp_path)
    assert "cannot be read" in refusal(file / "below")
    file.write_bytes(b"\xff\xfe\x00")
    assert "UTF-8" in refusal(file)
    file.write_bytes(b"#" * (LONGEST + 1))
    assert "too long" in refusal(file)
    os.mkfifo(tmp_path / "pipe")
    assert "is not a file" in refusal(tmp_path / "pipe")
