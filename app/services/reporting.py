"""Looks in the Inbox for reports of what became of letters that were sent, and lays them beside their rows.

Only reports are asked for, by their class: nothing else of the Inbox is read. A server that cannot be asked costs the
next look nothing: it asks again from where the last one ended.
"""

from __future__ import annotations

import logging
from typing import Final

from app.domain.errors import AccountError, ItemRefused, StorageError
from app.domain.listing import Folder, Place, Standing
from app.domain.message import AccountId
from app.services.ports import Cache, Clock, Mailbox

log = logging.getLogger(__name__)

_INBOX: Final = Place(Folder.INBOX)
FIRST_LOOK: Final = 30 * 24 * 3600.0
"""How far back the first look goes, in seconds."""


class Reporting:
    """Of all accounts. The time of the last report that was seen rests in the cache, as the standing of the Inbox."""

    def __init__(self, mailbox: Mailbox, cache: Cache, clock: Clock) -> None:
        """Look for nothing yet."""
        self._mailbox, self._cache, self._clock = mailbox, cache, clock
        self._looking: set[AccountId] = set()

    async def look(self, account_id: AccountId) -> bool:
        """Take in what came since the last look; tell whether there was anything new. Trouble is not raised."""
        if account_id in self._looking:
            return False
        self._looking.add(account_id)
        try:
            return await self._take_in(account_id)
        except (AccountError, ItemRefused):
            return False  # the account's bar says what is wrong with it, and the lists what they may not see
        except StorageError:
            log.warning("reports could not be kept", exc_info=True)
            return False
        finally:
            self._looking.discard(account_id)

    async def _take_in(self, account_id: AccountId) -> bool:
        standing = await self._cache.standing(account_id, _INBOX)
        since = standing.checked or self._clock.now() - FIRST_LOOK
        found = await self._mailbox.find_reports(account_id, since)
        fresh = [one for one in found if one[1].at > standing.checked or not standing.checked]
        if not found:
            return False
        await self._cache.note_reports(account_id, found)
        latest = max(report.at for _, report in found)
        await self._cache.apply(account_id, _INBOX, (), Standing(checked=max(latest, standing.checked)))
        return bool(fresh)
