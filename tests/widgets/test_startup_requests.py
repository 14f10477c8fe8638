"""What starts of the program ask for is done in its window, in order, and with a word on what was left out."""

from __future__ import annotations

import asyncio
from email.message import EmailMessage
from functools import partial
from pathlib import Path

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.controllers import startup_requests
from app.domain.message import BodyFormat, Field, LocalId
from app.domain.startup_request import StartupRequest
from app.services.drafts.draft_from_request import MOST_MESSAGES
from app.views.compose.view import Aside, ComposeView
from tests.fakes.scene import ACCOUNT
from tests.program_scene import ProgramScene

# The offscreen platform says so of every window that is brought to the front; there is none to be in front of.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support raise", extend=True)


@pytest.fixture
async def scene(program_scene: ProgramScene) -> ProgramScene:
    await program_scene.parts.startup_requests.begin(StartupRequest())
    return program_scene


def aside(scene: ProgramScene) -> str:
    """Return what the quiet word at the head of the message says."""
    return "\n".join(scene.words(one) for one in scene.message.findChildren(Aside) if one.isVisible())


async def asked(scene: ProgramScene, arrival: StartupRequest) -> None:
    before = len(scene.parts.workspace.messages)
    assert scene.parts.startup_requests.take_request(arrival)
    await scene.until(lambda: len(scene.parts.workspace.messages) > before)
    await scene.until(lambda: scene.window.gate.is_open)


async def test_a_command_line_begins_a_message_with_all_it_says(scene: ProgramScene) -> None:
    await asked(
        scene, StartupRequest(to="a@x.example\nb@x.example", cc="c@x.example", bcc="d@x.example", subject="S", body="B")
    )
    content = await scene.content(scene.message.session.local_id)
    assert [one.address for one in content.recipients()] == ["a@x.example", "b@x.example", "c@x.example", "d@x.example"]
    assert (content.subject, content.body) == ("S", "B")
    assert scene.message.recipients[Field.BCC].isVisible(), "nobody is hidden"
    assert scene.field() is Field.BODY
    await scene.type("More. ")
    assert (await scene.content(scene.message.session.local_id)).body == "More. B"


async def test_what_is_begun_by_a_link_is_formatted_as_new_messages_are_and_a_plain_file_stays_plain(
    scene: ProgramScene, tmp_path: Path
) -> None:
    scene.parts.compose.writes_formatted = True
    await asked(scene, StartupRequest(links=("mailto:a@x.example?subject=S&body=one%0D%0A%3Ctwo%3E",)))
    await scene.until(lambda: scene.message.is_filled)
    content = await scene.content(scene.message.session.local_id)
    assert content.body_format is BodyFormat.HTML
    assert '<div style="font-family:Calibri,' in content.body
    assert "<div>&lt;two&gt;</div>" in content.body
    assert scene.message.body.toPlainText().splitlines()[:2] == ["one", "<two>"]
    await asked(scene, StartupRequest(compose=True, subject="By hand"))
    content = await scene.content(scene.message.session.local_id)
    assert (content.subject, content.body_format) == ("By hand", BodyFormat.HTML)
    message = EmailMessage()
    message["To"], message["Subject"], message["X-Unsent"] = "a@x.example", "From a file", "1"
    message.set_content("Its text")
    (tmp_path / "x.eml").write_bytes(bytes(message))
    await asked(scene, StartupRequest(files=(str(tmp_path / "x.eml"),)))
    content = await scene.content(scene.message.session.local_id)
    assert (content.subject, content.body_format) == ("From a file", BodyFormat.TEXT)


async def test_what_was_typed_into_a_start_that_was_not_the_first_is_shown_and_kept(scene: ProgramScene) -> None:
    assert scene.parts.startup_requests.take_request(StartupRequest(typed="some words"))
    await scene.settle()
    assert scene.parts.workspace.messages == []
    bar = scene.parts.unplaced_text.bar
    assert bar is not None
    assert "You typed this meanwhile: “some words”" in scene.words(bar)
    assert await scene.settings.read_setting("unplaced text") == "some words"
    scene.window.gate.take_text()
    await scene.settle()


async def test_an_empty_message_begins_at_to(scene: ProgramScene) -> None:
    await asked(scene, StartupRequest(compose=True))
    assert scene.field() is Field.TO


async def test_a_link_that_waits_for_a_pause_is_on_disk_already(scene: ProgramScene) -> None:
    """The program may end before the person pauses."""
    await scene.press("C")
    await scene.type("ben@example.org")
    typing = scene.message
    assert scene.parts.startup_requests.take_request(StartupRequest(links=("mailto:a@x.example?subject=Waits",)))
    await scene.until(lambda: any(one.head.subject == "Waits" for one in scene.parts.records.all()))
    assert "opens when you pause" in scene.status_bar
    assert scene.message is typing
    assert all(one.open for one in scene.parts.records.all())
    await scene.until(lambda: scene.message is not typing)
    assert scene.message.session.content.subject == "Waits"


async def test_a_key_that_comes_as_a_link_opens_goes_to_what_was_there(scene: ProgramScene) -> None:
    """Ctrl+Enter that was to send what one had written sent the link's message, which had come up just before."""
    await scene.press("C")
    await scene.type("ben@example.org")
    await scene.press("Alt+M")
    typing = scene.message
    assert scene.parts.startup_requests.take_request(StartupRequest(links=("mailto:a@x.example?subject=Waits",)))
    await scene.until(lambda: scene.message is not typing)
    scene.tap_text("mine")
    await scene.until(lambda: scene.message is typing)
    await scene.until(lambda: scene.window.gate.is_open)
    assert typing.body.toPlainText().startswith("mine")
    assert scene.focus is typing.body.plain
    await scene.until(lambda: scene.message is not typing)
    await scene.until(lambda: scene.window.gate.is_open)
    await scene.type("theirs")
    assert scene.message.session.content.subject == "Waits"
    assert scene.message.body.toPlainText().startswith("theirs")


async def test_a_link_does_not_open_before_what_was_typed_has_come(scene: ProgramScene) -> None:
    """On a slow machine the person had stopped long ago, and the words came to the link's message, or to a button."""
    await scene.press("C")
    await scene.type("ben@example.org")
    await scene.press("Alt+M")
    typing = scene.message
    hold = scene.window.gate.begin("Busy…")
    scene.tap_text("my words")
    assert scene.parts.startup_requests.take_request(StartupRequest(links=("mailto:a@x.example?subject=Waits",)))
    await scene.until(lambda: scene.window.gate.since_key() > startup_requests._PAUSE + 0.3)
    assert scene.message is typing
    hold.release()
    await scene.until(lambda: scene.window.gate.is_open)
    await asyncio.sleep(startup_requests._PAUSE / 2)
    assert scene.message is typing, "the pause begins when the words are there"
    assert typing.body.toPlainText().startswith("my words")
    await scene.until(lambda: scene.message is not typing)
    assert scene.message.session.content.subject == "Waits"


async def test_what_is_typed_at_a_start_goes_whole_to_its_own_wish_when_another_came_meanwhile(
    program_scene: ProgramScene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The end of the sentence, behind a command, was in the other one's message."""
    scene, wishes = program_scene, program_scene.parts.startup_requests
    scene.window.starting = scene.window.gate.begin("Starting…", escapable=False)
    with monkeypatch.context() as before_it_is_active:
        before_it_is_active.setattr(QApplication, "activeWindow", lambda: None)
        assert wishes.take_request(StartupRequest(links=("mailto:a@x.example?subject=Other",)))
    scene.tap(Qt.Key.Key_M, Qt.KeyboardModifier.AltModifier)
    scene.tap_text("my ")
    scene.tap(Qt.Key.Key_M, Qt.KeyboardModifier.AltModifier)
    scene.tap_text("own words")
    await wishes.begin(StartupRequest(subject="Own"))
    starting, scene.window.starting = scene.window.starting, None
    starting.release()
    wishes.go_on()
    await scene.until(lambda: len(scene.parts.workspace.messages) == 2)
    texts = {view.session.content.subject: view.body.toPlainText() for view in scene.parts.compose._views}
    assert texts["Own"].startswith("my own words")
    assert "words" not in texts["Other"]


@pytest.mark.parametrize("typed_before", [False, True])
async def test_who_starts_it_again_to_write_types_for_that_unless_they_had_begun(
    program_scene: ProgramScene, monkeypatch: pytest.MonkeyPatch, typed_before: bool
) -> None:
    """The words came to the message of a link that was asked for just before, and were thrown away with it."""
    scene, wishes = program_scene, program_scene.parts.startup_requests
    scene.window.starting = scene.window.gate.begin("Starting…", escapable=False)
    words = ["my ", "own words"]
    if typed_before:
        scene.tap_text(words.pop(0))
    with monkeypatch.context() as before_it_is_active:
        before_it_is_active.setattr(QApplication, "activeWindow", lambda: None)
        assert wishes.take_request(StartupRequest(links=("mailto:a@x.example?subject=Other",)))
        assert wishes.take_request(StartupRequest(to="b@x.example", subject="Again"))
    for part in words:
        scene.tap_text(part)
    await wishes.begin(StartupRequest(links=("mailto:a@x.example?subject=Link",)))
    starting, scene.window.starting = scene.window.starting, None
    starting.release()
    wishes.go_on()
    await scene.until(lambda: len(scene.parts.workspace.messages) == 3)
    texts = {view.session.content.subject: view.body.toPlainText() for view in scene.parts.compose._views}
    assert {subject for subject, text in texts.items() if "words" in text} == {"Link" if typed_before else "Again"}


async def test_a_key_that_comes_as_a_file_opens_for_reading_goes_to_what_was_there(
    scene: ProgramScene, tmp_path: Path
) -> None:
    received = EmailMessage()
    received["From"], received["To"], received["Subject"] = "ben@x.example", "anna@example.org", "From Ben"
    received.set_content("Read me")
    (tmp_path / "received.eml").write_bytes(received.as_bytes())
    await scene.press("C", "Alt+M")
    typing, viewer = scene.message, scene.parts.attachment_viewer
    assert scene.parts.startup_requests.take_request(StartupRequest(files=(str(tmp_path / "received.eml"),)))
    await scene.until(viewer.has_file)
    scene.tap_text("mine")
    await scene.until(lambda: not viewer.has_file())
    await scene.until(lambda: scene.window.gate.is_open)
    assert typing.body.toPlainText().startswith("mine")
    assert scene.focus is typing.body.plain
    await scene.until(viewer.has_file)
    await scene.until(lambda: scene.window.gate.is_open)
    assert scene.parts.reader.isAncestorOf(scene.focus)
    await scene.press("Escape")
    assert not viewer.has_file(), "it stands there once"


async def test_a_link_does_not_open_in_front_of_a_question(scene: ProgramScene) -> None:
    """Who reads whether to send types nothing for longer than a pause."""
    await scene.press("C")
    await scene.type("ben@example.org")
    await scene.press("Alt+U")
    await scene.type("A plan")
    await scene.press("Alt+M")
    await scene.type("Please see the attached plan.")
    typing = scene.message
    await scene.press("Ctrl+Return")
    await scene.until(scene.parts.compose.asks_here)
    assert scene.parts.startup_requests.take_request(StartupRequest(links=("mailto:a@x.example?subject=Waits",)))
    await scene.until(lambda: any(one.head.subject == "Waits" for one in scene.parts.records.all()))
    await asyncio.sleep(startup_requests._PAUSE + 0.5)
    assert scene.message is typing
    await scene.press("Escape", "Escape")
    await scene.until(lambda: scene.parts.compose.current() is not typing and bool(scene.parts.workspace.message()))
    assert scene.message.session.content.subject == "Waits"


async def test_a_link_says_whom_it_hides_and_what_was_left_out(scene: ProgramScene) -> None:
    await asked(scene, StartupRequest(links=("mailto:a@x.example?bcc=h@x.example&attach=/etc/passwd&subject=S",)))
    await scene.until(lambda: "Bcc" in aside(scene))  # said once the message is there
    assert "attach" in aside(scene)
    content = await scene.content(scene.message.session.local_id)
    assert content.attachments == ()
    assert scene.message.recipients[Field.BCC].isVisible()


async def test_a_draft_from_a_file_is_written_on(scene: ProgramScene, tmp_path: Path) -> None:
    message = EmailMessage()
    message["To"], message["Subject"], message["X-Unsent"] = "a@x.example", "From a file", "1"
    message.set_content("Its text")
    file = tmp_path / "x.eml"
    file.write_bytes(bytes(message))
    await asked(scene, StartupRequest(files=(str(file),)))
    content = await scene.content(scene.message.session.local_id)
    assert (content.subject, content.body) == ("From a file", "Its text")


async def test_formatting_from_a_file_is_made_safe_before_it_is_a_message(scene: ProgramScene, tmp_path: Path) -> None:
    message = EmailMessage()
    message["Subject"], message["X-Unsent"] = "Hostile", "1"
    message.set_content("<p onclick='x()'>Words</p><script>x()</script><img src='http://x.example/a.png'>", "html")
    file = tmp_path / "x.eml"
    file.write_bytes(bytes(message))
    await asked(scene, StartupRequest(files=(str(file),)))
    body = (await scene.content(scene.message.session.local_id)).body
    assert "Words" in body
    assert not any(part in body for part in ("<script", "onclick", 'src="http', "src='http"))


async def test_files_are_attached_from_a_command_line_and_from_inside_a_message(
    scene: ProgramScene, tmp_path: Path
) -> None:
    report = tmp_path / "report.pdf"
    report.write_bytes(b"%PDF")
    message = EmailMessage()
    message["Subject"], message["X-Unsent"] = "With a picture", "1"
    message.set_content("Text")
    message.add_attachment(b"PNG", maintype="image", subtype="png", filename="../p.png")
    file = tmp_path / "x.eml"
    file.write_bytes(bytes(message))
    assert scene.parts.startup_requests.take_request(
        StartupRequest(attach=(str(report), str(tmp_path / "gone.pdf")), files=(str(file),))
    )
    await scene.until(lambda: len(scene.parts.workspace.messages) == 2)
    await scene.settle()
    names = [view.session.local_id for view in scene.parts.compose._views]
    contents = [await scene.content(name) for name in names]
    attached = [[(one.name, one.size, one.content_type) for one in content.attachments] for content in contents]
    assert ("report.pdf", 4, "application/pdf") in attached[0]
    assert attached[1] == [("p.png", 3, "image/png")]
    assert not any(name == "gone.pdf" and size for name, size, _ in attached[0])


async def test_a_file_that_is_no_message_is_said_and_the_rest_is_done(scene: ProgramScene, tmp_path: Path) -> None:
    bad = tmp_path / "report.eml"
    bad.write_bytes(b"%PDF")
    await asked(scene, StartupRequest(links=("mailto:a@x.example",), files=(str(bad), str(tmp_path / "gone.eml"))))
    assert "gone.eml" in scene.words(scene.window.notice_bar)
    assert len(scene.parts.workspace.messages) == 1


async def test_too_many_at_once_are_not_opened_and_that_is_said(scene: ProgramScene) -> None:
    links = tuple(f"mailto:p{n}@x.example" for n in range(MOST_MESSAGES + 3))
    assert scene.parts.startup_requests.take_request(StartupRequest(links=links))
    await scene.until(lambda: len(scene.parts.workspace.messages) == MOST_MESSAGES)
    assert "3 more were not opened" in scene.words(scene.window.notice_bar)


async def test_the_window_comes_to_the_front_as_it_was(scene: ProgramScene) -> None:
    scene.window.showMinimized()
    QApplication.processEvents()
    assert scene.parts.startup_requests.take_request(StartupRequest())
    await scene.settle()
    assert not scene.window.windowState() & Qt.WindowState.WindowMinimized
    assert scene.window.isVisible()
    assert scene.parts.workspace.messages == []


async def test_a_message_being_written_stays_open_behind_the_one_that_was_asked_for(scene: ProgramScene) -> None:
    await scene.press("C")
    first = scene.message
    await scene.type("an")
    await asked(scene, StartupRequest(subject="S"))
    assert scene.message is not first
    assert first in scene.parts.workspace.messages
    assert [one.address for one in first.session.content.to] == ["an"], "what was half typed is kept"


async def test_wishes_before_the_start_is_done_wait_and_are_done_in_order(program_scene: ProgramScene) -> None:
    wishes = program_scene.parts.startup_requests
    assert wishes.take_request(StartupRequest(subject="later"))
    await program_scene.settle()
    assert program_scene.parts.workspace.messages == []
    await wishes.begin(StartupRequest(subject="own"))
    await program_scene.until(lambda: len(program_scene.parts.workspace.messages) == 2)
    assert [view.session.content.subject for view in program_scene.parts.compose._views] == ["own", "later"]


async def test_without_an_account_the_wish_waits_for_one(qtbot: QtBot, qapp: QApplication) -> None:
    scene = await ProgramScene(qtbot, qapp).start()
    try:
        await scene.parts.startup_requests.begin(StartupRequest(subject="S"))
        await scene.settle()
        assert "Add an account first" in scene.status_bar
        await scene.parts.accounts.open_unkept(ACCOUNT, "secret")
        await scene.until(lambda: len(scene.parts.workspace.messages) == 1)
        assert scene.message.session.content.subject == "S"
    finally:
        await scene.end()


async def test_a_program_about_to_end_takes_nothing(scene: ProgramScene) -> None:
    closed = []
    scene.parts.startup_requests.on_close = lambda: closed.append(True)
    scene.parts.startup_requests.close()
    assert not scene.parts.startup_requests.take_request(StartupRequest(subject="S"))
    assert closed == [True]


# --- what a run could not make any more -------------------------------------------------------------------------------

LINK = StartupRequest(links=("mailto:a@x.example?subject=Hello",))


async def subjects_at_the_next_start(scene: ProgramScene, own: StartupRequest) -> list[str]:
    again = scene.parts.startup_requests
    again._ready = again._has_kept = False
    again._waiting.clear()
    again._unmade.clear()
    again._taken.clear()
    await again.begin(own)
    again.go_on()
    await scene.settle()
    found = [one.session.content.subject for one in scene.parts.workspace.messages if isinstance(one, ComposeView)]
    return [subject for subject in found if subject]


async def test_a_start_that_was_not_over_leaves_its_wish_to_the_next_one(program_scene: ProgramScene) -> None:
    scene = program_scene
    other = StartupRequest(subject="From another start")
    assert scene.parts.startup_requests.take_request(other)
    await scene.parts.startup_requests.keep_rest(LINK)
    await scene.parts.startup_requests.keep_rest(LINK._replace(links=("mailto:b@x.example?subject=Third",)))
    found = await subjects_at_the_next_start(scene, StartupRequest(subject="Own"))
    assert sorted(found) == ["From another start", "Hello", "Own", "Third"]
    assert await scene.settings.read_setting("asked for") == "[]", "once they are on disk"


async def test_who_handed_over_a_link_hears_that_it_was_taken_when_no_kill_can_lose_it(
    program_scene: ProgramScene,
) -> None:
    """The window was killed a moment after a link's start had ended, content."""
    scene, heard = program_scene, asyncio.Event()
    assert scene.parts.startup_requests.take_request(LINK, heard.set)
    assert not heard.is_set()
    await asyncio.wait_for(heard.wait(), 20)
    assert "subject=Hello" in (await scene.settings.read_setting("asked for") or "")
    assert await subjects_at_the_next_start(scene, StartupRequest()) == ["Hello"]
    assert await scene.settings.read_setting("asked for") == "[]", "it is a message now"


async def test_a_link_that_comes_again_because_the_answer_was_lost_is_one_message(scene: ProgramScene) -> None:
    heard: list[int] = []
    for number in range(2):
        assert scene.parts.startup_requests.take_request(LINK._replace(request_id="one"), partial(heard.append, number))
    await scene.until(lambda: len(heard) == 2)
    await scene.until(lambda: len(scene.parts.workspace.messages) == 1)
    await scene.settle()
    assert [one.head.subject for one in scene.parts.records.all()].count("Hello") == 1


async def test_a_wish_that_a_killed_run_had_kept_and_that_its_own_start_makes_is_one_message(
    program_scene: ProgramScene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The window was killed before the link's start heard that it was taken: that became the window itself."""
    opened: list[LocalId] = []
    open_now = program_scene.parts.compose.open_now

    async def counted(name: LocalId) -> None:
        opened.append(name)
        await open_now(name)

    monkeypatch.setattr(program_scene.parts.compose, "open_now", counted)
    wish = LINK._replace(request_id="one")
    await program_scene.settings.keep_setting("asked for", msgspec.json.encode([wish]).decode())
    assert await subjects_at_the_next_start(program_scene, wish) == ["Hello"]
    assert len(opened) == 1, "it does not come in front of the person a second time"
    assert [one.head.subject for one in program_scene.parts.records.all()].count("Hello") == 1


async def test_what_a_killed_run_had_made_of_a_wish_already_is_not_made_again(
    program_scene: ProgramScene, tmp_path: Path
) -> None:
    scene = program_scene
    for name in ("one.txt", "two.txt"):
        (tmp_path / name).write_text(name)
    both = tuple(str(tmp_path / name) for name in ("one.txt", "two.txt"))
    wish = StartupRequest(subject="With files", attach=both[:1], request_id="one")
    for attach in (both[:1], both):
        kept = msgspec.json.encode([wish._replace(attach=attach)]).decode()
        await scene.settings.keep_setting("asked for", kept)
        await subjects_at_the_next_start(scene, StartupRequest())
    (made,) = [one for one in scene.parts.records.all() if one.head.subject == "With files"]
    await scene.settle()
    attached = (await scene.content(made.local_id)).attachments
    assert [one.name for one in attached] == ["one.txt", "two.txt"]


async def test_a_wish_that_waits_for_an_account_is_not_lost_with_the_program(qtbot: QtBot, qapp: QApplication) -> None:
    scene = await ProgramScene(qtbot, qapp).start()
    await scene.parts.startup_requests.begin(LINK)
    await scene.parts.startup_requests.keep_rest(LINK)
    kept = await scene.settings.read_setting("asked for")
    assert kept is not None
    assert kept.count("subject=Hello") == 1
    await scene.end()


async def test_an_empty_message_is_no_wish_to_keep(program_scene: ProgramScene) -> None:
    await program_scene.parts.startup_requests.keep_rest(StartupRequest(compose=True, token="x"))
    assert await program_scene.settings.read_setting("asked for") is None


@pytest.mark.parametrize("kept", ["{", '[{"links": 3}]', '[["x"]]'])
async def test_what_was_kept_in_another_form_is_passed_over(program_scene: ProgramScene, kept: str) -> None:
    await program_scene.settings.keep_setting("asked for", kept)
    assert await subjects_at_the_next_start(program_scene, StartupRequest(subject="Own")) == ["Own"]
