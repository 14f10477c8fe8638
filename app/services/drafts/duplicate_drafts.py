"""Keeps a message one item on the server, also where the server processes a first save long after its connection broke.

Such a save was looked for and made again (`saver.py`); what is still to come of it stands in the message's record
(`Record.strays`), for as long as the message lives. It is looked for after growing pauses for a day, whenever its
account is well again, and whenever a sync of Drafts names a second item with the message's mark. It goes to Deleted
Items only where it says what we had sent, word for word, and the message's own item was just seen: what another client
wrote stays, and is in the list beside the message. Of what is attached the saver takes away what came twice
(`attachments/upload.py`); this module finds the messages to look at for it.
"""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Final

from app.core.background import Spawn
from app.core.events import Event
from app.domain.errors import AccountError, ItemRefused
from app.domain.late_creates import came, is_twin, one_less
from app.domain.listing import Folder, Mark, Place, Row
from app.domain.message import AccountId, Fetched, ItemRef, LocalId
from app.domain.proof import found_in_drafts
from app.domain.record import Record
from app.domain.response_codes import ITEM_GONE
from app.domain.state import BEFORE_LEAVING, WENT_OUT, WRITABLE, State
from app.services.accounts.accounts import Accounts
from app.services.drafts.saver import as_it_is
from app.services.html.words import read_long_words
from app.services.ports import Clock, Mailbox
from app.services.records.records import Condition, Records

if TYPE_CHECKING:
    import asyncio

_FIRST_PAUSE: Final = 15.0
_LONGEST_PAUSE: Final = 600.0
_WATCHED_FOR: Final = 24 * 3600.0
"""Seconds for which we look by ourselves; after that the sync of Drafts and each start have to do."""


class DuplicateDrafts:
    """Removes second items of messages. `merged` names a removed item: its account, its folder and its ItemId."""

    def __init__(
        self,
        records: Records,
        mailbox: Mailbox,
        accounts: Accounts,
        clock: Clock,
        spawn: Spawn,
        lock: Callable[[LocalId], asyncio.Lock],
        save: Callable[[LocalId], Awaitable[object]],
    ) -> None:
        """Look by way of `mailbox` (the watched one). `lock` is the saver's, one for each message; `save` takes it."""
        self.merged: Event[tuple[AccountId, Place, str]] = Event()
        self._records, self._mailbox, self._accounts = records, mailbox, accounts
        self._clock, self._spawn, self._lock, self._save = clock, spawn, lock, save
        self._watching: set[AccountId] = set()
        self._looking: set[AccountId] = set()
        records.changed.subscribe(self._changed)

    def account_reachable(self, account_id: AccountId) -> None:
        """Look at once for all that may have come while the server was out of reach."""
        self._look_soon(account_id)
        self._watch(account_id)

    def seen(self, told: tuple[AccountId, Sequence[Row]]) -> None:
        """Apply what a sync of Drafts named."""
        account_id, rows = told
        if any(self._is_second(account_id, row) for row in rows):
            self._look_soon(account_id)

    def _is_second(self, account_id: AccountId, row: Row) -> bool:
        record = self._records.get(LocalId(row.local_id)) if row.local_id else None
        if record is None or record.account_id != account_id:
            return False
        return _may_be_twin(record, row.ref.item_id) or (_may_have_more(record) and row.ref != record.ref)

    def _changed(self, record: Record) -> None:
        if (record.strays or record.resent) and record.account_id not in self._watching:
            self._watch(record.account_id)

    # --- time ---------------------------------------------------------------------------------------------------------

    def _watch(self, account_id: AccountId) -> None:
        if account_id not in self._watching and self._pause(account_id) is not None:
            self._watching.add(account_id)
            self._spawn(self._look_now_and_then(account_id), f"look for twins of {account_id}")

    def _pause(self, account_id: AccountId) -> float | None:
        """Return how long to wait before the next look, None where none is due any more."""
        now = self._clock.now()
        records = self._of(account_id)
        ages = [now - one.at for record in records for one in record.strays]
        ages += [now - record.saved_at for record in records if _may_have_more(record)]
        young = [age for age in ages if age < _WATCHED_FOR]
        return min(max(min(young), _FIRST_PAUSE), _LONGEST_PAUSE) if young else None

    async def _look_now_and_then(self, account_id: AccountId) -> None:
        try:
            while (pause := self._pause(account_id)) is not None:
                await self._clock.sleep(pause)
                if self._accounts.is_paused(account_id):
                    return  # taken up again when the account works
                await self._look(account_id)
        finally:
            self._watching.discard(account_id)

    def _look_soon(self, account_id: AccountId) -> None:
        if account_id not in self._looking and self._of(account_id):
            self._spawn(self._look(account_id), f"look for twins of {account_id} now")

    # --- looking ------------------------------------------------------------------------------------------------------

    def _of(self, account_id: AccountId) -> list[Record]:
        mine = (one for one in self._records.all() if one.account_id == account_id)
        return [one for one in mine if one.strays or one.resent]

    async def _look(self, account_id: AccountId) -> None:
        """Look for all of an account's, one request for each mailbox; trouble is left to the next look."""
        if account_id in self._looking or self._accounts.is_paused(account_id):
            return
        self._looking.add(account_id)
        try:
            for place, records in _by_place(self._of(account_id)).items():
                with contextlib.suppress(ItemRefused):  # a mailbox that may not be looked into keeps none from the next
                    await self._look_in(account_id, place, records)
            await self._look_at(account_id, [one for one in self._of(account_id) if _may_have_more(one)])
        except AccountError:
            return
        finally:
            self._looking.discard(account_id)

    async def _look_in(self, account_id: AccountId, place: Place, records: Sequence[Record]) -> None:
        marks = [Mark(record.local_id, record.message_id) for record in records]
        seen: dict[str, list[ItemRef]] = {}
        for sighting in await self._mailbox.locate(account_id, marks, [place if place.mailbox else place.folder]):
            if sighting.is_draft:
                seen.setdefault(sighting.mark.local_id, []).append(sighting.ref)
        for local_id, refs in seen.items():
            async with self._lock(LocalId(local_id)):
                await self._merge(LocalId(local_id), place, refs)

    async def _look_at(self, account_id: AccountId, records: Sequence[Record]) -> None:
        """Let what changed be looked at by the saver, which knows what is attached. Raises AccountError."""
        refs = [record.ref for record in records if record.ref is not None]
        for record, answer in zip(records, await self._mailbox.get(account_id, refs) if refs else (), strict=True):
            if answer.item is None or record.ref is None or answer.item.ref == record.ref:
                continue
            unread = ItemRef(record.ref.item_id)
            if await self._records.apply_known(record.local_id, when=_still_called(record.ref), ref=unread):
                await self._save(record.local_id)

    async def _merge(self, local_id: LocalId, place: Place, refs: Iterable[ItemRef]) -> None:
        """Remove what came beside a message's own item. Raises AccountError."""
        record = self._records.get(local_id)
        if record is None or not _is_settled(record):
            return
        own = record.ref
        duplicates = [ref for ref in refs if _may_be_twin(record, ref.item_id) and not self._is_a_message(record, ref)]
        kept = [own] if own is not None and _must_be_there(record) else []
        if not duplicates or (not kept and _must_be_there(record)):
            return
        traits = self._accounts.traits(record.account_id)
        read = [answer.item for answer in await self._mailbox.get(record.account_id, [*kept, *duplicates])]
        answers = [None if item is None else found_in_drafts(item, traits) for item in read]
        if any(item is None or not item.is_draft for item in answers[: len(kept)]):
            return  # its own item is not there: then what came may be all that there is of it
        for item in answers[len(kept) :]:
            if item is not None:
                await self._remove(local_id, place, item)

    async def _remove(self, local_id: LocalId, place: Place, item: Fetched) -> None:
        record = self._records.get(local_id)
        if record is None:
            return
        by_words = self._accounts.rewrites_text(record.account_id)
        if by_words:
            await read_long_words(item.content)
        stray = came(record.strays, item, by_words=by_words)
        if stray is None:
            return
        outcome = as_it_is((await self._mailbox.delete(record.account_id, [item.ref]))[0])
        if outcome.accepted or outcome.code in ITEM_GONE:
            await self._records.apply_known(local_id, strays=one_less(record.strays, stray))
            self.merged.emit((record.account_id, place, item.ref.item_id))

    def _is_a_message(self, record: Record, ref: ItemRef) -> bool:
        """Return whether the person took an item in as a message of its own."""
        return self._records.by_item(record.account_id, ref.item_id) is not None


def _may_be_twin(record: Record, item_id: str) -> bool:
    return is_twin(record.strays, "" if record.ref is None else record.ref.item_id, item_id)


def _still_called(ref: ItemRef) -> Condition:
    return lambda record: record.ref == ref


def _may_have_more(record: Record) -> bool:
    """Return whether a file that was sent anew may yet be attached to a message a second time, unseen.

    One that lost its ChangeKey to a look is looked at again: the program may have ended before the look did.
    """
    rests = record.state in WRITABLE and not record.discarded
    return rests and bool(record.resent) and record.saved and record.ref is not None


def _is_settled(record: Record) -> bool:
    """Return whether it is known which item is the message's own, or that it needs none any more."""
    if not _keeps_its_item(record):
        return record.ref is None
    if record.state in BEFORE_LEAVING:
        return record.ref is not None
    if record.state is State.UNKNOWN:
        # It is not known whether it was sent: its draft stays, for the person to look at, and one is enough.
        return record.ref is not None and bool(record.verified)
    # What the server holds until its time may lie in Drafts, under another name: nothing of it is touched.
    return record.state in WENT_OUT and bool(record.verified)


def _keeps_its_item(record: Record) -> bool:
    """Return whether a message is not thrown away: one that was moved keeps its item until the other one is saved."""
    return not record.discarded or (bool(record.moved_to) and record.ref is not None)


def _must_be_there(record: Record) -> bool:
    """Return whether the message's own item is a draft that has to be seen before another one goes."""
    return _keeps_its_item(record) and (record.state in BEFORE_LEAVING or record.state is State.UNKNOWN)


def _by_place(records: Iterable[Record]) -> dict[Place, list[Record]]:
    """Return the Drafts in which strays may lie, each with the messages whose strays they are."""
    places: dict[Place, list[Record]] = {}
    for record in records:
        for mailbox in dict.fromkeys(one.drafts_of for one in record.strays):
            places.setdefault(Place(Folder.DRAFTS, mailbox), []).append(record)
    return places
