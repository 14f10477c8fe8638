"""Closing the window: what is on its way goes unseen, and only what cannot go brings the window back."""

from __future__ import annotations

import warnings

import pytest
from PySide6.QtWidgets import QApplication, QPushButton

from app.controllers.closing import Closing
from app.domain.errors import StorageError, Trouble, TroubleKind
from app.domain.message import Content, LocalId
from app.domain.recipient import Recipient
from app.domain.startup_request import StartupRequest
from app.domain.state import State
from app.ui.choice_bar import ChoiceBar
from tests.fakes.mailbox import words
from tests.fakes.scene import MESSAGE
from tests.program_scene import ProgramScene

# The offscreen platform says so of every window that is brought to the front; there is none to be in front of.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support raise", extend=True)
NEVER_LEFT = Trouble(TroubleKind.UNREACHABLE, may_have_been_processed=False)
BUSY = words("ErrorServerBusy", back_off_ms=120_000)


@pytest.fixture
async def closing(program_scene: ProgramScene, qapp: QApplication) -> Closing:
    made = Closing(qapp)
    program_scene.parts.serve(made)
    program_scene.window.on_close = made.ask
    return made


async def held(scene: ProgramScene, content: Content = MESSAGE) -> LocalId:
    """Return a message that is held for undo."""
    name = await scene.saved(content)
    await scene.parts.outbox.send([name], 60)
    await scene.settle()
    return name


async def seen_again(scene: ProgramScene) -> None:
    """Wait for the window. The offscreen platform gives the focus to no window that was hidden; here it has it."""
    await scene.until(scene.window.isVisible)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        QApplication.setActiveWindow(scene.window)
    await scene.settle()


def bar(scene: ProgramScene) -> ChoiceBar:
    return scene.window.findChildren(ChoiceBar)[0]


def buttons(scene: ProgramScene) -> list[str]:
    return [one.text() for one in bar(scene).findChildren(QPushButton) if one.isVisible()]


async def test_with_nothing_on_its_way_it_ends_at_once(program_scene: ProgramScene, closing: Closing) -> None:
    await program_scene.press("Ctrl+Q")
    assert closing.end.done()


async def test_what_is_held_goes_unseen_and_the_program_ends(program_scene: ProgramScene, closing: Closing) -> None:
    scene = program_scene
    gate = scene.mailbox.hold("send")
    name = await held(scene)
    scene.window.close()
    assert not scene.window.isVisible(), "at once"
    await scene.settle()
    assert scene.record(name).state is State.SENDING
    assert not closing.end.done()
    gate.open.set()
    await scene.settle()
    assert closing.end.done()
    assert len(scene.mailbox.delivered) == 1


async def test_after_ten_seconds_it_asks_by_name_and_cancel_is_as_before(
    program_scene: ProgramScene, closing: Closing
) -> None:
    scene = program_scene
    gate = scene.mailbox.hold("send")
    name = await held(scene)
    scene.window.close()
    await scene.passes(9)
    assert not scene.window.isVisible()
    await scene.passes(2)
    await seen_again(scene)
    assert buttons(scene) == ["Keep trying", "Keep as drafts", "Cancel"]
    assert bar(scene).accessibleName().startswith("“Hello” is still being sent.")
    assert not scene.window.pages.isEnabled()
    await scene.press("Escape")
    assert scene.window.pages.isEnabled()
    assert not bar(scene).isVisible()
    assert scene.in_list()
    gate.open.set()
    await scene.passes(30)
    assert scene.record(name).state is State.SENT
    assert not closing.end.done(), "the program was to stay"


async def test_no_shortcut_fires_behind_the_question(program_scene: ProgramScene, closing: Closing) -> None:
    scene = program_scene
    scene.mailbox.hold("send")
    await held(scene)
    scene.window.close()
    await scene.passes(11)
    await seen_again(scene)
    await scene.press("Ctrl+N", "C", "Ctrl+,", "F9", "Ctrl+Q")
    assert scene.parts.compose.current() is None
    assert bar(scene).isVisible()
    assert not closing.end.done()
    await scene.press("Escape", "C")
    await scene.until(lambda: scene.parts.compose.current() is not None)


async def test_keep_trying_waits_in_sight_and_ends_when_it_went(program_scene: ProgramScene, closing: Closing) -> None:
    scene = program_scene
    gate = scene.mailbox.hold("send")
    await held(scene)
    scene.window.close()
    await scene.passes(11)
    await seen_again(scene)
    await scene.press("Return")
    assert buttons(scene) == ["Keep as drafts", "Cancel"]
    await seen_again(scene)
    focus = scene.focus
    assert isinstance(focus, QPushButton)
    assert focus.text() == "Cancel", "Enter held too long takes nothing back"
    await scene.passes(300)
    assert not closing.end.done()
    gate.open.set()
    await scene.settle()
    assert closing.end.done()


async def test_a_busy_server_is_asked_about_at_once_and_what_has_not_left_is_kept(
    program_scene: ProgramScene, closing: Closing
) -> None:
    scene = program_scene
    scene.mailbox.refuse("send", 0, BUSY)
    name = await held(scene)
    scene.window.close()
    await seen_again(scene)
    assert bar(scene).accessibleName().startswith("“Hello” hasn't been sent yet.")
    await scene.press("Tab", "Space")
    assert closing.end.done()
    assert scene.record(name).state is State.DRAFT


async def test_what_is_being_sent_cannot_be_kept_and_that_is_said(
    program_scene: ProgramScene, closing: Closing
) -> None:
    scene = program_scene
    scene.mailbox.hold("send")
    name = await held(scene)
    scene.window.close()
    await scene.passes(11)
    await seen_again(scene)
    await scene.press("Tab", "Return")
    assert "can't be known yet" in bar(scene).accessibleName()
    assert scene.record(name).state is State.SENDING
    assert not closing.end.done()
    await scene.passes(5)
    assert closing.end.done()


async def test_offline_is_a_last_word_that_can_be_taken_back(program_scene: ProgramScene, closing: Closing) -> None:
    scene = program_scene
    name = await held(scene)
    for request in ("save", "update", "send", "get", "locate", "sync", "list_folder"):
        scene.mailbox.fail(request, NEVER_LEFT, times=50)
    scene.window.close()
    await seen_again(scene)
    assert bar(scene).accessibleName().startswith("1 message is waiting for a connection")
    await scene.press("Escape")
    await scene.passes(5)
    assert not closing.end.done()
    scene.window.close()
    assert not closing.end.done()
    scene.window.close()
    assert closing.end.done(), "who closes once more has read it"
    assert scene.record(name).state is State.QUEUED


async def test_what_is_refused_brings_the_window_back(program_scene: ProgramScene, closing: Closing) -> None:
    scene = program_scene
    scene.mailbox.refuse("send", 0, words("ErrorSendAsDenied"))
    await held(scene)
    other = await held(scene, Content(to=(Recipient("b@x.example"),), subject="The other", body="…"))
    scene.window.close()
    await seen_again(scene)
    assert "Mailwright stays open: “Hello” was not sent." in scene.words(scene.window.notice_bar)
    assert scene.record(other).state is State.SENT
    assert scene.window.pages.isEnabled()
    await scene.press("Ctrl+Q")
    assert closing.end.done()


async def test_a_later_start_calls_the_closing_off(program_scene: ProgramScene, closing: Closing) -> None:
    scene = program_scene
    gate = scene.mailbox.hold("send")
    await held(scene)
    scene.window.close()
    await scene.settle()
    assert scene.parts.startup_requests.take_request(StartupRequest())
    assert not scene.window.isVisible(), "the window manager forgets a window that comes back this soon"
    await seen_again(scene)
    gate.open.set()
    await scene.passes(30)
    assert not closing.end.done()
    assert scene.window.isVisible()


async def test_a_signal_ends_at_once_whatever_is_going_on(program_scene: ProgramScene, closing: Closing) -> None:
    scene = program_scene
    scene.mailbox.hold("send")
    name = await held(scene)
    scene.window.close()
    await scene.passes(11)
    await seen_again(scene)
    closing.at_once()
    assert closing.end.done()
    assert scene.record(name).state is State.SENDING
    assert not scene.parts.startup_requests.take_request(StartupRequest()), "a start that comes now is on its own"


async def test_the_end_of_the_session_sends_nothing_and_asks_nothing(
    program_scene: ProgramScene, closing: Closing
) -> None:
    scene = program_scene
    name = await held(scene)
    closing.session_ends()
    scene.window.close()
    assert closing.end.done()
    assert scene.record(name).state is State.HELD
    assert scene.mailbox.calls_of("send") == []


async def test_a_disk_that_fails_brings_the_window_back(program_scene: ProgramScene, closing: Closing) -> None:
    scene = program_scene
    name = await held(scene)
    scene.journal.trouble = StorageError("The disk is full.")
    scene.window.close()
    await seen_again(scene)
    assert not closing.end.done()
    assert scene.record(name).state is State.HELD
    scene.journal.heal()


async def test_a_window_of_its_own_goes_and_comes_with_the_others(
    program_scene: ProgramScene, closing: Closing
) -> None:
    scene = program_scene
    scene.mailbox.hold("send")
    await held(scene)
    scene.parts.compose.open_message(await scene.saved())
    await scene.until(lambda: scene.parts.compose.current() is not None)
    scene.parts.compose.message_windows.toggle()
    await scene.settle()
    own = scene.parts.compose.message_windows.windows[0]
    scene.window.close()
    assert not own.isVisible()
    await scene.passes(11)
    await seen_again(scene)
    assert not own.isVisible()
    closing.cancel()
    await scene.until(own.isVisible)
