"""From what went wrong to a Trouble, and to the outcome of an item.

Whether the request may have been processed is read from the job (did a byte of it leave?), and not from the kind of
exception: the same ssl.SSLError stands for a certificate that is not trusted and for a reply cut short.
"""

from __future__ import annotations

import time
from urllib.parse import urlsplit

from app.backends.ews.soap_client import SoapFault
from app.backends.net.connection import LARGEST_REPLY, ReplyTooLarge
from app.backends.net.http_errors import HttpRefusal, Unreadable, causes, stopped, trouble_before
from app.backends.port import Job
from app.core.formatting import size_words
from app.core.i18n import tr
from app.domain.errors import AccountError, ServerWords, Trouble, TroubleKind
from app.domain.outcome import Outcome, Verdict
from app.domain.response_codes import (
    NEVER_OF_ONE_ITEM,
    OF_THE_ACCOUNT,
    OF_THE_REQUEST,
    CodeClass,
    class_of,
    may_have_happened,
)


def trouble_of(error: BaseException, job: Job, endpoint: str) -> Trouble:
    """Return the trouble that `error` stands for. No message and no secret is in its detail."""
    host = urlsplit(endpoint).hostname or ""
    if isinstance(error, HttpRefusal):
        return _trouble_of_status(error, host)
    if isinstance(error, AccountError):
        return error.trouble
    if isinstance(error, SoapFault):
        return trouble_of_fault(error.words, host)
    if job.stopped is not None:
        return stopped(job.stopped, host, job.left)
    unusable = _why_unusable(error, host)
    if unusable:
        return Trouble(TroubleKind.SERVER, unusable, may_have_been_processed=True, http_status=200, host=host)
    if not job.left:
        return trouble_before(error, endpoint, host)
    chain = list(causes(error))
    if any(isinstance(cause, TimeoutError) or "timed out" in str(cause) for cause in chain):
        return Trouble(TroubleKind.DEADLINE, tr("{host} took the request and gave no answer.", host=host), host=host)
    return Trouble(TroubleKind.UNREACHABLE, tr("The connection to {host} was cut.", host=host), host=host)


def _why_unusable(error: BaseException, host: str) -> str:
    """Return in words what is wrong with an answer that came, "" where none did."""
    if any(isinstance(cause, ReplyTooLarge) for cause in causes(error)):
        return tr("{host} answered with more than {size}.", host=host, size=size_words(LARGEST_REPLY))
    if isinstance(error, Unreadable):
        return tr("What {host} answered is not from Exchange, or was cut short.", host=host)
    return ""


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
    """4xx and redirects come before EWS is reached; a 5xx leaves open whether it was (RFC 9110 section 15.6)."""
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


def _ways(offered: str) -> str:
    known = ("Basic", "NTLM", "Negotiate", "Bearer", "Digest")
    found = [way for way in known if way.casefold() in offered.casefold()]
    return ", ".join(found) or offered[:80]


def fault_outcome(words: ServerWords, trouble: Trouble, *, several: bool = False) -> Outcome:
    """A fault of the request refuses each item; one of the account stands above them; any other leaves them unknown.

    With `several` items, what is said of all may have been meant for one: that is told, for who knows the server.
    """
    code = words.response_code
    if code in OF_THE_REQUEST:
        return Outcome(
            Verdict.REFUSED, words=words, at=time.time(), of_request=several and code not in NEVER_OF_ONE_ITEM
        )
    if (
        not several
        and class_of(code) is not CodeClass.UNLISTED
        and not (may_have_happened(code) or code in OF_THE_ACCOUNT)
    ):
        # A server that answers for its only item with a fault: what it says is said of that item.
        return Outcome(Verdict.REFUSED, words=words, at=time.time())
    verdict = Verdict.UNKNOWN if trouble.may_have_been_processed else Verdict.NOT_ATTEMPTED
    return Outcome(verdict=verdict, words=words, trouble=trouble, at=time.time(), of_request=several)
