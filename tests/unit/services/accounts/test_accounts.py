"""An account says when it is not well and when it is again; a password that is missing is asked for."""

from __future__ import annotations

import msgspec
import pytest

from app.domain.account import COLORS, Account, BackendKind
from app.domain.errors import AccountError, SignInRefused, Trouble, TroubleKind, Unreachable
from app.domain.listing import Folder
from app.domain.message import AccountId, ItemRef
from app.domain.outcome import Outcome, Verdict
from app.domain.record import CopyTo
from app.services.accounts.accounts import Accounts, AccountTrouble
from app.services.accounts.watched_mailbox import WatchedMailbox
from tests.fakes.scene import ACCOUNT, ANNA, CLARA, OTHER_ACCOUNT, Scene

OFFLINE = Trouble(TroubleKind.UNREACHABLE, may_have_been_processed=False)


async def test_trouble_is_told_once_and_its_end_too(scene: Scene) -> None:
    told: list[AccountTrouble] = []
    well: list[AccountId] = []
    scene.accounts.trouble_changed.subscribe(told.append)
    scene.accounts.well.subscribe(well.append)
    scene.mailbox.fail("list_folder", OFFLINE, times=2)
    for _ in range(2):
        with pytest.raises(Unreachable):
            await scene.watched.list_folder(ANNA, Folder.DRAFTS)
    assert told == [AccountTrouble(ANNA, OFFLINE)]
    await scene.watched.list_folder(ANNA, Folder.DRAFTS)
    assert told[1:] == [AccountTrouble(ANNA, None)]
    assert well == [ANNA]


async def test_a_missing_secret_is_asked_for_and_nothing_is_asked_of_the_server_until_then(scene: Scene) -> None:
    wanted: list[Account] = []
    await scene.secrets.forget(ANNA)
    again = Scene(scene.mailbox, scene.journal.after_crash(), scene.clock, scene.secrets)
    again.accounts.secret_wanted.subscribe(wanted.append)
    await again.start()
    assert wanted == [ACCOUNT]
    with pytest.raises(SignInRefused):
        await again.watched.list_folder(ANNA, Folder.DRAFTS)
    outcomes = await again.watched.send(ANNA, [ItemRef("x"), ItemRef("y")], CopyTo())
    assert [outcome.verdict for outcome in outcomes] == [Verdict.NOT_ATTEMPTED] * 2
    assert scene.mailbox.calls_of("send") == []
    await again.accounts.give_secret(ANNA, "secret")
    await again.watched.list_folder(ANNA, Folder.DRAFTS)
    await again.spawn.end()


async def test_nothing_is_asked_of_an_account_whose_messages_still_bear_ids_of_another_kind(scene: Scene) -> None:
    moved = msgspec.structs.replace(ACCOUNT, backend=BackendKind.GRAPH, ids_of=BackendKind.EWS)
    await scene.accounts.open_unkept(moved, "secret")
    before = len(scene.mailbox.calls)
    (outcome,) = await scene.watched.send(ANNA, [ItemRef("x")], CopyTo())
    assert outcome.verdict is Verdict.NOT_ATTEMPTED
    with pytest.raises(AccountError):
        await scene.watched.list_folder(ANNA, Folder.DRAFTS)
    assert scene.mailbox.calls[before:] == []
    await scene.accounts.settle_ids(ANNA)
    await scene.watched.list_folder(ANNA, Folder.DRAFTS)
    assert [call.name for call in scene.mailbox.calls[before:]] == ["list_folder"]


async def test_fewer_outcomes_than_items_are_filled_up_as_unknown(scene: Scene) -> None:
    class Short(type(scene.mailbox)):  # type: ignore[misc]  # the fake, with a habit that a broken engine might have
        async def send(self, *_: object) -> list[Outcome]:
            return [Outcome(Verdict.NOT_ATTEMPTED, trouble=OFFLINE)]

    watched = WatchedMailbox(Short(), scene.accounts, scene.clock)
    outcomes = await watched.send(ANNA, [ItemRef("x"), ItemRef("y")], CopyTo())
    assert [outcome.verdict for outcome in outcomes] == [Verdict.NOT_ATTEMPTED, Verdict.UNKNOWN]


async def test_an_account_is_kept_with_its_secret_in_the_keyring_and_removed_with_it(scene: Scene) -> None:
    other = Account(AccountId("other"), "other@example.org", "https://mail.example.org", "other")
    assert await scene.accounts.add(other, "hush")
    assert [account.account_id for account in scene.accounts.all()] == [ANNA, other.account_id]
    assert scene.secrets.held[other.account_id] == "hush"
    assert scene.accounts.default == ACCOUNT
    await scene.accounts.remove(other.account_id)
    assert scene.accounts.all() == [ACCOUNT]
    assert other.account_id not in scene.secrets.held
    assert scene.accounts.is_paused(other.account_id)


async def test_accounts_stand_as_the_person_arranged_them_and_one_is_the_default(scene: Scene) -> None:
    accounts = scene.accounts
    await accounts.add(OTHER_ACCOUNT, "secret")
    assert [one.account_id for one in accounts.all()] == [ANNA, CLARA]
    assert accounts.default == ACCOUNT
    colors = accounts.color(ANNA), accounts.color(CLARA)
    await accounts.move(CLARA, -1)
    assert (accounts.color(ANNA), accounts.color(CLARA)) == colors
    await accounts.choose_default(CLARA)
    again = Accounts(scene.settings, scene.secrets, scene.mailbox)
    await again.start()
    assert [one.account_id for one in again.all()] == [CLARA, ANNA]
    assert again.default is not None
    assert again.default.account_id == CLARA
    await again.remove(CLARA)
    assert again.default == ACCOUNT


async def test_an_account_keeps_its_name_and_colour_when_its_connection_changes(scene: Scene) -> None:
    accounts = scene.accounts
    assert accounts.color(ANNA) == COLORS[0]
    await accounts.describe(ANNA, label=" Work ", color="red")
    await accounts.add(ACCOUNT, "another")
    account = accounts.get(ANNA)
    assert account is not None
    assert (account.called, accounts.color(ANNA)) == ("Work", "red")
