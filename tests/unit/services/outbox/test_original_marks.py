"""What was answered or passed on is marked so once it is known that the answer went out, once, and never before."""

from __future__ import annotations

import pytest

from app.domain.errors import Trouble, TroubleKind
from app.domain.listing import Folder
from app.domain.message import LocalId
from app.domain.original import MOST_TRIES, Original, Verb
from app.domain.state import State
from tests.fakes.mailbox import Stored, words
from tests.fakes.scene import ANNA, MESSAGE, Scene

LOST = Trouble(TroubleKind.DEADLINE)
AWAY = Trouble(TroubleKind.UNREACHABLE, may_have_been_processed=False)


def received(scene: Scene) -> Stored:
    return scene.mailbox.put(ANNA, MESSAGE, folder=Folder.INBOX)


async def answered(scene: Scene, *originals: Stored, verb: Verb = Verb.REPLIED) -> LocalId:
    """Return an answer that is saved, and closed."""
    name = await scene.drafts.begin(ANNA, MESSAGE, originals=[Original(one.ref, verb) for one in originals])
    await scene.drafts.save(name)
    await scene.drafts.close(name)
    return name


def verbs(item: Stored) -> list[Verb]:
    return [mark.verb for mark in item.marks]


@pytest.mark.parametrize("verb", Verb)
async def test_the_original_is_marked_once_the_send_is_known(scene: Scene, verb: Verb) -> None:
    item = received(scene)
    name = await answered(scene, item, verb=verb)
    await scene.clock.advance(600)
    assert item.marks == [], "nothing was sent"
    gate = scene.mailbox.hold("locate")
    await scene.outbox.send([name], 0)
    await scene.clock.advance(3)
    assert scene.record(name).state is State.SENT
    assert item.marks == [], "the server said yes, and it was not seen yet"
    gate.open.set()
    await scene.clock.advance(600)
    (mark,) = item.marks
    outcome = scene.record(name).send_outcome
    assert outcome is not None
    assert (mark.verb, mark.at) == (verb, outcome.at)
    assert scene.record(name).originals == ()


async def test_nothing_is_marked_where_nothing_was_sent(scene: Scene) -> None:
    item = received(scene)
    refused, undone, thrown_away = [await answered(scene, item) for _ in range(3)]
    scene.mailbox.refuse("send", 0, words("ErrorSendAsDenied"))
    await scene.outbox.send([refused], 0)
    await scene.outbox.send([undone], 60)
    await scene.outbox.undo([undone])
    await scene.drafts.discard(thrown_away)
    await scene.clock.advance(600)
    assert item.marks == []


async def test_an_answer_that_was_refused_marks_its_original_when_it_goes_out(scene: Scene) -> None:
    item = received(scene)
    name = await answered(scene, item)
    scene.mailbox.refuse("send", 0, words("ErrorSendAsDenied"))
    await scene.outbox.send([name], 0)
    await scene.outbox.retry([name])
    await scene.clock.advance(600)
    assert verbs(item) == [Verb.REPLIED]


async def test_of_an_answer_whose_outcome_is_unknown_the_original_waits(scene: Scene) -> None:
    item = received(scene)
    name = await answered(scene, item)
    scene.mailbox.fail("send", LOST, processed=True)
    gate = scene.mailbox.hold("locate")
    await scene.outbox.send([name], 0)
    await scene.clock.advance(60)
    assert scene.record(name).state is State.UNKNOWN
    assert item.marks == []
    gate.open.set()
    await scene.clock.advance(600)
    assert scene.record(name).state is State.SENT
    assert verbs(item) == [Verb.REPLIED]


async def test_the_persons_word_is_enough(scene: Scene) -> None:
    item = received(scene)
    name = await answered(scene, item)
    scene.mailbox.files_no_copy = True
    scene.mailbox.fail("send", LOST, processed=True)
    await scene.outbox.send([name], 0)
    await scene.clock.advance(600)
    assert item.marks == []
    assert scene.record(name).state is State.UNKNOWN
    await scene.outbox.settle(name, was_sent=True)
    await scene.clock.advance(60)
    assert verbs(item) == [Verb.REPLIED]


async def test_it_is_marked_after_a_restart_between_the_send_and_the_mark(scene: Scene) -> None:
    item = received(scene)
    name = await answered(scene, item)
    gate = scene.mailbox.hold("mark_originals")
    await scene.outbox.send([name], 0)
    await scene.clock.advance(60)
    assert gate.reached.is_set()
    assert item.marks == []
    again = await scene.restarted()
    await again.clock.advance(60)
    assert verbs(item) == [Verb.REPLIED]
    assert again.record(name).originals == ()
    await again.spawn.end()


async def test_a_mark_whose_answer_was_lost_is_made_once(scene: Scene) -> None:
    item = received(scene)
    name = await answered(scene, item)
    scene.mailbox.fail("mark_originals", LOST, processed=True)
    await scene.outbox.send([name], 0)
    await scene.clock.advance(3600)
    assert verbs(item) == [Verb.REPLIED]
    assert len(scene.mailbox.calls_of("mark_originals")) == 2
    assert scene.record(name).originals == ()


async def test_it_is_tried_a_few_times_and_its_failure_harms_nothing(scene: Scene) -> None:
    item = received(scene)
    name = await answered(scene, item)
    scene.mailbox.fail("mark_originals", LOST, times=100)
    await scene.outbox.send([name], 0)
    await scene.clock.advance(24 * 3600)
    assert len(scene.mailbox.calls_of("mark_originals")) == MOST_TRIES
    record = scene.record(name)
    assert (record.state, record.problem, record.originals) == (State.SENT, "", ())
    assert item.marks == []


async def test_an_original_that_is_gone_is_let_go(scene: Scene) -> None:
    item = received(scene)
    name = await answered(scene, item)
    scene.mailbox.delete_elsewhere(item.item_id)
    await scene.outbox.send([name], 0)
    await scene.clock.advance(3600)
    assert len(scene.mailbox.calls_of("mark_originals")) == 1
    assert scene.record(name).originals == ()


async def test_what_never_left_is_tried_for_as_long_as_it_takes(scene: Scene) -> None:
    item = received(scene)
    name = await answered(scene, item)
    scene.mailbox.fail("mark_originals", AWAY, times=MOST_TRIES + 3)
    await scene.outbox.send([name], 0)
    await scene.clock.advance(24 * 3600)
    assert verbs(item) == [Verb.REPLIED]


async def test_a_message_that_follows_several_marks_each_of_them(scene: Scene) -> None:
    items = [received(scene) for _ in range(3)]
    name = await answered(scene, *items, verb=Verb.FORWARDED)
    await scene.outbox.send([name], 0)
    await scene.clock.advance(60)
    assert [verbs(item) for item in items] == [[Verb.FORWARDED]] * 3
    assert len(scene.mailbox.calls_of("mark_originals")) == 1


async def test_many_answers_are_marked_together_and_one_original_in_their_order(scene: Scene) -> None:
    items = [received(scene) for _ in range(20)]
    names = [await answered(scene, item) for item in items]
    await scene.outbox.send(names, 0)
    await scene.clock.advance(60)
    assert [verbs(item) for item in items] == [[Verb.REPLIED]] * 20
    assert len(scene.mailbox.calls_of("mark_originals")) <= 2


async def test_an_answer_that_is_saved_as_a_new_draft_still_marks_its_original(scene: Scene) -> None:
    item = received(scene)
    name = await scene.drafts.keep_mine_as_new(await answered(scene, item))
    await scene.outbox.send([name], 0)
    await scene.clock.advance(60)
    assert verbs(item) == [Verb.REPLIED]
