"""What msal asks the network by: connections that a job can cut, the account's own trust, deadlines, no retries."""

from __future__ import annotations

import json
import ssl
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import requests

from app.backends.ews.connection import job_at_work, new_session, work_on
from app.backends.ews.troubles import trouble_before
from app.backends.ews.wire import seconds_of
from app.backends.oauth.errors import broken, refusal
from app.backends.port import Job
from app.domain.account import Account
from app.domain.errors import error_for

_CONNECT_SECONDS = 15.0
_LONGEST = 30.0
"""Seconds that an authority has for one answer; it is asked for small things."""


class Http:
    """The `http_client` of msal. `job` is the one on whose behalf it asks; each request is a job of its own in that.

    So what the authority was asked never counts as something that Exchange may have done.
    """

    def __init__(self, account: Account, context: ssl.SSLContext) -> None:
        """Trust whom `context` trusts, and go by the account's proxy."""
        self._account = account
        self._context = context
        self._sessions: dict[str, requests.Session] = {}
        self.job = Job(0)

    def get(self, url: str, **more: Any) -> requests.Response:
        """GET. Raises AccountError, port.Stopped."""
        return self._ask("GET", url, **more)

    def post(self, url: str, **more: Any) -> requests.Response:
        """POST. Raises AccountError, port.Stopped."""
        return self._ask("POST", url, **more)

    def close(self) -> None:
        """Close idle connections."""
        for session in self._sessions.values():
            session.close()
        self._sessions.clear()

    def _ask(
        self,
        method: str,
        url: str,
        params: Mapping[str, str] | None = None,
        data: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        **_: Any,
    ) -> requests.Response:
        host = urlsplit(url).hostname or ""
        if urlsplit(url).scheme != "https":
            raise broken(host, 200)  # an authority that names an endpoint in the clear is none
        self.job.go_on()
        own = Job(min(self.job.remaining(), _LONGEST))
        self.job.attach(lambda: own.stop(self.job.stopped) if self.job.stopped else None)
        outer = job_at_work()
        work_on(own)
        try:
            own.begin_request()
            response = self._session(url, host).request(
                method,
                url,
                params=params,
                data=data,
                headers=headers,
                timeout=(min(_CONNECT_SECONDS, own.remaining()), own.remaining()),
                allow_redirects=False,
            )
        except OSError as error:  # requests' own are OSError too
            self.job.go_on()
            raise error_for(trouble_before(error, url, host)) from None
        finally:
            work_on(outer)
            own.attach(None)
            self.job.attach(None)
        return _checked(response, host)

    def _session(self, url: str, host: str) -> requests.Session:
        if host not in self._sessions:
            self._sessions[host] = new_session(url, self._context, self._account)
        return self._sessions[host]


def _checked(response: requests.Response, host: str) -> requests.Response:
    """Hand on what msal can read: JSON. What it would lose (a discovery refused, a fault, a page) is raised here."""
    after = seconds_of(response.headers.get("Retry-After", ""))
    try:
        said = json.loads(response.content)
    except ValueError:
        said = None
    if response.status_code in {429, 500, 502, 503, 504}:
        raise broken(host, response.status_code, after)
    if not isinstance(said, dict):
        raise broken(host, response.status_code, after)
    if response.status_code >= 400 and "error" not in said:
        raise broken(host, response.status_code, after)
    if response.status_code >= 400 and response.request.method == "GET":
        raise refusal(said, host, response.status_code)
    return response
