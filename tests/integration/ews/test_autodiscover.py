"""From an address to its server: which hosts are asked, in what order, with what, and what each of them said."""

from __future__ import annotations

import contextlib
import json
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import dns.message
import dns.rcode
import dns.resolver
import dns.rrset
import pytest
import trustme
from msgspec.structs import replace

from app.backends.ews.autodiscover import ONLINE, discover, server_places
from app.backends.net.tls import trust
from app.backends.port import Stopped
from app.domain.account import Account, AuthKind, BackendKind, Discovery, ProbeStep
from app.domain.errors import TroubleKind
from app.domain.message import AccountId
from tests.connect_proxy import ConnectProxy
from tests.integration.ews.conftest import job
from tests.sandbox_fixture import RunningSandbox
from tests.scripted_server import Incoming, ScriptedServer, answer

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
    assert [(step.name, step.passed) for step in steps] == [(f"{OURS} (JSON)", True)]
    assert sandbox.journal() == [], "nobody was signed in"
    assert proxy.asked == [f"{OURS}:443"], "and nobody else was asked"


def test_a_host_that_was_typed_is_asked_first(sandbox: RunningSandbox, proxy: ConnectProxy) -> None:
    port = urlsplit(sandbox.url).port
    account = account_of(sandbox, proxy, endpoint=f"https://localhost:{port}/elsewhere")
    discovery, steps = found(account)
    assert discovery.endpoint == sandbox.url
    assert [step.name for step in steps] == [f"localhost:{port} (JSON)"]
    assert proxy.asked == []


def test_who_nobody_knows_is_asked_for_everywhere_and_the_password_goes_to_the_domain_alone(
    sandbox: RunningSandbox, proxy: ConnectProxy
) -> None:
    account = account_of(sandbox, proxy, address="nobody@contoso.com", user=sandbox.first["user"])
    discovery, steps = found(account, sandbox.first["password"])
    assert discovery == Discovery()
    ours = [f"{OURS} ({form})" for form in ("JSON", "SOAP", "XML")]
    assert [step.name for step in steps] == [*ours, "contoso.com (JSON)", f"{ONLINE} (JSON)"]
    assert not any(step.passed for step in steps)
    assert all(step.detail for step in steps)
    assert [one["operation"] for one in sandbox.journal()] == ["Autodiscover"] * 2
    assert set(proxy.asked) == {f"{host}:443" for host in (OURS, "contoso.com", ONLINE)}


def test_a_wrong_password_is_told_at_the_host_that_refused_it(sandbox: RunningSandbox, proxy: ConnectProxy) -> None:
    _, steps = found(account_of(sandbox, proxy, address="nobody@contoso.com"), "wrong")
    refused = [step.name for step in steps if step.detail == "It does not accept this user and password."]
    assert refused == [f"{OURS} (SOAP)"], "it is tried once, and nowhere again"


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
        finder, steps = autodiscover._Finder(account, "", trust(""), job()), list[ProbeStep]()
        assert finder.ask(server.url.rpartition("/EWS")[0], steps.append) == Discovery()
        assert words in steps[0].detail


@pytest.mark.parametrize(
    ("location", "words"),
    [("http://elsewhere.example/x", "points elsewhere"), ("", "points elsewhere"), ("ftp://x", "points elsewhere")],
)
def test_a_redirect_that_leads_out_of_https_is_not_followed(location: str, words: str) -> None:
    from app.backends.ews import autodiscover

    with ScriptedServer([answer(302, b"", Location=location)] * 5) as server:
        account = Account(AccountId("a"), "anna@contoso.com", "", "anna")
        finder, steps = autodiscover._Finder(account, "", trust(""), job()), list[ProbeStep]()
        assert finder.ask(server.url.rpartition("/EWS")[0], steps.append) == Discovery()
        assert words in steps[0].detail


def test_the_hosts_are_in_order_and_each_is_asked_once() -> None:
    account = Account(AccountId("a"), "anna@Contoso.com", "https://autodiscover.contoso.com/EWS/Exchange.asmx", "anna")
    assert server_places(account.endpoint, account.address) == [f"https://{OURS}", "https://contoso.com"]


class NameServer:
    """Answers one question for a SRV record, over UDP on loopback, with `target` and `port`; with nothing for ""."""

    def __init__(self, target: str, port: int) -> None:
        self._target, self._port = target, port
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.asked: list[str] = []
        self._thread = threading.Thread(target=self._answer, daemon=True)

    def __enter__(self) -> NameServer:
        resolver = dns.resolver.Resolver(configure=False)
        resolver.nameservers, resolver.port = ["127.0.0.1"], self._socket.getsockname()[1]
        dns.resolver.default_resolver = resolver
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        dns.resolver.default_resolver = None
        self._socket.close()

    def _answer(self) -> None:
        content, client = self._socket.recvfrom(4096)
        query = dns.message.from_wire(content)
        [question] = query.question
        self.asked.append(str(question.name))
        reply = dns.message.make_response(query)
        if self._target:
            record = f"0 0 {self._port} {self._target}."
            reply.answer.append(dns.rrset.from_text(question.name, 60, "IN", "SRV", record))
        else:
            reply.set_rcode(dns.rcode.NXDOMAIN)
        self._socket.sendto(reply.to_wire(), client)


def direct(sandbox: RunningSandbox, domain: str) -> Account:
    first = sandbox.first
    known = Account(AccountId("a"), f"{first['address'].partition('@')[0]}@{domain}", "", first["user"])
    return replace(known, ca_file=sandbox.ca_file, proxy="none")


def test_the_host_that_dns_names_is_asked_without_the_password(sandbox: RunningSandbox) -> None:
    port = urlsplit(sandbox.url).port or 0
    with NameServer("localhost", port) as names:
        account = replace(direct(sandbox, "nowhere.invalid"))
        _, steps = found(account, sandbox.first["password"])
    assert names.asked == ["_autodiscover._tcp.nowhere.invalid."]
    by_name = {step.name: step for step in steps}
    assert by_name["_autodiscover._tcp.nowhere.invalid (DNS)"].detail == f"https://localhost:{port}"
    assert "is not found" in by_name[f"localhost:{port} (JSON)"].detail
    assert f"localhost:{port} (SOAP)" not in by_name, "whoever writes DNS answers gets no password"
    assert sandbox.journal() == []


def test_a_domain_without_the_record_is_told(sandbox: RunningSandbox) -> None:
    with NameServer("", 0):
        discovery, steps = found(direct(sandbox, "nowhere.invalid"))
    assert discovery == Discovery()
    told = {step.name: step.detail for step in steps}
    assert told["_autodiscover._tcp.nowhere.invalid (DNS)"] == "There is no such record."
    assert next(reversed(told)) == f"{ONLINE} (JSON)", "Exchange Online is asked last"


@pytest.mark.parametrize(
    ("ews", "graph"),
    [
        ("https://outlook.office365.com/EWS/Exchange.asmx", "https://graph.microsoft.com/v1.0"),
        ("https://outlook.office365.us/EWS/Exchange.asmx", "https://graph.microsoft.us/v1.0"),
        ("https://partner.outlook.cn/EWS/Exchange.asmx", "https://microsoftgraph.chinacloudapi.cn/v1.0"),
    ],
)
def test_a_mailbox_of_exchange_online_is_found_at_graph(monkeypatch: pytest.MonkeyPatch, ews: str, graph: str) -> None:
    from app.backends.ews import autodiscover

    monkeypatch.setattr(autodiscover._Finder, "ask", lambda *_: Discovery(ews, display_name="Anna"))
    account = Account(AccountId("a"), "anna@contoso.com", "", "anna", proxy="none")
    found_at = discover(account, "", job(), lambda _: None)
    assert found_at == Discovery(graph, (AuthKind.OAUTH,), "Anna", BackendKind.GRAPH)


def test_soap_tells_the_server_and_the_name_of_the_person(sandbox: RunningSandbox, proxy: ConnectProxy) -> None:
    from app.backends.ews import autodiscover

    account = account_of(sandbox, proxy)
    finder = autodiscover._Finder(account, sandbox.first["password"], trust(sandbox.ca_file), job())
    told = finder._by_soap(f"https://{OURS}")
    assert (told.endpoint, told.display_name) == (sandbox.url, "Clara Fontaine")


@pytest.mark.parametrize("body", [b"<html>captive</html>", b"", b"<Envelope/>", b"not xml"])
def test_a_soap_answer_that_names_no_server_is_told(body: bytes) -> None:
    from app.backends.ews import autodiscover

    with ScriptedServer([answer(200, body)]) as server:
        account = Account(AccountId("a"), "anna@contoso.com", "", "anna")
        finder = autodiscover._Finder(account, "secret", trust(""), job())
        with pytest.raises(autodiscover._NotHere, match="names no Exchange"):
            finder._by_soap(server.url.rpartition("/EWS")[0])


SECOND, OUTSIDE, OTHER_DOMAIN = "mail.contoso.com", "mail.fabrikam.example", "autodiscover.fabrikam.example"
EWS = "https://served.contoso.com/EWS/Exchange.asmx"
ANNA = "anna@contoso.com"
AWAY = "anna@fabrikam.example"


def soap_redirect(code: str, target: str) -> bytes:
    """Return an answer of GetUserSettings that points elsewhere ([MS-OXWSADISC] 3.1.4.3)."""
    xmlns = "http://schemas.microsoft.com/exchange/2010/Autodiscover"
    said = (
        f"<ErrorCode>{code}</ErrorCode><ErrorMessage>Elsewhere</ErrorMessage><RedirectTarget>{target}</RedirectTarget>"
    )
    return f'<R xmlns="{xmlns}"><UserResponses><UserResponse>{said}</UserResponse></UserResponses></R>'.encode()


def pox_redirect(action: str, element: str, target: str) -> bytes:
    """Return a plain XML answer that points elsewhere ([MS-OXDSCLI] 2.2.4.1.1.2)."""
    said = f"<Account><Action>{action}</Action><{element}>{target}</{element}></Account>"
    return f"<Autodiscover><Response>{said}</Response></Autodiscover>".encode()


SERVED = json.dumps({"Protocol": "Ews", "Url": EWS}).encode()


class Hosts:
    """Hosts under names of their own, over TLS; each answers by the form that it is asked in, else with a 404."""

    def __init__(self, folder: Path) -> None:
        """Make the authority that all of them are certified by."""
        self._stack = contextlib.ExitStack()
        self._authority = trustme.CA()
        self.ca_file = str(folder / "ca.pem")
        self._authority.cert_pem.write_to_path(self.ca_file)
        self.servers: dict[str, ScriptedServer] = {}

    def add(self, name: str, *, anything: bytes = b"", soap: bytes = b"", pox: bytes = b"") -> None:
        """Run a host; `anything` is its answer without a sign-in."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._authority.issue_cert(name).configure_cert(context)
        bodies = {"autodiscover.json": anything, "autodiscover.svc": soap, "autodiscover.xml": pox}

        def act(connection: socket.socket, incoming: Incoming, stopped: threading.Event) -> bool:
            asked = incoming.head.split(" ", 2)[1]
            body = next((body for form, body in bodies.items() if f"/{form}" in asked), b"")
            return answer(200 if body else 404, body)(connection, incoming, stopped)

        self.servers[name] = self._stack.enter_context(ScriptedServer([act], tls=context))

    def asked(self, name: str) -> list[str]:
        """Return the forms that a host was asked in, in order, with what they were asked for."""
        return [one.head.split(" ", 2)[1] for one in self.servers[name].requests]

    def got_password(self, name: str) -> bool:
        return any("authorization:" in one.head.casefold() for one in self.servers[name].requests)

    def find(self, secret: str = "s3cret") -> tuple[Discovery, list[ProbeStep]]:
        """Look for Anna's server."""
        with ConnectProxy({name: server.port for name, server in self.servers.items()}) as proxy:
            account = Account(AccountId("a"), ANNA, "", "anna", ca_file=self.ca_file, proxy=proxy.url)
            return found(account, secret)

    def close(self) -> None:
        self._stack.close()


@pytest.fixture
def hosts(tmp_path: Path) -> Iterator[Hosts]:
    made = Hosts(tmp_path)
    yield made
    made.close()


@pytest.mark.parametrize(
    "redirect",
    [
        {"soap": soap_redirect("RedirectUrl", f"https://{SECOND}/autodiscover/autodiscover.svc")},
        {"pox": pox_redirect("redirectUrl", "RedirectUrl", f"https://{SECOND}/autodiscover/autodiscover.xml")},
    ],
    ids=["SOAP", "XML"],
)
def test_a_redirect_to_another_host_of_the_domain_is_followed(hosts: Hosts, redirect: dict[str, bytes]) -> None:
    hosts.add(OURS, **redirect)
    hosts.add(SECOND, anything=SERVED)
    discovery, steps = hosts.find()
    assert discovery.endpoint == EWS
    assert any(step.detail.startswith(f"It points elsewhere: https://{SECOND}") for step in steps)
    assert not hosts.got_password(SECOND), "it told without one"


@pytest.mark.parametrize(
    "redirect",
    [
        {"soap": soap_redirect("RedirectAddress", AWAY)},
        {"pox": pox_redirect("redirectAddr", "RedirectAddr", AWAY)},
    ],
    ids=["SOAP", "XML"],
)
def test_a_redirect_to_another_address_is_followed_without_the_password(
    hosts: Hosts, redirect: dict[str, bytes]
) -> None:
    hosts.add(OURS, **redirect)
    hosts.add(OTHER_DOMAIN, anything=SERVED)
    discovery, _ = hosts.find()
    assert discovery.endpoint == EWS
    assert "anna%40fabrikam.example" in hosts.asked(OTHER_DOMAIN)[0]
    assert not hosts.got_password(OTHER_DOMAIN)


def test_a_host_outside_of_the_domain_is_asked_and_gets_no_password(hosts: Hosts) -> None:
    hosts.add(OURS, soap=soap_redirect("RedirectUrl", f"https://{OUTSIDE}/autodiscover/autodiscover.svc"))
    hosts.add(OUTSIDE)
    discovery, _ = hosts.find()
    assert discovery.endpoint == ""
    assert hosts.got_password(OURS)
    assert len(hosts.asked(OUTSIDE)) == 1, "without a sign-in, once"
    assert not hosts.got_password(OUTSIDE)


@pytest.mark.parametrize("target", ["http://mail.contoso.com/x", "https://a:b@mail.contoso.com/", "no address", ""])
@pytest.mark.parametrize("code", ["RedirectUrl", "RedirectAddress"])
def test_what_cannot_be_asked_is_told_and_not_followed(hosts: Hosts, target: str, code: str) -> None:
    hosts.add(OURS, soap=soap_redirect(code, target))
    hosts.add(SECOND, anything=SERVED)
    discovery, steps = hosts.find()
    assert discovery.endpoint == ""
    assert hosts.asked(SECOND) == []
    words = f"It points elsewhere: {target}" if target else "Its answer names no Exchange Web Services."
    assert [step.detail for step in steps if step.name == f"{OURS} (SOAP)"] == [words]


def in_a_circle(number: int) -> bytes:
    return soap_redirect("RedirectUrl", f"https://h{number}.contoso.com/autodiscover/autodiscover.svc")


@pytest.mark.parametrize(
    ("names", "target_of", "most"),
    [
        ([OURS, SECOND], lambda n: soap_redirect("RedirectUrl", f"https://{(SECOND, OURS)[n]}/x"), 2),
        ([OURS], lambda _: soap_redirect("RedirectAddress", ANNA), 1),
        ([OURS, *(f"h{n}.contoso.com" for n in range(1, 9))], lambda n: in_a_circle(n + 1), 4),
    ],
    ids=["two hosts", "oneself", "a long chain"],
)
def test_redirects_in_a_circle_or_without_end_come_to_an_end(
    hosts: Hosts, names: list[str], target_of: Callable[[int], bytes], most: int
) -> None:
    for number, name in enumerate(names):
        hosts.add(name, soap=target_of(number))
    discovery, _ = hosts.find()
    assert discovery.endpoint == ""
    asked = [name for name in names if hosts.asked(name)]
    assert len(asked) == most
    assert all(len(hosts.asked(name)) <= 3 for name in asked), "each was asked once in each form"
