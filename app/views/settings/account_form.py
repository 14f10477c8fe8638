"""What is typed, what is wrong, what presets fill in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final, NamedTuple

import msgspec

from app.core.i18n import mark, tr
from app.domain import account as choice
from app.domain import account as way
from app.domain.account import Account, AuthKind, BackendKind, complete_endpoint, endpoint_error
from app.domain.address_parser import address_problem
from app.domain.message import AccountId
from app.domain.presets import Presets

_CONTROL: Final = re.compile("[\x00-\x1f\x7f\u2028\u2029\ud800-\udfff]")
_TENANT: Final = re.compile(r"[a-z0-9](?:[a-z0-9.-]{0,252}[a-z0-9])?\Z", re.IGNORECASE)
_LONGEST: Final = 1024


class FormField(StrEnum):
    """The fields of the form, in the order in which they are gone through."""

    ADDRESS = "address"
    PASSWORD = "password"  # noqa: S105 - the name of a field
    NAME = "display_name"
    ENDPOINT = "endpoint"
    USER = "user"
    CLIENT_ID = "client_id"
    TENANT = "tenant"
    CA_FILE = "ca_file"
    PROXY = "proxy"
    PROXY_USER = "proxy_user"
    PROXY_PASSWORD = "proxy_password"  # noqa: S105 - as above


class ProxyKind(StrEnum):
    """By which way the account goes: as this computer is set, straight, or by a proxy that is named."""

    SYSTEM = "system"
    NONE = "none"
    OWN = "own"


class Way(NamedTuple):
    """A way to sign in, as the form offers it: its title, and the fields that it needs."""

    title: str
    fields: frozenset[FormField]


_BY_PASSWORD: Final = frozenset({FormField.USER, FormField.PASSWORD})

WAYS: Final = {
    AuthKind.BASIC: Way(mark("User and password, over TLS (Basic)"), _BY_PASSWORD),
    AuthKind.NTLM: Way(mark("Windows (NTLM)"), _BY_PASSWORD),
    AuthKind.OAUTH: Way(mark("Microsoft, in the browser (OAuth)"), frozenset({FormField.CLIENT_ID, FormField.TENANT})),
}
"""The ways to sign in, in the order in which they are offered."""


class AccountKind(NamedTuple):
    """A kind of account as the form offers it: its title, its ways to sign in, and the fields that only it has."""

    title: str
    ways: tuple[AuthKind, ...]
    fields: frozenset[FormField]


KINDS: Final = {
    BackendKind.EWS: AccountKind(
        mark("Exchange (EWS)"),
        (AuthKind.BASIC, AuthKind.NTLM, AuthKind.OAUTH),
        frozenset({FormField.ENDPOINT, FormField.CA_FILE}),
    ),
    BackendKind.GRAPH: AccountKind(
        mark("Microsoft 365 (Microsoft Graph)"), (AuthKind.OAUTH,), frozenset({FormField.ENDPOINT, FormField.CA_FILE})
    ),
}
"""The kinds of account. One that is added here is offered by the form; with one alone nobody is asked for it."""

_OF_EVERY_KIND: Final = frozenset({FormField.ADDRESS, FormField.NAME})
_OF_A_PROXY: Final = frozenset({FormField.PROXY, FormField.PROXY_USER, FormField.PROXY_PASSWORD})

FIRST: Final = frozenset({FormField.ADDRESS})
"""What is asked for before anything is known of the mailbox."""

THEN: Final = frozenset({FormField.ADDRESS, FormField.PASSWORD, FormField.NAME})
"""What is asked for once its server was found, or was not; all else is folded away."""


class AccountForm(msgspec.Struct, frozen=True):
    """The form as it stands. The password is here and nowhere else until it is kept; it is never shown or logged."""

    address: str = ""
    endpoint: str = ""
    user: str = ""
    password: str = ""
    auth: AuthKind = AuthKind.BASIC
    client_id: str = ""
    tenant: str = ""
    ca_file: str = ""
    proxy_kind: ProxyKind = ProxyKind.SYSTEM
    proxy: str = ""
    proxy_user: str = ""
    proxy_password: str = ""
    display_name: str = ""
    backend: BackendKind = BackendKind.EWS

    def __repr__(self) -> str:
        """Leave the password out of whatever prints this."""
        return f"AccountForm({self.address!r}, {self.endpoint!r})"

    def account(self, account_id: AccountId) -> Account:
        """Return the account that this form describes. An empty user means: signs in with the e-mail address."""
        return Account(
            account_id=account_id,
            address=self.address,
            display_name=self.display_name,
            endpoint=self.endpoint,
            user=self.address if self.by_browser else self.user or self.address,
            auth=self.auth,
            backend=self.backend,
            ca_file=self.ca_file,
            proxy=self.proxy if self.has_own_proxy else (choice.NONE if self.proxy_kind is ProxyKind.NONE else ""),
            proxy_user=self.proxy_user if self.has_own_proxy else "",
            client_id=self.client_id if self.by_browser else "",
            tenant=self.tenant if self.by_browser else "",
        )

    @property
    def by_browser(self) -> bool:
        """Return whether one signs in by the browser, and types no password here."""
        return self.auth is AuthKind.OAUTH

    @property
    def fields(self) -> frozenset[FormField]:
        """Return the fields that count for this kind of account, way to sign in and proxy."""
        proxy = _OF_A_PROXY if self.has_own_proxy else frozenset()
        return _OF_EVERY_KIND | KINDS[self.backend].fields | WAYS[self.auth].fields | proxy

    @property
    def has_own_proxy(self) -> bool:
        """Return whether the account names a proxy."""
        return self.proxy_kind is ProxyKind.OWN


def form_of(account: Account) -> AccountForm:
    """Return the form filled with an account, its password left empty: empty means unchanged."""
    return AccountForm(
        address=account.address,
        display_name=account.display_name,
        endpoint=account.endpoint,
        backend=account.backend,
        user="" if account.user == account.address or account.auth is AuthKind.OAUTH else account.user,
        auth=account.auth,
        client_id=account.client_id,
        tenant=account.tenant,
        ca_file=account.ca_file,
        proxy_kind=proxy_kind_of(account.proxy),
        proxy=account.proxy if choice.is_own(account.proxy) else "",
        proxy_user=account.proxy_user,
    )


def proxy_kind_of(chosen: str) -> ProxyKind:
    """Return the kind of way that an account's proxy stands for."""
    if choice.is_own(chosen):
        return ProxyKind.OWN
    return ProxyKind.NONE if chosen == choice.NONE else ProxyKind.SYSTEM


def tidy(form: AccountForm) -> AccountForm:
    """Return `form` without spaces around, and with a bare host completed to the usual address of its kind."""
    return msgspec.structs.replace(
        form,
        address=form.address.strip(),
        display_name=" ".join(form.display_name.split()),
        endpoint=complete_endpoint(form.endpoint, form.backend),
        user=form.user.strip(),
        client_id=form.client_id.strip(),
        tenant=form.tenant.strip().rstrip("/"),
        ca_file=form.ca_file.strip(),
        proxy=choice.complete_proxy(form.proxy),
        proxy_user=form.proxy_user.strip(),
    )


def find_errors(form: AccountForm, *, password_known: bool, proxy_password_known: bool = False) -> dict[FormField, str]:
    """Return a sentence for each field of a tidied form that cannot be right. What is kept already is known."""
    proxy_known = proxy_password_known or not form.proxy_user
    found = {
        FormField.ADDRESS: _address_error(form.address),
        FormField.PASSWORD: _password_error(form.password, known=password_known),
        FormField.NAME: tr("This cannot be a name.") if _CONTROL.search(form.display_name) else "",
        FormField.ENDPOINT: endpoint_error(form.endpoint),
        FormField.USER: _user_error(form.user),
        FormField.CLIENT_ID: _client_error(form.client_id),
        FormField.TENANT: _tenant_error(form.tenant),
        FormField.CA_FILE: tr("This name cannot be a file.") if _CONTROL.search(form.ca_file) else "",
        FormField.PROXY: _proxy_error(form.proxy),
        FormField.PROXY_USER: tr("This cannot be a user name.") if _CONTROL.search(form.proxy_user) else "",
        FormField.PROXY_PASSWORD: _password_error(form.proxy_password, known=proxy_known),
    }
    return {field: sentence for field, sentence in found.items() if sentence and field in form.fields}


def _proxy_error(address: str) -> str:
    if not address:
        return tr("Type the address of the proxy, such as http://proxy.contoso.com:8080.")
    return choice.proxy_error(address)


def _address_error(address: str) -> str:
    if not address:
        return tr("Type your e-mail address.")
    return address_problem(address) or ""


def _user_error(user: str) -> str:
    if _CONTROL.search(user) or len(user) > _LONGEST:
        return tr("This cannot be a user name.")
    domain, backslash, name = user.partition("\\")
    if backslash and not (domain and name):
        return tr("A domain and a user are written DOMAIN\\user.")
    return ""


def _client_error(client_id: str) -> str:
    if not client_id:
        return tr("Type the client id under which Mailwright is registered; your administrator has it.")
    if len(client_id) > _LONGEST or not client_id.isprintable() or " " in client_id:
        return tr("This cannot be a client id.")
    return ""


def _tenant_error(tenant: str) -> str:
    if "://" in tenant:
        if endpoint_error(tenant):
            return tr("The address of a sign-in service begins with https:// and the name of a server.")
        return ""
    if tenant and not _TENANT.match(tenant):
        return tr("Type the name of your organisation, such as contoso.com, or its id.")
    return ""


def _password_error(password: str, *, known: bool) -> str:
    if not password and not known:
        return tr("Type your password.")
    return tr("This cannot be a password: it holds a control character.") if _CONTROL.search(password) else ""


_EMPTY = AccountForm()
_KNOWN = frozenset(AccountForm.__struct_fields__)


class Filling:
    """What was filled in, by the names of `AccountForm`, and what is `locked`."""

    def __init__(self, form: AccountForm = _EMPTY) -> None:
        """Begin with a form; what stands in it already is the person's."""
        self.locked: frozenset[str] = frozenset()
        self._filled: dict[str, object] = {}
        self._chosen = {name for name in _KNOWN if getattr(form, name) != getattr(_EMPTY, name)}
        if form.address:
            # An account, or a form that was left unfinished: what is empty in it was left so.
            self._chosen |= {"user", "auth", "backend", "client_id", "tenant", "ca_file", "proxy_kind", "display_name"}

    def choose(self, name: str) -> None:
        """Note that the person has chosen this part themselves."""
        if name not in self.locked:
            self._chosen.add(name)

    def is_settled(self, name: str) -> bool:
        """Return whether the person has chosen this part, or an administrator filled it in."""
        return name in self._chosen or name in self._filled

    def changes(self, form: AccountForm, presets: Presets) -> dict[str, object]:
        """Return what is to be changed in a tidied form, now that its address is known."""
        preset = presets.for_address(form.address)
        values = {} if preset is None else _of_form(preset.values(form.address))
        if presets.client_id:
            values.setdefault("client_id", presets.client_id)
        self.locked = frozenset() if preset is None else _parts(preset.locked)
        changes: dict[str, object] = {}
        for name in {*values, *self._filled}:
            now, usual = getattr(form, name), getattr(_EMPTY, name)
            ours = name in self._filled and now == self._filled[name]
            if name in self.locked or ours or (now == usual and name not in self._chosen):
                changes[name] = values.get(name, usual)
        self._filled = {name: value for name, value in changes.items() if name in values}
        return changes


def _of_form(values: Mapping[str, str]) -> dict[str, Any]:
    """From the fields of an account to the parts of the form."""
    found: dict[str, Any] = {name: value for name, value in values.items() if name in _KNOWN}
    if "auth" in found:
        found["auth"] = AuthKind(found["auth"])
    if "backend" in found:
        found["backend"] = BackendKind(found["backend"])
    if "proxy" in found:
        found["proxy_kind"] = proxy_kind_of(found["proxy"])
        found["proxy"] = found["proxy"] if way.is_own(found["proxy"]) else ""
    return found


def _parts(locked: frozenset[str]) -> frozenset[str]:
    return locked | {"proxy_kind"} if "proxy" in locked else locked
