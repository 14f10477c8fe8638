"""The person's part of a sign-in: a page to open, and the wait for what comes of it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

from app.backends.oauth.client import Answer, Client
from app.backends.oauth.errors import local, refusal
from app.backends.oauth.listener import Listener
from app.backends.oauth.tokens import scope_of, tokens_for
from app.backends.port import Job
from app.core.i18n import tr
from app.domain.account import Account
from app.domain.errors import AccountError, TroubleKind
from app.domain.sign_in import TIMED_OUT, SignedIn, SignInPage, SignInWay

BROWSER_SECONDS: Final = 300.0
"""How long the browser has to come back."""
_ANSWERED: Final = 0.3
"""Seconds after the answer for which the browser still gets its page."""
_STEP: Final = 0.1

Tell = Callable[[SignInPage], None]


def sign_in(account: Account, way: SignInWay, tell: Tell, job: Job, seconds: float = BROWSER_SECONDS) -> SignedIn:
    """Sign `account` in; `tell` is given what the person is to open. Raises AccountError, port.Stopped."""
    client = Client(account)
    try:
        if way is SignInWay.BROWSER:
            answer = _by_browser(client, account, tell, job, seconds)
        else:
            answer = _by_code(client, account, tell, job)
    finally:
        client.close()
    tokens_for(account, answer.refresh).take(answer, scope_of(account.endpoint))
    return SignedIn(answer.refresh, answer.user)


def _by_browser(client: Client, account: Account, tell: Tell, job: Job, seconds: float) -> Answer:
    with Listener() as listener:
        flow = client.begin_code(scope_of(account.endpoint), listener.redirect, account.user or account.address, job)
        listener.expect(flow["state"])
        tell(SignInPage(flow["auth_uri"], seconds=min(seconds, job.remaining())))
        said = listener.wait(job, seconds)
        if said is None:
            raise _timed_out(client)
        time.sleep(_ANSWERED)
    if "error" in said:
        raise refusal(said, client.host)
    return client.finish_code(flow, said, job)


def _by_code(client: Client, account: Account, tell: Tell, job: Job) -> Answer:
    flow = client.begin_device(scope_of(account.endpoint), job)
    seconds = min(float(flow["expires_in"]), job.remaining())
    tell(SignInPage(flow["verification_uri"], str(flow["user_code"]), seconds))
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        _rest(float(flow["interval"]), job)
        try:
            answer = client.ask_device(flow, job)
        except AccountError as error:
            if error.trouble.kind is TroubleKind.SIGN_IN:
                raise
            continue  # the network is away for a moment; the code is still good
        if answer is not None:
            return answer
    raise _timed_out(client)


def _rest(seconds: float, job: Job) -> None:
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        job.go_on()
        time.sleep(_STEP)


def _timed_out(client: Client) -> AccountError:
    return local(TIMED_OUT, tr("Nobody signed in within the time there was."), client.host)
