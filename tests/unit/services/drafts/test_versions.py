"""Earlier versions beside the services that make them, and drafts that are discarded for good."""

from __future__ import annotations

import pytest

from app.core.background import run_in_thread
from app.domain.attachment import Attached
from app.domain.edits import AttachmentGone
from app.domain.errors import BadInput, StorageError, Trouble, TroubleKind
from app.domain.listing import Folder, Place
from app.domain.message import BodyFormat, Content, LocalId
from app.domain.state import State
from app.domain.version import LARGEST, VersionReason
from app.services.accounts.preset_settings import PresetSettings
from app.services.drafts.saver import waits_for_person
from app.services.drafts.trash import Removed
from app.services.drafts.versions import REASONS, DraftVersions
from tests.fakes.clock import settle
from tests.fakes.mailbox import words
from tests.fakes.scene import ANNA, MESSAGE, Scene, typed
from tests.fakes.settings import FakeSettings

NEVER_LEFT = Trouble(TroubleKind.UNREACHABLE, may_have_been_processed=False)


@pytest.fixture
async def known(scene: Scene) -> DraftVersions:
    """Versions that are kept."""
    settings = PresetSettings(FakeSettings(()))
    found = DraftVersions(scene.records, scene.drafts, scene.journal, settings, run_in_thread)
    await found.load()
    return found


def reasons(scene: Scene, name: LocalId) -> list[VersionReason]:
    return [head.why for head, _ in scene.journal.kept_versions.get(name, [])]


def test_each_reason_has_its_words() -> None:
    assert set(REASONS) == set(VersionReason)
    assert len(set(REASONS.values())) == len(REASONS)


async def test_what_is_brought_back_is_saved_like_what_is_typed(scene: Scene, known: DraftVersions) -> None:
    name = await scene.saved_message()
    scene.drafts.edit(name, typed("New. "))
    before = await known.bring_back(name, Content(to=MESSAGE.to, subject="Then", body="Then words"))
    assert before.body == "New. Dear Ben"
    assert reasons(scene, name) == [VersionReason.RETURN]
    await scene.clock.advance(5)
    (item,) = scene.mailbox.in_folder(ANNA, Folder.DRAFTS)
    assert (item.content.subject, item.content.body) == ("Then", "Then words")


async def test_nothing_is_brought_back_into_what_is_on_its_way_or_gone(scene: Scene, known: DraftVersions) -> None:
    name = await scene.saved_message()
    await scene.records.change(name, state=State.QUEUED)
    with pytest.raises(BadInput, match="on its way"):
        await known.bring_back(name, Content(body="Then"))
    assert (await scene.records.read_message(name)).content == MESSAGE
    await scene.records.change(name, state=State.DRAFT)
    await scene.drafts.discard(name)
    assert "no longer here" in known.why_not(name)
    assert "no longer here" in known.why_not(LocalId("nobody"))


async def test_what_is_brought_back_into_a_conflict_writes_over_nothing(scene: Scene, known: DraftVersions) -> None:
    name = await scene.saved_message()
    (item,) = scene.mailbox.in_folder(ANNA, Folder.DRAFTS)
    scene.mailbox.edit_elsewhere(item.item_id, Content(to=MESSAGE.to, body="Theirs"))
    scene.drafts.edit(name, typed("Mine. "))
    await scene.clock.advance(5)
    await known.bring_back(name, Content(to=MESSAGE.to, body="Then words"))
    await scene.clock.advance(60)
    assert item.content.body == "Theirs"
    record = scene.records.get(name)
    assert record is not None
    assert waits_for_person(record)
    assert (await scene.records.read_message(name)).content.body == "Then words"


async def test_before_a_draft_is_renewed_by_opening_it_there_is_a_version(scene: Scene, known: DraftVersions) -> None:
    name = await scene.saved_message()
    await scene.drafts.close(name)
    (item,) = scene.mailbox.in_folder(ANNA, Folder.DRAFTS)
    ref = scene.mailbox.edit_elsewhere(item.item_id, Content(to=MESSAGE.to, body="Theirs"))
    record = scene.records.get(name)
    assert record is not None
    assert record.ref != ref
    await scene.drafts._draft_import.catch_up(record)
    assert (await scene.records.read_message(name)).content.body == "Theirs"
    assert reasons(scene, name) == [VersionReason.SERVER]


async def test_before_mine_is_kept_in_a_conflict_there_is_a_version(scene: Scene, known: DraftVersions) -> None:
    name = await scene.saved_message()
    (item,) = scene.mailbox.in_folder(ANNA, Folder.DRAFTS)
    scene.mailbox.edit_elsewhere(item.item_id, Content(to=MESSAGE.to, body="Theirs"))
    record = scene.records.get(name)
    assert record is not None
    assert record.ref is not None
    seen = (await scene.mailbox.get(ANNA, [record.ref]))[0].item
    assert seen is not None
    await scene.drafts.conflicts.keep_mine(name, seen)
    assert reasons(scene, name) == [VersionReason.CONFLICT]
    await scene.drafts.conflicts.restore(name, Content(body="Back"))
    assert reasons(scene, name) == [VersionReason.CONFLICT], "it says the same"


# --- discarded for good -----------------------------------------------------------------------------------------------


async def test_what_no_server_has_is_gone_at_once(scene: Scene, known: DraftVersions) -> None:
    name = await scene.drafts.begin(ANNA)
    scene.drafts.edit(name, typed("Words"))
    assert await scene.drafts.discard_for_good(name)
    await settle()
    assert scene.records.get(name) is None
    assert scene.journal.blanked == [name]
    await scene.clock.advance(60)
    assert scene.mailbox.calls_of("save") == []


async def test_its_words_are_gone_at_once_and_its_item_leaves_the_server_next(
    scene: Scene, known: DraftVersions
) -> None:
    name = await scene.saved_message()
    scene.mailbox.fail("delete", NEVER_LEFT)
    scene.journal.mark_version(name, VersionReason.PAUSE)
    assert await scene.drafts.discard_for_good(name)
    assert scene.journal.blanked == [name]
    assert (await scene.records.read_message(name)).content == Content(), "only that it is to leave is kept"
    assert reasons(scene, name) == []
    assert await scene.drafts.take_back(name) is None, "there is no way back"
    await scene.clock.advance(60)
    assert scene.mailbox.in_folder(ANNA, Folder.DRAFTS) == []
    assert scene.mailbox.in_folder(ANNA, Folder.DELETED) == []
    assert scene.records.get(name) is None


async def test_what_the_server_refuses_to_remove_stays_there_and_nothing_of_it_here(
    scene: Scene, known: DraftVersions
) -> None:
    name = await scene.saved_message()
    scene.mailbox.refuse("delete", 0, words("ErrorAccessDenied", "Access is denied."))
    assert await scene.drafts.discard_for_good(name)
    await scene.clock.advance(1)
    assert scene.records.get(name) is None
    assert len(scene.mailbox.in_folder(ANNA, Folder.DRAFTS)) == 1, "the server's own list shows it"


async def test_what_another_program_wrote_meanwhile_goes_to_deleted_items_and_that_is_told(
    scene: Scene, known: DraftVersions
) -> None:
    name = await scene.saved_message()
    told: list[Removed] = []
    scene.drafts.removed.subscribe(told.append)
    (item,) = scene.mailbox.in_folder(ANNA, Folder.DRAFTS)
    scene.mailbox.edit_elsewhere(item.item_id, Content(to=MESSAGE.to, body="Written elsewhere"))
    assert await scene.drafts.discard_for_good(name)
    await scene.clock.advance(1)
    (left,) = scene.mailbox.in_folder(ANNA, Folder.DELETED)
    assert left.content.body == "Written elsewhere"
    assert scene.records.get(name) is None
    assert told == [Removed(ANNA, Place(Folder.DRAFTS), item.item_id, kept=True)]


async def test_a_new_version_that_says_the_same_leaves_for_good_and_its_row_at_once(
    scene: Scene, known: DraftVersions
) -> None:
    name = await scene.saved_message()
    told: list[Removed] = []
    scene.drafts.removed.subscribe(told.append)
    (item,) = scene.mailbox.in_folder(ANNA, Folder.DRAFTS)
    scene.mailbox.edit_elsewhere(item.item_id, item.content)
    assert await scene.drafts.discard_for_good(name)
    await scene.clock.advance(1)
    assert scene.mailbox.items == {}
    assert told == [Removed(ANNA, Place(Folder.DRAFTS), item.item_id)]


async def test_a_server_that_cannot_be_asked_removes_nothing_unseen(scene: Scene, known: DraftVersions) -> None:
    name = await scene.saved_message()
    scene.mailbox.fail("get", NEVER_LEFT)
    assert await scene.drafts.discard_for_good(name)
    await settle()
    assert scene.mailbox.calls_of("delete") == []
    await scene.clock.advance(60)
    assert scene.mailbox.items == {}
    assert scene.records.get(name) is None


async def test_what_is_gone_from_the_server_already_is_forgotten(scene: Scene, known: DraftVersions) -> None:
    name = await scene.saved_message()
    (item,) = scene.mailbox.in_folder(ANNA, Folder.DRAFTS)
    scene.mailbox.delete_elsewhere(item.item_id)
    assert await scene.drafts.discard_for_good(name)
    await scene.clock.advance(1)
    assert scene.records.get(name) is None


async def test_a_start_finishes_what_the_last_run_did_not(scene: Scene, known: DraftVersions) -> None:
    name = await scene.saved_message()
    scene.mailbox.fail("delete", NEVER_LEFT, times=1000)
    await scene.drafts.discard_for_good(name)
    await settle()
    scene.mailbox._failures.clear()
    again = await scene.restarted()
    await again.clock.advance(1)
    assert again.mailbox.in_folder(ANNA, Folder.DRAFTS) == [], "there is nothing to wait for"
    assert again.records.get(name) is None


async def test_what_is_on_its_way_is_not_discarded_for_good(scene: Scene, known: DraftVersions) -> None:
    name = await scene.saved_message()
    await scene.records.change(name, state=State.QUEUED)
    assert not await scene.drafts.discard_for_good(name)
    assert (await scene.records.read_message(name)).content == MESSAGE


async def test_on_a_disk_that_takes_nothing_it_says_so_and_nothing_is_lost(scene: Scene, known: DraftVersions) -> None:
    name = await scene.saved_message()
    scene.journal.trouble = StorageError("The disk is full.")
    with pytest.raises(StorageError):
        await scene.drafts.discard_for_good(name)
    record = scene.records.get(name)
    assert record is not None
    assert not record.discarded, "it can be written on"
    scene.journal.heal()
    assert (await scene.records.read_message(name)).content == MESSAGE


# --- why there are none -----------------------------------------------------------------------------------------------


async def test_it_is_said_why_a_draft_has_none(scene: Scene, known: DraftVersions) -> None:
    name = await scene.drafts.begin(ANNA)
    assert "no earlier version of this message yet" in await known.why_none(name)
    scene.drafts.edit(name, typed("x" * (LARGEST + 1)))
    assert "too long" in await known.why_none(name)
    await known.choose(on=False)
    assert "switched off in the settings" in await known.why_none(name)


async def test_it_is_said_which_pictures_of_a_version_are_gone(scene: Scene, known: DraftVersions) -> None:
    shown = Attached("p", "picture.png", 10, content_id="one@mailwright")
    body = '<p>See <img src="cid:one@mailwright"></p>'
    name = await scene.drafts.begin(ANNA, Content(body=body, body_format=BodyFormat.HTML, attachments=(shown,)))
    scene.drafts.mark_version(name, VersionReason.TEMPLATE)
    (head,) = await known.list_versions(name)
    assert (await known.compare(name, head)).pictures_gone == 0
    scene.drafts.edit(name, AttachmentGone("p"))
    found = await known.compare(name, head)
    assert (found.pictures_gone, found.has_attachments) == (1, False)
