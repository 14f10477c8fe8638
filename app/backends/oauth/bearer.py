"""Signs each request with an access token (RFC 6750), and once more where the server does not take that token.

A 401 that asks for a Bearer token is given at the door, before the request is read as one of Exchange's: it was not
processed, and may go out again. It does so once. A 401 of any other kind is handed on as it is.
"""

from __future__ import annotations

import re
from typing import Any, Final
from urllib.parse import urlsplit

import requests
from requests.auth import AuthBase

from app.backends.ews.connection import job_at_work
from app.backends.oauth.errors import local
from app.backends.oauth.tokens import Tokens
from app.backends.port import Job
from app.core.i18n import tr
from app.domain.sign_in import REFUSED_TOKEN

_REASON: Final = re.compile(r'(?:reason|error_description|error)="([^"]*)"')


class Bearer(AuthBase):
    """The `auth` of a session of requests."""

    def __init__(self, tokens: Tokens, scope: str) -> None:
        """Sign with tokens for `scope`."""
        self._tokens = tokens
        self._scope = scope

    def prepare(self, job: Job) -> None:
        """See that there is a token that is good. Raises AccountError, port.Stopped."""
        self._tokens.access(self._scope, job)

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Sign `request`. Raises AccountError, port.Stopped."""
        _sign(request, self._tokens.access(self._scope, _job()))
        request.register_hook("response", self._answered)  # type: ignore[no-untyped-call] # of requests
        return request

    def _answered(self, response: requests.Response, **how: Any) -> requests.Response:
        if response.status_code != 401 or not asks_for_bearer(response):
            return response
        request, job = response.request, _job()
        refused = request.headers.get("Authorization", "").partition(" ")[2]
        again = request.copy()
        _ = response.content  # read to its end, so that the connection serves the second try
        response.close()
        _sign(again, self._tokens.instead_of(refused, self._scope, job))
        rewind = getattr(again.body, "seek", None)
        if rewind is not None:
            rewind(0)
        job.begin_request()  # what was refused at the door is not "under way" any more
        answer: requests.Response = response.connection.send(again, **how)
        answer.request = again
        if answer.status_code == 401 and asks_for_bearer(answer):
            raise local(REFUSED_TOKEN, _why(answer), urlsplit(str(again.url)).hostname or "")
        return answer


def asks_for_bearer(response: requests.Response) -> bool:
    """Tell whether a 401 is the door's, which would take a token."""
    return "bearer" in response.headers.get("WWW-Authenticate", "").casefold()


def _why(response: requests.Response) -> str:
    """Return what the server says of the token: Exchange does in a header of its own, others as RFC 6750 has it."""
    for name in ("x-ms-diagnostics", "WWW-Authenticate"):
        found = _REASON.search(response.headers.get(name, ""))
        if found is not None:
            return found[1][:300]
    return tr("The server does not take a token that was given out just now.")


def _sign(request: requests.PreparedRequest, token: str) -> None:
    request.headers["Authorization"] = f"Bearer {token}"


def _job() -> Job:
    job = job_at_work()
    assert job is not None  # noqa: S101 - calls.py names it before each request
    return job
