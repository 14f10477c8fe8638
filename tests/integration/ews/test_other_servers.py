"""Servers that depart from the book: replies are read by what they are, and a connection in doubt is not used again."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable

import pytest
import trustme

from app.backends.ews.backend import EwsBackend
from app.domain.errors import AccountError
from app.domain.message import ItemRef
from app.domain.outcome import Verdict
from app.domain.record import CopyTo
from app.sandbox.manners import Manner
from tests.integration.ews.conftest import draft, job, server_context
from tests.sandbox_fixture import RunningSandbox
from tests.scripted_server import Act, Incoming, ScriptedServer, answer

_SOAP = (
    '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" '
    'xmlns:m="http://schemas.microsoft.com/exchange/services/2006/messages" '
    'xmlns:t="http://schemas.microsoft.com/exchange/services/2006/types"><s:Body>{}</s:Body></s:Envelope>'
)
_FAULT = _SOAP.format("<s:Fault><faultcode>a:ErrorServerBusy</faultcode><faultstring>Busy</faultstring></s:Fault>")
_SENT = (
    '<m:SendItemResponseMessage ResponseClass="Success">'
    "<m:ResponseCode>NoError</m:ResponseCode></m:SendItemResponseMessage>"
)
ONE = [ItemRef("A", "K")]


def sent(messages: str = _SENT, around: str = "ResponseMessages") -> bytes:
    return _SOAP.format(f"<m:SendItemResponse><m:{around}>{messages}</m:{around}></m:SendItemResponse>").encode()


def http(status: int, body: bytes) -> bytes:
    head = f"HTTP/1.1 {status} X\r\nContent-Type: text/xml; charset=utf-8\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


def raw(*pieces: bytes) -> Act:
    """Send so many pieces, one after the other, for one request."""

    def act(connection: socket.socket, _: Incoming, stopped: threading.Event) -> bool:
        for piece in pieces:
            connection.sendall(piece)
            stopped.wait(0.05)
        return True

    return act


def test_answers_are_found_under_another_name(backend: EwsBackend, sandbox: RunningSandbox) -> None:
    sandbox.manners(Manner.RESPONSES_RENAMED)
    refs = [outcome.ref for outcome in backend.save([draft(), draft()], job())]
    known = [ref for ref in refs if ref is not None]
    outcomes = backend.send([known[0], ItemRef("AAAA", "x"), known[1]], CopyTo(), job())
    assert [outcome.verdict for outcome in outcomes] == [Verdict.ACCEPTED, Verdict.REFUSED, Verdict.ACCEPTED]


@pytest.mark.parametrize(
    "body",
    [
        sent("", "Responses"),
        sent("<m:SendItemResponseMessage/>", "Responses"),
        sent(_SENT + "<m:Other/>", "Responses"),
        sent(_SENT + _SENT, "Responses"),
        _SOAP.format(f"<m:SendItemResponse>{_SENT}</m:SendItemResponse>").encode(),
    ],
    ids=["none", "without a class", "one of another kind", "too many", "nothing around"],
)
def test_what_is_no_whole_list_of_answers_says_nothing(make_backend: Callable[..., EwsBackend], body: bytes) -> None:
    with ScriptedServer([answer(200, body)]) as server:
        outcome = make_backend(server.url).send(ONE, CopyTo(), job())[0]
    assert outcome.verdict is Verdict.UNKNOWN


def test_a_second_reply_after_a_fault_is_not_taken_for_the_next_one(
    backend: EwsBackend, sandbox: RunningSandbox
) -> None:
    sandbox.manners(Manner.SECOND_REPLY_AFTER_FAULT)
    ref = backend.save([draft()], job())[0].ref
    assert ref is not None
    for _ in range(3):
        sandbox.faults([{"operation": "SendItem", "nth": 1, "action": "fault", "code": "ErrorInternalServerError"}])
        assert backend.send([ref], CopyTo(), job())[0].verdict is not Verdict.ACCEPTED
        assert backend.save([draft()], job())[0].accepted
    assert not sandbox.deliveries()
    assert backend.send([ref], CopyTo(), job())[0].accepted
    assert len(sandbox.deliveries()) == 1


@pytest.mark.parametrize(
    ("status", "body"),
    [(500, _FAULT.encode()), (200, _FAULT.encode()), (200, b"<html>no"), (200, sent("", "Other")), (503, b"")],
    ids=["fault", "fault with 200", "not ours", "no answers", "refused"],
)
def test_a_connection_with_such_a_reply_is_closed(
    make_backend: Callable[..., EwsBackend], status: int, body: bytes
) -> None:
    with ScriptedServer([raw(http(status, body)), answer(200, sent())]) as server:
        backend = make_backend(server.url)
        with contextlib.suppress(AccountError):
            assert not backend.send(ONE, CopyTo(), job())[0].accepted
        assert backend.send(ONE, CopyTo(), job())[0].accepted
        assert server.connections == 2


def test_a_connection_whose_items_were_refused_is_used_again(make_backend: Callable[..., EwsBackend]) -> None:
    refused = _SENT.replace("Success", "Error").replace("NoError", "ErrorItemNotFound")
    with ScriptedServer([answer(200, sent(refused)), answer(200, sent())]) as server:
        backend = make_backend(server.url)
        assert backend.send(ONE, CopyTo(), job())[0].verdict is Verdict.REFUSED
        assert backend.send(ONE, CopyTo(), job())[0].accepted
        assert server.connections == 1


def chunked(body: bytes) -> bytes:
    head = "HTTP/1.1 200 X\r\nContent-Type: text/xml; charset=utf-8\r\nTransfer-Encoding: chunked\r\n\r\n"
    return head.encode() + f"{len(body):x}\r\n".encode() + body + b"\r\n0\r\n\r\n"


_REFUSED = sent(_SENT.replace("Success", "Error").replace("NoError", "ErrorItemNotFound"))


@pytest.mark.parametrize("framed", [lambda body: http(200, body), chunked], ids=["by length", "chunked"])
@pytest.mark.parametrize("secured", [False, True], ids=["plain", "tls"])
@pytest.mark.parametrize("together", [True, False], ids=["together", "later"])
def test_a_connection_that_sent_more_than_its_reply_is_not_used_again(
    make_backend: Callable[..., EwsBackend],
    authority: tuple[trustme.CA, str],
    framed: Callable[[bytes], bytes],
    *,
    together: bool,
    secured: bool,
) -> None:
    refused, yes = framed(_REFUSED), framed(sent())
    first = raw(refused + yes) if together else raw(refused, yes)
    ca, ca_file = authority
    tls = server_context(ca.issue_cert("localhost")) if secured else None
    with ScriptedServer([first, raw(refused)], tls) as server:
        backend = make_backend(server.url, ca_file)
        assert backend.send(ONE, CopyTo(), job())[0].verdict is Verdict.REFUSED
        threading.Event().wait(0.0 if together else 0.2)
        # The surplus yes is not this one's answer.
        assert backend.send(ONE, CopyTo(), job())[0].verdict is Verdict.REFUSED
        assert server.connections == 2


def test_a_surplus_that_comes_in_two_parts_is_never_the_next_answer(make_backend: Callable[..., EwsBackend]) -> None:
    refused, yes = http(200, _REFUSED), http(200, sent())
    with ScriptedServer([raw(refused + yes[:9]), raw(yes[9:] + refused), raw(refused)]) as server:
        backend = make_backend(server.url)
        assert backend.send(ONE, CopyTo(), job())[0].verdict is Verdict.REFUSED
        assert backend.send(ONE, CopyTo(), job())[0].verdict is not Verdict.ACCEPTED
        assert server.connections == 2
