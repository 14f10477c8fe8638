"""What goes over the pipe for signing in with OAuth and for finding a server, and how the engine does it.

These requests need no account that is open. The secret goes over the pipe only: in SignedInNow, once, and in
SecretChanged, each time an authority gave the next refresh token for the one before.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec

from app.domain.account import Account, AuthKind, Discovery, ProbeStep
from app.domain.message import AccountId
from app.domain.sign_in import SignedIn, SignInPage, SignInWay

if TYPE_CHECKING:
    from app.backends.port import Job


class SignIn(msgspec.Struct, frozen=True, tag="sign-in"):
    """Sign an account in; what the person is to open comes as SignInAsked. Answered by SignedInNow."""

    id: int
    account_id: AccountId
    seconds: float
    account: Account
    way: SignInWay
    proxy_secret: str = ""


class SignInAsked(msgspec.Struct, frozen=True, tag="sign-in-asked"):
    """The person is to open this."""

    id: int
    page: SignInPage


class Discover(msgspec.Struct, frozen=True, tag="discover"):
    """Find the server of an account's address; what each host said comes as Progress. Answered by Discovered."""

    id: int
    account_id: AccountId
    seconds: float
    account: Account
    secret: str
    proxy_secret: str = ""

    def __repr__(self) -> str:
        return f"Discover(id={self.id}, account_id={self.account_id!r})"


class Discovered(msgspec.Struct, frozen=True, tag="discovered"):
    """The end of Discover."""

    id: int
    discovery: Discovery


class SignedInNow(msgspec.Struct, frozen=True, tag="signed-in"):
    """The end of SignIn."""

    id: int
    done: SignedIn


class SecretChanged(msgspec.Struct, frozen=True, tag="secret-changed"):
    """An open account has another secret from now on. It answers no request, and may come at any time."""

    account_id: AccountId
    before: str
    after: str

    def __repr__(self) -> str:
        return f"SecretChanged(account_id={self.account_id!r})"


def find_server(request: Discover, account: Account, job: Job, tell: Callable[[ProbeStep], None]) -> Discovered:
    """Do it. Raises port.Stopped."""
    from app.backends.ews.discovering import discover

    return Discovered(request.id, discover(account, request.secret, job, tell))


def sign_in(request: SignIn, account: Account, job: Job, tell: Callable[[SignInAsked], None]) -> SignedInNow:
    """Do it. Raises AccountError, port.Stopped."""
    from app.backends.oauth.signing import sign_in as begin

    done = begin(account, request.way, lambda page: tell(SignInAsked(request.id, page)), job)
    return SignedInNow(request.id, done)


def listen(account: Account, secret: str, tell: Callable[[SecretChanged], None]) -> Callable[[], None]:
    """Tell of each new secret of an account that is open; returns how to end that. Without network."""
    if account.auth is not AuthKind.OAUTH:
        return lambda: None
    from app.backends.oauth.tokens import tokens_for

    chain = tokens_for(account, secret)

    def heard(before: str, after: str) -> None:
        tell(SecretChanged(account.account_id, before, after))

    chain.listen(secret, heard)
    return lambda: chain.stop_listening(heard)
