"""The announcement of a new version, asked for over a real connection: bounded, by https, and nothing goes along."""

from __future__ import annotations

import json
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme
from msgspec.structs import replace

from app.backends.net.releases import find_release
from app.backends.port import Stopped
from app.domain.account import Account
from app.domain.errors import TroubleKind
from app.domain.message import AccountId
from app.domain.release import LONGEST, Release
from tests.integration.engine.conftest import OpenOn
from tests.integration.ews.conftest import job
from tests.scripted_server import Act, ScriptedServer, answer, close, stall

PAGE = "https://mailwright.example/new"
BODY = json.dumps({"version": "9.1", "page": PAGE}).encode()
NEW = Release("9.1", PAGE)
ACCOUNT = Account(AccountId("a"), "anna@example.org", "https://mail.example.org/EWS/Exchange.asmx", "anna")


@pytest.fixture(autouse=True)
def no_proxy_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


def asked_of(*script: Act) -> tuple[Release | None, list[str]]:
    with ScriptedServer(list(script)) as server:
        found = find_release(ACCOUNT, f"{server.url}/releases.json", job())
        return found, [one.head for one in server.requests]


def test_what_is_announced_is_found_and_nothing_of_the_person_goes_along() -> None:
    found, (head,) = asked_of(answer(200, BODY))
    assert found == NEW
    lines = {line.partition(":")[0].casefold() for line in head.splitlines()[1:] if line}
    assert lines == {"host", "user-agent", "accept-encoding", "accept", "connection"}
    assert "anna" not in head
    assert "User-Agent: Mailwright" in head


@pytest.mark.parametrize(
    "act",
    [
        answer(404, BODY),
        answer(200, b"<html>"),
        answer(200, BODY + b" " * LONGEST),
        close,
        answer(302, Location="http://elsewhere.example/"),
        answer(302, Location="file:///etc/passwd"),
        answer(302, Location="/again"),
        answer(302),
    ],
    ids=["missing", "page", "too long", "closed", "not https", "file", "round and round", "nowhere"],
)
def test_where_there_is_none_it_is_none(act: Act) -> None:
    assert asked_of(act)[0] is None


def test_a_place_that_was_moved_is_followed() -> None:
    found, heads = asked_of(answer(301, Location="/moved"), answer(200, BODY))
    assert found == NEW
    assert heads[1].startswith("GET /moved ")


def test_a_server_that_is_not_trusted_is_not_asked(tmp_path: Path) -> None:
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    with ScriptedServer([answer(200, BODY)], tls=context) as server:
        assert find_release(ACCOUNT, server.url, job()) is None
        assert server.requests == []
        trusting = replace(ACCOUNT, ca_file=str(tmp_path / "ca.pem"))
        assert find_release(trusting, server.url, job()) == NEW


def test_a_person_who_quits_does_not_wait_for_it() -> None:
    working = job()
    working.stop(TroubleKind.CANCELLED)
    with ScriptedServer([stall]) as server, pytest.raises(Stopped):
        find_release(ACCOUNT, server.url, working)


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with ScriptedServer([answer(200, BODY)]) as made:
        yield made


async def test_it_is_asked_for_by_way_of_the_engine(open_on: OpenOn, server: ScriptedServer) -> None:
    client = await open_on()
    assert await client.find_release(ACCOUNT, server.url) == NEW
