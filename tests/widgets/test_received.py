"""Messages that are in no list here, files and attached ones: read and answered by key, and never a draft unasked."""

from __future__ import annotations

from email.message import EmailMessage
from pathlib import Path

import pytest
from PySide6.QtWidgets import QPushButton

from app.commands.command import Context
from app.domain.listing import Folder
from app.domain.message import BodyFormat, Field
from app.domain.startup_request import StartupRequest
from app.services.accounts.signatures import Snippet
from tests.fakes.scene import ANNA, MESSAGE
from tests.program_scene import ProgramScene

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support raise", extend=True)
EVE = "Eve Moss <eve@tailspin.example>"


@pytest.fixture
async def scene(program_scene: ProgramScene) -> ProgramScene:
    program_scene.on_server(MESSAGE)
    program_scene.parts.lists.drafts.reload()
    await program_scene.parts.startup_requests.begin(StartupRequest())
    await program_scene.until(lambda: len(program_scene.rows) == 1)
    return program_scene


def letter(**headers: str) -> EmailMessage:
    message = EmailMessage()
    fields = {"From": EVE, "To": "anna@example.org, Dan <dan@x.example>", "Cc": "cfo@x.example", "Subject": "Pay this"}
    for name, value in {**fields, "Message-ID": "<1@tailspin.example>", **headers}.items():
        message[name.replace("_", "-")] = value
    message["Date"] = "Sun, 3 May 2026 10:00:00 +0000"
    message.set_content("Pay 40,000 at once.")
    return message


def kept(folder: Path, message: EmailMessage, name: str = "x.eml") -> str:
    path = folder / name
    path.write_bytes(bytes(message))
    return str(path)


async def read(scene: ProgramScene, *files: str) -> None:
    assert scene.parts.startup_requests.take_request(StartupRequest(files=files))
    await scene.until(lambda: scene.parts.attachment_viewer.front() is not None)
    await scene.until(lambda: scene.window.gate.is_open)  # a key before that goes where the person was
    await scene.settle()


def buttons(scene: ProgramScene) -> list[str]:
    bar = scene.parts.reader.bar
    return [one.text() for one in bar.findChildren(QPushButton) if one.isVisible() and one.text()]


def is_shown(scene: ProgramScene, words: str) -> bool:
    return words in scene.words(scene.parts.reader)


async def answered(scene: ProgramScene, key: str) -> None:
    await scene.press(key)
    await scene.until(lambda: scene.parts.compose.current() is not None)
    await scene.settle()


async def test_a_file_from_somebody_else_is_read_and_nothing_is_made_of_it(scene: ProgramScene, tmp_path: Path) -> None:
    before = dict(scene.mailbox.items)
    await read(scene, kept(tmp_path, letter()))
    assert is_shown(scene, "Pay this")
    assert is_shown(scene, "Eve Moss")
    assert buttons(scene) == ["Reply", "Reply to all", "Forward", "Edit as new message"]
    assert not scene.in_list()
    await scene.press("Ctrl+Return", "Ctrl+S")
    await scene.passes(30)
    assert (scene.parts.workspace.messages, scene.parts.records.all()) == ([], [])
    assert (scene.mailbox.items, scene.mailbox.delivered) == (before, [])


async def test_ones_own_message_that_was_sent_is_read_first_too(scene: ProgramScene, tmp_path: Path) -> None:
    await read(scene, kept(tmp_path, letter(From="anna@example.org", To="dan@x.example")))
    assert scene.parts.workspace.messages == []
    await answered(scene, "R")
    content = await scene.content(scene.message.session.local_id)
    assert [one.address for one in content.to] == ["dan@x.example"], "what one wrote oneself follows to the same people"


@pytest.mark.parametrize("key", ["R", "Shift+R", "F"])
@pytest.mark.parametrize("by", ["key", "button"])
async def test_it_is_answered_and_passed_on(scene: ProgramScene, tmp_path: Path, key: str, by: str) -> None:
    message = letter(References="<0@tailspin.example>")
    message.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="bill.pdf")
    await read(scene, kept(tmp_path, message))
    if by == "key":
        await answered(scene, key)
    else:
        words = {"R": "Reply", "Shift+R": "Reply to all", "F": "Forward"}[key]
        bar = scene.parts.reader.bar
        await scene.click(next(one for one in bar.findChildren(QPushButton) if one.text() == words))
        await scene.until(lambda: scene.parts.compose.current() is not None)
        await scene.settle()
    content = await scene.content(scene.message.session.local_id)
    to = {"R": ["eve@tailspin.example"], "Shift+R": ["eve@tailspin.example", "dan@x.example"], "F": []}
    assert [one.address for one in content.to] == to[key]
    assert [one.address for one in content.cc] == (["cfo@x.example"] if key == "Shift+R" else [])
    assert content.subject == ("FW: Pay this" if key == "F" else "RE: Pay this")
    assert "Pay 40,000 at once." in content.body
    assert [one.name for one in content.attachments] == (["bill.pdf"] if key == "F" else [])
    assert content.options.in_reply_to == "<1@tailspin.example>"
    assert content.options.references == "<0@tailspin.example> <1@tailspin.example>"
    assert content.sender is None
    assert scene.field() is (Field.TO if key == "F" else Field.BODY)


async def test_an_untouched_answer_to_a_file_leaves_nothing_and_the_file_is_there_again(
    scene: ProgramScene, tmp_path: Path
) -> None:
    message = letter()
    message.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="bill.pdf")
    await read(scene, kept(tmp_path, message))
    before = dict(scene.mailbox.items)
    for key in ("R", "Shift+R", "F", "E"):
        scene.parts.reader.focus_text()
        await answered(scene, key)
        await scene.passes(30)
        await scene.press("Escape")
        await scene.until(lambda: scene.parts.compose.current() is None)
        await scene.settle()
        assert is_shown(scene, "Opened from a file")
    await scene.passes(30)
    assert (scene.parts.records.all(), scene.mailbox.items) == ([], before)


async def test_escape_closes_it_and_the_list_and_its_message_are_there_again(
    scene: ProgramScene, tmp_path: Path
) -> None:
    await read(scene, kept(tmp_path, letter()))
    await scene.press("Escape")
    await scene.settle()
    assert scene.in_list()
    assert scene.parts.attachment_viewer.front() is None
    assert is_shown(scene, MESSAGE.subject)
    await scene.press("Shift+R")
    await scene.settle()
    assert scene.parts.compose.current() is None, "in Drafts that key answers nothing"


async def test_several_files_are_read_one_after_the_other(scene: ProgramScene, tmp_path: Path) -> None:
    first = kept(tmp_path, letter(Subject="First"), "1.eml")
    second = kept(tmp_path, letter(Subject="Second"), "2.eml")
    await read(scene, first, second)
    assert is_shown(scene, "First")
    await scene.press("Escape")
    assert is_shown(scene, "Second")
    await scene.press("Escape")
    assert scene.in_list()


async def test_it_stays_while_the_list_behind_it_changes_and_goes_when_the_person_goes(
    scene: ProgramScene, tmp_path: Path
) -> None:
    await read(scene, kept(tmp_path, letter()))
    scene.on_server(MESSAGE, MESSAGE)
    scene.parts.lists.drafts.reload()
    await scene.until(lambda: len(scene.rows) == 3)
    await scene.passes(3)
    assert is_shown(scene, "Pay this")
    await scene.press("G, D")
    await scene.settle()
    assert scene.parts.attachment_viewer.front() is None
    assert is_shown(scene, MESSAGE.subject)


async def test_keys_for_the_row_behind_it_do_nothing_while_it_is_read(scene: ProgramScene, tmp_path: Path) -> None:
    before = dict(scene.mailbox.items)
    await read(scene, kept(tmp_path, letter()))
    await scene.press("Del", "#", "Backspace", "Ctrl+Return", "Ctrl+Shift+Return")
    await scene.passes(30)
    assert (scene.mailbox.items, scene.mailbox.delivered) == (before, [])
    await scene.press("Escape")
    await scene.press("Down", "Del")
    await scene.passes(30)
    assert scene.mailbox.items != before or scene.parts.records.all(), "in the list they count again"


async def test_the_palette_offers_what_can_be_done_with_it(scene: ProgramScene, tmp_path: Path) -> None:
    await read(scene, kept(tmp_path, letter()))
    assert Context.READING in scene.window.contexts()
    assert Context.LIST not in scene.window.contexts()
    await scene.press("Escape")
    assert Context.READING not in scene.window.contexts()


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("text/calendar; method=REQUEST", "meeting request"),
        ("multipart/encrypted; protocol=x; boundary=b", "encrypted"),
        ("multipart/report; report-type=delivery-status; boundary=b", "report about a message"),
    ],
)
async def test_what_cannot_be_answered_here_says_what_it_is_and_where_it_can_be(
    scene: ProgramScene, tmp_path: Path, kind: str, said: str
) -> None:
    path = tmp_path / "x.eml"
    path.write_bytes(f"From: {EVE}\r\nSubject: Board\r\nContent-Type: {kind}\r\n\r\nBEGIN:VCALENDAR\r\n".encode())
    await read(scene, str(path))
    assert is_shown(scene, said)
    assert buttons(scene) == []
    for key in ("R", "Shift+R", "F", "E"):
        await scene.press(key)
        await scene.settle()
        assert said in scene.status_bar, key
    assert scene.parts.records.all() == []


async def test_a_message_that_does_not_say_who_wrote_it_is_passed_on_and_not_answered(
    scene: ProgramScene, tmp_path: Path
) -> None:
    message = letter()
    del message["From"]
    await read(scene, kept(tmp_path, message))
    await scene.press("R")
    await scene.settle()
    assert "does not say who wrote it" in scene.status_bar
    await answered(scene, "F")


async def test_a_message_that_is_attached_is_answered_where_it_is_read(scene: ProgramScene) -> None:
    from app.domain.attachment import Attachment, AttachmentKind

    (stored,) = scene.on_server(MESSAGE, folder=Folder.SENT)
    stored.attachments.append(Attachment("A3", "Pay this", 10, kind=AttachmentKind.ITEM))
    scene.mailbox.contents["A3"] = bytes(letter())
    scene.parts.lists.sent.reload()
    await scene.press("Ctrl+3")
    await scene.until(lambda: scene.parts.attachment_viewer.area is not None)
    await scene.settle()
    await scene.press("D", "Return")
    await scene.until(lambda: scene.parts.attachment_viewer.front() is not None)
    await scene.settle()
    assert buttons(scene) == ["Reply", "Reply to all", "Forward", "Edit as new message"]
    await answered(scene, "R")
    content = await scene.content(scene.message.session.local_id)
    assert [one.address for one in content.to] == ["eve@tailspin.example"]


async def test_it_is_answered_from_the_mailbox_that_received_it_with_its_signature(
    scene: ProgramScene, tmp_path: Path
) -> None:
    aids = scene.parts.aids
    await aids.identities.add(ANNA, "sales@example.org")
    await aids.signatures.keep_snippet(ANNA, Snippet("k", text="Own", for_replies=True))
    sales = Snippet("s", text="The sales team", for_replies=True, address="sales@example.org")
    await aids.signatures.keep_snippet(ANNA, sales)
    await read(scene, kept(tmp_path, letter(To="Sales <sales@example.org>, dan@x.example")))
    await answered(scene, "Shift+R")
    name = scene.message.session.local_id
    content = await scene.content(name)
    assert content.sender is not None
    assert content.sender.address == "sales@example.org"
    assert "The sales team" in content.body
    assert "Own" not in content.body
    assert [one.address for one in content.to] == ["eve@tailspin.example", "dan@x.example"]
    assert scene.record(name).copy_to.mailbox == "sales@example.org"


async def test_formatting_from_a_file_is_made_safe_before_it_is_read_or_edited(
    scene: ProgramScene, tmp_path: Path
) -> None:
    message = letter()
    message.set_content("<p onclick='x()'>Words</p><script>x()</script><img src='http://x.example/a.png'>", "html")
    await read(scene, kept(tmp_path, message))
    assert is_shown(scene, "1 picture elsewhere was not loaded")
    await answered(scene, "E")
    content = await scene.content(scene.message.session.local_id)
    assert content.body_format is BodyFormat.HTML
    assert "Words" in content.body
    assert not any(part in content.body for part in ("<script", "onclick", 'src="http', "src='http"))
