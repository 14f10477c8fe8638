"""A list is one truth made of two sides: no doubles, newest first, and changes told as they are."""

from __future__ import annotations

from app.domain.errors import Trouble, TroubleKind
from app.domain.listing import Folder
from app.domain.message import Content
from app.domain.state import State
from app.services.folders import ChangeKind, FolderView, ListChange
from app.services.rows import ListRow
from tests.fakes.clock import settle
from tests.fakes.mailbox import words
from tests.fakes.scene import ANNA, BEN, LETTER, Scene, typed

OFFLINE = Trouble(TroubleKind.UNREACHABLE, may_have_been_processed=False)


def view_of(scene: Scene, folder: Folder) -> FolderView:
    return FolderView(folder, ANNA, scene.letters, scene.watched)


def follow(view: FolderView) -> list[ListRow]:
    """Keep a copy of the rows by the changes that are told alone, as a model does."""
    shown = list(view.rows)

    def take(change: ListChange) -> None:
        if change.kind is ChangeKind.RESET:
            shown[:] = view.rows
        elif change.kind is ChangeKind.REMOVED:
            del shown[change.first : change.last + 1]
        elif change.kind is ChangeKind.INSERTED:
            shown[change.first : change.first] = view.rows[change.first : change.last + 1]
        else:
            shown[change.first : change.last + 1] = view.rows[change.first : change.last + 1]
        assert shown == view.rows

    view.changed.subscribe(take)
    return shown


async def test_a_draft_that_both_sides_have_is_one_row(scene: Scene) -> None:
    local_id = await scene.saved_letter()
    scene.mailbox.put(ANNA, Content(subject="Theirs"))
    view = view_of(scene, Folder.DRAFTS)
    await view.reload()
    assert sorted(row.subject for row in view.rows) == ["Hello", "Theirs"]
    assert [row.local_id for row in view.rows if row.subject == "Hello"] == [local_id]


async def test_local_drafts_are_there_before_the_server_answered_and_while_it_does_not(scene: Scene) -> None:
    await scene.saved_letter()
    view = view_of(scene, Folder.DRAFTS)
    assert [row.subject for row in view.rows] == ["Hello"]
    scene.mailbox.fail("list_folder", OFFLINE)
    await view.reload()
    assert view.trouble == OFFLINE
    assert [row.subject for row in view.rows] == ["Hello"]
    await view.reload()
    assert view.trouble is None


async def test_newest_stands_first_and_an_edit_brings_a_row_up(scene: Scene) -> None:
    first = await scene.saved_letter(Content(to=(BEN,), subject="First"))
    await scene.clock.advance(10)
    await scene.saved_letter(Content(to=(BEN,), subject="Second"))
    view = view_of(scene, Folder.DRAFTS)
    await view.reload()
    shown = follow(view)
    assert [row.subject for row in shown] == ["Second", "First"]
    await scene.clock.advance(10)
    scene.drafts.edit(first, typed("x"))
    await scene.clock.advance(10)
    assert [row.subject for row in shown] == ["First", "Second"]


async def test_a_row_keeps_its_key_when_its_letter_is_opened_and_saved(scene: Scene) -> None:
    scene.mailbox.put(ANNA, LETTER)
    view = view_of(scene, Folder.DRAFTS)
    await view.reload()
    shown = follow(view)
    key = shown[0].key
    letter = await scene.drafts.open(shown[0])
    scene.drafts.edit(letter.record.local_id, typed("x"))
    await scene.clock.advance(10)
    await view.reload()
    assert [row.key for row in shown] == [key]


async def test_a_letter_moves_from_drafts_by_the_outbox_to_sent(scene: Scene) -> None:
    drafts, outbox, sent = (view_of(scene, folder) for folder in (Folder.DRAFTS, Folder.OUTBOX, Folder.SENT))
    for view in (drafts, outbox, sent):
        await view.reload()
        follow(view)
    local_id = await scene.saved_letter()

    def where() -> list[int]:
        return [len(view.rows) for view in (drafts, outbox, sent)]

    assert where() == [1, 0, 0]
    await scene.outbox.send([local_id])
    assert where() == [0, 1, 0]
    await scene.clock.advance(60)
    assert where() == [0, 0, 1]
    for view in (drafts, outbox, sent):
        await view.reload()
    assert where() == [0, 0, 1]


async def test_a_refused_letter_is_in_the_outbox_and_in_drafts_until_it_is_mended(scene: Scene) -> None:
    drafts, outbox = view_of(scene, Folder.DRAFTS), view_of(scene, Folder.OUTBOX)
    local_id = await scene.saved_letter()
    scene.mailbox.refuse("send", 0, words("ErrorSendAsDenied"))
    await scene.outbox.send([local_id], 0)
    await settle()
    assert [row.state for row in drafts.rows] == [State.NEEDS_ATTENTION]
    assert [row.state for row in outbox.rows] == [State.NEEDS_ATTENTION]


async def test_further_pages_are_added_without_doubles(scene: Scene) -> None:
    for number in range(120):
        scene.mailbox.put(ANNA, Content(subject=f"{number}"), folder=Folder.SENT)
    view = view_of(scene, Folder.SENT)
    await view.reload()
    assert (len(view.rows), view.total, view.has_more) == (50, 120, True)
    await view.load_more()
    await view.load_more()
    assert not view.has_more
    assert len({row.key for row in view.rows}) == 120


async def test_what_another_client_deleted_goes_at_the_next_look_but_not_what_is_unsaved(scene: Scene) -> None:
    gone = await scene.saved_letter(Content(to=(BEN,), subject="Gone"))
    unsaved = await scene.saved_letter(Content(to=(BEN,), subject="Unsaved"))
    view = view_of(scene, Folder.DRAFTS)
    await view.reload()
    scene.mailbox.fail("update", OFFLINE, times=9)
    scene.drafts.edit(unsaved, typed("x"))
    for local_id in (gone, unsaved):
        ref = scene.record(local_id).ref
        assert ref is not None
        scene.mailbox.delete_elsewhere(ref.item_id)
    await view.reload()
    assert [row.subject for row in view.rows] == ["Unsaved"]


async def test_a_copy_made_elsewhere_is_a_row_of_its_own(scene: Scene) -> None:
    local_id = await scene.saved_letter()
    scene.mailbox.put(ANNA, LETTER, local_id=local_id)
    view = view_of(scene, Folder.DRAFTS)
    await view.reload()
    assert len(view.rows) == 2
    assert [row.local_id for row in view.rows].count(local_id) == 1


async def test_a_discarded_letter_is_not_listed_and_is_again_when_taken_back(scene: Scene) -> None:
    local_id = await scene.saved_letter()
    view = view_of(scene, Folder.DRAFTS)
    await view.reload()
    shown = follow(view)
    await scene.drafts.discard(local_id)
    assert shown == []
    await scene.drafts.take_back(local_id)
    assert [row.local_id for row in shown] == [local_id]
