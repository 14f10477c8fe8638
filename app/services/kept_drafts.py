"""Drafts that were fetched ahead (`prefetching.py`), for who opens and reads them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Protocol

from app.domain.errors import StorageError
from app.domain.message import AccountId, Fetched, ItemRef

Copies = Callable[[AccountId, Sequence[ItemRef]], Awaitable[Mapping[str, Fetched]]]
"""Returns the copies of these very versions, by ItemId; what there is none of is left out. Raises nothing."""


class KeptDrafts(Protocol):
    """Copies of drafts on this machine's disk. All awaits raise StorageError when the disk fails."""

    async def kept(self, account_id: AccountId) -> dict[str, str]:
        """Return of which items there are copies, and of which version (ChangeKey) each is."""
        ...

    async def read(self, account_id: AccountId, refs: Sequence[ItemRef]) -> dict[str, Fetched]:
        """Return the copies of these very versions, by ItemId; what there is none of is left out."""
        ...

    async def keep(self, account_id: AccountId, copies: Sequence[tuple[ItemRef, Fetched | None]]) -> None:
        """Keep copies in the place of older ones, or take down (None) that there is to be none of this version."""
        ...

    async def drop_all_but(self, account_id: AccountId, item_ids: Sequence[str]) -> None:
        """Drop the copies of all other items."""
        ...


async def no_copies(_account_id: AccountId, _refs: Sequence[ItemRef]) -> Mapping[str, Fetched]:
    """Return nothing: nothing was fetched ahead."""
    return {}


def copies_of(kept: KeptDrafts) -> Copies:
    """Return what reads copies. A disk that fails has none: the server is asked then."""

    async def read(account_id: AccountId, refs: Sequence[ItemRef]) -> Mapping[str, Fetched]:
        try:
            return await kept.read(account_id, [ref for ref in refs if ref.change_key])
        except StorageError:
            return {}

    return read
