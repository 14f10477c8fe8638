"""Requests to Graph for one account: signed, at most four at once, each tried once, and never to another host.

Only what a 401 turned away is repeated, with a new token: it was refused before anything was done. Connections belong
to the job at work, which can cut them. An address that the server gives (nextLink, deltaLink, uploadUrl) is followed
only to a host that may be trusted with what is sent there.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final, NamedTuple
from urllib.parse import quote, urlsplit

import requests

from app.backends.net.connection import LOOPBACK, allow, new_session, work_on
from app.backends.net.files import NewFile
from app.backends.net.http_errors import Unreadable, seconds_of
from app.backends.net.tls import trust
from app.backends.oauth.tokens import Bearer, scope_of, tokens_for
from app.backends.port import Job
from app.core.i18n import tr
from app.core.parsing import json_in, whole_number
from app.domain.account import Account, AuthKind

AT_ONCE: Final = 4
"""Requests of one app to one mailbox that Outlook serves side by side; a fifth is answered with 429."""
IDLE_SECONDS: Final = 45.0
"""A connection idle for longer is not used again: the server may be closing it, and a request that meets the closing
cannot be distinguished from one that was processed."""
_CONNECT_SECONDS: Final = 15.0
DOWNLOAD_PIECE: Final = 64 * 1024
"""Bytes that are taken from the connection at once."""
_UPLOAD_HOSTS: Final = (
    ".office.com",
    ".office365.com",
    ".outlook.com",
    ".office365.us",
    ".apps.mil",
    ".partner.outlook.cn",
)
"""Where Graph lets attachments be uploaded, beside its own host: Outlook's own, of each cloud."""


class Reply(NamedTuple):
    """What came back: the status, the headers, and what the JSON says, None for none that can be read."""

    status: int
    headers: Mapping[str, str]
    body: Any

    @property
    def retry_after(self) -> float:
        """Return the seconds that the server wants to be left alone for, 0 where it did not say."""
        return seconds_of(self.headers.get("Retry-After", ""))


class StrangeHost(Exception):
    """An address that the server gave leads to a host that gets nothing from here."""


class GraphSession:
    """The connections of one account. Made without network."""

    def __init__(self, account: Account, secret: str) -> None:
        """Prepare for `account`. Raises ValueError for one that Graph cannot serve, OSError for a bad CA file."""
        parts = urlsplit(account.endpoint)
        if parts.scheme != "https" and parts.hostname not in LOOPBACK:
            raise ValueError(tr("The address must begin with https:// so that the password is not sent in the clear."))
        if account.auth is not AuthKind.OAUTH:
            raise ValueError(tr("Microsoft Graph takes a sign-in in the browser alone, and no password."))
        self._account = account
        self.root = account.endpoint.rstrip("/")
        self.host = parts.hostname or ""
        self._context = trust(account.ca_file)
        self._bearer = Bearer(tokens_for(account, secret), scope_of(account.endpoint, account.backend))
        self._turns = threading.BoundedSemaphore(AT_ONCE)
        self._idle: list[tuple[float, str, requests.Session]] = []
        self._idle_lock = threading.Lock()

    def ask(
        self,
        job: Job,
        method: str,
        path: str,
        *,
        json: object = None,
        data: object = None,
        headers: Mapping[str, str] | None = None,
        most: int | None = None,
    ) -> Reply:
        """Ask once, and return whatever was answered. Raises AccountError, port.Stopped, and what requests raises.

        `path` stands below the root, or is an address that `follow` has returned. `most` bounds the reply, in bytes.
        """
        with self.open(job, method, path, json=json, data=data, headers=headers) as response:
            if most is not None:
                allow(response, most)
            return self.read(response)

    def read(self, response: requests.Response) -> Reply:
        """Return a reply that is open, read to its end."""
        return Reply(response.status_code, response.headers, json_in(response.content))

    def download(self, job: Job, path: str, file: NewFile) -> Reply | None:
        """Write what a GET brings to `file`; return the reply where it is not that. Raises as `ask`, and Unwritable."""
        with self.open(job, "GET", path, headers={"Accept": "*/*"}) as response:
            if response.status_code != 200:
                return self.read(response)
            allow(response, file.most + 1)
            file.begin()
            for piece in response.iter_content(DOWNLOAD_PIECE):
                file.write(piece)
            told = whole_number(response.headers.get("Content-Length"), -1)
            if told >= 0 and not response.headers.get("Content-Encoding") and told != file.size:
                raise Unreadable("a file cut short")
            file.end()
        return None

    @contextmanager
    def open(
        self,
        job: Job,
        method: str,
        path: str,
        *,
        json: object = None,
        data: object = None,
        headers: Mapping[str, str] | None = None,
        signed: bool = True,
    ) -> Iterator[requests.Response]:
        """Ask once; the reply is read within the context. Raises as `ask` does."""
        url = path if "://" in path else f"{self.root}/{path}"
        with self._turn(job):
            if signed:
                self._bearer.prepare(job)
            job.begin_request()
            session = self._take(url)
            well = False
            work_on(job)
            try:
                remaining = job.remaining()
                response = session.request(
                    method,
                    url,
                    json=json,
                    data=data,  # type: ignore[arg-type] # bytes, or what reads like a file
                    headers=_headers(method, json, data, headers),
                    auth=self._bearer if signed else None,
                    timeout=(min(_CONNECT_SECONDS, remaining), remaining),
                    allow_redirects=False,
                    stream=True,
                )
                with response:
                    yield response
                    _ = response.content if not response._content_consumed else None  # type: ignore[attr-defined] # noqa: SLF001 - read to its end, so that the connection serves again
                well = True
            finally:
                work_on(None)
                job.attach(None)
                self._give_back(url, session, well=well)

    def follow(self, address: str) -> str:
        """Return an address of Graph's own that a reply gave. Raises StrangeHost for one that leads elsewhere."""
        parts, own = urlsplit(address), urlsplit(self.root)
        if (parts.scheme, parts.netloc) != (own.scheme, own.netloc):
            raise StrangeHost(parts.hostname or "")
        return address

    def follow_upload(self, address: str) -> str:
        """Return an address to upload to. Raises StrangeHost where it leads to a host that is not Outlook's."""
        parts = urlsplit(address)
        host = (parts.hostname or "").casefold()
        safe = parts.scheme == "https" and (host == self.host or f".{host}".endswith(_UPLOAD_HOSTS))
        if not (safe or (self.host in LOOPBACK and host in LOOPBACK)):
            raise StrangeHost(host)
        return address

    def close(self) -> None:
        """Close idle connections."""
        with self._idle_lock:
            idle, self._idle = self._idle, []
        for _, _, session in idle:
            session.close()

    @contextmanager
    def _turn(self, job: Job) -> Iterator[None]:
        while not self._turns.acquire(timeout=0.1):
            job.go_on()
        try:
            yield
        finally:
            self._turns.release()

    def _take(self, url: str) -> requests.Session:
        """Return an idle connection to the host of `url` that is fresh enough, or a new one."""
        place, now = urlsplit(url).netloc, time.monotonic()
        with self._idle_lock:
            fresh = [one for one in self._idle if now - one[0] < IDLE_SECONDS]
            stale = [one for one in self._idle if one not in fresh]
            found = next((one for one in reversed(fresh) if one[1] == place), None)
            self._idle = [one for one in fresh if one is not found]
        for _, _, session in stale:
            session.close()
        return found[2] if found is not None else new_session(url, self._context, self._account)

    def _give_back(self, url: str, session: requests.Session, *, well: bool) -> None:
        if not well:
            session.close()
            return
        with self._idle_lock:
            self._idle.append((time.monotonic(), urlsplit(url).netloc, session))


def _headers(method: str, json: object, data: object, more: Mapping[str, str] | None) -> dict[str, str]:
    headers = {"Accept": "application/json"}
    if method == "POST" and json is None and data is None:
        headers["Content-Length"] = "0"
    return {**headers, **(more or {})}


def quoted(text: str) -> str:
    """Return an id, or an address, as one part of a path: nothing in it can lead elsewhere."""
    return quote(text, safe="")
