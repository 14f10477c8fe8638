"""Signing in with OAuth 2.0 as plain data: how it is done, what the person is to open, and what comes of it."""

from __future__ import annotations

from enum import StrEnum

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
    """A sign-in that was done. `user` is the name that the authority knows the person by, empty where it tells none."""

    secret: str
    user: str = ""

    def __repr__(self) -> str:
        """Leave the secret out of whatever prints this."""
        return f"SignedIn(user={self.user!r})"
