"""Fetches the newest drafts before they are opened, so that they are read, written on and sent without a server.

The window never waits for this: it begins once the lists are settled, asks for a few at a time, pauses between, and
yields while messages are on their way. Only texts are fetched: what is attached is known by name alone. A copy counts
for the version (ChangeKey) of which it was made, and that goes with whatever is written on it: a newer version of the
server is never written over.
"""

from __future__ import annotations

import logging
from typing import Final

from app.core.background import Spawn
from app.domain.errors import MailError
from app.domain.listing import Folder, Place, Row
from app.domain.message import AccountId, Fetched
from app.domain.state import GOING_NOW
from app.services.accounts.accounts import Accounts
from app.services.folders.syncing import Syncing
from app.services.ports import Cache, Clock, Mailbox
from app.services.records.records import Records

log = logging.getLogger(__name__)

MOST: Final = 200
LARGEST: Final = 1_000_000
"""Characters of a body from which on no copy is kept."""
SETTLED: Final = 4.0
"""Seconds without news of Drafts after which one begins."""
_AT_ONCE: Final = 5
_REST: Final = 3.0
"""How many times as long as a request took the next one waits, at least."""
_LEAST_REST: Final = 0.3
_LONGEST_REST: Final = 20.0
_DRAFTS: Final = Place(Folder.DRAFTS)


class Prefetching:
    """Fetches the drafts of every account's own Drafts."""

    def __init__(
        self,
        mailbox: Mailbox,
        cache: Cache,
        accounts: Accounts,
        records: Records,
        syncing: Syncing,
        clock: Clock,
        spawn: Spawn,
    ) -> None:
        """Fetch nothing before `start`."""
        self._mailbox, self._cache, self._copies, self._accounts = mailbox, cache, cache.drafts, accounts
        self._records, self._clock, self._spawn = records, clock, spawn
        self._syncing = syncing
        self._news: dict[AccountId, float] = {}
        self._under_way: set[AccountId] = set()

    def start(self) -> None:
        """Begin with what is there, and go on with whatever a sync names."""
        self._syncing.told_of_drafts.subscribe(lambda told: self._soon(told[0]))
        self._accounts.well.subscribe(self._soon)
        for account in self._accounts.all():
            self._soon(account.account_id)

    def _soon(self, account_id: AccountId) -> None:
        self._news[account_id] = self._clock.now()
        if account_id not in self._under_way:
            self._under_way.add(account_id)
            self._spawn(self._follow(account_id), "fetch drafts ahead")

    async def _follow(self, account_id: AccountId) -> None:
        """Fetch, and once more where there was news meanwhile."""
        try:
            done = -1.0
            while (news := self._news[account_id]) != done:
                while (wait := self._news[account_id] + SETTLED - self._clock.now()) > 0:
                    await self._clock.sleep(wait)
                done = news
                await self._fetch(account_id)
        except MailError:
            log.info("drafts were not fetched ahead", exc_info=True)  # once the account works, or there is news
        finally:
            self._under_way.discard(account_id)

    async def _fetch(self, account_id: AccountId) -> None:
        wanted = await self._wanted(account_id)
        for start in range(0, len(wanted), _AT_ONCE):
            await self._stand_back()
            if self._accounts.is_paused(account_id) or not self._accounts.is_open(account_id):
                return
            refs = [row.ref for row in wanted[start : start + _AT_ONCE]]
            began = self._clock.now()
            answers = await self._mailbox.get(account_id, refs)
            pairs = zip(refs, answers, strict=True)
            copies = [(ref, _worth_keeping(answer.item)) for ref, answer in pairs if answer.item is not None]
            # What was changed since the list was read is fetched again when the list names it.
            await self._copies.keep_copies(account_id, [(item.ref if item else ref, item) for ref, item in copies])
            took = self._clock.now() - began
            await self._clock.sleep(min(_LONGEST_REST, max(_LEAST_REST, _REST * took)))

    async def _wanted(self, account_id: AccountId) -> list[Row]:
        """Return the drafts of which there is no copy of their present version; copies of what is gone are dropped."""
        listing = await self._cache.listing(account_id, _DRAFTS, limit=MOST)
        found = await self._cache.rows(account_id, listing.ids[:MOST])
        rows = [found[row_id] for row_id in listing.ids[:MOST] if row_id in found]
        strange = [row for row in rows if self._records.by_item(account_id, row.ref.item_id) is None]
        await self._copies.drop_all_but(account_id, [row.ref.item_id for row in strange])
        kept = await self._copies.kept(account_id)
        return [row for row in strange if kept.get(row.ref.item_id) != row.ref.change_key and not _is_too_large(row)]

    async def _stand_back(self) -> None:
        """Let messages on their way go first."""
        while any(r.state in GOING_NOW and not r.not_before for r in self._records.all()):
            await self._clock.sleep(SETTLED)


def _worth_keeping(item: Fetched | None) -> Fetched | None:
    return item if item is not None and item.is_draft and len(item.content.body) <= LARGEST else None


def _is_too_large(row: Row) -> bool:
    """Return whether the body must be too large; what is attached counts into the size, and is not fetched."""
    return row.size > 2 * LARGEST and not row.has_attachments
