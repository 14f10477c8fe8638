"""The categories that a person used lately, and then those of the mailbox: two letters of a name are enough."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import msgspec

from app.domain.errors import StorageError
from app.services.ports import Settings

_NAME: Final = "categories"
_MOST: Final = 100
_MOST_OFFERED: Final = 500
_LONGEST: Final = 255
"""Characters of a category that Exchange keeps."""


class UsedCategories:
    """Names of categories, the last used first. Those that were used rest in the settings."""

    def __init__(self, settings: Settings) -> None:
        """Begin with none; `load` reads those of the disk."""
        self._settings = settings
        self._used: tuple[str, ...] = ()
        self._offered: tuple[str, ...] = ()

    @property
    def known(self) -> tuple[str, ...]:
        """Return them, and behind those that were used the ones that the server offers."""
        return _ordered((*self._used, *self._offered), _MOST_OFFERED)

    def offer(self, names: Iterable[str]) -> None:
        """Take these for what the server offers."""
        self._offered = _ordered(names, _MOST_OFFERED)

    async def load(self) -> None:
        """Read them. Raises StorageError."""
        text = await self._settings.read(_NAME)
        try:
            names = msgspec.json.decode(text or "[]", type=tuple[str, ...])
        except msgspec.DecodeError:
            names = ()
        self._used = _ordered((*self._used, *names))

    async def use(self, names: Iterable[str]) -> None:
        """Take down that these were used. A disk that cannot keep them is told elsewhere, and matters little here."""
        used = _ordered((*names, *self._used))
        if used == self._used:
            return
        self._used = used
        try:
            await self._settings.keep(_NAME, msgspec.json.encode(used).decode())
        except StorageError:
            return

    def spelt(self, names: Iterable[str]) -> tuple[str, ...]:
        """Return names as they are known where only their case differs: to a server they are the same category."""
        known = {name.casefold(): name for name in reversed(self.known)}
        return tuple(known.get(name.casefold(), name) for name in names)

    def completion(self, begun: str) -> str:
        """Return how the name that begins with `begun` goes on, "" where none does or nothing was typed."""
        begun = begun.lstrip()
        wanted = begun.casefold()
        if not wanted.strip():
            return ""
        found = (name for name in self.known if name.casefold().startswith(wanted) and len(name) > len(begun))
        return next(found, begun)[len(begun) :]


def read_categories(text: str) -> tuple[str, ...]:
    """Return the names in a list with commas or semicolons, each once, as they were typed."""
    return _ordered(text.replace(";", ",").split(","))


def _ordered(names: Iterable[str], most: int = _MOST) -> tuple[str, ...]:
    """Return each name once, whatever its case, in the order they first came; at most so many."""
    seen: dict[str, str] = {}
    for name in names:
        tidy = " ".join(name.split())[:_LONGEST]
        if tidy:
            seen.setdefault(tidy.casefold(), tidy)
    return tuple(seen.values())[:most]
