"""Signing in with NTLM: the handshake belongs to a connection, which is kept for the requests that follow."""

from __future__ import annotations

import base64
import socket
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
import spnego

from app.backends.ews.backend import EwsBackend
from app.domain.account import AuthKind
from app.domain.errors import TroubleKind
from app.domain.message import ItemRef, NewAttachment
from app.domain.outcome import Verdict
from tests.integration.ews.conftest import draft, job
from tests.integration.ews.test_network import SAVED
from tests.scripted_server import Act, Incoming, ScriptedServer, answer

USER = "CONTOSO\\anna"
Make = Callable[..., EwsBackend]


@pytest.fixture
def ntlm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Act:
    """A server that truly checks NTLM for anna of CONTOSO with the password secret, connection by connection."""
    users = tmp_path / "users"
    users.write_text("CONTOSO:anna:secret\n")
    monkeypatch.setenv("NTLM_USER_FILE", str(users))
    handshakes: dict[int, spnego.ContextProxy] = {}

    def act(connection: socket.socket, request: Incoming, stopped: threading.Event) -> bool:
        handshake = handshakes.get(connection.fileno())
        if handshake is not None and handshake.complete:
            return answer(200, SAVED)(connection, request, stopped)
        token = next((line[20:] for line in request.head.split("\n") if line.startswith("Authorization: NTLM ")), None)
        challenge = "NTLM"
        if token is not None:
            handshake = handshakes.setdefault(connection.fileno(), spnego.server(protocol="ntlm"))
            try:
                reply = handshake.step(base64.b64decode(token))
            except spnego.exceptions.SpnegoError:
                reply = None
            if handshake.complete:
                return answer(200, SAVED)(connection, request, stopped)
            challenge = f"NTLM {base64.b64encode(reply).decode()}" if reply else "NTLM"
        return answer(401, b"", WWW_Authenticate=challenge)(connection, request, stopped)

    return act


def test_one_handshake_serves_all_requests_of_a_connection(make_backend: Make, ntlm: Act) -> None:
    with ScriptedServer([ntlm]) as server:
        backend = make_backend(server.url, auth=AuthKind.NTLM, user=USER)
        for expected in (3, 4, 5):
            assert backend.save([draft()], job())[0].verdict is Verdict.ACCEPTED
            assert len(server.requests) == expected
        assert server.connections == 1
        assert all("Basic" not in request.head for request in server.requests)


def test_a_wrong_password_is_told_and_nothing_was_attempted(make_backend: Make, ntlm: Act) -> None:
    with ScriptedServer([ntlm]) as server:
        outcome = make_backend(server.url, auth=AuthKind.NTLM, user=USER, secret="wrong").save([draft()], job())[0]
    assert outcome.verdict is Verdict.NOT_ATTEMPTED
    assert outcome.trouble is not None
    assert outcome.trouble.kind is TroubleKind.SIGN_IN


def test_a_server_that_does_not_offer_ntlm_is_told_as_a_sign_in(make_backend: Make) -> None:
    with ScriptedServer([answer(401, b"", WWW_Authenticate='Basic realm="x"')]) as server:
        outcome = make_backend(server.url, auth=AuthKind.NTLM).save([draft()], job())[0]
    assert outcome.verdict is Verdict.NOT_ATTEMPTED
    assert outcome.trouble is not None
    assert outcome.trouble.kind is TroubleKind.SIGN_IN
    assert "Basic" in outcome.trouble.detail


def test_a_file_from_disk_is_sent_whole_each_time_that_the_handshake_asks(
    make_backend: Make, ntlm: Act, tmp_path: Path
) -> None:
    content = bytes(range(256)) * 400
    (tmp_path / "plan.bin").write_bytes(content)
    with ScriptedServer([ntlm]) as server:
        backend = make_backend(server.url, auth=AuthKind.NTLM, user=USER)
        file = NewAttachment("plan.bin", str(tmp_path / "plan.bin"))
        backend.attach(ItemRef("A", "K"), [file], lambda *_: None, job())
        assert len(server.requests) == 3
        assert all(base64.b64encode(content) in request.body for request in server.requests)
