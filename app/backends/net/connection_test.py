"""Testing a connection in steps, to show the person which one failed: name, connect, tls, sign-in, the service, drafts.

By a proxy, a step of that name comes first. Those before the sign-in open sockets of their own and say nothing on
them. The last three are one request for Drafts, read for what its answer says. What the server calls the person comes
after them, as a step `PERSON`, where it says so.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from typing import Any, Final, NamedTuple
from urllib.parse import urlsplit

from app.backends.net.http_errors import why_unreachable
from app.backends.net.proxies import Proxy, ProxyFailed, connect, proxy_for
from app.backends.net.tls import explain, trust
from app.backends.port import Job
from app.core.i18n import ntr, tr
from app.domain.account import PERSON, Account, ProbeStep
from app.domain.errors import AccountError, ItemRefused, Trouble, TroubleKind
from app.domain.listing import Page

_MAKER: Final = frozenset({"organizationName", "commonName"})
"""The parts of an issuer's name that a person may know it by; the later is the nearer one."""


class ProbedMailbox(NamedTuple):
    """What is asked once the way is clear: a row of Drafts, and what the server calls the person.

    Both raise AccountError, ItemRefused. `version` returns what the server said of itself; `service` names its step.
    """

    look: Callable[[], Page]
    find_name: Callable[[], str]
    version: Callable[[], str]
    service: str = "ews"


def probe(account: Account, unusable: Trouble | None, mailbox: ProbedMailbox | None, job: Job) -> Iterator[ProbeStep]:
    """Yield the steps up to the first that fails; without a `mailbox` nobody signs in, and TLS is the last."""
    parts = urlsplit(account.endpoint)
    host, secured = parts.hostname or "", parts.scheme == "https"
    if not host:
        yield ProbeStep("name", passed=False, detail=tr("The address holds no server’s name."))
        return
    found: list[socket.socket] = []
    for step in _way_steps(account, host, secured, job, found):
        yield step
        if not step.passed:
            return
    with found[0] as connection:
        if unusable is not None:
            step = ProbeStep("tls", passed=False, detail=unusable.detail)
        elif not secured:
            step = ProbeStep("tls", passed=True, detail=tr("Not encrypted, which is allowed on this machine only."))
        else:
            step = _tls_step(account, connection, host, parts.port or 443)
    yield step
    if step.passed and mailbox is not None:
        for step in _mailbox_steps(mailbox):
            yield step
        if step.passed:
            name = ""
            with contextlib.suppress(AccountError, ItemRefused):  # it can be typed, and everything works without
                name = mailbox.find_name()
            if name:
                yield ProbeStep(PERSON, passed=True, detail=name)


def _way_steps(account: Account, host: str, secured: bool, job: Job, found: list[socket.socket]) -> Iterator[ProbeStep]:
    """Yield what leads to a connection, which is put into `found`: straight, or by a proxy, which finds the name."""
    try:
        port = urlsplit(account.endpoint).port or (443 if secured else 80)
        way = proxy_for(account, account.endpoint)
    except ProxyFailed as error:
        yield ProbeStep("proxy", passed=False, detail=error.words)
        return
    except ValueError as error:
        yield ProbeStep("name", passed=False, detail=why_unreachable(error, host))
        return
    seconds = min(15.0, job.remaining())
    if way is not None:
        yield from _proxy_steps(way, host, port, seconds, found)
        return
    try:
        names = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        yield ProbeStep("name", passed=False, detail=why_unreachable(error, host))
        return
    yield ProbeStep("name", passed=True, detail=", ".join(dict.fromkeys(str(one[4][0]) for one in names)))
    try:
        found.append(socket.create_connection((host, port), timeout=seconds))
    except OSError as error:
        yield ProbeStep("connect", passed=False, detail=why_unreachable(error, host))
    else:
        yield ProbeStep("connect", passed=True, detail=tr("{host}, port {port}", host=host, port=port))


def _proxy_steps(way: Proxy, host: str, port: int, seconds: float, found: list[socket.socket]) -> Iterator[ProbeStep]:
    """Distinguish a proxy that cannot be used from one that cannot reach the server."""
    try:
        connection = connect(host, port, seconds, way)
    except ProxyFailed as error:
        if not error.is_the_proxys_own:
            yield from _by(way)
        yield ProbeStep("proxy" if error.is_the_proxys_own else "connect", passed=False, detail=error.words)
        return
    found.append(connection)
    yield from _by(way)
    yield ProbeStep("connect", passed=True, detail=tr("{host}, port {port}", host=host, port=port))


def _by(way: Proxy) -> Iterator[ProbeStep]:
    yield ProbeStep("proxy", passed=True, detail=way.place)
    yield ProbeStep("name", passed=True, detail=tr("The proxy looks it up."))


def _tls_step(account: Account, connection: socket.socket, host: str, port: int) -> ProbeStep:
    try:
        with trust(account.ca_file).wrap_socket(connection, server_hostname=host) as tls:
            return ProbeStep("tls", passed=True, detail=_seen(tls))
    except ssl.SSLError as error:
        error.way = proxy_for(account, account.endpoint)  # type: ignore[attr-defined] # by which it is looked at again
        return ProbeStep("tls", passed=False, detail=explain(error, host, port))
    except OSError as error:
        return ProbeStep("tls", passed=False, detail=why_unreachable(error, host))


def _seen(tls: ssl.SSLSocket) -> str:
    """Return in words what vouches for a connection: the version of TLS, who made the certificate, until when."""
    certificate: dict[str, Any] = tls.getpeercert() or {}
    makers = [value for part in certificate.get("issuer", ()) for name, value in part if name in _MAKER]
    until = certificate.get("notAfter")
    version = tls.version() or ""
    if not makers or not isinstance(until, str):
        return version
    day = time.strftime("%Y-%m-%d", time.gmtime(ssl.cert_time_to_seconds(until)))
    return tr("{version}; certificate by {maker}, until {day}", version=version, maker=makers[-1], day=day)


def _mailbox_steps(mailbox: ProbedMailbox) -> Iterator[ProbeStep]:
    try:
        page = mailbox.look()
    except ItemRefused as refusal:
        words = refusal.words
        yield ProbeStep("sign-in", passed=True)
        yield ProbeStep(mailbox.service, passed=True)
        yield ProbeStep("drafts", passed=False, detail=f"{words.response_code}: {words.message_text}")
    except AccountError as error:
        trouble = error.trouble
        signed_in = trouble.kind in {TroubleKind.SERVICE_OFF, TroubleKind.SERVER}
        if signed_in:
            yield ProbeStep("sign-in", passed=True)
        yield ProbeStep(mailbox.service if signed_in else "sign-in", passed=False, detail=trouble.detail)
    else:
        yield ProbeStep("sign-in", passed=True)
        version = mailbox.version()
        yield ProbeStep(
            mailbox.service, passed=True, detail=tr("version {version}", version=version) if version else ""
        )
        drafts = ntr("{n} item in Drafts", "{n} items in Drafts", page.total)
        yield ProbeStep("drafts", passed=True, detail=drafts)
