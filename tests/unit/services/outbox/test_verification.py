"""After "success" the row says what was seen: the copy, its absence, or the draft that a server left behind."""

from __future__ import annotations

from app.domain.errors import Trouble, TroubleKind
from app.domain.listing import Folder
from app.domain.message import Content, LocalId
from app.domain.problem import ProblemKind, read_problem
from app.domain.recipient import Recipient
from app.domain.record import CopyKind, CopyTo
from app.domain.state import State
from tests.fakes.scene import ANNA, BEN, MESSAGE, Scene

LOST = Trouble(TroubleKind.DEADLINE)


async def sent(scene: Scene, content: Content = MESSAGE) -> LocalId:
    local_id = await scene.saved_message(content)
    await scene.outbox.send([local_id], 0)
    await scene.clock.advance(600)
    return local_id


def finding(scene: Scene, local_id: LocalId) -> ProblemKind | None:
    return read_problem(scene.record(local_id).problem)[0]


async def test_a_batch_is_looked_for_in_one_call(scene: Scene) -> None:
    names = [await scene.saved_message() for _ in range(20)]
    await scene.outbox.send(names, 0)
    await scene.clock.advance(60)
    assert len(scene.mailbox.calls_of("locate")) == 1
    assert all(scene.record(name).verified for name in names)


async def test_a_missing_copy_is_said_only_after_several_looks(scene: Scene) -> None:
    scene.mailbox.files_no_copy = True
    local_id = await scene.saved_message()
    await scene.outbox.send([local_id], 0)
    await scene.clock.advance(3)
    assert scene.record(local_id).state is State.SENT
    await scene.clock.advance(600)
    assert scene.record(local_id).state is State.SENT_NOT_FILED
    assert finding(scene, local_id) is ProblemKind.NO_COPY
    assert len(scene.mailbox.calls_of("locate")) == 3


async def test_no_copy_is_missed_where_none_was_asked_for(scene: Scene) -> None:
    local_id = await scene.saved_message()
    await scene.records.change(local_id, copy_to=CopyTo(CopyKind.NONE))
    await scene.outbox.send([local_id], 0)
    await scene.clock.advance(600)
    assert scene.record(local_id).state is State.SENT
    assert scene.record(local_id).problem == ""


async def test_a_draft_left_behind_is_named_and_can_be_removed_but_never_sent_again(scene: Scene) -> None:
    scene.mailbox.leaves_drafts = True
    local_id = await sent(scene)
    assert scene.record(local_id).state is State.SENT_NOT_FILED
    assert finding(scene, local_id) is ProblemKind.LEFT_IN_DRAFTS
    await scene.outbox.send([local_id], 0)
    await scene.clock.advance(600)
    assert len(scene.mailbox.delivered) == 1
    await scene.outbox.remove_draft(local_id)
    assert scene.mailbox.in_folder(ANNA, Folder.DRAFTS) == []


async def test_at_a_server_that_leaves_drafts_a_draft_proves_nothing(scene: Scene) -> None:
    scene.mailbox.leaves_drafts = True
    await scene.accounts.learn_traits(ANNA, update_sends=False)
    await sent(scene)
    second = await scene.saved_message(Content(to=(BEN,), subject="Second"))
    scene.mailbox.fail("send", LOST, processed=True)
    await scene.outbox.send([second], 0)
    await scene.clock.advance(600)
    assert scene.record(second).state is State.UNKNOWN
    assert finding(scene, second) is ProblemKind.CANNOT_BE_KNOWN


async def test_for_a_delegate_a_draft_proves_nothing(scene: Scene) -> None:
    scene.mailbox.leaves_drafts = True
    local_id = await scene.saved_message(Content(sender=Recipient("sales@example.org"), to=(BEN,), subject="As Sales"))
    scene.mailbox.fail("send", LOST, processed=True)
    await scene.outbox.send([local_id], 0)
    await scene.clock.advance(600)
    assert scene.record(local_id).state is State.UNKNOWN


async def test_a_message_in_the_server_s_outbox_is_looked_for_until_it_left(scene: Scene) -> None:
    local_id = await scene.saved_message()
    scene.mailbox.files_no_copy = True
    scene.mailbox.fail("send", LOST, processed=True)
    await scene.outbox.send([local_id], 0)
    record = scene.record(local_id)
    item = scene.mailbox.put(ANNA, MESSAGE, folder=Folder.OUTBOX, local_id=local_id, message_id=record.message_id)
    await scene.clock.advance(120)
    assert scene.record(local_id).state is State.UNKNOWN
    assert not scene.record(local_id).verified
    item.folder = Folder.SENT
    await scene.clock.advance(600)
    assert scene.record(local_id).state is State.SENT


async def test_what_was_not_yet_verified_is_verified_after_the_next_start(scene: Scene) -> None:
    local_id = await scene.saved_message()
    await scene.outbox.send([local_id], 0)
    await scene.clock.advance(1)
    assert not scene.record(local_id).verified
    again = await scene.restarted()
    await again.clock.advance(60)
    assert again.record(local_id).verified
    await again.spawn.end()


async def test_what_could_not_be_known_is_looked_for_again_at_the_next_start(scene: Scene) -> None:
    """A server may process a request hours after its connection broke."""
    local_id = await scene.saved_message()
    (item,) = scene.mailbox.in_folder(ANNA, Folder.DRAFTS)
    scene.mailbox.fail("send", LOST)
    await scene.outbox.send([local_id], 0)
    scene.mailbox.delete_elsewhere(item.item_id)
    await scene.clock.advance(3600)
    assert finding(scene, local_id) is ProblemKind.CANNOT_BE_KNOWN
    message_id = scene.record(local_id).message_id
    scene.mailbox.put(ANNA, MESSAGE, folder=Folder.SENT, local_id=local_id, message_id=message_id)
    again = await scene.restarted()
    await again.clock.advance(60)
    assert (again.record(local_id).state, again.record(local_id).problem) == (State.SENT, "")
    await again.spawn.end()


async def test_a_request_that_the_server_was_still_working_on_is_not_called_unsent_too_early(scene: Scene) -> None:
    local_id = await scene.saved_message()
    (item,) = scene.mailbox.in_folder(ANNA, Folder.DRAFTS)
    scene.mailbox.fail("send", LOST)
    await scene.outbox.send([local_id], 0)
    await scene.clock.advance(3)
    assert len(scene.mailbox.calls_of("locate")) == 1
    assert scene.record(local_id).state is State.UNKNOWN
    item.folder, item.is_draft = Folder.SENT, False
    await scene.clock.advance(60)
    assert scene.record(local_id).state is State.SENT


SALES = CopyTo(CopyKind.PRINCIPAL_SENT, "sales@contoso.com")


async def sent_by(scene: Scene, saved_with: CopyTo, sent_with: CopyTo) -> LocalId:
    local_id = await scene.drafts.begin(ANNA, MESSAGE)
    await scene.records.change(local_id, copy_to=saved_with)
    await scene.drafts.save(local_id)
    # What this machine believes of the draft's place may be wrong, where another client moved it.
    await scene.records.change(local_id, copy_to=sent_with, drafts_of=sent_with.drafts_of)
    await scene.outbox.send([local_id], 0)
    await scene.clock.advance(600)
    return local_id


async def test_a_principals_message_is_drafted_and_filed_in_the_principals_mailbox(scene: Scene) -> None:
    local_id = await sent_by(scene, SALES, SALES)
    assert scene.record(local_id).drafts_of == "sales@contoso.com"
    assert scene.record(local_id).state is State.SENT
    assert finding(scene, local_id) is None
    assert [item.owner for item in scene.mailbox.items.values() if item.local_id == local_id] == ["sales@contoso.com"]


async def test_the_first_silent_failure_is_named(scene: Scene) -> None:
    scene.mailbox.leaves_drafts = True
    local_id = await sent_by(scene, SALES, SALES)
    assert finding(scene, local_id) is ProblemKind.LEFT_IN_DRAFTS


async def test_the_second_silent_failure_is_named(scene: Scene) -> None:
    local_id = await sent_by(scene, CopyTo(), SALES)
    assert finding(scene, local_id) is ProblemKind.LEFT_IN_DRAFTS


async def test_a_copy_in_the_folder_that_was_chosen_is_where_it_was_to_be(scene: Scene) -> None:
    local_id = await sent_by(scene, CopyTo(), CopyTo(CopyKind.FOLDER, folder_id="projects"))
    assert scene.record(local_id).state is State.SENT
    assert finding(scene, local_id) is None


async def test_a_folder_that_may_not_be_looked_into_is_no_missing_copy(scene: Scene) -> None:
    local_id = await scene.drafts.begin(ANNA, MESSAGE)
    await scene.records.change(local_id, copy_to=SALES)
    await scene.drafts.save(local_id)
    scene.mailbox.closed_to_us.add("sales@contoso.com")
    await scene.outbox.send([local_id], 0)
    await scene.clock.advance(600)
    assert scene.record(local_id).state is State.SENT
    assert finding(scene, local_id) is None
