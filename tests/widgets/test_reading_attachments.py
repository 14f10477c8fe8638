"""What is attached to a message that is read: fetched, opened, saved, stopped, read and dragged, by key."""

from __future__ import annotations

import asyncio
from pathlib import Path

import msgspec
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QDrag, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QLabel

from app.domain.attachment import Attachment, AttachmentKind
from app.domain.errors import Trouble, TroubleKind
from app.domain.listing import Folder
from app.domain.message import BodyFormat, Content
from app.ui.reader import attachment_viewer as module
from app.ui.reader.attachment_viewer import AttachmentViewerArea
from tests.fakes.mailbox import Stored, words
from tests.fakes.scene import ACCOUNT, MESSAGE
from tests.program_scene import ProgramScene

INNER = (
    b"From: Zoe <zoe@example.org>\r\nTo: Ben <ben@example.org>\r\nSubject: The old plan\r\n"
    b"Date: Sat, 21 Nov 2026 09:30:00 +0100\r\nMIME-Version: 1.0\r\n"
    b'Content-Type: multipart/mixed; boundary="x"\r\n\r\n--x\r\nContent-Type: text/plain\r\n\r\nWords within.\r\n'
    b'--x\r\nContent-Type: text/csv; name="../sums.csv"\r\n\r\n1;2\r\n--x--\r\n'
)


def attach(scene: ProgramScene, stored: Stored, number: str, name: str, data: bytes, **more: object) -> None:
    one = Attachment(number, name, len(data))
    stored.attachments.append(msgspec.structs.replace(one, **more))
    scene.mailbox.contents[number] = data


@pytest.fixture
async def sent(program_scene: ProgramScene) -> ProgramScene:
    """The program at a sent message with a plan, a program, and a message attached."""
    scene = program_scene
    (stored,) = scene.on_server(MESSAGE, folder=Folder.SENT)
    attach(scene, stored, "A1", "Plan.pdf", b"the plan")
    attach(scene, stored, "A2", "setup\u202efdp.exe", b"MZ")
    attach(scene, stored, "A3", "The old plan", INNER, kind=AttachmentKind.ITEM)
    scene.parts.lists.sent.reload()
    await scene.press("Ctrl+3")
    await scene.until(lambda: area(scene) is not None and area(scene).isVisible())
    return scene


def area(scene: ProgramScene) -> AttachmentViewerArea:
    return scene.window.findChild(AttachmentViewerArea)  # type: ignore[return-value]  # whoever asks knows that it is there


def shown(scene: ProgramScene) -> list[str]:
    return [row.spoken for row in area(scene).session.rows()]


def said(scene: ProgramScene) -> str:
    return "\n".join(label.text() for label in area(scene).findChildren(QLabel) if label.isVisible())


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def read(path: str) -> bytes:
    return Path(path).read_bytes()


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the desktop was asked to open."""
    paths: list[str] = []

    def open_file(path: str) -> bool:
        paths.append(path)
        return True

    monkeypatch.setattr(module, "open_file", open_file)
    return paths


async def test_they_are_listed_with_sizes_and_reached_by_one_key(sent: ProgramScene) -> None:
    assert shown(sent) == ["Plan.pdf, 8 bytes", "setup\u202efdp.exe, 2 bytes", f"The old plan, {len(INNER)} bytes"]
    assert "3 attachments" in said(sent)
    await sent.press("D")
    assert sent.focus is area(sent).strip
    assert area(sent).strip.currentIndex().row() == 0
    await sent.press("Escape")
    assert sent.in_list()


async def test_asked_for_while_the_message_is_fetched_they_are_reached_as_soon_as_it_has_come(
    program_scene: ProgramScene,
) -> None:
    scene = program_scene
    (stored,) = scene.on_server(MESSAGE, folder=Folder.SENT)
    attach(scene, stored, "A1", "Plan.pdf", b"the plan")
    gate = scene.mailbox.hold("get")
    scene.parts.lists.sent.reload()
    await scene.press("Ctrl+3")
    await asyncio.wait_for(gate.reached.wait(), 20)
    await scene.press("D")
    assert "Fetching the message…" in scene.status_bar
    assert scene.in_list()
    gate.open.set()
    await scene.until(lambda: area(scene) is not None and scene.focus is area(scene).strip)


async def test_whoever_went_on_meanwhile_is_not_led_back_to_them(program_scene: ProgramScene) -> None:
    scene = program_scene
    (stored,) = scene.on_server(MESSAGE, folder=Folder.SENT)
    attach(scene, stored, "A1", "Plan.pdf", b"the plan")
    gate = scene.mailbox.hold("get")
    scene.parts.lists.sent.reload()
    await scene.press("Ctrl+3")
    await asyncio.wait_for(gate.reached.wait(), 20)
    await scene.press("D", "C")
    at = scene.focus
    gate.open.set()
    await scene.until(lambda: area(scene) is not None)
    await scene.settle()
    assert scene.focus is at


async def test_enter_fetches_one_and_opens_a_private_copy(sent: ProgramScene, opened: list[str]) -> None:
    await sent.press("D", "Return")
    await sent.until(lambda: bool(opened))
    assert Path(opened[0]).name == "Plan.pdf"
    assert read(opened[0]) == b"the plan"
    await sent.press("Return")
    await sent.until(lambda: len(opened) == 2)
    assert len([call for call in sent.mailbox.calls if call.name == "get_attachment"]) == 1


async def test_what_nothing_here_opens_is_said_to_be(sent: ProgramScene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "open_file", lambda _path: False)
    await sent.press("D", "Return")
    await sent.until(lambda: "Nothing on this computer opens “Plan.pdf”. Ctrl+S saves it." in sent.status_bar)


async def test_what_may_harm_is_opened_only_when_asked_twice_and_its_name_hides_nothing(
    sent: ProgramScene, opened: list[str]
) -> None:
    await sent.press("D", "Right", "Return")
    assert "“setupfdp.exe” may change this computer" in said(sent)
    assert opened == []
    await sent.press("Left", "Right", "Return")
    assert opened == []
    await sent.press("Return")
    await sent.until(lambda: bool(opened))
    assert Path(opened[0]).name == "setupfdp.exe"


async def test_all_are_saved_none_over_another_and_the_foot_says_where(sent: ProgramScene, tmp_path: Path) -> None:
    (tmp_path / "Plan.pdf").write_bytes(b"mine")
    await sent.press("Shift+D")
    dialog = sent.window.findChild(QFileDialog, "saveAttachments")
    assert isinstance(dialog, QFileDialog)
    dialog.fileSelected.emit(str(tmp_path))
    dialog.reject()
    await sent.until(lambda: f"3 saved to {tmp_path.name}" in sent.status_bar)
    assert names_in(tmp_path) == ["Plan (2).pdf", "Plan.pdf", "The old plan.eml", "setupfdp.exe"]
    assert (tmp_path / "Plan.pdf").read_bytes() == b"mine"
    assert sent.focus is area(sent).strip
    assert await sent.settings.read_setting("save_folder") == str(tmp_path)


async def test_one_is_saved_under_the_name_that_was_chosen(sent: ProgramScene, tmp_path: Path) -> None:
    await sent.press("D", "Ctrl+S")
    dialog = sent.window.findChild(QFileDialog, "saveAttachments")
    assert isinstance(dialog, QFileDialog)
    assert dialog.acceptMode() is QFileDialog.AcceptMode.AcceptSave
    dialog.fileSelected.emit(str(tmp_path / "other.pdf"))
    dialog.reject()
    await sent.until(lambda: "Saved to" in sent.status_bar)
    assert (tmp_path / "other.pdf").read_bytes() == b"the plan"


async def test_each_has_its_own_outcome_and_can_be_tried_again(
    sent: ProgramScene, opened: list[str], tmp_path: Path
) -> None:
    sent.mailbox.fail("get_attachment", Trouble(TroubleKind.UNREACHABLE, host="mail"))
    area(sent).session.save(area(sent).session.keys(), str(tmp_path))
    await sent.until(lambda: "2 saved to" in sent.status_bar)
    assert "The connection was lost." in sent.status_bar
    assert shown(sent)[0] == "Plan.pdf, The connection was lost. Enter tries again."
    assert shown(sent)[2] == f"The old plan, {len(INNER)} bytes"
    await sent.press("D", "Return")
    await sent.until(lambda: bool(opened))
    assert shown(sent)[0] == "Plan.pdf, 8 bytes"


async def test_a_refusal_is_said_in_words_at_its_row(sent: ProgramScene, opened: list[str]) -> None:
    sent.mailbox.contents.clear()
    for stored in sent.mailbox.items.values():
        stored.attachments.clear()
    await sent.press("D", "Return")
    await sent.until(lambda: shown(sent)[0] == "Plan.pdf, It is not on the server any more. Enter tries again.")
    assert opened == []


async def test_progress_is_shown_and_escape_stops_it(sent: ProgramScene, opened: list[str]) -> None:
    gate = sent.mailbox.hold("get_attachment")
    await sent.press("D", "Return")
    await asyncio.wait_for(gate.reached.wait(), 5)
    assert shown(sent)[0] == "Plan.pdf, Fetching 4 bytes of 8 bytes"
    assert area(sent).session.rows()[0].share == 0.5
    await sent.press("J")  # the list goes on meanwhile; there is no other message
    await sent.press("D", "Escape")
    await sent.until(lambda: shown(sent)[0] == "Plan.pdf, 8 bytes")
    assert opened == []
    assert sent.focus is area(sent).strip
    gate.open.set()
    await sent.settle()
    await sent.press("Return")
    await sent.until(lambda: bool(opened))


async def test_the_key_that_stops_stops_what_is_fetched_too(sent: ProgramScene, opened: list[str]) -> None:
    gate = sent.mailbox.hold("get_attachment")
    await sent.press("D", "Return")
    await asyncio.wait_for(gate.reached.wait(), 5)
    await sent.press("Escape", "Ctrl+.")
    await sent.until(lambda: shown(sent)[0] == "Plan.pdf, 8 bytes")
    gate.open.set()
    await sent.settle()
    assert opened == []


async def test_an_attached_message_is_read_here_and_escape_goes_back(sent: ProgramScene, opened: list[str]) -> None:
    reader = sent.parts.reader
    await sent.press("D", "End", "Return")
    await sent.until(lambda: reader._body.toPlainText() == "Words within.")
    assert "The old plan" in sent.words(reader)
    assert "From Zoe <zoe@example.org> · To Ben <ben@example.org>" in sent.words(reader)
    assert shown(sent) == ["sums.csv, 3 bytes"]
    await sent.press("D", "Return")
    await sent.until(lambda: bool(opened))
    assert Path(opened[0]).name == "sums.csv"
    await sent.press("H")
    assert reader._headers is not None
    assert "From: Zoe <zoe@example.org>" in reader._headers.toPlainText()
    await sent.press("Escape")
    await sent.until(lambda: reader._body.toPlainText() == "Dear Ben")
    assert len(shown(sent)) == 3
    assert sent.focus is area(sent).strip


async def test_copying_puts_files_on_the_clipboard(sent: ProgramScene) -> None:
    await sent.press("D", "Ctrl+A", "Ctrl+C")
    await sent.until(lambda: QGuiApplication.clipboard().mimeData().hasUrls())
    paths = [Path(url.toLocalFile()) for url in QGuiApplication.clipboard().mimeData().urls()]
    assert [path.name for path in paths] == ["Plan.pdf", "setupfdp.exe", "The old plan.eml"]
    assert paths[0].read_bytes() == b"the plan"


async def test_one_is_dragged_away_as_a_file(sent: ProgramScene, monkeypatch: pytest.MonkeyPatch) -> None:
    carried: list[str] = []

    def carry(drag: QDrag, _actions: object) -> Qt.DropAction:
        carried.extend(url.toLocalFile() for url in drag.mimeData().urls())
        return Qt.DropAction.CopyAction

    monkeypatch.setattr(QDrag, "exec", carry)
    strip = area(sent).strip
    strip.dragged.emit()
    assert carried == []
    QTest.mousePress(strip.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(20, 20))
    await sent.until(lambda: bool(area(sent).session.path_of(area(sent).session.keys()[0])))
    QTest.mouseMove(strip.viewport(), QPoint(20 + 3 * QApplication.startDragDistance(), 24))
    QTest.mouseRelease(strip.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(20, 20))
    assert [Path(path).name for path in carried] == ["Plan.pdf"]


async def test_a_picture_in_the_text_is_not_listed_twice(program_scene: ProgramScene) -> None:
    scene = program_scene
    body = '<p>Look</p><img src="cid:a@b">'
    (stored,) = scene.on_server(Content(body=body, body_format=BodyFormat.HTML), folder=Folder.SENT)
    attach(scene, stored, "A1", "a.png", b"none", content_id="a@b", inline=True)
    attach(scene, stored, "A2", "b.png", b"none", content_id="b@b", inline=True)
    scene.parts.lists.sent.reload()
    await scene.press("Ctrl+3")
    await scene.until(lambda: area(scene) is not None and bool(shown(scene)))
    assert shown(scene) == ["b.png, 4 bytes"]


async def test_refusing_words_of_the_server_reach_the_row(sent: ProgramScene) -> None:
    sent.mailbox.fail("get_attachment", Trouble(TroubleKind.SERVER, words("ErrorAccessDenied").response_code))
    await sent.press("D", "Return")
    await sent.until(lambda: "Enter tries again" in shown(sent)[0])


async def test_what_was_fetched_goes_with_its_account(sent: ProgramScene, opened: list[str]) -> None:
    await sent.press("D", "Return")
    await sent.until(lambda: bool(opened))
    assert [data for (owner, _), data in sent.files.copies().items() if owner != "shown"] == [b"the plan"]
    await sent.parts.accounts.remove(ACCOUNT.account_id)
    await sent.settle()
    assert [data for (owner, _), data in sent.files.copies().items() if owner != "shown"] == []


async def test_a_message_without_attachments_says_so(program_scene: ProgramScene) -> None:
    scene = program_scene
    scene.on_server(MESSAGE, folder=Folder.SENT)
    scene.parts.lists.sent.reload()
    await scene.press("Ctrl+3", "D")
    assert "Nothing is attached" in scene.status_bar
    assert scene.in_list()
