"""--smtp: messages to addresses outside go to a real mail host, now or later, and come back where it refuses them."""

import socket
import socketserver
import threading
import time
from collections.abc import Iterator
from email import message_from_bytes, policy
from pathlib import Path
from typing import ClassVar

import pytest

from app.sandbox import relay
from app.sandbox.relay import Host
from tests.integration.sandbox import soap
from tests.sandbox_fixture import RunningSandbox, start, stop


class MailHost(socketserver.ThreadingTCPServer):
    """A mail host as RFC 5321 has it, for one test: says no to "refused", and "later" at first to "busy"."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Session)
        self.messages: list[tuple[str, str, bytes]] = []
        self.busy = 1


class Session(socketserver.StreamRequestHandler):
    server: MailHost
    ANSWERS: ClassVar = {"EHLO": "250 SMTPUTF8", "RSET": "250 ok", "NOOP": "250 ok"}

    def say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())

    def handle(self) -> None:
        self.say("220 ready")
        sender = recipient = ""
        while line := self.rfile.readline().decode().strip():
            word = line[:4].upper()
            if word == "MAIL":
                sender = line.partition("<")[2].partition(">")[0]
                self.say("250 ok")
            elif word == "RCPT":
                recipient = line.partition("<")[2].partition(">")[0]
                self.say(self.answer_to(recipient))
            elif word == "DATA":
                self.say("354 go on")
                body = b""
                while not body.endswith(b"\r\n.\r\n"):
                    body += self.rfile.readline()
                self.server.messages.append((sender, recipient, body[:-3]))
                self.say("250 taken")
            elif word == "QUIT":
                self.say("221 bye")
                return
            else:
                self.say(self.ANSWERS.get(word, "500 what"))

    def answer_to(self, recipient: str) -> str:
        if recipient.startswith("refused"):
            return "550 5.1.1 nobody here by that name"
        if recipient.startswith("busy") and self.server.busy:
            self.server.busy -= 1
            return "451 4.3.0 come back later"
        return "250 ok"


@pytest.fixture
def host() -> Iterator[MailHost]:
    server = MailHost()
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join(10)


@pytest.fixture
def connected(host: MailHost) -> Iterator[RunningSandbox]:
    running = start("--smtp", f"127.0.0.1:{host.server_address[1]}")
    yield running
    assert stop(running) == 0


def outcomes(sandbox: RunningSandbox, wanted: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """What became of the messages, once it is what is wanted, or after a while."""
    found: set[tuple[str, str]] = set()
    for _ in range(150):
        found = {(one["recipient"], one["outcome"]) for one in sandbox.deliveries()}
        if found == wanted:
            break
        time.sleep(0.1)
    return found


def send(sandbox: RunningSandbox, subject: str, *to: str) -> None:
    message = soap.message(subject, "Grüße", *to, before="")
    assert sandbox.post(soap.create(message, disposition="SendAndSaveCopy")).codes == ["NoError"]


def test_a_message_outside_reaches_the_host_and_one_inside_does_not(connected: RunningSandbox, host: MailHost) -> None:
    send(connected, "Out and in", "anneke.visser@fabrikam.com", "james.okafor@contoso.com")
    wanted = {("anneke.visser@fabrikam.com", "relayed"), ("james.okafor@contoso.com", "delivered")}
    assert outcomes(connected, wanted) == wanted
    ((sender, recipient, raw),) = host.messages
    assert (sender, recipient) == ("clara.fontaine@contoso.com", "anneke.visser@fabrikam.com")
    message = message_from_bytes(raw, policy=policy.default)
    assert message["Subject"] == "Out and in"
    assert message.get_content().strip() == "Grüße"


def test_who_is_refused_comes_back_and_who_is_busy_is_tried_again(connected: RunningSandbox, host: MailHost) -> None:
    send(connected, "Mixed", "refused@fabrikam.com", "busy@fabrikam.com")
    wanted = {("refused@fabrikam.com", "bounced"), ("busy@fabrikam.com", "relayed")}
    assert outcomes(connected, wanted) == wanted
    assert [recipient for _, recipient, _ in host.messages] == ["busy@fabrikam.com"]
    report = connected.post(
        soap.find("inbox", restriction=soap.equals(soap.field("item:Subject"), "Undeliverable: Mixed"))
    )
    assert len(report.ids()) == 1


def test_a_host_that_is_away_gets_the_message_after_a_restart(host: MailHost, tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        nobody = free.getsockname()[1]
    running = start("--data", str(tmp_path), "--smtp", f"127.0.0.1:{nobody}")
    send(running, "Later", "anneke.visser@fabrikam.com")
    assert {one["outcome"] for one in running.deliveries()} == {"queued"}
    stop(running)
    again = start("--data", str(tmp_path), "--smtp", f"127.0.0.1:{host.server_address[1]}")
    try:
        wanted = {("anneke.visser@fabrikam.com", "relayed")}
        assert outcomes(again, wanted) == wanted
    finally:
        stop(again)


def test_patience_ends() -> None:
    assert len(relay.PAUSES) >= 3
    assert sum(relay.PAUSES) < 60


@pytest.mark.parametrize("text", ["", "host", "host:", ":25", "host:0", "host:65536", "host:x", "host:-1", "[]:25"])
def test_what_names_no_host_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not HOST:PORT"):
        Host.read_host(text)


def test_a_host_may_be_named_by_a_number() -> None:
    assert Host.read_host("[::1]:2525") == Host("::1", 2525)
