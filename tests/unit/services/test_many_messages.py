"""Messages that change together share one write to the disk, are told in short turns, and keep each its own truth."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from app.domain.errors import MailError, StorageError, Trouble, TroubleKind
from app.domain.listing import Folder
from app.domain.message import AccountId, Content, ItemRef
from app.domain.outcome import Outcome
from app.domain.record import CopyTo, Record
from app.domain.state import State
from app.services.records.rows import ListRow
from tests.fakes.clock import settle
from tests.fakes.mailbox import FakeMailbox
from tests.fakes.scene import ANNA, MESSAGE, Scene, new_scene

LOST = Trouble(TroubleKind.DEADLINE)
OFFLINE = Trouble(TroubleKind.UNREACHABLE, may_have_been_processed=False)


def is_draft(record: Record) -> bool:
    return record.state is State.DRAFT


async def test_messages_that_change_together_are_told_together_and_a_few_at_a_turn(scene: Scene) -> None:
    names = [await scene.saved_message() for _ in range(50)]
    told: list[int] = []
    scene.records.changed_together.subscribe(lambda records: told.append(len(records)))
    changed = await scene.records.change_all(names, is_draft, state=State.READY)
    assert [record.local_id for record in changed] == names
    await settle()
    assert sum(told) == 50
    assert max(told) <= 20


async def test_a_disk_that_fails_changes_none_of_them(scene: Scene) -> None:
    names = [await scene.saved_message() for _ in range(3)]
    scene.journal.trouble = StorageError("full")
    with pytest.raises(StorageError):
        await scene.records.change_each({name: {"state": State.READY} for name in names}, is_draft)
    assert {scene.record(name).state for name in names} == {State.DRAFT}


async def test_what_the_server_did_is_known_though_the_disk_fails_and_is_written_when_it_is_well(scene: Scene) -> None:
    names = [await scene.saved_message() for _ in range(3)]
    scene.journal.trouble = StorageError("full")
    await scene.records.learn_each({name: {"problem": f"found {name}"} for name in names}, is_draft)
    assert [scene.record(name).problem for name in names] == [f"found {name}" for name in names]
    scene.journal.heal()
    await settle()
    again = await scene.restarted()
    assert [again.record(name).problem for name in names] == [f"found {name}" for name in names]


async def test_each_is_changed_only_where_it_is_as_was_asked(scene: Scene) -> None:
    first, second = await scene.saved_message(), await scene.saved_message()
    await scene.records.change(second, state=State.READY)
    changed = await scene.records.change_each({first: {"attempts": 1}, second: {"attempts": 2}}, is_draft)
    assert [record.local_id for record in changed] == [first]
    assert scene.record(second).attempts == 0


async def test_what_is_settled_can_be_lost_again_while_others_are_still_looked_for(scene: Scene) -> None:
    """Found by a schedule: a message of a batch that was sent again was looked for by nobody."""
    first, second = await scene.saved_message(), await scene.saved_message()
    scene.mailbox.fail("send", LOST)
    scene.mailbox.fail("fence", OFFLINE)  # the fence of the first one: it is looked for once more
    await scene.outbox.send([first, second], 0)
    await scene.clock.advance(8)
    assert scene.record(first).state is State.UNKNOWN
    assert scene.record(second).state is State.NEEDS_ATTENTION
    scene.mailbox.fail("send", LOST, processed=True)
    await scene.outbox.send([second], 0)
    await scene.clock.advance(1)
    assert scene.record(second).state is State.UNKNOWN
    await scene.clock.advance(600)
    assert scene.record(second).state is State.SENT


class Watching(FakeMailbox):
    """Says in which order it was asked for what."""

    async def get(self, account_id: AccountId, refs: Sequence[ItemRef]) -> list[object]:  # type: ignore[override]
        assert len(refs) <= 100
        return await super().get(account_id, refs)  # type: ignore[return-value]

    async def send(
        self, account_id: AccountId, refs: Sequence[ItemRef], copy_to: CopyTo, marks: Sequence[str] = ()
    ) -> list[Outcome]:
        assert len(refs) <= 100
        return await super().send(account_id, refs, copy_to, marks)


async def test_hundreds_of_another_client_s_drafts_go_in_requests_of_a_hundred_and_each_once() -> None:
    scene = await new_scene(Watching)
    items = [scene.mailbox.put(ANNA, MESSAGE) for _ in range(230)]
    rows = [ListRow(f"{n}", ANNA, ItemRef(item.item_id, item.change_key)) for n, item in enumerate(items)]
    answers = await scene.outbox.send(rows, 0)
    await scene.clock.advance(60)
    assert all(answer.goes for answer in answers)
    assert len(scene.mailbox.delivered) == 230
    assert scene.mailbox.in_folder(ANNA, Folder.DRAFTS) == []
    assert {record.state for record in scene.records.all()} == {State.SENT}
    assert all(record.verified for record in scene.records.all())
    await scene.spawn.end()


async def test_messages_that_are_held_have_one_time_for_undo(scene: Scene) -> None:
    items = [scene.mailbox.put(ANNA, MESSAGE) for _ in range(120)]
    rows = [ListRow(f"{n}", ANNA, ItemRef(item.item_id, item.change_key)) for n, item in enumerate(items)]
    answers = await scene.outbox.send(rows, 5)
    assert len({record.hold_until for record in scene.records.all()}) == 1
    back = await scene.outbox.undo([answer.local_id for answer in answers if answer.local_id is not None])
    assert len(back) == 120
    await scene.clock.advance(60)
    assert scene.mailbox.delivered == []


async def test_a_message_that_went_from_this_machine_meanwhile_is_said_to_be_gone(scene: Scene) -> None:
    gone, there = await scene.saved_message(), await scene.saved_message(Content(to=MESSAGE.to, subject="There"))
    await scene.records.forget(gone)
    answers = await scene.outbox.send([gone, there], 0)
    assert isinstance(answers[0].error, MailError)
    assert answers[1].goes


async def test_copies_that_bear_one_mark_are_two_messages(scene: Scene) -> None:
    items = [scene.mailbox.put(ANNA, MESSAGE, local_id="mark") for _ in range(2)]
    names = await scene.drafts.adopt(ANNA, [ItemRef(item.item_id, item.change_key) for item in items])
    assert names[0] == "mark"
    assert names[1] != "mark"
    assert len(scene.records.all()) == 2


async def test_an_item_asked_for_twice_is_one_message(scene: Scene) -> None:
    item = scene.mailbox.put(ANNA, MESSAGE)
    ref = ItemRef(item.item_id, item.change_key)
    names = await scene.drafts.adopt(ANNA, [ref, ref])
    assert names[0] == names[1]
    assert len(scene.records.all()) == 1
