"""The sandbox's authority: the code flow with PKCE, the device flow, refresh, and what it refuses."""

import json

import pytest

from tests.integration.sandbox import soap
from tests.integration.sandbox.signing_in import (
    CLARA,
    asked,
    by_code,
    client_id,
    code_for,
    form,
    known,
    redeem,
    redirected,
    token,
)
from tests.sandbox_fixture import RunningSandbox, envelope

DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"


def served(sandbox: RunningSandbox, access: str) -> int:
    headers = {"Content-Type": "text/xml; charset=utf-8", "Authorization": f"Bearer {access}"}
    return sandbox.request("POST", sandbox.url, envelope(soap.find()).encode(), headers).status


def test_a_person_who_signs_in_gets_a_token_that_the_service_takes(sandbox: RunningSandbox) -> None:
    said = by_code(sandbox)
    assert said["token_type"] == "Bearer"
    assert said["expires_in"] == 3600
    assert served(sandbox, said["access_token"]) == 200
    assert sandbox.journal()[-1]["user"] == CLARA


def test_the_form_is_shown_with_the_hint_and_again_after_a_wrong_password(sandbox: RunningSandbox) -> None:
    fields, _ = asked(sandbox, login_hint="<clara>")
    where = known(sandbox)["authorization_endpoint"]
    shown = form(sandbox, where, **fields, username="x", password="y", answer="yes")
    assert shown.status == 200
    assert b"role='alert'" in shown.content
    from urllib.parse import urlencode

    page = sandbox.request("GET", f"{where}?{urlencode(fields)}").content
    assert b"&lt;clara&gt;" in page
    assert b"<clara>" not in page
    refused = redirected(form(sandbox, where, **fields, answer="no"))
    assert refused == {"error": "access_denied", "state": "s-1"}


@pytest.mark.parametrize(
    ("more", "error"),
    [
        ({"code_challenge": ""}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"prompt": "none"}, "login_required"),
    ],
)
def test_what_cannot_be_granted_goes_back_as_an_error(
    sandbox: RunningSandbox, more: dict[str, str], error: str
) -> None:
    fields, _ = asked(sandbox, **more)
    assert redirected(form(sandbox, known(sandbox)["authorization_endpoint"], **fields))["error"] == error


@pytest.mark.parametrize(
    "more",
    [
        {"redirect_uri": "https://elsewhere.example/"},
        {"redirect_uri": "http://127.0.0.1@elsewhere.example/"},
        {"redirect_uri": "http://[bad"},
        {"client_id": "somebody else"},
    ],
)
def test_nothing_is_ever_sent_to_a_place_that_is_not_on_this_machine(
    sandbox: RunningSandbox, more: dict[str, str]
) -> None:
    fields, _ = asked(sandbox, **more)
    reply = form(sandbox, known(sandbox)["authorization_endpoint"], **fields)
    assert reply.status == 400
    assert "location" not in reply.headers


def test_a_code_is_good_once_and_for_its_own_verifier_and_redirect(sandbox: RunningSandbox) -> None:
    code, verifier = code_for(sandbox)
    assert redeem(sandbox, code, verifier)[0] == 200
    assert redeem(sandbox, code, verifier)[1]["error"] == "invalid_grant"
    assert redeem(sandbox, code_for(sandbox)[0], "another verifier")[1]["error"] == "invalid_grant"
    code, verifier = code_for(sandbox)
    other = redeem(sandbox, code, verifier, redirect_uri="http://127.0.0.1:1/")
    assert other[1]["error"] == "invalid_grant"
    assert redeem(sandbox, "never given", verifier, client_id="x")[1]["error"] == "invalid_client"
    assert token(sandbox, grant_type="password")[1]["error"] == "unsupported_grant_type"


def test_a_refresh_token_brings_new_tokens_once(sandbox: RunningSandbox) -> None:
    first = by_code(sandbox)
    status, second = token(sandbox, grant_type="refresh_token", refresh_token=first["refresh_token"])
    assert status == 200
    assert served(sandbox, second["access_token"]) == 200
    assert token(sandbox, grant_type="refresh_token", refresh_token=first["refresh_token"])[0] == 400
    assert token(sandbox, grant_type="refresh_token", refresh_token=second["refresh_token"])[0] == 200


def test_without_offline_access_there_is_no_refresh_token(sandbox: RunningSandbox) -> None:
    _, said = redeem(sandbox, *code_for(sandbox, scope="EWS.AccessAsUser.All"))
    assert "refresh_token" not in said


def begin_device(sandbox: RunningSandbox) -> dict[str, str]:
    where = known(sandbox)["device_authorization_endpoint"]
    reply = form(sandbox, where, client_id=client_id(sandbox), scope="EWS.AccessAsUser.All offline_access")
    said: dict[str, str] = json.loads(reply.content)
    return said


def poll(sandbox: RunningSandbox, device: dict[str, str]) -> tuple[int, dict[str, str]]:
    return token(sandbox, grant_type=DEVICE_GRANT, device_code=device["device_code"])


def test_a_device_waits_until_the_person_has_signed_in_elsewhere(sandbox: RunningSandbox) -> None:
    device = begin_device(sandbox)
    assert poll(sandbox, device)[1]["error"] == "authorization_pending"
    page = sandbox.request("GET", device["verification_uri_complete"])
    assert device["user_code"].encode() in page.content
    fields = {"user_code": device["user_code"].lower(), "username": CLARA, "answer": "yes"}
    wrong = form(sandbox, device["verification_uri"], **fields, password="wrong")
    assert b"role='alert'" in wrong.content
    done = form(sandbox, device["verification_uri"], **fields, password=sandbox.first["password"])
    assert b"close this page" in done.content
    status, said = poll(sandbox, device)
    assert status == 200
    assert served(sandbox, said["access_token"]) == 200
    assert poll(sandbox, device)[1]["error"] == "invalid_grant"


def test_a_device_hears_of_a_refusal_and_of_a_code_that_is_too_old(sandbox: RunningSandbox) -> None:
    device = begin_device(sandbox)
    form(sandbox, device["verification_uri"], user_code=device["user_code"], answer="no")
    assert poll(sandbox, device)[1]["error"] == "access_denied"
    sandbox.admin("POST", "tokens", {"lifetimes": {"device": -1}})
    late = begin_device(sandbox)
    assert poll(sandbox, late)[1]["error"] == "expired_token"
    assert b"unknown or expired" in form(sandbox, late["verification_uri"], user_code=late["user_code"]).content
