"""What a lost first save makes late: seen by the clock, by a sync and at the next start, and asked for sparingly.

That it is merged at a real server, whatever is killed meanwhile: `tests/faults/promise/test_processed_late.py`.
"""

from __future__ import annotations

import msgspec
import pytest

from app.domain.errors import Trouble, TroubleKind
from app.domain.listing import Folder, Place
from app.domain.message import LocalId, Options
from app.domain.outcome import Outcome, Verdict
from app.domain.problem import ProblemKind, problem
from app.domain.state import State
from app.services.folders.syncing import Syncing
from tests.fakes.cache import FakeCache
from tests.fakes.clock import settle
from tests.fakes.mailbox import words
from tests.fakes.scene import ANNA, MESSAGE, Scene, typed

DRAFTS = Place(Folder.DRAFTS)
LOST = Trouble(TroubleKind.DEADLINE)
DAY = 24 * 3600.0


async def made_again(scene: Scene) -> LocalId:
    """Lose the first save before it was done, and wait until it was made again."""
    scene.mailbox.fail("save", LOST)
    local_id = await scene.drafts.begin(ANNA, MESSAGE)
    await scene.drafts.save(local_id)
    await scene.clock.advance(60)
    assert scene.record(local_id).saved
    return local_id


def comes_late(scene: Scene, local_id: LocalId) -> str:
    """Let the server do what was lost."""
    record = scene.record(local_id)
    return scene.mailbox.put(ANNA, MESSAGE, local_id=local_id, message_id=record.message_id).item_id


def in_drafts(scene: Scene) -> list[str]:
    return [item.item_id for item in scene.mailbox.in_folder(ANNA, Folder.DRAFTS)]


async def test_a_sync_that_tells_of_it_is_enough_and_its_row_goes_from_the_list(scene: Scene) -> None:
    cache = FakeCache()
    syncing = Syncing(scene.watched, cache, scene.accounts, scene.records, scene.clock, scene.spawn)
    syncing.told_of_drafts.subscribe(scene.drafts.duplicates.seen)
    scene.drafts.duplicates.merged.subscribe(syncing.gone_soon)
    folder = syncing.follow(ANNA, DRAFTS)
    local_id = await made_again(scene)
    await folder.sync()
    (own,) = in_drafts(scene)
    late = comes_late(scene, local_id)
    looks = len(scene.mailbox.calls_of("locate"))
    await folder.sync()
    await settle()
    assert in_drafts(scene) == [own]
    assert len(scene.mailbox.calls_of("locate")) == looks + 1
    rows = (await cache.listing(ANNA, DRAFTS)).rows.values()
    assert late not in {row.ref.item_id for row in rows}


async def test_a_sync_that_tells_of_other_items_asks_for_nothing(scene: Scene) -> None:
    local_id = await made_again(scene)
    row = msgspec.structs.replace
    looks = len(scene.mailbox.calls_of("locate"))
    item = (await scene.mailbox.list_folder(ANNA, DRAFTS)).rows[0]
    assert item.local_id == local_id
    scene.drafts.duplicates.seen((ANNA, [item, row(item, local_id="", ref=item.ref)]))
    await settle()
    assert len(scene.mailbox.calls_of("locate")) == looks


async def test_it_is_looked_for_at_the_next_start_though_days_have_passed(scene: Scene) -> None:
    local_id = await made_again(scene)
    (own,) = in_drafts(scene)
    await scene.clock.advance(3 * DAY)
    assert scene.clock.sleeping == 0
    comes_late(scene, local_id)
    await scene.clock.advance(DAY)
    assert len(in_drafts(scene)) == 2
    again = await scene.restarted()
    await settle()
    assert in_drafts(again) == [own]
    assert again.record(local_id).strays == ()
    await again.spawn.end()


@pytest.mark.parametrize("there", [True, False], ids=["its own is there", "its own is gone"])
async def test_beside_a_message_of_which_nobody_knows_whether_it_was_sent_it_goes_where_its_own_is_seen(
    scene: Scene, there: bool
) -> None:
    local_id = await made_again(scene)
    (own,) = in_drafts(scene)
    cannot = problem(ProblemKind.CANNOT_BE_KNOWN)
    for state in (State.QUEUED, State.SENDING, State.UNKNOWN):
        await scene.records.apply_known(local_id, state=state)
    await scene.records.apply_known(local_id, problem=cannot, verified=scene.clock.now())
    late = comes_late(scene, local_id)
    if not there:
        scene.mailbox.delete_elsewhere(own)
    await scene.clock.advance(3600)
    assert in_drafts(scene) == [own if there else late]


async def test_at_a_server_that_marks_no_draft_as_one_it_goes_all_the_same(scene: Scene) -> None:
    await scene.accounts.learn_traits(ANNA, is_draft_told=False)
    local_id = await made_again(scene)
    (own,) = in_drafts(scene)
    comes_late(scene, local_id)
    for item in scene.mailbox.in_folder(ANNA, Folder.DRAFTS):
        item.is_draft = False
    await scene.clock.advance(3600)
    assert in_drafts(scene) == [own]


async def test_no_message_whose_saves_were_answered_is_looked_for(scene: Scene) -> None:
    local_id = await scene.saved_message()
    scene.drafts.edit(local_id, typed("Once more. "))
    await scene.clock.advance(DAY)
    assert scene.mailbox.calls_of("locate") == []


async def test_a_copy_that_another_client_made_of_a_message_is_its_own_affair(scene: Scene) -> None:
    """It bears the message's mark and its text; but nothing of the message was ever lost."""
    local_id = await scene.saved_message()
    comes_late(scene, local_id)
    await scene.clock.advance(DAY)
    assert len(in_drafts(scene)) == 2


async def test_an_item_that_the_person_opened_meanwhile_is_a_message_of_its_own(scene: Scene) -> None:
    local_id = await made_again(scene)
    late = comes_late(scene, local_id)
    ref = scene.mailbox.items[late].ref
    await scene.drafts.adopt(ANNA, [ref])
    await scene.clock.advance(DAY)
    assert late in in_drafts(scene)


@pytest.mark.parametrize("name", ["locate", "get", "delete"])
async def test_a_trouble_while_it_is_looked_for_only_puts_it_off(scene: Scene, name: str) -> None:
    local_id = await made_again(scene)
    (own,) = in_drafts(scene)
    comes_late(scene, local_id)
    scene.mailbox.fail(name, LOST, times=2)
    await scene.clock.advance(3600)
    assert in_drafts(scene) == [own]


async def test_a_save_that_is_refused_after_one_was_lost_looks_again_before_it_is_made(scene: Scene) -> None:
    save, asked = scene.mailbox.save, []

    async def lose_then_refuse(*what: object) -> object:
        asked.append(what)
        if len(asked) == 1:
            return [Outcome(Verdict.UNKNOWN, trouble=LOST)]
        # Too busy for this one, the server comes to the one before.
        scene.mailbox.save = save  # type: ignore[method-assign]  # as it was
        await save(*asked[0])  # type: ignore[arg-type]  # the very request that was lost
        return [Outcome(Verdict.REFUSED, words=words("ErrorServerBusy"))]

    scene.mailbox.save = lose_then_refuse  # type: ignore[method-assign,assignment]  # for two calls
    local_id = await scene.drafts.begin(ANNA, MESSAGE)
    await scene.drafts.save(local_id)
    await scene.clock.advance(600)
    assert scene.record(local_id).saved
    assert len(asked) == 2
    assert len(scene.mailbox.items) == 1


async def test_an_earlier_text_that_comes_late_is_ours_and_is_written_over_by_the_newer(scene: Scene) -> None:
    """Nobody else touched it: to call that "changed elsewhere" would be a wrong word."""
    save = scene.mailbox.save

    async def lose(*_: object) -> list[Outcome]:
        return [Outcome(Verdict.UNKNOWN, trouble=LOST)]

    scene.mailbox.save = lose  # type: ignore[method-assign,assignment]  # until it is put back
    local_id = await scene.drafts.begin(ANNA, MESSAGE)
    await scene.drafts.save(local_id)
    scene.drafts.edit(local_id, typed("Once more. "))
    await scene.clock.advance(60)
    late = comes_late(scene, local_id)
    scene.mailbox.save = save  # type: ignore[method-assign]  # as it was
    await scene.clock.advance(3600)
    assert scene.record(local_id).saved
    assert in_drafts(scene) == [late]
    assert scene.mailbox.items[late].content.body == "Once more. Dear Ben"


async def test_a_message_that_rests_in_drafts_until_its_time_is_not_taken_for_one_that_came_late(scene: Scene) -> None:
    """Some servers hold it there, under another name; without it the message would never go."""
    scene.mailbox.holds_in_drafts = True
    later = scene.clock.now() + 3 * DAY
    content = msgspec.structs.replace(MESSAGE, options=Options(deferred=later))
    scene.mailbox.fail("save", LOST)
    local_id = await scene.drafts.begin(ANNA, content)
    await scene.drafts.save(local_id)
    await scene.clock.advance(60)
    await scene.outbox.send([local_id], 0)
    await settle()
    assert scene.record(local_id).state is State.DEFERRED
    assert scene.record(local_id).strays
    scene.drafts.duplicates.account_reachable(ANNA)
    await settle()
    assert len(in_drafts(scene)) == 1
    await scene.clock.advance(DAY)
    assert len(in_drafts(scene)) == 1
    await scene.clock.advance(3 * DAY)
    await scene.mailbox.list_folder(ANNA, DRAFTS)
    assert len(scene.mailbox.delivered) == 1


async def test_a_mailbox_that_may_not_be_looked_into_keeps_nobody_from_the_next(scene: Scene) -> None:
    first, second = await made_again(scene), await made_again(scene)
    mine = in_drafts(scene)
    elsewhere = tuple(msgspec.structs.replace(one, drafts_of="sales@example.org") for one in scene.record(first).strays)
    await scene.records.change(first, strays=elsewhere)
    scene.mailbox.closed_to_us.add("sales@example.org")
    comes_late(scene, second)
    await scene.clock.advance(DAY)
    assert in_drafts(scene) == mine
