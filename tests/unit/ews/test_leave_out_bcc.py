"""What others are to read goes without those in Bcc, and is otherwise the same to the byte."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.backends.net.files import leave_out_bcc

BODY = b"\r\nBcc: said@example.org\r\n\r\n\x00\xff tail"


@pytest.mark.parametrize(
    ("head", "left"),
    [
        (b"From: a\r\nBcc: eve@x\r\nTo: b\r\n", b"From: a\r\nTo: b\r\n"),
        (b"BCC : eve@x,\r\n dan@x,\r\n\tclara@x\r\nTo: b\r\n", b"To: b\r\n"),
        (b"From: a\nResent-Bcc: eve@x\nTo: b\n", b"From: a\nTo: b\n"),
        (b"Bcc: " + b"eve@x, " * 30_000 + b"\r\nTo: b\r\n", b"To: b\r\n"),
        (b"X-Long: " + b"bcc: " * 30_000 + b"\r\nTo: b\r\n", None),
        (b"X-Bcc: a\r\nSubject: Bcc: b\r\n folded bcc: c\r\n", None),
        (b"", None),
    ],
)
def test_the_head_loses_its_hidden_recipients_alone(tmp_path: Path, head: bytes, left: bytes | None) -> None:
    path = tmp_path / "message"
    path.write_bytes(head + BODY)
    leave_out_bcc(str(path))
    assert path.read_bytes() == (head if left is None else left) + BODY
    assert [one.name for one in tmp_path.iterdir()] == ["message"]
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("whole", [b"", b"\r\n", b"Bcc: eve@x", b"From: a\r\nBcc: eve@x"])
def test_a_head_without_an_end_is_read_to_its_end(tmp_path: Path, whole: bytes) -> None:
    path = tmp_path / "message"
    path.write_bytes(whole)
    leave_out_bcc(str(path))
    assert b"eve" not in path.read_bytes()


def test_a_file_that_cannot_be_read_leaves_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="none"):
        leave_out_bcc(str(tmp_path / "none"))
    assert list(tmp_path.iterdir()) == []
