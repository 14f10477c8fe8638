"""Formatted messages in the reading pane: shown safe, fetched from nowhere, plain on demand, and never waited for."""

from __future__ import annotations

import asyncio

import pytest
from PySide6.QtCore import QBuffer, QByteArray, QIODevice, Qt, QUrl
from PySide6.QtGui import QColor, QDesktopServices, QImage, QTextDocument
from pytestqt.qtbot import QtBot

from app.content.html.clean import clean
from app.content.html.parse import parse_showing
from app.domain.attachment import Attachment
from app.domain.listing import Folder
from app.domain.message import BodyFormat, Content
from app.domain.recipient import Recipient
from app.ui import theme
from app.ui.document.html_view import HtmlView
from tests.fakes.scene import BEN
from tests.html_corpus import ALL, Case
from tests.program_scene import ProgramScene

ZOE = Recipient("zoe@example.org", "Zoe")


@pytest.fixture
def page(qtbot: QtBot) -> HtmlView:
    view = HtmlView()
    qtbot.addWidget(view)
    view.resize(600, 400)
    view.show()
    return view


def shown(page: HtmlView, html: str) -> str:
    page.show_blocks(parse_showing(clean(html).html))
    page.wait_until_built()
    return page.toPlainText()


@pytest.mark.parametrize("case", ALL, ids=lambda case: case.name)
def test_every_message_is_shown_with_its_words(page: HtmlView, case: Case) -> None:
    text = " ".join(shown(page, case.html).replace("\u2028", " ").replace("\xa0", " ").split())
    assert [word for word in case.seen if word not in text and word != "Hello"] == []


def test_a_long_message_is_poured_in_turns_and_comes_whole(page: HtmlView, qtbot: QtBot) -> None:
    blocks = parse_showing("<p>A line of a <b>long</b> message</p>" * 6_000)
    page.show_blocks(blocks)
    assert page.is_building()
    qtbot.waitUntil(lambda: not page.is_building(), timeout=30_000)
    told = page.toPlainText().count("A line of a long message")
    while page.has_more():
        page.show_piece(page.piece + 1)
        qtbot.waitUntil(lambda: not page.is_building(), timeout=30_000)
        told += page.toPlainText().count("A line of a long message")
    assert told == 6_000


def test_another_message_takes_the_place_of_one_that_is_still_poured(page: HtmlView, qtbot: QtBot) -> None:
    page.show_blocks(parse_showing("<p>old</p>" * 20_000))
    assert shown(page, "<p>new</p>") == "new"
    qtbot.wait(20)
    assert page.toPlainText() == "new"


@pytest.mark.parametrize("address", ["file:///etc/hostname", "/etc/hostname", "https://example.org/x.png", "cid:other"])
def test_nothing_is_loaded_that_is_not_the_messages_own(page: HtmlView, address: str) -> None:
    for kind in (
        QTextDocument.ResourceType.ImageResource,
        QTextDocument.ResourceType.HtmlResource,
        QTextDocument.ResourceType.StyleSheetResource,
    ):
        assert isinstance(page.document().resource(kind, QUrl(address)), QImage)
    page.setSource(QUrl(address))
    assert page.toPlainText() == ""


def test_a_picture_of_its_own_is_shown_where_the_text_names_it(page: HtmlView) -> None:
    shown(page, '<p>See <img src="cid:a@b" width="40" height="30"></p>')
    image = QImage(40, 30, QImage.Format.Format_RGB32)
    image.fill(QColor("red"))
    page.put_image("cid:a@b", image)
    got = page.document().resource(QTextDocument.ResourceType.ImageResource, QUrl("cid:a@b"))
    assert isinstance(got, QImage)
    assert got.pixelColor(5, 5) == QColor("red")


def test_a_link_is_told_by_its_true_address_and_opened_by_key(
    page: HtmlView, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    pointed: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(url.toString()))
    page.pointed.connect(pointed.append)
    shown(page, '<p><a href="https://evil.example/">https://bank.example</a></p>')
    page.setFocus()
    qtbot.keyClick(page, Qt.Key.Key_Tab)
    assert pointed[-1] == "https://evil.example/"
    assert opened == []
    qtbot.keyClick(page, Qt.Key.Key_Return)
    assert opened == ["https://evil.example/"]


def test_what_is_no_link_is_never_opened(page: HtmlView, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[object] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", opened.append)
    for address in ("javascript:x", "file:///etc/passwd", "data:text/html,x", "", "smb://x/y"):
        page.open_link(QUrl(address))
    assert opened == []


@pytest.mark.parametrize("dark", [False, True])
def test_colours_can_be_read_on_either_ground(page: HtmlView, dark: bool) -> None:
    before = theme._current
    theme._current = theme.DARK if dark else theme.LIGHT
    try:
        shown(page, '<div style="background:#ffffff;color:#000000">black on white</div><p style="color:#333">grey</p>')
        block = page.document().begin()
        while block.isValid():
            ink = block.begin().fragment().charFormat().foreground().color()
            ground = block.blockFormat().background().color() if block.blockNumber() == 0 else theme.color("pane")
            assert abs(ink.lightnessF() - ground.lightnessF()) > 0.4
            block = block.next()
    finally:
        theme._current = before


async def test_a_sent_message_is_read_formatted_then_plain_then_with_its_headers(program_scene: ProgramScene) -> None:
    scene = program_scene
    html = '<p>Dear <b>Ben</b></p><p><img src="https://example.org/x.png" alt="Chart"></p><script>bad()</script>'
    scene.on_server(Content(to=(BEN,), subject="Hello", body=html, body_format=BodyFormat.HTML), folder=Folder.SENT)
    scene.parts.lists.sent.reload()
    await scene.press("Ctrl+3")
    reader = scene.parts.reader
    await scene.until(lambda: reader._page is not None and "Dear Ben" in reader._page.toPlainText())
    assert reader._page is not None
    assert "bad" not in reader._page.toPlainText()
    assert "1 picture elsewhere was not loaded" in scene.words(reader)
    await scene.press("B")
    assert not reader._page.isVisible()
    assert "Dear Ben" in reader._body.toPlainText()
    await scene.press("B", "H")
    assert reader._page.isVisible()
    assert reader._headers is not None
    assert reader._headers.isVisible()
    known = reader._headers.toPlainText().splitlines()
    assert "From: anna@example.org" in known
    assert "To: Ben <ben@example.org>" in known
    await scene.press("H")
    assert not reader._headers.isVisible()
    assert scene.in_list()


async def test_what_was_asked_for_while_a_message_is_fetched_is_shown_when_it_has_come(
    program_scene: ProgramScene,
) -> None:
    scene = program_scene
    content = Content(to=(BEN,), subject="Hello", body="<p>Dear <b>Ben</b></p>", body_format=BodyFormat.HTML)
    scene.on_server(content, folder=Folder.SENT)
    gate = scene.mailbox.hold("get")
    scene.parts.lists.sent.reload()
    await scene.press("Ctrl+3")
    await asyncio.wait_for(gate.reached.wait(), 20)
    reader = scene.parts.reader
    await scene.press("H", "B")
    headers = reader._headers
    assert headers is not None
    assert headers.toPlainText() == "Fetching the message…"
    gate.open.set()
    await scene.until(lambda: "From: anna@example.org" in headers.toPlainText())
    assert headers.isVisible()
    assert "Dear Ben" in reader._body.toPlainText()
    assert reader._body.isVisible()


async def test_what_is_asked_for_right_after_a_step_is_of_the_row_that_was_stepped_to(
    program_scene: ProgramScene,
) -> None:
    scene = program_scene
    for people in ((BEN,), (ZOE,)):
        scene.on_server(Content(to=people, subject="Hello", body=f"Dear {people[0].name}"), folder=Folder.SENT)
    scene.parts.lists.sent.reload()
    await scene.press("Ctrl+3")
    reader = scene.parts.reader
    first, then = (BEN, ZOE) if "Ben" in scene.current.to else (ZOE, BEN)
    await scene.until(lambda: f"Dear {first.name}" in reader._body.toPlainText())
    scene.tap_text("jh")  # at once, before the pane has rested
    headers = reader._headers
    assert headers is not None
    await scene.until(lambda: f"To: {then.name}" in headers.toPlainText())
    assert headers.isVisible()


async def test_a_sent_messages_own_pictures_are_fetched_once_and_shown(program_scene: ProgramScene) -> None:
    scene = program_scene
    html = '<p>See <img src="cid:a@b" width="40" height="30"> and <img src="cid:gone@b"></p>'
    content = Content(to=(BEN,), subject="Hello", body=html, body_format=BodyFormat.HTML)
    stored = scene.on_server(content, folder=Folder.SENT)[0]
    image = QImage(40, 30, QImage.Format.Format_RGB32)
    image.fill(QColor("red"))
    stored.attachments.append(Attachment("A1", "a.png", 100, "image/png", "a@b", inline=True))
    scene.mailbox.contents["A1"] = png_bytes(image)
    scene.parts.lists.sent.reload()
    await scene.press("Ctrl+3")
    reader = scene.parts.reader
    await scene.until(lambda: reader._page is not None and "cid:a@b" in reader._page._pictures._known)
    assert reader._page is not None
    assert reader._page._pictures._known["cid:a@b"].pixelColor(5, 5) == QColor("red")
    assert "cid:gone@b" not in reader._page._pictures._known


def png_bytes(image: QImage) -> bytes:
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]  # the stubs know file names only
    return bytes(data.data())
