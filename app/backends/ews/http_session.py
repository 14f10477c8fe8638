"""Connections to one server for one account: exchangelib's sessions and sign-in, without its waits and retries.

`BaseProtocol` and not `Protocol`: the latter's metaclass keeps one object per endpoint and user for the whole process,
so that a second account's CA file or password would be ignored. Sessions are taken without waiting: exchangelib's own
`get_session` waits without limit for a session that an exception leaked; its workers bound how many are in use.
"""

from __future__ import annotations

import logging
import threading
import time
from queue import Empty
from typing import Any

import requests
from exchangelib.configuration import Configuration
from exchangelib.credentials import Credentials
from exchangelib.protocol import BaseProtocol, FailFast
from exchangelib.transport import BASIC, NOAUTH, NTLM
from exchangelib.version import EXCHANGE_2013, Version
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase, HTTPBasicAuth

from app.backends.ews.xml import SERVER_VERSION
from app.backends.net.connection import LOOPBACK, Adapter, new_session, work_on
from app.backends.net.http_errors import HttpRefusal
from app.backends.net.tls import trust
from app.backends.oauth.tokens import Bearer, scope_of, tokens_for
from app.backends.port import Job
from app.domain.account import Account, AuthKind

__all__ = ["LOOPBACK", "HttpRefusal", "HttpSession", "work_on"]

# exchangelib writes headers (Authorization) at DEBUG and whole messages at ERROR: neither may reach a log.
logging.getLogger("exchangelib").setLevel(logging.CRITICAL + 1)
logging.getLogger("spnego").setLevel(logging.CRITICAL + 1)

IDLE_SECONDS = 45.0
"""A connection idle for longer is not used again: servers close theirs (nginx after 75 s, IIS after 120 s), and a
request that meets the closing cannot be distinguished from one that was processed."""

_KINDS = {AuthKind.BASIC: BASIC, AuthKind.NTLM: NTLM, AuthKind.OAUTH: NOAUTH}
"""The sign-in as exchangelib knows it. Its own OAuth repeats a request with an expired token without end."""


class _OneTry(FailFast):  # type: ignore[misc] # exchangelib has no types
    """Distinguishes answer and refusal by status alone, with the numbers kept; exchangelib's words lose them."""

    def raise_response_errors(self, response: requests.Response) -> None:
        if response.status_code == 200:
            return
        if response.status_code == 500 and b"Envelope" in response.content[:2048]:
            return
        raise HttpRefusal(response)


class HttpSession(BaseProtocol):  # type: ignore[misc] # exchangelib has no types
    """The sessions of one account. Making it opens no connection and reads nothing but the CA files."""

    def __init__(self, account: Account, secret: str) -> None:
        """Prepare for `account`. Raises OSError where its CA file cannot be read."""
        self._account = account
        self.impersonated = account.address if account.impersonate else ""
        self._bearer = _bearer(account, secret)
        self._auth: AuthBase | None = self._bearer
        if account.auth is AuthKind.BASIC:
            # As UTF-8: requests would make it Latin-1, and fail on other characters.
            self._auth = HTTPBasicAuth(account.user.encode(), secret.encode())
        self._context = trust(account.ca_file)
        self._aside = threading.local()
        self.server_version = ""
        """What the last reply said of its server (ServerVersionInfo), empty for nothing."""
        super().__init__(
            Configuration(
                credentials=None if self._bearer else Credentials(account.user, secret),
                service_endpoint=account.endpoint,
                auth_type=_KINDS[account.auth],
                version=Version(EXCHANGE_2013, SERVER_VERSION),
                retry_policy=_OneTry(),
            )
        )

    def authorise(self, job: Job) -> None:
        """Get what the first request will need beyond the server itself. Raises AccountError, port.Stopped."""
        if self._bearer is not None:
            self._bearer.prepare(job)

    def get_adapter(self) -> HTTPAdapter:
        """Return the adapter of a new session."""
        return Adapter(self._context)

    def raw_session(self, prefix: str, **_: Any) -> requests.Session:
        """Return a session for the endpoint."""
        session = new_session(prefix, self._context, self._account)
        session.headers.update({"Content-Type": "text/xml; charset=utf-8", "Accept-Encoding": "gzip, deflate"})
        if self.impersonated:
            # Brings the request to the server that holds the mailbox, and not to the one of the service account.
            session.headers["X-AnchorMailbox"] = self.impersonated
        return session

    def create_session(self) -> Any:
        """Return a session that signs in; for NTLM exchangelib has seen to it."""
        session = super().create_session()
        if self._auth is not None:
            session.auth = self._auth
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
        """Keep a session aside until its reply was understood: exchangelib calls this before it parses one."""
        self._aside.session = session

    def end_call(self, *, well: bool) -> None:
        """Take the session of this thread's call back, or close it where its reply was a fault or not understood.

        After those a server may send more on the same connection than was asked for: each reply that followed would
        be taken for the one to the request after.
        """
        session, self._aside.session = getattr(self._aside, "session", None), None
        if session is None:
            return
        if not well:
            self.close_session(session)
            return
        session.idle_since = time.monotonic()
        self._session_pool.put(session, block=False)

    def retire_session(self, session: Any) -> None:
        """Close a session that failed; the next call makes a fresh one."""
        self.close_session(session)


def _bearer(account: Account, secret: str) -> Bearer | None:
    if account.auth is not AuthKind.OAUTH:
        return None
    return Bearer(tokens_for(account, secret), scope_of(account.endpoint))
