"""A message that the server holds until its time: listed with it, taken back before it, and told truly after it."""

from __future__ import annotations

import msgspec
import pytest

from app.domain.errors import Trouble, TroubleKind
from app.domain.listing import Folder
from app.domain.message import LocalId, Options
from app.domain.problem import ProblemKind, read_problem
from app.domain.record import CopyKind, CopyTo
from app.domain.state import State
from app.services.outbox.deferred_send import TakenBack
from app.services.text.status_text import explain_record, state_words
from tests.fakes.scene import ANNA, MESSAGE, Scene, typed

LATER = 7200.0
LOST = Trouble(TroubleKind.DEADLINE)
OFFLINE = Trouble(TroubleKind.UNREACHABLE, may_have_been_processed=False)


async def held(scene: Scene, seconds: float = LATER, copy_to: CopyTo | None = None) -> LocalId:
    """Return a message that the server holds."""
    due = scene.clock.now() + seconds
    name = await scene.saved_message(msgspec.structs.replace(MESSAGE, options=Options(deferred=due)))
    if copy_to is not None:
        await scene.drafts.file_copy(name, copy_to)
    await scene.outbox.send([name], 0)
    await scene.clock.advance(5)
    return name


def count(scene: Scene, folder: Folder) -> int:
    return len(scene.mailbox.in_folder(ANNA, folder))


def told(scene: Scene) -> list[TakenBack]:
    heard: list[TakenBack] = []
    scene.outbox.deferrals.told.subscribe(heard.append)
    return heard


async def test_it_is_said_to_go_at_its_time_and_not_to_be_sent(scene: Scene) -> None:
    name = await held(scene)
    record = scene.record(name)
    assert (record.state, count(scene, Folder.OUTBOX), scene.mailbox.delivered) == (State.DEFERRED, 1, [])
    words = state_words(record, scene.clock.now())
    assert words.text.startswith("Scheduled for ")
    assert words.action == "unsend"
    assert record.ref == scene.mailbox.in_folder(ANNA, Folder.OUTBOX)[0].ref


async def test_it_is_watched_without_asking_the_server_over_and_over(scene: Scene) -> None:
    await held(scene)
    asked = len(scene.mailbox.calls)
    await scene.clock.advance(LATER - 60)
    assert len(scene.mailbox.calls) == asked


async def test_once_its_time_has_come_it_is_sent_and_seen(scene: Scene) -> None:
    name = await held(scene)
    due = scene.record(name).head.deferred
    await scene.clock.advance(LATER + 60)
    record = scene.record(name)
    assert (record.state, record.problem, record.state_at) == (State.SENT, "", due)
    assert record.verified
    assert (count(scene, Folder.SENT), count(scene, Folder.OUTBOX), len(scene.mailbox.delivered)) == (1, 0, 1)


async def test_a_copy_that_is_not_wanted_is_not_missed(scene: Scene) -> None:
    name = await held(scene, copy_to=CopyTo(CopyKind.NONE))
    await scene.clock.advance(LATER + 600)
    assert (scene.record(name).state, scene.record(name).problem) == (State.SENT, "")
    assert len(scene.mailbox.delivered) == 1


async def test_a_copy_that_the_server_did_not_file_is_missed(scene: Scene) -> None:
    scene.mailbox.files_no_copy = True
    name = await held(scene)
    await scene.clock.advance(LATER + 600)
    assert scene.record(name).state is State.SENT_NOT_FILED


@pytest.mark.parametrize("in_drafts", [False, True])
async def test_it_is_taken_back_and_is_a_draft_with_its_time(scene: Scene, in_drafts: bool) -> None:
    scene.mailbox.holds_in_drafts = in_drafts
    name = await held(scene)
    heard = told(scene)
    assert await scene.outbox.deferrals.take_back([name]) == [name]
    assert heard == [TakenBack(name, back=True)]
    await scene.drafts.save(name)
    record = scene.record(name)
    assert (record.state, record.saved, record.problem) == (State.DRAFT, True, "")
    assert (count(scene, Folder.DRAFTS), count(scene, Folder.OUTBOX), count(scene, Folder.DELETED)) == (1, 0, 0)
    assert (await scene.drafts.read_message(name)).content.options.deferred
    scene.drafts.edit(name, typed("Oh, "))
    await scene.clock.advance(LATER * 2)
    assert scene.record(name).saved
    assert scene.mailbox.delivered == []
    await scene.outbox.send([name], 0)
    await scene.clock.advance(600)
    assert len(scene.mailbox.delivered) == 1, "its time has passed: it goes at once"


async def test_what_was_sent_meanwhile_cannot_be_taken_back_and_its_row_says_so(scene: Scene) -> None:
    name = await held(scene)
    heard = told(scene)
    gate = scene.mailbox.hold("locate")
    scene.spawn(scene.outbox.deferrals.take_back([name]), "take back")
    await gate.reached.wait()
    scene.mailbox.items[scene.mailbox.in_folder(ANNA, Folder.OUTBOX)[0].item_id].content = msgspec.structs.replace(
        MESSAGE, options=Options(deferred=scene.clock.now() - 1)
    )
    scene.mailbox._send_due()
    gate.open.set()
    await scene.clock.advance(5)
    assert heard == [TakenBack(name, sent=True)]
    assert scene.record(name).state is State.SENT
    assert state_words(scene.record(name), scene.clock.now()).text.startswith("Sent ")


async def test_taking_back_whose_answer_is_lost_ends_as_a_draft(scene: Scene) -> None:
    name = await held(scene)
    scene.mailbox.fail("move", LOST, processed=True)
    assert await scene.outbox.deferrals.take_back([name]) == [name]
    await scene.drafts.save(name)
    assert (scene.record(name).saved, count(scene, Folder.DRAFTS)) == (True, 1)


async def test_offline_it_stays_with_the_server_and_that_is_said(scene: Scene) -> None:
    name = await held(scene)
    heard = told(scene)
    scene.mailbox.fail("locate", OFFLINE)
    assert await scene.outbox.deferrals.take_back([name]) == []
    assert heard == [TakenBack(name)]
    record = scene.record(name)
    assert (record.state, record.problem) == (State.DEFERRED, "")


async def test_a_crash_while_it_is_taken_back_ends_as_a_draft_all_the_same(scene: Scene) -> None:
    name = await held(scene)
    gate = scene.mailbox.hold("move")
    scene.spawn(scene.outbox.deferrals.take_back([name]), "take back")
    await gate.reached.wait()
    gate.open.set()
    after = await scene.restarted()
    await after.clock.advance(60)
    assert after.record(name).state is State.DRAFT
    await after.drafts.save(name)
    assert (after.record(name).saved, count(after, Folder.DRAFTS), count(after, Folder.OUTBOX)) == (True, 1, 0)
    await after.clock.advance(LATER * 2)
    assert after.mailbox.delivered == []
    await after.spawn.end()
    assert after.spawn.errors == []


async def test_after_a_restart_it_is_watched_again(scene: Scene) -> None:
    name = await held(scene)
    after = await scene.restarted()
    await after.clock.advance(LATER + 60)
    assert after.record(name).state is State.SENT
    assert len(after.mailbox.delivered) == 1
    await after.spawn.end()


async def test_a_lost_answer_is_found_resting_in_the_outbox(scene: Scene) -> None:
    due = scene.clock.now() + LATER
    name = await scene.saved_message(msgspec.structs.replace(MESSAGE, options=Options(deferred=due)))
    scene.mailbox.fail("send", LOST, processed=True)
    await scene.outbox.send([name], 0)
    await scene.clock.advance(60)
    assert scene.record(name).state is State.DEFERRED
    await scene.clock.advance(LATER)
    assert scene.record(name).state is State.SENT
    assert len(scene.mailbox.delivered) == 1


async def test_what_vanished_before_its_time_is_not_known(scene: Scene) -> None:
    name = await held(scene)
    scene.mailbox.items.clear()
    heard = told(scene)
    scene.spawn(scene.outbox.deferrals.take_back([name]), "take back")
    await scene.clock.advance(10)
    assert heard == [TakenBack(name)]
    after = await scene.restarted()
    await after.clock.advance(60)
    assert after.record(name).state is State.UNKNOWN
    assert read_problem(after.record(name).problem)[0] is ProblemKind.CANNOT_BE_KNOWN
    await after.spawn.end()


async def test_what_the_server_never_lets_go_is_said(scene: Scene) -> None:
    name = await held(scene)
    for item in scene.mailbox.items.values():
        item.copy_to = None  # it will never go
    await scene.clock.advance(LATER + 3000)
    record = scene.record(name)
    assert (record.state, read_problem(record.problem)[0]) == (State.NEEDS_ATTENTION, ProblemKind.NOT_LET_GO)
    said = explain_record(record)
    assert said is not None
    assert said.sentence.startswith("This was to go at its time")


async def test_a_time_that_passed_while_it_waited_here_is_no_time(scene: Scene) -> None:
    due = scene.clock.now() + 60
    name = await scene.saved_message(msgspec.structs.replace(MESSAGE, options=Options(deferred=due)))
    scene.mailbox.fail("send", OFFLINE, times=2)
    await scene.outbox.send([name], 0)
    await scene.clock.advance(900)
    assert scene.record(name).state is State.SENT
    assert len(scene.mailbox.delivered) == 1
