"""What a program does to get its tokens from the sandbox's authority."""

import base64
import hashlib
import json
import secrets
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from app.sandbox.oauth.authority import CLIENT_ID
from tests.sandbox_fixture import Reply, RunningSandbox

CLARA = "clara.fontaine@contoso.com"
REDIRECT = "http://127.0.0.1:51234/done"
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def known(sandbox: RunningSandbox) -> dict[str, Any]:
    """Read where everything is."""
    base = sandbox.url.removesuffix("/EWS/Exchange.asmx")
    found: dict[str, Any] = json.loads(sandbox.request("GET", f"{base}/.well-known/oauth-authorization-server").content)
    return found


def client_id(sandbox: RunningSandbox) -> str:
    """The one client that the authority knows."""
    return CLIENT_ID


def form(sandbox: RunningSandbox, url: str, **fields: str) -> Reply:
    """Post a form."""
    return sandbox.request("POST", url, urlencode(fields).encode(), _FORM)


def asked(sandbox: RunningSandbox, **more: str) -> tuple[dict[str, str], str]:
    """What a program sends a person to the authority with, and the verifier it keeps."""
    verifier = secrets.token_urlsafe(48)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    fields = {
        "client_id": client_id(sandbox),
        "response_type": "code",
        "redirect_uri": REDIRECT,
        "scope": "EWS.AccessAsUser.All offline_access",
        "state": "s-1",
        "code_challenge": challenge,
        "code_challenge_method": "S256",
        **more,
    }
    return fields, verifier


def redirected(reply: Reply) -> dict[str, str]:
    """What a redirect carries back to the program."""
    assert reply.status == 302
    assert reply.headers["location"].startswith(REDIRECT)
    return {name: values[0] for name, values in parse_qs(urlsplit(reply.headers["location"]).query).items()}


def code_for(sandbox: RunningSandbox, **more: str) -> tuple[str, str]:
    """Sign Clara in; returns the code and the verifier."""
    fields, verifier = asked(sandbox, **more)
    answer = {"username": CLARA, "password": sandbox.first["password"], "answer": "yes"}
    said = redirected(form(sandbox, known(sandbox)["authorization_endpoint"], **fields, **answer))
    assert said["state"] == "s-1"
    return said["code"], verifier


def token(sandbox: RunningSandbox, **fields: str) -> tuple[int, dict[str, Any]]:
    """Ask the token endpoint; returns its status and what it says."""
    reply = form(sandbox, known(sandbox)["token_endpoint"], **{"client_id": client_id(sandbox), **fields})
    assert reply.headers["cache-control"] == "no-store"
    said: dict[str, Any] = json.loads(reply.content)
    return reply.status, said


def redeem(sandbox: RunningSandbox, code: str, verifier: str, **more: str) -> tuple[int, dict[str, Any]]:
    """Turn a code into tokens."""
    fields = {"grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT, "code_verifier": verifier}
    return token(sandbox, **{**fields, **more})


def by_code(sandbox: RunningSandbox) -> dict[str, Any]:
    """Go through the whole code flow; returns the tokens."""
    status, said = redeem(sandbox, *code_for(sandbox))
    assert status == 200
    return said
