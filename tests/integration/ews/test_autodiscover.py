"""From an address to its server: which hosts are asked, in what order, with what, and what each of them said."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from msgspec.structs import replace

from app.backends.ews.autodiscover import ONLINE, discover, server_places
from app.backends.net.tls import trust
from app.backends.port import Stopped
from app.domain.account import Account, AuthKind, Discovery, ProbeStep
from app.domain.errors import TroubleKind
from app.domain.message import AccountId
from tests.connect_proxy import ConnectProxy
from tests.integration.ews.conftest import job
from tests.sandbox_fixture import RunningSandbox
from tests.scripted_server import ScriptedServer, answer

OURS = "autodiscover.contoso.com"


@pytest.fixture(autouse=True)
def no_proxy_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.fixture
def proxy(sandbox: RunningSandbox) -> Iterator[ConnectProxy]:
    """Leads the domain's `autodiscover.` to the sandbox, and nothing else anywhere."""
    with ConnectProxy({OURS: urlsplit(sandbox.url).port or 0}) as leading:
        yield leading


def account_of(sandbox: RunningSandbox, proxy: ConnectProxy, **more: Any) -> Account:
    first = sandbox.first
    plain = Account(AccountId("a"), first["address"], "", first["user"], ca_file=sandbox.ca_file, proxy=proxy.url)
    return replace(plain, **more)


def found(account: Account, secret: str = "") -> tuple[Discovery, list[ProbeStep]]:
    steps: list[ProbeStep] = []
    return discover(account, secret, job(), steps.append), steps


def test_the_domains_own_host_tells_without_a_sign_in(sandbox: RunningSandbox, proxy: ConnectProxy) -> None:
    discovery, steps = found(account_of(sandbox, proxy), "a password")
    assert discovery.endpoint == sandbox.url
    assert set(discovery.ways) == set(AuthKind)
    assert [(step.name, step.passed) for step in steps] == [(OURS, True)]
    assert sandbox.journal() == [], "nobody was signed in"
    assert proxy.asked == [f"{OURS}:443"], "and nobody else was asked"


def test_a_host_that_was_typed_is_asked_first(sandbox: RunningSandbox, proxy: ConnectProxy) -> None:
    port = urlsplit(sandbox.url).port
    account = account_of(sandbox, proxy, endpoint=f"https://localhost:{port}/elsewhere")
    discovery, steps = found(account)
    assert discovery.endpoint == sandbox.url
    assert [step.name for step in steps] == [f"localhost:{port}"]
    assert proxy.asked == []


def test_who_nobody_knows_is_asked_for_everywhere_and_the_password_goes_to_the_domain_alone(
    sandbox: RunningSandbox, proxy: ConnectProxy
) -> None:
    account = account_of(sandbox, proxy, address="nobody@contoso.com", user=sandbox.first["user"])
    discovery, steps = found(account, sandbox.first["password"])
    assert discovery == Discovery()
    assert [step.name for step in steps] == [OURS, "contoso.com", ONLINE]
    assert not any(step.passed for step in steps)
    assert all(step.detail for step in steps)
    assert [one["operation"] for one in sandbox.journal()] == ["Autodiscover"]
    assert set(proxy.asked) == {f"{host}:443" for host in (OURS, "contoso.com", ONLINE)}


def test_a_wrong_password_is_told_at_the_host_that_refused_it(sandbox: RunningSandbox, proxy: ConnectProxy) -> None:
    _, steps = found(account_of(sandbox, proxy, address="nobody@contoso.com"), "wrong")
    assert steps[0].detail == "It does not accept this user and password."


def test_without_a_password_or_with_oauth_nothing_is_signed_in(sandbox: RunningSandbox, proxy: ConnectProxy) -> None:
    account = account_of(sandbox, proxy, address="nobody@contoso.com")
    found(account)
    found(replace(account, auth=AuthKind.OAUTH), "a refresh token")
    assert sandbox.journal() == []


def test_a_server_that_is_not_believed_gets_nothing(sandbox: RunningSandbox, proxy: ConnectProxy) -> None:
    discovery, steps = found(account_of(sandbox, proxy, ca_file=""), sandbox.first["password"])
    assert discovery == Discovery()
    assert "does not trust" in steps[0].detail
    assert sandbox.journal() == []


def test_a_ca_file_that_is_not_there_is_told(sandbox: RunningSandbox, proxy: ConnectProxy) -> None:
    discovery, [step] = found(account_of(sandbox, proxy, ca_file="/nowhere"))
    assert discovery == Discovery()
    assert "CA file" in step.detail


def test_it_can_be_stopped(sandbox: RunningSandbox, proxy: ConnectProxy) -> None:
    work = job()
    work.stop(TroubleKind.CANCELLED)
    with pytest.raises(Stopped):
        discover(account_of(sandbox, proxy), "", work, lambda _: None)


SETTINGS = """<?xml version="1.0"?><Autodiscover xmlns="r"><Response xmlns="a"><Account>
<Protocol><Type>EXCH</Type><EwsUrl>https://inside.contoso.com/EWS/Exchange.asmx</EwsUrl></Protocol>
<Protocol><Type>EXPR</Type><EwsUrl>https://outside.contoso.com/EWS/Exchange.asmx</EwsUrl></Protocol>
</Account></Response></Autodiscover>"""


def test_of_several_addresses_that_for_the_outside_is_taken() -> None:
    from app.backends.ews.autodiscover import endpoints_in

    assert list(endpoints_in(SETTINGS.encode())) == [
        "https://outside.contoso.com/EWS/Exchange.asmx",
        "https://inside.contoso.com/EWS/Exchange.asmx",
    ]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (json.dumps({"Url": "http://mail.contoso.com/EWS/Exchange.asmx"}), "cannot be used"),
        (json.dumps({"Url": "https://a:b@mail.contoso.com/"}), "cannot be used"),
        (json.dumps({"Url": 5}), "does not tell"),
        (json.dumps(["no"]), "does not tell"),
        ("<html>captive</html>", "does not tell"),
        (json.dumps({"ErrorCode": "UserNotFound", "ErrorMessage": "The given user is not found"}), "is not found"),
        ('{"Url": "' + "x" * 400_000 + '"}', "does not tell"),
    ],
)
def test_an_answer_that_makes_no_sense_is_told_and_not_taken(body: str, words: str) -> None:
    from app.backends.ews import autodiscover

    with ScriptedServer([answer(200, body.encode())] * 2) as server:
        account = Account(AccountId("a"), "anna@contoso.com", "", "anna")
        finder = autodiscover._Finder(account, "", trust(""), job())
        with pytest.raises(autodiscover._NotHere, match=words):
            finder.ask(server.url.rpartition("/EWS")[0])


@pytest.mark.parametrize(
    ("location", "words"),
    [("http://elsewhere.example/x", "points elsewhere"), ("", "points elsewhere"), ("ftp://x", "points elsewhere")],
)
def test_a_redirect_that_leads_out_of_https_is_not_followed(location: str, words: str) -> None:
    from app.backends.ews import autodiscover

    with ScriptedServer([answer(302, b"", Location=location)] * 5) as server:
        account = Account(AccountId("a"), "anna@contoso.com", "", "anna")
        finder = autodiscover._Finder(account, "", trust(""), job())
        with pytest.raises(autodiscover._NotHere, match=words):
            finder.ask(server.url.rpartition("/EWS")[0])


def test_the_hosts_are_in_order_and_each_is_asked_once() -> None:
    account = Account(AccountId("a"), "anna@Contoso.com", "https://autodiscover.contoso.com/EWS/Exchange.asmx", "anna")
    assert server_places(account) == [f"https://{OURS}", "https://contoso.com", f"https://{ONLINE}"]
