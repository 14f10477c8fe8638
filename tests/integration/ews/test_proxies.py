"""The way through a proxy, against a real one on loopback: what goes by it, what never does, each way it can fail."""

from __future__ import annotations

import base64
import socket
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import trustme

from app.backends.ews.backend import EwsBackend
from app.backends.net import proxies
from app.domain import account as choice
from app.domain.account import Account, ProbeStep
from app.domain.errors import AccountError, Trouble, TroubleKind
from app.domain.listing import Folder
from app.domain.message import AccountId
from app.domain.outcome import Outcome, Verdict
from tests.connect_proxy import ConnectProxy
from tests.integration.ews.conftest import draft, job
from tests.sandbox_fixture import RunningSandbox
from tests.scripted_server import ScriptedServer, answer

NAME = "mail.contoso.com"
Make = Callable[..., EwsBackend]


@pytest.fixture(autouse=True)
def no_proxy_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.fixture
def port(sandbox: RunningSandbox) -> int:
    return urlsplit(sandbox.url).port or 0


@pytest.fixture
def make(sandbox: RunningSandbox) -> Iterator[Make]:
    made: list[EwsBackend] = []

    def backend(proxy: str = "", user: str = "", password: str = "", host: str = NAME, ca_file: str = "") -> EwsBackend:
        first = sandbox.first
        account = Account(
            AccountId("a"),
            first["address"],
            f"https://{host}/EWS/Exchange.asmx",
            first["user"],
            ca_file=ca_file or sandbox.ca_file,
            proxy=proxy,
            proxy_user=user,
        )
        if user:
            proxies.let_through(account, password)
        made.append(EwsBackend(account, first["password"]))
        return made[-1]

    yield backend
    for one in made:
        one.close()


def trouble_of(backend: EwsBackend) -> Trouble:
    with pytest.raises(AccountError) as met:
        backend.list_folder(Folder.DRAFTS, 0, 10, job(10))
    return met.value.trouble


def steps_of(backend: EwsBackend) -> list[tuple[str, bool]]:
    return [(step.name, step.passed) for step in backend.probe(job())]


def last_step(backend: EwsBackend) -> ProbeStep:
    return list(backend.probe(job()))[-1]


def test_a_message_is_saved_and_sent_by_the_accounts_proxy(make: Make, port: int) -> None:
    with ConnectProxy({NAME: port}) as proxy:
        backend = make(proxy.url)
        (saved,) = backend.save([draft()], job())
        assert saved.verdict is Verdict.ACCEPTED
        assert saved.ref is not None
        assert backend.delete([saved.ref], False, job())[0].verdict is Verdict.ACCEPTED
    assert proxy.asked == [f"{NAME}:443"], "one tunnel serves both requests"


def test_a_password_is_told_to_the_proxy_in_utf_8_and_to_nobody_else(
    make: Make, port: int, sandbox: RunningSandbox
) -> None:
    with ConnectProxy({NAME: port}, user="anna", password="wörd ł:1") as proxy:
        page = make(proxy.url, "anna", "wörd ł:1").list_folder(Folder.DRAFTS, 0, 10, job())
    assert page.total > 0
    assert base64.b64decode(proxy.signed_in[0].removeprefix("Basic ")).decode() == "anna:wörd ł:1"
    assert all("Proxy" not in name for entry in sandbox.journal() for name in entry.get("headers", {}))


@pytest.mark.parametrize("name", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"])
def test_the_environments_proxy_is_used_where_nothing_else_was_chosen(
    make: Make, port: int, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    with ConnectProxy({NAME: port}, user="u@x", password="p/1") as proxy:
        monkeypatch.setenv(name, f"http://u%40x:p%2F1@127.0.0.1:{proxy.port}")
        assert make().list_folder(Folder.DRAFTS, 0, 10, job()).total > 0
        assert steps_of(make())[0] == ("proxy", True)
    assert proxy.joined == len(proxy.asked)


def test_the_environments_exceptions_and_the_choice_of_none_go_straight(
    make: Make, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ConnectProxy({NAME: port}) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        assert trouble_of(make(choice.NONE)).kind in {TroubleKind.UNREACHABLE, TroubleKind.NOT_GENUINE}
        monkeypatch.setenv("NO_PROXY", ".contoso.com")
        assert trouble_of(make()).kind in {TroubleKind.UNREACHABLE, TroubleKind.NOT_GENUINE}
    assert proxy.asked == []


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_no_proxy_is_asked_for_what_is_on_this_machine(
    make: Make, port: int, monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    with ConnectProxy({}) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        for chosen in ("", proxy.url):
            assert make(chosen, host=f"{host}:{port}").list_folder(Folder.DRAFTS, 0, 10, job()).total > 0
    assert proxy.asked == []


def test_the_test_of_a_connection_goes_the_same_way(make: Make, port: int) -> None:
    with ConnectProxy({NAME: port}) as proxy:
        found = steps_of(make(proxy.url))
    assert found == [(name, True) for name in ("proxy", "name", "connect", "tls", "sign-in", "ews", "drafts", "person")]


FAILURES = [
    ({"user": "anna", "password": "x"}, ("", ""), TroubleKind.PROXY_SIGN_IN, "wants a user and password", "proxy"),
    ({"user": "anna", "password": "x"}, ("anna", "wr0ng"), TroubleKind.PROXY_SIGN_IN, "does not accept", "proxy"),
    (
        {"user": "anna", "password": "x", "offers": "Negotiate, NTLM"},
        ("anna", "x!"),
        TroubleKind.PROXY_SIGN_IN,
        "does not speak (NTLM, Negotiate)",
        "proxy",
    ),
    ({"answer": b"HTTP/1.1 403 Forbidden\r\n\r\n"}, ("", ""), TroubleKind.PROXY, "lets nobody through", "connect"),
    ({"answer": b"HTTP/1.1 503 Busy\r\n\r\n"}, ("", ""), TroubleKind.PROXY, "could not reach mail", "connect"),
    ({"answer": b"SSH-2.0-OpenSSH_9.2\r\n"}, ("", ""), TroubleKind.PROXY, "is not a proxy", "proxy"),
    ({"answer": b"HTTP/1.1 2"}, ("", ""), TroubleKind.PROXY, "is not a proxy", "proxy"),
]


@pytest.mark.parametrize(("manners", "signs_in", "kind", "words", "step"), FAILURES)
def test_what_a_proxy_refuses_is_told_in_words_and_nothing_was_sent(
    make: Make, manners: dict[str, object], signs_in: tuple[str, str], kind: TroubleKind, words: str, step: str
) -> None:
    with ConnectProxy({}, **manners) as proxy:  # type: ignore[arg-type] # by name, as the table says
        backend = make(proxy.url, *signs_in)
        trouble = trouble_of(backend)
        (outcome,) = backend.save([draft()], job())
        failed = last_step(backend)
    assert (trouble.kind, trouble.may_have_been_processed) == (kind, False)
    assert words in trouble.detail
    assert str(proxy.port) in trouble.detail
    assert signs_in[1] not in trouble.detail or not signs_in[1]
    assert outcome.verdict is Verdict.NOT_ATTEMPTED
    assert (failed.name, failed.passed) == (step, False)
    assert words in failed.detail


def test_a_proxy_that_knows_no_such_server_says_so(make: Make) -> None:
    with ConnectProxy({}) as proxy:
        backend = make(proxy.url)
        assert "could not reach mail.contoso.com (HTTP status 502)" in trouble_of(backend).detail
        assert last_step(backend).name == "connect"


def test_a_proxy_that_is_not_there_is_told_and_not_taken_for_the_server(make: Make) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    backend = make(f"http://127.0.0.1:{port}")
    trouble = trouble_of(backend)
    assert trouble.kind is TroubleKind.PROXY
    assert trouble.detail == f"The proxy 127.0.0.1 does not take connections at port {port}."
    assert last_step(backend).name == "proxy"
    no_name = trouble_of(make("http://proxy.invalid:8080"))
    assert (no_name.kind, no_name.detail) == (TroubleKind.PROXY, "There is no proxy of the name proxy.invalid.")


def test_a_proxy_that_says_nothing_is_given_up_by_the_deadline(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.backends.ews.soap_client._CONNECT_SECONDS", 0.3)
    with ConnectProxy({}, stalls=True) as proxy:
        outcomes: list[Outcome] = make(proxy.url).save([draft()], job())
    (outcome,) = outcomes
    assert outcome.verdict is Verdict.NOT_ATTEMPTED
    assert outcome.trouble is not None
    assert outcome.trouble.kind is TroubleKind.PROXY
    assert "did not answer in time" in outcome.trouble.detail


@pytest.mark.parametrize("address", ["socks5://127.0.0.1:1080", "https://127.0.0.1:8443", "http://[::1"])
def test_a_proxy_of_the_system_that_cannot_be_used_is_told(
    make: Make, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", address)
    trouble = trouble_of(make())
    assert trouble.kind is TroubleKind.PROXY
    assert "that Mailwright cannot use" in trouble.detail
    assert last_step(make()).name == "proxy"


def test_the_servers_certificate_is_verified_through_the_proxy_and_looked_at_through_it(
    make: Make, tmp_path: Path
) -> None:
    other = trustme.CA(organization_name="Somebody else")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    other.issue_cert(NAME).configure_cert(context)
    with ScriptedServer([answer(200, b"")], context) as server, ConnectProxy({NAME: server.port}) as proxy:
        backend = make(proxy.url)
        trouble = trouble_of(backend)
        failed = last_step(backend)
        assert server.requests == [], "no password was sent"
    assert trouble.kind is TroubleKind.NOT_GENUINE
    assert "Somebody else" in trouble.detail
    assert (failed.name, "Somebody else" in failed.detail) == ("tls", True)


def test_a_proxys_password_is_in_nothing_that_is_printed() -> None:
    assert "secret" not in repr(proxies.Proxy("proxy.contoso.com", 8080, "anna", "secret"))
