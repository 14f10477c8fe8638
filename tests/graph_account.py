"""Accounts of the sandbox over Microsoft Graph, signed in by its authority."""

from __future__ import annotations

from app.domain.account import Account, AuthKind, BackendKind
from app.domain.message import AccountId
from app.sandbox.oauth.authority import CLIENT_ID
from tests.integration.sandbox.graph import SCOPES
from tests.integration.sandbox.signing_in import asked, form, known, redeem, redirected
from tests.sandbox_fixture import RunningSandbox


def graph_account(sandbox: RunningSandbox, who: str = "clara.fontaine") -> Account:
    """Return the account of a person of the sandbox, over Graph."""
    base = sandbox.url.removesuffix("/EWS/Exchange.asmx")
    address = sandbox.account(who)["address"]
    return Account(
        AccountId("g"),
        address,
        sandbox.graph_url,
        address,
        auth=AuthKind.OAUTH,
        backend=BackendKind.GRAPH,
        ca_file=sandbox.ca_file,
        client_id=CLIENT_ID,
        tenant=f"{base}/common/v2.0",
    )


def refresh_token(sandbox: RunningSandbox, who: str = "clara.fontaine") -> str:
    """Sign a person in, and return the refresh token."""
    person = sandbox.account(who)
    fields, verifier = asked(sandbox, scope=" ".join(("offline_access", *SCOPES)))
    answer = {"username": person["user"], "password": person["password"], "answer": "yes"}
    said = redirected(form(sandbox, known(sandbox)["authorization_endpoint"], **fields, **answer))
    status, given = redeem(sandbox, said["code"], verifier)
    assert status == 200, given
    return str(given["refresh_token"])
