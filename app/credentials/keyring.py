"""Passwords in the keyring, long ones in pieces.

A keyring may ask the person to unlock it and block until they do, so that each call runs in a thread of its own and
has a deadline; `keyring` takes about 0.2 s to import and is imported in that thread, at the first call. A secret never
goes to a file in the clear: what keeps it that way (keyrings.alt), asks on a terminal or only pretends is refused.
Nothing is logged here, since an error's words may hold what was handed in.

A long one is written as numbered pieces of a name of their own, and only then is the entry itself set, to say which
they are; so that an end in the midst leaves what was there before. Short ones are written as they are.
"""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Callable
from typing import TYPE_CHECKING, Final, Protocol, TypeVar

from app.core.background import DaemonThread, Overdue
from app.domain.message import AccountId

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

LONGEST: Final = 1000
"""Characters of one entry; each is two bytes there, or four."""
_HEAD: Final = "mailwright pieces "
"""Begins an entry that names its pieces: the mark of this writing, and how many there are."""


class Keyring(Protocol):
    """What is needed of a backend of the library keyring."""

    def get_password(self, service: str, username: str) -> str | None:
        """Return an entry, or None."""
        ...

    def set_password(self, service: str, username: str, password: str) -> None:
        """Write an entry over what was there."""
        ...

    def delete_password(self, service: str, username: str) -> None:
        """Remove an entry."""
        ...


def read_secret(keyring: Keyring, service: str, name: str) -> str | None:
    """Return a secret; None where there is none, or not all of it."""
    entry = keyring.get_password(service, name)
    if entry is None or not entry.startswith(_HEAD):
        return entry
    found = [keyring.get_password(service, piece) for piece in _pieces(name, entry)]
    return None if None in found else "".join(piece for piece in found if piece is not None)


def write_secret(keyring: Keyring, service: str, name: str, secret: str) -> None:
    """Keep a secret in the place of the one before. Raises what the keyring raises; then the one before is there."""
    before = keyring.get_password(service, name)
    entry = secret
    if len(secret) > LONGEST or secret.startswith(_HEAD):
        parts = [secret[place : place + LONGEST] for place in range(0, len(secret), LONGEST)]
        entry = f"{_HEAD}{secrets.token_hex(4)} {len(parts)}"
        for piece, part in zip(_pieces(name, entry), parts, strict=True):
            keyring.set_password(service, piece, part)
    keyring.set_password(service, name, entry)
    _drop(keyring, service, name, before)


def delete_secret(keyring: Keyring, service: str, name: str) -> None:
    """Remove a secret, if there is one."""
    before = keyring.get_password(service, name)
    if before is not None:
        keyring.delete_password(service, name)
        _drop(keyring, service, name, before)


def _pieces(name: str, entry: str) -> list[str]:
    mark, _, count = entry.removeprefix(_HEAD).partition(" ")
    return [f"{name} {mark} {number}" for number in range(int(count))] if count.isdigit() else []


def _drop(keyring: Keyring, service: str, name: str, entry: str | None) -> None:
    """Remove the pieces that `entry` named; what cannot be removed is of no use."""
    if entry is None or not entry.startswith(_HEAD):
        return
    for piece in _pieces(name, entry):
        with contextlib.suppress(Exception):
            keyring.delete_password(service, piece)


_T = TypeVar("_T")

SERVICE = "Mailwright"
"""The name under which a person finds our passwords in their keyring."""

DEADLINE = 60.0
"""Seconds that a person has for unlocking the keyring before the program goes on without it."""

_REFUSED = ("keyring.backends.fail", "keyring.backends.null", "keyrings.alt", "keyrings.cryptfile")
_RECOMMENDED = 1
"""keyring's own rule: a backend whose priority is below one is not recommended."""


def usable_keyring() -> KeyringBackend | None:
    """Return the keyring of this computer that may hold a secret, or None. Blocks: imports, asks the session bus."""
    import keyring
    from keyring.backends.chainer import ChainerBackend

    chosen = keyring.get_keyring()
    members = chosen.backends if isinstance(chosen, ChainerBackend) else [chosen]
    return next((member for member in members if _may_hold(member)), None)


def _may_hold(backend: KeyringBackend) -> bool:
    module = type(backend).__module__
    refused = any(module == name or module.startswith(f"{name}.") for name in _REFUSED)
    return not refused and backend.priority >= _RECOMMENDED


class KeyringSecrets:
    """The port `Secrets`, on the library keyring."""

    def __init__(self, deadline: float = DEADLINE, find: Callable[[], KeyringBackend | None] = usable_keyring) -> None:
        """Nothing is imported or asked yet. `deadline` is in seconds; `find` runs in the thread and may block."""
        self._deadline = deadline
        self._find = find
        self._thread = DaemonThread("keyring")
        self._memory: dict[AccountId, str] = {}
        self._overdue = False

    async def has_keyring(self) -> bool:
        """Return whether there is a keyring that answers; it may still refuse or stay locked when it comes to it."""
        return await self._ask(lambda _: True, otherwise=False)

    async def read_secret(self, account_id: AccountId) -> str | None:
        """Return what is held in memory, else what the keyring has; None where neither has any."""
        if account_id in self._memory:
            return self._memory[account_id]
        return await self._ask(lambda keyring: read_secret(keyring, SERVICE, account_id), otherwise=None)

    async def keep_secret(self, account_id: AccountId, secret: str) -> bool:
        """Keep it in the keyring and return True; in memory alone and return False where that cannot be done."""
        self._memory[account_id] = secret

        def write(keyring: KeyringBackend) -> bool:
            write_secret(keyring, SERVICE, account_id, secret)
            return read_secret(keyring, SERVICE, account_id) == secret

        kept = await self._ask(write, otherwise=False)
        if kept and self._memory.get(account_id) == secret:
            del self._memory[account_id]
        return kept

    async def forget(self, account_id: AccountId) -> None:
        """Remove it from memory at once, and from the keyring as soon as that answers."""
        self._memory.pop(account_id, None)
        if self._held_up():
            self._thread.post(lambda: self._delete(account_id))
        else:
            await self._ask(lambda _: self._delete(account_id), otherwise=None)

    def _delete(self, account_id: AccountId) -> None:
        keyring = self._find()
        if keyring is not None:
            delete_secret(keyring, SERVICE, account_id)

    def close(self) -> None:
        """End the thread; secrets in memory are gone."""
        self._memory.clear()
        self._thread.close()

    def _held_up(self) -> bool:
        """Return whether a call has gone past its deadline without coming back: the keyring waits for the person."""
        if self._overdue and not self._thread.busy:
            self._overdue = False
        return self._overdue

    async def _ask(self, question: Callable[[KeyringBackend], _T], otherwise: _T) -> _T:
        """Return the keyring's answer, or `otherwise` where there is none, it refuses, or it does not come back."""
        if self._held_up():
            return otherwise

        def call() -> _T:
            keyring = self._find()
            return otherwise if keyring is None else question(keyring)

        try:
            return await self._thread.run(call, self._deadline)
        except Overdue:
            self._overdue = True
            return otherwise
        except Exception:  # noqa: BLE001 - backends raise what their bus or system raises; each means: not kept there
            return otherwise
