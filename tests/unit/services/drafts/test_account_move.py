"""A message whose From is another account's is one draft all the while: saved there before it leaves here."""

from __future__ import annotations

from collections.abc import AsyncIterator

import msgspec
import pytest

from app.domain.attachment import Attachment
from app.domain.edits import Pending
from app.domain.errors import BadInput, Trouble, TroubleKind
from app.domain.listing import Folder
from app.domain.message import AccountId, Field, ItemRef, LocalId
from app.domain.original import Original, Verb
from app.domain.recipient import Recipient
from app.domain.state import State
from tests.fakes.scene import ANNA, CLARA, MESSAGE, OTHER_ACCOUNT, Scene, new_scene, typed

OFFLINE = Trouble(TroubleKind.UNREACHABLE, may_have_been_processed=False)
LOST = Trouble(TroubleKind.DEADLINE)


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    built = await new_scene(others=[OTHER_ACCOUNT])
    yield built
    await built.spawn.end()
    assert built.spawn.errors == []


def subjects(scene: Scene, account_id: AccountId, folder: Folder = Folder.DRAFTS) -> list[str]:
    """Return the subjects in a folder of an account."""
    return [item.content.subject for item in scene.mailbox.in_folder(account_id, folder)]


def shown(scene: Scene) -> list[LocalId]:
    """Return the messages that lists show."""
    return [record.local_id for record in scene.records.all() if not record.discarded]


async def test_it_is_saved_there_before_it_leaves_here_and_is_one_draft_all_the_while(scene: Scene) -> None:
    name = await scene.saved_message()
    gate = scene.mailbox.hold("save")
    new = await scene.drafts.move_to_account(name, CLARA, None)
    assert shown(scene) == [new]
    await scene.clock.advance(5)
    await gate.reached.wait()
    assert (subjects(scene, ANNA), subjects(scene, CLARA)) == (["Hello"], [])
    gate.open.set()
    await scene.clock.advance(5)
    assert (subjects(scene, ANNA), subjects(scene, CLARA)) == ([], ["Hello"])
    assert subjects(scene, ANNA, Folder.DELETED) == ["Hello"]
    record = scene.record(new)
    assert record.saved
    assert record.account_id == CLARA
    assert record.message_id.endswith("@example.com>")


async def test_what_was_typed_goes_with_it_also_what_is_typed_meanwhile(scene: Scene) -> None:
    name = await scene.saved_message()
    scene.drafts.edit(name, Pending(Field.TO, "Mar"))
    scene.drafts.edit(name, typed("one "))
    new = await scene.drafts.move_to_account(name, CLARA, Recipient("team@example.com"))
    scene.drafts.edit(name, typed("two "))
    message = await scene.drafts.read_message(new)
    assert message.content.body == "two one Dear Ben"
    assert message.pending == {Field.TO: "Mar"}
    assert message.content.sender == Recipient("team@example.com")


async def test_it_is_sent_from_there_once(scene: Scene) -> None:
    name = await scene.saved_message()
    new = await scene.drafts.move_to_account(name, CLARA, None)
    await scene.outbox.send([new], 0)
    await scene.clock.advance(60)
    assert scene.record(new).state is State.SENT
    assert len(scene.mailbox.delivered) == 1
    assert (subjects(scene, ANNA), subjects(scene, CLARA)) == ([], [])
    assert subjects(scene, CLARA, Folder.SENT) == ["Hello"]


async def test_a_server_that_is_away_keeps_it_here_and_loses_nothing(scene: Scene) -> None:
    name = await scene.saved_message()
    scene.mailbox.fail("save", OFFLINE, times=3)
    new = await scene.drafts.move_to_account(name, CLARA, None)
    await scene.clock.advance(10)
    assert (subjects(scene, ANNA), subjects(scene, CLARA)) == (["Hello"], [])
    assert shown(scene) == [new]
    await scene.clock.advance(600)
    assert (subjects(scene, ANNA), subjects(scene, CLARA)) == ([], ["Hello"])


async def test_a_former_server_that_is_away_is_tidied_when_it_is_back(scene: Scene) -> None:
    name = await scene.saved_message()
    for call in ("get", "delete"):
        scene.mailbox.fail(call, OFFLINE, times=2)
    await scene.drafts.move_to_account(name, CLARA, None)
    await scene.clock.advance(5)
    assert (subjects(scene, ANNA), subjects(scene, CLARA)) == (["Hello"], ["Hello"])
    await scene.clock.advance(900)
    assert (subjects(scene, ANNA), subjects(scene, CLARA)) == ([], ["Hello"])


async def test_moved_there_and_back_it_is_one_draft_again(scene: Scene) -> None:
    name = await scene.saved_message()
    there = await scene.drafts.move_to_account(name, CLARA, None)
    back = await scene.drafts.move_to_account(there, ANNA, None)
    await scene.clock.advance(60)
    assert shown(scene) == [back]
    assert (subjects(scene, ANNA), subjects(scene, CLARA)) == (["Hello"], [])
    (item,) = scene.mailbox.in_folder(ANNA, Folder.DRAFTS)
    assert item.local_id == back


async def test_what_another_client_wrote_there_meanwhile_is_shown_beside_it(scene: Scene) -> None:
    name = await scene.saved_message()
    scene.mailbox.fail("save", OFFLINE)
    new = await scene.drafts.move_to_account(name, CLARA, None)
    (item,) = scene.mailbox.in_folder(ANNA, Folder.DRAFTS)
    scene.mailbox.edit_elsewhere(item.item_id, msgspec.structs.replace(MESSAGE, body="Theirs"))
    await scene.clock.advance(600)
    assert [one.content.body for one in scene.mailbox.in_folder(ANNA, Folder.DRAFTS)] == ["Theirs"]
    assert sorted(shown(scene)) == sorted([name, new])
    # It is a message of its own again: what is done with it is done with no other.
    scene.drafts.edit(name, typed("Mine, and "))
    assert (await scene.drafts.read_message(new)).content.body == "Dear Ben"
    assert (await scene.drafts.read_message(name)).content.body == "Mine, and Dear Ben"


async def test_what_is_attached_on_the_former_server_alone_comes_with_it(scene: Scene) -> None:
    item = scene.mailbox.put(ANNA, MESSAGE)
    item.attachments.append(Attachment("number", "plan.txt", 3))
    scene.mailbox.contents["number"] = b"abc"
    (name,) = await scene.drafts.adopt(ANNA, [item.ref])
    assert not isinstance(name, Exception)
    new = await scene.drafts.move_to_account(name, CLARA, None)
    await scene.clock.advance(60)
    (there,) = scene.mailbox.in_folder(CLARA, Folder.DRAFTS)
    assert [one.name for one in there.attachments] == ["plan.txt"]
    assert scene.record(new).saved
    assert subjects(scene, ANNA) == []


async def test_where_what_is_attached_cannot_be_had_it_stays_and_says_so(scene: Scene) -> None:
    item = scene.mailbox.put(ANNA, MESSAGE)
    item.attachments.append(Attachment("number", "plan.txt", 3))
    (name,) = await scene.drafts.adopt(ANNA, [item.ref])
    assert not isinstance(name, Exception)
    scene.mailbox.fail("get_attachment", OFFLINE)
    with pytest.raises(BadInput, match=r"plan\.txt"):
        await scene.drafts.move_to_account(name, CLARA, None)
    assert shown(scene) == [name]
    scene.drafts.edit(name, typed("still here "))
    assert (await scene.drafts.read_message(name)).content.body == "still here Dear Ben"


async def test_the_message_that_it_answers_is_marked_in_the_account_that_received_it(scene: Scene) -> None:
    original = Original(ItemRef("original", "key"), Verb.REPLIED)
    name = await scene.drafts.begin(ANNA, MESSAGE, originals=[original])
    new = await scene.drafts.move_to_account(name, CLARA, None)
    assert [one.account_id for one in scene.record(new).originals] == [ANNA]
    await scene.outbox.send([new], 0)
    await scene.clock.advance(60)
    assert [call.account_id for call in scene.mailbox.calls_of("mark_originals")] == [ANNA]


@pytest.mark.parametrize("lost", [False, True])
@pytest.mark.parametrize("step", ["save", "get", "delete"])
async def test_killed_at_each_step_it_is_one_draft_in_the_new_account(scene: Scene, step: str, lost: bool) -> None:
    """Killed before a request is answered; where it is `lost`, the server had processed it."""
    name = await scene.saved_message()
    if lost:
        scene.mailbox.fail(step, LOST, processed=True)
        gate = None
    else:
        gate = scene.mailbox.hold(step)
    new = await scene.drafts.move_to_account(name, CLARA, None)
    await scene.clock.advance(3)
    again = await scene.restarted()
    if gate is not None:
        gate.open.set()
    await again.clock.advance(900)
    assert shown(again) == [new]
    assert (subjects(again, ANNA), subjects(again, CLARA)) == ([], ["Hello"])
    assert again.record(new).saved
    await again.spawn.end()
    assert again.spawn.errors == []


async def test_killed_while_the_disk_writes_it_is_the_one_or_the_other(scene: Scene) -> None:
    name = await scene.saved_message()
    before = scene.journal.after_crash()
    new = await scene.drafts.move_to_account(name, CLARA, None)
    after = scene.journal.after_crash()
    for journal, expected, account in ((before, name, ANNA), (after, new, CLARA)):
        records = [record for record in await journal.records() if not record.discarded]
        assert [(record.local_id, record.account_id) for record in records] == [(expected, account)]


async def test_a_message_on_its_way_stays_where_it_is(scene: Scene) -> None:
    name = await scene.saved_message()
    await scene.outbox.send([name], 60)
    with pytest.raises(BadInput):
        await scene.drafts.move_to_account(name, CLARA, None)
    await scene.clock.advance(120)
    assert scene.record(name).state is State.SENT
    assert subjects(scene, ANNA, Folder.SENT) == ["Hello"]


async def test_a_late_twin_of_a_message_that_waits_to_move_goes_and_its_own_item_stays(scene: Scene) -> None:
    scene.mailbox.fail("save", LOST)
    name = await scene.drafts.begin(ANNA, MESSAGE)
    await scene.clock.advance(60)
    assert scene.record(name).strays
    scene.mailbox.fail("save", OFFLINE, times=99)
    await scene.drafts.move_to_account(name, CLARA, None)
    scene.mailbox.put(ANNA, MESSAGE, local_id=name)
    await scene.clock.advance(900)
    (item,) = scene.mailbox.in_folder(ANNA, Folder.DRAFTS)
    assert scene.record(name).ref == item.ref
