"""A body that reads files as it is sent: right to the byte, of known length, and never in memory as a whole."""

from __future__ import annotations

import base64
import io
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.backends.ews.streamed_files import UPLOAD_PIECE, FilePart, UploadBody, split_at
from app.backends.net.files import FileChanged
from app.domain.attachment import Attachment, AttachmentKind, Meant, differences


class OfLength(io.BytesIO):
    """A file in memory that has a descriptor of a file of the same length."""

    def __init__(self, content: bytes, path: Path) -> None:
        super().__init__(content)
        path.write_bytes(content)
        self._file = path.open("rb")

    def fileno(self) -> int:
        return self._file.fileno()

    def close(self) -> None:
        self._file.close()
        super().close()


@given(content=st.binary(max_size=300), size=st.integers(1, 97))
def test_any_file_read_in_pieces_of_any_size_is_its_base64(
    content: bytes, size: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with OfLength(content, tmp_path_factory.getbasetemp() / "part") as file:
        body = UploadBody([b"<a>", FilePart(file, len(content)), b"", b"</a>"], lambda _: None)
        pieces = []
        while piece := body.read(size):
            pieces.append(piece)
        assert b"".join(pieces) == b"<a>" + base64.b64encode(content) + b"</a>"
        assert len(body) == len(b"".join(pieces))


def test_it_can_be_begun_anew_and_nowhere_else(tmp_path: Path) -> None:
    with OfLength(b"abcdef", tmp_path / "x") as file:
        body = UploadBody([b"<", FilePart(file, 6), b">"], lambda _: None)
        whole = body.read()
        assert body.tell() == len(body) == len(whole)
        assert body.seek(-len(whole), io.SEEK_CUR) == 0
        for _ in range(3):
            assert b"".join(body) == whole
        assert body.seek(-len(whole), io.SEEK_CUR) == 0
        assert body.read() == whole
        with pytest.raises(OSError, match="begun anew"):
            body.seek(3)


def test_forty_megabytes_pass_through_less_than_one(tmp_path: Path) -> None:
    path = tmp_path / "large"
    with path.open("wb") as large:
        large.truncate(40 * 1024 * 1024)
    with path.open("rb") as file:
        body = UploadBody([FilePart(file, path.stat().st_size)], lambda _: None)
        tracemalloc.start()
        length = sum(map(len, iter(lambda: body.read(16 * 1024), b"")))
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert length == len(body)
    assert peak < 1024 * 1024


@pytest.mark.parametrize("told", [5, 7, UPLOAD_PIECE * 2])
def test_a_file_of_another_length_than_was_told_is_noticed(tmp_path: Path, told: int) -> None:
    with OfLength(b"abcdef", tmp_path / "x") as file, pytest.raises(FileChanged):
        UploadBody([FilePart(file, told), b"</x>"], lambda _: None).read()


def test_files_stand_where_their_tokens_were(tmp_path: Path) -> None:
    with OfLength(b"one", tmp_path / "1") as one, OfLength(b"two", tmp_path / "2") as two:
        parts = split_at(b"<x>AAAA</x><y>BBBB</y>", [(b"AAAA", FilePart(one, 3)), (b"BBBB", FilePart(two, 3))])
        whole = UploadBody(parts, lambda _: None).read()
    assert whole == b"<x>" + base64.b64encode(b"one") + b"</x><y>" + base64.b64encode(b"two") + b"</y>"


@pytest.mark.parametrize(
    ("held", "words"),
    [
        ([], "The server holds 0 attachments, and 1 were meant."),
        ([Attachment("a", "other.txt", 10)], "“plan.pdf” is missing on the server."),
        ([Attachment("a", "plan.pdf", 9)], "“plan.pdf” has another size on the server."),
        ([Attachment("a", "plan.pdf", 10_000_000)], "“plan.pdf” has another size on the server."),
        ([Attachment("a", "plan.pdf", 10), Attachment("b", "x", 1)], "“x” is on the server and was not meant."),
    ],
)
def test_a_difference_is_said_in_words(held: list[Attachment], words: str) -> None:
    assert words in differences([Meant("plan.pdf", 10)], held)


def test_no_difference_is_made_of_order_overhead_or_messages() -> None:
    held = [Attachment("b", "b", 300, kind=AttachmentKind.ITEM), Attachment("a", "a", 10 + 400)]
    assert differences([Meant("a", 10), Meant("b")], held) == []
