"""The form filled in from presets: what the person has chosen stays, what is locked does not."""

from __future__ import annotations

import msgspec
import pytest

from app.domain.account import AuthKind
from app.domain.presets import Presets, read_presets
from app.views.settings.account_form import AccountForm, Filling, ProxyKind

PRESETS = read_presets(r"""
[[account]]
domains = ["contoso.com"]
server = "mail.contoso.com"
user = "CONTOSO\\{name}"
sign_in = "ntlm"
ca_file = "/ca.pem"
proxy = "http://proxy.contoso.com:3128"
locked = ["server", "proxy"]

[[account]]
domains = ["example.org"]
server = "mail.example.org"
proxy = "none"
""")
ENDPOINT = "https://mail.contoso.com/EWS/Exchange.asmx"


class Typist:
    """A form, and hands that fill it in."""

    def __init__(self, form: AccountForm | None = None, presets: Presets = PRESETS) -> None:
        self.form = form or AccountForm()
        self.filling = Filling(self.form)
        self.presets = presets

    def types(self, **parts: object) -> AccountForm:
        for name in parts:
            self.filling.choose(name)
        self.form = msgspec.structs.replace(self.form, **parts)
        self.form = msgspec.structs.replace(self.form, **self.filling.changes(self.form, self.presets))
        return self.form


def test_an_address_fills_in_all_that_was_set_for_its_domain() -> None:
    typist = Typist()
    form = typist.types(address="anna@contoso.com")
    assert (form.endpoint, form.user, form.auth, form.ca_file) == (
        ENDPOINT,
        "CONTOSO\\anna",
        AuthKind.NTLM,
        "/ca.pem",
    )
    assert (form.proxy_kind, form.proxy) == (ProxyKind.OWN, "http://proxy.contoso.com:3128")
    assert typist.filling.locked == {"endpoint", "proxy", "proxy_kind"}


def test_what_the_person_has_chosen_stays_unless_it_is_locked() -> None:
    typist = Typist()
    typist.types(endpoint="https://own.contoso.com/x", user="me", auth=AuthKind.BASIC, ca_file="/own.pem")
    form = typist.types(address="anna@contoso.com")
    assert (form.endpoint, form.user, form.auth, form.ca_file) == (ENDPOINT, "me", AuthKind.BASIC, "/own.pem")


def test_another_address_takes_back_what_was_filled_in_for_the_first() -> None:
    typist = Typist()
    typist.types(address="anna@contoso.com")
    form = typist.types(address="anna@example.org")
    assert form.endpoint == "https://mail.example.org/EWS/Exchange.asmx"
    assert (form.user, form.ca_file, form.proxy_kind, form.proxy) == ("", "", ProxyKind.NONE, "")
    assert form.auth is AuthKind.BASIC
    assert typist.filling.locked == frozenset()
    form = typist.types(address="anna@nowhere.example")
    assert msgspec.structs.replace(form, address="") == AccountForm()


def test_what_was_filled_in_and_then_changed_by_hand_stays() -> None:
    typist = Typist()
    typist.types(address="anna@contoso.com")
    typist.types(user="own")
    assert typist.types(address="anna@example.org").user == "own"


def test_an_account_that_is_changed_shows_what_is_locked_and_its_own_rest() -> None:
    kept = AccountForm("anna@contoso.com", "https://old.contoso.com/EWS/Exchange.asmx", "", auth=AuthKind.BASIC)
    form = Typist(kept).types()
    assert (form.endpoint, form.proxy) == (ENDPOINT, "http://proxy.contoso.com:3128")
    assert (form.user, form.auth, form.ca_file) == ("", AuthKind.BASIC, "")


def test_what_oauth_needs_is_filled_in_for_who_is_new_and_not_for_an_account_that_has_none() -> None:
    presets = read_presets("[[account]]\nsign_in = 'oauth'\nclient_id = 'abc'\ntenant = 'contoso.com'")
    form = Typist(presets=presets).types(address="anna@contoso.com")
    assert (form.auth, form.client_id, form.tenant) == (AuthKind.OAUTH, "abc", "contoso.com")
    kept = AccountForm("anna@contoso.com", ENDPOINT)
    assert Typist(kept, presets).types() == kept


@pytest.mark.parametrize("address", ["", "anna", "anna@", "anna@nowhere.example"])
def test_nothing_is_filled_in_for_an_address_that_nothing_was_set_for(address: str) -> None:
    assert Typist().types(address=address) == AccountForm(address=address)
