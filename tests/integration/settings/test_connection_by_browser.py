"""The form's test of an account that signs in by the browser: the real engine, the sandbox, somebody at a browser."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator

import pytest

from app.credentials.certificates import check_ca_file
from app.domain.account import AuthKind
from app.domain.listing import Folder
from app.engine.client import EngineClient
from app.sandbox.oauth.authority import CLIENT_ID
from app.services.accounts.accounts import Accounts, SigningIn
from app.ui.tasks import Tasks
from app.views.settings.account_form import FormField
from app.views.settings.connection_steps import failed_line
from app.views.settings.session import Phase, SettingsSession
from app.views.settings.sign_in_session import BrowserSignIn
from tests.fakes.secrets import FakeSecrets
from tests.fakes.settings import FakeSettings
from tests.integration.ews.test_oauth import browser_of
from tests.sandbox_fixture import RunningSandbox


class Scene:
    def __init__(self, sandbox: RunningSandbox) -> None:
        self.sandbox = sandbox
        self.engine = EngineClient()
        self.secrets, self.settings, self.tasks = FakeSecrets(), FakeSettings(), Tasks()
        self.accounts = Accounts(self.settings, self.secrets, self.engine)
        signing = SigningIn(self.engine, self.accounts, self.secrets, self.tasks.spawn, self.open_page)
        browser = BrowserSignIn(signing, self.tasks)
        self.session = SettingsSession(self.accounts, self.secrets, self.tasks, check_ca_file, browser)
        self.session.load()
        self.answer = "yes"

    def open_page(self, url: str) -> bool:
        browser = browser_of(self.sandbox, answer=self.answer)
        threading.Thread(target=browser.sign_in, args=(url,), daemon=True).start()
        return True

    async def test(self, **changes: str) -> None:
        base = self.sandbox.url.removesuffix("/EWS/Exchange.asmx")
        typed = {"address": self.sandbox.first["address"], "endpoint": self.sandbox.url, "client_id": CLIENT_ID}
        typed |= {"tenant": f"{base}/common/v2.0", "ca_file": self.sandbox.ca_file}
        self.session.set_auth(AuthKind.OAUTH)
        for name, value in {**typed, **changes}.items():
            self.session.set(FormField(name), value)
        assert self.session.test(), self.session.errors
        await self.settle()

    async def settle(self) -> None:
        async with asyncio.timeout(30):
            while len(self.tasks):  # noqa: ASYNC110 - tasks start others
                await asyncio.sleep(0.01)


@pytest.fixture
async def scene(sandbox: RunningSandbox) -> AsyncIterator[Scene]:
    made = Scene(sandbox)
    yield made
    await made.tasks.end()
    await made.engine.close()


async def test_it_is_signed_in_tested_kept_and_used_and_each_next_secret_kept(scene: Scene) -> None:
    await scene.test()
    assert scene.session.phase is Phase.PASSED, scene.session.lines
    assert len(scene.sandbox.journal("Token")) == 1, "what the browser brought is what the test uses"
    scene.session.save()
    await scene.settle()
    [account] = await scene.settings.accounts()
    assert account.user == "clara.fontaine@contoso.com"
    first = scene.secrets.held[account.account_id]
    scene.sandbox.admin("POST", "tokens", {"withdraw": ["access"]})
    assert (await scene.engine.list_folder(account.account_id, Folder.DRAFTS)).total == 14
    async with asyncio.timeout(5):
        while scene.secrets.held[account.account_id] == first:  # noqa: ASYNC110 - told by another process
            await asyncio.sleep(0.01)
    await scene.engine.close()
    another = EngineClient()
    await another.open_account(account, scene.secrets.held[account.account_id])
    assert (await another.list_folder(account.account_id, Folder.DRAFTS)).total == 14
    await another.close()


@pytest.mark.parametrize(
    ("changes", "step", "words"),
    [
        ({"tenant": "https://localhost:1/common/v2.0"}, "browser", "could not be used"),
        ({"ca_file": ""}, "browser", "could not be used"),
        ({"endpoint": "https://localhost:1/EWS/Exchange.asmx"}, "connect", "does not answer"),
    ],
)
async def test_what_cannot_be_is_told_at_its_step(scene: Scene, changes: dict[str, str], step: str, words: str) -> None:
    await scene.test(**changes)
    line = failed_line(scene.session.lines)
    assert line is not None, scene.session.lines
    assert (line.name, words in line.sentence) == (step, True), line
    assert line.detail


async def test_who_declines_is_told(scene: Scene) -> None:
    scene.answer = "no"
    await scene.test()
    line = failed_line(scene.session.lines)
    assert line is not None
    assert "declined" in line.sentence


async def test_a_sign_in_that_was_revoked_is_told_and_done_anew(scene: Scene) -> None:
    await scene.test()
    scene.sandbox.admin("POST", "tokens", {"withdraw": ["access", "refresh"]})
    scene.session.set(FormField.CA_FILE, scene.sandbox.ca_file + " ")
    assert scene.session.test()
    await scene.settle()
    line = failed_line(scene.session.lines)
    assert line is not None
    assert (line.name, line.sentence) == ("sign-in", "Your sign-in has ended.")
    assert scene.session.test()
    await scene.settle()
    assert scene.session.phase is Phase.PASSED, scene.session.lines
