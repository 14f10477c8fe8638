"""From what an authority answers to a Trouble: a code, its words, and what the account can do about it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from app.core.i18n import tr
from app.domain.errors import AccountError, Trouble, TroubleKind, error_for
from app.domain.sign_in import PROBLEMS, SignInProblem, problem_of

_AADSTS: Final = re.compile(r"\bAADSTS\d{4,8}\b")
_MOST_WORDS: Final = 1000


def refusal(said: Mapping[str, Any], host: str, status: int = 400) -> AccountError:
    """Return the error for an answer with `error` in it (RFC 6749 section 5.2). Nothing was sent to Exchange."""
    error = str(said.get("error") or "")
    words = " ".join(str(said.get("error_description") or "").split())[:_MOST_WORDS]
    found = _AADSTS.search(words)
    codes = (found[0] if found else "", error)
    problem = problem_of(*codes)
    kind = TroubleKind.SERVER if problem is SignInProblem.LATER else TroubleKind.SIGN_IN
    code = next((one for one in codes if one in PROBLEMS), codes[0] or error or "error")
    if words.startswith(f"{code}:"):
        words = words[len(code) + 1 :].strip()
    detail = f"{code}: {words}" if words else code
    return error_for(Trouble(kind, detail, may_have_been_processed=False, host=host, http_status=status))


def local(code: str, words: str, host: str, kind: TroubleKind = TroubleKind.SIGN_IN) -> AccountError:
    """Return the error for what no authority says."""
    return error_for(Trouble(kind, f"{code}: {words}", may_have_been_processed=False, host=host))


def broken(host: str, status: int, retry_after: float = 0.0) -> AccountError:
    """Return the error for an answer with a status that speaks of the authority itself, or that is no answer of one."""
    if status == 200:
        detail = tr("What {host} answered does not come from a sign-in service.", host=host)
    else:
        detail = tr("{host} answered with HTTP status {status}.", host=host, status=status)
    return error_for(
        Trouble(
            TroubleKind.SERVER,
            detail,
            may_have_been_processed=False,
            http_status=status,
            retry_after=retry_after,
            host=host,
        )
    )
