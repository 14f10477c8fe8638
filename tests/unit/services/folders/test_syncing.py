"""The cache becomes what the server has: newest first, resumed where it broke off, no ghost and no loss."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date

import pytest

from app.domain.errors import Trouble, TroubleKind
from app.domain.listing import Folder, Place
from app.domain.message import Content
from app.domain.query import read_query
from app.services.folders import syncing
from app.services.folders.syncing import POLL_SECONDS, FolderSync, Syncing
from tests.fakes.cache import FakeCache
from tests.fakes.clock import settle
from tests.fakes.mailbox import words
from tests.fakes.scene import ANNA, Scene

OFFLINE = Trouble(TroubleKind.UNREACHABLE, may_have_been_processed=False)
SENT = Place(Folder.SENT)


@pytest.fixture
def cache() -> FakeCache:
    return FakeCache()


@pytest.fixture
def service(scene: Scene, cache: FakeCache) -> Syncing:
    return Syncing(scene.watched, cache, scene.accounts, scene.records, scene.clock, scene.spawn)


@pytest.fixture
async def folder(service: Syncing, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[FolderSync]:
    monkeypatch.setattr(syncing, "PAGE", 10)
    monkeypatch.setattr(syncing, "FIRST_PAGE", 5)
    monkeypatch.setattr(syncing, "_OVERLAP", 3)
    made = service.follow(ANNA, SENT)
    yield made
    service.leave(made)


async def filled(scene: Scene, count: int) -> list[str]:
    """Put so many messages into Sent, a second apart; return their ids."""
    ids = []
    for number in range(count):
        ids.append(scene.mailbox.put(ANNA, Content(subject=f"{number}"), folder=Folder.SENT).item_id)
        await scene.clock.advance(1)
    return ids


async def shown(cache: FakeCache) -> list[str]:
    listing = await cache.listing(ANNA, SENT)
    rows = await cache.rows(ANNA, list(listing.ids))
    return [rows[number].subject for number in listing.ids]


def newest_first(count: int) -> list[str]:
    return [str(number) for number in reversed(range(count))]


async def test_the_newest_rows_are_there_before_the_rest(scene: Scene, cache: FakeCache, folder: FolderSync) -> None:
    await filled(scene, 25)
    seen: list[int] = []
    gate = scene.mailbox.hold("sync")
    scene.spawn(folder.sync(), "sync")
    await gate.reached.wait()
    assert await shown(cache) == newest_first(25)[:5]
    assert (folder.total, folder.loaded, folder.loading) == (25, False, True)
    folder.changed.subscribe(lambda _: seen.append(len(cache._kept)))
    gate.open.set()
    await settle()
    assert await shown(cache) == newest_first(25)
    assert seen == sorted(seen)
    assert len(seen) == 3
    assert folder.loaded


async def test_an_interrupted_first_look_goes_on_where_it_was(
    scene: Scene, cache: FakeCache, service: Syncing, folder: FolderSync
) -> None:
    ids = await filled(scene, 35)
    trouble_after(scene, folder, 2)
    await folder.sync()
    assert not (await cache.standing(ANNA, SENT)).complete
    assert len(await shown(cache)) == 15
    scene.mailbox.delete_elsewhere(ids[34])
    scene.mailbox.delete_elsewhere(ids[0])
    again = FolderSync(ANNA, SENT, scene.watched, cache, scene.clock, service._turns[ANNA])
    await again.sync()
    assert [call.asked[1] for call in scene.mailbox.calls_of("sync")].count("") == 1
    assert await shown(cache) == newest_first(35)[1:-1]


async def test_a_trouble_in_the_middle_costs_only_the_page(scene: Scene, cache: FakeCache, folder: FolderSync) -> None:
    await filled(scene, 25)
    trouble_after(scene, folder, 2)
    await folder.sync()
    assert folder.trouble == OFFLINE
    state = (await cache.standing(ANNA, SENT)).state
    assert state
    await folder.sync()
    assert not folder.failed
    assert [call.asked[1] for call in scene.mailbox.calls_of("sync")].count("") == 1
    assert await shown(cache) == newest_first(25)


def trouble_after(scene: Scene, folder: FolderSync, pages: int) -> None:
    """Cut the line once so many pages were taken in."""
    left = [pages]

    def count(_: None) -> None:
        left[0] -= 1
        if left[0] == 0:
            scene.mailbox.fail("sync", OFFLINE)

    folder.changed.subscribe(count)


async def test_what_other_clients_do_is_taken_over(scene: Scene, cache: FakeCache, folder: FolderSync) -> None:
    ids = await filled(scene, 12)
    await folder.sync()
    scene.mailbox.delete_elsewhere(ids[3])
    scene.mailbox.edit_elsewhere(ids[5], Content(subject="changed"))
    scene.mailbox.put(ANNA, Content(subject="new"), folder=Folder.SENT)
    await folder.sync()
    expected = ["new", *newest_first(12)]
    expected.remove("3")
    assert await shown(cache) == ["changed" if subject == "5" else subject for subject in expected]


async def test_a_lost_state_leaves_no_ghost_and_loses_nobody(
    scene: Scene, cache: FakeCache, folder: FolderSync
) -> None:
    ids = await filled(scene, 25)
    await folder.sync()
    numbers = list((await cache.listing(ANNA, SENT)).ids)
    scene.mailbox.folder_changes.forget_states()
    scene.mailbox.delete_elsewhere(ids[24])
    await folder.sync()
    assert list((await cache.listing(ANNA, SENT)).ids) == numbers[1:]


async def test_a_lost_cache_is_filled_anew(scene: Scene, cache: FakeCache, folder: FolderSync) -> None:
    await filled(scene, 12)
    await folder.sync()
    cache.lose()
    await folder.sync()
    assert await shown(cache) == newest_first(12)


async def test_without_sync_the_folder_is_read_by_pages(scene: Scene, cache: FakeCache, folder: FolderSync) -> None:
    scene.mailbox.folder_changes.not_offered = True
    ids = await filled(scene, 35)
    await folder.sync()
    assert await shown(cache) == newest_first(35)
    asked = len(scene.mailbox.calls_of("list_folder"))
    await folder.sync()
    assert len(scene.mailbox.calls_of("list_folder")) == asked + 1, "the first page was as it was"
    scene.mailbox.delete_elsewhere(ids[0])
    scene.mailbox.put(ANNA, Content(subject="new"), folder=Folder.SENT)
    await folder.sync()
    assert await shown(cache) == ["new", *newest_first(35)[:-1]]


async def test_a_folder_that_changes_while_it_is_read_by_pages_loses_no_row(
    scene: Scene, cache: FakeCache, folder: FolderSync
) -> None:
    scene.mailbox.folder_changes.not_offered = True
    ids = await filled(scene, 35)
    await folder.sync()
    scene.mailbox.put(ANNA, Content(subject="new"), folder=Folder.SENT)
    done: list[bool] = []

    def delete_one(_: None) -> None:
        if not done:
            done.append(True)
            scene.mailbox.delete_elsewhere(ids[34])

    folder.changed.subscribe(delete_one)
    await folder.sync()
    assert set(newest_first(35)[1:]) < set(await shown(cache))
    await folder.sync()
    assert await shown(cache) == ["new", *newest_first(35)[1:]]


async def test_a_refusal_is_kept_in_the_servers_words(scene: Scene, folder: FolderSync) -> None:
    denied = words("ErrorAccessDenied", "Access is denied.")
    scene.mailbox.refuse("list_folder", 0, denied)
    await folder.sync()
    assert folder.refusal == denied
    assert folder.failed
    await folder.sync()
    assert not folder.failed


async def test_a_disk_that_takes_nothing_ends_the_round_and_not_the_program(
    scene: Scene, cache: FakeCache, folder: FolderSync
) -> None:
    await filled(scene, 3)
    cache.fail("apply")
    await folder.sync()
    assert not folder.loaded
    await folder.sync()
    assert await shown(cache) == newest_first(3)


async def test_a_wish_during_a_round_brings_another(scene: Scene, cache: FakeCache, folder: FolderSync) -> None:
    await filled(scene, 3)
    await folder.sync()
    gate = scene.mailbox.hold("sync")
    scene.spawn(folder.sync(), "sync")
    await gate.reached.wait()
    await folder.sync()
    gate.open.set()
    await settle()
    assert len(scene.mailbox.calls_of("sync")) == 3


# --- the clock --------------------------------------------------------------------------------------------------------


async def test_changes_appear_by_themselves(
    scene: Scene, cache: FakeCache, service: Syncing, folder: FolderSync
) -> None:
    await folder.sync()
    service.start()
    scene.mailbox.put(ANNA, Content(subject="new"), folder=Folder.SENT)
    await scene.clock.advance(POLL_SECONDS + 1)
    assert await shown(cache) == ["new"]


async def test_trouble_is_met_with_longer_pauses(scene: Scene, service: Syncing, folder: FolderSync) -> None:
    await folder.sync()
    service.start()

    async def asked(seconds: float) -> int:
        before = len(scene.mailbox.calls_of("sync"))
        await scene.clock.advance(seconds)
        return len(scene.mailbox.calls_of("sync")) - before

    assert await asked(600) == 10
    scene.mailbox.fail("sync", OFFLINE, times=99)
    assert await asked(1800) <= 10
    scene.mailbox._failures["sync"].clear()
    await scene.clock.advance(300)
    assert await asked(600) == 10


async def test_who_looks_no_longer_is_not_looked_for(scene: Scene, service: Syncing) -> None:
    folder = service.follow(ANNA, SENT)
    assert service.follow(ANNA, SENT) is folder
    service.start()
    service.leave(folder)
    service.leave(folder)
    await scene.clock.advance(600)
    assert scene.mailbox.calls_of("sync") == []


# --- what is kept -----------------------------------------------------------------------------------------------------


async def test_nothing_is_kept_of_an_account_that_was_removed(
    scene: Scene, cache: FakeCache, service: Syncing, folder: FolderSync
) -> None:
    await filled(scene, 3)
    await folder.sync()
    scene.accounts.changed.emit(None)
    assert len(await shown(cache)) == 3
    await scene.accounts.remove(ANNA)
    await settle()
    assert await shown(cache) == []


async def test_a_message_that_was_read_is_found_by_its_words_unless_the_disk_fails(
    scene: Scene, cache: FakeCache, service: Syncing, folder: FolderSync
) -> None:
    (item_id,) = await filled(scene, 1)
    await folder.sync()
    cache.fail("note_body")
    service.note_body(ANNA, item_id, "a needle")
    await settle()
    query = read_query("needle", date(2026, 11, 21))
    assert len((await cache.listing(ANNA, SENT, query=query)).ids) == 0
    service.note_body(ANNA, item_id, "a needle")
    await settle()
    assert len((await cache.listing(ANNA, SENT, query=query)).ids) == 1


async def test_a_notice_of_the_inbox_brings_its_rows_and_reports_and_sent_is_looked_at_anew(
    scene: Scene, cache: FakeCache, service: Syncing, folder: FolderSync
) -> None:
    inbox = service.follow(ANNA, syncing.INBOX)
    told: list[None] = []
    folder.changed.subscribe(told.append)
    scene.mailbox.put(ANNA, Content(subject="Came"), folder=Folder.INBOX)
    await service.look_at(ANNA, [syncing.INBOX])
    assert len((await cache.listing(ANNA, syncing.INBOX)).ids) == 1
    assert scene.mailbox.calls_of("find_reports")
    assert told, "what came may answer what was sent"
    service.leave(inbox)


async def test_an_inbox_is_looked_at_each_minute_though_new_mail_is_told(scene: Scene, service: Syncing) -> None:
    inbox, sent = service.follow(ANNA, syncing.INBOX), service.follow(ANNA, SENT)
    service.listen(ANNA, [syncing.INBOX, SENT])
    service.start()
    await scene.clock.advance(syncing.POLL_SECONDS + 1)
    before = [call.asked[0] for call in scene.mailbox.calls_of("sync")]
    assert before.count(syncing.INBOX) == 1
    await scene.clock.advance(syncing.POLL_SECONDS + 1)
    after = [call.asked[0] for call in scene.mailbox.calls_of("sync")]
    assert (after.count(syncing.INBOX), after.count(SENT)) == (2, before.count(SENT))
    service.leave(inbox)
    service.leave(sent)
