"""Connections that a job can cut: each knows its job and what it trusts, and tries nothing twice."""

from __future__ import annotations

import contextlib
import http.client
import os
import socket
import ssl
import struct
import threading
from collections.abc import Iterator
from functools import partial
from typing import Any, Final
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from app.backends.net.proxies import Proxy, proxy_for, reach, tunnel
from app.backends.port import Job
from app.domain.account import Account

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})

_now = threading.local()


def work_on(job: Job | None) -> None:
    """Name the job that this thread's connections belong to."""
    _now.job = job


def job_at_work() -> Job | None:
    """Return the job that this thread's connections belong to."""
    job: Job | None = getattr(_now, "job", None)
    return job


def _job() -> Job:
    job: Job = _now.job
    return job


class _Cut:
    """Ends a connection from another thread, by a handle of its own.

    In its handshake TLS has taken the socket from Python's object, and a reply that closes the connection has taken
    it from urllib3's; SSLSocket's own shutdown would take TLS from under the reader. What the system holds for
    sending, megabytes on a slow line, is thrown away when the connection is closed.
    """

    _THROW_AWAY = struct.pack("hh" if os.name == "nt" else "ii", 1, 0)

    def __init__(self, sock: socket.socket) -> None:
        self._handle = socket.fromfd(sock.fileno(), sock.family, sock.type)

    def __call__(self) -> None:
        with contextlib.suppress(OSError):
            self._handle.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, self._THROW_AWAY)
            self._handle.shutdown(socket.SHUT_RDWR)

    def __del__(self) -> None:
        with contextlib.suppress(AttributeError):  # no handle could be made
            self._handle.close()


class _Alone(http.client.HTTPResponse):
    """A reply after which nothing may come unasked: where more is there than the reply, its connection is closed.

    What comes unasked would be taken for the answer to the next request. Python's reader may have it already, or TLS:
    the system knows nothing of it then, so that urllib3, which asks the system alone, would use the connection again.
    """

    def __init__(self, connection: _Tracked, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._connection = connection

    def _close_conn(self) -> None:
        surplus = not self.will_close and self._has_more()
        super()._close_conn()  # type: ignore[misc] # http.client's own: what it calls at the end of each reply
        if surplus:
            self._connection.close()

    def _has_more(self) -> bool:
        """Look without waiting."""
        sock = self._connection.sock
        if sock is None or self.fp is None:
            return False
        patience = sock.gettimeout()
        try:
            sock.settimeout(0)
            return bool(self.fp.peek(1))
        except (OSError, ValueError):
            return False  # nothing is there yet, or the connection is closed
        finally:
            with contextlib.suppress(OSError):
                sock.settimeout(patience)


class _Tracked:
    """Ties a connection to the job on whose behalf it works, so that the job knows what left, and can cut it."""

    sock: socket.socket | None
    way: Proxy | None = None
    _connecting = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.response_class: Any = partial(_Alone, self)

    def close(self) -> None:
        """Close it; the next request opens it anew."""
        super().close()  # type: ignore[misc] # mixed into urllib3's connections

    def _new_conn(self) -> socket.socket:
        if self.way is None:
            plain: socket.socket = super()._new_conn()  # type: ignore[misc] # mixed into urllib3's connections
            _job().attach(_Cut(plain))
            return plain
        plain = reach(self.way, self.timeout)  # type: ignore[attr-defined] # as above
        _job().attach(_Cut(plain))
        try:
            tunnel(plain, self.way, self.host, self.port or 443)  # type: ignore[attr-defined] # as above
        except BaseException:
            plain.close()
            raise
        return plain

    def connect(self) -> None:
        _job().go_on()
        self._connecting = True
        try:
            super().connect()  # type: ignore[misc] # as above
        except ssl.SSLError as error:
            error.way = self.way  # type: ignore[attr-defined] # for the look at the certificate
            raise
        finally:
            self._connecting = False

    def send(self, data: Any) -> None:
        job = _job()
        if self.sock is None:
            self.connect()
        if self.sock is not None and not self._connecting:
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


def _secured_pool(way: Proxy | None) -> type[HTTPSConnectionPool]:
    """Return a pool whose connections go by `way`; for all else they are as if there were no proxy."""
    connection = type("_SecuredBy", (_Secured,), {"way": way})
    return type("_SecuredPool", (HTTPSConnectionPool,), {"ConnectionCls": connection})


LARGEST_REPLY: Final = 64 << 20
"""Bytes of a reply after decompression, unless its reader says otherwise; Exchange's own bound for EWS is 64 MB."""


class ReplyTooLarge(requests.RequestException):
    """A server, or a proxy that opens TLS, answers without end, or with what grows beyond every answer."""


class _BoundedReply(requests.Response):
    """A reply that is given up where it is longer than `most` bytes, None for no bound."""

    most: int | None = LARGEST_REPLY

    def iter_content(self, chunk_size: int | None = 1, decode_unicode: bool = False) -> Iterator[Any]:
        """Yield the content as requests does. Raises ReplyTooLarge."""
        came = 0
        for piece in super().iter_content(chunk_size, decode_unicode):
            came += len(piece)
            if self.most is not None and came > self.most:
                self.close()
                raise ReplyTooLarge(response=None)
            yield piece


def allow(response: requests.Response, most: int | None) -> None:
    """Let a reply that is still to be read be so many bytes long; None is for one that stays open."""
    if isinstance(response, _BoundedReply):
        response.most = most


class Adapter(HTTPAdapter):
    """One connection, verified against this account's authorities, never a retry."""

    def __init__(self, context: ssl.SSLContext, way: Proxy | None = None) -> None:
        self._context = context
        self._pools = {"http": _PlainPool, "https": _secured_pool(way)}
        super().__init__(pool_connections=1, pool_maxsize=1, max_retries=0, pool_block=True)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Make connections of ours."""
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = self._pools

    def build_connection_pool_key_attributes(self, request: Any, *_: Any) -> Any:
        """Verify by this account's context."""
        parts = urlsplit(request.url)
        host = {"scheme": parts.scheme, "host": parts.hostname, "port": parts.port}
        return host, {"ssl_context": self._context} if parts.scheme == "https" else {}

    def build_response(self, req: requests.PreparedRequest, resp: Any) -> requests.Response:
        """Return the response of a request, with a bound."""
        response = super().build_response(req, resp)
        response.__class__ = _BoundedReply
        return response

    def cert_verify(self, conn: Any, url: Any, verify: Any, cert: Any) -> None:
        """What to trust is in the context: requests' own bundle and REQUESTS_CA_BUNDLE have no say."""


def new_session(url: str, context: ssl.SSLContext, account: Account | None = None) -> requests.Session:
    """Return a session for the server of `url`, by the account's proxy or the system's. Raises ProxyFailed."""
    session = requests.Session()
    session.trust_env = False  # proxies.py reads what the environment says of proxies
    session.headers["User-Agent"] = "Mailwright"
    session.mount("https://", Adapter(context, proxy_for(account, url)))
    session.mount("http://", Adapter(context))
    return session
