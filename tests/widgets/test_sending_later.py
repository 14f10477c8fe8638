"""A message is sent at a time by keys: typed or near at hand, held by the server, and taken back before it goes."""

from __future__ import annotations

import msgspec

from app.core.formatting import moment_words
from app.domain.errors import Trouble, TroubleKind
from app.domain.listing import Folder
from app.domain.message import Content, Field, LocalId, Options
from app.domain.state import State
from app.views.compose.typed_dates import read_moment, suggested_moments
from tests.fakes.scene import ANNA, MESSAGE
from tests.program_scene import HOLD, ProgramScene


async def opened(scene: ProgramScene, content: Content = MESSAGE) -> LocalId:
    """Return a saved draft, open in the pane with the focus in its body."""
    name = await scene.saved(content)
    scene.parts.compose.open_message(name)
    await scene.until(lambda: scene.parts.compose.current() is not None)
    scene.message.focus_field(Field.BODY)
    return name


def titles(scene: ProgramScene) -> list[str]:
    return scene.message.picking.picker.titles()


async def sent_later(scene: ProgramScene, typed: str) -> LocalId:
    name = await opened(scene)
    await scene.press("Ctrl+Shift+Return")
    await scene.type(typed)
    await scene.press("Return")
    await scene.passes(HOLD + 5)
    return name


async def test_three_times_are_near_at_hand_and_the_words_of_the_choice_are_theirs(program_scene: ProgramScene) -> None:
    scene = program_scene
    await opened(scene)
    await scene.press("Ctrl+Shift+Return")
    now = scene.clock.now()
    words = [moment_words(moment, now) for moment in suggested_moments(now)]
    assert [title.casefold() for title in titles(scene)] == [
        *(one.casefold() for one in words),
        "when i send all that are ready",
    ]
    await scene.press("Escape")
    assert scene.field() is Field.BODY


async def test_a_typed_time_is_held_by_the_server_and_stands_in_the_outbox(program_scene: ProgramScene) -> None:
    scene = program_scene
    name = await sent_later(scene, "tomorrow 8")
    record = scene.record(name)
    assert record.state is State.DEFERRED
    assert record.head.deferred == read_moment("tomorrow 8", scene.clock.now())
    assert scene.status_bar == "Scheduled for tomorrow, 08:00"
    assert len(scene.mailbox.in_folder(ANNA, Folder.OUTBOX)) == 1
    await scene.press("Ctrl+4")
    assert [row.local_id for row in scene.rows] == [name]
    assert scene.parts.lists.outbox.words(scene.rows[0]).text == "Scheduled for tomorrow, 08:00"


async def test_it_goes_by_itself_when_its_time_has_come(program_scene: ProgramScene) -> None:
    scene = program_scene
    name = await sent_later(scene, "in 2 hours")
    assert scene.mailbox.delivered == []
    await scene.clock.advance(7200 + 60)
    await scene.settle()
    assert scene.record(name).state is State.SENT
    assert len(scene.mailbox.delivered) == 1
    await scene.press("Ctrl+4")
    assert scene.rows == []


async def test_it_is_taken_back_by_key_and_is_a_draft_again(program_scene: ProgramScene) -> None:
    scene = program_scene
    name = await sent_later(scene, "tomorrow 8")
    await scene.press("Ctrl+4", "A")
    await scene.passes(5)
    assert scene.record(name).state is State.DRAFT
    assert scene.status_bar == "Taken back: it is a draft again"
    assert scene.rows == []
    await scene.press("Ctrl+2")
    assert [row.local_id for row in scene.rows] == [name]
    await scene.press("O")
    await scene.until(lambda: scene.parts.compose.current() is not None)
    assert scene.message.options.chosen.text() == "Goes tomorrow, 08:00"
    await scene.clock.advance(3 * 24 * 3600)
    assert scene.mailbox.delivered == []


async def test_one_of_the_three_is_two_keys_away(program_scene: ProgramScene) -> None:
    scene = program_scene
    name = await opened(scene)
    await scene.press("Ctrl+Shift+Return", "Down", "Return")
    assert scene.record(name).state is State.DEFERRED
    assert (await scene.content(name)).options.deferred == suggested_moments(scene.clock.now())[1]


async def test_a_time_that_has_passed_or_is_not_understood_sends_nothing(program_scene: ProgramScene) -> None:
    scene = program_scene
    name = await opened(scene)
    await scene.press("Ctrl+Shift+Return")
    await scene.type("2001-01-01 8:00")
    assert titles(scene) == ["That time has passed."]
    await scene.press("Return")
    assert scene.message.picking.is_open
    await scene.press("Ctrl+A")
    await scene.type("xyzzy")
    assert titles(scene) == []
    await scene.press("Return", "Escape")
    assert scene.record(name).state is State.DRAFT
    assert (await scene.content(name)).options.deferred == 0


async def test_undo_takes_it_back_from_the_server_and_opens_it_again(program_scene: ProgramScene) -> None:
    scene = program_scene
    name = await opened(scene)
    await scene.press("Ctrl+Shift+Return")
    await scene.type("tomorrow 8")
    await scene.press("Return")
    assert scene.status_bar == "Scheduled for tomorrow, 08:00", "no seconds are counted"
    assert scene.record(name).state is State.DEFERRED
    await scene.press("Z")
    await scene.until(lambda: scene.parts.compose.current() is not None)
    assert scene.record(name).state is State.DRAFT
    assert scene.mailbox.in_folder(ANNA, Folder.OUTBOX) == []
    await scene.clock.advance(3 * 24 * 3600)
    assert scene.mailbox.delivered == []


async def test_undo_is_there_for_as_long_as_the_server_gives_it_back(program_scene: ProgramScene) -> None:
    scene = program_scene
    name = await sent_later(scene, "in 2 hours")
    await scene.clock.advance(3600)
    assert scene.parts.status_bar.can_undo()
    await scene.clock.advance(3600 + 60)
    assert scene.record(name).state is State.SENT
    assert not scene.parts.status_bar.can_undo()


async def test_undo_while_the_server_is_told_waits_for_its_answer(program_scene: ProgramScene) -> None:
    scene = program_scene
    gate = scene.mailbox.hold("send")
    name = await opened(scene)
    await scene.press("Ctrl+Shift+Return")
    await scene.type("tomorrow 8")
    await scene.press("Return")
    assert scene.status_bar == "Scheduling for tomorrow, 08:00…"
    assert scene.record(name).state is State.SENDING
    await scene.press("Ctrl+4")
    assert scene.parts.lists.outbox.words(scene.rows[0]).text == "Scheduling for tomorrow, 08:00…"
    await scene.press("Z")
    assert scene.status_bar == "Unscheduling…"
    gate.open.set()
    await scene.until(lambda: scene.parts.compose.current() is not None)
    assert scene.record(name).state is State.DRAFT


async def test_offline_it_waits_says_so_and_undo_needs_no_server(program_scene: ProgramScene) -> None:
    scene = program_scene
    name = await opened(scene)
    for request in ("save", "update", "send", "get", "locate", "sync", "list_folder"):
        scene.mailbox.fail(request, Trouble(TroubleKind.UNREACHABLE, may_have_been_processed=False), times=50)
    await scene.press("Ctrl+Shift+Return")
    await scene.type("tomorrow 8")
    await scene.press("Return")
    assert scene.record(name).state is State.QUEUED
    await scene.press("Ctrl+4")
    assert scene.parts.lists.outbox.words(scene.rows[0]).text == "Waiting: offline"
    await scene.press("Z")
    await scene.until(lambda: scene.parts.compose.current() is not None)
    assert scene.record(name).state is State.DRAFT


async def test_of_a_batch_only_what_has_no_time_is_counted_down(program_scene: ProgramScene) -> None:
    scene = program_scene
    due = scene.clock.now() + 9000
    later = await scene.saved(msgspec.structs.replace(MESSAGE, options=Options(deferred=due)))
    now = await scene.saved()
    await scene.press("Ctrl+A", "Ctrl+Return")
    assert scene.record(later).state is State.DEFERRED
    assert scene.record(now).state is State.HELD
    await scene.passes(HOLD + 1)
    assert scene.record(now).state is State.SENT


async def test_a_message_with_a_time_can_be_sent_at_once_after_all(program_scene: ProgramScene) -> None:
    scene = program_scene
    due = scene.clock.now() + 9000
    name = await opened(scene, msgspec.structs.replace(MESSAGE, options=Options(deferred=due)))
    await scene.press("Ctrl+Shift+Return")
    assert titles(scene)[0] == "At once"
    await scene.press("Return")
    await scene.passes(HOLD + 5)
    assert scene.record(name).state is State.SENT
    assert len(scene.mailbox.delivered) == 1


async def test_it_is_put_aside_as_ready_and_sent_with_the_others(program_scene: ProgramScene) -> None:
    scene = program_scene
    name = await opened(scene)
    await scene.press("Ctrl+Shift+Return")
    await scene.type("ready")
    await scene.press("Return")
    assert scene.record(name).state is State.READY
    assert scene.in_list()
    await scene.press("F9", "Return")
    await scene.passes(HOLD + 1)
    assert len(scene.mailbox.delivered) == 1


async def test_what_cannot_be_sent_stays_in_the_pane(program_scene: ProgramScene) -> None:
    scene = program_scene
    name = await opened(scene, Content(subject="To nobody", body="Text"))
    for words in ("tomorrow 8", "ready"):
        await scene.press("Ctrl+Shift+Return")
        await scene.type(words)
        await scene.press("Return")
        assert scene.record(name).state is State.NEEDS_ATTENTION
        assert scene.field() is Field.TO
