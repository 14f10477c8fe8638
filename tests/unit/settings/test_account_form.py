"""What is typed to set up an account: completed where the meaning is plain, refused in words where it is not."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.domain.account import (
    NONE,
    SYSTEM,
    Account,
    AuthKind,
    complete_endpoint,
    complete_proxy,
    endpoint_error,
    host_of,
    proxy_error,
    proxy_place,
)
from app.domain.message import AccountId
from app.views.settings.account_form import (
    AccountForm,
    FormField,
    ProxyKind,
    find_errors,
    form_of,
    tidy,
)

NO_HOST = (
    "/",
    "//",
    "///",
    ":",
    "://",
    ":8080",
    "http:",
    "http:/",
    "http://",
    "http:///",
    "HTTPS:",
    "https:/",
    "https://",
)
"""What is there while somebody types, and names no host."""

ODD = (
    *NO_HOST,
    "",
    " ",
    "/ ",
    "a /",
    "a/ /",
    "//a",
    "a:",
    "a:/",
    "http://:8080",
    "http:/a:8080",
    "http:a",
    "none/",
    "a@",
)


def each_odd(check: Callable[[str], None]) -> Callable[[str], None]:
    """Give a property each of the odd ones, whatever hypothesis finds."""
    for typed in ODD:
        check = example(typed)(check)
    return check


GOOD = AccountForm(
    address="anna@contoso.com",
    endpoint="https://mail.contoso.com/EWS/Exchange.asmx",
    user="CONTOSO\\anna",
    password="x",
)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("mail.contoso.com", "https://mail.contoso.com/EWS/Exchange.asmx"),
        ("  mail.contoso.com \n", "https://mail.contoso.com/EWS/Exchange.asmx"),
        ("mail.contoso.com/", "https://mail.contoso.com/EWS/Exchange.asmx"),
        ("//mail.contoso.com", "https://mail.contoso.com/EWS/Exchange.asmx"),
        ("mail.contoso.com:8443", "https://mail.contoso.com:8443/EWS/Exchange.asmx"),
        ("https://mail.contoso.com", "https://mail.contoso.com/EWS/Exchange.asmx"),
        ("HTTPS://mail.contoso.com/", "https://mail.contoso.com/EWS/Exchange.asmx"),
        ("https://mail.contoso.com/other.asmx", "https://mail.contoso.com/other.asmx"),
        ("mail.contoso.com/other.asmx", "https://mail.contoso.com/other.asmx"),
        ("[::1]:443", "https://[::1]:443/EWS/Exchange.asmx"),
        ("localhost", "https://localhost/EWS/Exchange.asmx"),
        ("http://mail.contoso.com", "http://mail.contoso.com"),
        ("", ""),
    ],
)
def test_a_bare_host_is_completed_to_the_usual_address(typed: str, meant: str) -> None:
    assert complete_endpoint(typed) == meant


@each_odd
@given(st.text())
def test_completing_twice_changes_nothing_more_and_never_raises(typed: str) -> None:
    once = complete_endpoint(typed)
    assert complete_endpoint(once) == once
    if not endpoint_error(once):
        assert once.startswith("https://")
        host, port = host_of(once)
        assert host
        assert 0 < port < 65536


@pytest.mark.parametrize("typed", NO_HOST)
def test_what_names_no_host_stays_as_it_was_typed_and_is_refused(typed: str) -> None:
    """It is not made into another wrong address, nor taken for a host of the name http."""
    assert complete_endpoint(typed) == typed
    assert endpoint_error(typed)
    assert complete_proxy(typed) == typed
    assert "cannot be the address of a proxy" in proxy_error(typed)


@pytest.mark.parametrize("typed", ["http:/contoso.com", "https:/contoso.com", "http:contoso.com", "http:8080"])
def test_a_scheme_with_a_slip_in_it_is_no_host(typed: str) -> None:
    assert endpoint_error(complete_endpoint(typed))
    assert proxy_error(complete_proxy(typed))


@pytest.mark.parametrize(
    "endpoint",
    [
        "https://mail.contoso.com/EWS/Exchange.asmx",
        "https://127.0.0.1:8443/EWS/Exchange.asmx",
        "https://[::1]/EWS/Exchange.asmx",
        "https://bücher.example/EWS/Exchange.asmx",
        "https://mail_1.intranet/x",
    ],
)
def test_an_address_that_can_be_has_no_error(endpoint: str) -> None:
    assert endpoint_error(endpoint) == ""


@pytest.mark.parametrize(
    ("endpoint", "words"),
    [
        ("", "Type the name"),
        ("/", "Type the name"),
        (":443", "Type the name"),
        ("http://mail.contoso.com/EWS/Exchange.asmx", "must begin with https://"),
        ("ftp://mail.contoso.com", "must begin with https://"),
        ("https://", "after https://"),
        ("https:///EWS", "after https://"),
        ("https://mail..contoso.com/", "after https://"),
        ("https://-mail.contoso.com/", "after https://"),
        ("https://anna:secret@mail.contoso.com/EWS", "must not hold a user name"),
        ("https://mail.contoso.com/EWS?x=1", "a ? or a #"),
        ("https://mail.contoso.com/EWS#x", "a ? or a #"),
        ("https://mail.contoso.com:99999/EWS", "cannot be"),
        ("https://mail.contoso.com:0/EWS", "cannot be"),
        ("https://mail.contoso.com:x/EWS", "cannot be"),
        ("https://mail contoso.com/EWS", "cannot be"),
        ("https://[::1/EWS", "cannot be"),
        ("https://mail.contoso.com/\ud800", "cannot be"),
        ("https://" + "a" * 2000, "cannot be"),
    ],
)
def test_an_address_that_cannot_be_is_refused_in_words(endpoint: str, words: str) -> None:
    assert words in endpoint_error(endpoint)


def test_a_whole_form_has_no_errors() -> None:
    assert find_errors(GOOD, password_known=False) == {}


def test_an_empty_form_says_what_each_field_needs() -> None:
    assert set(find_errors(AccountForm(), password_known=False)) == {
        FormField.ADDRESS,
        FormField.ENDPOINT,
        FormField.PASSWORD,
    }


def test_a_password_that_is_kept_already_need_not_be_typed() -> None:
    form = AccountForm(address=GOOD.address, endpoint=GOOD.endpoint)
    assert find_errors(form, password_known=True) == {}


@pytest.mark.parametrize(
    ("form", "field", "words"),
    [
        (AccountForm(address="anna"), FormField.ADDRESS, "not a complete address"),
        (AccountForm(user="CONTOSO\\"), FormField.USER, "DOMAIN"),
        (AccountForm(user="\\anna"), FormField.USER, "DOMAIN"),
        (AccountForm(user="an\nna"), FormField.USER, "cannot be a user name"),
        (AccountForm(user="a" * 2000), FormField.USER, "cannot be a user name"),
        (AccountForm(password="a\tb"), FormField.PASSWORD, "control character"),
        (AccountForm(password="a\ud800"), FormField.PASSWORD, "control character"),
        (AccountForm(ca_file="a\0b"), FormField.CA_FILE, "cannot be a file"),
        (AccountForm(proxy_kind=ProxyKind.OWN), FormField.PROXY, "Type the address of the proxy"),
        (AccountForm(proxy_kind=ProxyKind.OWN, proxy="socks5://p:1"), FormField.PROXY, "by http:// alone"),
        (AccountForm(proxy_kind=ProxyKind.OWN, proxy="http://a:b@p:1"), FormField.PROXY, "there are fields for them"),
        (AccountForm(proxy_kind=ProxyKind.OWN, proxy="http://p:1/x"), FormField.PROXY, "ends with its port"),
        (AccountForm(proxy_kind=ProxyKind.OWN, proxy="http://p:99999"), FormField.PROXY, "cannot be"),
        (AccountForm(proxy_kind=ProxyKind.OWN, proxy="http://"), FormField.PROXY, "cannot be"),
        (AccountForm(proxy_kind=ProxyKind.OWN, proxy_user="a\nb"), FormField.PROXY_USER, "cannot be a user name"),
        (AccountForm(proxy_kind=ProxyKind.OWN, proxy_user="a"), FormField.PROXY_PASSWORD, "Type your password"),
    ],
)
def test_a_field_that_cannot_be_right_says_why(form: AccountForm, field: FormField, words: str) -> None:
    assert words in find_errors(form, password_known=True)[field]


def test_spaces_around_are_taken_off_but_never_off_the_password() -> None:
    form = tidy(AccountForm(" a@x ", " h ", " u ", " p ", AuthKind.NTLM, " f "))
    assert form == AccountForm("a@x", "https://h/EWS/Exchange.asmx", "u", " p ", AuthKind.NTLM, "f")


def test_what_stands_beside_a_proxy_that_is_not_chosen_is_neither_wrong_nor_kept() -> None:
    for kind, kept in ((ProxyKind.SYSTEM, SYSTEM), (ProxyKind.NONE, NONE)):
        form = msgspec.structs.replace(GOOD, proxy_kind=kind, proxy="no address", proxy_user="anna")
        assert find_errors(form, password_known=False) == {}
        account = form.account(AccountId("a"))
        assert (account.proxy, account.proxy_user) == (kept, "")
        assert form_of(account).proxy_kind is kind


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("proxy", "http://proxy"),
        (" proxy.contoso.com:8080/ ", "http://proxy.contoso.com:8080"),
        ("//proxy:8080", "http://proxy:8080"),
        ("proxy:8080 /", "http://proxy:8080"),
        ("[::1]:3128", "http://[::1]:3128"),
        ("http://proxy:8080//", "http://proxy:8080"),
        ("proxy:", "proxy:"),
        ("none", "none"),
        (" ", ""),
    ],
)
def test_a_bare_proxy_gets_its_scheme(typed: str, meant: str) -> None:
    assert complete_proxy(typed) == meant


def test_a_port_that_was_begun_and_not_typed_is_refused() -> None:
    for typed in ("proxy:", "http://proxy:", "http://proxy:/"):
        assert "cannot be" in proxy_error(complete_proxy(typed))


@each_odd
@given(st.text())
def test_completing_a_proxy_twice_changes_nothing_more_and_never_raises(typed: str) -> None:
    once = complete_proxy(typed)
    assert complete_proxy(once) == once
    if not proxy_error(once):
        host, port = proxy_place(once)
        assert host
        assert 0 < port < 65536


def test_a_form_filled_with_an_account_describes_the_same_account() -> None:
    for user in ("CONTOSO\\anna", "anna@contoso.com"):
        account = Account(
            account_id=AccountId("a"),
            address="anna@contoso.com",
            endpoint=GOOD.endpoint,
            user=user,
            auth=AuthKind.NTLM,
            ca_file="/ca.pem",
            proxy="http://proxy.contoso.com:8080",
            proxy_user="anna",
        )
        assert form_of(account).account(account.account_id) == account


def test_printing_a_form_shows_no_password() -> None:
    form = AccountForm(password="hunter2", proxy_password="hunter2")
    assert "hunter2" not in repr(form)
    assert "hunter2" not in str({"form": form})
