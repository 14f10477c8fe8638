"""Passwords that no keyring holds are asked for without holding up what else there is to do."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from app.domain.account import Account, ProbeStep
from app.domain.errors import MailError, Trouble, TroubleKind, Unreachable
from app.domain.message import AccountId
from app.services.accounts.accounts import Accounts, SigningIn
from app.ui.tasks import Tasks
from app.views.settings.sign_in_session import BrowserSignIn, SignInSession
from tests.fakes.mailbox import FakeMailbox
from tests.fakes.secrets import FakeSecrets
from tests.fakes.settings import FakeSettings


def account(name: str) -> Account:
    return Account(
        account_id=AccountId(name),
        address=f"{name}@contoso.com",
        endpoint="https://mail.contoso.com/EWS/Exchange.asmx",
        user=name,
    )


ANNA, BERT = account("anna"), account("bert")


class Scene:
    def __init__(self, *accounts: Account, keyring: bool = True) -> None:
        self.mailbox = FakeMailbox()
        self.secrets = FakeSecrets(keyring=keyring)
        self.tasks = Tasks()
        self.errors: list[MailError] = []
        self.tasks.on_mail_error = self.errors.append
        self.accounts = Accounts(FakeSettings(accounts), self.secrets, self.mailbox)
        self.opened_pages: list[str] = []
        self.signing = SigningIn(self.mailbox, self.accounts, self.secrets, self.tasks.spawn, self.open_page)
        self.session = SignInSession(self.accounts, self.tasks, BrowserSignIn(self.signing, self.tasks))
        self.has_browser = True

    def open_page(self, url: str) -> bool:
        self.opened_pages.append(url)
        return self.has_browser

    def asked_for(self) -> Account | None:
        """Return the account asked for; a call, since it changes behind the back of a type checker."""
        return self.session.account

    def opened(self) -> list[AccountId]:
        return [call.account_id for call in self.mailbox.calls_of("open_account")]

    async def settle(self) -> None:
        async with asyncio.timeout(5):
            while len(self.tasks):  # noqa: ASYNC110 - tasks start others; there is no one event to wait for
                await asyncio.sleep(0)


async def started(*accounts: Account, keyring: bool = True) -> Scene:
    scene = Scene(*accounts, keyring=keyring)
    await scene.accounts.start()
    return scene


async def test_at_start_only_the_accounts_without_a_password_are_asked_for() -> None:
    scene = Scene(ANNA, BERT)
    scene.secrets.held[BERT.account_id] = "kept"
    await scene.accounts.start()
    assert scene.opened() == ["bert"]
    assert scene.asked_for() == ANNA


async def test_the_right_password_opens_the_account_and_is_kept() -> None:
    scene = await started(ANNA)
    assert scene.session.sign_in("right")
    await scene.settle()
    assert scene.opened() == ["anna"]
    assert scene.asked_for() is None
    assert scene.secrets.held == {ANNA.account_id: "right"}
    assert scene.session.notice == ""
    assert not scene.session.trying


async def test_without_a_keyring_the_person_is_told_that_it_will_be_asked_again() -> None:
    scene = await started(ANNA, keyring=False)
    scene.session.sign_in("right")
    await scene.settle()
    assert "at each start" in scene.session.notice


async def test_a_password_that_expires_while_the_program_runs_is_asked_for() -> None:
    scene = Scene(ANNA)
    scene.secrets.held[ANNA.account_id] = "old"
    await scene.accounts.start()
    assert scene.asked_for() is None
    scene.accounts.report(ANNA.account_id, Trouble(TroubleKind.SIGN_IN, "HTTP 401"))
    assert scene.asked_for() == ANNA


async def test_an_account_that_is_opened_or_removed_elsewhere_is_asked_for_no_more() -> None:
    scene = await started(ANNA, BERT)
    await scene.accounts.add(ANNA, "typed in settings")
    assert scene.asked_for() == BERT
    await scene.accounts.remove(BERT.account_id)
    assert scene.asked_for() is None


async def test_a_wrong_password_is_told_and_not_kept() -> None:
    scene = await started(ANNA)
    scene.mailbox.probe_steps[3:] = [ProbeStep("sign-in", passed=False, detail="HTTP 401")]
    scene.session.sign_in("wrong")
    await scene.settle()
    assert "does not accept" in scene.session.error
    assert scene.asked_for() == ANNA
    assert scene.secrets.held == {}
    assert scene.opened() == []
    assert not scene.session.trying


async def test_without_a_network_the_password_is_kept_and_the_bar_of_the_account_tells_the_rest() -> None:
    scene = await started(ANNA)
    scene.mailbox.probe_steps = [ProbeStep("name", passed=False)]
    scene.session.sign_in("typed offline")
    await scene.settle()
    assert scene.opened() == ["anna"]
    assert scene.secrets.held == {ANNA.account_id: "typed offline"}


async def test_an_engine_that_cannot_be_reached_does_not_swallow_the_password() -> None:
    scene = await started(ANNA)

    async def probe(account: Account, secret: str, proxy_secret: str = "") -> AsyncIterator[ProbeStep]:
        yield ProbeStep("name", passed=True)
        raise Unreachable(Trouble(TroubleKind.ENGINE, "gone"))

    scene.mailbox.probe = probe  # type: ignore[method-assign]  # this one trouble is not the fake's to know
    scene.session.sign_in("typed")
    await scene.settle()
    assert scene.secrets.held == {ANNA.account_id: "typed"}


async def test_an_empty_password_is_not_tried() -> None:
    scene = await started(ANNA)
    assert not scene.session.sign_in("")
    assert scene.session.error
    assert scene.mailbox.calls == []


async def test_accounts_are_asked_for_one_after_the_other_and_none_twice() -> None:
    scene = await started(ANNA, BERT)
    scene.session.sign_in("a")
    await scene.settle()
    assert scene.asked_for() == BERT
    scene.session.postpone()
    assert scene.asked_for() is None
    assert scene.opened() == ["anna"]


async def test_postponing_stops_a_try_under_way_and_the_next_account_can_be_signed_in() -> None:
    scene = await started(ANNA, BERT)
    gate = scene.mailbox.hold("probe")
    scene.session.sign_in("a")
    await gate.reached.wait()
    scene.session.postpone()
    assert scene.session.sign_in("b")
    await scene.settle()
    assert scene.opened() == ["bert"]
    assert scene.secrets.held == {BERT.account_id: "b"}
