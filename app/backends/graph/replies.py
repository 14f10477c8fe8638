"""From what Graph answers to outcomes and troubles.

Only a refusal with a status of its own says that nothing was done. After any other reply that is not the one that was
to come (a 5xx, a success of another kind, one without an id) nobody knows: that is unknown, and never repeated. 202 is
no success of a send: it says that the message was taken, and is an outcome of its own.
"""

from __future__ import annotations

import time
from typing import Any, Final

from app.backends.graph.http_session import Reply, StrangeHost
from app.backends.net.connection import LARGEST_REPLY, ReplyTooLarge
from app.backends.net.http_errors import Unreadable, causes, stopped, trouble_before, untold
from app.backends.port import Job, Stopped
from app.core.formatting import size_words
from app.core.i18n import tr
from app.core.parsing import LONGEST_WAIT
from app.domain.errors import AccountError, ServerWords, Trouble, TroubleKind
from app.domain.message import ItemRef
from app.domain.outcome import Outcome, Verdict
from app.domain.response_codes import ACCESS_DENIED, CONFLICT, ITEM_NOT_FOUND, QUOTA_EXCEEDED, TOO_LARGE

_LATER: Final = frozenset({429, 509})
_CONFLICTS: Final = frozenset({409, 412})
_OF_THE_ACCOUNT: Final = frozenset(
    {
        *("mailboxnotenabledforrestapi", "mailboxnotsupportedforrestapi", "resourcenotfound", "erroraccountdisabled"),
        *("errorinvaliduser", "invalidauthenticationtoken", "authenticationerror"),
    }
)
"""Codes (in small letters, as they are compared) that speak of the account, before anything was done."""
_EXCHANGES: Final = {
    "mailboxnotenabledforrestapi": "MailboxNotEnabledForRESTAPI",
    "authorization_requestdenied": ACCESS_DENIED,
    "accessdenied": ACCESS_DENIED,
    "forbidden": ACCESS_DENIED,
    "itemnotfound": ITEM_NOT_FOUND,
    "quotalimitreached": QUOTA_EXCEEDED,
}
"""Codes that mean what one of Exchange's own means; its codes come through as they are."""


def code_of(reply: Reply) -> str:
    """Return the code of an error as Exchange calls it: what is known of a code is known once, for both protocols."""
    if reply.status in _CONFLICTS:
        return CONFLICT
    told = _error_of(reply).get("code")
    code = told if isinstance(told, str) else ""
    if reply.status == 413 and not code.startswith("Error"):
        return TOO_LARGE
    if reply.status == 404 and not code:
        return ITEM_NOT_FOUND
    return _EXCHANGES.get(code.casefold(), code) or f"HTTP{reply.status}"


def words_of(reply: Reply) -> ServerWords:
    """Return an error as the server gave it."""
    message = _error_of(reply).get("message")
    back_off = int(min(reply.retry_after, LONGEST_WAIT) * 1000) or None
    return ServerWords("Error", code_of(reply), message if isinstance(message, str) else "", back_off_ms=back_off)


def _error_of(reply: Reply) -> dict[str, Any]:
    error = reply.body.get("error") if isinstance(reply.body, dict) else None
    return error if isinstance(error, dict) else {}


def is_refusal(reply: Reply) -> bool:
    """Return whether a reply says that this one thing is refused: 4xx, and nothing of the account or of now."""
    if reply.status in _LATER or reply.status in {401, 408} or not 400 <= reply.status < 500:
        return reply.status == 507
    return code_of(reply).casefold() not in _OF_THE_ACCOUNT


def is_race(reply: Reply) -> bool:
    """Return whether a reply is a conflict: where the request named no version, a race that the store lost itself."""
    return reply.status in _CONFLICTS


def trouble_of_reply(reply: Reply, host: str) -> Trouble:
    """Return the trouble of a reply that is neither what was to come nor a refusal of one thing."""
    status = reply.status
    kind = TroubleKind.SIGN_IN if status == 401 else TroubleKind.SERVER
    words = words_of(reply)
    if 200 <= status < 300:
        detail = tr("What {host} answered cannot be read, or was cut short.", host=host)
    elif words.message_text or _error_of(reply):
        detail = f"{words.response_code}: {words.message_text}"
    else:
        detail = tr("{host} answered with HTTP status {status}.", host=host, status=status)
    return Trouble(
        kind,
        detail,
        may_have_been_processed=not 300 <= status < 500 or status == 408 or is_race(reply),
        http_status=status,
        retry_after=reply.retry_after,
        host=host,
    )


def trouble_of(error: BaseException, job: Job, root: str, host: str) -> Trouble:
    """Return the trouble that a failed request stands for. No message and no secret is in its detail."""
    if isinstance(error, AccountError):
        return error.trouble
    if isinstance(error, StrangeHost):
        detail = tr("{host} points to another server ({place}), which gets nothing.", host=host, place=str(error)[:80])
        return Trouble(TroubleKind.SERVER, detail, may_have_been_processed=True, http_status=200, host=host)
    if job.stopped is not None:
        return stopped(job.stopped, host, job.left)
    if any(isinstance(cause, ReplyTooLarge) for cause in causes(error)):
        detail = tr("{host} answered with more than {size}.", host=host, size=size_words(LARGEST_REPLY))
        return Trouble(TroubleKind.SERVER, detail, http_status=200, host=host)
    if isinstance(error, Unreadable):
        detail = tr("What {host} answered cannot be read, or was cut short.", host=host)
        return Trouble(TroubleKind.SERVER, detail, http_status=200, host=host)
    if not job.left:
        return trouble_before(error, root, host)
    if any(isinstance(cause, TimeoutError) or "timed out" in str(cause) for cause in causes(error)):
        return Trouble(TroubleKind.DEADLINE, tr("{host} took the request and gave no answer.", host=host), host=host)
    return Trouble(TroubleKind.UNREACHABLE, tr("The connection to {host} was cut.", host=host), host=host)


def foreign(error: BaseException) -> bool:
    """Return whether an exception comes from the network or the server, and is no defect of ours."""
    kinds = OSError | AccountError | StrangeHost | Unreadable | UnicodeError | Stopped
    return isinstance(error, kinds) or type(error).__module__.partition(".")[0] in {"http", "ssl", "urllib3"}


def ref_of(item: Any, mailbox: str = "") -> ItemRef | None:
    """Return the name of a message, None where the server gave none. In another's mailbox that stands before the id."""
    number = item.get("id") if isinstance(item, dict) else None
    if not isinstance(number, str) or not number:
        return None
    key = item.get("changeKey")
    return ItemRef(item_id_of(number, mailbox), key if isinstance(key, str) else "")


def item_id_of(number: str, mailbox: str) -> str:
    """Return the ItemId of this backend for an id within a mailbox, empty for one's own."""
    return f"{mailbox} {number}" if mailbox else number


def whose(item_id: str) -> tuple[str, str]:
    """Return of an ItemId of this backend the mailbox, empty for one's own, and the id within it."""
    mailbox, _, number = item_id.rpartition(" ")
    return mailbox, number


def outcome_of(reply: Reply | None, host: str, wanted: int, mailbox: str = "", *, versioned: bool = False) -> Outcome:
    """Return what became of one item. `wanted` is the status of success; None is a reply that never came.

    With 200 and 201 a message has to be in the reply, or it is unknown what was done. A conflict is a refusal where the
    request was `versioned`. Any other is a race that the store lost with itself (412 was seen without If-Match), and
    says nothing of what was done.
    """
    now = time.time()
    if reply is None:
        detail = tr("The server answered for fewer items than were asked.")
        return untold(Trouble(TroubleKind.SERVER, detail, host=host))
    if reply.status == wanted and wanted in {200, 201}:
        ref = ref_of(reply.body, mailbox)
        if ref is not None:
            return Outcome(Verdict.ACCEPTED, ref, at=now)
    elif reply.status == wanted:
        return Outcome(Verdict.ACCEPTED, at=now)
    elif is_refusal(reply) and (versioned or not is_race(reply)):
        return Outcome(Verdict.REFUSED, words=words_of(reply), at=now)
    return untold(trouble_of_reply(reply, host))


def send_outcome_of(reply: Reply | None, host: str) -> Outcome:
    """Return what became of a send. 404 says to look: the draft was moved, or it went a moment ago."""
    outcome = outcome_of(reply, host, 202)
    if outcome.accepted:
        return Outcome(Verdict.TAKEN, at=outcome.at)
    if outcome.verdict is Verdict.REFUSED and outcome.code == ITEM_NOT_FOUND:
        detail = tr("The server no longer has the draft under its name: it was moved, or it went.")
        trouble = Trouble(TroubleKind.SERVER, detail, http_status=404, host=host)
        return Outcome(Verdict.UNKNOWN, words=outcome.words, trouble=trouble, at=outcome.at)
    return outcome
