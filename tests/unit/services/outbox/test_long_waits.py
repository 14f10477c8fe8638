"""What waited for more than an hour when the program started goes when the person says so, and not before."""

from __future__ import annotations

import msgspec
import pytest

from app.domain.errors import Trouble, TroubleKind
from app.domain.message import LocalId
from app.domain.state import State
from app.services.outbox.long_waits import LONG
from app.services.text.status_text import explain_record, state_words
from tests.fakes.scene import Scene

NEVER_LEFT = Trouble(TroubleKind.UNREACHABLE, may_have_been_processed=False)


async def left_waiting(scene: Scene, seconds: float) -> tuple[Scene, LocalId]:
    """Return the next run, so long after a message was held; it was ended before the hold was over."""
    name = await scene.saved_message()
    await scene.outbox.send([name], hold_seconds=5)
    await scene.spawn.end()
    scene.clock._now += seconds
    return await scene.restarted(), name


def waiting(scene: Scene) -> list[LocalId]:
    return [record.local_id for record in scene.outbox.long_waits.waiting()]


async def test_it_waits_for_an_answer_and_its_row_says_so(scene: Scene) -> None:
    again, name = await left_waiting(scene, LONG + 10)
    await again.clock.advance(3600)
    assert again.mailbox.delivered == []
    assert waiting(again) == [name]
    record = again.record(name)
    words = state_words(record, again.clock.now())
    assert (words.text, words.action) == ("Waiting for your answer", "send-now")
    explanation = explain_record(record)
    assert explanation is not None
    assert (explanation.action, explanation.more) == ("send-now", ("keep-as-draft",))
    assert again.clock.now() - again.outbox.long_waits.since() == pytest.approx(LONG + 10 + 3600)


async def test_what_waited_less_goes_at_once(scene: Scene) -> None:
    again, name = await left_waiting(scene, LONG - 10)
    await again.clock.advance(1)
    assert waiting(again) == []
    assert again.record(name).state is State.SENT


async def test_no_answer_is_asked_for_again_at_the_next_start(scene: Scene) -> None:
    again, name = await left_waiting(scene, LONG + 10)
    third = await again.restarted()
    await third.clock.advance(60)
    assert waiting(third) == [name]
    assert third.mailbox.delivered == []


async def test_neither_a_well_account_nor_another_message_lets_it_go(scene: Scene) -> None:
    again, name = await left_waiting(scene, LONG + 10)
    again.accounts.report(again.record(name).account_id, NEVER_LEFT)
    again.accounts.report_well(again.record(name).account_id)
    other = await again.saved_message()
    await again.outbox.send([other], hold_seconds=0)
    await again.clock.advance(60)
    assert again.record(other).state is State.SENT
    assert waiting(again) == [name]


async def test_said_yes_to_it_goes_once(scene: Scene) -> None:
    again, name = await left_waiting(scene, LONG + 10)
    await again.outbox.send_now([name])
    await again.clock.advance(60)
    assert again.record(name).state is State.SENT
    assert len(again.mailbox.delivered) == 1
    assert waiting(again) == []


async def test_kept_as_a_draft_it_can_be_sent_like_any_other(scene: Scene) -> None:
    again, name = await left_waiting(scene, LONG + 10)
    assert await again.outbox.undo([name]) == [name]
    assert (again.record(name).state, again.record(name).problem) == (State.DRAFT, "")
    await again.outbox.send([name], hold_seconds=5)
    await again.clock.advance(10)
    assert again.record(name).state is State.SENT


async def test_a_clock_that_was_set_back_asks_and_does_not_say_since_when(scene: Scene) -> None:
    again, name = await left_waiting(scene, -24 * 3600)
    await again.clock.advance(60)
    assert waiting(again) == [name]
    assert again.outbox.long_waits.since() == 0
    assert again.mailbox.delivered == []


async def test_a_clock_that_was_corrected_by_seconds_asks_nothing(scene: Scene) -> None:
    again, name = await left_waiting(scene, -30)
    await again.clock.advance(40)
    assert waiting(again) == []
    assert again.record(name).state is State.SENT


async def test_many_are_held_back_before_one_of_them_goes(scene: Scene) -> None:
    names = [await scene.saved_message() for _ in range(3)]
    await scene.outbox.send(names, hold_seconds=5)
    await scene.spawn.end()
    scene.clock._now += LONG * 2
    first = scene.record(names[0])
    await scene.journal.put(msgspec.structs.replace(first, state_at=scene.clock.now() - 60))
    again = await scene.restarted()
    await again.clock.advance(30)
    assert set(waiting(again)) == set(names[1:])
    assert again.record(names[0]).state is State.SENT
