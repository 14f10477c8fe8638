"""Starts and stops the sandbox: store, certificate, endpoint, admin calls and the timer of held messages."""

import asyncio
import contextlib
import os
import re
import secrets
import shutil
import ssl
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import trustme
from aiohttp import web

from app.sandbox.admin import PATH as ADMIN_PATH
from app.sandbox.admin import Admin
from app.sandbox.autodiscover import Autodiscover
from app.sandbox.endpoint import LARGEST_REQUEST, PATH, Endpoint
from app.sandbox.graph.front import Graph
from app.sandbox.graph.sending import send_taken
from app.sandbox.manners import BY_THE_BOOK, Manners
from app.sandbox.memory import give_back
from app.sandbox.oauth.authority import Authority
from app.sandbox.organisation import fill, found
from app.sandbox.relay import Host, prepare, relay_due
from app.sandbox.sending import send_due
from app.sandbox.store.mail_store import MailStore

_NAMES: Final = ("localhost", "127.0.0.1", "autodiscover.localhost", "mail.contoso.com", "autodiscover.contoso.com")
"""The last two are for clients behind a proxy that leads them here: none is asked for what is on this machine."""


def make_context(folder: Path, shows_expired: Callable[[], bool] = lambda: False) -> tuple[ssl.SSLContext, Path]:
    """Make a TLS context for localhost and the file of the authority that a client is to trust.

    The authority's key stays in memory and is gone when the server ends; the file holds its certificate alone.
    `shows_expired` is asked for each connection that names a host: a connection to the bare address, as the admin
    calls make, always gets the good certificate.
    """
    authority = trustme.CA(organization_name="Mailwright sandbox")
    context = _serving(authority.issue_cert(*_NAMES))
    moment = datetime.now(UTC)
    expired = _serving(
        authority.issue_cert(*_NAMES, not_before=moment - timedelta(days=30), not_after=moment - timedelta(days=1))
    )

    def choose(connection: ssl.SSLObject, name: str | None, _context: ssl.SSLContext) -> None:
        if name is not None and shows_expired():
            connection.context = expired

    context.sni_callback = choose
    path = folder / "ca.pem"
    descriptor = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(authority.cert_pem.bytes())
    return context, path


def _serving(certificate: trustme.LeafCert) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    certificate.configure_cert(context)
    return context


FILE: Final = "sandbox.sqlite3"
_TICK: Final = 0.5
_REST: Final = 5.0
"""Seconds between two times that memory is given back."""


@dataclass(frozen=True, slots=True)
class Sandbox:
    """A sandbox that is up: what a client needs to know of it."""

    url: str
    ca_file: Path
    accounts: tuple[dict[str, str], ...]
    admin_url: str
    admin_token: str
    endpoint: Endpoint
    oauth: dict[str, str]
    graph: dict[str, str]

    def announcement(self) -> dict[str, Any]:
        """Return what is printed when the sandbox is ready."""
        return {
            "url": self.url,
            "ca_file": str(self.ca_file),
            "accounts": list(self.accounts),
            "admin": {"url": self.admin_url, "token": self.admin_token},
            "oauth": self.oauth,
            "graph": self.graph,
        }


def open_store(folder: Path) -> MailStore:
    """Open the store in a folder; a new one gets the sample organisation and its messages."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    store = MailStore(folder / FILE)
    if store.database.is_new:
        found(store)
        fill(store)
    return store


def _accounts(store: MailStore) -> tuple[dict[str, str], ...]:
    return tuple(
        {"address": one.address, "user": one.address, "password": one.password, "display_name": one.display_name}
        for one in store.people.everybody()
        if one.password is not None
    )


@asynccontextmanager
async def serve(
    port: int = 0,
    data: Path | None = None,
    *,
    smtp: Host | None = None,
    faults: list[Any] | None = None,
    manners: Manners = BY_THE_BOOK,
) -> AsyncIterator[Sandbox]:
    """Run a sandbox on loopback for as long as the block lasts.

    `port` 0 takes a free one. Without `data`, everything is kept in a temporary directory that goes with the server.
    `smtp` takes the messages to addresses outside, `faults` is a plan that is in force from the start, and so
    are `manners`.
    Raises OSError where the port is taken or the folder cannot be written to, BadRule for a plan that makes no sense.
    """
    scratch = Path(tempfile.mkdtemp(prefix="mailwright-sandbox-"))
    try:
        store = await asyncio.to_thread(open_store, data or scratch)
        endpoint = await asyncio.to_thread(Endpoint, store, scratch)
        try:
            endpoint.faults.replace(faults or [])
            endpoint.manners = manners
            if smtp is not None:
                await asyncio.to_thread(prepare, store)
            async with _listening(endpoint, port, scratch, smtp) as sandbox:
                yield sandbox
        finally:
            await asyncio.to_thread(endpoint.close)
            store.database.close()
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


@asynccontextmanager
async def _listening(endpoint: Endpoint, port: int, scratch: Path, smtp: Host | None) -> AsyncIterator[Sandbox]:
    context, ca_file = await asyncio.to_thread(make_context, scratch, endpoint.faults.take_connection)
    token = secrets.token_urlsafe(24)
    app = web.Application(client_max_size=LARGEST_REQUEST)
    # IIS reads paths in any case.
    app.router.add_route("*", f"/{{path:(?i:{re.escape(PATH[1:])})}}", endpoint.handle)
    authority = Authority(endpoint.store, endpoint.tokens, endpoint.in_worker, endpoint.note)
    authority.add_routes(app)
    autodiscover = Autodiscover(endpoint)
    autodiscover.add_routes(app)
    graph = await asyncio.to_thread(Graph, endpoint)
    graph.add_routes(app)
    Admin(endpoint, token).add_routes(app)
    runner = web.AppRunner(app, access_log=None, handle_signals=False, shutdown_timeout=1.0)
    await runner.setup()
    timers = [asyncio.create_task(_send_held_messages(endpoint)), asyncio.create_task(_give_back_memory(endpoint))]
    if smtp is not None:
        timers.append(asyncio.create_task(_relay_messages(endpoint, smtp)))
    try:
        site = web.TCPSite(runner, "127.0.0.1", port, ssl_context=context, backlog=512)
        await site.start()
        bound = int(runner.addresses[0][1])
        base = authority.base = autodiscover.base = graph.base = f"https://localhost:{bound}"
        # Another name for the same machine, which every resolver knows: a client must not take it for the service.
        graph.upload_base = f"https://127.0.0.1:{bound}"
        known = authority.announcement()
        endpoint.gate.authorize_url = known["authorize"]
        # By its number: what the fault plan does to connections by name leaves this one alone.
        admin = f"https://127.0.0.1:{bound}{ADMIN_PATH}"
        yield Sandbox(
            base + PATH, ca_file, _accounts(endpoint.store), admin, token, endpoint, known, graph.announcement()
        )
    finally:
        for timer in timers:
            timer.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await timer
        await runner.cleanup()


async def _send_held_messages(endpoint: Endpoint) -> None:
    while True:
        await asyncio.sleep(_TICK)
        held = await endpoint.in_worker(lambda: send_due(endpoint.store, endpoint.manners))
        if await endpoint.in_worker(lambda: send_taken(endpoint.store, endpoint.manners)) or held:
            endpoint.on_change()


async def _give_back_memory(endpoint: Endpoint) -> None:
    before = 0
    while True:
        await asyncio.sleep(_REST)
        if endpoint.served != before:
            before = endpoint.served
            await endpoint.in_worker(give_back)


async def _relay_messages(endpoint: Endpoint, host: Host) -> None:
    while True:
        # In a thread of its own: a mail host that does not answer must not take a worker from the service.
        await asyncio.to_thread(relay_due, endpoint.store, host)
        await asyncio.sleep(_TICK)
