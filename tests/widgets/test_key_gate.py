"""Keys go to what the person asked for: they wait for what comes, and are text where it does not come."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from PySide6.QtCore import QEvent, QPoint, QSignalBlocker, Qt
from PySide6.QtGui import QGuiApplication, QInputMethodEvent, QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from app.bootstrap import run
from app.bootstrap.run import _let_arrive
from app.controllers.unplaced_text import WaitingText
from app.core.events import Event
from app.domain.errors import Trouble, TroubleKind
from app.domain.listing import Folder
from app.domain.message import Content, Field, Importance
from app.domain.startup_request import StartupRequest
from app.domain.state import State
from app.ui import theme
from app.ui.inputs import FormLine
from app.ui.keyboard.key_gate import Hold, KeyGate
from app.views.compose.view import ComposeView
from tests.fakes.mailbox import Gate
from tests.fakes.scene import BEN
from tests.program_scene import ProgramScene

PLAN = Content(to=(BEN,), subject="Plan", body="Dear Ben")
CTRL = Qt.KeyboardModifier.ControlModifier


async def at_a_slow_server(scene: ProgramScene, folder: Folder) -> Gate:
    """Let the list stand at a message of another client that is fetched when it is asked for, and not sooner."""
    scene.on_server(PLAN, folder=folder)
    scene.parts.workspace.reading = Event()  # the pane would fetch it too
    room = scene.parts.lists.drafts if folder is Folder.DRAFTS else scene.parts.lists.sent
    room.reload()
    await scene.press("Ctrl+2" if folder is Folder.DRAFTS else "Ctrl+3")
    await scene.until(lambda: len(scene.rows) == 1)
    scene.parts.workspace.panel.list.go_to(0)
    return scene.mailbox.hold("get")


async def asked_for(scene: ProgramScene, key: str, gate: Gate) -> None:
    scene.tap_text(key)
    await asyncio.wait_for(gate.reached.wait(), 20)


def body(scene: ProgramScene) -> str:
    return scene.message.body.toPlainText() if scene.parts.workspace.messages else ""


def keys(scene: ProgramScene) -> KeyGate:
    return scene.window.gate


# --- what comes ------------------------------------------------------------------------------------------------------


async def test_what_is_typed_before_the_message_is_there_is_typed_into_it(program_scene: ProgramScene) -> None:
    scene = program_scene
    kept = await scene.saved()
    scene.parts.workspace.panel.list.go_to(0)
    scene.tap_text("c")
    scene.tap_text("box#e@x.org")
    scene.tap(Qt.Key.Key_Backspace)
    scene.tap(Qt.Key.Key_Tab)
    scene.tap_text("Hi")
    await scene.settle()
    content = await scene.content(scene.message.session.local_id)
    assert ([one.address for one in content.to], content.subject) == (["box#e@x.or"], "Hi")
    assert scene.record(kept).discarded == 0.0
    assert scene.parts.workspace.panel.model.marked == set()
    await scene.press("Escape", "C")
    assert len(scene.parts.workspace.messages) == 1


@pytest.mark.parametrize(
    ("key", "folder"), [("o", Folder.DRAFTS), ("l", Folder.DRAFTS), ("e", Folder.SENT)], ids=["open", "last", "anew"]
)
async def test_what_is_typed_while_a_message_is_fetched_is_typed_into_it(
    program_scene: ProgramScene, key: str, folder: Folder
) -> None:
    scene = program_scene
    gate = await at_a_slow_server(scene, folder)
    await asked_for(scene, key, gate)
    scene.tap_text("exceeds#")
    scene.tap(Qt.Key.Key_I, Qt.KeyboardModifier.AltModifier)
    scene.tap_text("d")
    await scene.until(lambda: "Fetching the message" in scene.window.kept_keys.words)
    assert "exceeds# [Alt+I] d" in scene.window.kept_keys.words
    gate.open.set()
    await scene.until(lambda: body(scene) == "exceeds#dDear Ben")
    await scene.settle()
    assert (await scene.content(scene.message.session.local_id)).importance is Importance.HIGH
    assert scene.window.kept_keys.words == ""
    assert len(scene.parts.workspace.messages) == 1
    assert scene.parts.workspace.panel.model.marked == set()


async def test_commands_of_several_keys_wait_like_any_other(program_scene: ProgramScene) -> None:
    scene = program_scene
    hold = keys(scene).begin("Starting…")
    scene.tap_text("gs")
    scene.tap_text("gq")
    assert scene.parts.workspace.kind == "drafts"
    hold.release()
    await scene.settle()
    assert scene.parts.workspace.kind == "outbox"
    assert keys(scene).is_open


async def test_a_sequence_that_began_while_keys_were_kept_ends_with_a_key_that_comes_later(
    program_scene: ProgramScene,
) -> None:
    scene = program_scene
    hold = keys(scene).begin("Starting…")
    scene.tap_text("g")
    hold.release()
    await scene.settle()
    scene.tap_text("s")
    await scene.settle()
    assert scene.parts.workspace.kind == "sent"
    assert keys(scene).is_open


async def test_keys_wait_until_the_last_of_several_holds_is_released(program_scene: ProgramScene) -> None:
    scene = program_scene
    first, second = keys(scene).begin("One"), keys(scene).begin("Two")
    scene.tap_text("gs")
    second.release()
    second.release()
    await scene.settle()
    assert scene.parts.workspace.kind == "drafts"
    first.release()
    await scene.settle()
    assert scene.parts.workspace.kind == "sent"


async def test_what_an_input_method_writes_meanwhile_keeps_its_place(program_scene: ProgramScene) -> None:
    scene = program_scene
    await scene.press("C", "Tab")
    hold = keys(scene).begin("Opening…")
    keeper = scene.focus
    assert keeper.testAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled)
    scene.tap_text("caf")
    event = QInputMethodEvent("", [])
    event.setCommitString("é")
    QApplication.sendEvent(keeper, event)
    scene.tap_text("s")
    hold.release()
    await scene.settle()
    assert scene.message.subject.text() == "cafés"


async def test_the_focus_goes_back_where_nothing_else_took_it(program_scene: ProgramScene) -> None:
    scene = program_scene
    await scene.press("C", "Tab")
    hold = keys(scene).begin("Looking…")
    assert scene.field() is None
    hold.release()
    assert scene.field() is Field.SUBJECT


async def test_what_is_typed_after_send_goes_to_what_comes_next(program_scene: ProgramScene) -> None:
    """F2: the next message's words must not go out with the one before."""
    scene = program_scene
    await scene.press("C")
    await scene.type("ben@example.org")
    await scene.press("Alt+U")
    await scene.type("First")
    first = scene.message.session.local_id
    scene.tap(Qt.Key.Key_Return, CTRL)
    scene.tap_text("c")
    scene.tap_text("zoe@example.org")
    scene.tap(Qt.Key.Key_U, Qt.KeyboardModifier.AltModifier)
    scene.tap_text("Second")
    await scene.settle()
    assert scene.record(first).state is State.HELD
    content = await scene.content(first)
    assert ([one.address for one in content.to], content.subject, content.body) == (["ben@example.org"], "First", "")
    second = await scene.content(scene.message.session.local_id)
    assert ([one.address for one in second.to], second.subject) == (["zoe@example.org"], "Second")


async def test_a_new_message_may_be_asked_for_while_another_closes(program_scene: ProgramScene) -> None:
    """F5: keys were thrown away where the number of open messages happened to be the same."""
    scene = program_scene
    await scene.press("C")
    await scene.type("ben@example.org")
    scene.tap(Qt.Key.Key_D, CTRL | Qt.KeyboardModifier.ShiftModifier)
    scene.tap(Qt.Key.Key_N, CTRL)
    scene.tap_text("zoe@example.org")
    scene.tap(Qt.Key.Key_U, Qt.KeyboardModifier.AltModifier)
    scene.tap_text("Second")
    await scene.settle()
    content = await scene.content(scene.message.session.local_id)
    assert ([one.address for one in content.to], content.subject) == (["zoe@example.org"], "Second")


async def test_undo_typed_right_after_send_takes_the_send_back(program_scene: ProgramScene) -> None:
    scene = program_scene
    await scene.press("C")
    await scene.type("ben@example.org")
    await scene.press("Alt+U")
    await scene.type("First")
    first = scene.message.session.local_id
    scene.tap(Qt.Key.Key_Return, CTRL)
    scene.tap_text("z")
    scene.tap_text("x")
    await scene.settle()
    assert scene.record(first).state is State.DRAFT
    assert scene.message.session.local_id == first
    assert (await scene.content(first)).subject == "First"
    assert body(scene) == "x"


async def test_a_key_with_shift_is_not_taken_for_the_one_without(program_scene: ProgramScene) -> None:
    """Ctrl+Shift+Enter, kept and given later, sent at once instead of later."""
    scene = program_scene
    await scene.press("C")
    await scene.type("ben@example.org")
    await scene.press("Alt+U")
    await scene.type("Later")
    name = scene.message.session.local_id
    hold = keys(scene).begin("Starting…")
    shift = Qt.KeyboardModifier.ShiftModifier
    QTest.sendKeyEvent(QTest.KeyAction.Click, scene.window.windowHandle(), Qt.Key.Key_Return, "\r", CTRL | shift)
    hold.release()
    await scene.settle()
    assert scene.record(name).state is State.DRAFT
    assert scene.message.later._picking.picker.isVisible()
    await scene.press("Escape")


async def test_chords_that_wait_are_shown_too(program_scene: ProgramScene) -> None:
    scene = program_scene
    hold = keys(scene).begin("Opening…")
    scene.tap_text("ab")
    scene.tap(Qt.Key.Key_Return, CTRL)
    await scene.until(lambda: "ab [Ctrl+Return]" in scene.window.kept_keys.words)
    hold.release()
    await scene.settle()


async def test_what_waits_when_the_program_ends_is_kept_as_text(program_scene: ProgramScene) -> None:
    scene = program_scene
    keys(scene).begin("Opening…")
    scene.tap_text("not lost")
    await scene.parts.unplaced_text.save()
    assert await scene.settings.read_setting("unplaced text") == "not lost"
    assert keys(scene).take_text() == "not lost"
    await scene.settle()


@pytest.mark.parametrize("way", ["compose", "list"])
async def test_what_the_last_key_took_back_is_taken_back_before_the_program_ends(
    program_scene: ProgramScene, way: str
) -> None:
    scene = program_scene
    name = await scene.saved(PLAN)
    await scene.press("Ctrl+2", "Home", *(["Enter"] if way == "compose" else []))
    await scene.settle()
    scene.tap(Qt.Key.Key_Return, CTRL)
    await scene.until(lambda: scene.record(name).state is State.HELD)
    await scene.until(lambda: scene.window.gate.is_open)
    scene.tap_text("z")
    await _let_arrive(scene.parts)
    assert scene.record(name).state is State.DRAFT


async def test_keys_that_the_display_still_holds_when_the_session_ends_are_waited_for(
    program_scene: ProgramScene,
) -> None:
    """A busy machine reads a key later than the signal that came after it."""
    scene = program_scene
    await scene.press("Ctrl+N", "Alt+M")
    scene.tap_text("last key")
    await scene.settle()
    await asyncio.sleep(2 * run._UNREAD)
    arriving = asyncio.ensure_future(_let_arrive(scene.parts))
    await asyncio.sleep(0)
    assert not arriving.done()
    scene.tap_text("s")
    async with asyncio.timeout(5):
        await arriving
    assert scene.message.body.toPlainText().startswith("last keys")


async def test_a_start_that_does_not_come_to_its_link_does_not_hold_up_the_end(
    program_scene: ProgramScene, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = program_scene
    monkeypatch.setattr(run, "_LAST_KEYS", 0.05)
    link = StartupRequest(links=("mailto:a@x.example",))
    monkeypatch.setattr(scene.parts, "options", scene.parts.options._replace(arrival=link))
    scene.window.starting = keys(scene).begin("Starting…")
    never = asyncio.Event()

    async def begin() -> None:
        await never.wait()

    beginning = scene.parts.tasks.spawn(begin(), "begin")
    async with asyncio.timeout(5):
        await _let_arrive(scene.parts)
    beginning.cancel()
    scene.window.starting.release()
    scene.window.starting = None


class Clock:
    """A time of its own, of which the program has a share of the processor: 4 ms pass from look to look."""

    def __init__(self, share: float) -> None:
        self.now, self._share = 0.0, share

    def monotonic(self) -> float:
        self.now += 0.004
        return self.now

    def process_time(self) -> float:
        return self.now * self._share


@pytest.mark.parametrize("works", [True, False])
async def test_a_start_that_still_works_is_waited_for_longer_than_one_that_stands_still(
    program_scene: ProgramScene, monkeypatch: pytest.MonkeyPatch, works: bool
) -> None:
    """Four other programs had the processor: the start took longer than three seconds, and Ctrl+Enter became text."""
    scene = program_scene
    await scene.press("Ctrl+N", "Alt+M")
    await scene.settle()
    hold = keys(scene).begin("Starting…")
    scene.tap_text("typed early")
    monkeypatch.setattr(run, "_LAST_KEYS", 0.2)
    clock = Clock(share=0.33 if works else 0.02)  # a third of the processor, or what waiting takes
    monkeypatch.setattr(run, "time", clock)
    arriving = asyncio.ensure_future(_let_arrive(scene.parts))
    await scene.until(lambda: arriving.done() or clock.now > 1.0)
    assert arriving.done() is not works
    hold.release()
    async with asyncio.timeout(5):
        await arriving
    await scene.settle()
    assert scene.message.body.toPlainText().startswith("typed early")


async def test_no_start_is_waited_for_without_end(program_scene: ProgramScene, monkeypatch: pytest.MonkeyPatch) -> None:
    scene = program_scene
    hold = keys(scene).begin("Starting…")
    scene.tap_text("x")
    monkeypatch.setattr(run, "_LAST_KEYS_AT_MOST", 0.3)
    monkeypatch.setattr(run, "time", Clock(share=1.0))
    async with asyncio.timeout(5):
        await _let_arrive(scene.parts)
    keys(scene).take_text()
    hold.fail()
    await scene.settle()
    keys(scene).take_text()


async def test_no_command_that_waits_is_run_when_the_program_ends(program_scene: ProgramScene) -> None:
    scene = program_scene
    keys(scene).begin("Opening…")
    scene.tap_text("one")
    scene.tap(Qt.Key.Key_N, CTRL)
    scene.tap_text("two")
    await scene.parts.unplaced_text.save()
    assert await scene.settings.read_setting("unplaced text") == "one\ntwo"
    assert not keys(scene).has_keys()
    await scene.settle()
    assert scene.parts.workspace.messages == []
    keys(scene).take_text()
    await scene.settle()


# --- what does not come ----------------------------------------------------------------------------------------------


async def test_escape_gives_up_a_message_that_does_not_come(program_scene: ProgramScene) -> None:
    scene = program_scene
    gate = await at_a_slow_server(scene, Folder.SENT)
    await asked_for(scene, "e", gate)
    await scene.until(lambda: "Esc gives it up" in scene.window.kept_keys.words)
    scene.tap(Qt.Key.Key_Escape)
    assert scene.window.kept_keys.words == ""
    await scene.press("G, D")
    assert scene.parts.workspace.kind == "drafts"
    gate.open.set()
    await scene.settle()
    assert scene.parts.workspace.messages == []
    assert scene.rows == []


async def test_escape_in_the_middle_of_typing_is_for_the_message_that_comes(program_scene: ProgramScene) -> None:
    scene = program_scene
    gate = await at_a_slow_server(scene, Folder.DRAFTS)
    await asked_for(scene, "o", gate)
    await scene.until(lambda: "Esc gives it up" in scene.window.kept_keys.words)
    scene.tap_text("Oh ")
    scene.tap(Qt.Key.Key_Escape)
    assert scene.window.kept_keys.words, "what is awaited is awaited still"
    gate.open.set()
    await scene.until(lambda: scene.window.gate.is_open)
    await scene.settle()
    assert keys(scene).text == ""
    assert scene.parts.workspace.messages == [], "and left by Escape"
    assert [row.preview for row in scene.rows] == ["Oh Dear Ben"]


async def test_escape_twice_or_after_a_pause_gives_up_what_is_typed_for_too(
    program_scene: ProgramScene,
) -> None:
    scene = program_scene
    for pause, times in ((False, 2), (True, 1)):
        hold = keys(scene).begin("Opening…")
        await scene.until(lambda: "Opening…" in scene.window.kept_keys.words)
        scene.tap_text("words")
        if pause:
            await scene.until(lambda: keys(scene).since_key() > 0.7)
        for _ in range(times):
            assert hold.active
            scene.tap(Qt.Key.Key_Escape)
        assert hold.given_up
        assert keys(scene).take_text().strip() == "words"
    await scene.settle()


async def test_letters_that_waited_and_come_to_a_button_are_shown_and_not_dropped(program_scene: ProgramScene) -> None:
    scene = program_scene
    scene.window.sidebar.new.setFocus()
    hold = keys(scene).begin("Opening…")
    scene.tap_text("some words")
    hold.release()
    await scene.until(lambda: keys(scene).text == "some words")
    assert scene.parts.workspace.messages == [], "nor does the blank press it"
    keys(scene).take_text()
    await scene.settle()


async def test_escape_twice_behind_a_chord_leaves_what_the_chord_led_to(program_scene: ProgramScene) -> None:
    """Seen: a message was written and sent blindly, a search was left by Escape, and the message was given up."""
    scene = program_scene
    hold = keys(scene).begin("Opening…")
    await scene.until(lambda: "Opening…" in scene.window.kept_keys.words)
    scene.tap_text("words")
    scene.tap(Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    scene.tap_text("rotterdam")
    for _ in range(2):
        scene.tap(Qt.Key.Key_Escape)
    assert hold.active
    await scene.until(lambda: keys(scene).since_key() > 0.7)
    scene.tap(Qt.Key.Key_Escape)
    assert hold.given_up, "after a pause the person sees that nothing comes"
    assert "words" in keys(scene).take_text()
    await scene.settle()


async def test_what_was_typed_for_a_message_that_cannot_be_had_is_shown_and_can_be_used(
    program_scene: ProgramScene,
) -> None:
    scene = program_scene
    gate = await at_a_slow_server(scene, Folder.DRAFTS)
    scene.mailbox.fail("get", Trouble(TroubleKind.UNREACHABLE))
    await asked_for(scene, "o", gate)
    scene.tap_text("Dear zoe")
    gate.open.set()
    await scene.until(lambda: keys(scene).text == "Dear zoe")
    scene.tap_text(", ete")  # typed on without having seen it: no key of it is a command
    scene.tap(Qt.Key.Key_Backspace)
    bar = scene.parts.unplaced_text.bar
    assert bar is not None
    assert "You typed this meanwhile: “Dear zoe, et”" in scene.words(bar)
    assert scene.parts.workspace.messages == []
    assert len(scene.rows) == 1
    await scene.rest()
    await scene.press("Escape")
    assert bar.isVisible()
    assert scene.parts.registry.run("typed.write")
    await scene.settle()
    assert body(scene) == "Dear zoe, et"
    assert not bar.isVisible()
    assert not scene.parts.registry.run("typed.write")


async def test_text_that_found_no_place_is_there_after_a_restart(program_scene: ProgramScene) -> None:
    scene = program_scene
    hold = keys(scene).begin("Opening…")
    scene.tap_text("keep me")
    hold.fail()
    await scene.rest()
    await scene.settle()
    assert await scene.settings.read_setting("unplaced text") == "keep me"
    keys(scene).text = ""
    await scene.parts.unplaced_text.load()
    assert keys(scene).text == "keep me"
    assert scene.parts.registry.run("typed.copy")
    await scene.settle()
    assert QGuiApplication.clipboard().text() == "keep me"
    assert await scene.settings.read_setting("unplaced text") == ""


async def test_what_still_waits_when_the_program_is_killed_is_shown_by_the_next_start(
    program_scene: ProgramScene,
) -> None:
    """A start took five seconds, and was killed: three messages had been typed for it, and were nowhere."""
    scene = program_scene
    keeping = scene.parts.waiting_text
    hold = keys(scene).begin("Starting…")
    scene.tap(Qt.Key.Key_N, CTRL)
    scene.tap_text("for the disk")
    await scene.until(lambda: scene.settings.preferences.get("waiting text") == "for the disk")
    # The next start, of which another text that found no place is known.
    await scene.settings.keep_setting("unplaced text", "earlier")
    keeping._earlier_moved = None
    await keeping.move_earlier()
    assert await scene.settings.read_setting("unplaced text") == "earlier\nfor the disk"
    assert await scene.settings.read_setting("waiting text") == ""
    hold.release()
    await scene.settle()
    assert len(scene.parts.workspace.messages) == 1


async def test_keys_that_waited_before_the_parts_were_made_are_kept_too(program_scene: ProgramScene) -> None:
    scene = program_scene
    hold = keys(scene).begin("Starting…")
    scene.tap_text("very early")
    with QSignalBlocker(keys(scene)):  # nothing listens before the parts are made
        await scene.until(lambda: not keys(scene)._show.isActive())
    scene.parts.waiting_text = WaitingText(keys(scene), scene.parts.settings, scene.parts.tasks)
    await scene.until(lambda: scene.settings.preferences.get("waiting text") == "very early")
    hold.release()
    await scene.until(lambda: scene.settings.preferences.get("waiting text") == "")
    keys(scene).take_text()
    await scene.settle()


async def test_what_was_given_to_a_message_waits_no_more_on_disk(program_scene: ProgramScene) -> None:
    scene = program_scene
    await scene.press("Ctrl+N", "Alt+M")
    await scene.settle()
    hold = keys(scene).begin("Opening…")
    scene.tap_text("kept, then given")
    await scene.until(lambda: scene.settings.preferences.get("waiting text") == "kept, then given")
    hold.release()
    await scene.until(lambda: scene.settings.preferences.get("waiting text") == "")
    assert scene.message.body.toPlainText().startswith("kept, then given")


async def test_what_finds_no_place_is_on_disk_before_the_person_stops_typing(program_scene: ProgramScene) -> None:
    scene = program_scene
    hold = keys(scene).begin("Opening…")
    scene.tap_text("one")
    hold.fail()
    scene.tap_text(" two")
    assert not keys(scene).is_open
    await scene.until(lambda: scene.settings.preferences.get("waiting text") == "one two")
    await scene.rest()
    await scene.until(lambda: scene.settings.preferences.get("waiting text") == "")
    assert scene.settings.preferences["unplaced text"] == "one two"
    keys(scene).take_text()
    await scene.settle()


async def test_a_password_that_waits_is_not_written_to_disk(program_scene: ProgramScene) -> None:
    scene = program_scene
    field = FormLine(scene.window)
    field.hide_words()
    field.show()
    field.setFocus()
    hold = keys(scene).begin("Opening…")
    scene.tap_text("secret")
    await asyncio.sleep(0)
    assert keys(scene).has_keys()
    assert keys(scene).waiting_text() == ""
    hold.release()
    await scene.settle()
    assert not await scene.settings.read_setting("waiting text")
    field.deleteLater()


async def test_backspace_takes_nothing_from_text_that_was_kept_before(program_scene: ProgramScene) -> None:
    scene = program_scene
    for word in ("first", "second"):
        hold = keys(scene).begin("Opening…")
        scene.tap_text(word)
        for _ in range(9 if word == "second" else 0):
            scene.tap(Qt.Key.Key_Backspace)
        hold.fail()
        await scene.rest()
    assert keys(scene).text == "first"
    keys(scene).take_text()
    await scene.settle()


async def test_a_hold_that_ends_another_when_it_is_given_up_is_no_trouble(program_scene: ProgramScene) -> None:
    scene = program_scene
    others: list[Hold] = []

    def end_the_other() -> None:
        others[0].release()

    keys(scene).begin("One", end_the_other)
    others.append(keys(scene).begin("Two"))
    keys(scene).give_up()
    await scene.settle()
    assert keys(scene).is_open


async def test_a_command_of_the_whole_window_ends_text_that_has_no_place(program_scene: ProgramScene) -> None:
    scene = program_scene
    hold = keys(scene).begin("Opening…")
    scene.tap_text("lost")
    scene.tap(Qt.Key.Key_N, CTRL)
    scene.tap_text("ben@example.org")
    hold.fail()
    await scene.settle()
    assert keys(scene).text == "lost"
    assert scene.message.recipients[Field.TO].words.text() == "ben@example.org"


async def test_a_message_that_stays_takes_no_word_that_was_meant_for_the_next(program_scene: ProgramScene) -> None:
    scene = program_scene
    await scene.press("C", "Tab")
    await scene.type("No recipient")
    name = scene.message.session.local_id
    scene.tap(Qt.Key.Key_Return, CTRL)
    scene.tap_text("c")
    await scene.settle()
    scene.tap_text("zoe@example.org")
    scene.tap(Qt.Key.Key_Return, CTRL)
    await scene.rest()
    await scene.settle()
    content = await scene.content(name)
    assert (content.to, content.subject, content.body) == ((), "No recipient", "")
    assert keys(scene).text == "czoe@example.org"
    assert scene.field() is Field.TO


async def test_who_clicks_after_a_message_stayed_types_where_he_clicked(program_scene: ProgramScene) -> None:
    scene = program_scene
    await scene.press("C", "Tab")
    scene.tap(Qt.Key.Key_Return, CTRL)
    scene.tap_text("c")
    await scene.settle()
    subject = scene.message.subject
    window = subject.window().windowHandle()
    middle = subject.mapTo(subject.window(), QPoint(subject.width() // 2, subject.height() // 2))
    QTest.mouseClick(window, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, middle)
    scene.tap_text("At once")
    await scene.settle()
    assert (subject.text(), keys(scene).text) == ("At once", "c")


# --- the key that asked ----------------------------------------------------------------------------------------------


async def test_a_key_that_is_held_down_is_not_typed(program_scene: ProgramScene) -> None:
    scene = program_scene
    gate = await at_a_slow_server(scene, Folder.DRAFTS)
    await asked_for(scene, "o", gate)
    again = QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_O, Qt.KeyboardModifier.NoModifier, "o", autorep=True)
    QApplication.sendEvent(scene.window.windowHandle(), again)
    scene.tap_text("x")
    gate.open.set()
    await scene.until(lambda: body(scene) == "xDear Ben")


async def test_asking_for_it_once_more_is_not_typed_into_it(program_scene: ProgramScene) -> None:
    scene = program_scene
    gate = await at_a_slow_server(scene, Folder.DRAFTS)
    await asked_for(scene, "o", gate)
    scene.tap(Qt.Key.Key_Return)
    scene.tap_text("x")
    scene.tap(Qt.Key.Key_Return)
    gate.open.set()
    await scene.until(lambda: body(scene) == "x\nDear Ben")


# --- rows that nobody chose ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("pause", [0.0, 1.5])
async def test_a_second_send_sends_no_other_message(program_scene: ProgramScene, pause: float) -> None:
    """F1: the list had the focus by then, and stood at a draft that went to people nobody chose."""
    scene = program_scene
    stranger = await scene.saved()
    await scene.press("C")
    await scene.type("ben@example.org")
    await scene.press("Alt+U")
    await scene.type("Mine")
    await scene.press("Ctrl+Return")
    keys(scene)._last -= pause
    keys(scene)._opened -= pause
    await scene.press("Ctrl+Return")
    assert scene.record(stranger).state is State.DRAFT
    if scene.current.local_id == stranger:
        assert "No message is selected" in scene.status_bar
    assert "Sending in" in scene.status_bar
    await scene.press("Ctrl+2", "Down", "Up", "Home")
    row = next(n for n, row in enumerate(scene.rows) if row.local_id == stranger)
    for _ in range(row):
        await scene.press("Down")
    await scene.press("Ctrl+Return")
    assert scene.record(stranger).state is State.HELD


@pytest.mark.parametrize("key", ["E", "T", "#", "Ctrl+Shift+R", "X", "R", "Ctrl+Return"])
async def test_a_row_that_the_program_stands_at_takes_no_command(program_scene: ProgramScene, key: str) -> None:
    scene = program_scene
    name = await scene.saved()
    scene.parts.workspace.panel.list.choose_only(None)
    before = scene.record(name)
    await scene.press(key)
    assert scene.record(name) == before
    assert scene.parts.workspace.messages == []
    assert scene.parts.workspace.panel.model.marked == set()
    assert len(scene.rows) == 1
    if key != "Ctrl+Shift+R":  # of Sent
        assert "No message is selected" in scene.status_bar


async def test_new_last_and_undo_need_no_row(program_scene: ProgramScene) -> None:
    scene = program_scene
    name = await scene.saved()
    scene.parts.workspace.panel.list.choose_only(None)
    await scene.press("L")
    assert scene.message.session.local_id == name
    await scene.press("Escape")
    scene.parts.workspace.panel.list.choose_only(None)
    await scene.press("C")
    assert scene.field() is Field.TO


@pytest.mark.parametrize("field", ["Alt+T", "Alt+U", "Alt+M"])
@pytest.mark.parametrize("ends", ["Ctrl+Return", "Ctrl+Shift+D", "Escape"])
async def test_after_a_message_goes_the_focus_is_in_the_list_wherever_it_was(
    program_scene: ProgramScene, field: str, ends: str
) -> None:
    """It went to "New message": the next Enter began a message, and messages were lost."""
    scene = program_scene
    await scene.saved()
    await scene.press("C")
    await scene.type("ben@example.org")
    await scene.press("Alt+U")
    await scene.type("Goes")
    await scene.press(field, ends)
    await scene.settle()
    assert scene.parts.workspace.messages == []
    assert scene.in_list()
    await scene.press("Down")
    assert scene.in_list()


# --- how a message comes ---------------------------------------------------------------------------------------------


async def test_a_message_is_made_filled_shown_and_painted_each_in_a_turn_of_the_loop_of_its_own(
    program_scene: ProgramScene, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene, loop = program_scene, asyncio.get_running_loop()
    steps: list[tuple[str, int]] = []
    turn, counts = 0, True

    def count() -> None:
        nonlocal turn
        turn += 1
        if counts:
            loop.call_soon(count)

    def noted(name: str, method: Callable[..., None]) -> Callable[..., None]:
        def note(self: QWidget, *rest: object) -> None:
            steps.append((name, turn))
            method(self, *rest)

        return note

    monkeypatch.setattr(ComposeView, "_build", noted("made", ComposeView._build))
    monkeypatch.setattr(ComposeView, "fill", noted("filled", ComposeView.fill))
    monkeypatch.setattr(ComposeView, "focus_best", noted("shown", ComposeView.focus_best))
    monkeypatch.setattr(
        ComposeView, "setUpdatesEnabled", noted("painted", ComposeView.setUpdatesEnabled), raising=False
    )
    count()
    scene.tap_text("c")
    async with asyncio.timeout(10):
        for _ in iter(lambda: len(steps) < 5, False):
            await asyncio.sleep(0)
    counts = False
    await scene.settle()
    assert [name for name, _ in steps] == ["made", "filled", "painted", "shown", "painted"]
    made, filled, _, shown, painted = (at for _, at in steps)
    assert made < filled < shown < painted
    assert scene.message.updatesEnabled()


async def test_a_message_that_ends_before_it_is_shown_is_not_shown(
    program_scene: ProgramScene, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene, fill = program_scene, ComposeView.fill

    def ended(self: ComposeView) -> None:
        fill(self)
        self.session.end("gone")

    monkeypatch.setattr(ComposeView, "fill", ended)
    await scene.press("C")
    assert scene.parts.workspace.messages == []
    assert scene.in_list()


async def test_a_row_that_nobody_chose_is_outlined_and_not_filled(program_scene: ProgramScene) -> None:
    """It looked selected while commands said that no message is selected."""
    scene = program_scene
    await scene.saved()
    shown = scene.parts.workspace.panel.list

    def is_filled() -> bool:
        ground = shown.visualRect(shown.currentIndex()).topRight() + QPoint(-12, 40)
        return shown.viewport().grab().toImage().pixelColor(ground) == theme.color("selected")

    await scene.press("Home")
    assert is_filled()
    shown.choose_only(None)
    assert not is_filled()
    await scene.press("Home")
    assert is_filled()
