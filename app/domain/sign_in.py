"""Signing in with OAuth as data, and the errors of an authority.

Codes of Microsoft Entra ID (AADSTS…) come first, since they say more than the `error` of RFC 6749 and RFC 8628 that
they stand beside; an unknown one is judged by that. Ours, of what no authority says, begin with "Local".
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

import msgspec


class SignInWay(StrEnum):
    """In this computer's browser (RFC 8252), or by a code that is typed in any browser (RFC 8628)."""

    BROWSER = "browser"
    CODE = "code"


class SignInPage(msgspec.Struct, frozen=True):
    """What the person is to open: `url`, and with SignInWay.CODE the `code` to type there; good for so many seconds."""

    url: str
    code: str = ""
    seconds: float = 0.0


class SignedIn(msgspec.Struct, frozen=True):
    """A sign-in that was done. `user` is the name that the authority knows the person by, empty where it gives none."""

    secret: str
    user: str = ""

    def __repr__(self) -> str:
        """Leave the secret out of whatever prints this."""
        return f"SignedIn(user={self.user!r})"


class SignInProblem(StrEnum):
    """What a person can do about a sign-in that failed."""

    AGAIN = "again"
    DECLINED = "declined"
    TOO_LATE = "too-late"
    NEEDS_ADMIN = "needs-admin"
    NOT_ALLOWED = "not-allowed"
    BLOCKED = "blocked"
    WRONG_PERSON = "wrong-person"
    UNKNOWN_APP = "unknown-app"
    UNKNOWN_TENANT = "unknown-tenant"
    REGISTRATION = "registration"
    UNKNOWN_SERVER = "unknown-server"
    LATER = "later"
    CLOCK = "clock"
    UNCLEAR = "unclear"


TIMED_OUT: Final = "LocalTimedOut"
NO_REFRESH_TOKEN: Final = "LocalNoRefreshToken"  # noqa: S105 - the name of an error
ANOTHER_PERSON: Final = "LocalAnotherPerson"
NO_CLIENT_ID: Final = "LocalNoClientId"
REFUSED_TOKEN: Final = "LocalTokenRefused"  # noqa: S105 - as above

_NAMES: Final = {
    SignInProblem.AGAIN: """
    AADSTS50058 AADSTS50078 AADSTS50089 AADSTS50132 AADSTS50133 AADSTS50173 AADSTS54005 AADSTS70000 AADSTS70008
    AADSTS70043 AADSTS700081 AADSTS700082 AADSTS700084 AADSTS50074 AADSTS50076 AADSTS50079 AADSTS50158 AADSTS16000
    invalid_grant interaction_required login_required
    """,
    SignInProblem.DECLINED: "AADSTS65004 access_denied authorization_declined",
    SignInProblem.TOO_LATE: f"{TIMED_OUT} AADSTS70019 AADSTS70020 expired_token code_expired",
    SignInProblem.NEEDS_ADMIN: "AADSTS65001 AADSTS90094 AADSTS90095 consent_required",
    SignInProblem.NOT_ALLOWED: "AADSTS50053 AADSTS50055 AADSTS50057 AADSTS50105 AADSTS50144",
    SignInProblem.BLOCKED: """
    AADSTS50005 AADSTS50097 AADSTS50129 AADSTS53000 AADSTS53001 AADSTS53002 AADSTS53003 AADSTS53004 AADSTS530032
    AADSTS530033 AADSTS500021 AADSTS500022
    """,
    SignInProblem.WRONG_PERSON: f"{ANOTHER_PERSON} AADSTS50014 AADSTS50020 AADSTS50034 AADSTS16003",
    SignInProblem.UNKNOWN_APP: f"{NO_CLIENT_ID} AADSTS700016 AADSTS7000112 AADSTS90013 invalid_client",
    SignInProblem.UNKNOWN_TENANT: "AADSTS90002 AADSTS900023 AADSTS50059 AADSTS50128 AADSTS50194",
    SignInProblem.REGISTRATION: f"""
    {NO_REFRESH_TOKEN} AADSTS50011 AADSTS7000218 AADSTS70001 AADSTS700054 unauthorized_client unsupported_response_type
    unsupported_grant_type invalid_request
    """,
    SignInProblem.UNKNOWN_SERVER: f"""
    {REFUSED_TOKEN} AADSTS50001 AADSTS500011 AADSTS650052 AADSTS650057 AADSTS65005 AADSTS70011 invalid_resource
    invalid_scope invalid_target
    """,
    SignInProblem.LATER: "AADSTS90012 AADSTS90033 AADSTS50196 temporarily_unavailable server_error slow_down",
    SignInProblem.CLOCK: "AADSTS700024 AADSTS500133",
}

PROBLEMS: Final[dict[str, SignInProblem]] = {
    code: problem for problem, names in _NAMES.items() for code in names.split()
}
"""Each code that is known."""


def problem_of(*codes: str) -> SignInProblem:
    """Return the problem of the first code that is known."""
    return next((PROBLEMS[code] for code in codes if code in PROBLEMS), SignInProblem.UNCLEAR)


def is_known(code: str) -> bool:
    """Return whether `code` is an error of a sign-in."""
    return code in PROBLEMS or code.startswith("AADSTS")
