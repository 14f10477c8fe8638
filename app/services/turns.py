"""One large request of an account at a time: side by side they are done no sooner, and small ones wait longer.

One more is at hand in the engine, which hands it on when the one before is answered: nobody waits for this window.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final

from app.domain.message import AccountId

if TYPE_CHECKING:
    import asyncio

_SMALL: Final = 10
"""Items up to which a request waits for nobody."""
_AT_HAND: Final = 2


class Turns:
    """Who is at the server with many items."""

    def __init__(self) -> None:
        """Begin with nobody."""
        self._turns: dict[AccountId, asyncio.Semaphore] = {}

    @asynccontextmanager
    async def taken(self, account_id: AccountId, items: int) -> AsyncIterator[None]:
        """Wait for one's turn with a request of so many items, and hold it."""
        if items <= _SMALL:
            yield
            return
        import asyncio

        async with self._turns.setdefault(account_id, asyncio.Semaphore(_AT_HAND)):
            yield
