"""Why nothing was done with a message that only the server has: said at its row, until it is tried again."""

from __future__ import annotations

from typing import Final

import msgspec

from app.core.i18n import mark, tr
from app.domain.errors import AccountError, ItemRefused, MailError, TroubleKind
from app.services.explaining import Explanation, explain_error

SENT: Final = mark("Not sent")
READY: Final = mark("Not put aside as ready")
DELETED: Final = mark("Not deleted")
COPIED: Final = mark("No new draft was made")

_WHY: Final = {
    TroubleKind.UNREACHABLE: mark("the server cannot be reached"),
    TroubleKind.PROXY: mark("there is no way through the proxy"),
    TroubleKind.PROXY_SIGN_IN: mark("the proxy wants a sign-in"),
    TroubleKind.SIGN_IN: mark("you're not signed in"),
    TroubleKind.NOT_GENUINE: mark("the server could not be confirmed as genuine"),
    TroubleKind.SERVICE_OFF: mark("the server doesn't let this app in"),
    TroubleKind.SERVER: mark("the server cannot give it out for now"),
    TroubleKind.DEADLINE: mark("the server did not answer in time"),
}
_ELSE: Final = mark("it could not be fetched")


def why_unfetched(error: MailError, now: float) -> str:
    """Return the reason alone."""
    if isinstance(error, AccountError):
        return tr("{why}.", why=tr(_WHY.get(error.trouble.kind, _ELSE)))
    return explain_error(error, now).sentence


def explain_unfetched(error: MailError, now: float, what: str) -> Explanation:
    """Return what stands at the row: `what` (one of the words above) was not done, why, and the way to try again."""
    known, why = explain_error(error, now), why_unfetched(error, now)
    sentence = why if isinstance(error, ItemRefused) else tr("{what}: {why}", what=tr(what), why=why)
    tone = known.tone
    if isinstance(error, AccountError):
        sentence, tone = tr("{sentence} This message is only on the server.", sentence=sentence), "warn"
    return msgspec.structs.replace(known, sentence=sentence, action="retry", tone=tone)
