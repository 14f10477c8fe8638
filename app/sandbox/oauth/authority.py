"""The authority's endpoints: where a person signs in, and where a program gets its tokens.

The paths are those that clients of Exchange know. Every client is a public one, so that PKCE with S256 is required and
redirects go to loopback addresses alone (RFC 8252 7.3); the port may be any. In the journal and in fault plans its
operations are "Authorize", "Token" and "DeviceCode".
"""

import base64
import hashlib
import hmac
import html
import json
import re
import secrets
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from aiohttp import web

from app.sandbox.fault_replies import HttpReply, reply, trouble_before
from app.sandbox.faults import FaultRule
from app.sandbox.journal import LoggedRequest
from app.sandbox.oauth.tokens import ACCESS, CODE, DEVICE, PERMISSION, REFRESH, Grant, IssuedTokens, TokenSigner
from app.sandbox.sign_in import check_password
from app.sandbox.store.mail_store import MailStore

_PAGE = (
    "<!DOCTYPE html><html lang='en'><head><meta charset='utf-8'><title>{title}</title></head>"
    "<body><h1>{title}</h1>{content}</body></html>"
)


def page(title: str, content: str) -> str:
    """Make a page; `content` is HTML, the title is text."""
    return _PAGE.format(title=html.escape(title), content=content)


def sign_in(hidden: Mapping[str, str], *, user: str = "", complaint: str = "", code: str | None = None) -> str:
    """Make the form to sign in; `hidden` is handed on, `code` is the user code of the device flow."""
    fields = "".join(
        f"<input type='hidden' name='{html.escape(name)}' value='{html.escape(value)}'>"
        for name, value in hidden.items()
    )
    if code is not None:
        fields += f"<p><label>Code <input name='user_code' value='{html.escape(code)}' autocomplete='off'></label></p>"
    alert = f"<p role='alert'>{html.escape(complaint)}</p>" if complaint else ""
    form = (
        f"{alert}<form method='post'>{fields}"
        f"<p><label>User <input name='username' value='{html.escape(user)}' autocomplete='username'></label></p>"
        "<p><label>Password <input name='password' type='password' autocomplete='current-password'></label></p>"
        "<p><button name='answer' value='yes'>Sign in</button> <button name='answer' value='no'>Cancel</button></p>"
        "</form>"
    )
    return page("Sign in to the Mailwright sandbox", form)


def form_post(address: str, said: Mapping[str, str], nonce: str) -> str:
    """Make the page that brings an answer back as a form (OAuth 2.0 Form Post Response Mode); `nonce` lets it go on."""
    fields = "".join(
        f"<input type='hidden' name='{html.escape(name)}' value='{html.escape(value)}'>" for name, value in said.items()
    )
    form = f"<form method='post' action='{html.escape(address)}'>{fields}<p><button>Continue</button></p></form>"
    return page("Going back to the program", f"{form}<script nonce='{nonce}'>document.forms[0].submit()</script>")


def message(title: str, text: str) -> str:
    """Make a page that says one thing."""
    return page(title, f"<p>{html.escape(text)}</p>")


PREFIX: Final = "/common/oauth2/v2.0"
CLIENT_ID: Final = "5c1d9a52-6f0b-4a4e-9a55-3f1f0f6d2b7e"
"""The client that is known here: any program that is tried with the sandbox."""
_CODE_GRANT: Final = "authorization_code"
_DEVICE_GRANT: Final = "urn:ietf:params:oauth:grant-type:device_code"
_LETTERS: Final = "BCDFGHJKLMNPQRSTVWXZ"

InWorker = Callable[[Callable[[], Any]], Awaitable[Any]]
Note = Callable[[str], tuple[LoggedRequest, list[FaultRule]]]


class _Refusal(Exception):
    """An error of RFC 6749 5.2 or RFC 8628 3.5."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


class Authority:
    """The authority over one store; `base` is set to the server's address once that is known."""

    def __init__(self, store: MailStore, tokens: IssuedTokens, in_worker: InWorker, note: Note) -> None:
        self._store = store
        self._tokens = tokens
        self._in_worker = in_worker
        self._note = note
        self._identity = TokenSigner()
        self.base = ""

    def add_routes(self, app: web.Application) -> None:
        """Put the endpoints into an application."""
        app.router.add_get("/.well-known/oauth-authorization-server", self.metadata)
        app.router.add_get("/common/v2.0/.well-known/openid-configuration", self.metadata)
        app.router.add_get("/common/discovery/v2.0/keys", self.keys)
        app.router.add_get(f"{PREFIX}/authorize", self.authorize)
        app.router.add_post(f"{PREFIX}/authorize", self.authorize)
        app.router.add_post(f"{PREFIX}/token", self.token)
        app.router.add_post(f"{PREFIX}/devicecode", self.device_code)
        app.router.add_get("/common/oauth2/deviceauth", self.device)
        app.router.add_post("/common/oauth2/deviceauth", self.device)

    def announcement(self) -> dict[str, str]:
        """Return what a program needs to know before it can ask."""
        return {
            "client_id": CLIENT_ID,
            "authority": self._issuer,
            "authorize": f"{self.base}{PREFIX}/authorize",
            "token": f"{self.base}{PREFIX}/token",
            "device": f"{self.base}{PREFIX}/devicecode",
            "scope": f"{self.base}/{PERMISSION} offline_access",
        }

    @property
    def _issuer(self) -> str:
        return f"{self.base}/common/v2.0"

    async def keys(self, request: web.Request) -> web.Response:
        """Say what ID tokens are signed with."""
        del request
        return web.json_response(await self._in_worker(self._identity.keys))

    async def metadata(self, request: web.Request) -> web.Response:
        """Say where everything is (RFC 8414)."""
        del request
        known = self.announcement()
        return web.json_response(
            {
                "issuer": self._issuer,
                "jwks_uri": f"{self.base}/common/discovery/v2.0/keys",
                "authorization_endpoint": known["authorize"],
                "token_endpoint": known["token"],
                "device_authorization_endpoint": known["device"],
                "response_types_supported": ["code"],
                "response_modes_supported": ["query", "form_post"],
                "subject_types_supported": ["pairwise"],
                "id_token_signing_alg_values_supported": ["RS256"],
                "grant_types_supported": [_CODE_GRANT, "refresh_token", _DEVICE_GRANT],
                "code_challenge_methods_supported": ["S256"],
                "token_endpoint_auth_methods_supported": ["none"],
                "scopes_supported": [PERMISSION, "offline_access", "openid", "profile"],
            }
        )

    async def authorize(self, request: web.Request) -> web.StreamResponse:
        """Show the form to sign in, and answer it with a redirect that carries the code (RFC 6749 4.1.1, 4.1.2)."""
        entry, rules = self._note("Authorize")
        early = await trouble_before(request, rules)
        answer = early or await self._authorize(request, next((one for one in rules if _is_said(one)), None))
        entry.status = answer.status
        return answer

    async def _authorize(self, request: web.Request, rule: FaultRule | None) -> web.StreamResponse:
        given = {**request.query, **({str(k): str(v) for k, v in (await request.post()).items()})}
        redirect = given.get("redirect_uri", "")
        if given.get("client_id") != CLIENT_ID or not is_loopback(redirect):
            words = "client_id is unknown, or redirect_uri is no loopback address."
            return _html(message("This request cannot be answered", words), 400)
        refusal = _ordered(rule) if rule is not None else _check_authorize(given)
        if refusal is not None:
            return _return(given, refusal)
        hidden = {name: value for name, value in given.items() if name not in {"username", "password", "answer"}}
        if request.method == "GET":
            return _html(sign_in(hidden, user=given.get("login_hint", "")))
        if given.get("answer") == "no":
            return _return(given, {"error": "access_denied"})
        name, password = given.get("username", ""), given.get("password", "")
        person = await self._in_worker(lambda: check_password(self._store, name, password))
        if person is None:
            return _html(sign_in(hidden, user=name, complaint="The user or the password is not right."))
        details = {"redirect_uri": redirect, "challenge": given["code_challenge"], "nonce": given.get("nonce", "")}
        grant = Grant(person.id, CLIENT_ID, given.get("scope", ""), details)
        code = await self._in_worker(lambda: self._tokens.give(CODE, grant))
        return _return(given, {"code": code})

    async def token(self, request: web.Request) -> web.StreamResponse:
        """Give out tokens for a code, a refresh token or a device code (RFC 6749 4.1.3 and 6, RFC 8628 3.4)."""
        return await self._serve(request, "Token", self._answer)

    async def _serve(
        self, request: web.Request, operation: str, work: Callable[[Mapping[str, str]], dict[str, Any]]
    ) -> web.StreamResponse:
        """Answer a form with JSON, written down and open to trouble as all requests are."""
        given = {str(name): str(value) for name, value in (await request.post()).items()}
        entry, rules = self._note(operation)
        early = await trouble_before(request, rules)
        if early is not None:
            entry.status = early.status
            return early
        status = 200
        try:
            rule = next((one for one in rules if _is_said(one)), None)
            said = _ordered(rule) if rule is not None else await self._in_worker(lambda: work(given))
            status = 400 if rule is not None else 200
        except _Refusal as refusal:
            status, said = 400, {"error": refusal.code, "error_description": str(refusal)}
        answer = HttpReply(status, json.dumps(said).encode(), "application/json; charset=utf-8")
        response = await reply(request, answer, rules, entry)
        if not response.prepared:
            response.headers.update(_NO_STORE)
        return response

    def _answer(self, given: Mapping[str, str]) -> dict[str, Any]:
        if given.get("client_id") != CLIENT_ID:
            raise _Refusal("invalid_client", "client_id is unknown.")
        kind = given.get("grant_type")
        if kind == _CODE_GRANT:
            return self._give(self._redeem_code(given))
        if kind == "refresh_token":
            grant = self._tokens.redeem(REFRESH, given.get("refresh_token", ""))
            if grant is None:
                raise _Refusal("invalid_grant", "The refresh token is unknown, used or expired.")
            scope = given.get("scope") or grant.scope
            return self._give(Grant(grant.person, grant.client, scope, {}))
        if kind == _DEVICE_GRANT:
            return self._give(self._redeem_device(given.get("device_code", "")))
        raise _Refusal("unsupported_grant_type", "grant_type is not one of those that are served.")

    def _redeem_code(self, given: Mapping[str, str]) -> Grant:
        grant = self._tokens.redeem(CODE, given.get("code", ""))
        if grant is None or grant.details["redirect_uri"] != given.get("redirect_uri"):
            raise _Refusal("invalid_grant", "The code is unknown, used or expired, or was for another redirect_uri.")
        digest = hashlib.sha256(given.get("code_verifier", "").encode("utf-8", "replace")).digest()
        made = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if not hmac.compare_digest(made, str(grant.details["challenge"])):
            raise _Refusal("invalid_grant", "code_verifier is not what code_challenge was made from.")
        return grant

    def _redeem_device(self, code: str) -> Grant:
        grant = self._tokens.look(DEVICE, code)
        if grant is None:
            known = self._tokens.look(DEVICE, code, expired=True)
            raise _Refusal("expired_token" if known else "invalid_grant", "The device code is expired or unknown.")
        if grant.details.get("refused"):
            self._tokens.redeem(DEVICE, code)
            raise _Refusal("access_denied", "The person has refused.")
        if not grant.person:
            raise _Refusal("authorization_pending", "Nobody has signed in yet.")
        self._tokens.redeem(DEVICE, code)
        return grant

    def _give(self, grant: Grant) -> dict[str, Any]:
        plain = Grant(grant.person, grant.client, grant.scope, {})
        scopes = grant.scope.split()
        answer: dict[str, Any] = {
            "token_type": "Bearer",
            "scope": grant.scope,
            "expires_in": int(self._tokens.lifetimes[ACCESS]),
            "access_token": self._tokens.give(ACCESS, plain),
        }
        if "offline_access" in scopes:
            answer["refresh_token"] = self._tokens.give(REFRESH, plain)
        person = self._store.people.with_id(grant.person)
        if "openid" in scopes and person is not None:
            nonce = str(grant.details.get("nonce", ""))
            answer["id_token"] = self._identity.token(self._issuer, grant.client, person, nonce)
        return answer

    async def device_code(self, request: web.Request) -> web.StreamResponse:
        """Begin the device flow (RFC 8628 3.1 and 3.2)."""
        return await self._serve(request, "DeviceCode", self._begin_device)

    def _begin_device(self, given: Mapping[str, str]) -> dict[str, Any]:
        if given.get("client_id") != CLIENT_ID:
            raise _Refusal("invalid_client", "client_id is unknown.")
        user_code = "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(2))
        grant = Grant(0, CLIENT_ID, str(given.get("scope", "")), {"user_code": user_code})
        code = self._tokens.give(DEVICE, grant)
        pointer = Grant(0, CLIENT_ID, "", {"device_code": code})
        self._tokens.give(DEVICE, pointer, value=user_code)
        where = f"{self.base}/common/oauth2/deviceauth"
        return {
            "device_code": code,
            "user_code": user_code,
            "verification_uri": where,
            "verification_uri_complete": f"{where}?user_code={user_code}",
            "expires_in": int(self._tokens.lifetimes[DEVICE]),
            "interval": 1,
            "message": f"Open {where} and enter the code {user_code}.",
        }

    async def device(self, request: web.Request) -> web.Response:
        """Show the form for the user code, and take its answer (RFC 8628 3.3)."""
        if request.method == "GET":
            return _html(sign_in({}, code=request.query.get("user_code", "")))
        given = {str(name): str(value) for name, value in (await request.post()).items()}
        complaint = await self._in_worker(lambda: self._settle_device(given))
        if complaint:
            code = given.get("user_code", "")
            return _html(sign_in({}, user=given.get("username", ""), complaint=complaint, code=code))
        return _html(message("Thank you", "You can close this page and go back to the program."))

    def _settle_device(self, given: Mapping[str, str]) -> str:
        user_code = given.get("user_code", "").strip().upper()
        pointer = self._tokens.look(DEVICE, user_code)
        grant = pointer and self._tokens.look(DEVICE, str(pointer.details.get("device_code")))
        if pointer is None or grant is None or "device_code" not in pointer.details:
            return "The code is unknown or expired."
        if given.get("answer") == "no":
            settled = Grant(0, grant.client, grant.scope, {**grant.details, "refused": True})
        else:
            person = check_password(self._store, given.get("username", ""), given.get("password", ""))
            if person is None:
                return "The user or the password is not right."
            settled = Grant(person.id, grant.client, grant.scope, grant.details)
        self._tokens.redeem(DEVICE, user_code)
        self._tokens.give(DEVICE, settled, value=str(pointer.details["device_code"]))
        return ""


_NO_STORE: Final = {"Cache-Control": "no-store", "Pragma": "no-cache"}


def is_loopback(address: str) -> bool:
    """Say whether a redirect goes to a program on this machine."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    plain = parts.scheme == "http" and not parts.fragment and "@" not in parts.netloc
    return plain and parts.hostname in {"127.0.0.1", "::1", "localhost"}


def _check_authorize(given: Mapping[str, str]) -> dict[str, str] | None:
    if given.get("response_type") != "code":
        return {"error": "unsupported_response_type"}
    challenge = given.get("code_challenge", "")
    if given.get("code_challenge_method") != "S256" or not re.fullmatch(r"[A-Za-z0-9_-]{43}", challenge):
        return {"error": "invalid_request", "error_description": "PKCE with S256 is required."}
    if given.get("prompt") == "none":
        return {"error": "login_required"}
    return None


def _html(text: str, status: int = 200) -> web.Response:
    headers = {**_NO_STORE, "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'"}
    return web.Response(status=status, text=text, content_type="text/html", headers=headers)


def _is_said(rule: FaultRule) -> bool:
    return rule.action == "oauth-error"


def _ordered(rule: FaultRule) -> dict[str, str]:
    """Return the error that a rule wants: its code, and in its text what Entra ID would say."""
    return {"error": rule.code, **({"error_description": rule.text} if rule.text else {})}


def _return(given: Mapping[str, str], said: Mapping[str, str]) -> web.Response:
    """Send the browser back to the program, in the way that this asked for."""
    answer = {**said, **({"state": given["state"]} if "state" in given else {})}
    if given.get("response_mode") != "form_post":
        return _redirect(given["redirect_uri"], answer)
    nonce = secrets.token_urlsafe(16)
    policy = f"default-src 'none'; script-src 'nonce-{nonce}'; frame-ancestors 'none'"
    headers = {**_NO_STORE, "Content-Security-Policy": policy}
    text = form_post(given["redirect_uri"], answer, nonce)
    return web.Response(text=text, content_type="text/html", headers=headers)


def _redirect(address: str, said: Mapping[str, str]) -> web.Response:
    query = urlencode(said)
    joined = f"{address}{'&' if urlsplit(address).query else '?'}{query}"
    return web.Response(status=302, headers={**_NO_STORE, "Location": joined})
