"""The mailboxes one may send as: looked at when they are added, kept, and each with the place of its copies."""

from __future__ import annotations

import pytest

from app.domain.errors import BadInput, StorageError, Trouble, TroubleKind
from app.domain.recipient import Recipient
from app.domain.record import CopyKind, CopyTo
from app.services.accounts.accounts import Accounts
from app.services.accounts.identities import Identities, Identity
from tests.fakes.mailbox import FakeMailbox
from tests.fakes.scene import ACCOUNT, ANNA
from tests.fakes.secrets import FakeSecrets
from tests.fakes.settings import FakeSettings

SALES = "sales@example.org"


class Place:
    def __init__(self) -> None:
        self.settings = FakeSettings([ACCOUNT])
        self.mailbox = FakeMailbox()
        secrets = FakeSecrets()
        secrets.held[ANNA] = "secret"
        self.accounts = Accounts(self.settings, secrets, self.mailbox)
        self.identities = Identities(self.settings, self.accounts, self.mailbox)


@pytest.fixture
async def at() -> Place:
    place = Place()
    await place.accounts.start()
    return place


async def test_ones_own_mailbox_is_always_there(at: Place) -> None:
    assert [one.address for one in at.identities.all(ANNA)] == [ACCOUNT.address]


async def test_a_mailbox_that_may_be_used_files_its_copies_with_itself(at: Place) -> None:
    at.mailbox.people = [Recipient(SALES, "Sales")]
    found = await at.identities.add(ANNA, f" {SALES} ")
    assert found == Identity(SALES, "Sales", files=True, checked=True)
    assert at.identities.copy_for(ANNA, Recipient(SALES.upper())) == CopyTo(CopyKind.PRINCIPAL_SENT, SALES)
    assert at.identities.copy_for(ANNA, None) == CopyTo()
    assert at.identities.copy_for(ANNA, Recipient("other@example.org")) == CopyTo()


async def test_it_is_there_after_a_restart_and_gone_once_removed(at: Place) -> None:
    await at.identities.add(ANNA, SALES)
    later = Identities(at.settings, at.accounts, at.mailbox)
    await later.load()
    assert later.others(ANNA) == at.identities.others(ANNA)
    await later.remove(ANNA, SALES)
    assert later.others(ANNA) == ()


async def test_one_whose_drafts_are_closed_can_be_sent_from_with_the_copy_here(at: Place) -> None:
    at.mailbox.closed_to_us.add(SALES)
    found = await at.identities.add(ANNA, SALES)
    assert (found.files, found.checked) == (False, True)
    assert at.identities.copy_for(ANNA, Recipient(SALES)) == CopyTo()


async def test_offline_it_is_added_unchecked_and_looked_at_later(at: Place) -> None:
    for name in ("resolve_names", "sync"):
        at.mailbox.fail(name, Trouble(TroubleKind.UNREACHABLE, may_have_been_processed=False))
    assert not (await at.identities.add(ANNA, SALES)).checked
    assert (await at.identities.add(ANNA, SALES)).checked
    assert len(at.identities.others(ANNA)) == 1


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("", "Type the address of the mailbox."),
        ("sales", "“sales” is not a complete address."),
        (ACCOUNT.address.upper(), "This is your own address."),
        ("nobody@example.org", "The server has no mailbox nobody@example.org."),
    ],
)
async def test_what_cannot_be_a_mailbox_is_said(at: Place, address: str, words: str) -> None:
    at.mailbox.nobodys.add("nobody@example.org")
    with pytest.raises(BadInput) as refused:
        await at.identities.add(ANNA, address)
    assert str(refused.value).startswith(words)
    assert at.identities.others(ANNA) == ()


async def test_a_disk_that_refuses_changes_nothing(at: Place) -> None:
    at.settings.trouble = StorageError("the disk is full")
    with pytest.raises(StorageError):
        await at.identities.add(ANNA, SALES)
    assert at.identities.others(ANNA) == ()


# --- those that the server names --------------------------------------------------------------------------------------


async def test_what_the_server_names_is_there_with_what_is_known_of_it(at: Place) -> None:
    at.mailbox.closed_to_us.add("board@example.org")
    await at.identities.take_named(ANNA, [Recipient(SALES, "Sales"), Recipient("board@example.org", "Board")])
    assert at.identities.others(ANNA) == (
        Identity(SALES, "Sales", files=True, checked=True, by_server=True),
        Identity("board@example.org", "Board", checked=True, by_server=True),
    )


async def test_what_it_names_no_more_goes_and_what_the_person_added_stays(at: Place) -> None:
    await at.identities.add(ANNA, "mine@example.org")
    await at.identities.take_named(ANNA, [Recipient(SALES), Recipient("MINE@example.org")])
    assert [(one.address, one.by_server) for one in at.identities.others(ANNA)] == [
        ("mine@example.org", False),
        (SALES, True),
    ]
    await at.identities.take_named(ANNA, [])
    assert [one.address for one in at.identities.others(ANNA)] == ["mine@example.org"]


async def test_what_the_person_took_away_does_not_come_back_unless_it_is_added(at: Place) -> None:
    await at.identities.take_named(ANNA, [Recipient(SALES)])
    await at.identities.remove(ANNA, SALES)
    await at.identities.take_named(ANNA, [Recipient(SALES)])
    later = Identities(at.settings, at.accounts, at.mailbox)
    await later.load()
    await later.take_named(ANNA, [Recipient(SALES)])
    assert later.others(ANNA) == ()
    await later.add(ANNA, SALES)
    assert [one.by_server for one in later.others(ANNA)] == [False]
    await later.remove(ANNA, SALES)
    await later.take_named(ANNA, [Recipient(SALES)])
    assert [one.by_server for one in later.others(ANNA)] == [True]


async def test_nobody_is_asked_about_one_that_is_known_or_cannot_be_one(at: Place) -> None:
    at.mailbox.nobodys.add("gone@example.org")
    await at.identities.take_named(ANNA, [Recipient(SALES)])
    before = len(at.mailbox.calls)
    named = [Recipient(SALES), Recipient(ACCOUNT.address.upper()), Recipient("no address")]
    await at.identities.take_named(ANNA, named)
    assert len(at.mailbox.calls) == before
    await at.identities.take_named(ANNA, [*named, Recipient("gone@example.org")])
    assert [one.address for one in at.identities.others(ANNA)] == [SALES]


async def test_one_that_could_not_be_looked_at_is_looked_at_the_next_time(at: Place) -> None:
    for name in ("resolve_names", "sync"):
        at.mailbox.fail(name, Trouble(TroubleKind.UNREACHABLE, may_have_been_processed=False))
    await at.identities.take_named(ANNA, [Recipient(SALES, "Sales")])
    assert at.identities.others(ANNA) == (Identity(SALES, "Sales", by_server=True),)
    await at.identities.take_named(ANNA, [Recipient(SALES, "Sales")])
    assert at.identities.others(ANNA) == (Identity(SALES, "Sales", files=True, checked=True, by_server=True),)


async def test_settings_that_cannot_be_read_are_no_mailboxes(at: Place) -> None:
    at.settings.preferences["mailboxes"] = "[broken"
    await at.identities.load()
    assert at.identities.others(ANNA) == ()
