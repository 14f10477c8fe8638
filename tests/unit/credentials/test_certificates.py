"""A file of certificates is looked at before it is trusted, and what is wrong with it is said."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import trustme

from app.credentials.certificates import check_ca_file
from app.domain.errors import BadInput


@pytest.fixture(scope="module")
def pem() -> bytes:
    return trustme.CA().cert_pem.bytes()


async def test_a_bundle_with_comments_in_any_language_is_accepted(tmp_path: Path, pem: bytes) -> None:
    file = tmp_path / "ca.pem"
    file.write_bytes("# Zertifikatsstelle für Büro\n".encode() + pem + b"\n# second\n" + pem)
    await check_ca_file(str(file))


async def test_a_missing_file_is_named_as_missing(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no such file"):
        await check_ca_file(str(tmp_path / "none.pem"))


async def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="not a file"):
        await check_ca_file(str(tmp_path))


async def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(BadInput, match="not a file"):
        await check_ca_file(str(tmp_path / "pipe"))


@pytest.mark.parametrize("content", [b"", b"\x30\x82\x01\x00 binary DER", b"hello"])
async def test_a_file_without_pem_is_told_so(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "ca.pem").write_bytes(content)
    with pytest.raises(BadInput, match="no certificate in PEM form"):
        await check_ca_file(str(tmp_path / "ca.pem"))


async def test_a_damaged_certificate_is_told_so(tmp_path: Path, pem: bytes) -> None:
    (tmp_path / "ca.pem").write_bytes(pem[:200] + b"!!!!" + pem[220:])
    with pytest.raises(BadInput, match="damaged"):
        await check_ca_file(str(tmp_path / "ca.pem"))


async def test_a_huge_file_is_not_read(tmp_path: Path) -> None:
    with (tmp_path / "ca.pem").open("wb") as file:
        file.truncate(9 * 1024 * 1024)
    with pytest.raises(BadInput, match="too large"):
        await check_ca_file(str(tmp_path / "ca.pem"))


async def test_a_name_that_cannot_be_a_path_is_told_so() -> None:
    with pytest.raises(BadInput, match="cannot be read"):
        await check_ca_file("a\0b")
