"""What a server tells of its own accord is asked once a day, after everything else, and trouble with it is quiet."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from app.domain.errors import StorageError, Trouble, TroubleKind
from app.domain.recipient import Recipient
from app.services.accounts.accounts import Accounts
from app.services.accounts.mailbox_discovery import AFTER_TROUBLE, DAY, FIRST_LOOK, Aids, LastDiscovery
from app.services.accounts.watched_mailbox import WatchedMailbox
from tests.fakes.clock import FakeClock
from tests.fakes.mailbox import FakeMailbox, words
from tests.fakes.scene import ACCOUNT, ANNA
from tests.fakes.secrets import FakeSecrets
from tests.fakes.settings import FakeSettings

SALES = Recipient("sales@example.org", "Sales")
OFFLINE = Trouble(TroubleKind.UNREACHABLE, "There is no way there.", may_have_been_processed=False)


class Place:
    def __init__(self) -> None:
        self.clock, self.settings, self.mailbox = FakeClock(), FakeSettings([ACCOUNT]), FakeMailbox()
        self.mailbox.named, self.mailbox.categories = [SALES], ["Blue", "Budget"]
        secrets = FakeSecrets()
        secrets.held[ANNA] = "secret"
        self.accounts = Accounts(self.settings, secrets, self.mailbox)
        self.aids = self.new_run()
        self.looking = asyncio.ensure_future(self.aids.discovery.keep_looking())

    def new_run(self) -> Aids:
        return Aids(self.settings, WatchedMailbox(self.mailbox, self.accounts, self.clock), self.accounts, self.clock)

    def asked(self, name: str = "named_mailboxes") -> int:
        return sum(call.name == name for call in self.mailbox.calls)

    @property
    def others(self) -> list[str]:
        return [one.address for one in self.aids.identities.others(ANNA)]


@pytest.fixture
async def at() -> AsyncIterator[Place]:
    place = Place()
    await place.accounts.start()
    yield place
    place.looking.cancel()


async def test_nothing_is_asked_at_the_start_and_then_once_a_day(at: Place) -> None:
    await at.clock.advance(FIRST_LOOK - 1)
    assert at.asked() == 0
    await at.clock.advance(1)
    assert (at.asked(), at.asked("category_list")) == (1, 1)
    assert at.others == [SALES.address]
    assert at.aids.categories.completion("bu") == "dget"
    await at.clock.advance(DAY - 600)
    assert at.asked() == 1
    await at.clock.advance(1200)
    assert at.asked() == 2


async def test_what_was_told_is_there_after_a_restart_without_asking(at: Place) -> None:
    await at.clock.advance(FIRST_LOOK)
    later = at.new_run()
    await later.load()
    await later.discovery.load()
    assert later.discovery.told(ANNA) == LastDiscovery(at.clock.now(), 1, ("Blue", "Budget"))
    assert later.categories.known == ("Blue", "Budget")
    assert [one.address for one in later.identities.others(ANNA)] == [SALES.address]
    assert at.asked() == 1


async def test_a_trouble_is_kept_apart_from_the_account_and_tried_again_sooner(at: Place) -> None:
    at.mailbox.fail("named_mailboxes", OFFLINE)
    await at.clock.advance(FIRST_LOOK)
    told = at.aids.discovery.told(ANNA)
    assert (told.trouble, told.code) == ("There is no way there.", "unreachable")
    assert at.accounts.trouble(ANNA) is None
    assert at.aids.categories.known == ("Blue", "Budget")
    await at.clock.advance(AFTER_TROUBLE + 600)
    assert at.aids.discovery.told(ANNA).trouble == ""
    assert at.others == [SALES.address]


async def test_a_server_that_refuses_its_categories_keeps_those_of_before(at: Place) -> None:
    await at.aids.discovery.look(ANNA)
    at.mailbox.refuse("category_list", 0, words("ErrorAccessDenied"))
    at.mailbox.named = []
    told = await at.aids.discovery.look(ANNA)
    assert (told.categories, told.mailboxes, told.trouble) == (("Blue", "Budget"), 0, "")
    assert at.others == []


async def test_an_account_that_waits_for_its_password_is_not_asked(at: Place) -> None:
    at.accounts.report(ANNA, Trouble(TroubleKind.SIGN_IN, "no", may_have_been_processed=False))
    await at.clock.advance(FIRST_LOOK)
    assert at.asked() == 0


async def test_a_disk_that_refuses_ends_nothing(at: Place) -> None:
    at.settings.trouble = StorageError("the disk is full")
    await at.clock.advance(FIRST_LOOK)
    await at.clock.advance(1200)
    assert not at.looking.done()
    assert at.others == [SALES.address]


async def test_settings_that_cannot_be_read_are_nothing_told(at: Place) -> None:
    at.settings.preferences["surroundings"] = "[broken"
    await at.aids.discovery.load()
    assert at.aids.discovery.told(ANNA) == LastDiscovery()
