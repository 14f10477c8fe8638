"""A folder as a list shows it.

The order of all rows is held in arrays; what a row says is read where it is to be painted. Messages of this machine are
known at once and change in place; rows of the server come with the next look into the cache. The Outbox has no server
side here: it is derived from the messages on their way (`outbox_view.py` adds what the server holds).
"""

from __future__ import annotations

import time
from array import array
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import Final

from app.core.background import Spawn
from app.core.events import Event
from app.domain.errors import ServerWords, StorageError, Trouble
from app.domain.listing import FIRST_ROWS, Folder, Listing, Order, Place, Row, RowId
from app.domain.message import AccountId, LocalId
from app.domain.query import Query, as_aqs
from app.domain.record import Record
from app.domain.state import State
from app.services.folders.row_matching import RowMatching
from app.services.folders.search import ask_server, finds, sought_of
from app.services.folders.sorted_rows import Key, Listed, Merge, Placed, gathered
from app.services.folders.syncing import FolderSync, Syncing
from app.services.ports import Cache, Mailbox
from app.services.records.records import Records
from app.services.records.rows import ListRow, OwnRows, key_of_item, key_of_row, row_of_item


class KnownSoFar:
    """What is known of a list whose folder `_sync` follows; `_sync` is None where the server has no such folder."""

    _sync: FolderSync | None
    _opened: bool
    undelivered: Sequence[RowId] = ()
    """What names the rows that came back and that the person does not know of, the newest first."""

    @property
    def loading(self) -> bool:
        """Return whether the server is being asked."""
        return self._sync is not None and self._sync.loading

    @property
    def loaded(self) -> bool:
        """Return whether what is shown is all there is."""
        return self._sync is None or (self._sync.loaded and self._opened)

    @property
    def trouble(self) -> Trouble | None:
        """Return why the server could not be asked."""
        return None if self._sync is None else self._sync.trouble

    @property
    def refusal(self) -> ServerWords | None:
        """Return why the server does not let us look."""
        return None if self._sync is None else self._sync.refusal


_KEPT: Final = 2_000
"""Rows that are kept as they were read: some twenty screens."""
_TAKEN_IN: Final = 10_000
"""Rows that are kept for a caller that imports them as messages; for more of them the cache is asked once more."""
_AT_ONCE: Final = 200
_AT_A_STEP: Final = 200
"""Messages of this machine that are put into a list in one turn of the loop."""
_REST: Final = 20.0
"""How many times as long as a look took the next one waits, while the server is still being read."""


class FolderView(KnownSoFar):
    """One list of one mailbox. `changed` says that rows or their order differ, `told` which rows say something else,
    `state_changed` that loading or trouble differ.
    """

    def __init__(
        self,
        account_id: AccountId,
        place: Place,
        records: Records,
        cache: Cache,
        mailbox: Mailbox,
        syncing: Syncing,
        spawn: Spawn,
    ) -> None:
        """Show this machine's messages at once; `open` brings what the cache has, `reload` asks the server."""
        self.changed: Event[None] = Event()
        self.told: Event[frozenset[RowId]] = Event()
        self.state_changed: Event[None] = Event()
        self.account_id, self.place, self.folder = account_id, place, place.folder
        self.order, self.query, self.searched_server = Order.NEWEST, Query(), False
        self._records, self._cache, self._mailbox, self._spawn = records, cache, mailbox, spawn
        self._syncing = syncing
        self._row_matching = RowMatching(account_id, place, records, partial(syncing.is_followed, account_id))
        self._base = self._listed = Listed.empty(self.order)
        self._extra: dict[RowId, Row] = {}
        self._asked_for: dict[RowId, Row] = {}
        self._ours: dict[RowId, ListRow] = {}
        self._id_of: dict[LocalId, RowId] = {}
        self._made = OwnRows(self.folder)
        self._changed_meanwhile: set[LocalId] = set()
        self._read: OrderedDict[RowId, tuple[int, ListRow]] = OrderedDict()
        self._look = self._taking = self._merged = self._merging_now = 0
        self._wanted: dict[RowId, None] = {}
        self._reading = self._looking = self._look_again = self._passed_over = self._closed = False
        self._rest_until, self._listed_in = 0.0, self.order
        self._opened = self.folder is Folder.OUTBOX
        self._sync = None
        self._stop = [
            records.changed_together.subscribe(self._on_records),
            records.forgotten.subscribe(self._on_forgotten),
            syncing.followed.subscribe(self._on_followed),
        ]
        if not self._opened:
            self._follow(syncing.follow(account_id, place))
        self._merge()

    def _follow(self, sync: FolderSync) -> None:
        self._sync = sync
        self._stop.append(sync.changed.subscribe(lambda _: self._look_soon()))
        self._stop.append(sync.state_changed.subscribe(lambda _: self._on_state()))

    def close(self) -> None:
        """End all subscriptions."""
        self._closed = True
        for stop in self._stop:
            stop()
        if self._sync is not None:
            self._syncing.leave(self._sync)

    # --- how it stands ----------------------------------------------------------------------------------------------

    @property
    def total(self) -> int:
        """Return how many there are, with those that were not read yet, while nothing is looked for."""
        more = 0 if self._sync is None or self._sync.loaded or self.query else self._sync.total
        return max(more, len(self._listed))

    # --- rows -------------------------------------------------------------------------------------------------------

    @property
    def ids(self) -> array[int]:
        """Return what names each row, in order. It is not to be changed."""
        return self._listed.ids

    @property
    def keys(self) -> Sequence[Key]:
        """Return what each row is sorted by, ascending. It is not to be changed."""
        return self._listed.keys

    def row(self, row_id: RowId) -> ListRow | None:
        """Return a row; None where it has to be read first, which this call begins: `told` names it then."""
        ours = self._ours.get(row_id)
        if ours is not None:
            return ours
        known = self._read.get(row_id)
        if known is None or known[0] != self._look:
            self._want(row_id)
        return None if known is None else known[1]

    def has_read(self, row_id: RowId) -> bool:
        """Return whether what a row of this list says was read already."""
        return row_id in self._ours or row_id in self._read

    def prepare(self, row_ids: Iterable[RowId]) -> None:
        """Read rows that are likely to be shown next."""
        for row_id in row_ids:
            if row_id not in self._ours and row_id not in self._read:
                self._want(row_id)

    async def rows_of(self, row_ids: Iterable[RowId]) -> list[ListRow]:
        """Return rows, read where need be, in the order asked; what is no more is left out. Raises StorageError."""
        asked = list(row_ids)
        strange = [one for one in asked if one not in self._ours]
        items: dict[RowId, Row] = {}
        for start in range(0, len(strange), _AT_ONCE):
            items |= await self._cache.rows(self.account_id, strange[start : start + _AT_ONCE])
        # The caller may import the rows as messages: then their rows are to be known, so that none stands twice.
        self._asked_for = items if len(items) <= _TAKEN_IN else {}
        self._row_matching.add_rows(self._asked_for)
        found = {row_id: self._row_of_item(row_id, item) for row_id, item in items.items()}
        rows = (self._ours.get(row_id) or found.get(row_id) for row_id in asked)
        return [row for row in rows if row is not None]

    def names_in(self, states: frozenset[State]) -> list[LocalId]:
        """Return which messages of this machine that are listed are in one of `states`, in no particular order."""
        rows = (row for row in self._ours.values() if row.state in states)
        return [row.local_id for row in rows if row.local_id is not None]

    def own_rows(self) -> list[ListRow]:
        """Return the rows of which this machine has a message, in order."""
        places = [(self._number(row_id), row) for row_id, row in self._ours.items()]
        return [row for number, row in sorted(places, key=lambda one: one[0]) if number >= 0]

    def id_of(self, local_id: LocalId) -> RowId | None:
        """Return what names a message's row, None where it is not listed."""
        row_id = self._id_of.get(local_id)
        return row_id if row_id in self._ours else None

    async def id_of_item(self, item_id: str) -> RowId | None:
        """Return what names the row of an item, None where it is not listed. Raises StorageError."""
        own = self._records.by_item(self.account_id, item_id)
        known = None if own is None else self.id_of(own.local_id)
        if known is not None:
            return known
        listing = await self._cache.listing(self.account_id, self.place, self.order, names=[item_id], limit=0)
        return next((row_id for row_id, row in listing.rows.items() if row.ref.item_id == item_id), None)

    def number_of(self, row_id: RowId) -> int:
        """Return where a row stands, -1 where it is not listed."""
        number = self._number(row_id)
        if number >= 0 or row_id in self._ours:
            return number
        try:
            return self._listed.ids.index(row_id)
        except ValueError:
            return -1

    def has_item(self, record: Record) -> bool:
        """Return whether the server lists a message's item in this very folder."""
        return self._row_matching.has_item(record)

    # --- what the person asks for -----------------------------------------------------------------------------------

    async def show_cached(self) -> None:
        """Show what the cache has: its first rows first. Raises StorageError."""
        if self._sync is None:
            return
        try:
            import asyncio

            # What is seen first is asked for first; how many there are in all is known meanwhile.
            first, _ = await asyncio.gather(self._ask_cache(FIRST_ROWS), self._sync.look())
            await self._take_in(first)
            await self._look_now()
        finally:
            self._opened = True
            self.state_changed.emit(None)

    async def reload(self) -> None:
        """Look what changed on the server. Trouble is not raised: `trouble` and `refusal` say it."""
        if self._sync is not None:
            await self._sync.sync()
            if self.place == Place(Folder.SENT) and not self._sync.failed:
                await self._syncing.look_for_reports(self.account_id)
            await self._look_now()

    async def arrange(self, order: Order) -> None:
        """Sort the list anew. Raises StorageError."""
        if order is self.order:
            return
        self.order, before = order, self.order
        try:
            await self._look_now()
        except StorageError:
            self.order = before if self._listed_in is before else self.order
            raise

    async def find(self, query: Query) -> None:
        """Show what is found alone; an empty query shows everything. Raises StorageError."""
        if query == self.query:
            return
        self.query, self.searched_server = query, False
        self._extra.clear()
        if self._sync is None:
            self._merge()
            return
        first = await self._ask_cache(FIRST_ROWS)
        if self.query is query:
            await self._take_in(first)
            await self._look_now()

    async def find_on_server(self) -> int:
        """Ask the server for the same; return how many rows it has. Raises AccountError, ItemRefused, StorageError."""
        query, asked = self.query, as_aqs(self.query)
        if self._sync is None or not asked:
            return 0
        where = self.account_id, self.place
        names = await ask_server(self._mailbox, self._cache, where, asked, lambda: self.query is query)
        listing = await self._cache.listing(self.account_id, self.place, limit=0, names=names)
        if self.query is query:
            self._extra, self.searched_server = listing.rows, True
            await self._look_now()
        return len(names)

    async def people(self, begun: str) -> list[str]:
        """Return whom messages of this folder went to, by the casefolded start of a name. Raises StorageError."""
        return await self._cache.people(self.account_id, self.place, begun)

    # --- looking into the cache -------------------------------------------------------------------------------------

    def _on_state(self) -> None:
        if self._passed_over and not self.loading:
            self._look_soon()
        self.state_changed.emit(None)

    def _look_soon(self) -> None:
        if self._looking:
            self._look_again = True
        elif self.loading and time.monotonic() < self._rest_until:
            self._passed_over = True
        elif not self._closed:
            self._looking = True
            self._spawn(self._keep_looking(), f"read {self.folder} anew")

    async def _keep_looking(self) -> None:
        try:
            while True:
                self._look_again = self._passed_over = False
                began = time.monotonic()
                await self._look_now()
                # A long first look comes in hundreds of pages: looking at each would cost more than reading them.
                self._rest_until = time.monotonic() + _REST * (time.monotonic() - began)
                if not self._look_again:
                    break
        finally:
            self._looking = False

    async def _look_now(self) -> None:
        if self._sync is None:
            self._merge()
            return
        order, query, asked_with = self.order, self.query, self._sync.asked_with
        listing = await self._ask_cache()
        if self.folder is Folder.SENT:
            self.undelivered = await self._cache.undelivered(self.account_id, self.place)
        if self._closed or order is not self.order or query is not self.query:
            return  # another order or search was set meanwhile, and does its own look
        self._row_matching.asked_with = asked_with
        await self._take_in(listing)

    async def _ask_cache(self, limit: int = -1) -> Listing:
        names = await gathered(self._row_matching.names())
        return await self._cache.listing(self.account_id, self.place, self.order, self.query or None, names, limit)

    async def _take_in(self, listing: Listing) -> None:
        import asyncio

        self._taking += 1
        asked = self._taking, self.order, self.query
        owner = self._records.by_item
        strange = {n: item for n, item in self._asked_for.items() if owner(self.account_id, item.ref.item_id) is None}
        for _ in self._row_matching.learn_anew(strange, listing.rows):
            await asyncio.sleep(0)
            if self._closed or asked != (self._taking, self.order, self.query):
                return  # a newer listing is being applied
        self._look += 1
        self._base = Listed(listing.ids, listing.keys)
        for row_id in listing.ids[:FIRST_ROWS]:
            if row_id in listing.rows:
                self._keep(row_id, self._row_of_item(row_id, listing.rows[row_id]))
        for _ in self._merging():
            await asyncio.sleep(0)

    def _merge(self) -> None:
        """Put both sides together at once."""
        for _ in self._merging():
            pass

    def _merging(self) -> Iterator[None]:
        """Put both sides together, some messages at a step: there may be thousands. A newer look takes over."""
        self._merged += 1
        self._merging_now += 1
        asked = self._merged, self.order, self.query
        try:
            for _ in self._merge_steps():
                yield
                if self._closed or asked != (self._merged, self.order, self.query):
                    return
        finally:
            self._merging_now -= 1

    def _merge_steps(self) -> Iterator[None]:
        changed = self._changed_meanwhile = set()
        placed: dict[LocalId, Placed] = {}
        for number, record in enumerate(self._records.all(), 1):
            placed[record.local_id] = self._place(record)
            if not number % _AT_A_STEP:
                yield
        merge = Merge(self._base, placed, self._id_of, self._syncing.name_of)
        extra = {row_id: self._key_of_item(item) for row_id, item in self._extra.items()}
        yield from merge.steps(extra, self._key_of)
        self._ours, self._listed, self._listed_in = merge.ours, merge.listed, self.order
        self._id_of.update(merge.renamed)
        for local_id in changed:
            latest = self._records.get(local_id)
            if latest is None:
                self._leave_out(local_id)
            else:
                self._show(latest, set())
        self.changed.emit(None)

    def _place(self, record: Record) -> Placed:
        """Return the row of the server that a message stands for, and the message's own."""
        if not self._row_matching.is_of(record):
            return None, None
        item = self._row_matching.item_of(record)
        stands_for = None if item is None else (item[0], self._key_of_item(item[1]))
        return stands_for, self._row_of_record(record, item)

    # --- reading rows -----------------------------------------------------------------------------------------------

    def _want(self, row_id: RowId) -> None:
        self._wanted[row_id] = None
        if not self._reading and not self._closed:
            self._reading = True
            self._spawn(self._read_wanted(), f"read rows of {self.folder}")

    async def _read_wanted(self) -> None:
        try:
            while self._wanted and not self._closed:
                look = self._look
                asked = list(self._wanted)[-_AT_ONCE:]  # rows that were scrolled past are not wanted any more
                self._wanted.clear()
                found = await self._cache.rows(self.account_id, asked)
                if look != self._look:
                    continue  # what was read may be older than what is listed: it is asked for again when painted
                self._row_matching.add_rows(found)
                fresh = {row_id: self._row_of_item(row_id, item) for row_id, item in found.items()}
                told = {row_id for row_id, row in fresh.items() if self._keep(row_id, row)}
                if told:
                    self.told.emit(frozenset(told))
        except StorageError:
            self._wanted.clear()  # the rows stay blank, and are asked for again when they are painted again
        finally:
            self._reading = False

    def _keep(self, row_id: RowId, row: ListRow) -> bool:
        """Keep a row as it was read; return whether it is another than before."""
        before = self._read.pop(row_id, None)
        self._read[row_id] = self._look, row
        while len(self._read) > _KEPT:
            self._read.popitem(last=False)
        return before is None or before[1] != row

    def _row_of_item(self, row_id: RowId, item: Row) -> ListRow:
        return row_of_item(self.account_id, self.folder, item, f"{row_id}")

    # --- messages of this machine ------------------------------------------------------------------------------------

    def _row_of_record(self, record: Record, item: tuple[RowId, Row] | None) -> ListRow | None:
        """Return the row of a message, and give it a name; None where it is not listed, or not what is looked for."""
        if not self._row_matching.shows(record, None if item is None else item[1]):
            return None
        row_id = self._id_of.get(record.local_id)
        if row_id is None:
            # A row that was there before the message was is the same row, and keeps its name.
            same = item is not None and (item[0] in self._read or item[0] in self._asked_for)
            row_id = item[0] if item is not None and same else self._syncing.name_of(record.local_id)
            self._id_of[record.local_id] = row_id
        row = self._made.row(row_id, record, None if item is None else item[1], self._row_matching.is_newer)
        return row if not self.query or finds(self.query, sought_of(row)) else None

    def _on_records(self, records: Sequence[Record]) -> None:
        """Show what changed of messages of this machine, and emit it once."""
        self._changed_meanwhile.update(record.local_id for record in records)
        if self._merging_now or self._listed_in is not self.order:
            return  # what is listed is older, and made anew: laid over it, a row might stand twice
        told: set[RowId] = set()
        moved = [self._show(record, told) for record in records]
        if told:
            self.told.emit(frozenset(told))
        if any(moved):
            self.changed.emit(None)

    def _show(self, record: Record, told: set[RowId]) -> bool:
        """Show a message as it is now; True where rows came, went or moved, else its row is one of `told`."""
        if not self._row_matching.is_of(record):
            return self._leave_out(record.local_id)
        item = self._row_matching.item_of(record)
        if item is None and record.local_id not in self._id_of and self._row_matching.may_be_listed(record):
            self._look_soon()  # its item may be listed where the cache was not read yet
        hidden = item is not None and item[0] not in self._ours and self._hide(item)
        before = self._ours.get(self._id_of.get(record.local_id, 0))
        fresh = self._row_of_record(record, item)
        row_id = self._id_of.get(record.local_id, 0)
        if not hidden and fresh is not None and before is not None and self._key_of(before) == self._key_of(fresh):
            self._ours[row_id] = fresh
            told.add(row_id)
            return False
        if before is not None:
            self._take_out(row_id, before)
        if fresh is not None:
            self._ours[row_id] = fresh
            self._listed.insert(row_id, self._key_of(fresh))
        if hidden and before is None and fresh is not None:
            told.add(row_id)  # it may stand where it stood before, under the same name
        return hidden or before is not None or fresh is not None

    def _on_followed(self, account_id: AccountId) -> None:
        """A list of another mailbox came or went: its messages stand there, or here."""
        own = account_id == self.account_id and not self.place.mailbox and self.folder in {Folder.DRAFTS, Folder.SENT}
        if own and self._opened and not self._closed:
            self._look_soon()

    def _on_forgotten(self, local_id: LocalId) -> None:
        self._changed_meanwhile.add(local_id)
        if self._leave_out(local_id):
            self.changed.emit(None)
        self._made.forget(self._id_of.pop(local_id, 0))
        self._look_soon()

    def _leave_out(self, local_id: LocalId) -> bool:
        """Take a message's row out; return whether it was there."""
        row_id = self._id_of.get(local_id, 0)
        row = self._ours.get(row_id)
        if row is not None:
            self._take_out(row_id, row)
        return row is not None

    def _hide(self, item: tuple[RowId, Row]) -> bool:
        """Take a row out that a message of this machine stands for; return whether it was there."""
        number = self._listed.find(item[0], self._key_of_item(item[1]))
        if number >= 0:
            self._listed.remove(number)
        return number >= 0

    def _take_out(self, row_id: RowId, row: ListRow) -> None:
        number = self._listed.find(row_id, self._key_of(row))
        if number >= 0:
            self._listed.remove(number)
        del self._ours[row_id]

    def _number(self, row_id: RowId) -> int:
        row = self._ours.get(row_id)
        if row is None:
            known = self._read.get(row_id)
            row = None if known is None else known[1]
        return -1 if row is None else self._listed.find(row_id, self._key_of(row))

    def _key_of(self, row: ListRow) -> Key:
        return key_of_row(self.order, row)

    def _key_of_item(self, item: Row) -> Key:
        return key_of_item(self.order, self.folder, item)
