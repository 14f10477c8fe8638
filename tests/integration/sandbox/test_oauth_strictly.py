"""The sandbox's authority where it is strict: tokens for others, forms that come back, ID tokens, errors on order."""

import json
import re

import jwt
import pytest

from tests.integration.sandbox import soap
from tests.integration.sandbox.signing_in import CLARA, asked, by_code, code_for, form, known, redeem, redirected, token
from tests.sandbox_fixture import Reply, RunningSandbox, envelope


def ask(sandbox: RunningSandbox, access: str) -> Reply:
    headers = {"Content-Type": "text/xml; charset=utf-8", "Authorization": f"Bearer {access}"}
    return sandbox.request("POST", sandbox.url, envelope(soap.find()).encode(), headers)


@pytest.mark.parametrize(
    ("scope", "reason"),
    [
        ("https://graph.microsoft.com/Mail.Send offline_access", "audience"),
        ("https://outlook.office365.com/EWS.AccessAsUser.All offline_access", "audience"),
        ("https://localhost/Mail.Read offline_access", "not enough scope"),
        ("openid profile offline_access", "audience"),
    ],
)
def test_a_token_that_is_meant_for_others_opens_nothing(sandbox: RunningSandbox, scope: str, reason: str) -> None:
    _, said = redeem(sandbox, *code_for(sandbox, scope=scope))
    reply = ask(sandbox, said["access_token"])
    assert reply.status == 401
    assert reason in reply.headers["x-ms-diagnostics"]
    assert sandbox.journal("FindItem") == []


def test_a_token_that_has_expired_or_was_never_given_is_told_as_such(sandbox: RunningSandbox) -> None:
    sandbox.admin("POST", "tokens", {"lifetimes": {"access": -1}})
    late = ask(sandbox, by_code(sandbox)["access_token"])
    assert (late.status, "expired" in late.headers["x-ms-diagnostics"]) == (401, True)
    assert "withdrawn" in ask(sandbox, "made up").headers["x-ms-diagnostics"]


def test_an_id_token_says_who_signed_in_and_can_be_checked(sandbox: RunningSandbox) -> None:
    scope = "https://localhost/EWS.AccessAsUser.All openid profile offline_access"
    _, said = redeem(sandbox, *code_for(sandbox, scope=scope, nonce="n-1"))
    keys = jwt.PyJWKSet.from_json(sandbox.request("GET", known(sandbox)["jwks_uri"]).content.decode())
    claims = jwt.decode(
        said["id_token"],
        keys.keys[0].key,
        algorithms=["RS256"],
        audience=asked(sandbox)[0]["client_id"],
        issuer=known(sandbox)["issuer"],
    )
    assert (claims["preferred_username"], claims["nonce"]) == (CLARA, "n-1")
    assert "id_token" not in by_code(sandbox)


def test_the_answer_comes_back_as_a_form_where_that_was_asked_for(sandbox: RunningSandbox) -> None:
    fields, verifier = asked(sandbox, response_mode="form_post", state='"><b>')
    answer = {"username": CLARA, "password": sandbox.first["password"], "answer": "yes"}
    page = form(sandbox, known(sandbox)["authorization_endpoint"], **fields, **answer)
    assert (page.status, "location" in page.headers) == (200, False)
    assert b"<b>" not in page.content
    code = re.search(rb"name='code' value='([^']+)'", page.content)
    assert code is not None
    assert redeem(sandbox, code[1].decode(), verifier)[0] == 200


def test_errors_come_on_order_at_each_end(sandbox: RunningSandbox) -> None:
    said = {"action": "oauth-error", "code": "access_denied", "text": "AADSTS65004: declined"}
    sandbox.faults([{**said, "operation": name} for name in ("Authorize", "Token", "DeviceCode")])
    fields, _ = asked(sandbox)
    refused = redirected(form(sandbox, known(sandbox)["authorization_endpoint"], **fields))
    assert refused == {"error": "access_denied", "error_description": "AADSTS65004: declined", "state": "s-1"}
    assert token(sandbox, grant_type="refresh_token", refresh_token="x") == (
        400,
        {"error": "access_denied", "error_description": "AADSTS65004: declined"},
    )
    reply = form(sandbox, known(sandbox)["device_authorization_endpoint"])
    assert json.loads(reply.content)["error"] == "access_denied"
    told = [(one["operation"], one["status"]) for one in sandbox.journal(bodies=True)]
    assert told == [("Authorize", 302), ("Token", 400), ("DeviceCode", 400)]


def test_what_goes_to_the_authority_is_not_kept(sandbox: RunningSandbox) -> None:
    by_code(sandbox)
    assert {one["body"] for one in sandbox.journal(bodies=True)} == {""}


def test_a_refresh_token_may_bring_a_token_for_something_else(sandbox: RunningSandbox) -> None:
    first = by_code(sandbox)
    scope = "https://graph.microsoft.com/Mail.Send offline_access"
    _, other = token(sandbox, grant_type="refresh_token", refresh_token=first["refresh_token"], scope=scope)
    assert ask(sandbox, other["access_token"]).status == 401
