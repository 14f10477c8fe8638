"""A folder as a list shows it: the server's pages and this machine's letters as one, without doubles, newest first.

The Outbox has no server side here: it is derived from the letters on their way, so that there is no second truth.
Changes are told as small ranges; where much changes at once, as a reset.
"""

from __future__ import annotations

from bisect import bisect_left
from enum import StrEnum
from typing import Final

import msgspec

from app.domain.errors import AccountError, Trouble
from app.domain.listing import Folder, Page, Row
from app.domain.message import AccountId, ItemRef, LocalId
from app.domain.record import Record
from app.domain.state import IN_OUTBOX, State
from app.services.events import Event
from app.services.letters import Letters
from app.services.ports import Mailbox
from app.services.rows import ListRow, row_of_item, row_of_record

PAGE: Final = 50
_SENT: Final = frozenset({State.SENT, State.SENT_NOT_FILED})
_BEING_WRITTEN: Final = frozenset({State.DRAFT, State.READY, State.NEEDS_ATTENTION})


class ChangeKind(StrEnum):
    """What happened to rows."""

    RESET = "reset"
    INSERTED = "inserted"
    CHANGED = "changed"
    REMOVED = "removed"


class ListChange(msgspec.Struct, frozen=True):
    """Rows `first` to `last`, both included, as they are now (REMOVED: as they were). RESET means all."""

    kind: ChangeKind
    first: int = 0
    last: int = -1


class FolderView:
    """One list of one account. `changed` tells its rows' changes, `state_changed` that loading or trouble changed."""

    def __init__(self, folder: Folder, account_id: AccountId, letters: Letters, mailbox: Mailbox) -> None:
        """Show `folder` of `account_id`: local letters at once, the server's when `reload` was awaited."""
        self.changed: Event[ListChange] = Event()
        self.state_changed: Event[None] = Event()
        self.folder = folder
        self.account_id = account_id
        self.rows: list[ListRow] = []
        self.total = 0
        self.loading = False
        self.loaded = False
        self.trouble: Trouble | None = None
        self._letters = letters
        self._mailbox = mailbox
        self._items: dict[str, Row] = {}
        self._next_offset: int | None = None
        self._by_mark: dict[str, Row] = {}
        self._asked_with: dict[LocalId, ItemRef] = {}
        self._keys: dict[LocalId, str] = {}
        self._strange: set[str] = set()
        self._listed: dict[str, ListRow] = {}
        self._stop = [letters.changed.subscribe(self._on_record), letters.forgotten.subscribe(self._on_forgotten)]
        self._build()

    def close(self) -> None:
        """Listen no more."""
        for stop in self._stop:
            stop()

    @property
    def has_more(self) -> bool:
        """Tell whether the server has further pages."""
        return self._next_offset is not None

    async def reload(self) -> None:
        """Fetch the first page anew. Trouble is not raised: `trouble` says it, and the local letters stay."""
        if self.folder is not Folder.OUTBOX:
            await self._load(0)

    async def load_more(self) -> None:
        """Fetch the next page, if there is one."""
        if self._next_offset is not None:
            await self._load(self._next_offset)

    def number_of(self, key: str) -> int:
        """Return where a row stands, -1 where it is not listed."""
        row = self._listed.get(key)
        return -1 if row is None else bisect_left(self.rows, _order(row), key=_order)

    async def _load(self, offset: int) -> None:
        if self.loading:
            return
        self.loading = True
        self.state_changed.emit(None)
        known = {record.local_id: record.ref for record in self._letters.all() if record.ref is not None}
        try:
            page = await self._mailbox.list_folder(self.account_id, self.folder, offset, PAGE)
        except AccountError as error:
            self.trouble = error.trouble
        else:
            if offset == 0:
                self._items.clear()
                self._by_mark.clear()
                self._asked_with = known
            self._take_in(page)
        finally:
            self.loading = False
            self.state_changed.emit(None)

    def _take_in(self, page: Page) -> None:
        for item in page.rows:
            self._items[item.ref.item_id] = item
            if item.local_id:
                self._by_mark[item.local_id] = item
        self.trouble, self.loaded = None, True
        self.total, self._next_offset = page.total, page.next_offset
        self._build()
        self.changed.emit(ListChange(ChangeKind.RESET, 0, len(self.rows) - 1))

    # --- putting both sides together ------------------------------------------------------------------------------

    def _build(self) -> None:
        rows: list[ListRow] = []
        matched: set[str] = set()
        for record in self._letters.all():
            if record.account_id != self.account_id:
                continue
            item = self._item_of(record)
            if item is not None:
                matched.add(item.ref.item_id)
            row = self._row_of(record, item)
            if row is not None:
                rows.append(row)
        rows += [
            row_of_item(self.account_id, self.folder, item)
            for item_id, item in self._items.items()
            if item_id not in matched
        ]
        rows.sort(key=_order)
        self.rows = rows
        self._listed = {row.key: row for row in rows}
        self._strange = {row.key for row in rows if row.record is None}
        for row in rows:
            if row.record is not None:
                self._keys.setdefault(row.record.local_id, row.key)

    def _item_of(self, record: Record) -> Row | None:
        """Return the server's side of a letter: by its ItemId; or by our mark, where no other letter has that item."""
        if record.ref is not None and record.ref.item_id in self._items:
            return self._items[record.ref.item_id]
        item = self._by_mark.get(record.local_id)
        if item is None:
            return None
        owner = self._letters.by_item(self.account_id, item.ref.item_id)
        return item if owner is None or owner.local_id == record.local_id else None

    def _row_of(self, record: Record, item: Row | None) -> ListRow | None:
        if not self._belongs(record, item):
            return None
        key = self._keys.get(record.local_id)
        if key is None:
            listed = None if item is None else f"item:{item.ref.item_id}"
            key = listed if listed is not None and listed in self._strange else record.local_id
        return row_of_record(key, record, item, self.folder)

    def _belongs(self, record: Record, item: Row | None) -> bool:
        if record.discarded:
            return False
        if self.folder is Folder.OUTBOX:
            return record.state in IN_OUTBOX or (
                record.state is State.NEEDS_ATTENTION and record.send_outcome is not None
            )
        if self.folder is Folder.SENT:
            return record.state in _SENT and (item is not None or not self._is_gone(record))
        if self.folder is not Folder.DRAFTS:
            return False
        if record.state in _BEING_WRITTEN:
            return item is not None or not self._is_gone(record)
        # Sent, but the draft is still there: it is shown as what it is, lest it be sent again by hand.
        return record.state in _SENT and item is not None and item.is_draft and bool(record.problem)

    def _is_gone(self, record: Record) -> bool:
        """Tell whether the server had this very version when it was asked, and did not list it: moved, deleted or sent
        by another client, or on a page that was not fetched yet. What waits, is open or is amiss is always shown.
        """
        if record.open or record.problem or record.state in {State.READY, State.NEEDS_ATTENTION}:
            return False
        settled = bool(record.verified) if record.state in _SENT else record.saved
        return settled and record.ref is not None and self._asked_with.get(record.local_id) == record.ref

    # --- following changes ----------------------------------------------------------------------------------------

    def _on_record(self, record: Record) -> None:
        if record.account_id != self.account_id:
            return
        fresh = self._row_of(record, self._item_of(record))
        number = self._number_of_record(record)
        if number >= 0:
            if fresh is not None and _order(self.rows[number]) == _order(fresh):
                self._keys[record.local_id] = fresh.key
                self.rows[number] = self._listed[fresh.key] = fresh
                self.changed.emit(ListChange(ChangeKind.CHANGED, number, number))
                return
            self._remove(number)
            self.changed.emit(ListChange(ChangeKind.REMOVED, number, number))
        if fresh is not None:
            self._keys[record.local_id] = fresh.key
            place = bisect_left(self.rows, _order(fresh), key=_order)
            self._insert(place, fresh)
            self.changed.emit(ListChange(ChangeKind.INSERTED, place, place))

    def _on_forgotten(self, local_id: LocalId) -> None:
        number = self.number_of(self._keys.pop(local_id, ""))
        if number >= 0:
            self._remove(number)
            self.changed.emit(ListChange(ChangeKind.REMOVED, number, number))

    def _number_of_record(self, record: Record) -> int:
        number = self.number_of(self._keys.get(record.local_id, ""))
        if number < 0 and record.ref is not None:
            number = self.number_of(f"item:{record.ref.item_id}")
        return number

    def _insert(self, number: int, row: ListRow) -> None:
        self.rows.insert(number, row)
        self._listed[row.key] = row

    def _remove(self, number: int) -> None:
        del self._listed[self.rows.pop(number).key]


def _order(row: ListRow) -> tuple[float, str]:
    """Newest first; what was changed in the same moment stands in the order of its keys, so that nothing jumps."""
    return (-row.when, row.key)
