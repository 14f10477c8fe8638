"""Makes the address book know whom letters in Sent went to, those of other programs too, without anyone reading them.

No list tells addresses: so whom letters went to is asked for apart, many in a request, after the folder was looked at
and without haste. How far it came is kept, so that each letter is asked about once. Trouble is silence: the next look
goes on.
"""

from __future__ import annotations

import logging
from typing import Final

import msgspec

from app.domain.errors import MailError
from app.domain.listing import Folder, Place, Row
from app.domain.message import AccountId
from app.services.address_book import AddressBook
from app.services.ports import Cache, Clock, Mailbox, Settings
from app.services.work import Spawn

log = logging.getLogger(__name__)

MOST: Final = 1_000
"""So many of the newest letters are asked about: whom one wrote to before that is hardly whom one means."""
AT_ONCE: Final = 100
_PAUSE: Final = 2.0
"""Seconds between two requests: whoever writes a letter comes first."""
_NAME: Final = "acquainted_until"


class Acquainting:
    """Learns from the letters in Sent."""

    def __init__(
        self, mailbox: Mailbox, cache: Cache, book: AddressBook, settings: Settings, clock: Clock, spawn: Spawn
    ) -> None:
        """`mailbox` is not the watched one: trouble with this is nobody's trouble."""
        self._mailbox, self._cache, self._book, self._settings = mailbox, cache, book, settings
        self._clock, self._spawn = clock, spawn
        self._until: dict[str, float] | None = None
        self._looked: set[AccountId] = set()
        self._busy: set[AccountId] = set()

    def letters_came(self, told: tuple[AccountId, float]) -> None:
        """See to it that it becomes known whom letters in Sent went to; the newest was sent then. Returns at once."""
        account_id, newest = told
        until = 0.0 if self._until is None else self._until.get(account_id, 0.0)
        if (account_id not in self._looked or newest > until) and account_id not in self._busy:
            self._busy.add(account_id)
            self._spawn(self._learn(account_id), "learn whom letters in Sent went to")

    async def _learn(self, account_id: AccountId) -> None:
        try:
            fresh = await self._fresh(account_id)
            for start in range(0, len(fresh), AT_ONCE):
                if start:
                    await self._clock.sleep(_PAUSE)
                rows = fresh[start : start + AT_ONCE]
                answers = await self._mailbox.people_of(account_id, [row.ref for row in rows])
                for row, people in zip(rows, answers, strict=False):
                    self._book.learn_from_sent(account_id, people, row.sent)
            if fresh:
                await self._keep(account_id, fresh[0].sent)
            self._looked.add(account_id)
        except MailError as error:
            log.info("whom letters in Sent went to is asked for later: %s", error)
        finally:
            self._busy.discard(account_id)

    async def _fresh(self, account_id: AccountId) -> list[Row]:
        """Return the letters that were not asked about, the newest first: how lately one wrote to somebody counts."""
        until = (await self._read()).get(account_id, 0.0)
        listing = await self._cache.listing(account_id, Place(Folder.SENT), limit=MOST)
        ids = list(listing.ids)
        known = {**(await self._cache.rows(account_id, ids)), **listing.rows}
        return [row for row in map(known.get, ids) if row is not None and row.sent > until]

    async def _read(self) -> dict[str, float]:
        if self._until is None:
            kept = await self._settings.read(_NAME)
            try:
                self._until = msgspec.json.decode(kept or "{}", type=dict[str, float])
            except msgspec.DecodeError:
                self._until = {}
        return self._until

    async def _keep(self, account_id: AccountId, until: float) -> None:
        known = await self._read()
        known[account_id] = max(until, known.get(account_id, 0.0))
        await self._settings.keep(_NAME, msgspec.json.encode(known).decode())
