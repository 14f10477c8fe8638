"""Pictures from messages are decoded off the window's thread, within bounds, behind one function; a plane stands in."""

from __future__ import annotations

import ast
import base64
import struct
import threading
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QUrl
from PySide6.QtGui import QColor, QImage, QTextDocument
from PySide6.QtWidgets import QTextEdit
from pytestqt.qtbot import QtBot

from app.content.html.clean import clean
from app.content.html.parse import parse_showing
from app.controllers.reader.printing import written_out_in
from app.domain.blocks import Paragraph, Picture
from app.services.html.prepare import open_html
from app.ui.document import picture_decoder
from app.ui.document.html_view import HtmlView
from app.ui.document.picture_decoder import OWN_PIXELS, PictureDecoder, decode, decode_address
from app.ui.editor.rich import RichEditor

APP = Path(__file__).parents[2] / "app"


def black_png(width: int, height: int) -> bytes:
    """Return a picture of one bit a pixel: few bytes for however many pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    rows = zlib.compress(b"\0" * ((width + 7) // 8 + 1) * height, 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def encoded(image: QImage, form: str) -> bytes:
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    assert image.save(buffer, form)  # type: ignore[call-overload]  # the stubs know file names only
    return bytes(data.data())


def address_of(data: bytes) -> str:
    return f"data:image/png;base64,{base64.b64encode(data).decode()}"


def red(width: int = 40, height: int = 20) -> bytes:
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(QColor("red"))
    return encoded(image, "PNG")


@pytest.fixture
def threads(monkeypatch: pytest.MonkeyPatch) -> list[threading.Thread]:
    """Return in which threads something was decoded."""
    seen: list[threading.Thread] = []
    real = picture_decoder.decode

    def watched(data: bytes, *bounds: int) -> QImage | None:
        seen.append(threading.current_thread())
        return real(data, *bounds)

    monkeypatch.setattr(picture_decoder, "decode", watched)
    return seen


def in_reader(qtbot: QtBot, html: str) -> QTextEdit:
    page = HtmlView()
    qtbot.addWidget(page)
    page.resize(600, 400)
    page.show()
    page.show_blocks(parse_showing(clean(html).html))
    page.wait_until_built()
    return page


def in_editor(qtbot: QtBot, html: str) -> QTextEdit:
    editor = RichEditor()
    qtbot.addWidget(editor)
    editor.resize(600, 400)
    editor.show()
    editor.open_body(open_html(html))
    editor.finish()
    return editor


def shown_at(view: QTextEdit, address: str) -> QImage:
    got = view.document().resource(QTextDocument.ResourceType.ImageResource, QUrl(address))
    assert isinstance(got, QImage)
    return got


@pytest.mark.parametrize("made", [in_reader, in_editor])
def test_a_picture_written_out_is_decoded_in_a_thread_while_a_plane_stands_in(
    qtbot: QtBot, threads: list[threading.Thread], made: Callable[[QtBot, str], QTextEdit]
) -> None:
    address = address_of(red())
    view = made(qtbot, f'<p>See <img src="{address}"></p>')
    assert shown_at(view, address).width() == 24
    qtbot.waitUntil(lambda: shown_at(view, address).width() == 40)
    assert threading.main_thread() not in threads
    assert len(threads) == 1


def test_twelve_large_pictures_are_never_decoded_on_the_windows_thread(
    qtbot: QtBot, threads: list[threading.Thread]
) -> None:
    addresses = [address_of(black_png(4_000 - number, 4_000)) for number in range(12)]
    view = in_reader(qtbot, "".join(f'<p><img src="{one}"></p>' for one in addresses))
    view.grab()
    qtbot.waitUntil(lambda: all(shown_at(view, one).width() > 24 for one in addresses), timeout=60_000)
    assert threading.main_thread() not in threads
    assert sum(shown_at(view, one).sizeInBytes() for one in addresses) <= 70_000_000


def test_nothing_arrives_of_a_message_that_is_shown_no_more(qtbot: QtBot) -> None:
    address = address_of(red())
    view = in_reader(qtbot, f'<p>See <img src="{address}"></p>')
    assert isinstance(view, HtmlView)
    view.forget_images()
    view.show_blocks(parse_showing("<p>another</p>"))
    assert not view._pictures.is_busy()


def test_a_picture_is_given_no_larger_than_was_asked_for() -> None:
    picture = decode(black_png(4_000, 2_000))
    assert picture is not None
    assert (picture.width(), picture.height()) == (1_600, 800)
    small = decode(black_png(4_000, 2_000), 680)
    assert small is not None
    assert (small.width(), small.height()) == (680, 340)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"no picture",
        black_png(8_000, 8_000),
        black_png(60_000, 60_000),
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    ],
    ids=["nothing", "words", "64 million pixels", "3 600 million pixels", "a drawing"],
)
def test_what_is_no_picture_or_too_large_is_none(data: bytes) -> None:
    assert decode(data) is None
    assert decode_address(address_of(data)) is None


def test_a_large_picture_that_the_person_chose_is_read() -> None:
    assert decode(black_png(6_000, 6_000)) is None
    assert decode(black_png(6_000, 6_000), most_pixels=OWN_PIXELS) is not None


def test_what_was_asked_for_arrives_in_order_and_as_none_where_it_is_no_picture(qtbot: QtBot) -> None:
    view = QTextEdit()
    qtbot.addWidget(view)
    decoder = PictureDecoder(view)
    came: list[int | None] = []
    for source in (red(10), b"none", red(30), address_of(red(20))):
        decoder.request(source, 1_600, lambda image: came.append(None if image is None else image.width()))
    qtbot.waitUntil(lambda: not decoder.is_busy())
    assert came == [10, None, 30, 20]


def test_pictures_written_out_are_there_before_a_message_is_printed() -> None:
    address = address_of(red())
    assert written_out_in([Paragraph((Picture(address),))])[address].width() == 40
    assert written_out_in([Paragraph((Picture(address_of(b"x")), Picture("cid:a@b")))]) == {}


READERS = frozenset({"QImageReader", "QMovie", "QPicture", "QImageIOHandler"})
LOADERS = frozenset({"fromData", "loadFromData", "load"})
PICTURES = frozenset({"QImage", "QPixmap"})


def decoding(source: Path) -> list[str]:
    """Return what in a file makes pictures of bytes or files: Qt's readers, and pictures made of an argument."""
    found: list[str] = []
    for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Name) and node.id in READERS:
            found.append(node.id)
        if isinstance(node, ast.Attribute) and node.attr in LOADERS and isinstance(node.value, ast.Name):
            found += (
                [f"{node.value.id}.{node.attr}"] if node.value.id in PICTURES or node.attr == "loadFromData" else []
            )
    return found


def test_pictures_are_decoded_in_one_file() -> None:
    found = {str(path.relative_to(APP)) for path in APP.rglob("*.py") if decoding(path)}
    assert found == {"content/pictures.py"}
