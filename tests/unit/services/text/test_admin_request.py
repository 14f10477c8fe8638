"""Where an administrator consents, and what a person sends them."""

from __future__ import annotations

import pytest

from app.domain.account import Account, AuthKind
from app.domain.message import AccountId
from app.services.text.sign_in_text import admin_request, consent_link, needs_admin


def account(tenant: str = "") -> Account:
    return Account(AccountId("a"), "anna@contoso.com", "", "anna", AuthKind.OAUTH, client_id="an id", tenant=tenant)


@pytest.mark.parametrize(
    ("tenant", "link"),
    [
        ("", "https://login.microsoftonline.com/contoso.com/adminconsent?client_id=an%20id"),
        ("fabrikam.com", "https://login.microsoftonline.com/fabrikam.com/adminconsent?client_id=an%20id"),
        (
            "https://login.microsoftonline.us/t/v2.0/",
            "https://login.microsoftonline.us/t/adminconsent?client_id=an%20id",
        ),
        ("https://login.microsoftonline.us/t", "https://login.microsoftonline.us/t/adminconsent?client_id=an%20id"),
    ],
)
def test_the_link_names_the_organisation_and_the_program(tenant: str, link: str) -> None:
    assert consent_link(account(tenant)) == link
    assert link in admin_request(account(tenant), "AADSTS65001: consent")


@pytest.mark.parametrize(
    ("detail", "needed"),
    [
        ("AADSTS65001: The user has not consented.", True),
        ("AADSTS90094: Admin consent is required.", True),
        ("consent_required", True),
        ("AADSTS50126: wrong password", False),
        ("The server said AADSTS90094: no", False),
        ("", False),
    ],
)
def test_only_what_an_administrator_can_allow_asks_for_them(detail: str, needed: bool) -> None:
    assert needs_admin(detail) is needed
