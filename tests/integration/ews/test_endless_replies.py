"""Replies that go on without end, or grow beyond every answer: each is given up at its bound, and told in words."""

from __future__ import annotations

import base64
import gzip
import resource
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.backends.ews.backend import EwsBackend
from app.backends.net import connection
from app.domain.errors import AccountError, TroubleKind
from app.domain.listing import Folder
from app.domain.message import ItemRef
from app.domain.outcome import Verdict
from app.domain.record import CopyTo
from tests.integration.ews.conftest import job
from tests.scripted_server import Incoming, ScriptedServer

MEGABYTE = 1 << 20
BOUND = 4 * MEGABYTE
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/xml; charset=utf-8\r\nTransfer-Encoding: chunked\r\n"


@pytest.fixture(autouse=True)
def _small_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection._BoundedReply, "most", BOUND)


class Endless:
    """Answers with `pieces`, one chunk each, until the client goes; counts what it could write."""

    def __init__(self, pieces: Callable[[], Iterator[bytes]], head: bytes = b"") -> None:
        self.pieces, self.head, self.written = pieces, head, 0
        self.left = threading.Event()

    def __call__(self, client: socket.socket, _: Incoming, __: threading.Event) -> bool:
        try:
            client.sendall(HEAD + self.head + b"\r\n")
            for piece in self.pieces():
                client.sendall(b"%x\r\n" % len(piece) + piece + b"\r\n")
                self.written += len(piece)
        except OSError:
            pass  # the client is gone
        self.left.set()
        return False


def blanks() -> Iterator[bytes]:
    while True:
        yield b" " * 65_536


def bomb() -> Iterator[bytes]:
    """3 GB of blanks in 3 MB."""
    one = gzip.compress(b" " * (64 * MEGABYTE))
    for _ in range(48):
        yield one


@pytest.mark.parametrize("pieces", [blanks, bomb])
def test_a_reply_beyond_its_bound_is_given_up_and_told(
    pieces: Callable[[], Iterator[bytes]], make_backend: Callable[..., EwsBackend]
) -> None:
    answer = Endless(pieces, b"Content-Encoding: gzip\r\n" if pieces is bomb else b"")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with ScriptedServer([answer]) as server:
        backend = make_backend(server.url)
        with pytest.raises(AccountError) as caught:
            backend.list_folder(Folder.SENT, 0, 5, job())
        outcome = backend.send([ItemRef("a", "k")], CopyTo(), job())[0]
        assert answer.left.wait(20)
    assert caught.value.trouble.kind is TroubleKind.SERVER
    assert "answered with more than" in caught.value.trouble.detail
    assert outcome.verdict is Verdict.UNKNOWN, "it may have been processed"
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024 < 200 * MEGABYTE


def test_a_file_that_goes_on_beyond_what_was_told_of_it_is_given_up(
    make_backend: Callable[..., EwsBackend], tmp_path: Path
) -> None:
    opened = (
        b'<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" xmlns:m="http://schemas.microsoft.com/exchange/'
        b'services/2006/messages" xmlns:t="http://schemas.microsoft.com/exchange/services/2006/types"><s:Body>'
        b'<m:GetAttachmentResponse><m:ResponseMessages><m:GetAttachmentResponseMessage ResponseClass="Success">'
        b"<m:ResponseCode>NoError</m:ResponseCode><m:Attachments><t:FileAttachment><t:Name>a</t:Name><t:Content>"
    )

    def file() -> Iterator[bytes]:
        yield opened
        while True:
            yield base64.b64encode(b"x" * 48_000)

    answer = Endless(file)
    path = tmp_path / "a"
    with ScriptedServer([answer]) as server:
        backend = make_backend(server.url)
        with pytest.raises(AccountError) as caught:
            backend.get_attachment("a", str(path), lambda _: None, job(), 1000)
        assert answer.left.wait(20)
    assert caught.value.trouble.kind is TroubleKind.SERVER
    assert not path.exists()
    assert answer.written < 32 * MEGABYTE
