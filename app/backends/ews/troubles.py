"""From what went wrong on the way to a Trouble: what the person can do, and whether the server may have acted on it.

Whether the request may have been processed is read from the job (did a byte of it leave?), and not from the kind of
exception: the same ssl.SSLError stands for a certificate that is not believed and for a reply cut short.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from urllib.parse import urlsplit

from app.backends.ews.calls import SoapFault
from app.backends.ews.proxies import ProxyFailed
from app.backends.ews.tls import explain
from app.backends.ews.wire import HttpRefusal
from app.backends.ews.xml import Unreadable
from app.backends.port import Job
from app.core.i18n import tr
from app.domain.errors import AccountError, ServerWords, Trouble, TroubleKind

OF_THE_ACCOUNT = frozenset(
    {
        "ErrorAccountDisabled",
        "ErrorConnectionFailed",
        "ErrorExceededConnectionCount",
        "ErrorImpersonateUserDenied",
        "ErrorImpersonationDenied",
        "ErrorImpersonationFailed",
        "ErrorInvalidSchemaVersionForMailboxVersion",
        "ErrorInvalidServerVersion",
        "ErrorIncorrectSchemaVersion",
        "ErrorMailboxMoveInProgress",
        "ErrorMailboxStoreUnavailable",
        "ErrorMissingEmailAddress",
        "ErrorNonExistentMailbox",
        "ErrorNonPrimarySmtpAddress",
        "ErrorPasswordChangeRequired",
        "ErrorPasswordExpired",
        "ErrorSiteMailboxUnavailable",
    }
)
"""Faults that speak of the account or its mailbox, before anything was done."""

OF_THE_REQUEST = frozenset(
    {
        "ErrorAccessDenied",
        "ErrorInvalidRequest",
        "ErrorMessageSizeExceeded",
        "ErrorSchemaValidation",
        "ErrorServerBusy",
        "Client",
    }
)
"""Faults that say the request was not processed, and that hold for each item in it."""


def trouble_of(error: BaseException, job: Job, endpoint: str) -> Trouble:
    """Return the trouble that `error` stands for. No letter and no secret is in its detail."""
    host = urlsplit(endpoint).hostname or ""
    if isinstance(error, HttpRefusal):
        return _trouble_of_status(error, host)
    if isinstance(error, AccountError):
        return error.trouble
    if isinstance(error, SoapFault):
        return trouble_of_fault(error.words, host)
    if job.stopped is not None:
        return stopped(job.stopped, host, job.left)
    if isinstance(error, Unreadable):
        detail = tr("What {host} answered is not from Exchange, or was cut short.", host=host)
        return Trouble(TroubleKind.SERVER, detail, may_have_been_processed=True, http_status=200, host=host)
    if not job.left:
        return trouble_before(error, endpoint, host)
    causes = list(_causes(error))
    if any(isinstance(cause, TimeoutError) or "timed out" in str(cause) for cause in causes):
        return Trouble(TroubleKind.DEADLINE, tr("{host} took the request and gave no answer.", host=host), host=host)
    return Trouble(TroubleKind.UNREACHABLE, tr("The connection to {host} was cut.", host=host), host=host)


def stopped(kind: TroubleKind, host: str, left: bool) -> Trouble:
    """Return the trouble of a job that was ended from outside."""
    if kind is TroubleKind.DEADLINE:
        detail = tr("{host} did not answer in time.", host=host)
    else:
        detail = tr("It was stopped before {host} answered.", host=host)
    return Trouble(kind, detail, may_have_been_processed=left, host=host)


def trouble_of_fault(words: ServerWords, host: str) -> Trouble:
    """Return the trouble for a fault: the code first, then the server's words."""
    before = words.response_code in OF_THE_ACCOUNT or words.response_code in OF_THE_REQUEST
    return Trouble(
        TroubleKind.SERVER,
        f"{words.response_code}: {words.message_text}",
        may_have_been_processed=not before,
        http_status=500,
        retry_after=(words.back_off_ms or 0) / 1000,
        host=host,
    )


def _trouble_of_status(refusal: HttpRefusal, host: str) -> Trouble:
    """4xx and redirects are given before EWS is reached; after 5xx nobody can say (RFC 9110 section 15.6)."""
    status = refusal.status
    kind, processed = TroubleKind.SERVER, status >= 500 or 200 <= status < 300
    detail = tr("{host} answered with HTTP status {status}.", host=host, status=status)
    if status == 401:
        kind = TroubleKind.SIGN_IN
        if refusal.offered:
            detail += " " + tr("It takes these ways to sign in: {ways}.", ways=_ways(refusal.offered))
    elif status == 403:
        kind = TroubleKind.SERVICE_OFF
    elif status == 404:
        detail += " " + tr("There is no Exchange Web Services at this address.")
    elif refusal.location:
        detail += " " + tr("It points to {place}.", place=urlsplit(refusal.location).hostname or refusal.location[:80])
    return Trouble(
        kind,
        detail,
        may_have_been_processed=processed,
        http_status=status,
        retry_after=refusal.retry_after,
        host=host,
    )


def trouble_before(error: BaseException, endpoint: str, host: str) -> Trouble:
    """Return the trouble of a request of which nothing left: TLS that was not believed, or no connection."""
    parts = urlsplit(endpoint)
    for cause in _causes(error):
        if isinstance(cause, ProxyFailed):
            kind = TroubleKind.PROXY_SIGN_IN if cause.is_sign_in else TroubleKind.PROXY
            return Trouble(kind, cause.words, may_have_been_processed=False, http_status=cause.status, host=host)
        if isinstance(cause, ssl.SSLError) and not isinstance(cause, ssl.SSLEOFError | ssl.SSLZeroReturnError):
            detail = explain(cause, host, parts.port or 443)
            return Trouble(TroubleKind.NOT_GENUINE, detail, may_have_been_processed=False, host=host)
    return Trouble(TroubleKind.UNREACHABLE, why_unreachable(error, host), may_have_been_processed=False, host=host)


def why_unreachable(error: BaseException, host: str) -> str:
    """Return in plain words why no connection came about."""
    for cause in _causes(error):
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


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """From the innermost cause outwards: requests and exchangelib wrap what the socket said, three layers deep."""
    chain: list[BaseException] = []
    while error is not None and error not in chain:
        chain.append(error)
        error = error.__cause__ or error.__context__
    yield from reversed(chain)


def _ways(offered: str) -> str:
    known = ("Basic", "NTLM", "Negotiate", "Bearer", "Digest")
    found = [way for way in known if way.casefold() in offered.casefold()]
    return ", ".join(found) or offered[:80]
