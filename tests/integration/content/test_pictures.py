"""The process that decodes pictures: the same as here, within its walls, and bounded in what it gives."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QBuffer, QByteArray, QIODevice
from PySide6.QtGui import QColor, QImage, QImageWriter

from app.bootstrap.adapters import LateContent
from app.content.ask import use
from app.content.jobs import (
    WIDEST,
    HtmlRead,
    NoPicture,
    PictureRead,
    ReadHtml,
    ReadPicture,
    TooComplex,
    Want,
    fits,
)
from app.content.pictures import samples
from app.content.work import perform
from app.ui.document.picture_decoder import decode

FORMATS = ("png", "jpeg", "bmp", "webp", "ico")


@pytest.fixture
def processes(tmp_path: Path) -> Iterator[LateContent]:
    made = LateContent(tmp_path / "marks")
    use(made)
    yield made
    use(None)
    made.close()


def encoded(form: str, width: int, height: int, colour: str = "#80ff0000") -> bytes:
    image = QImage(width, height, QImage.Format.Format_ARGB32)
    image.fill(QColor(colour))
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    assert QImageWriter(buffer, QByteArray(form.encode())).write(image)
    return bytes(data.data())


def claims(width: int, height: int) -> bytes:
    """A PNG of one bit for each point that says how large it is, and holds one byte of it."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(b"\0")) + chunk(b"IEND", b"")


def test_every_format_is_decoded_there_as_it_is_here(processes: LateContent) -> None:
    pictures = [*samples(), *(encoded(form, 60, 40) for form in FORMATS), b"", b"no picture", b"<svg/>"]
    answers = [processes(ReadPicture(one)) for one in pictures]
    assert answers == [perform(ReadPicture(one)) for one in pictures]
    assert sum(isinstance(one, PictureRead) for one in answers) == 6 + len(FORMATS)
    assert len(processes.pids) == 1


def test_a_large_picture_comes_small_within_the_walls(processes: LateContent) -> None:
    for form in ("png", "jpeg", "webp"):
        read = processes(ReadPicture(encoded(form, 4000, 3000)))
        assert isinstance(read, PictureRead), form
        assert (read.width, read.height) == (WIDEST, 1200)
    assert processes(ReadPicture(encoded("png", 5000, 4000))) == NoPicture()
    assert processes(ReadPicture(claims(60_000, 60_000))) == NoPicture()
    assert len(processes.pids) == 1


def test_what_is_shown_has_the_points_and_what_shines_through(processes: LateContent) -> None:
    clear, opaque = decode(encoded("png", 20, 10)), decode(encoded("jpeg", 20, 10, "#0000ff"))
    assert clear is not None
    assert opaque is not None
    assert (clear.width(), clear.height(), clear.pixelColor(3, 3).alpha()) == (20, 10, 128)
    assert not opaque.hasAlphaChannel()
    assert opaque.pixelColor(3, 3).blue() > 250
    assert decode(b"nothing") is None


def test_text_and_pictures_are_read_in_different_processes(processes: LateContent) -> None:
    assert isinstance(processes(ReadHtml("<p>a", Want.READ)), HtmlRead)
    (text,) = processes.pids
    assert isinstance(processes(ReadPicture(encoded("png", 2, 2))), PictureRead)
    assert text in processes.pids
    assert len(processes.pids) == 2
    processes.close()
    with pytest.raises(TooComplex):
        processes(ReadPicture(b""))
    assert decode(encoded("png", 2, 2)) is None


@pytest.mark.parametrize(
    "answer",
    [
        PictureRead(20, 10, b"\0" * 799, opaque=True),
        PictureRead(0, 0, b"", opaque=True),
        PictureRead(-20, -10, b"\0" * 800, opaque=True),
        PictureRead(WIDEST + 1, 1, b"\0" * 4 * (WIDEST + 1), opaque=True),
        HtmlRead(),
    ],
)
def test_an_answer_that_is_not_the_picture_it_says_is_no_answer(answer: PictureRead | HtmlRead) -> None:
    assert not fits(answer, ReadPicture(b"x"))
    assert fits(PictureRead(20, 10, b"\0" * 800, opaque=True), ReadPicture(b"x"))
