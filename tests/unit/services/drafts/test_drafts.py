"""A message is one item on the server for life, whatever the network does to its saves."""

from __future__ import annotations

import pytest

from app.domain.errors import BadInput, StorageError, Trouble, TroubleKind, Unreachable
from app.domain.listing import Folder
from app.domain.message import SUBJECT_LIMIT, Content, Field
from app.domain.outcome import Verdict
from app.domain.problem import ProblemKind, read_problem
from app.domain.record import Record
from app.domain.state import State
from app.services.drafts.drafts import LONGEST_WITHOUT_SAVE, QUIET, UNDO_SECONDS, Replaced
from app.services.records.rows import ListRow, row_of_item
from tests.fakes.clock import settle
from tests.fakes.mailbox import words
from tests.fakes.scene import ANNA, BEN, MESSAGE, Scene, addressed, typed

NEVER_LEFT = Trouble(TroubleKind.UNREACHABLE, may_have_been_processed=False)
LOST = Trouble(TroubleKind.DEADLINE)


def on_server(scene: Scene) -> list[Content]:
    return [item.content for item in scene.mailbox.in_folder(ANNA, Folder.DRAFTS)]


async def listed(scene: Scene) -> ListRow:
    page = await scene.mailbox.list_folder(ANNA, Folder.DRAFTS)
    return row_of_item(ANNA, Folder.DRAFTS, page.rows[0])


async def test_an_empty_message_is_never_put_on_the_server_and_vanishes_when_closed(scene: Scene) -> None:
    local_id = await scene.drafts.begin(ANNA)
    await scene.drafts.save(local_id)
    await scene.clock.advance(60)
    await scene.drafts.close(local_id)
    await settle()
    assert scene.mailbox.calls_of("save") == []
    assert scene.records.get(local_id) is None


async def test_words_that_are_no_recipient_yet_keep_an_empty_message_from_vanishing(scene: Scene) -> None:
    from app.domain.edits import Pending

    local_id = await scene.drafts.begin(ANNA)
    scene.drafts.edit(local_id, Pending(Field.TO, "jon@exm"))
    await scene.drafts.close(local_id)
    assert (await scene.drafts.read_message(local_id)).pending == {Field.TO: "jon@exm"}


async def test_a_pause_in_typing_saves_and_further_keys_wait_for_the_next_pause(scene: Scene) -> None:
    local_id = await scene.drafts.begin(ANNA)
    scene.drafts.edit(local_id, typed("H"))
    await scene.clock.advance(QUIET - 0.1)
    scene.drafts.edit(local_id, typed("i", 1))
    await scene.clock.advance(QUIET - 0.1)
    assert on_server(scene) == []
    await scene.clock.advance(0.2)
    assert [content.body for content in on_server(scene)] == ["Hi"]
    assert scene.record(local_id).saved
    assert scene.clock.sleeping == 0


async def test_one_who_never_pauses_is_saved_all_the_same(scene: Scene) -> None:
    local_id = await scene.drafts.begin(ANNA)
    for key in range(int(LONGEST_WITHOUT_SAVE) + 2):
        scene.drafts.edit(local_id, typed("x", key))
        await scene.clock.advance(1.0)
    assert len(scene.mailbox.calls_of("save")) == 1


async def test_a_draft_saved_twice_stays_one_item_and_names_only_what_changed(scene: Scene) -> None:
    local_id = await scene.saved_message()
    scene.drafts.edit(local_id, typed("P.S. ", 0))
    await scene.drafts.save(local_id)
    assert [content.body for content in on_server(scene)] == ["P.S. Dear Ben"]
    (call,) = scene.mailbox.calls_of("update")
    assert call.asked[0].fields == frozenset({Field.BODY})  # type: ignore[attr-defined]


async def test_a_change_that_was_undone_costs_no_request(scene: Scene) -> None:
    from app.domain.edits import TextSplice

    local_id = await scene.saved_message()
    scene.drafts.edit(local_id, typed("x"))
    scene.drafts.edit(local_id, TextSplice(Field.BODY, 0, 1, ""))
    await scene.drafts.save(local_id)
    assert scene.record(local_id).saved
    assert scene.mailbox.calls_of("update") == []


async def test_those_who_wait_for_a_save_find_it_done_by_the_newer_one(scene: Scene) -> None:
    local_id = await scene.drafts.begin(ANNA, MESSAGE)
    gate = scene.mailbox.hold("save")
    for _ in range(5):
        scene.spawn(scene.drafts.save(local_id), "save")
    await gate.reached.wait()
    scene.drafts.edit(local_id, typed("x"))
    gate.open.set()
    await settle()
    assert len(scene.mailbox.calls_of("save")) == 1
    assert len(scene.mailbox.calls_of("update")) == 1
    assert scene.record(local_id).saved


async def test_a_lost_answer_to_the_first_save_makes_no_second_item(scene: Scene) -> None:
    local_id = await scene.drafts.begin(ANNA, MESSAGE)
    scene.mailbox.fail("save", LOST, processed=True)
    await scene.drafts.save(local_id)
    scene.drafts.edit(local_id, typed("P.S. "))
    await scene.clock.advance(60)
    assert [content.body for content in on_server(scene)] == ["P.S. Dear Ben"]
    assert scene.record(local_id).saved


async def test_a_first_save_that_did_not_arrive_is_made_once_the_server_says_that_it_is_not_there(scene: Scene) -> None:
    local_id = await scene.drafts.begin(ANNA, MESSAGE)
    scene.mailbox.fail("save", LOST)
    await scene.drafts.save(local_id)
    assert on_server(scene) == []
    await scene.clock.advance(60)
    assert len(on_server(scene)) == 1
    assert scene.record(local_id).saved


async def test_a_program_killed_in_its_first_save_makes_no_second_item(scene: Scene) -> None:
    local_id = await scene.drafts.begin(ANNA, MESSAGE)
    scene.mailbox.fail("save", LOST, processed=True)
    await scene.drafts.save(local_id)
    again = await scene.restarted()
    await again.clock.advance(60)
    assert len(on_server(again)) == 1
    assert again.record(local_id).saved
    await again.spawn.end()


async def test_a_lost_answer_to_a_later_save_is_not_taken_for_a_change_elsewhere(scene: Scene) -> None:
    local_id = await scene.saved_message()
    scene.drafts.edit(local_id, typed("P.S. "))
    scene.mailbox.fail("update", LOST, processed=True)
    await scene.drafts.save(local_id)
    scene.drafts.edit(local_id, typed("P.P.S. "))
    await scene.clock.advance(60)
    assert [content.body for content in on_server(scene)] == ["P.P.S. P.S. Dear Ben"]
    assert scene.record(local_id).save_outcome is None or scene.record(local_id).save_outcome.accepted  # type: ignore[union-attr]


async def test_what_was_changed_elsewhere_is_not_written_over(scene: Scene) -> None:
    local_id = await scene.saved_message()
    (item,) = scene.mailbox.in_folder(ANNA, Folder.DRAFTS)
    scene.mailbox.edit_elsewhere(item.item_id, Content(to=(BEN,), subject="Theirs", body="Theirs"))
    scene.drafts.edit(local_id, typed("Mine "))
    await scene.clock.advance(60)
    outcome = scene.record(local_id).save_outcome
    assert outcome is not None
    assert outcome.code == "ErrorIrresolvableConflict"
    assert [content.subject for content in on_server(scene)] == ["Theirs"]
    updates = len(scene.mailbox.calls_of("update"))
    scene.drafts.edit(local_id, typed("More "))
    await scene.clock.advance(600)
    assert len(scene.mailbox.calls_of("update")) == updates


async def test_mine_can_be_kept_beside_theirs_under_a_new_mark(scene: Scene) -> None:
    local_id = await scene.saved_message()
    (item,) = scene.mailbox.in_folder(ANNA, Folder.DRAFTS)
    scene.mailbox.edit_elsewhere(item.item_id, Content(to=(BEN,), subject="Theirs"))
    scene.drafts.edit(local_id, typed("Mine. "))
    await scene.drafts.save(local_id)
    told: list[Replaced] = []
    scene.drafts.replaced.subscribe(told.append)
    new = await scene.drafts.keep_mine_as_new(local_id)
    assert told == [Replaced(local_id, new)]
    assert sorted(content.subject for content in on_server(scene)) == ["Hello", "Theirs"]
    scene.drafts.edit(local_id, typed("still by the old name. "))
    assert (await scene.drafts.read_message(new)).content.body == "still by the old name. Mine. Dear Ben"


async def test_a_new_change_key_with_the_same_text_is_fetched_in_silence(scene: Scene) -> None:
    local_id = await scene.saved_message()
    (item,) = scene.mailbox.in_folder(ANNA, Folder.DRAFTS)
    scene.mailbox.edit_elsewhere(item.item_id, item.content)
    scene.drafts.edit(local_id, typed("P.S. "))
    await scene.drafts.save(local_id)
    assert scene.record(local_id).saved
    assert [content.body for content in on_server(scene)] == ["P.S. Dear Ben"]


async def test_a_draft_that_is_gone_waits_for_the_person_and_can_be_saved_as_new(scene: Scene) -> None:
    local_id = await scene.saved_message()
    (item,) = scene.mailbox.in_folder(ANNA, Folder.DRAFTS)
    scene.mailbox.delete_elsewhere(item.item_id)
    scene.drafts.edit(local_id, typed("P.S. "))
    await scene.clock.advance(60)
    outcome = scene.record(local_id).save_outcome
    assert outcome is not None
    assert outcome.code == "ErrorItemNotFound"
    assert on_server(scene) == []
    await scene.drafts.keep_mine_as_new(local_id)
    assert [content.body for content in on_server(scene)] == ["P.S. Dear Ben"]


async def test_what_cannot_leave_waits_longer_each_time_and_leaves_when_the_account_is_well(scene: Scene) -> None:
    scene.mailbox.fail("save", NEVER_LEFT, times=4)
    local_id = await scene.drafts.begin(ANNA, MESSAGE)
    await scene.drafts.save(local_id)
    assert scene.accounts.trouble(ANNA) == NEVER_LEFT
    await scene.clock.advance(14)
    assert len(scene.mailbox.calls_of("save")) == 1
    await scene.clock.advance(2)
    assert len(scene.mailbox.calls_of("save")) == 2
    await scene.clock.advance(28)
    assert len(scene.mailbox.calls_of("save")) == 2
    await scene.clock.advance(2)
    assert len(scene.mailbox.calls_of("save")) == 3
    await scene.accounts.try_again(ANNA)
    await settle()
    assert len(scene.mailbox.calls_of("save")) == 4
    await scene.clock.advance(400)
    assert scene.record(local_id).saved
    assert scene.accounts.trouble(ANNA) is None
    assert len(on_server(scene)) == 1


async def test_a_refused_sign_in_is_not_tried_again_by_itself(scene: Scene) -> None:
    refused = Trouble(TroubleKind.SIGN_IN, may_have_been_processed=False)
    scene.mailbox.fail("save", refused)
    local_id = await scene.drafts.begin(ANNA, MESSAGE)
    await scene.drafts.save(local_id)
    await scene.clock.advance(3600)
    assert len(scene.mailbox.calls_of("save")) == 1
    await scene.accounts.give_secret(ANNA, "the right one")
    await settle()
    assert scene.record(local_id).saved


async def test_a_refused_save_is_said_and_tried_again_with_the_next_change(scene: Scene) -> None:
    scene.mailbox.refuse("save", 0, words("ErrorQuotaExceeded", "The mailbox is full."))
    local_id = await scene.drafts.begin(ANNA, MESSAGE)
    await scene.drafts.save(local_id)
    outcome = scene.record(local_id).save_outcome
    assert outcome is not None
    assert outcome.verdict is Verdict.REFUSED
    scene.drafts.edit(local_id, typed("x"))
    await scene.clock.advance(5)
    assert scene.record(local_id).saved


async def test_a_subject_that_is_too_long_is_neither_cut_nor_sent_to_the_server(scene: Scene) -> None:
    local_id = await scene.drafts.begin(ANNA)
    scene.drafts.edit(local_id, typed("s" * (SUBJECT_LIMIT + 1), field=Field.SUBJECT))
    await scene.clock.advance(60)
    assert scene.mailbox.calls_of("save") == []
    assert read_problem(scene.record(local_id).problem)[0] is ProblemKind.SUBJECT_TOO_LONG
    assert len((await scene.drafts.read_message(local_id)).content.subject) == SUBJECT_LIMIT + 1


async def test_a_full_disk_keeps_nobody_from_writing_or_from_saving_to_the_server(scene: Scene) -> None:
    scene.journal.trouble = StorageError("The disk is full.")
    local_id = await scene.drafts.begin(ANNA)
    scene.drafts.edit(local_id, typed("Not lost"))
    await scene.clock.advance(5)
    assert [content.body for content in on_server(scene)] == ["Not lost"]
    scene.journal.heal()
    await settle()
    again = await scene.restarted()
    assert again.record(local_id).saved
    await again.spawn.end()


async def test_discarding_can_be_undone_until_its_time_is_over_and_even_later(scene: Scene) -> None:
    local_id = await scene.saved_message()
    await scene.drafts.discard(local_id)
    await scene.clock.advance(UNDO_SECONDS - 1)
    await scene.drafts.take_back(local_id)
    await scene.clock.advance(60)
    assert scene.mailbox.calls_of("delete") == []
    await scene.drafts.discard(local_id)
    await scene.clock.advance(UNDO_SECONDS + 1)
    assert on_server(scene) == []
    assert len(scene.mailbox.in_folder(ANNA, Folder.DELETED)) == 1
    await scene.drafts.take_back(local_id)
    await scene.clock.advance(5)
    assert on_server(scene) == [MESSAGE]


async def test_discarding_offline_is_made_good_when_the_server_is_back(scene: Scene) -> None:
    local_id = await scene.saved_message()
    scene.mailbox.fail("delete", NEVER_LEFT)
    await scene.drafts.discard(local_id)
    await scene.clock.advance(60)
    assert on_server(scene) == []


async def test_a_draft_of_another_client_is_opened_by_fetching_it_and_saved_as_the_same_item(scene: Scene) -> None:
    scene.mailbox.put(ANNA, MESSAGE)
    message = await scene.drafts.open_draft(await listed(scene))
    assert message.content == MESSAGE
    scene.drafts.edit(message.record.local_id, typed("P.S. "))
    await scene.clock.advance(5)
    assert [content.body for content in on_server(scene)] == ["P.S. Dear Ben"]
    assert scene.mailbox.calls_of("save") == []


async def test_a_message_without_unsaved_edits_opens_as_the_server_has_it_now(scene: Scene) -> None:
    local_id = await scene.saved_message()
    (item,) = scene.mailbox.in_folder(ANNA, Folder.DRAFTS)
    scene.mailbox.edit_elsewhere(item.item_id, Content(to=(BEN,), subject="Newer"))
    message = await scene.drafts.open_draft(await listed(scene))
    assert message.record.local_id == local_id
    assert message.content.subject == "Newer"
    assert message.record.saved


async def test_where_both_changed_the_text_of_this_machine_is_opened_and_the_row_says_elsewhere(scene: Scene) -> None:
    local_id = await scene.saved_message()
    scene.mailbox.fail("update", NEVER_LEFT)
    scene.drafts.edit(local_id, typed("Mine. "))
    await scene.drafts.save(local_id)
    (item,) = scene.mailbox.in_folder(ANNA, Folder.DRAFTS)
    scene.mailbox.edit_elsewhere(item.item_id, Content(to=(BEN,), subject="Theirs"))
    message = await scene.drafts.open_draft(await listed(scene))
    assert message.content.body == "Mine. Dear Ben"
    outcome = message.record.save_outcome
    assert outcome is not None
    assert outcome.code == "ErrorIrresolvableConflict"


async def test_opening_a_strange_draft_offline_says_so(scene: Scene) -> None:
    scene.mailbox.put(ANNA, MESSAGE)
    row = await listed(scene)
    scene.mailbox.fail("get", NEVER_LEFT)
    with pytest.raises(Unreachable):
        await scene.drafts.open_draft(row)


async def test_a_message_on_its_way_takes_no_edit(scene: Scene) -> None:
    local_id = await scene.saved_message()
    await scene.outbox.send([local_id])
    with pytest.raises(BadInput):
        scene.drafts.edit(local_id, typed("x"))


async def test_a_finding_goes_away_once_it_is_mended(scene: Scene) -> None:
    local_id = await scene.drafts.begin(ANNA, Content(subject="Hello"))
    (answer,) = await scene.outbox.send([local_id])
    assert not answer.goes
    assert scene.record(local_id).state is State.NEEDS_ATTENTION
    scene.drafts.edit(local_id, addressed(BEN))
    await scene.clock.advance(5)
    record: Record = scene.record(local_id)
    assert record.state is State.DRAFT
    assert record.problem == ""


async def test_a_message_that_was_open_at_a_kill_is_not_taken_for_open_at_the_next_start(scene: Scene) -> None:
    local_id = await scene.drafts.begin(ANNA, MESSAGE)
    await scene.drafts.save(local_id)
    assert scene.record(local_id).open
    after = await scene.restarted()
    assert not after.record(local_id).open
