"""Lets an account go on by Graph that was one of EWS: its messages here get the ids that Graph has for them.

From the moment in which the account is kept as one of Graph, nothing is asked of its messages (`Accounts.is_moving`).
First the last answer of EWS is awaited. Graph translates the ids; records, and after them the cache, take them in. Last
the account forgets that it moved, and what waited goes on. Where the program ends in between, the next opening begins
again: an id that is Graph's already is one that it does not know as EWS's, and stays. Nothing is sent, saved or taken
away on the way. What became of a send over EWS is looked for as ever, by its mark and its Message-ID.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Coroutine, Iterable, Mapping
from typing import Any, Final

import msgspec

from app.domain.errors import AccountError, ItemRefused, StorageError
from app.domain.message import AccountId, ItemRef
from app.domain.record import Record
from app.services.accounts.accounts import Accounts
from app.services.accounts.watched_mailbox import WatchedMailbox
from app.services.ports import Cache, Clock, Mailbox
from app.services.records.records import Records

log = logging.getLogger(__name__)
_AT_ONCE: Final = 1000
_REST: Final = 30.0
"""Seconds before it is tried again where the server refused, or the disk did."""
Spawn = Callable[[Coroutine[Any, Any, None], str], object]


class IdTranslation:
    """Translates the ids of accounts that moved, whenever one is open. `server` is asked past the watch that holds."""

    def __init__(
        self,
        records: Records,
        accounts: Accounts,
        watched: WatchedMailbox,
        server: Mailbox,
        cache: Cache,
        clock: Clock,
        spawn: Spawn,
    ) -> None:
        """Begin with those that are open already."""
        self._records, self._accounts, self._cache = records, accounts, cache
        self._watched, self._server, self._clock, self._spawn = watched, server, clock, spawn
        self._at_work: set[AccountId] = set()
        accounts.well.subscribe(self._begin)
        for account in accounts.all():
            if accounts.is_open(account.account_id):
                self._begin(account.account_id)

    def _begin(self, account_id: AccountId) -> None:
        if self._accounts.is_moving(account_id) and account_id not in self._at_work:
            self._at_work.add(account_id)
            self._spawn(self._translate(account_id), "translate ids")

    async def _translate(self, account_id: AccountId) -> None:
        try:
            while not await self._has_translated(account_id):
                await self._clock.sleep(_REST)
        except AccountError as error:
            self._accounts.report(account_id, error.trouble)  # it goes on once the account is well
        finally:
            self._at_work.discard(account_id)

    async def _has_translated(self, account_id: AccountId) -> bool:
        """Translate, and return whether all is on disk. Raises AccountError."""
        try:
            await self._watched.wait_until_idle(account_id)
            mine = [record for record in self._records.all() if record.account_id == account_id]
            new = await self._ask(account_id, mine)
            changes = {one.local_id: changed for one in mine if (changed := _changes(one, new))}
            await self._records.change_each(changes, when=lambda _: True)
            await self._cache.rename(account_id, new)
            await self._accounts.settle_ids(account_id)
        except (ItemRefused, StorageError) as error:
            log.warning("the ids of account %s were not translated yet: %s", account_id, type(error).__name__)
            return False
        return True

    async def _ask(self, account_id: AccountId, records: Iterable[Record]) -> dict[str, str]:
        """Return the new id of each that Graph knows, in records and in the cache."""
        wanted = {mailbox: dict.fromkeys(ids) for mailbox, ids in (await self._cache.item_ids(account_id)).items()}
        for record in records:
            wanted.setdefault(record.drafts_of, {}).update(dict.fromkeys(_ids_in(record)))
        found: dict[str, str] = {}
        for mailbox, named in wanted.items():
            ids = list(named)
            for start in range(0, len(ids), _AT_ONCE):
                asked = ids[start : start + _AT_ONCE]
                answers = await self._server.translate_ids(account_id, asked, mailbox)
                found.update({before: after for before, after in zip(asked, answers, strict=True) if after})
        return found


def _ids_in(record: Record) -> Iterable[str]:
    if record.ref is not None:
        yield record.ref.item_id
    yield from (one.attachment_id for one in record.held)
    yield from (one.ref.item_id for one in record.originals if not one.account_id)


def _changes(record: Record, new: Mapping[str, str]) -> dict[str, Any]:
    """Return what of a record is to be another, by the names of its fields."""
    replace = msgspec.structs.replace
    numbers = {one.attachment_id: new.get(one.attachment_id, one.attachment_id) for one in record.held}
    held = tuple(replace(one, attachment_id=_bare(numbers[one.attachment_id])) for one in record.held)
    originals = tuple(one if one.account_id else replace(one, ref=_renamed(one.ref, new)) for one in record.originals)
    after = {
        "ref": None if record.ref is None else _renamed(record.ref, new),
        "held": held,
        "originals": originals,
    }
    return {name: value for name, value in after.items() if value != getattr(record, name)}


def _renamed(ref: ItemRef, new: Mapping[str, str]) -> ItemRef:
    return msgspec.structs.replace(ref, item_id=new.get(ref.item_id, ref.item_id))


def _bare(attachment_id: str) -> str:
    """Return an attachment's id, which stands below its message's and names no mailbox."""
    return attachment_id.rpartition(" ")[2]
