"""`mailwright --diagnose`: what is known of this computer, its accounts and the way to their servers, without a secret.

It needs no window and changes nothing: the journal is only looked into, and the program may be running. A password is
taken from the keyring, or from the person at a terminal; without one nobody signs in. A sign-in by the browser is used
only while the program does not run, which may be renewing it at that moment.
"""

from __future__ import annotations

import asyncio
import contextlib
import getpass
import json
import os
import platform
import sqlite3
import ssl
import sys
import time
from collections.abc import Callable, Mapping
from importlib import metadata
from typing import Any, Final

import msgspec

from app import __version__
from app.bootstrap.instance import DATABASE, is_running
from app.bootstrap.options import config_folder, data_folder
from app.core.log import FOLDER as LOGS
from app.credentials.keyring import KeyringSecrets, usable_keyring
from app.domain.account import Account, AuthKind, ProbeStep, proxy_key
from app.domain.errors import AccountError, ItemRefused, MailError, StorageError
from app.domain.listing import Folder, Place
from app.domain.message import AccountId
from app.domain.operations import ListFolder
from app.domain.presets import Presets, read_presets
from app.domain.server_traits import ServerTraits
from app.domain.startup_request import CommandLine
from app.engine.client import EngineClient
from app.services.accounts.accounts import traits_key
from app.services.accounts.identities import SETTING, Identity
from app.services.text.server_text import departures_of
from app.storage.settings import look_into, presets_path, read_presets_file

_ROUND_TRIPS: Final = 3
_LIBRARIES: Final = ("PySide6-Essentials", "exchangelib", "msal", "requests", "urllib3", "keyring")

Report = dict[str, Any]


def print_report(options: CommandLine) -> int:
    """Print the report; return 0 where every account that was tried works, else 1."""
    report = asyncio.run(_Diagnosis(options).run())
    text = json.dumps(report, indent=2, ensure_ascii=False) if options.as_json else "\n".join(lines_of(report))
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()
    return 0 if all(one["works"] is not False for one in report["accounts"]) else 1


def lines_of(value: object, depth: int = 0) -> list[str]:
    """Return a report as a person reads it: a name and a value on each line, what belongs to it below."""
    indent = "  " * depth
    if not isinstance(value, dict):
        items = value if isinstance(value, list) else [value]
        return [line for item in items for line in _item_lines(item, indent, depth)]
    found: list[str] = []
    for name, part in value.items():
        title = f"{indent}{name.replace('_', ' ')}:"
        if part and isinstance(part, dict | list):
            found += ["", title] if depth == 0 else [title]
            found += lines_of(part, depth + 1)
        else:
            found.append(f"{title} {_said(part)}")
    return found


def _item_lines(item: object, indent: str, depth: int) -> list[str]:
    if not isinstance(item, dict):
        return [f"{indent}{_said(item)}"]
    if set(item) == {"step", "passed", "said", "milliseconds"}:
        mark = "ok" if item["passed"] else "no"
        return [f"{indent}[{mark}] {item['step']}: {item['said']} ({item['milliseconds']} ms)"]
    return [*lines_of(item, depth), ""]


def _said(value: object) -> str:
    if value is None:
        return "not known"
    if value == []:
        return "none"
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)


class _Diagnosis:
    """One report. `run` starts an engine, asks, and ends it."""

    def __init__(self, options: CommandLine) -> None:
        self._options = options
        self._folder = data_folder(options)
        self._engine = EngineClient()
        self._secrets = KeyringSecrets()
        self._runs = is_running(self._folder)

    async def run(self) -> Report:
        """Return the report."""
        report: Report = {"versions": _versions(), "places": self._places()}
        presets, report["presets"] = _read_presets()
        try:
            accounts, preferences = look_into(self._folder / DATABASE)
        except StorageError as error:
            accounts, preferences = [], {}
            report["places"]["journal"] = str(error)
        if os.name == "posix":
            accounts = [presets.enforced(account) for account in accounts]
        wanted = self._wanted(accounts, presets)
        self._engine.on_secret_changed(self._keep)
        self._kept: list[asyncio.Task[bool]] = []
        try:
            report["accounts"] = [await self._account(one, preferences) for one in wanted]
        finally:
            await asyncio.gather(*self._kept, return_exceptions=True)
            await self._engine.close()
        return report

    def _keep(self, account_id: AccountId, secret: str) -> None:
        """Keep the next link of a sign-in: the one before may count no more."""
        self._kept.append(asyncio.ensure_future(self._secrets.keep_secret(account_id, secret)))

    def _places(self) -> Report:
        keyring = usable_keyring()
        return {
            "data": str(self._folder),
            "logs": str(self._folder / LOGS),
            "configuration": str(config_folder(self._options)),
            "keyring": "none: passwords are asked for at each start" if keyring is None else type(keyring).__module__,
            "program_is_running": self._runs,
        }

    def _wanted(self, accounts: list[Account], presets: Presets) -> list[Account]:
        address = (self._options.diagnose or "").strip()
        if not address:
            return accounts
        known = [one for one in accounts if one.address.casefold() == address.casefold()]
        return known or [_new_account(address, presets)]

    async def _account(self, account: Account, preferences: Mapping[str, str]) -> Report:
        secret, where = await self._secret_of(account)
        proxy = await self._secrets.read_secret(proxy_key(account.account_id)) if account.proxy_user else ""
        found: Report = {"address": account.address}
        steps, endpoint = await self._discover(account, proxy or "")
        found["autodiscover"] = steps
        if not account.endpoint and endpoint:
            account = msgspec.structs.replace(account, endpoint=endpoint)
        found |= {
            "server": account.endpoint or "not found",
            "sign_in": account.auth.value,
            "secret": where,
            "ca_file": account.ca_file or "none",
            "proxy": account.proxy or "as this computer is set",
        }
        connection = await self._connection(account, secret, proxy or "") if account.endpoint else []
        found["connection"] = connection
        found["works"] = _works(connection, signed_in=bool(secret))
        found["seen_of_the_server"] = _seen_of(account, preferences)
        if secret and found["works"]:
            await self._engine.open_account(account, secret, proxy or "")
            found["round_trips_in_milliseconds"] = [await self._round_trip(account) for _ in range(_ROUND_TRIPS)]
            found["shared_mailboxes"] = [await self._rights(account, one) for one in _others(account, preferences)]
        return found

    async def _secret_of(self, account: Account) -> tuple[str, str]:
        """Return the secret, empty for none, and in words where it is from."""
        if account.auth is AuthKind.OAUTH and self._runs:
            return "", "not used: Mailwright runs, and renews this sign-in itself"
        kept = await self._secrets.read_secret(account.account_id)
        if kept:
            return kept, "in the keyring"
        if account.auth is not AuthKind.OAUTH and not self._options.as_json and sys.stdin.isatty():
            typed = await asyncio.to_thread(
                getpass.getpass, f"Password for {account.address} (Enter: without signing in): "
            )
            if typed:
                return typed, "typed"
        return "", "none: nobody signs in"

    async def _discover(self, account: Account, proxy_secret: str) -> tuple[list[Report], str]:
        """Look for the server as for a new account, without a password."""
        steps: list[Report] = []
        tell = _teller(steps)
        asked = msgspec.structs.replace(account, endpoint="", account_id=AccountId("diagnose"))
        try:
            found = await self._engine.discover(asked, "", tell, proxy_secret)
        except MailError as error:
            return [*steps, _step("autodiscover", passed=False, said=_trouble(error), milliseconds=0)], ""
        return steps, found.endpoint

    async def _connection(self, account: Account, secret: str, proxy_secret: str) -> list[Report]:
        steps: list[Report] = []
        tell = _teller(steps)
        try:
            async for step in self._engine.probe(account, secret, proxy_secret):
                tell(step)
        except MailError as error:
            steps.append(_step("engine", passed=False, said=_trouble(error), milliseconds=0))
        return steps

    async def _round_trip(self, account: Account) -> int | str:
        began = time.monotonic()
        try:
            await self._engine.perform_read(account.account_id, ListFolder(Folder.DRAFTS, 0, 1))
        except MailError as error:
            return _trouble(error)
        return round((time.monotonic() - began) * 1000)

    async def _rights(self, account: Account, other: Identity) -> Report:
        """Return what the account may look at in another person's mailbox."""
        found: Report = {"address": other.address, "named_by_the_server": other.by_server}
        for name, folder in (("drafts", Folder.DRAFTS), ("sent", Folder.SENT)):
            try:
                page = await self._engine.perform_read(
                    account.account_id, ListFolder(Place(folder, other.address), 0, 1)
                )
                found[name] = f"may be read, {page.total} items"
            except MailError as error:
                found[name] = _trouble(error)
        return found


def _versions() -> Report:
    found = {"mailwright": __version__, "python": platform.python_version()}
    for name in _LIBRARIES:
        with contextlib.suppress(metadata.PackageNotFoundError):
            found[name.partition("-Essentials")[0]] = metadata.version(name)
    return {
        **found,
        "openssl": ssl.OPENSSL_VERSION,
        "sqlite": sqlite3.sqlite_version,
        "system": platform.platform(),
    }


def _read_presets() -> tuple[Presets, Report]:
    path = presets_path()
    try:
        text = read_presets_file(path)
        presets = Presets() if text is None else read_presets(text)
    except StorageError as error:
        text, presets = "", Presets(faults=(str(error),))
    state = "none" if text is None else "read" if not presets.faults else "read, and not all of it counts"
    return presets, {"file": str(path), "state": state, "faults": list(presets.faults)}


def _new_account(address: str, presets: Presets) -> Account:
    """Return what is known of an address that has no account here: what an administrator has set for it."""
    preset = presets.for_address(address)
    values: dict[str, Any] = {} if preset is None else preset.values(address)
    if "auth" in values:
        values["auth"] = AuthKind(values["auth"])
    known = {"account_id": AccountId("diagnose"), "address": address, "endpoint": "", "user": address}
    return Account(**{**known, **values})


def _others(account: Account, preferences: Mapping[str, str]) -> list[Identity]:
    try:
        known = msgspec.json.decode(preferences.get(SETTING, "{}"), type=dict[str, tuple[Identity, ...]])
    except msgspec.DecodeError:
        return []
    return [one for one in known.get(account.account_id, ()) if not one.unwanted]


def _seen_of(account: Account, preferences: Mapping[str, str]) -> Report:
    try:
        traits = msgspec.json.decode(preferences.get(traits_key(account.account_id), "{}"), type=ServerTraits)
    except msgspec.DecodeError:
        traits = ServerTraits()
    seen = msgspec.structs.asdict(traits)
    asked = seen.pop("asked_at")
    when = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(asked)) if asked else "never"
    return {**seen, "asked": when, "departures": list(departures_of(traits))}


def _works(connection: list[Report], *, signed_in: bool) -> bool | None:
    """Return whether the account works; None where that was not tried."""
    if not connection or not all(one["passed"] for one in connection):
        return False
    return True if signed_in else None


def _step(name: str, *, passed: bool, said: str, milliseconds: int) -> Report:
    return {"step": name, "passed": passed, "said": said, "milliseconds": milliseconds}


def _teller(steps: list[Report]) -> Callable[[ProbeStep], None]:
    """Return what adds a step with the time since the one before."""
    before = time.monotonic()

    def tell(step: ProbeStep) -> None:
        nonlocal before
        now = time.monotonic()
        steps.append(
            _step(step.name, passed=step.passed, said=step.detail or "works", milliseconds=round((now - before) * 1000))
        )
        before = now

    return tell


def _trouble(error: MailError) -> str:
    if isinstance(error, AccountError):
        return f"{error.trouble.kind.value}: {error.trouble.detail}"
    if isinstance(error, ItemRefused):
        return f"{error.words.response_code}: {error.words.message_text}"
    return str(error)
