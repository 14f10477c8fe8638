"""A pytest plugin: the sandbox as a process of its own, reset for each test.

`sandbox` gives the running one. Tests speak to it over HTTPS like any client; `post` is for raw SOAP and holds each
request and each reply against Exchange's schema where that is on the machine.
"""

import base64
import http.client
import json
import ssl
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from lxml import etree

from app.domain.account import BackendKind
from tests.conformance import schema
from tests.protocols import ON_GRAPH, on_graph

ROOT = Path(__file__).resolve().parents[1]
NAMES = {
    "s": "http://schemas.xmlsoap.org/soap/envelope/",
    "t": "http://schemas.microsoft.com/exchange/services/2006/types",
    "m": "http://schemas.microsoft.com/exchange/services/2006/messages",
    "e": "http://schemas.microsoft.com/exchange/services/2006/errors",
}


def envelope(body: str, header: str = "", version: str = "Exchange2013_SP1") -> str:
    """Put the content of a SOAP Body, with the prefixes t: and m:, into an envelope."""
    named = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in NAMES.items())
    asked = f'<t:RequestServerVersion Version="{version}"/>' if version else ""
    return f"<s:Envelope {named}><s:Header>{asked}{header}</s:Header><s:Body>{body}</s:Body></s:Envelope>"


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply: HTTP status, headers (names in lower case), bytes, and the tree where it is XML."""

    status: int
    headers: dict[str, str]
    content: bytes
    root: etree._Element | None = None

    @property
    def tree(self) -> etree._Element:
        """The envelope; fails the test where the reply is no XML."""
        assert self.root is not None, self.content[:500]
        return self.root

    @property
    def messages(self) -> list[etree._Element]:
        """The response messages, one for each part of the request."""
        return [one for holder in self.all("s:Body/*/m:ResponseMessages") for one in holder]

    @property
    def codes(self) -> list[str]:
        """The ResponseCode of each response message, or that of the fault."""
        found = self.all(".//m:ResponseCode") or self.all(".//e:ResponseCode")
        return [str(one.text) for one in found]

    def all(self, path: str) -> list[etree._Element]:
        """Find elements by a path with the prefixes s:, t:, m: and e:."""
        return self.tree.findall(path, NAMES)

    def text(self, path: str) -> str | None:
        """Return the text of the first element at a path; None where there is none."""
        found = self.tree.find(path, NAMES)
        return None if found is None else (found.text or "")

    def ids(self, path: str = ".//t:ItemId") -> list[tuple[str, str]]:
        """Return the Id and ChangeKey of all elements at a path."""
        return [(str(one.get("Id")), str(one.get("ChangeKey", ""))) for one in self.all(path)]


@dataclass(slots=True)
class RunningSandbox:
    """A sandbox that is up. `accounts` are as printed at its start: address, user, password, display_name."""

    process: subprocess.Popen[bytes]
    url: str
    ca_file: str
    accounts: list[dict[str, str]]
    admin_url: str
    admin_token: str = field(repr=False)
    graph_url: str = ""
    spoken: BackendKind = BackendKind.EWS
    """The protocol of the program under test (tests/protocols.py)."""

    @property
    def first(self) -> dict[str, str]:
        """The account that a newcomer signs in with."""
        return self.accounts[0]

    def account(self, name: str) -> dict[str, str]:
        """Return the account of an address or an alias."""
        return next(one for one in self.accounts if name in {one["address"], one["address"].partition("@")[0]})

    def request(
        self,
        method: str,
        url: str,
        body: bytes | None = None,
        headers: dict[str, str] | None = None,
        timeout: float = 30,
    ) -> Reply:
        """Make one HTTP request on a connection of its own; raises what http.client and ssl raise."""
        parts = urlsplit(url)
        context = ssl.create_default_context(cafile=self.ca_file)
        connection = http.client.HTTPSConnection(str(parts.hostname), parts.port, timeout=timeout, context=context)
        try:
            target = parts.path + (f"?{parts.query}" if parts.query else "")
            connection.request(method, target, body, headers or {})
            response = connection.getresponse()
            content = response.read()
            return Reply(response.status, {key.lower(): value for key, value in response.getheaders()}, content)
        finally:
            connection.close()

    def post_raw(
        self,
        document: bytes,
        user: str | None = None,
        headers: dict[str, str] | None = None,
        timeout: float = 30,
        *,
        valid_reply: bool = True,
    ) -> Reply:
        """Send bytes as they are to the endpoint, signed in as an account (the first one if none is named).

        Pass valid_reply=False where a manner makes the reply one that the schema does not know.
        """
        account = self.account(user) if user else self.first
        credentials = base64.b64encode(f"{account['user']}:{account['password']}".encode()).decode()
        given = {"Content-Type": "text/xml; charset=utf-8", "Authorization": f"Basic {credentials}", **(headers or {})}
        reply = self.request("POST", self.url, document, given, timeout)
        if not reply.headers.get("content-type", "").startswith("text/xml") or not reply.content.startswith(b"<?xml"):
            return reply
        root = etree.fromstring(reply.content, etree.XMLParser(huge_tree=True, resolve_entities=False))
        found = schema.complaints(root) if valid_reply else []
        assert found == [], (found, reply.content[:2000])
        return Reply(reply.status, reply.headers, reply.content, root)

    def post(
        self,
        body: str,
        user: str | None = None,
        *,
        header: str = "",
        version: str = "Exchange2013_SP1",
        valid: bool = True,
        timeout: float = 30,
    ) -> Reply:
        """Send what is to be in the SOAP Body, with the prefixes t: and m:.

        Pass valid=False for a request that must be refused.
        """
        document = envelope(body, header, version).encode()
        if valid:
            parser = etree.XMLParser(huge_tree=True, resolve_entities=False)
            assert schema.complaints(etree.fromstring(document, parser)) == [], body[:2000]
        return self.post_raw(document, user, timeout=timeout)

    def admin(self, method: str, name: str, value: Any = None) -> Any:
        """Make an admin call and return its JSON; an error fails the test."""
        headers = {"Authorization": f"Bearer {self.admin_token}", "Content-Type": "application/json"}
        body = None if value is None else json.dumps(value).encode()
        reply = self.request(method, f"{self.admin_url}/{name}", body, headers)
        assert reply.status == 200, reply.content
        return json.loads(reply.content)

    def faults(self, rules: list[dict[str, Any]]) -> None:
        """Put a fault plan in force in the place of the one before; see docs/sandbox.md."""
        if self.spoken is BackendKind.GRAPH:
            rules = [one for rule in rules for one in on_graph(rule)]
        self.admin("POST", "faults", rules)

    def manners(self, *names: str, **seconds: float) -> None:
        """Put manners in force in the place of those before; see docs/sandbox.md. `a_b=5` gives "a-b" 5 seconds."""
        timed = {name.replace("_", "-"): value for name, value in seconds.items()}
        self.admin("POST", "manners", {**dict.fromkeys(names, True), **timed})

    def journal(self, operation: str | None = None, *, bodies: bool = False) -> list[dict[str, Any]]:
        """Return the requests since the last reset, oldest first."""
        found: list[dict[str, Any]] = self.admin("GET", f"journal?bodies={int(bodies)}")
        names = ON_GRAPH.get(operation or "", (operation,)) if self.spoken is BackendKind.GRAPH else (operation,)
        return [one for one in found if not operation or one["operation"] in names]

    def deliveries(self) -> list[dict[str, Any]]:
        """Return what was truly delivered, one row for each recipient."""
        found: list[dict[str, Any]] = self.admin("GET", "deliveries")
        return found

    def reset(self, *, messages: bool = True) -> None:
        """Begin again: no faults, no manners, an empty journal, the sample messages or none."""
        self.admin("POST", f"reset?messages={int(messages)}")


def start(*arguments: str) -> RunningSandbox:
    """Start a sandbox as a process that ends with this one."""
    command = [sys.executable, "-m", "app.sandbox", "--die-with-parent", *arguments]
    process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line, "the sandbox ended before it was ready"
    ready = json.loads(line)
    admin = ready["admin"]
    known = (ready["url"], ready["ca_file"], ready["accounts"], admin["url"], admin["token"], ready["graph"]["url"])
    return RunningSandbox(process, *known)


def stop(running: RunningSandbox) -> int:
    """Stop a sandbox by closing its standard input; returns its exit status."""
    process = running.process
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.close()
    try:
        return process.wait(15)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(5)
        raise
    finally:
        process.stdout.close()


@pytest.fixture(scope="session")
def sandbox_process() -> Iterator[RunningSandbox]:
    """One sandbox for the whole run."""
    running = start()
    yield running
    if running.process.poll() is None:
        assert stop(running) == 0
    elif running.process.stdin is not None and running.process.stdout is not None:
        running.process.stdin.close()
        running.process.stdout.close()


@pytest.fixture
def sandbox(sandbox_process: RunningSandbox) -> RunningSandbox:
    """A sandbox with the sample messages, no faults and an empty journal."""
    sandbox_process.reset()
    return sandbox_process
