"""Fills in the form of an account from what was set for this computer, and leaves alone what the person has chosen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.domain import account as way
from app.domain.account import AuthKind
from app.domain.presets import Presets
from app.views.settings.account_form import AccountForm, proxy_kind_of

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
            self._chosen |= {"user", "auth", "client_id", "tenant", "ca_file", "proxy_kind"}

    def choose(self, name: str) -> None:
        """Take down that the person has chosen this part themselves."""
        if name not in self.locked:
            self._chosen.add(name)

    def changes(self, form: AccountForm, presets: Presets) -> dict[str, object]:
        """Return what is to be changed in a tidied form, now that its address is known."""
        preset = presets.for_address(form.address)
        values = {} if preset is None else _of_form(preset.values(form.address))
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
    if "proxy" in found:
        found["proxy_kind"] = proxy_kind_of(found["proxy"])
        found["proxy"] = found["proxy"] if way.is_own(found["proxy"]) else ""
    return found


def _parts(locked: frozenset[str]) -> frozenset[str]:
    return locked | {"proxy_kind"} if "proxy" in locked else locked
