"""Passwords that no keyring holds are asked for without holding up what else there is to do."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from app.domain.account import Account, ProbeStep
from app.domain.errors import MailError, Trouble, TroubleKind, Unreachable
from app.domain.message import AccountId
from app.ui.tasks import Tasks
from app.views.settings.sign_in import SignInSession
from tests.fakes.mailbox import FakeMailbox
from tests.fakes.secrets import FakeSecrets


def account(name: str) -> Account:
    return Account(
        account_id=AccountId(name),
        address=f"{name}@contoso.com",
        endpoint="https://mail.contoso.com/EWS/Exchange.asmx",
        user=name,
    )


ANNA, BERT = account("anna"), account("bert")


class Scene:
    def __init__(self, *, keyring: bool = True) -> None:
        self.mailbox = FakeMailbox()
        self.secrets = FakeSecrets(keyring=keyring)
        self.tasks = Tasks()
        self.errors: list[MailError] = []
        self.tasks.on_mail_error = self.errors.append
        self.session = SignInSession(self.mailbox, self.secrets, self.tasks)
        self.opened: list[Account] = []
        self.session.on_opened = self.opened.append

    def asked_for(self) -> Account | None:
        """Return the account asked for; a call, since it changes behind the back of a type checker."""
        return self.session.account

    async def settle(self) -> None:
        async with asyncio.timeout(5):
            while len(self.tasks):  # noqa: ASYNC110 - tasks start others; there is no one event to wait for
                await asyncio.sleep(0)


async def test_accounts_with_a_password_are_opened_and_the_others_asked_for() -> None:
    scene = Scene()
    scene.secrets.held[BERT.account_id] = "kept"
    await scene.session.open_accounts([ANNA, BERT])
    assert scene.opened == [BERT]
    assert scene.asked_for() == ANNA
    assert scene.mailbox.secrets == {BERT.account_id: "kept"}


async def test_the_right_password_opens_the_account_and_is_kept() -> None:
    scene = Scene()
    scene.session.ask(ANNA)
    assert scene.session.sign_in("right")
    await scene.settle()
    assert scene.opened == [ANNA]
    assert scene.asked_for() is None
    assert scene.secrets.held == {ANNA.account_id: "right"}
    assert scene.session.notice == ""


async def test_without_a_keyring_the_person_is_told_that_it_will_be_asked_again() -> None:
    scene = Scene(keyring=False)
    scene.session.ask(ANNA)
    scene.session.sign_in("right")
    await scene.settle()
    assert "at each start" in scene.session.notice


async def test_a_wrong_password_is_told_and_not_kept() -> None:
    scene = Scene()
    scene.mailbox.probe_steps[3:] = [ProbeStep("sign-in", passed=False, detail="HTTP 401")]
    scene.session.ask(ANNA)
    scene.session.sign_in("wrong")
    await scene.settle()
    assert "does not accept" in scene.session.error
    assert scene.asked_for() == ANNA
    assert scene.secrets.held == {}
    assert scene.opened == []
    assert not scene.session.trying


async def test_without_a_network_the_password_is_kept_and_the_bar_of_the_account_tells_the_rest() -> None:
    scene = Scene()
    scene.mailbox.probe_steps = [ProbeStep("name", passed=False)]
    scene.session.ask(ANNA)
    scene.session.sign_in("typed offline")
    await scene.settle()
    assert scene.opened == [ANNA]
    assert scene.secrets.held == {ANNA.account_id: "typed offline"}


async def test_an_engine_that_cannot_be_reached_does_not_swallow_the_password() -> None:
    scene = Scene()

    async def probe(account: Account, secret: str) -> AsyncIterator[ProbeStep]:
        yield ProbeStep("name", passed=True)
        raise Unreachable(Trouble(TroubleKind.ENGINE, "gone"))

    scene.mailbox.probe = probe  # type: ignore[method-assign]  # this one trouble is not the fake's to know
    scene.session.ask(ANNA)
    scene.session.sign_in("typed")
    await scene.settle()
    assert scene.secrets.held == {ANNA.account_id: "typed"}


async def test_an_empty_password_is_not_tried() -> None:
    scene = Scene()
    scene.session.ask(ANNA)
    assert not scene.session.sign_in("")
    assert scene.session.error
    assert scene.mailbox.calls == []


async def test_accounts_are_asked_for_one_after_the_other_and_none_twice() -> None:
    scene = Scene()
    for one in (ANNA, BERT, ANNA):
        scene.session.ask(one)
    scene.session.sign_in("a")
    await scene.settle()
    assert scene.asked_for() == BERT
    scene.session.postpone()
    assert scene.asked_for() is None
    assert scene.opened == [ANNA]


async def test_postponing_stops_a_try_under_way_and_the_next_account_can_be_signed_in() -> None:
    scene = Scene()
    scene.session.ask(ANNA)
    scene.session.ask(BERT)
    gate = scene.mailbox.hold("probe")
    scene.session.sign_in("a")
    await gate.reached.wait()
    scene.session.postpone()
    assert scene.session.sign_in("b")
    await scene.settle()
    assert scene.opened == [BERT]
    assert scene.secrets.held == {BERT.account_id: "b"}
