"""What is said of an item where the server did not speak of it by itself."""

from __future__ import annotations

import time

from app.backends.ews.troubles import OF_THE_REQUEST
from app.domain.errors import ServerWords, Trouble
from app.domain.outcome import LOCAL, Outcome, Verdict


def refused_here(sentence: str) -> Outcome:
    """A refusal before any request, under the code that Exchange would have given."""
    words = ServerWords(LOCAL, "ErrorInvalidPropertySet", sentence)
    return Outcome(verdict=Verdict.REFUSED, words=words, at=time.time())


def untold(trouble: Trouble) -> Outcome:
    """What is known of an item where nothing was heard."""
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


def fault_outcome(words: ServerWords, trouble: Trouble) -> Outcome:
    """A fault that holds for each item is its refusal; one of the account stands above them; the rest is unknown."""
    if words.response_code in OF_THE_REQUEST:
        return Outcome(verdict=Verdict.REFUSED, words=words, at=time.time())
    verdict = Verdict.UNKNOWN if trouble.may_have_been_processed else Verdict.NOT_ATTEMPTED
    return Outcome(verdict=verdict, words=words, trouble=trouble, at=time.time())
