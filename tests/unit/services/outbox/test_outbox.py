"""Nothing is sent twice, nothing is sent that was taken back, and each message of a batch has its own truth."""

from __future__ import annotations

import asyncio

import pytest

from app.domain.errors import Trouble, TroubleKind
from app.domain.listing import Folder
from app.domain.message import Content, LocalId
from app.domain.outcome import Verdict
from app.domain.problem import ProblemKind, read_problem
from app.domain.recipient import Recipient
from app.domain.server_traits import ServerTraits
from app.domain.state import State
from app.services.outbox.dispatch import Summary
from app.services.records.rows import row_of_item
from tests.fakes.clock import settle
from tests.fakes.mailbox import words
from tests.fakes.scene import ANNA, BEN, MESSAGE, Scene, typed

NEVER_LEFT = Trouble(TroubleKind.UNREACHABLE, may_have_been_processed=False)
LOST = Trouble(TroubleKind.DEADLINE)


def delivered(scene: Scene) -> list[str]:
    return [message.content.subject for message in scene.mailbox.delivered]


async def messages(scene: Scene, count: int) -> list[LocalId]:
    return [
        await scene.saved_message(Content(to=(BEN,), subject=f"Message {number}", body="…")) for number in range(count)
    ]


async def test_a_message_is_held_for_undo_then_sent_once_then_seen_in_sent(scene: Scene) -> None:
    local_id = await scene.saved_message()
    await scene.outbox.send([local_id], hold_seconds=5)
    assert scene.record(local_id).state is State.HELD
    await scene.clock.advance(4.9)
    assert delivered(scene) == []
    await scene.clock.advance(0.2)
    assert delivered(scene) == ["Hello"]
    assert scene.record(local_id).state is State.SENT
    await scene.clock.advance(60)
    assert scene.record(local_id).verified
    assert scene.record(local_id).problem == ""
    assert scene.clock.sleeping == 0


async def test_undo_brings_a_message_back_to_be_written_on(scene: Scene) -> None:
    local_id = await scene.saved_message()
    await scene.outbox.send([local_id])
    assert await scene.outbox.undo([local_id]) == [local_id]
    scene.drafts.edit(local_id, typed("P.S. "))
    await scene.clock.advance(60)
    assert delivered(scene) == []
    assert scene.record(local_id).state is State.DRAFT


async def test_undo_comes_too_late_for_what_is_being_sent(scene: Scene) -> None:
    local_id = await scene.saved_message()
    gate = scene.mailbox.hold("send")
    await scene.outbox.send([local_id], 0)
    await gate.reached.wait()
    assert await scene.outbox.undo([local_id]) == []
    gate.open.set()
    await settle()
    assert delivered(scene) == ["Hello"]


async def test_what_was_typed_last_is_saved_before_it_is_sent(scene: Scene) -> None:
    local_id = await scene.drafts.begin(ANNA, MESSAGE)
    scene.drafts.edit(local_id, typed("Last words. "))
    await scene.outbox.send([local_id], 0)
    await settle()
    (message,) = scene.mailbox.delivered
    assert message.content.body == "Last words. Dear Ben"


async def test_five_messages_go_in_one_request_and_two_refusals_stay_theirs(scene: Scene) -> None:
    names = await messages(scene, 5)
    summaries: list[Summary] = []
    scene.outbox.summary.subscribe(summaries.append)
    scene.mailbox.refuse("send", 1, words("ErrorSendAsDenied", "You don't have permission."))
    scene.mailbox.refuse("send", 3, words("ErrorInvalidIdMalformed", "Id is malformed."))
    await scene.outbox.send(names, 0)
    await settle()
    assert len(scene.mailbox.calls_of("send")) == 1
    assert delivered(scene) == ["Message 0", "Message 2", "Message 4"]
    states = [scene.record(name).state for name in names]
    assert states == [State.SENT, State.NEEDS_ATTENTION, State.SENT, State.NEEDS_ATTENTION, State.SENT]
    codes = [outcome.code for name in names if (outcome := scene.record(name).send_outcome) is not None]
    assert codes == ["NoError", "ErrorSendAsDenied", "NoError", "ErrorInvalidIdMalformed", "NoError"]
    (summary,) = summaries
    assert (len(summary.accepted), len(summary.needs_attention)) == (3, 2)


async def test_more_than_a_hundred_go_in_requests_of_a_hundred(scene: Scene) -> None:
    names = await messages(scene, 130)
    await scene.outbox.send(names, 0)
    await settle()
    assert [len(call.asked) for call in scene.mailbox.calls_of("send")] == [100, 30]
    assert len(set(delivered(scene))) == 130


async def test_rows_of_other_clients_are_fetched_in_one_request_and_sent(scene: Scene) -> None:
    for number in range(3):
        scene.mailbox.put(ANNA, Content(to=(BEN,), subject=f"Theirs {number}"))
    page = await scene.mailbox.list_folder(ANNA, Folder.DRAFTS)
    await scene.outbox.send([row_of_item(ANNA, Folder.DRAFTS, item) for item in page.rows], 0)
    await settle()
    assert len(scene.mailbox.calls_of("get")) == 1
    assert sorted(delivered(scene)) == ["Theirs 0", "Theirs 1", "Theirs 2"]


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (Content(subject="No one"), ProblemKind.NO_RECIPIENTS),
        (Content(to=(Recipient("jon@"),), subject="Half"), ProblemKind.ADDRESS),
        (Content(to=(BEN,), subject="s" * 256), ProblemKind.SUBJECT_TOO_LONG),
    ],
)
async def test_what_cannot_be_sent_is_kept_back_and_says_why(scene: Scene, content: Content, kind: ProblemKind) -> None:
    local_id = await scene.drafts.begin(ANNA, content)
    (answer,) = await scene.outbox.send([local_id], 0)
    await scene.clock.advance(60)
    assert not answer.goes
    assert scene.mailbox.calls_of("send") == []
    assert scene.record(local_id).state is State.NEEDS_ATTENTION
    assert read_problem(scene.record(local_id).problem)[0] is kind


async def test_what_never_left_waits_and_goes_when_the_network_is_back(scene: Scene) -> None:
    names = await messages(scene, 2)
    scene.mailbox.fail("send", NEVER_LEFT, times=2)
    await scene.outbox.send(names, 0)
    await settle()
    assert {scene.record(name).state for name in names} == {State.QUEUED}
    await scene.clock.advance(16)
    assert {scene.record(name).state for name in names} == {State.QUEUED}
    await scene.clock.advance(31)
    assert sorted(delivered(scene)) == ["Message 0", "Message 1"]


async def test_what_cannot_be_read_back_waits_and_says_why(scene: Scene) -> None:
    """The window asked what was to become of it, in place of saying that it waits for a connection."""
    local_id = await scene.saved_message()
    await scene.records.change(local_id, read_back="")
    scene.accounts._traits[ANNA] = ServerTraits()
    scene.mailbox.fail("get", NEVER_LEFT, times=2)
    await scene.outbox.send([local_id], hold_seconds=0)
    await settle()
    record = scene.record(local_id)
    assert (record.state, delivered(scene)) == (State.QUEUED, [])
    assert record.send_outcome is not None
    assert record.send_outcome.verdict is Verdict.NOT_ATTEMPTED
    assert record.send_outcome.trouble == NEVER_LEFT
    await scene.clock.advance(600)
    assert delivered(scene) == ["Hello"]


async def test_a_busy_server_is_waited_for_as_long_as_it_says(scene: Scene) -> None:
    local_id = await scene.saved_message()
    scene.mailbox.refuse("send", 0, words("ErrorServerBusy", "Busy.", back_off_ms=90_000))
    await scene.outbox.send([local_id], 0)
    await scene.clock.advance(89)
    assert scene.record(local_id).state is State.QUEUED
    assert delivered(scene) == []
    await scene.clock.advance(2)
    assert delivered(scene) == ["Hello"]


async def test_messages_that_the_server_did_not_come_to_are_ready_again(scene: Scene) -> None:
    names = await messages(scene, 2)
    scene.mailbox.refuse("send", 1, words("ErrorBatchProcessingStopped"))
    await scene.outbox.send(names, 0)
    await settle()
    assert [scene.record(name).state for name in names] == [State.SENT, State.READY]
    await scene.outbox.send_all_ready(hold_seconds=0)
    await settle()
    assert delivered(scene) == ["Message 0", "Message 1"]


async def test_a_refused_sign_in_pauses_the_account_and_the_right_secret_lets_it_go_on(scene: Scene) -> None:
    local_id = await scene.saved_message()
    scene.mailbox.fail("send", Trouble(TroubleKind.SIGN_IN, may_have_been_processed=False))
    await scene.outbox.send([local_id], 0)
    await scene.clock.advance(3600)
    assert len(scene.mailbox.calls_of("send")) == 1
    assert scene.record(local_id).state is State.QUEUED
    await scene.accounts.give_secret(ANNA, "right")
    await scene.clock.advance(5)
    assert delivered(scene) == ["Hello"]


async def test_a_stale_change_key_with_the_same_text_is_healed_once(scene: Scene) -> None:
    local_id = await scene.saved_message()
    (item,) = scene.mailbox.in_folder(ANNA, Folder.DRAFTS)
    scene.mailbox.edit_elsewhere(item.item_id, item.content)
    await scene.outbox.send([local_id], 0)
    await settle()
    assert delivered(scene) == ["Hello"]


async def test_a_stale_change_key_waits_where_the_server_cannot_be_asked_for_the_new_one(scene: Scene) -> None:
    """Found by a schedule: nobody had touched it, and the person was asked to choose."""
    local_id = await scene.saved_message()
    (item,) = scene.mailbox.in_folder(ANNA, Folder.DRAFTS)
    scene.mailbox.edit_elsewhere(item.item_id, item.content)
    scene.mailbox.fail("get", NEVER_LEFT)
    await scene.outbox.send([local_id], 0)
    await scene.clock.advance(1)
    assert scene.record(local_id).state is State.QUEUED
    await scene.clock.advance(60)
    assert scene.record(local_id).state is State.SENT
    assert delivered(scene) == ["Hello"]


async def test_what_was_changed_elsewhere_is_not_sent_unseen(scene: Scene) -> None:
    local_id = await scene.saved_message()
    (item,) = scene.mailbox.in_folder(ANNA, Folder.DRAFTS)
    scene.mailbox.edit_elsewhere(item.item_id, Content(to=(BEN,), subject="Theirs"))
    await scene.outbox.send([local_id], 0)
    await scene.clock.advance(60)
    assert delivered(scene) == []
    assert scene.record(local_id).state is State.NEEDS_ATTENTION


async def test_a_server_that_always_wants_another_key_is_asked_twice_and_no_more(scene: Scene) -> None:
    local_id = await scene.saved_message()
    scene.mailbox.refuse("send", 0, words("ErrorChangeKeyRequired"))
    await scene.outbox.send([local_id], 0)
    scene.mailbox.refuse("send", 0, words("ErrorChangeKeyRequired"))
    await scene.clock.advance(3600)
    assert len(scene.mailbox.calls_of("send")) <= 2
    assert scene.record(local_id).state in {State.NEEDS_ATTENTION, State.SENT}


async def test_a_lost_answer_is_looked_for_and_found_in_sent(scene: Scene) -> None:
    local_id = await scene.saved_message()
    scene.mailbox.fail("send", LOST, processed=True)
    await scene.outbox.send([local_id], 0)
    await settle()
    assert scene.record(local_id).state is State.UNKNOWN
    await scene.clock.advance(60)
    assert scene.record(local_id).state is State.SENT
    assert delivered(scene) == ["Hello"]


async def test_a_lost_request_is_found_in_drafts_and_waits_for_the_person(scene: Scene) -> None:
    local_id = await scene.saved_message()
    scene.mailbox.fail("send", LOST)
    await scene.outbox.send([local_id], 0)
    await scene.clock.advance(3600)
    record = scene.record(local_id)
    assert record.state is State.NEEDS_ATTENTION
    assert read_problem(record.problem)[0] is ProblemKind.NOT_SENT
    assert delivered(scene) == []
    await scene.outbox.retry([local_id])
    await scene.clock.advance(60)
    assert delivered(scene) == ["Hello"]
    assert scene.record(local_id).state is State.SENT


async def test_a_code_from_the_midst_of_sending_is_looked_into_like_a_lost_answer(scene: Scene) -> None:
    local_id = await scene.saved_message()
    scene.mailbox.refuse("send", 0, words("ErrorTimeoutExpired"))
    await scene.outbox.send([local_id], 0)
    await settle()
    assert scene.record(local_id).state is State.UNKNOWN


async def test_a_cancelled_send_is_unknown_and_is_looked_for_at_the_next_start(scene: Scene) -> None:
    local_id = await scene.saved_message()
    gate = scene.mailbox.hold("send")
    await scene.outbox.send([local_id], 0)
    await gate.reached.wait()
    again = await scene.restarted()
    assert again.record(local_id).state is State.UNKNOWN
    await again.clock.advance(3600)
    assert again.record(local_id).state is State.NEEDS_ATTENTION
    assert delivered(again) == []
    await again.spawn.end()


async def test_after_a_kill_what_was_held_goes_on_and_nothing_goes_twice(scene: Scene) -> None:
    held, sent = await messages(scene, 2)
    await scene.outbox.send([sent], 0)
    await settle()
    await scene.outbox.send([held], 5)
    again = await scene.restarted()
    await again.clock.advance(3600)
    assert delivered(again) == ["Message 1", "Message 0"]
    assert again.record(held).state is State.SENT
    await again.spawn.end()


async def test_sending_is_on_disk_before_the_request(scene: Scene) -> None:
    local_id = await scene.saved_message()
    gate = scene.mailbox.hold("send")
    await scene.outbox.send([local_id], 0)
    await gate.reached.wait()
    (record,) = await scene.journal.after_crash().records()
    assert record.state is State.SENDING
    gate.open.set()
    await settle()


async def test_a_save_that_fails_on_the_way_out_keeps_the_message_in_the_queue(scene: Scene) -> None:
    local_id = await scene.drafts.begin(ANNA, MESSAGE)
    scene.mailbox.fail("save", NEVER_LEFT)
    await scene.outbox.send([local_id], 0)
    await settle()
    assert scene.record(local_id).state is State.QUEUED
    await scene.clock.advance(20)
    assert delivered(scene) == ["Hello"]


async def test_what_cannot_be_known_can_be_settled_by_the_person(scene: Scene) -> None:
    local_id = await scene.saved_message()
    (item,) = scene.mailbox.in_folder(ANNA, Folder.DRAFTS)
    scene.mailbox.fail("send", LOST)
    await scene.outbox.send([local_id], 0)
    await settle()
    scene.mailbox.delete_elsewhere(item.item_id)
    await scene.clock.advance(3600)
    record = scene.record(local_id)
    assert record.state is State.UNKNOWN
    assert read_problem(record.problem)[0] is ProblemKind.CANNOT_BE_KNOWN
    assert scene.clock.sleeping == 0
    await scene.outbox.settle(local_id, was_sent=True)
    assert scene.record(local_id).state is State.SENT


async def test_looking_waits_for_a_server_that_cannot_be_reached(scene: Scene) -> None:
    local_id = await scene.saved_message()
    scene.mailbox.fail("send", LOST, processed=True)
    scene.mailbox.fail("locate", NEVER_LEFT, times=3)
    await scene.outbox.send([local_id], 0)
    await scene.clock.advance(10)
    assert scene.record(local_id).state is State.UNKNOWN
    await scene.clock.advance(600)
    assert scene.record(local_id).state is State.SENT
    assert not asyncio.all_tasks() - {asyncio.current_task()}
