"""A message whose From is changed stays one item, wherever its draft has to go, and whatever the network does."""

from __future__ import annotations

import msgspec
import pytest

from app.domain.edits import SenderSet
from app.domain.errors import Trouble, TroubleKind
from app.domain.listing import Folder, Place
from app.domain.message import LocalId
from app.domain.problem import ProblemKind, read_problem
from app.domain.recipient import Recipient
from app.domain.record import CopyKind, CopyTo
from app.domain.state import State
from app.services.text.status_text import explain_record
from tests.fakes.mailbox import words
from tests.fakes.scene import ANNA, MESSAGE, Scene, typed

SALES = "sales@example.org"
THEIRS = CopyTo(CopyKind.PRINCIPAL_SENT, SALES)
LOST = Trouble(TroubleKind.DEADLINE)
OFFLINE = Trouble(TroubleKind.UNREACHABLE, may_have_been_processed=False)


def drafts(scene: Scene, mailbox: str = "") -> list[str]:
    """Return the subjects in a mailbox's Drafts."""
    return [item.content.subject for item in scene.mailbox.in_place(ANNA, Place(Folder.DRAFTS, mailbox))]


async def to_sales(scene: Scene) -> LocalId:
    """Return a message that was saved in one's own Drafts and is from Sales since."""
    name = await scene.saved_message()
    scene.drafts.edit(name, SenderSet(Recipient(SALES)))
    await scene.drafts.file_copy(name, THEIRS)
    return name


async def test_a_saved_draft_is_moved_to_the_principal_and_stays_one(scene: Scene) -> None:
    name = await to_sales(scene)
    await scene.clock.advance(20)
    record = scene.record(name)
    assert (drafts(scene), drafts(scene, SALES)) == ([], ["Hello"])
    assert record.saved
    assert (record.drafts_of, record.problem) == (SALES, "")
    (item,) = scene.mailbox.in_place(ANNA, Place(Folder.DRAFTS, SALES))
    assert record.ref == item.ref
    assert item.content.sender == Recipient(SALES)


async def test_it_is_sent_from_there_and_its_copy_is_in_the_principals_sent(scene: Scene) -> None:
    name = await to_sales(scene)
    await scene.outbox.send([name], 0)
    await scene.clock.advance(600)
    assert scene.record(name).state is State.SENT
    assert scene.record(name).problem == ""
    assert (drafts(scene), drafts(scene, SALES)) == ([], [])
    assert len(scene.mailbox.in_place(ANNA, Place(Folder.SENT, SALES))) == 1
    assert len(scene.mailbox.delivered) == 1


async def test_it_comes_back_where_the_copy_is_to_be_ones_own_again(scene: Scene) -> None:
    name = await to_sales(scene)
    await scene.clock.advance(20)
    scene.drafts.edit(name, SenderSet(None))
    await scene.drafts.file_copy(name, CopyTo())
    await scene.clock.advance(20)
    assert (drafts(scene), drafts(scene, SALES)) == (["Hello"], [])
    assert scene.record(name).drafts_of == ""
    assert scene.record(name).saved


async def test_a_move_whose_answer_is_lost_is_looked_for_in_both_places(scene: Scene) -> None:
    name = await to_sales(scene)
    scene.mailbox.fail("move", LOST, processed=True)
    await scene.drafts.save(name)
    await scene.clock.advance(400)
    assert (drafts(scene), drafts(scene, SALES)) == ([], ["Hello"])
    assert scene.record(name).saved
    assert len(scene.mailbox.calls_of("move")) == 1


async def test_a_move_that_never_came_to_the_server_is_made_again(scene: Scene) -> None:
    name = await to_sales(scene)
    scene.mailbox.fail("move", LOST)
    await scene.drafts.save(name)
    await scene.clock.advance(400)
    assert (drafts(scene), drafts(scene, SALES)) == ([], ["Hello"])
    assert scene.record(name).saved
    assert len(scene.mailbox.calls_of("save")) == 1


@pytest.mark.parametrize("processed", [True, False])
async def test_a_crash_in_the_middle_of_a_move_makes_no_second_item(scene: Scene, processed: bool) -> None:
    name = await to_sales(scene)
    gate = scene.mailbox.hold("move")
    if not processed:
        scene.mailbox.fail("move", LOST)
    scene.spawn(scene.drafts.save(name), "save")
    await gate.reached.wait()
    gate.open.set()
    after = await scene.restarted()
    await after.clock.advance(400)
    assert (drafts(after), drafts(after, SALES)) == ([], ["Hello"])
    assert after.record(name).saved
    await after.spawn.end()


async def test_offline_it_waits_and_goes_when_the_server_is_back(scene: Scene) -> None:
    name = await to_sales(scene)
    scene.mailbox.fail("move", OFFLINE)
    record = await scene.drafts.save(name)
    assert record is not None
    assert not record.drafts_of
    await scene.clock.advance(400)
    assert drafts(scene, SALES) == ["Hello"]


async def test_where_no_draft_may_be_kept_the_copy_stays_ones_own_and_that_is_said(scene: Scene) -> None:
    scene.mailbox.closed_to_us.add(SALES)
    name = await to_sales(scene)
    await scene.clock.advance(20)
    record = scene.record(name)
    assert (drafts(scene), record.copy_to, record.saved) == (["Hello"], CopyTo(), True)
    assert read_problem(record.problem) == (ProblemKind.COPY_STAYS, SALES)
    said = explain_record(record)
    assert said is not None
    assert said.sentence == f"You may not keep drafts in {SALES}. The copy goes to your own Sent Items."
    await scene.drafts.file_copy(name, CopyTo(CopyKind.NONE))
    assert scene.record(name).problem == ""


async def test_a_new_message_that_may_not_be_kept_there_is_kept_here(scene: Scene) -> None:
    scene.mailbox.closed_to_us.add(SALES)
    name = await scene.drafts.begin(ANNA, msgspec.structs.replace(MESSAGE, sender=Recipient(SALES)))
    await scene.drafts.file_copy(name, THEIRS)
    await scene.clock.advance(20)
    record = scene.record(name)
    assert (drafts(scene), record.saved, record.copy_to) == (["Hello"], True, CopyTo())
    assert read_problem(record.problem)[0] is ProblemKind.COPY_STAYS


async def test_a_draft_that_may_not_leave_the_principal_takes_its_copy_with_it(scene: Scene) -> None:
    name = await to_sales(scene)
    await scene.clock.advance(20)
    scene.mailbox.refuse("move", 0, words("ErrorAccessDenied"))
    await scene.drafts.file_copy(name, CopyTo())
    await scene.clock.advance(20)
    record = scene.record(name)
    assert (record.copy_to, record.drafts_of) == (THEIRS, SALES)
    said = explain_record(record)
    assert said is not None
    assert said.sentence.startswith(f"This draft cannot be moved out of {SALES}.")


async def test_what_is_in_neither_place_waits_for_the_person_and_is_not_made_anew(scene: Scene) -> None:
    name = await to_sales(scene)
    ref = scene.record(name).ref
    assert ref is not None
    scene.mailbox.delete_elsewhere(ref.item_id)
    await scene.clock.advance(400)
    record = scene.record(name)
    assert (drafts(scene), drafts(scene, SALES)) == ([], [])
    assert record.save_outcome is not None
    assert record.save_outcome.code == "ErrorItemNotFound"
    said = explain_record(record)
    assert said is not None
    assert said.action == "save-as-new"


async def test_an_item_of_another_client_is_marked_before_it_is_moved(scene: Scene) -> None:
    stored = scene.mailbox.put(ANNA, MESSAGE)
    found = (await scene.drafts.adopt(ANNA, [stored.ref]))[0]
    assert isinstance(found, str)
    await scene.drafts.file_copy(found, THEIRS)
    scene.mailbox.fail("move", LOST, processed=True)
    await scene.clock.advance(400)
    (item,) = scene.mailbox.in_place(ANNA, Place(Folder.DRAFTS, SALES))
    assert item.local_id == found
    assert scene.record(found).saved


async def test_what_is_typed_meanwhile_is_saved_there(scene: Scene) -> None:
    name = await to_sales(scene)
    gate = scene.mailbox.hold("move")
    scene.spawn(scene.drafts.save(name), "save")
    await gate.reached.wait()
    scene.drafts.edit(name, typed("Oh, "))
    gate.open.set()
    await scene.clock.advance(40)
    (item,) = scene.mailbox.in_place(ANNA, Place(Folder.DRAFTS, SALES))
    assert item.content.body == "Oh, " + MESSAGE.body
    assert scene.record(name).saved
