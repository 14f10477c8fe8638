"""What an administrator's file says: read as far as it is right, told in words where it is not, for whom it counts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.account import Account, AuthKind, BackendKind
from app.domain.message import AccountId
from app.domain.presets import AccountPreset, Presets, read_presets

FILE = r"""
version = 1

[[account]]
domains = ["contoso.com", "*.contoso.com"]
server = "mail.contoso.com"
user = "CONTOSO\\{name}"
sign_in = "ntlm"
ca_file = "/etc/ssl/certs/contoso.pem"
proxy = "proxy.contoso.com:3128"
proxy_user = "{address}"
locked = ["server", "sign_in"]

[[account]]
server = "https://mail.example.org/ews"
proxy = "none"

[settings]
undo_seconds = 5
ask_from_recipients = 0
ask_for_strangers = false
locked = ["undo_seconds"]
"""


def account(address: str = "anna@contoso.com", **more: str) -> Account:
    return Account(AccountId("a"), address, "https://old.contoso.com/EWS/Exchange.asmx", "anna", **more)  # type: ignore[arg-type] # by name


def test_a_whole_file_is_read_without_a_fault() -> None:
    presets = read_presets(FILE)
    assert presets.faults == ()
    assert presets.settings == {"undo_seconds": 5, "ask_from_recipients": 0, "ask_for_strangers": False}
    assert presets.locked == {"undo_seconds"}
    first = presets.for_address("Anna@Contoso.COM")
    assert first is not None
    assert first.values("anna@contoso.com") == {
        "endpoint": "https://mail.contoso.com/EWS/Exchange.asmx",
        "user": "CONTOSO\\anna",
        "auth": "ntlm",
        "ca_file": "/etc/ssl/certs/contoso.pem",
        "proxy": "http://proxy.contoso.com:3128",
        "proxy_user": "anna@contoso.com",
    }
    assert first.locked == {"endpoint", "auth"}
    other = presets.for_address("x@elsewhere.example")
    assert other is not None
    assert other.values("x@elsewhere.example") == {"endpoint": "https://mail.example.org/ews", "proxy": "none"}


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("a@contoso.com", "exact"),
        ("a@CONTOSO.com.", "exact"),
        ("a@sales.contoso.com", "near"),
        ("a@deep.sales.contoso.com", "near"),
        ("a@other.contoso.com", "wide"),
        ("a@notcontoso.com", "all"),
        ('"a@b"@contoso.com', "exact"),
        ("contoso.com", None),
        ("@contoso.com", None),
        ("a@", None),
        ("", None),
    ],
)
def test_the_nearest_preset_counts(address: str, found: str | None) -> None:
    presets = Presets(
        (
            AccountPreset(("*.contoso.com",), {"user": "wide"}),
            AccountPreset(("*.sales.contoso.com", "sales.contoso.com"), {"user": "near"}),
            AccountPreset(("contoso.com",), {"user": "exact"}),
            AccountPreset((), {"user": "all"}),
            AccountPreset((), {"user": "never"}),
        )
    )
    preset = presets.for_address(address)
    assert (None if preset is None else preset.fields["user"]) == found


def test_an_account_that_exists_gets_what_is_locked_and_keeps_the_rest() -> None:
    presets = read_presets(FILE)
    enforced = presets.enforced(account(ca_file="/own.pem"))
    assert enforced.endpoint == "https://mail.contoso.com/EWS/Exchange.asmx"
    assert enforced.auth is AuthKind.NTLM
    assert (enforced.user, enforced.ca_file, enforced.proxy) == ("anna", "/own.pem", "")
    elsewhere = account("x@elsewhere.example")
    assert presets.enforced(elsewhere) is elsewhere


def test_a_preset_for_graph_needs_no_server_and_no_way_to_sign_in() -> None:
    presets = read_presets('[[account]]\nkind = "graph"\nclient_id = "c"\nlocked = true')
    assert presets.faults == ()
    assert presets.accounts[0].fields == {
        "backend": "graph",
        "client_id": "c",
        "endpoint": "https://graph.microsoft.com/v1.0",
        "auth": "oauth",
    }
    national = read_presets('[[account]]\nserver = "graph.microsoft.us"\nkind = "graph"')
    assert national.accounts[0].fields["endpoint"] == "https://graph.microsoft.us/v1.0"


def test_graph_takes_no_password() -> None:
    presets = read_presets('[[account]]\nkind = "graph"\nsign_in = "basic"')
    assert presets.faults == ("account 1: “sign_in”: Microsoft Graph takes “oauth” alone.",)
    assert presets.accounts[0].fields["auth"] == "oauth"


def test_a_locked_kind_leaves_an_account_of_the_other_kind_alone_until_it_is_moved() -> None:
    presets = read_presets('[[account]]\nkind = "graph"\ntenant = "contoso.com"\nlocked = true')
    before = account(proxy="none")
    assert presets.enforced(before) is before, "an id of EWS names nothing at Graph"
    moved = account(backend=BackendKind.GRAPH, auth=AuthKind.OAUTH)
    enforced = presets.enforced(moved)
    assert (enforced.endpoint, enforced.tenant) == ("https://graph.microsoft.com/v1.0", "contoso.com")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[[account]]\nkind = "imap"', "it is one of ews, graph"),
        ("[[account", "cannot be read"),
        ("version = 2", "of version 2"),
        ("servers = 1", "“servers” is not known"),
        ("account = 1", "[[account]]"),
        ("[account]\nserver = 'x'", "[[account]]"),
        ("[[account]]\nhost = 'x'", "account 1: “host” is not known"),
        ("[[account]]\nserver = 5", "“server” must be words"),
        ("[[account]]\nserver = 'http://mail.contoso.com'", "https://"),
        ("[[account]]\nserver = 'https://a:b@mail.contoso.com'", "must not hold"),
        ("[[account]]\nuser = 'X\\{login}'", "only {name}, {domain}, {address}"),
        ("[[account]]\nsign_in = 'kerberos'", "one of basic, ntlm"),
        ("[[account]]\nproxy = 'socks5://x'", "by http:// alone"),
        ("[[account]]\nproxy = 'http://u:p@x'", "must not hold a user name"),
        ('[[account]]\nca_file = "a\\u0000b"', "must be words"),
        ("[[account]]\ndomains = 'contoso.com'", "must be a list"),
        ("[[account]]\nlocked = ['server']", "cannot be locked"),
        ("[settings]\nundo_seconds = 61", "from 0 to 60"),
        ("[settings]\nundo_seconds = true", "from 0 to 60"),
        ("[settings]\nask_for_strangers = 1", "true or false"),
        ("[settings]\ncolour = 'red'", "“colour” is not known"),
        ("settings = 3", "must be a table"),
    ],
)
def test_what_is_wrong_is_told_and_does_not_count(text: str, words: str) -> None:
    presets = read_presets(text)
    assert len(presets.faults) == 1, presets.faults
    assert words in presets.faults[0]
    assert presets.settings == {}
    assert all(not one.fields and not one.locked for one in presets.accounts)


def test_one_fault_leaves_the_rest_of_the_file_in_force() -> None:
    presets = read_presets(FILE.replace('sign_in = "ntlm"', 'sign_in = "smoke"'))
    assert len(presets.faults) == 2, "what is wrong, and that it cannot be locked"
    first = presets.for_address("anna@contoso.com")
    assert first is not None
    assert first.locked == {"endpoint"}
    assert "auth" not in first.fields
    assert presets.settings["undo_seconds"] == 5


def test_all_that_is_set_can_be_locked_at_once() -> None:
    preset = read_presets("[[account]]\nserver = 'm.example'\nproxy = 'system'\nlocked = true").accounts[0]
    assert preset.locked == {"endpoint", "proxy"}
    assert preset.values("a@b.c")["proxy"] == ""


@given(st.text())
def test_no_text_is_too_strange_to_be_read(text: str) -> None:
    presets = read_presets(text)
    assert isinstance(presets.faults, tuple)


def test_a_name_is_filled_in_once_and_never_taken_for_a_place() -> None:
    preset = AccountPreset((), {"user": "{name}|{domain}"})
    assert preset.values("{domain}@contoso.com")["user"] == "{domain}|contoso.com"
