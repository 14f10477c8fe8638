"""A search that the server does, in its own language: what it finds is laid into the cache."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from app.domain.listing import Place
from app.domain.message import AccountId
from app.services.ports import Cache, Mailbox

FOUND_ON_SERVER: Final = 500
"""Rows that a search on the server may add."""
_PAGE: Final = 100


async def ask_server(
    mailbox: Mailbox, cache: Cache, where: tuple[AccountId, Place], query: str, still: Callable[[], bool]
) -> list[str]:
    """Return the ItemIds that are found, as long as `still` says that somebody wants to know.

    Raises AccountError, ItemRefused, StorageError.
    """
    offset: int | None = 0
    names: list[str] = []
    while offset is not None and len(names) < FOUND_ON_SERVER and still():
        page = await mailbox.list_folder(*where, offset, _PAGE, query)
        await cache.put(*where, page.rows)
        names += [row.ref.item_id for row in page.rows]
        offset = page.next_offset
    return names
