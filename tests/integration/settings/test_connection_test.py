"""The form's test of a connection, through the real engine, against a real server: each way it can fail, in words."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import trustme

from app.credentials.certificates import check_ca_file
from app.domain.account import proxy_key
from app.domain.listing import Folder
from app.engine.client import EngineClient
from app.services.accounts.accounts import Accounts, SigningIn
from app.ui.tasks import Tasks
from app.views.settings.account_form import FormField, ProxyKind
from app.views.settings.connection_steps import StepLine, StepState, failed_line
from app.views.settings.session import Phase, SettingsSession
from app.views.settings.sign_in_session import BrowserSignIn
from tests.connect_proxy import ConnectProxy
from tests.fakes.secrets import FakeSecrets
from tests.fakes.settings import FakeSettings
from tests.sandbox_fixture import RunningSandbox


class Scene:
    """The session on a real engine; only disk and keyring are not real."""

    def __init__(self, engine: EngineClient) -> None:
        self.engine = engine
        self.settings = FakeSettings()
        self.secrets = FakeSecrets()
        self.tasks = Tasks()
        self.accounts = Accounts(self.settings, self.secrets, engine)
        signing = SigningIn(self.engine, self.accounts, self.secrets, self.tasks.spawn, lambda _: False)
        browser = BrowserSignIn(signing, self.tasks)
        self.session = SettingsSession(self.accounts, self.secrets, self.tasks, check_ca_file, browser)
        self.session.load()

    async def test(self, sandbox: RunningSandbox, **changes: str) -> tuple[StepLine, ...]:
        """Type what signs in to the sandbox, with `changes`, test, and return what was found."""
        first = sandbox.first
        typed = {"address": first["address"], "endpoint": sandbox.url, "user": first["user"]}
        typed |= {"password": first["password"], "ca_file": sandbox.ca_file}
        for name, value in {**typed, **changes}.items():
            self.session.set(FormField(name), value)
        assert self.session.test(), self.session.errors
        testing = self.session._testing
        assert testing is not None
        await testing
        return self.session.lines

    async def settle(self) -> None:
        """Return when no task runs any more."""
        while len(self.tasks):
            for task in list(self.tasks._running):
                await task

    def failed(self) -> StepLine:
        line = failed_line(self.session.lines)
        assert line is not None, self.session.lines
        return line


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    engine = EngineClient()
    made = Scene(engine)
    yield made
    await made.tasks.end()
    await engine.close()


async def test_the_right_password_passes_every_step_and_the_account_can_be_used(
    scene: Scene, sandbox: RunningSandbox
) -> None:
    lines = await scene.test(sandbox)
    assert [(line.name, line.state) for line in lines] == [
        (name, StepState.PASSED) for name in ("name", "connect", "tls", "sign-in", "ews", "drafts")
    ]
    assert scene.session.phase is Phase.PASSED
    assert scene.session.save()
    while len(scene.tasks):
        for task in list(scene.tasks._running):
            await task
    (account,) = scene.accounts.all()
    assert scene.accounts.is_open(account.account_id)
    assert scene.secrets.held == {account.account_id: sandbox.first["password"]}


async def test_a_wrong_password_fails_at_sign_in_and_nowhere_else(scene: Scene, sandbox: RunningSandbox) -> None:
    await scene.test(sandbox, password="not it")
    assert scene.failed().name == "sign-in"
    assert "does not accept" in scene.failed().sentence
    assert not scene.session.save()


async def test_a_ca_that_does_not_vouch_for_the_server_fails_at_tls_before_the_password_is_sent(
    scene: Scene, sandbox: RunningSandbox, tmp_path: Path
) -> None:
    other = tmp_path / "other.pem"
    trustme.CA().cert_pem.write_to_path(str(other))
    await scene.test(sandbox, ca_file=str(other))
    assert scene.failed().name == "tls"
    assert "Your password was not sent" in scene.failed().sentence
    assert sandbox.journal() == []
    assert not scene.session.save()


async def test_without_the_servers_ca_there_is_no_way_past_tls(scene: Scene, sandbox: RunningSandbox) -> None:
    await scene.test(sandbox, ca_file="")
    assert scene.failed().name == "tls"
    assert sandbox.journal() == []
    assert not scene.session.save()


async def test_a_closed_port_fails_at_the_connection(scene: Scene, sandbox: RunningSandbox) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        await scene.test(sandbox, endpoint=f"https://127.0.0.1:{port}/EWS/Exchange.asmx")
    assert scene.failed().name == "connect"
    assert str(port) in scene.failed().sentence
    assert scene.session.may_save_unreached


async def test_a_host_that_does_not_exist_fails_at_its_name(scene: Scene, sandbox: RunningSandbox) -> None:
    await scene.test(sandbox, endpoint="https://no-such-host.invalid/EWS/Exchange.asmx")
    assert scene.failed().name == "name"
    assert "no-such-host.invalid" in scene.failed().sentence
    assert scene.session.may_save_unreached


async def test_a_path_that_is_not_ews_fails_at_ews(scene: Scene, sandbox: RunningSandbox) -> None:
    await scene.test(sandbox, endpoint=sandbox.url.replace("/EWS/Exchange.asmx", "/owa/"))
    assert scene.failed().name == "ews"
    assert not scene.session.save()


async def test_a_file_that_is_no_certificate_is_told_at_its_field(
    scene: Scene, sandbox: RunningSandbox, tmp_path: Path
) -> None:
    wrong = tmp_path / "wrong.pem"
    wrong.write_text("hello")
    await scene.test(sandbox, ca_file=str(wrong))
    assert FormField.CA_FILE in scene.session.errors
    assert scene.session.lines == ()
    assert sandbox.journal() == []


async def test_an_engine_that_is_killed_in_the_test_is_told_and_the_next_test_works(
    scene: Scene, sandbox: RunningSandbox
) -> None:
    sandbox.faults([{"operation": "FindItem", "action": "stall", "seconds": 30}])
    testing = asyncio.ensure_future(scene.test(sandbox))
    async with asyncio.timeout(20):
        while not sandbox.journal("FindItem"):  # noqa: ASYNC110 - what is waited for is in another process
            await asyncio.sleep(0.02)
    assert scene.engine.pid is not None
    os.kill(scene.engine.pid, signal.SIGKILL)
    await testing
    assert scene.failed().name == "sign-in", "the step that was under way"
    assert scene.failed().cut_off
    assert not scene.session.may_save_unreached
    sandbox.faults([])
    await scene.test(sandbox, password=sandbox.first["password"] + "x")
    await scene.test(sandbox)
    assert scene.session.may_save


async def test_an_account_goes_by_its_proxy_with_the_password_from_the_keyring_also_after_the_next_start(
    scene: Scene, sandbox: RunningSandbox
) -> None:
    places = {"mail.contoso.com": urlsplit(sandbox.url).port or 0}
    with ConnectProxy(places, user="anna", password="pr0xy") as proxy:
        scene.session.set_proxy_kind(ProxyKind.OWN)
        typed = {"proxy": proxy.url, "proxy_user": "anna", "endpoint": "mail.contoso.com"}
        await scene.test(sandbox, **typed, proxy_password="wrong")
        assert scene.failed().name == "proxy"
        assert "does not accept this user and password" in scene.failed().detail
        lines = await scene.test(sandbox, **typed, proxy_password="pr0xy")
        assert [line.name for line in lines][:2] == ["proxy", "name"]
        assert scene.session.save()
        await scene.settle()
        (account,) = scene.accounts.all()
        assert scene.secrets.held[proxy_key(account.account_id)] == "pr0xy"
        assert (await scene.engine.list_folder(account.account_id, Folder.DRAFTS)).total > 0

        engine = EngineClient()
        again = Accounts(scene.settings, scene.secrets, engine)
        await again.start()
        assert again.is_open(account.account_id)
        assert (await engine.list_folder(account.account_id, Folder.DRAFTS)).total > 0
        await engine.close()
    assert proxy.joined >= 3
    assert "pr0xy" not in str(sandbox.journal(bodies=True))
