"""What the schedules of `tests/faults/promise` found, each held by a test of its own."""

from __future__ import annotations

import msgspec
import pytest

from app.domain.errors import ItemRefused, Trouble, TroubleKind
from app.domain.listing import Folder
from app.domain.message import ItemRef, LocalId
from app.domain.outcome import Outcome, Verdict
from app.domain.problem import ProblemKind, read_problem
from app.domain.record import CopyKind, CopyTo
from app.domain.state import State
from tests.fakes.mailbox import words
from tests.fakes.scene import ANNA, MESSAGE, Scene, typed

LOST = Trouble(TroubleKind.DEADLINE)


async def not_sent(scene: Scene) -> tuple[LocalId, ItemRef]:
    """Lose a send before it was done, and wait until the row says so."""
    local_id = await scene.saved_message()
    ref = scene.record(local_id).ref
    assert ref is not None
    scene.mailbox.fail("send", LOST)
    await scene.outbox.send([local_id], 0)
    await scene.clock.advance(600)
    assert read_problem(scene.record(local_id).problem)[0] is ProblemKind.NOT_SENT
    return local_id, ref


async def test_a_lost_send_that_arrives_late_is_refused_once_the_row_said_that_it_was_not_sent(scene: Scene) -> None:
    _, ref = await not_sent(scene)
    late = await scene.mailbox.send(ANNA, [ref], CopyTo())
    assert late[0].verdict is Verdict.REFUSED
    assert scene.mailbox.delivered == []


async def test_a_message_that_was_not_sent_can_be_sent_again_with_its_new_change_key(scene: Scene) -> None:
    local_id, _ = await not_sent(scene)
    await scene.outbox.retry([local_id])
    await scene.clock.advance(60)
    assert scene.record(local_id).state is State.SENT
    assert len(scene.mailbox.delivered) == 1


async def test_a_server_that_refuses_to_be_searched_for_once_is_asked_again_what_became_of_a_message(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    local_id = await scene.saved_message()
    looks = refusing(scene, monkeypatch, times=2)
    await scene.outbox.send([local_id], 0)
    await scene.clock.advance(600)
    assert looks["made"] > 2
    assert scene.record(local_id).verified


async def test_a_server_that_refuses_to_be_searched_keeps_a_lost_first_save_from_being_made_twice(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene.mailbox.fail("save", LOST, processed=True)
    local_id = await scene.drafts.begin(ANNA, MESSAGE)
    await scene.drafts.save(local_id)
    refusing(scene, monkeypatch, times=2)
    await scene.clock.advance(600)
    assert scene.record(local_id).saved
    assert len(scene.mailbox.in_folder(ANNA, Folder.DRAFTS)) == 1


def refusing(scene: Scene, monkeypatch: pytest.MonkeyPatch, times: int) -> dict[str, int]:
    looks = {"made": 0}
    locate = scene.mailbox.locate

    async def refuse_at_first(*asked: object) -> object:
        looks["made"] += 1
        if looks["made"] <= times:
            raise ItemRefused(words("ErrorServerBusy"))
        return await locate(*asked)  # type: ignore[arg-type]  # handed on as it came

    monkeypatch.setattr(scene.mailbox, "locate", refuse_at_first)
    return looks


@pytest.mark.parametrize("code", ["ErrorTimeoutExpired", "ErrorInternalServerError"])
async def test_a_first_save_that_the_server_broke_off_is_looked_for_before_it_is_made_again(
    scene: Scene, code: str
) -> None:
    local_id = await scene.drafts.begin(ANNA, MESSAGE)
    save = scene.mailbox.save

    async def break_off(*asked: object) -> object:
        done = await save(*asked)  # type: ignore[arg-type]  # handed on as it came
        return [msgspec.structs.replace(one, verdict=Verdict.REFUSED, words=words(code), ref=None) for one in done]

    scene.mailbox.save = break_off  # type: ignore[method-assign,assignment]  # for one call
    await scene.drafts.save(local_id)
    scene.mailbox.save = save  # type: ignore[method-assign]  # as it was
    await scene.clock.advance(600)
    assert scene.record(local_id).saved
    assert len(scene.mailbox.in_folder(ANNA, Folder.DRAFTS)) == 1


async def test_a_save_that_was_turned_away_for_now_is_tried_again_by_itself_when_the_server_said(scene: Scene) -> None:
    local_id = await scene.drafts.begin(ANNA, MESSAGE)
    scene.mailbox.refuse("save", 0, words("ErrorServerBusy", back_off_ms=40_000))
    await scene.drafts.save(local_id)
    await scene.clock.advance(39)
    assert not scene.record(local_id).saved
    await scene.clock.advance(2)
    assert scene.record(local_id).saved


async def test_a_message_thrown_away_before_the_answer_to_its_first_save_came_leaves_no_draft(scene: Scene) -> None:
    scene.mailbox.fail("save", LOST, processed=True)
    local_id = await scene.drafts.begin(ANNA, MESSAGE)
    await scene.drafts.save(local_id)
    await scene.drafts.discard(local_id)
    await scene.clock.advance(600)
    assert scene.mailbox.in_folder(ANNA, Folder.DRAFTS) == []
    assert len(scene.mailbox.in_folder(ANNA, Folder.DELETED)) == 1


async def test_a_message_thrown_away_that_never_arrived_is_not_looked_for_for_ever(scene: Scene) -> None:
    scene.mailbox.fail("save", LOST)
    local_id = await scene.drafts.begin(ANNA, MESSAGE)
    await scene.drafts.save(local_id)
    await scene.drafts.discard(local_id)
    await scene.clock.advance(25 * 3600)
    assert scene.mailbox.in_folder(ANNA, Folder.DRAFTS) == []
    assert len(scene.mailbox.calls_of("locate")) <= 3 + 24 * 6 + 6  # at once, then every ten minutes for a day
    assert scene.clock.sleeping == 0


async def test_a_deletion_that_was_turned_away_for_now_is_tried_again_and_not_taken_back(scene: Scene) -> None:
    local_id = await scene.saved_message()
    scene.mailbox.refuse("delete", 0, words("ErrorServerBusy"))
    await scene.drafts.discard(local_id)
    await scene.clock.advance(600)
    assert scene.record(local_id).discarded
    assert scene.mailbox.in_folder(ANNA, Folder.DRAFTS) == []


async def test_a_message_opened_after_it_was_thrown_away_is_saved_again(scene: Scene) -> None:
    local_id = await scene.saved_message()
    await scene.drafts.discard(local_id)
    await scene.clock.advance(60)
    await scene.drafts.open_draft(local_id)
    await scene.clock.advance(60)
    assert scene.record(local_id).saved
    assert len(scene.mailbox.in_folder(ANNA, Folder.DRAFTS)) == 1


async def test_where_no_copy_is_kept_a_draft_proves_nothing_at_a_server_that_was_never_seen_to_take_one_away(
    scene: Scene,
) -> None:
    await scene.accounts.learn_traits(ANNA, send_takes_draft_away=None)
    local_id = await scene.saved_message()
    await scene.records.change(local_id, copy_to=CopyTo(CopyKind.NONE))
    scene.mailbox.fail("send", LOST)
    await scene.outbox.send([local_id], 0)
    await scene.clock.advance(600)
    assert scene.record(local_id).state is State.UNKNOWN
    assert read_problem(scene.record(local_id).problem)[0] is ProblemKind.CANNOT_BE_KNOWN


async def test_where_no_copy_is_kept_a_draft_proves_it_at_a_server_that_took_others_away(scene: Scene) -> None:
    await scene.accounts.learn_traits(ANNA, send_takes_draft_away=None)
    first = await scene.saved_message()
    await scene.outbox.send([first], 0)
    await scene.clock.advance(600)
    local_id = await scene.saved_message()
    await scene.records.change(local_id, copy_to=CopyTo(CopyKind.NONE))
    scene.mailbox.fail("send", LOST)
    await scene.outbox.send([local_id], 0)
    await scene.clock.advance(600)
    assert scene.record(local_id).state is State.NEEDS_ATTENTION
    scene.drafts.edit(local_id, typed("Once more. "))


async def test_a_message_taken_back_before_it_was_ever_saved_is_saved_by_itself(scene: Scene) -> None:
    local_id = await scene.drafts.begin(ANNA, MESSAGE)
    await scene.outbox.send([local_id], 5)
    await scene.clock.advance(4)
    await scene.outbox.undo([local_id])
    await scene.clock.advance(60)
    assert scene.record(local_id).state is State.DRAFT
    assert scene.record(local_id).saved


async def left_behind(scene: Scene) -> LocalId:
    """Send a message at a server that leaves its draft behind."""
    scene.mailbox.leaves_drafts = True
    local_id = await scene.saved_message()
    await scene.outbox.send([local_id], 0)
    await scene.clock.advance(600)
    assert read_problem(scene.record(local_id).problem)[0] is ProblemKind.LEFT_IN_DRAFTS
    return local_id


async def test_a_draft_whose_removal_was_not_answered_is_looked_for_before_the_row_speaks_of_it_again(
    scene: Scene,
) -> None:
    local_id = await left_behind(scene)
    scene.mailbox.fail("delete", LOST, processed=True)
    await scene.outbox.remove_draft(local_id)
    await scene.clock.advance(600)
    assert scene.mailbox.in_folder(ANNA, Folder.DRAFTS) == []
    assert read_problem(scene.record(local_id).problem)[0] is ProblemKind.NO_COPY


async def test_a_program_killed_while_it_removes_a_draft_looks_for_it_at_the_next_start(scene: Scene) -> None:
    local_id = await left_behind(scene)
    gate = scene.mailbox.hold("delete")
    scene.spawn(scene.outbox.remove_draft(local_id), "remove")
    await gate.reached.wait()
    ref = scene.record(local_id).ref
    assert ref is not None
    scene.mailbox.delete_elsewhere(ref.item_id)  # the server does it, and nobody is there to hear
    again = await scene.restarted()
    await again.clock.advance(600)
    assert read_problem(again.record(local_id).problem)[0] is ProblemKind.NO_COPY
    await again.spawn.end()


async def test_a_lost_send_that_arrives_just_before_it_is_fenced_off_is_found_by_its_copy(scene: Scene) -> None:
    local_id = await scene.saved_message()
    scene.mailbox.fail("send", LOST)
    gate = scene.mailbox.hold("fence")
    await scene.outbox.send([local_id], 0)
    await scene.clock.advance(60)
    assert gate.reached.is_set()
    # The server leaves the draft, and files a copy.
    message_id = scene.record(local_id).message_id
    scene.mailbox.put(ANNA, MESSAGE, folder=Folder.SENT, local_id=local_id, message_id=message_id)
    gate.open.set()
    await scene.clock.advance(600)
    assert scene.record(local_id).state is State.SENT


async def test_a_first_save_that_is_found_and_cannot_be_read_at_once_is_read_later_whatever_was_amiss_before(
    scene: Scene,
) -> None:
    scene.mailbox.fail("save", LOST, processed=True)
    local_id = await scene.drafts.begin(ANNA, MESSAGE)
    await scene.drafts.save(local_id)
    scene.mailbox.fail("locate", Trouble(TroubleKind.SIGN_IN))
    await scene.clock.advance(60)  # it was tried again, and waits for the password now
    scene.mailbox.refuse("get", 0, words("ErrorStaleObject"))
    await scene.accounts.give_secret(ANNA, "secret")
    await scene.clock.advance(600)
    assert scene.record(local_id).saved
    assert len(scene.mailbox.in_folder(ANNA, Folder.DRAFTS)) == 1


@pytest.mark.parametrize("opened", [False, True], ids=["taken back", "opened"])
async def test_a_message_whose_removal_was_never_answered_is_in_drafts_again_once_it_is_taken_back(
    scene: Scene, opened: bool
) -> None:
    local_id = await scene.saved_message()
    scene.mailbox.fail("delete", LOST, processed=True)
    await scene.drafts.discard(local_id)
    await scene.clock.advance(11)
    assert scene.mailbox.in_folder(ANNA, Folder.DRAFTS) == []
    await (scene.drafts.open_draft(local_id) if opened else scene.drafts.take_back(local_id))
    await scene.clock.advance(60)
    assert scene.record(local_id).saved
    assert len(scene.mailbox.in_folder(ANNA, Folder.DRAFTS)) == 1


async def test_a_message_killed_between_its_removal_and_the_note_of_it_is_in_drafts_again_once_it_is_opened(
    scene: Scene,
) -> None:
    local_id = await scene.saved_message()
    scene.mailbox.fail("delete", LOST, processed=True)
    await scene.drafts.discard(local_id)
    await scene.clock.advance(11)
    again = await scene.restarted()
    await again.drafts.open_draft(local_id)
    await again.clock.advance(60)
    assert again.record(local_id).saved
    assert len(again.mailbox.in_folder(ANNA, Folder.DRAFTS)) == 1
    await again.spawn.end()


async def test_a_removal_that_was_never_done_leaves_one_draft_when_it_is_taken_back(scene: Scene) -> None:
    local_id = await scene.saved_message()
    scene.mailbox.fail("delete", LOST)
    await scene.drafts.discard(local_id)
    await scene.clock.advance(11)
    await scene.drafts.take_back(local_id)
    await scene.clock.advance(60)
    assert scene.record(local_id).saved
    assert len(scene.mailbox.in_folder(ANNA, Folder.DRAFTS)) == 1
    assert len(scene.mailbox.calls_of("save")) == 1


async def test_a_first_save_that_the_server_takes_up_ten_seconds_after_its_answer_was_lost_makes_one_draft(
    scene: Scene,
) -> None:
    local_id = await scene.drafts.begin(ANNA, MESSAGE)
    save, asked = scene.mailbox.save, []

    async def take_later(*what: object) -> object:
        asked.append(what)
        scene.mailbox.save = save  # type: ignore[method-assign]  # as it was
        return [Outcome(Verdict.UNKNOWN, trouble=Trouble(TroubleKind.ENGINE))]

    scene.mailbox.save = take_later  # type: ignore[method-assign,assignment]  # for one call
    await scene.drafts.save(local_id)
    scene.spawn(scene.drafts.save(local_id), "the next save")
    await scene.clock.advance(10)
    await save(*asked[0])  # type: ignore[arg-type]  # the very request that was lost
    await scene.clock.advance(600)
    assert scene.record(local_id).saved
    assert len(scene.mailbox.in_folder(ANNA, Folder.DRAFTS)) == 1


async def test_while_the_server_refuses_the_fence_nobody_says_that_a_message_was_not_sent(scene: Scene) -> None:
    """A send whose answer was lost may still be taken up; and once the fence is there, the row is settled."""
    local_id = await scene.saved_message()
    ref = scene.record(local_id).ref
    assert ref is not None
    fence = scene.mailbox.fence

    async def deny(*_: object) -> list[Outcome]:
        return [Outcome(Verdict.REFUSED, words=words("ErrorSendAsDenied"))]

    scene.mailbox.fence = deny  # type: ignore[method-assign,assignment]  # until it is put back
    scene.mailbox.fail("send", LOST)
    await scene.outbox.send([local_id], 0)
    await scene.clock.advance(600)
    record = scene.record(local_id)
    assert (record.state, read_problem(record.problem)[0]) == (State.UNKNOWN, ProblemKind.CANNOT_BE_KNOWN)
    scene.mailbox.fence = fence  # type: ignore[method-assign]  # as it was
    await scene.clock.advance(600)
    assert read_problem(scene.record(local_id).problem)[0] is ProblemKind.NOT_SENT
    assert (await scene.mailbox.send(ANNA, [ref], CopyTo()))[0].verdict is Verdict.REFUSED


async def test_while_the_server_refuses_the_fence_a_send_that_is_taken_up_late_is_found(scene: Scene) -> None:
    local_id = await scene.saved_message()
    ref = scene.record(local_id).ref
    assert ref is not None

    async def deny(*_: object) -> list[Outcome]:
        return [Outcome(Verdict.REFUSED, words=words("ErrorSendAsDenied"))]

    scene.mailbox.fence = deny  # type: ignore[method-assign,assignment]  # for good
    scene.mailbox.fail("send", LOST)
    await scene.outbox.send([local_id], 0)
    await scene.clock.advance(600)
    await scene.mailbox.send(ANNA, [ref], CopyTo())
    await scene.clock.advance(600)
    assert scene.record(local_id).state is State.SENT
