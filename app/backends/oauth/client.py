"""The flows, by msal, over our own connections.

msal keeps nothing for us: its cache is one that forgets, since the refresh token belongs into the keyring and the
access token into `tokens.py`. It logs answers at DEBUG, so that its logs are shut.
"""

from __future__ import annotations

import json
import logging
import ssl
from collections.abc import Mapping
from typing import Any, Final, NamedTuple
from urllib.parse import urlsplit

import msal
import requests

from app.backends.net.connection import job_at_work, new_session, work_on
from app.backends.net.http_errors import seconds_of, trouble_before
from app.backends.net.tls import trust
from app.backends.oauth.errors import broken, local, refusal
from app.backends.port import Job
from app.core.i18n import tr
from app.core.parsing import LARGEST, json_in, seconds_in
from app.domain.account import Account, BackendKind, cloud_of
from app.domain.errors import AccountError, MailError, TroubleKind, error_for
from app.domain.sign_in import NO_CLIENT_ID, NO_REFRESH_TOKEN

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
    said = json_in(response.content)
    if response.status_code in {429, 500, 502, 503, 504}:
        raise broken(host, response.status_code, after)
    if not isinstance(said, dict):
        raise broken(host, response.status_code, after)
    if response.status_code >= 400 and "error" not in said:
        raise broken(host, response.status_code, after)
    if response.status_code >= 400 and response.request.method == "GET":
        raise refusal(said, host, response.status_code)
    return response


logging.getLogger("msal").setLevel(logging.CRITICAL + 1)

MICROSOFT: Final = "https://login.microsoftonline.com"
_CAPABILITY: Final = "cp1"
"""Says that a 401 that asks for claims is understood: only then is access evaluated all the time."""
_ANY_TENANT: Final = "organizations"
_MICROSOFTS: Final = frozenset(
    {
        "login.microsoftonline.com",
        "login.microsoftonline.us",
        "login.partner.microsoftonline.cn",
        "login.sovcloud-identity.de",
        "login.sovcloud-identity.fr",
        "login.sovcloud-identity.sg",
    }
)
"""Hosts of Entra ID, whose addresses lack the version that other authorities have in theirs."""


class TokenResponse(NamedTuple):
    """Tokens that were given out; `seconds` is how long the access token is good for."""

    access: str
    refresh: str
    seconds: float
    user: str = ""

    def __repr__(self) -> str:
        """Leave the tokens out of whatever prints this."""
        return f"Answer(user={self.user!r})"


class _Forgetful(msal.TokenCache):  # type: ignore[misc] # msal has no types
    def add(self, event: Mapping[str, Any], now: int | None = None) -> None:
        """Keep nothing."""


class Client:
    """One registration with one authority. Safe for one thread at a time; made without network."""

    def __init__(self, account: Account) -> None:
        """Prepare for `account`. Raises AccountError where its client id is missing or its CA file cannot be read."""
        self._authority = authority_of(account.tenant, account.endpoint)
        self.host = urlsplit(self._authority).hostname or ""
        self._client_id = account.client_id
        self._evaluated = account.backend is BackendKind.GRAPH
        if not account.client_id:
            raise local(NO_CLIENT_ID, tr("The account has no client id."), self.host)
        try:
            self._http = Http(account, trust(account.ca_file))
        except OSError as error:
            detail = tr("The CA file cannot be read: {why}", why=error)
            raise local("CaFile", detail, self.host, TroubleKind.NOT_GENUINE) from None
        self._made: Any = None

    def refresh(self, refresh_token: str, scope: str, job: Job, claims: str = "") -> TokenResponse:
        """Trade a refresh token for an access token, which is to answer `claims`. Raises AccountError, port.Stopped."""
        app = self._app(job)
        data = {"claims": _with_capabilities(claims)} if claims or self._evaluated else {}
        said = self._call(lambda: app.acquire_token_by_refresh_token(refresh_token, scope.split(), data=data))
        return self._answer(said, otherwise=refresh_token)

    def begin_code(self, scope: str, redirect: str, hint: str, job: Job) -> dict[str, Any]:
        """Return msal's flow for the code (RFC 6749 4.1 with PKCE); `auth_uri` and `state` are in it."""
        app = self._app(job)
        flow: dict[str, Any] = app.initiate_auth_code_flow(
            scope.split(), redirect_uri=redirect, login_hint=hint, response_mode="form_post"
        )
        return flow

    def finish_code(self, flow: dict[str, Any], response: Mapping[str, str], job: Job) -> TokenResponse:
        """Trade the code that came back. Raises AccountError, port.Stopped."""
        app = self._app(job)
        return self._answer(self._call(lambda: app.acquire_token_by_auth_code_flow(flow, dict(response))))

    def begin_device(self, scope: str, job: Job) -> dict[str, Any]:
        """Return msal's flow for a device: `user_code`, `verification_uri`, `interval` and `expires_in` are in it."""
        app = self._app(job)
        flow: dict[str, Any] = self._call(lambda: app.initiate_device_flow(scope.split()))
        if "user_code" not in flow:
            raise refusal(flow, self.host)
        return flow

    def ask_device(self, flow: dict[str, Any], job: Job) -> TokenResponse | None:
        """Ask once whether the person has signed in; None for not yet. Raises AccountError, port.Stopped."""
        app = self._app(job)
        said = self._call(lambda: app.acquire_token_by_device_flow(flow, exit_condition=lambda _: True))
        if said.get("error") in {"authorization_pending", "slow_down"}:
            return None
        return self._answer(said)

    def close(self) -> None:
        """Close idle connections."""
        self._http.close()

    def _app(self, job: Job) -> Any:
        self._http.job = job
        if self._made is None:
            self._made = self._call(self._make)
        return self._made

    def _make(self) -> Any:
        shared: dict[str, Any] = {"token_cache": _Forgetful(), "http_client": self._http}
        if self._evaluated:
            shared["client_capabilities"] = [_CAPABILITY]
        if self.host in _MICROSOFTS:
            # Its name is known here, so that no request is needed to find out whether it is Microsoft's.
            return msal.PublicClientApplication(
                self._client_id, authority=self._authority, instance_discovery=False, **shared
            )
        return msal.PublicClientApplication(self._client_id, oidc_authority=self._authority, **shared)

    def _call(self, ask: Any) -> Any:
        """Return what msal does; what it stumbles over in an answer is an answer that no authority gives."""
        try:
            return ask()
        except MailError:
            raise
        except (ValueError, KeyError, TypeError, AttributeError):
            raise broken(self.host, 200) from None

    def _answer(self, said: Mapping[str, Any], otherwise: str = "") -> TokenResponse:
        access, refresh = said.get("access_token"), said.get("refresh_token") or otherwise
        if not isinstance(access, str) or not access:
            raise refusal(said, self.host) if "error" in said else broken(self.host, 200)
        if not isinstance(refresh, str) or not refresh:
            raise local(NO_REFRESH_TOKEN, tr("The authority gave no refresh token (offline_access)."), self.host)
        claims = said.get("id_token_claims")
        user = claims.get("preferred_username") or claims.get("upn") if isinstance(claims, dict) else ""
        return TokenResponse(access, refresh, _seconds(said.get("expires_in")), str(user or ""))


def _with_capabilities(claims: str) -> str:
    """Return claims that are asked for, and that this program answers a challenge for more."""
    wanted = json_in(claims) if claims else {}
    access = {**wanted.get("access_token", {}), "xms_cc": {"values": [_CAPABILITY]}}
    return json.dumps({**wanted, "access_token": access})


def authority_of(tenant: str, endpoint: str = "") -> str:
    """Return the address of an authority, for an organisation's name or id, a whole address, or nothing.

    A name or an id is one of the cloud that `endpoint` belongs to: each of Microsoft's has a sign-in of its own.
    """
    if "://" in tenant:
        return tenant.rstrip("/")
    cloud = cloud_of(endpoint)
    return f"{MICROSOFT if cloud is None else f'https://{cloud.login}'}/{tenant or _ANY_TENANT}"


def _seconds(told: object) -> float:
    return seconds_in(str(told), 600.0, most=float(LARGEST))  # RFC 6749 5.1 only recommends to tell it


__all__ = ["AccountError", "Client", "TokenResponse", "authority_of"]
