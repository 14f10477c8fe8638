"""HTTP refusals and failures before anything left as a Trouble, and the outcomes of items without an answer."""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import requests

from app.backends.net.proxies import ProxyFailed
from app.backends.net.tls import explain
from app.core.i18n import tr
from app.core.parsing import seconds_in
from app.domain.errors import ServerWords, Trouble, TroubleKind
from app.domain.outcome import LOCAL, Outcome, Verdict
from app.domain.response_codes import INVALID_PROPERTIES


class Unreadable(Exception):
    """A reply that is not what it should be, or is cut short."""


class HttpRefusal(Exception):
    """The server answered with a status that is not EWS's 200 (or 500 with a fault inside)."""

    def __init__(self, response: requests.Response) -> None:
        """Keep status, Retry-After in seconds, the ways to sign in that are offered, and where a redirect leads."""
        super().__init__(response.status_code)
        self.status = response.status_code
        self.retry_after = seconds_of(response.headers.get("Retry-After", ""))
        self.offered = response.headers.get("WWW-Authenticate", "")
        self.location = response.headers.get("Location", "")


def seconds_of(after: str) -> float:
    """Return the seconds of a Retry-After: a number, or a date (RFC 9110 section 10.2.3); 0 for neither."""
    seconds = seconds_in(after, -1.0)
    if seconds >= 0:
        return seconds
    try:
        return seconds_in(parsedate_to_datetime(after).timestamp() - time.time())
    except (ValueError, OverflowError, OSError):
        return 0.0


def trouble_before(error: BaseException, endpoint: str, host: str) -> Trouble:
    """Return the trouble of a request of which nothing left: a server that TLS did not trust, or no connection."""
    parts = urlsplit(endpoint)
    for cause in causes(error):
        if isinstance(cause, ProxyFailed):
            kind = TroubleKind.PROXY_SIGN_IN if cause.is_sign_in else TroubleKind.PROXY
            return Trouble(kind, cause.words, may_have_been_processed=False, http_status=cause.status, host=host)
        if isinstance(cause, ssl.SSLError) and not isinstance(cause, ssl.SSLEOFError | ssl.SSLZeroReturnError):
            detail = explain(cause, host, parts.port or 443)
            return Trouble(TroubleKind.NOT_GENUINE, detail, may_have_been_processed=False, host=host)
    return Trouble(TroubleKind.UNREACHABLE, why_unreachable(error, host), may_have_been_processed=False, host=host)


def why_unreachable(error: BaseException, host: str) -> str:
    """Return in plain words why no connection came about."""
    for cause in causes(error):
        if isinstance(cause, socket.gaierror | UnicodeError):
            return tr("There is no server of the name {host}.", host=host)
        if isinstance(cause, ConnectionRefusedError):
            return tr("{host} does not take connections at this port.", host=host)
        if isinstance(cause, TimeoutError):
            return tr("{host} did not answer in time.", host=host)
        if isinstance(cause, ConnectionError | ssl.SSLError):
            return tr("{host} closed the connection at once.", host=host)
        if isinstance(cause, OSError) and cause.strerror:
            return tr("{host} cannot be reached ({reason}).", host=host, reason=cause.strerror)
    return tr("{host} cannot be reached ({reason}).", host=host, reason=type(error).__name__)


def causes(error: BaseException | None) -> Iterator[BaseException]:
    """From the innermost cause outwards: requests and exchangelib wrap what the socket said, three layers deep."""
    chain: list[BaseException] = []
    while error is not None and error not in chain:
        chain.append(error)
        error = error.__cause__ or error.__context__
    yield from reversed(chain)


def stopped(kind: TroubleKind, host: str, left: bool) -> Trouble:
    """Return the trouble of a job that was ended from outside."""
    if kind is TroubleKind.DEADLINE:
        detail = tr("{host} did not answer in time.", host=host)
    else:
        detail = tr("It was stopped before {host} answered.", host=host)
    return Trouble(kind, detail, may_have_been_processed=left, host=host)


def refused_here(sentence: str) -> Outcome:
    """A refusal before any request, under the code that Exchange would have given."""
    words = ServerWords(LOCAL, INVALID_PROPERTIES, sentence)
    return Outcome(verdict=Verdict.REFUSED, words=words, at=time.time())


def untold(trouble: Trouble) -> Outcome:
    """Return the outcome of an item without an answer."""
    verdict = Verdict.UNKNOWN if trouble.may_have_been_processed else Verdict.NOT_ATTEMPTED
    return Outcome(verdict=verdict, trouble=trouble, at=time.time())


def not_sent(trouble: Trouble) -> Trouble:
    """The same trouble, for the requests that were not made because of it."""
    return Trouble(
        trouble.kind,
        trouble.detail,
        may_have_been_processed=False,
        http_status=trouble.http_status,
        retry_after=trouble.retry_after,
        host=trouble.host,
    )
