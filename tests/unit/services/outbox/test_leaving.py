"""What holds the end of the program up, and what waits on purpose and does not."""

from __future__ import annotations

from app.domain.errors import Trouble, TroubleKind
from app.domain.message import LocalId
from app.domain.state import State
from app.services.outbox.leaving import Leaving
from app.services.outbox.long_waits import LONG
from tests.fakes.clock import settle
from tests.fakes.mailbox import words
from tests.fakes.scene import ANNA, Scene

NEVER_LEFT = Trouble(TroubleKind.UNREACHABLE, may_have_been_processed=False)
SIGNED_OUT = Trouble(TroubleKind.SIGN_IN, may_have_been_processed=False)


def leaving(scene: Scene) -> Leaving:
    return Leaving(scene.records, scene.outbox, scene.accounts, scene.clock)


def under_way(scene: Scene) -> list[LocalId]:
    return [record.local_id for record in leaving(scene).under_way()]


async def test_what_is_held_is_under_way_and_goes_when_it_is_let_go(scene: Scene) -> None:
    name = await scene.saved_message()
    await scene.outbox.send([name], hold_seconds=60)
    assert under_way(scene) == [name]
    await leaving(scene).let_go()
    await settle()
    assert scene.record(name).state is State.SENT
    assert under_way(scene) == []
    assert leaving(scene).waiting_words() == ""


async def test_what_waits_for_a_connection_is_named_and_not_waited_for(scene: Scene) -> None:
    name = await scene.saved_message()
    scene.mailbox.fail("send", NEVER_LEFT)
    await scene.outbox.send([name], hold_seconds=60)
    await leaving(scene).let_go()
    await settle()
    assert scene.record(name).state is State.QUEUED
    assert under_way(scene) == []
    assert "1 message is waiting for a connection" in leaving(scene).waiting_words()


async def test_what_waits_for_a_sign_in_is_named_and_not_waited_for(scene: Scene) -> None:
    name = await scene.saved_message()
    scene.accounts.report(ANNA, SIGNED_OUT)
    await scene.outbox.send([name], hold_seconds=0)
    assert under_way(scene) == []
    assert "1 message is waiting for its account" in leaving(scene).waiting_words()


async def test_what_a_busy_server_put_off_is_under_way_and_known_not_to_go_soon(scene: Scene) -> None:
    name = await scene.saved_message()
    scene.mailbox.refuse("send", 0, words("ErrorServerBusy", back_off_ms=60_000))
    await scene.outbox.send([name], hold_seconds=0)
    await settle()
    found = leaving(scene).under_way()
    assert [record.local_id for record in found] == [name]
    assert not leaving(scene).can_go_within(found, 10)
    assert leaving(scene).can_go_within(found, 70)
    assert await leaving(scene).take_back([name]) == []
    assert scene.record(name).state is State.DRAFT


async def test_what_is_being_sent_is_not_taken_back(scene: Scene) -> None:
    name = await scene.saved_message()
    gate = scene.mailbox.hold("send")
    await scene.outbox.send([name], hold_seconds=0)
    await settle()
    assert [record.local_id for record in await leaving(scene).take_back([name])] == [name]
    assert scene.record(name).state is State.SENDING
    gate.open.set()
    await settle()
    assert scene.record(name).state is State.SENT


async def test_what_waits_for_an_answer_is_neither_waited_for_nor_named(scene: Scene) -> None:
    name = await scene.saved_message()
    await scene.outbox.send([name], hold_seconds=5)
    await scene.spawn.end()
    scene.clock._now += LONG + 10
    again = await scene.restarted()
    assert under_way(again) == []
    assert leaving(again).waiting_words() == ""


async def test_an_account_that_was_not_tried_yet_may_be_open_in_a_moment(scene: Scene) -> None:
    name = await scene.saved_message()
    await scene.outbox.send([name], hold_seconds=60)
    scene.accounts._open.discard(ANNA)
    await leaving(scene).let_go()
    assert under_way(scene) == []
    scene.accounts._tried.discard(ANNA)
    assert under_way(scene) == [name]


async def test_ready_and_drafts_hold_nothing_up(scene: Scene) -> None:
    name = await scene.saved_message()
    await scene.outbox.set_ready([name])
    assert under_way(scene) == []
    assert leaving(scene).waiting_words() == ""
