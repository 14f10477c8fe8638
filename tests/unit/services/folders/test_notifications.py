"""What the server tells is looked at, in bursts; what it does not tell is asked for; what is lost is begun anew."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from app.domain.errors import Trouble, TroubleKind, error_for
from app.domain.listing import Folder, Place, Report, ReportKind
from app.services.folders.notifications import GATHERED, ChangeNotifications
from app.services.folders.syncing import INBOX, LISTENED_SECONDS, POLL_SECONDS, FolderSync, Syncing
from tests.fakes.cache import FakeCache
from tests.fakes.clock import settle
from tests.fakes.scene import ACCOUNT, ANNA, MESSAGE, Scene, new_scene

DRAFTS, SENT = Place(Folder.DRAFTS), Place(Folder.SENT)
LOST = error_for(Trouble(TroubleKind.UNREACHABLE, host="mail"))


class Hearing:
    """One run, with two folders that somebody looks at."""

    def __init__(self, scene: Scene) -> None:
        self.scene, self.mailbox, self.clock = scene, scene.mailbox, scene.clock
        self.cache = FakeCache()
        self.syncing = Syncing(scene.mailbox, self.cache, scene.accounts, scene.records, scene.clock, scene.spawn)
        self.listening = ChangeNotifications(
            scene.mailbox, scene.accounts, self.syncing, scene.records, scene.clock, scene.spawn
        )
        self.folders: list[FolderSync] = []

    async def start(self, *places: Place) -> None:
        self.folders = [self.syncing.follow(ANNA, place) for place in places]
        self.syncing.start()
        self.listening.start()
        await settle()

    def count(self, name: str) -> int:
        return sum(1 for call in self.mailbox.calls if call.name == name)

    def syncs(self) -> int:
        return self.count("sync")


@pytest.fixture
async def hearing() -> AsyncIterator[Hearing]:
    made = Hearing(await new_scene())
    made.mailbox.has_notices = True
    yield made
    await made.scene.spawn.end()
    assert made.scene.spawn.errors == []


async def test_all_is_looked_at_once_when_listening_begins_and_then_what_is_told(hearing: Hearing) -> None:
    await hearing.start(DRAFTS, SENT)
    await hearing.clock.advance(GATHERED + 0.1)
    assert hearing.syncs() == 2
    hearing.mailbox.happens(ANNA, DRAFTS)
    await hearing.clock.advance(GATHERED + 0.1)
    assert hearing.syncs() == 3
    assert hearing.mailbox.calls[-1].asked[0] == DRAFTS


async def test_a_burst_is_one_look(hearing: Hearing) -> None:
    await hearing.start(DRAFTS)
    await hearing.clock.advance(1)
    before = hearing.syncs()
    for _ in range(20):
        hearing.mailbox.happens(ANNA, DRAFTS)
    await hearing.clock.advance(1)
    assert hearing.syncs() == before + 1


async def test_who_is_told_need_not_ask_every_minute(hearing: Hearing) -> None:
    await hearing.start(DRAFTS)
    await hearing.clock.advance(1)
    before = hearing.syncs()
    for _ in range(10):
        await hearing.clock.advance(POLL_SECONDS)
    assert hearing.syncs() == before
    for _ in range(int(LISTENED_SECONDS / POLL_SECONDS)):
        await hearing.clock.advance(POLL_SECONDS)
    assert hearing.syncs() > before


async def test_a_server_that_does_not_tell_is_asked_every_minute_and_not_subscribed_to_again(hearing: Hearing) -> None:
    hearing.mailbox.has_notices = False
    await hearing.start(DRAFTS)
    for _ in range(5):
        await hearing.clock.advance(POLL_SECONDS)
    assert hearing.syncs() >= 5
    assert hearing.count("notices") == 1


async def test_a_server_that_did_not_tell_is_asked_once_more_after_an_hour(hearing: Hearing) -> None:
    hearing.mailbox.has_notices = False
    await hearing.start(DRAFTS)
    hearing.mailbox.has_notices = True
    await hearing.clock.advance(3500)
    assert hearing.count("notices") == 1
    await hearing.clock.advance(200)
    assert len(hearing.mailbox._listeners) == 1


async def test_a_lost_connection_is_begun_anew_after_growing_pauses_and_looks_at_everything(hearing: Hearing) -> None:
    await hearing.start(DRAFTS)
    await hearing.clock.advance(1)
    hearing.mailbox.end_notices(LOST)
    await settle()
    assert hearing.count("notices") == 1
    await hearing.clock.advance(16)
    assert hearing.count("notices") == 2
    hearing.mailbox.end_notices(LOST)
    await hearing.clock.advance(16)
    assert hearing.count("notices") == 2
    await hearing.clock.advance(16)
    assert hearing.count("notices") == 3
    await hearing.clock.advance(1)
    assert hearing.syncs() == 3


async def test_a_connection_that_the_server_ended_in_its_time_is_begun_anew_at_once(hearing: Hearing) -> None:
    await hearing.start(DRAFTS)
    await hearing.clock.advance(1740)
    hearing.mailbox.end_notices()
    await settle()
    assert hearing.count("notices") == 2


async def test_while_nobody_listens_one_asks_every_minute(hearing: Hearing) -> None:
    await hearing.start(DRAFTS)
    await hearing.clock.advance(1)
    hearing.mailbox.has_notices = False
    hearing.mailbox.end_notices(LOST)
    await hearing.clock.advance(16)
    before = hearing.syncs()
    await hearing.clock.advance(2 * POLL_SECONDS)
    assert hearing.syncs() > before


async def test_new_mail_brings_reports_to_their_messages(hearing: Hearing) -> None:
    stored = hearing.mailbox.put(ANNA, MESSAGE, folder=Folder.SENT, message_id="<1@x>")
    await hearing.start(SENT)
    await hearing.clock.advance(1)
    hearing.mailbox.reports = [("<1@x>", Report(ReportKind.NOT_DELIVERED, "ben@example.org", hearing.clock.now()))]
    hearing.mailbox.happens(ANNA, INBOX)
    await hearing.clock.advance(1)
    assert len(await hearing.cache.undelivered(ANNA, SENT)) == 1
    assert stored.folder is Folder.SENT


async def test_another_folder_is_listened_to_as_soon_as_somebody_looks_at_it(hearing: Hearing) -> None:
    theirs = Place(Folder.SENT, "boss@example.org")
    await hearing.start(DRAFTS)
    await hearing.clock.advance(1)
    folder = hearing.syncing.follow(ANNA, theirs)
    await settle()
    assert hearing.mailbox.calls[-1].asked == (DRAFTS, theirs, INBOX) or hearing.count("notices") == 2
    await hearing.clock.advance(1)
    before = hearing.syncs()
    hearing.mailbox.happens(ANNA, theirs)
    await hearing.clock.advance(1)
    assert hearing.syncs() == before + 1
    hearing.syncing.leave(folder)
    await settle()
    assert hearing.count("notices") == 3


async def test_an_account_that_waits_for_its_password_is_left_in_peace(hearing: Hearing) -> None:
    hearing.scene.accounts.report(ANNA, Trouble(TroubleKind.SIGN_IN))
    await hearing.start(DRAFTS)
    await hearing.clock.advance(600)
    assert hearing.count("notices") == 0
    hearing.scene.accounts.report_well(ANNA)
    await settle()
    assert hearing.count("notices") == 1


async def test_a_password_that_is_not_taken_is_not_tried_again(hearing: Hearing) -> None:
    await hearing.start(DRAFTS)
    hearing.mailbox.end_notices(error_for(Trouble(TroubleKind.SIGN_IN)))
    await hearing.clock.advance(600)
    assert hearing.count("notices") == 1
    assert hearing.scene.accounts.is_paused(ANNA)


async def test_messages_on_their_way_go_first(hearing: Hearing) -> None:
    await hearing.start(DRAFTS)
    await hearing.clock.advance(1)
    name = await hearing.scene.saved_message()
    gate = hearing.mailbox.hold("send")
    await hearing.scene.outbox.send([name], 0)
    await settle()
    before = hearing.syncs()
    hearing.mailbox.happens(ANNA, DRAFTS)
    await hearing.clock.advance(5)
    assert hearing.syncs() == before
    gate.open.set()
    await hearing.clock.advance(2)
    assert hearing.syncs() == before + 1


async def test_nobody_listens_while_many_messages_go_and_all_is_looked_at_when_they_are_gone(hearing: Hearing) -> None:
    await hearing.start(DRAFTS)
    await hearing.clock.advance(1)
    names = [await hearing.scene.saved_message() for _ in range(30)]
    gate = hearing.mailbox.hold("send")
    await hearing.scene.outbox.send(names, 0)
    await settle()
    assert hearing.mailbox._listeners == []
    before = hearing.syncs()
    gate.open.set()
    await hearing.clock.advance(2)
    assert len(hearing.mailbox._listeners) == 1
    assert hearing.count("notices") == 2
    assert hearing.syncs() == before + 1


async def test_messages_that_wait_for_another_try_keep_nobody_from_listening(hearing: Hearing) -> None:
    await hearing.start(DRAFTS)
    await hearing.clock.advance(1)
    names = [await hearing.scene.saved_message() for _ in range(30)]
    hearing.mailbox.fail("send", Trouble(TroubleKind.UNREACHABLE, may_have_been_processed=False))
    await hearing.scene.outbox.send(names, 0)
    await hearing.clock.advance(2)
    assert len(hearing.mailbox._listeners) == 1


async def test_a_removed_account_is_listened_to_no_more(hearing: Hearing) -> None:
    await hearing.start(DRAFTS)
    await hearing.scene.accounts.remove(ACCOUNT.account_id)
    await settle()
    hearing.mailbox.end_notices(LOST)
    await hearing.clock.advance(60)
    assert hearing.count("notices") == 1
