"""Signing in by way of the engine: the page comes to the window, the secret once, and each new one as it is given."""

from __future__ import annotations

import asyncio
import errno
import os
import signal
import socket
import subprocess
import sys
import threading
from urllib.parse import urlsplit

import pytest
from msgspec.structs import replace

from app.domain.account import Discovery, ProbeStep
from app.domain.errors import EngineLost, SignInRefused, TroubleKind
from app.domain.listing import Folder
from app.domain.message import AccountId
from app.domain.outcome import Verdict
from app.domain.record import CopyKind, CopyTo
from app.domain.sign_in import SignedIn, SignInPage, SignInWay
from app.engine import protocol
from app.engine.client import Deadlines, EngineClient
from app.engine.protocol import SecretChanged
from tests.connect_proxy import ConnectProxy
from tests.integration.engine.conftest import A, OpenOn, runs, save, wait_until
from tests.integration.ews.test_oauth import account_of, browser_of
from tests.sandbox_fixture import RunningSandbox

OWN = CopyTo(CopyKind.OWN_SENT)


async def sign_in(
    client: EngineClient, sandbox: RunningSandbox, way: SignInWay = SignInWay.BROWSER, name: str = "clara.fontaine"
) -> SignedIn:
    browser = browser_of(sandbox, name)

    def open_page(page: SignInPage) -> None:
        typed = {"user_code": page.code} if page.code else {}
        threading.Thread(target=lambda: browser.sign_in(page.url, **typed), daemon=True).start()

    return await client.sign_in(account_of(sandbox), way, open_page)


@pytest.mark.parametrize("way", list(SignInWay))
async def test_a_person_signs_in_and_sends_by_the_engine(
    sandbox: RunningSandbox, open_on: OpenOn, way: SignInWay
) -> None:
    client = await open_on()
    done = await sign_in(client, sandbox, way)
    assert done.user == "clara.fontaine@contoso.com"
    await client.open_account(account_of(sandbox), done.secret)
    [outcome] = await client.send(A, [await save(client)], OWN)
    assert outcome.verdict is Verdict.ACCEPTED
    assert len(sandbox.journal("Token")) == (1 if way is SignInWay.BROWSER else len(sandbox.journal("Token")))


async def test_each_new_secret_is_told_and_given_to_the_next_engine(sandbox: RunningSandbox, open_on: OpenOn) -> None:
    client = await open_on()
    told: list[tuple[AccountId, str]] = []
    client.on_secret_changed(lambda *pair: told.append(pair))
    done = await sign_in(client, sandbox)
    await client.open_account(account_of(sandbox), done.secret)
    sandbox.admin("POST", "tokens", {"withdraw": ["access"]})
    before = await client.list_folder(A, Folder.DRAFTS)
    await wait_until(lambda: len(told) == 1)
    assert told[0][0] == A
    assert told[0][1] != done.secret
    pid = client.pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    await wait_until(lambda: not runs(pid) and client.pid is None)
    page = await client.list_folder(A, Folder.DRAFTS)
    # The test before this one may have left a message that the server was still at.
    assert len(before.rows) >= 14
    assert {row.ref.item_id for row in before.rows} <= {row.ref.item_id for row in page.rows}
    await wait_until(lambda: len(told) == 2)


async def test_a_secret_from_before_is_made_good_where_the_engine_knows_the_next(
    sandbox: RunningSandbox, open_on: OpenOn
) -> None:
    """The settings may keep what the sign-in gave, after the test of the connection has renewed it."""
    client = await open_on()
    done = await sign_in(client, sandbox)
    sandbox.admin("POST", "tokens", {"withdraw": ["access"]})
    assert [step.passed async for step in client.probe(account_of(sandbox), done.secret)] == [True] * 7
    told: list[tuple[AccountId, str]] = []
    client.on_secret_changed(lambda *pair: told.append(pair))
    await client.open_account(account_of(sandbox), done.secret)
    await wait_until(lambda: told)
    assert told[0][1] != done.secret
    assert (await client.list_folder(A, Folder.DRAFTS)).total >= 14
    assert len(sandbox.journal("Token")) == 2


async def test_what_an_older_secret_brings_is_not_taken_for_the_new_one(
    sandbox: RunningSandbox, open_on: OpenOn
) -> None:
    client = await open_on()
    told: list[tuple[AccountId, str]] = []
    client.on_secret_changed(lambda *pair: told.append(pair))
    await client.open_account(account_of(sandbox), "the newest")
    client._link._take_secret(SecretChanged(A, "an older one", "its next"))
    assert told == []
    client._link._take_secret(SecretChanged(A, "the newest", "its next"))
    assert told == [(A, "its next")]


async def test_a_refusal_reaches_the_window_in_the_authoritys_words(sandbox: RunningSandbox, open_on: OpenOn) -> None:
    client = await open_on()
    sandbox.faults([{"operation": "Authorize", "action": "oauth-error", "code": "x", "text": "AADSTS90094: Admin."}])
    with pytest.raises(SignInRefused) as caught:
        await sign_in(client, sandbox)
    assert caught.value.trouble.detail == "AADSTS90094: Admin."


async def test_a_sign_in_that_is_given_up_ends_in_the_engine_too(sandbox: RunningSandbox, open_on: OpenOn) -> None:
    client = await open_on()
    pages: list[SignInPage] = []
    task = asyncio.create_task(client.sign_in(account_of(sandbox), SignInWay.BROWSER, pages.append))
    await wait_until(lambda: pages)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    def is_closed() -> bool:
        with socket.socket() as knock:
            return knock.connect_ex(("127.0.0.1", port)) == errno.ECONNREFUSED

    port = int(pages[0].url.partition("localhost%3A")[2].partition("&")[0])
    await wait_until(is_closed)
    with pytest.raises(ConnectionRefusedError):
        browser_of(sandbox).sign_in(pages[0].url)


async def test_an_engine_that_dies_while_the_person_signs_in_is_told(sandbox: RunningSandbox, open_on: OpenOn) -> None:
    client = await open_on()
    pid: list[int | None] = []

    def kill(_page: SignInPage) -> None:
        pid.append(client.pid)
        os.kill(pid[0] or 0, signal.SIGKILL)

    with pytest.raises(EngineLost):
        await client.sign_in(account_of(sandbox), SignInWay.BROWSER, kill)


async def test_its_deadline_ends_it(sandbox: RunningSandbox, open_on: OpenOn) -> None:
    client = await open_on(deadlines=Deadlines(sign_in=1.0))
    with pytest.raises((EngineLost, SignInRefused)) as caught:
        await client.sign_in(account_of(sandbox), SignInWay.BROWSER, lambda _: None)
    assert caught.value.trouble.kind in {TroubleKind.DEADLINE, TroubleKind.SIGN_IN}


def test_the_library_is_loaded_by_who_signs_in_with_it_and_by_nobody_else() -> None:
    """Neither the window, as far as it goes before its first paint and after, nor an engine with other accounts."""
    program = """
import sys
import app.bootstrap.parts, app.engine.server, app.engine.client
import app.backends.ews.backend, app.backends.oauth.tokens
from app.domain.account import Account, AuthKind
for auth in AuthKind:
    account = Account("a", "a@contoso.com", "https://mail.contoso.com/EWS/Exchange.asmx", "a", auth=auth)
    app.backends.ews.backend.EwsBackend(account, "secret").close()
print(sorted({"msal", "jwt"} & set(sys.modules)))
import app.backends.oauth.sign_in
print(sorted({"msal"} & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["[]", "['msal']"]


def test_no_secret_is_printed_with_what_goes_over_the_pipe(sandbox: RunningSandbox) -> None:
    account = replace(account_of(sandbox), address="someone@contoso.com")
    for record in (
        SecretChanged(A, "was-secret", "is-secret"),
        SignedIn("is-secret", "someone"),
        protocol.OpenAccount(1, account, "is-secret"),
    ):
        assert "secret" not in repr(record).replace("SecretChanged", "")


async def test_a_server_is_found_by_the_engine_and_each_host_is_told(sandbox: RunningSandbox, open_on: OpenOn) -> None:
    client = await open_on()
    steps: list[ProbeStep] = []
    ours = "autodiscover.contoso.com"
    with ConnectProxy({ours: urlsplit(sandbox.url).port or 0}, user="anna", password="secret") as proxy:
        account = replace(account_of(sandbox), endpoint="", proxy=proxy.url, proxy_user="anna")
        found = await client.discover(account, "", steps.append, "secret")
    assert found.endpoint == sandbox.url
    assert [(step.name, step.passed) for step in steps] == [(f"{ours} (JSON)", True)]
    assert await client.discover(replace(account, ca_file="/nowhere"), "", steps.append) == Discovery()
    assert not steps[-1].passed
