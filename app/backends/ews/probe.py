"""Testing a connection in steps, so that a person is told which one failed: name, connect, tls, sign-in, ews, drafts.

The first three open sockets of their own and say nothing on them. The last three are one FindItem of Drafts, read
for what its answer tells.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

from app.backends.ews.tls import explain, trust
from app.backends.ews.troubles import why_unreachable
from app.backends.port import Job
from app.domain.account import Account, ProbeStep
from app.domain.errors import AccountError, ItemRefused, Trouble, TroubleKind
from app.domain.i18n import ntr, tr
from app.domain.listing import Page


def probe(account: Account, unusable: Trouble | None, look: Callable[[], Page], job: Job) -> Iterator[ProbeStep]:
    """Yield the steps up to the first that fails. `look` reads one row of Drafts, raising AccountError, ItemRefused."""
    parts = urlsplit(account.endpoint)
    host, secured = parts.hostname or "", parts.scheme == "https"
    if not host:
        yield ProbeStep("name", passed=False, detail=tr("The address holds no server’s name."))
        return
    try:
        port = parts.port or (443 if secured else 80)
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError, ValueError) as error:
        yield ProbeStep("name", passed=False, detail=why_unreachable(error, host))
        return
    yield ProbeStep("name", passed=True, detail=", ".join(dict.fromkeys(str(one[4][0]) for one in found)))
    for step in _connection_steps(account, unusable, host, port, secured, job):
        yield step
        if not step.passed:
            return
    yield from _mailbox_steps(look)


def _connection_steps(
    account: Account, unusable: Trouble | None, host: str, port: int, secured: bool, job: Job
) -> Iterator[ProbeStep]:
    try:
        connection = socket.create_connection((host, port), timeout=min(15.0, job.remaining()))
    except OSError as error:
        yield ProbeStep("connect", passed=False, detail=why_unreachable(error, host))
        return
    with connection:
        yield ProbeStep("connect", passed=True, detail=tr("{host}, port {port}", host=host, port=port))
        if unusable is not None:
            yield ProbeStep("tls", passed=False, detail=unusable.detail)
        elif not secured:
            yield ProbeStep("tls", passed=True, detail=tr("Not encrypted, which is allowed on this machine only."))
        else:
            yield _tls_step(account, connection, host, port)


def _tls_step(account: Account, connection: socket.socket, host: str, port: int) -> ProbeStep:
    try:
        with trust(account.ca_file).wrap_socket(connection, server_hostname=host) as tls:
            return ProbeStep("tls", passed=True, detail=tls.version() or "")
    except ssl.SSLError as error:
        return ProbeStep("tls", passed=False, detail=explain(error, host, port))
    except OSError as error:
        return ProbeStep("tls", passed=False, detail=why_unreachable(error, host))


def _mailbox_steps(look: Callable[[], Page]) -> Iterator[ProbeStep]:
    try:
        page = look()
    except ItemRefused as refusal:
        words = refusal.words
        yield ProbeStep("sign-in", passed=True)
        yield ProbeStep("ews", passed=True)
        yield ProbeStep("drafts", passed=False, detail=f"{words.response_code}: {words.message_text}")
    except AccountError as error:
        trouble = error.trouble
        signed_in = trouble.kind in {TroubleKind.SERVICE_OFF, TroubleKind.SERVER}
        if signed_in:
            yield ProbeStep("sign-in", passed=True)
        yield ProbeStep("ews" if signed_in else "sign-in", passed=False, detail=trouble.detail)
    else:
        yield ProbeStep("sign-in", passed=True)
        yield ProbeStep("ews", passed=True)
        drafts = ntr("{n} item in Drafts", "{n} items in Drafts", page.total)
        yield ProbeStep("drafts", passed=True, detail=drafts)
