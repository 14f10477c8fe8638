"""A list is one truth made of two sides: no doubles, in order, read where it is looked at, and nothing jumps."""

from __future__ import annotations

import random
from datetime import date

import pytest

from app.domain.errors import Trouble, TroubleKind
from app.domain.listing import Folder, Order, Place
from app.domain.message import Content
from app.domain.query import read_query
from app.domain.recipient import Recipient
from app.domain.record import CopyKind, CopyTo
from app.domain.state import State
from app.services.folders import folder_view, sorted_rows, syncing
from app.services.folders.folder_view import FolderView
from tests.fakes.cache import FakeCache
from tests.fakes.clock import settle
from tests.fakes.lists import rows_of, view_of
from tests.fakes.mailbox import words
from tests.fakes.scene import ANNA, BEN, MESSAGE, Scene, typed

OFFLINE = Trouble(TroubleKind.UNREACHABLE, may_have_been_processed=False)
TODAY = date(2026, 11, 21)


async def subjects(view: FolderView) -> list[str]:
    return [row.subject for row in await rows_of(view)]


def is_sound(view: FolderView) -> bool:
    """Tell whether no row stands twice and all stand in order."""
    return len(set(view.ids)) == len(view.ids) == len(view.keys) and list(view.keys) == sorted(view.keys)


async def test_a_draft_that_both_sides_have_is_one_row(scene: Scene) -> None:
    local_id = await scene.saved_message()
    scene.mailbox.put(ANNA, Content(subject="Theirs"))
    view = await view_of(scene, Folder.DRAFTS)
    await view.reload()
    rows = await rows_of(view)
    assert sorted(row.subject for row in rows) == ["Hello", "Theirs"]
    assert [row.local_id for row in rows if row.subject == "Hello"] == [local_id]


async def test_what_one_wrote_to_oneself_stands_in_the_inbox_as_what_came(scene: Scene) -> None:
    local_id = await scene.saved_message()
    scene.mailbox.put(ANNA, MESSAGE, folder=Folder.INBOX, local_id=local_id)
    view = await view_of(scene, Folder.INBOX)
    await view.reload()
    (row,) = await rows_of(view)
    assert (row.local_id, row.received) == (None, True)


async def test_local_drafts_are_there_before_the_server_answered_and_while_it_does_not(scene: Scene) -> None:
    await scene.saved_message()
    view = await view_of(scene, Folder.DRAFTS)
    assert await subjects(view) == ["Hello"]
    scene.mailbox.fail("list_folder", OFFLINE)
    await view.reload()
    assert view.trouble == OFFLINE
    assert await subjects(view) == ["Hello"]
    await view.reload()
    assert view.trouble is None


async def test_without_a_server_the_list_is_what_it_was(scene: Scene) -> None:
    cache = FakeCache()
    scene.mailbox.put(ANNA, Content(subject="Theirs"))
    await (await view_of(scene, Folder.DRAFTS, cache)).reload()
    scene.mailbox.fail("sync", OFFLINE, times=9)
    view = await view_of(scene, Folder.DRAFTS, cache)
    assert await subjects(view) == ["Theirs"]
    assert view.loaded
    await view.reload()
    assert (await subjects(view), view.trouble) == (["Theirs"], OFFLINE)


async def test_newest_stands_first_and_an_edit_brings_a_row_up(scene: Scene) -> None:
    first = await scene.saved_message(Content(to=(BEN,), subject="First"))
    await scene.clock.advance(10)
    await scene.saved_message(Content(to=(BEN,), subject="Second"))
    view = await view_of(scene, Folder.DRAFTS)
    await view.reload()
    assert await subjects(view) == ["Second", "First"]
    await scene.clock.advance(10)
    scene.drafts.edit(first, typed("x"))
    await scene.clock.advance(10)
    assert await subjects(view) == ["First", "Second"]
    assert is_sound(view)


async def test_a_row_keeps_its_name_when_its_message_is_opened_and_saved(scene: Scene) -> None:
    scene.mailbox.put(ANNA, MESSAGE)
    scene.mailbox.put(ANNA, MESSAGE)
    view = await view_of(scene, Folder.DRAFTS)
    await view.reload()
    before = set(view.ids)
    message = await scene.drafts.open_draft((await rows_of(view))[0])
    scene.drafts.edit(message.record.local_id, typed("x"))
    await scene.clock.advance(10)
    assert set(view.ids) == before
    await view.reload()
    assert set(view.ids) == before
    assert is_sound(view)


async def test_a_message_taken_in_before_anybody_saw_its_row_is_one_row(scene: Scene) -> None:
    stored = [scene.mailbox.put(ANNA, Content(subject=f"{number}")) for number in range(100)]
    view = await view_of(scene, Folder.DRAFTS)
    await view.reload()
    view._read.clear()
    view._row_matching.forget()
    await scene.drafts.adopt(ANNA, [stored[0].ref])
    await settle()
    assert sorted(await subjects(view), key=int) == [str(number) for number in range(100)]
    assert is_sound(view)


async def test_no_row_stands_twice_while_many_are_taken_in(scene: Scene) -> None:
    stored = [scene.mailbox.put(ANNA, Content(subject=f"{number}")) for number in range(150)]
    view = await view_of(scene, Folder.DRAFTS)
    await view.reload()
    await rows_of(view)
    most: list[int] = []
    view.changed.subscribe(lambda _: most.append(len(view.ids)))
    scene.spawn(view.reload(), "reload")
    await scene.drafts.adopt(ANNA, [item.ref for item in stored])
    await settle()
    assert max(most) == 150
    assert is_sound(view)


async def test_a_message_that_lost_its_item_and_the_item_are_two_rows(scene: Scene) -> None:
    stored = scene.mailbox.put(ANNA, MESSAGE)
    view = await view_of(scene, Folder.DRAFTS)
    await view.reload()
    message = await scene.drafts.open_draft((await rows_of(view))[0])
    await scene.records.apply_known(message.record.local_id, ref=None)
    stored.local_id = ""
    await view.reload()
    assert len(view.ids) == 2
    assert is_sound(view)


async def test_a_message_moves_from_drafts_by_the_outbox_to_sent(scene: Scene) -> None:
    views = [await view_of(scene, folder) for folder in (Folder.DRAFTS, Folder.OUTBOX, Folder.SENT)]
    for view in views:
        await view.reload()
    local_id = await scene.saved_message()

    def where() -> list[int]:
        return [len(view.ids) for view in views]

    assert where() == [1, 0, 0]
    await scene.outbox.send([local_id])
    assert where() == [0, 1, 0]
    assert views[1].id_of(local_id) == views[0]._id_of[local_id], "one letter has one name in every list"
    await scene.clock.advance(60)
    assert where() == [0, 0, 1]
    for view in views:
        await view.reload()
    assert where() == [0, 0, 1]
    assert all(is_sound(view) for view in views)


async def test_a_refused_message_is_in_the_outbox_and_in_drafts_until_it_is_mended(scene: Scene) -> None:
    drafts, outbox = await view_of(scene, Folder.DRAFTS), await view_of(scene, Folder.OUTBOX)
    local_id = await scene.saved_message()
    scene.mailbox.refuse("send", 0, words("ErrorSendAsDenied"))
    await scene.outbox.send([local_id], 0)
    await settle()
    assert [row.state for row in drafts.own_rows()] == [State.NEEDS_ATTENTION]
    assert [row.state for row in outbox.own_rows()] == [State.NEEDS_ATTENTION]


async def test_what_another_client_deleted_goes_at_the_next_look_but_not_what_is_unsaved(scene: Scene) -> None:
    gone = await scene.saved_message(Content(to=(BEN,), subject="Gone"))
    unsaved = await scene.saved_message(Content(to=(BEN,), subject="Unsaved"))
    view = await view_of(scene, Folder.DRAFTS)
    await view.reload()
    scene.mailbox.fail("fence", OFFLINE, times=9)
    scene.drafts.edit(unsaved, typed("x"))
    for local_id in (gone, unsaved):
        ref = scene.record(local_id).ref
        assert ref is not None
        scene.mailbox.delete_elsewhere(ref.item_id)
    await view.reload()
    assert await subjects(view) == ["Unsaved"]


async def test_a_copy_made_elsewhere_is_a_row_of_its_own(scene: Scene) -> None:
    local_id = await scene.saved_message()
    scene.mailbox.put(ANNA, MESSAGE, local_id=local_id)
    view = await view_of(scene, Folder.DRAFTS)
    await view.reload()
    rows = await rows_of(view)
    assert len(rows) == 2
    assert [row.local_id for row in rows].count(local_id) == 1


async def test_a_discarded_message_is_not_listed_and_is_again_when_taken_back(scene: Scene) -> None:
    local_id = await scene.saved_message()
    view = await view_of(scene, Folder.DRAFTS)
    await view.reload()
    await scene.drafts.discard(local_id)
    assert list(view.ids) == []
    await scene.drafts.take_back(local_id)
    assert [row.local_id for row in await rows_of(view)] == [local_id]


async def test_a_list_of_another_mailbox_shows_what_is_there_and_nothing_else(scene: Scene) -> None:
    sales = "Sales@example.org"
    mine = await scene.saved_message(Content(to=(BEN,), subject="Mine"))
    theirs = await scene.saved_message(Content(to=(BEN,), subject="Theirs"))
    await scene.records.change(theirs, drafts_of=sales.lower(), copy_to=CopyTo(CopyKind.PRINCIPAL_SENT, sales.lower()))
    ref = scene.record(theirs).ref
    assert ref is not None
    scene.mailbox.items[ref.item_id].owner = sales
    stored = scene.mailbox.put(ANNA, Content(subject="Already there"))
    stored.owner = sales
    own, other = await view_of(scene, Folder.DRAFTS), await view_of(scene, Place(Folder.DRAFTS, sales))
    for view in (own, other):
        await view.reload()
    assert "Mine" in await subjects(own)
    assert "Already there" not in await subjects(own)
    assert sorted(await subjects(other)) == ["Already there", "Theirs"]
    assert own.id_of(mine) is not None
    assert other.id_of(mine) is None


# --- read where it is looked at ---------------------------------------------------------------------------------------


async def test_a_row_is_read_when_it_is_asked_for_and_told_when_it_is_there(scene: Scene) -> None:
    for number in range(300):
        scene.mailbox.put(ANNA, Content(subject=f"{number}"), folder=Folder.SENT)
    view = await view_of(scene, Folder.SENT)
    await view.reload()
    assert view.row(view.ids[0]) is not None
    far = view.ids[250]
    assert view.row(far) is None
    told: set[int] = set()
    view.told.subscribe(told.update)
    await settle()
    assert far in told
    row = view.row(far)
    assert row is not None
    assert row.key == f"{far}"
    view.prepare(view.ids[100:110])
    await settle()
    assert all(view.row(one) is not None for one in view.ids[100:110])


async def test_a_row_that_changed_elsewhere_is_shown_as_it_was_until_it_is_read(scene: Scene) -> None:
    stored = scene.mailbox.put(ANNA, Content(subject="Before"), folder=Folder.SENT)
    for number in range(100):
        await scene.clock.advance(1)
        scene.mailbox.put(ANNA, Content(subject=f"{number}"), folder=Folder.SENT)
    view = await view_of(scene, Folder.SENT)
    await view.reload()
    (last,) = view.ids[-1:]
    view.prepare([last])
    await settle()
    scene.mailbox.edit_elsewhere(stored.item_id, Content(subject="After"))
    await view.reload()
    shown = view.row(last)
    assert shown is not None
    assert shown.subject == "Before"
    await settle()
    fresh = view.row(last)
    assert fresh is not None
    assert fresh.subject == "After"


async def test_rows_that_the_cache_cannot_give_are_asked_for_again(scene: Scene) -> None:
    cache = FakeCache()
    for number in range(100):
        scene.mailbox.put(ANNA, Content(subject=f"{number}"), folder=Folder.SENT)
    view = await view_of(scene, Folder.SENT, cache)
    await view.reload()
    cache.fail("rows")
    assert view.row(view.ids[90]) is None
    await settle()
    assert view.row(view.ids[90]) is None
    await settle()
    assert view.row(view.ids[90]) is not None


# --- order and search -------------------------------------------------------------------------------------------------


async def test_each_order_holds_for_both_sides(scene: Scene) -> None:
    for subject, who in (("b", "Zoe"), ("Re: a", "anna"), ("c", "Ben")):
        scene.mailbox.put(ANNA, Content(subject=subject, to=(Recipient(f"{who}@x", who),)))
        await scene.clock.advance(5)
    await scene.saved_message(Content(subject="ab", to=(Recipient("b@x", "bea"),)))
    view = await view_of(scene, Folder.DRAFTS)
    await view.reload()
    expected = {
        Order.NEWEST: ["ab", "c", "Re: a", "b"],
        Order.OLDEST: ["b", "Re: a", "c", "ab"],
        Order.RECIPIENT: ["Re: a", "ab", "c", "b"],
        Order.SUBJECT: ["Re: a", "ab", "b", "c"],
    }
    for order, found in expected.items():
        await view.arrange(order)
        assert await subjects(view) == found
        assert is_sound(view)


async def test_a_search_finds_on_both_sides_and_keeps_up(scene: Scene) -> None:
    scene.mailbox.put(ANNA, Content(subject="Plan of theirs"))
    scene.mailbox.put(ANNA, Content(subject="Other"))
    view = await view_of(scene, Folder.DRAFTS)
    await view.reload()
    await scene.saved_message(Content(subject="My plan"))
    await scene.saved_message(Content(subject="My other"))
    await view.find(read_query("plan", TODAY))
    assert sorted(await subjects(view)) == ["My plan", "Plan of theirs"]
    assert view.total == 2
    await scene.saved_message(Content(subject="Planned later"))
    scene.mailbox.put(ANNA, Content(subject="plan from elsewhere"))
    await view.reload()
    assert len(view.ids) == 4
    await view.find(read_query("", TODAY))
    assert len(view.ids) == 6
    assert is_sound(view)


async def test_what_needs_attention_is_found_by_that(scene: Scene) -> None:
    bad = await scene.saved_message(Content(to=(BEN,), subject="Bad"))
    await scene.saved_message(Content(to=(BEN,), subject="Good"))
    scene.mailbox.refuse("send", 0, words("ErrorSendAsDenied"))
    await scene.outbox.send([bad], 0)
    await settle()
    view = await view_of(scene, Folder.DRAFTS)
    await view.reload()
    await view.find(read_query("is:failed", TODAY))
    assert await subjects(view) == ["Bad"]
    await view.find(read_query("-is:failed", TODAY))
    assert await subjects(view) == ["Good"]


async def test_what_only_the_server_finds_comes_with_what_was_found_here(scene: Scene) -> None:
    scene.mailbox.put(ANNA, Content(subject="needle here"), folder=Folder.SENT)
    scene.mailbox.put(ANNA, Content(subject="Long", body="x " * 200 + "needle"), folder=Folder.SENT)
    view = await view_of(scene, Folder.SENT)
    await view.reload()
    await view.find(read_query("needle", TODAY))
    assert await subjects(view) == ["needle here"]
    assert await view.find_on_server() == 2
    assert sorted(await subjects(view)) == ["Long", "needle here"]
    assert view.searched_server
    assert is_sound(view)
    await view.find(read_query("", TODAY))
    assert len(view.ids) == 2


# --- many hands at once -----------------------------------------------------------------------------------------------


def as_if_there_were_thousands(monkeypatch: pytest.MonkeyPatch, at_a_step: int = 2) -> None:
    """Put the two sides together few rows at a time, each in a turn of its own."""
    for where, name in ((sorted_rows, "AT_A_STEP"), (sorted_rows, "_AT_A_STEP"), (folder_view, "_AT_A_STEP")):
        monkeypatch.setattr(where, name, at_a_step)


@pytest.mark.parametrize("seed", range(24))
async def test_whatever_happens_the_list_is_sound_and_true_in_the_end(
    scene: Scene, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(syncing, "PAGE", 3)
    if seed >= 8:
        as_if_there_were_thousands(monkeypatch)
    chance, view = random.Random(seed), await view_of(scene, Folder.DRAFTS)
    own = [await scene.saved_message(Content(to=(BEN,), subject=f"own {n}")) for n in range(4)]
    for step in range(60):
        theirs = [i for i in scene.mailbox.in_folder(ANNA, Folder.DRAFTS) if not i.local_id]
        match chance.randrange(9):
            case 0 | 1:
                scene.mailbox.put(ANNA, Content(subject=f"theirs {step}"))
            case 2 if theirs:
                scene.mailbox.delete_elsewhere(chance.choice(theirs).item_id)
            case 3 if theirs:
                scene.mailbox.edit_elsewhere(chance.choice(theirs).item_id, Content(subject=f"edited {step}"))
            case 4:
                scene.spawn(view.reload(), "reload")
            case 5 if theirs:
                await scene.drafts.adopt(ANNA, [chance.choice(theirs).ref])
            case 6:
                scene.drafts.edit(chance.choice(own), typed("x"))
            case 7:
                await view.arrange(chance.choice(list(Order)))
            case _:
                await scene.clock.advance(chance.random() * 5)
        assert len(set(view.ids)) == len(view.ids)
    await scene.clock.advance(60)
    await view.reload()
    await settle()
    assert is_sound(view)
    there = sorted(item.content.subject for item in scene.mailbox.in_folder(ANNA, Folder.DRAFTS))
    assert sorted(await subjects(view)) == there


async def test_what_changes_while_both_sides_are_put_together_is_in_the_list(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    as_if_there_were_thousands(monkeypatch, 1)
    own = [await scene.saved_message(Content(to=(BEN,), subject=f"own {n}")) for n in range(6)]
    view = await view_of(scene, Folder.DRAFTS)
    await view.reload()
    await settle()
    await scene.clock.advance(60)
    turns = 0
    for _ in view._merging():
        turns += 1
        if turns == 3:  # some are placed, the others are not
            scene.drafts.edit(own[0], typed("x"))
            scene.drafts.edit(own[5], typed("x"))
        if turns == 10:  # all are placed, their order is being made
            scene.drafts.edit(own[2], typed("x"))
    assert turns > 12
    assert is_sound(view)
    assert {view.id_of(own[number]) for number in (0, 2, 5)} == set(view.ids[:3])
    assert len(view.ids) == 6
