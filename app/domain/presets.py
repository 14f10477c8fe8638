"""What an administrator has set for all users of a computer: how accounts are filled in, and a few settings.

A file that is wrong in one place counts in all others, and each fault is a sentence for the settings page.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec

from app.core.i18n import tr
from app.core.lazy_regex import late_pattern
from app.domain import account as way
from app.domain.account import Account, AuthKind, BackendKind, complete_endpoint, endpoint_error, other_endpoint
from app.domain.house_style import LARGEST, SMALLEST, is_color, is_font, is_size

LONGEST: Final = 1 << 18
"""Bytes of a file that are read."""

FORM: Final = 1
"""The form of the file that is understood here: its `version`."""

FIELDS: Final = {
    "kind": "backend",
    "server": "endpoint",
    "user": "user",
    "sign_in": "auth",
    "ca_file": "ca_file",
    "proxy": "proxy",
    "proxy_user": "proxy_user",
    "client_id": "client_id",
    "tenant": "tenant",
}
"""What the file calls the fields of an account that it may fill in and lock."""

Value = int | float | bool | str
"""What a setting may be set to."""
Bounds = tuple[int, int] | Callable[[str, object], str] | None


def _font_error(name: str, value: object) -> str:
    fits = isinstance(value, str) and is_font(value)
    return "" if fits else tr("“{name}” must be the name of a font in quotes.", name=name)


def _size_error(name: str, value: object) -> str:
    fits = isinstance(value, int | float) and not isinstance(value, bool) and is_size(value)
    words = tr("“{name}” must be points from {low} to {high}.", name=name, low=f"{SMALLEST:g}", high=f"{LARGEST:g}")
    return "" if fits else words


def _color_error(name: str, value: object) -> str:
    fits = isinstance(value, str) and is_color(value)
    return "" if fits else tr("“{name}” must be a colour as “#1f3864”.", name=name)


SETTINGS: Final[dict[str, Bounds]] = {
    "undo_seconds": (0, 60),
    "ask_from_recipients": (0, 10_000),
    "ask_for_strangers": None,
    "ask_from_megabytes": (0, 1_000),
    "outlook_heads": None,
    "formatted_text": None,
    "font": _font_error,
    "font_size": _size_error,
    "font_color": _color_error,
    "look_for_new_versions": None,
    "earlier_versions": None,
}
"""The settings that it may set and lock: numbers from and to, None for true and false, or what says what is wrong."""

_PLACES: Final = late_pattern(r"\{(name|domain|address)\}")


class AccountPreset(msgspec.Struct, frozen=True):
    """What is filled in for the addresses of `domains` (none: of all), by the names of `Account`'s fields.

    In `user` and `proxy_user` stand places: {name} is what is before the @, {domain} what is behind it, {address} both.
    """

    domains: tuple[str, ...] = ()
    fields: Mapping[str, str] = {}
    locked: frozenset[str] = frozenset()

    def values(self, address: str) -> dict[str, str]:
        """Return the fields for one person."""
        name, _, domain = address.partition("@")
        places = {"name": name, "domain": domain, "address": address}
        return {
            field: _filled(value, places) if field in {"user", "proxy_user"} else value
            for field, value in self.fields.items()
        }


class Presets(msgspec.Struct, frozen=True):
    """The whole file. `faults` are sentences on what in it does not count.

    `client_id` is not of the file: it is the one that this package of the program was built with, empty for none.
    """

    accounts: tuple[AccountPreset, ...] = ()
    settings: Mapping[str, Value] = {}
    locked: frozenset[str] = frozenset()
    faults: tuple[str, ...] = ()
    client_id: str = ""

    def for_address(self, address: str) -> AccountPreset | None:
        """Return what counts for an address: its very domain, then a wider one (*.contoso.com), then that for all."""
        name, at, domain = address.strip().rpartition("@")
        if not (name and at and domain):
            return None
        domain = domain.rstrip(".").casefold()
        found = [(rank, number) for number, one in enumerate(self.accounts) if (rank := _rank(one, domain)) >= 0]
        return self.accounts[max(found, key=lambda pair: (pair[0], -pair[1]))[1]] if found else None

    def enforced(self, account: Account) -> Account:
        """Return the account with what is locked for it, whatever it was set up with.

        One of another kind than the locked one stays as it is until it was moved (`move_to_graph` in services).
        """
        preset = self.for_address(account.address)
        if preset is None or not preset.locked:
            return account
        values = preset.values(account.address)
        changes: dict[str, Any] = {field: values[field] for field in preset.locked if field in values}
        if "auth" in changes:
            changes["auth"] = AuthKind(changes["auth"])
        if BackendKind(changes.pop("backend", account.backend)) is not account.backend:
            return account  # its messages have to move first, and what is locked is for where they move to
        return msgspec.structs.replace(account, **changes)


def read_presets(text: str) -> Presets:
    """Return what a file says, as far as it is TOML of the right form."""
    import tomllib  # most people have no such file

    try:
        found = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        return Presets(faults=(tr("The file cannot be read: {why}.", why=str(error).rstrip(".")),))
    reader = _Reader()
    if found.get("version", FORM) != FORM:
        why = tr("It is of version {version}, and this Mailwright reads version {n}.", version=found["version"], n=FORM)
        return Presets(faults=(why,))
    reader.refuse_unknown(found, {"version", "account", "settings"}, "")
    listed = found.get("account", [])
    if not (isinstance(listed, list) and all(isinstance(one, dict) for one in listed)):
        reader.note(tr("“account” must be written [[account]]."))
        listed = []
    accounts = tuple(reader.account(one, tr("account {n}", n=number)) for number, one in enumerate(listed, 1))
    settings, locked = reader.settings(found.get("settings", {}))
    return Presets(accounts, settings, locked, tuple(reader.faults))


class _Reader:
    """Reads one part after the other and keeps what is wrong in words."""

    def __init__(self) -> None:
        self.faults: list[str] = []

    def note(self, sentence: str) -> None:
        self.faults.append(sentence)

    def refuse_unknown(self, table: Mapping[str, object], known: set[str], where: str) -> None:
        for name in table:
            if name not in known:
                self.note(_at(where, tr("“{name}” is not known.", name=name[:60])))

    def account(self, table: Mapping[str, Any], where: str) -> AccountPreset:
        self.refuse_unknown(table, {*FIELDS, "domains", "locked"}, where)
        fields: dict[str, str] = {}
        for name, field in FIELDS.items():
            if name not in table:
                continue
            value = table[name]
            if not isinstance(value, str) or not value.isprintable():
                self.note(_at(where, tr("“{name}” must be words in quotes.", name=name)))
                continue
            value, error = self._read(name, value.strip(), fields)
            if error:
                self.note(_at(where, f"“{name}”: {error}"))
            else:
                fields[field] = value
        if fields.get("backend") == BackendKind.GRAPH:
            fields.setdefault("endpoint", other_endpoint("", BackendKind.GRAPH))
            fields.setdefault("auth", AuthKind.OAUTH)
        domains = tuple(one.rstrip(".").casefold() for one in self._words(table, "domains", where))
        locked = self._locked(table, {name for name, field in FIELDS.items() if field in fields}, where)
        return AccountPreset(domains, fields, frozenset(FIELDS[name] for name in locked))

    def _read(self, name: str, value: str, fields: Mapping[str, str]) -> tuple[str, str]:
        """Return a value as it counts and what is wrong with it; the kind of account was read before."""
        kind = BackendKind(fields.get("backend", BackendKind.EWS))
        if name == "server":
            return _server(value, kind)
        if name == "sign_in" and kind is BackendKind.GRAPH and value != AuthKind.OAUTH:
            return value, tr("Microsoft Graph takes “oauth” alone.")
        return _READERS.get(name, _as_it_is)(value)

    def settings(self, table: object) -> tuple[dict[str, Value], frozenset[str]]:
        if not isinstance(table, dict):
            self.note(tr("“settings” must be a table."))
            return {}, frozenset()
        self.refuse_unknown(table, {*SETTINGS, "locked"}, "settings")
        found: dict[str, Value] = {}
        for name, bounds in SETTINGS.items():
            value = table.get(name)
            if value is None:
                continue
            error = _setting_error(name, value, bounds)
            if error:
                self.note(_at("settings", error))
            else:
                found[name] = value
        return found, frozenset(self._locked(table, set(found), "settings"))

    def _locked(self, table: Mapping[str, object], said: set[str], where: str) -> set[str]:
        if table.get("locked") is True:
            return said
        wanted = set(self._words(table, "locked", where))
        for name in sorted(wanted - said):
            self.note(_at(where, tr("“{name}” cannot be locked: nothing is set for it.", name=name[:60])))
        return wanted & said

    def _words(self, table: Mapping[str, object], name: str, where: str) -> list[str]:
        value = table.get(name, [])
        if isinstance(value, list) and all(isinstance(one, str) for one in value):
            return value
        self.note(_at(where, tr("“{name}” must be a list of words in quotes.", name=name)))
        return []


def _setting_error(name: str, value: object, bounds: Bounds) -> str:
    if bounds is None:
        return "" if isinstance(value, bool) else tr("“{name}” must be true or false.", name=name)
    if callable(bounds):
        return bounds(name, value)
    low, high = bounds
    if type(value) is int and low <= value <= high:
        return ""
    return tr("“{name}” must be a number from {low} to {high}.", name=name, low=low, high=high)


def _at(where: str, sentence: str) -> str:
    return f"{where}: {sentence}" if where else sentence


def _filled(pattern: str, places: Mapping[str, str]) -> str:
    return _PLACES.sub(lambda found: places[found[1]], pattern)


def _rank(preset: AccountPreset, domain: str) -> int:
    """How near a preset is to a domain; -1 where it is not for it."""
    if not preset.domains:
        return 0
    if domain in preset.domains:
        return 1000
    wide = [len(one) for one in preset.domains if one.startswith("*.") and domain.endswith(one[1:])]
    return max(wide, default=-1)


_Read = Callable[[str], tuple[str, str]]


def _as_it_is(value: str) -> tuple[str, str]:
    return value, ""


def _server(value: str, kind: BackendKind) -> tuple[str, str]:
    whole = complete_endpoint(value, kind)
    return whole, endpoint_error(whole)


def _kind(value: str) -> tuple[str, str]:
    known = [kind.value for kind in BackendKind]
    return value, "" if value in known else tr("it is one of {known}.", known=", ".join(known))


def _user(value: str) -> tuple[str, str]:
    left = _PLACES.sub("", value)
    wrong = "{" in left or "}" in left
    return value, tr("only {places} are filled in.", places="{name}, {domain}, {address}") if wrong else ""


def _sign_in(value: str) -> tuple[str, str]:
    known = [kind.value for kind in AuthKind]
    return value, "" if value in known else tr("it is one of {known}.", known=", ".join(known))


def _proxy(value: str) -> tuple[str, str]:
    if value == "system":
        return way.SYSTEM, ""
    whole = way.complete_proxy(value)
    return whole, "" if whole == way.NONE else way.proxy_error(whole)


_READERS: Final[Mapping[str, _Read]] = {
    "kind": _kind,
    "user": _user,
    "proxy_user": _user,
    "sign_in": _sign_in,
    "proxy": _proxy,
}
