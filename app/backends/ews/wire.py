"""Connections to one server for one account: exchangelib's sessions and sign-in, without its waits and retries.

`BaseProtocol` and not `Protocol`: the latter's metaclass keeps one object per endpoint and user for the whole process,
so that a second account's CA file or password would be ignored. Sessions are taken without waiting: exchangelib's own
`get_session` waits for ever on a session that an exception leaked; the engine's lanes bound how many are in use.
"""

from __future__ import annotations

import contextlib
import logging
import socket
import ssl
import threading
import time
from email.utils import parsedate_to_datetime
from queue import Empty
from typing import Any, ClassVar
from urllib.parse import urlsplit

import requests
from exchangelib.configuration import Configuration
from exchangelib.credentials import Credentials
from exchangelib.protocol import BaseProtocol, FailFast
from exchangelib.transport import BASIC, NTLM
from exchangelib.version import EXCHANGE_2013, Version
from requests.adapters import HTTPAdapter
from requests.auth import HTTPBasicAuth
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from app.backends.ews.tls import trust
from app.backends.ews.xml import SERVER_VERSION
from app.backends.port import Job
from app.domain.account import Account, AuthKind

# exchangelib writes headers (Authorization) at DEBUG and whole letters at ERROR: neither may reach a log.
logging.getLogger("exchangelib").setLevel(logging.CRITICAL + 1)
logging.getLogger("spnego").setLevel(logging.CRITICAL + 1)

IDLE_SECONDS = 45.0
"""A connection idle for longer is not used again: servers close theirs (nginx after 75 s, IIS after 120 s), and a
request that meets the closing cannot be told from one that was processed."""

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})

_now = threading.local()


def work_on(job: Job | None) -> None:
    """Name the job that this thread's connections belong to."""
    _now.job = job


def _job() -> Job:
    job: Job = _now.job
    return job


class HttpRefusal(Exception):
    """The server answered with a status that is not EWS's 200 (or 500 with a fault inside)."""

    def __init__(self, response: requests.Response) -> None:
        """Keep status, Retry-After in seconds, the ways to sign in that are offered, and where a redirect leads."""
        super().__init__(response.status_code)
        self.status = response.status_code
        self.retry_after = _seconds_of(response.headers.get("Retry-After", ""))
        self.offered = response.headers.get("WWW-Authenticate", "")
        self.location = response.headers.get("Location", "")


def _seconds_of(after: str) -> float:
    """Retry-After: seconds, or a date (RFC 9110 section 10.2.3); 0 for neither."""
    if after.isdigit():
        return float(after)
    try:
        return max(0.0, parsedate_to_datetime(after).timestamp() - time.time())
    except ValueError:
        return 0.0


class _OneTry(FailFast):  # type: ignore[misc] # exchangelib has no types
    """Tells an answer from a refusal by status alone, with the numbers kept; exchangelib's words lose them."""

    def raise_response_errors(self, response: requests.Response) -> None:
        if response.status_code == 200:
            return
        if response.status_code == 500 and b"Envelope" in response.content[:2048]:
            return
        raise HttpRefusal(response)


class _Cut:
    """Ends a connection from another thread, by a handle of its own.

    In its handshake TLS has taken the socket from Python's object, and a reply that closes the connection has taken
    it from urllib3's; SSLSocket's own shutdown would take TLS from under the reader.
    """

    def __init__(self, sock: socket.socket) -> None:
        self._handle = socket.fromfd(sock.fileno(), sock.family, sock.type)

    def __call__(self) -> None:
        with contextlib.suppress(OSError):
            self._handle.shutdown(socket.SHUT_RDWR)

    def __del__(self) -> None:
        with contextlib.suppress(AttributeError):  # no handle could be made
            self._handle.close()


class _Tracked:
    """Ties a connection to the job on whose behalf it works, so that the job knows what left, and can cut it."""

    sock: socket.socket | None
    _connecting = False

    def _new_conn(self) -> socket.socket:
        plain: socket.socket = super()._new_conn()  # type: ignore[misc] # mixed into urllib3's connections
        _job().attach(_Cut(plain))
        return plain

    def connect(self) -> None:
        _job().go_on()
        self._connecting = True
        try:
            super().connect()  # type: ignore[misc] # as above
        finally:
            self._connecting = False

    def send(self, data: Any) -> None:
        job = _job()
        if self.sock is None:
            self.connect()
        if self.sock is not None and not self._connecting:  # a proxy's CONNECT is not the request
            self.sock.settimeout(job.remaining())
            job.attach(_Cut(self.sock))
            job.leave()
        super().send(data)  # type: ignore[misc] # as above


class _Plain(_Tracked, HTTPConnection):
    pass


class _Secured(_Tracked, HTTPSConnection):
    pass


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _Plain


class _SecuredPool(HTTPSConnectionPool):
    ConnectionCls = _Secured


class _Adapter(HTTPAdapter):
    """One connection, verified against this account's authorities, never a retry."""

    _pools: ClassVar[dict[str, Any]] = {"http": _PlainPool, "https": _SecuredPool}

    def __init__(self, context: ssl.SSLContext) -> None:
        self._context = context
        super().__init__(pool_connections=1, pool_maxsize=1, max_retries=0, pool_block=True)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = self._pools

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        manager = super().proxy_manager_for(proxy, **kwargs)
        manager.pool_classes_by_scheme = self._pools
        return manager

    def build_connection_pool_key_attributes(self, request: Any, *_: Any) -> Any:
        parts = urlsplit(request.url)
        host = {"scheme": parts.scheme, "host": parts.hostname, "port": parts.port}
        return host, {"ssl_context": self._context} if parts.scheme == "https" else {}

    def cert_verify(self, conn: Any, url: Any, verify: Any, cert: Any) -> None:
        """What to trust is in the context: requests' own bundle and REQUESTS_CA_BUNDLE have no say."""


class Wire(BaseProtocol):  # type: ignore[misc] # exchangelib has no types
    """The sessions of one account. Making it opens no connection and reads nothing but the CA files."""

    def __init__(self, account: Account, secret: str) -> None:
        """Prepare for `account`. Raises OSError where its CA file cannot be read."""
        self._account = account
        self.impersonated = account.address if account.impersonate else ""
        self._basic = (account.user.encode(), secret.encode()) if account.auth is AuthKind.BASIC else None
        self._context = trust(account.ca_file)
        super().__init__(
            Configuration(
                credentials=Credentials(account.user, secret),
                service_endpoint=account.endpoint,
                auth_type=BASIC if account.auth is AuthKind.BASIC else NTLM,
                version=Version(EXCHANGE_2013, SERVER_VERSION),
                retry_policy=_OneTry(),
            )
        )

    def get_adapter(self) -> HTTPAdapter:
        """Return the adapter of a new session."""
        return _Adapter(self._context)

    def raw_session(self, prefix: str, **_: Any) -> requests.Session:
        """Return a session for the endpoint. Environment proxies are honoured, save for this machine itself."""
        session = requests.Session()
        session.trust_env = urlsplit(prefix).hostname not in LOOPBACK
        session.headers.update({"Content-Type": "text/xml; charset=utf-8", "Accept-Encoding": "gzip, deflate"})
        session.headers["User-Agent"] = "Mailwright"
        if self.impersonated:
            # Brings the request to the server that holds the mailbox, and not to the one of the service account.
            session.headers["X-AnchorMailbox"] = self.impersonated
        session.mount("https://", self.get_adapter())
        session.mount("http://", self.get_adapter())
        return session

    def create_session(self) -> Any:
        """Return a signed-in session. Basic goes as UTF-8: requests would make it Latin-1, and fail on the rest."""
        session = super().create_session()
        if self._basic is not None:
            session.auth = HTTPBasicAuth(*self._basic)
        session.idle_since = time.monotonic()
        return session

    def get_session(self) -> Any:
        """Return an idle session that is fresh enough, or a new one. Never waits."""
        while True:
            try:
                session = self._session_pool.get(block=False)
            except Empty:
                session = self.create_session()
                break
            if time.monotonic() - session.idle_since < IDLE_SECONDS:
                break
            self.close_session(session)
        session.usage_count += 1
        return session

    def release_session(self, session: Any) -> None:
        """Take a session back."""
        session.idle_since = time.monotonic()
        self._session_pool.put(session, block=False)

    def retire_session(self, session: Any) -> None:
        """Close a session that failed; the next call makes a fresh one."""
        self.close_session(session)
