"""One chain of refresh tokens, and the header made of it.

A refresh token may be good once: each answer brings the next, and the old one is worth nothing. So the engine has one
chain for each, whichever link of it a request brings, and notifies its listeners of the newest.

A 401 that asks for a Bearer token comes before the request is read as one of Exchange's: it was not
processed, and may go out again. It does so once. A 401 of any other kind is handed on as it is.
"""

from __future__ import annotations

import base64
import hashlib
import re
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import requests
from requests.auth import AuthBase

from app.backends.net.connection import job_at_work
from app.backends.oauth.errors import local
from app.backends.port import Job
from app.core.i18n import tr
from app.core.parsing import json_in
from app.domain.account import Account, BackendKind
from app.domain.errors import AccountError, TroubleKind
from app.domain.sign_in import REFUSED_TOKEN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.backends.oauth.client import Client, TokenResponse
    from app.backends.port import Job

EARLY: Final = 300.0
"""Seconds before its end from which on a token is renewed, or a fifth of its life where that is less."""
_REST: Final = 30.0
"""Seconds before the authority is asked again that refused, or that did not answer while a token is still good."""
_MOST_CHAINS: Final = 32
_PERMISSION: Final = "EWS.AccessAsUser.All"
_GRAPH_PERMISSIONS: Final = (
    "Mail.ReadWrite",
    "Mail.Send",
    "Mail.ReadWrite.Shared",
    "Mail.Send.Shared",
    "MailboxSettings.Read",
    "People.Read",
    "Contacts.Read",
    "User.ReadBasic.All",
)
"""All that a person may consent to without an administrator; group members need one, and are asked for all the same."""

Heard = Callable[[str, str], None]


def scope_of(endpoint: str, kind: BackendKind = BackendKind.EWS) -> str:
    """Return the permissions that are asked for, a blank between them: to use this server as the person."""
    parts = urlsplit(endpoint)
    port = f":{parts.port}" if parts.port not in {None, 443} else ""
    wanted = _GRAPH_PERMISSIONS if kind is BackendKind.GRAPH else (_PERMISSION,)
    return " ".join(f"https://{parts.hostname}{port}/{one}" for one in wanted)


@dataclass
class _Access:
    token: str
    ends: float
    ends_by_clock: float
    renew: float

    def is_good(self) -> bool:
        """Decide by both clocks: the one stands still while the computer sleeps, the other may be set."""
        return time.monotonic() < self.ends and time.time() < self.ends_by_clock


@dataclass
class TokenChain:
    """The chain. Safe from several threads: one asks the authority, the others wait for what it brings."""

    account: Account
    refresh_token: str
    make: Callable[[Account], Client]
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _access: dict[str, _Access] = field(default_factory=dict)
    _heard: list[Heard] = field(default_factory=list)
    _client: Client | None = None
    _over: AccountError | None = None
    _over_until: float = 0.0

    def __repr__(self) -> str:
        """Leave the tokens out of whatever prints this."""
        return f"TokenChain({self.account.address!r})"

    def access(self, scope: str, job: Job) -> str:
        """Return an access token that is good. Raises AccountError, port.Stopped."""
        known = self._access.get(scope)
        if known is not None and known.is_good() and time.monotonic() < known.renew:
            return known.token
        with self._alone(job):
            known = self._access.get(scope)
            if known is None or not known.is_good():
                return self._renew(scope, job)
            if time.monotonic() < known.renew:
                return known.token
            try:
                return self._renew(scope, job)
            except AccountError as error:
                if error.trouble.kind is TroubleKind.SIGN_IN:
                    raise
                known.renew = time.monotonic() + _REST
                return known.token

    def instead_of(self, refused: str, scope: str, job: Job, claims: str = "") -> str:
        """Return another token than `refused`, which the server did not take. Raises AccountError, port.Stopped.

        `claims` is the JSON that the server wants to see answered in the new one, "" for none.
        """
        with self._alone(job):
            known = self._access.get(scope)
            if known is not None and known.token != refused and known.is_good():
                return known.token  # another thread was faster
            return self._renew(scope, job, claims)

    def take_sign_in(self, answer: TokenResponse, scope: str) -> None:
        """Begin with what a sign-in has brought."""
        with self._lock:
            self._keep(answer, scope)

    def listen(self, known: str, heard: Heard) -> None:
        """Call `heard` with each new refresh token and the one before; at once where `known` is not the newest."""
        self._heard.append(heard)
        if known != self.refresh_token:
            heard(known, self.refresh_token)

    def stop_listening(self, heard: Heard) -> None:
        """Do not call it any more."""
        if heard in self._heard:
            self._heard.remove(heard)

    def go_by(self, account: Account) -> None:
        """Ask the authority from now on as `account` says: by another proxy, perhaps."""
        if account != self.account:
            self.account, self._client = account, None

    @contextmanager
    def _alone(self, job: Job) -> Iterator[None]:
        while not self._lock.acquire(timeout=0.1):
            job.go_on()
        try:
            job.go_on()
            yield
        finally:
            self._lock.release()

    def _renew(self, scope: str, job: Job, claims: str = "") -> str:
        if self._over is not None and time.monotonic() < self._over_until:
            raise self._over
        client = self._client = self._client or self.make(self.account)
        try:
            answer = client.refresh(self.refresh_token, scope, job, claims)
        except AccountError as error:
            if error.trouble.kind is TroubleKind.SIGN_IN:
                # Only the person, or an administrator, can help: no request is repeated at once.
                self._over, self._over_until = error, time.monotonic() + _REST
            raise
        before = self.refresh_token
        self._keep(answer, scope)
        if before != self.refresh_token:
            for heard in list(self._heard):
                heard(before, self.refresh_token)
        return answer.access

    def _keep(self, answer: TokenResponse, scope: str) -> None:
        early = min(EARLY, answer.seconds / 5)
        now = time.monotonic()
        self._access[scope] = _Access(
            answer.access, now + answer.seconds, time.time() + answer.seconds, now + answer.seconds - early
        )
        self.refresh_token = answer.refresh
        _remember(self)


_chains: OrderedDict[bytes, TokenChain] = OrderedDict()
_chains_lock = threading.Lock()


def tokens_for(account: Account, secret: str) -> TokenChain:
    """Return the chain that `secret` is a link of, or a new one that begins with it. Without network."""
    with _chains_lock:
        known = _chains.get(_name(account, secret))
    if known is not None:
        known.go_by(account)
        return known
    tokens = TokenChain(account, secret, _make_client)
    _remember(tokens)
    return tokens


def _remember(tokens: TokenChain) -> None:
    with _chains_lock:
        _chains[_name(tokens.account, tokens.refresh_token)] = tokens
        while len(_chains) > _MOST_CHAINS:
            _chains.popitem(last=False)


def _name(account: Account, secret: str) -> bytes:
    known = f"{account.tenant}\0{account.client_id}\0{account.ca_file}\0{secret}"
    return hashlib.sha256(known.encode("utf-8", "surrogatepass")).digest()


def _make_client(account: Account) -> Client:
    from app.backends.oauth.client import Client

    return Client(account)


_REASON: Final = re.compile(r'(?:reason|error_description|error)="([^"]*)"')


class Bearer(AuthBase):
    """The `auth` of a session of requests."""

    def __init__(self, tokens: TokenChain, scope: str) -> None:
        """Sign with tokens for `scope`."""
        self._tokens = tokens
        self._scope = scope

    def prepare(self, job: Job) -> None:
        """See that there is a token that is good. Raises AccountError, port.Stopped."""
        self._tokens.access(self._scope, job)

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Sign `request`. Raises AccountError, port.Stopped."""
        _sign(request, self._tokens.access(self._scope, _job()))
        request.register_hook("response", self._answered)  # type: ignore[no-untyped-call] # of requests
        return request

    def _answered(self, response: requests.Response, **how: Any) -> requests.Response:
        if response.status_code != 401 or not asks_for_bearer(response):
            return response
        request, job = response.request, _job()
        refused = request.headers.get("Authorization", "").partition(" ")[2]
        again = request.copy()
        _ = response.content  # read to its end, so that the connection serves the second try
        response.close()
        _sign(again, self._tokens.instead_of(refused, self._scope, job, claims_in(response)))
        rewind = getattr(again.body, "seek", None)
        if rewind is not None:
            rewind(0)
        job.begin_request()  # what a 401 refused is not "under way" any more
        answer: requests.Response = response.connection.send(again, **how)
        answer.request = again
        if answer.status_code == 401 and asks_for_bearer(answer):
            raise local(REFUSED_TOKEN, _why(answer), urlsplit(str(again.url)).hostname or "")
        return answer


_CLAIMS: Final = re.compile(r'\bclaims="([^"]*)"')


def claims_in(response: requests.Response) -> str:
    """Return the claims that a 401 asks for (continuous access evaluation), as JSON; "" for none."""
    found = _CLAIMS.search(response.headers.get("WWW-Authenticate", ""))
    if found is None:
        return ""
    try:
        text = base64.b64decode(found[1] + "=" * (-len(found[1]) % 4)).decode("utf-8")
    except ValueError:
        return ""
    return text if isinstance(json_in(text), dict) else ""


def asks_for_bearer(response: requests.Response) -> bool:
    """Return whether a 401 asks for a token, before EWS is reached."""
    return "bearer" in response.headers.get("WWW-Authenticate", "").casefold()


def _why(response: requests.Response) -> str:
    """Return what the server says of the token: Exchange does in a header of its own, others as RFC 6750 has it."""
    for name in ("x-ms-diagnostics", "WWW-Authenticate"):
        found = _REASON.search(response.headers.get(name, ""))
        if found is not None:
            return found[1][:300]
    return tr("The server does not take a token that was given out just now.")


def _sign(request: requests.PreparedRequest, token: str) -> None:
    request.headers["Authorization"] = f"Bearer {token}"


def _job() -> Job:
    job = job_at_work()
    assert job is not None  # noqa: S101 - calls.py names it before each request
    return job
