"""Long secrets in a keyring that holds short ones: Windows takes 2560 bytes an entry, which a refresh token exceeds.

A long one is written as numbered pieces of a name of their own, and only then is the entry itself set, to say which
they are; so that an end in the midst leaves what was there before. Short ones are written as they are.
"""

from __future__ import annotations

import contextlib
import secrets
from typing import Final, Protocol

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


def read(keyring: Keyring, service: str, name: str) -> str | None:
    """Return a secret; None where there is none, or not all of it."""
    entry = keyring.get_password(service, name)
    if entry is None or not entry.startswith(_HEAD):
        return entry
    found = [keyring.get_password(service, piece) for piece in _pieces(name, entry)]
    return None if None in found else "".join(piece for piece in found if piece is not None)


def write(keyring: Keyring, service: str, name: str, secret: str) -> None:
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


def delete(keyring: Keyring, service: str, name: str) -> None:
    """Remove a secret, if there is one."""
    before = keyring.get_password(service, name)
    if before is not None:
        keyring.delete_password(service, name)
        _drop(keyring, service, name, before)


def _pieces(name: str, entry: str) -> list[str]:
    mark, _, count = entry.removeprefix(_HEAD).partition(" ")
    return [f"{name} {mark} {number}" for number in range(int(count))] if count.isdigit() else []


def _drop(keyring: Keyring, service: str, name: str, entry: str | None) -> None:
    """Remove the pieces that `entry` named; what cannot be removed is of no use to anybody."""
    if entry is None or not entry.startswith(_HEAD):
        return
    for piece in _pieces(name, entry):
        with contextlib.suppress(Exception):
            keyring.delete_password(service, piece)
