"""Which messages of this machine a list shows, and which item of the server is which of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from app.domain.listing import Folder, Place, Row, RowId
from app.domain.message import AccountId, ItemRef, LocalId
from app.domain.record import Record
from app.domain.state import IN_OUTBOX, SHOWN_WITHOUT_ITEM, WENT_OUT, WRITABLE, State
from app.services.folders.sorted_rows import in_parts
from app.services.records.records import Records

_Items = dict[str, tuple[RowId, Row]]


class RowMatching:
    """Maps the server's rows of one list to messages of this machine, as far as they are known (`items`)."""

    def __init__(
        self,
        account_id: AccountId,
        place: Place,
        records: Records,
        is_listed: Callable[[Place], bool] = lambda _: False,
    ) -> None:
        """Know of no item yet; `is_listed` returns whether a folder of another mailbox has a list of its own."""
        self.items: _Items = {}
        self.asked_with: Mapping[LocalId, ItemRef] = {}
        self._account_id, self._place, self._records = account_id, place, records
        self._is_listed = is_listed
        self._by_mark: _Items = {}

    def is_of(self, record: Record) -> bool:
        """Return whether a message is of this list's mailbox. One's own lists show what was written here for a mailbox
        that has no list of its own too: whatever happens to that mailbox, no message is in none.
        """
        if record.account_id != self._account_id or self._place.folder_id:
            return False
        if self._place.folder is Folder.INBOX:
            return False  # what one wrote to oneself bears our mark there too, and is not the message that was sent
        if self._place.folder is Folder.OUTBOX or self._lies_here(record):
            return True
        return not self._place.mailbox and not self._lies_in_a_list(record)

    def _lies_here(self, record: Record) -> bool:
        """Return whether a message lies in the list's mailbox: a principal's draft lies with the principal."""
        filed_here = not self._is_copy(record) or not record.copy_to.folder_id
        if self.has_item(record):
            return True
        return filed_here and self._mailbox_of(record).casefold() == self._place.mailbox.casefold()

    def _lies_in_a_list(self, record: Record) -> bool:
        """Return whether a message lies in a folder of another mailbox that has a list of its own."""
        mailbox = self._mailbox_of(record)
        elsewhere = self._is_copy(record) and bool(record.copy_to.folder_id)
        return bool(mailbox) and not elsewhere and self._is_listed(Place(self._place.folder, mailbox))

    def _is_copy(self, record: Record) -> bool:
        return record.state in WENT_OUT and self._place.folder is Folder.SENT

    def _mailbox_of(self, record: Record) -> str:
        """Return the address of the mailbox in which a message lies, or its copy; empty for one's own."""
        return record.copy_to.drafts_of if self._is_copy(record) else record.drafts_of

    def has_item(self, record: Record) -> bool:
        """Return whether the server lists a message's item here: it may have been taken in a moment ago."""
        return record.ref is not None and record.ref.item_id in self.items

    def names(self) -> Iterator[list[str]]:
        """Return the names under which the server may have messages of this machine, of some messages at a step."""
        for part in in_parts(self._records.all()):
            mine = [record for record in part if self.is_of(record)]
            yield [record.local_id for record in mine] + [r.ref.item_id for r in mine if r.ref is not None]

    def add_rows(self, rows: Mapping[RowId, Row]) -> None:
        """Take in rows of the server."""
        _note(rows.items(), self.items, self._by_mark)

    def learn_anew(self, *told: Mapping[RowId, Row]) -> Iterator[None]:
        """Know of these rows of the server alone, after the last step; until then, of those of before."""
        items: _Items = {}
        by_mark: _Items = {}
        for rows in told:
            for number, part in enumerate(in_parts(rows.items())):
                if number:
                    yield
                _note(part, items, by_mark)
        self.items, self._by_mark = items, by_mark

    def forget(self) -> None:
        """Know of no item."""
        self.items, self._by_mark = {}, {}

    def item_of(self, record: Record) -> tuple[RowId, Row] | None:
        """Return the server's side of a message: by ItemId, or by our mark where no other message has that item."""
        if record.ref is not None and record.ref.item_id in self.items:
            return self.items[record.ref.item_id]
        marked = self._by_mark.get(record.local_id)
        if marked is None:
            return None
        owner = self._records.by_item(self._account_id, marked[1].ref.item_id)
        return marked if owner is None or owner.local_id == record.local_id else None

    def shows(self, record: Record, item: Row | None) -> bool:
        """Return whether the list shows a message."""
        if record.discarded:
            return False
        folder = self._place.folder
        if folder is Folder.OUTBOX:
            return record.state in IN_OUTBOX or (
                record.state is State.NEEDS_ATTENTION and record.send_outcome is not None
            )
        if folder is Folder.SENT:
            return record.state in WENT_OUT and (item is not None or not self._is_gone(record))
        if folder is not Folder.DRAFTS:
            return False
        if record.state in WRITABLE:
            return item is not None or not self._is_gone(record)
        # Sent, but the draft is still there: it is shown as what it is, lest it be sent again by hand.
        return record.state in WENT_OUT and item is not None and item.is_draft and bool(record.problem)

    def may_be_listed(self, record: Record) -> bool:
        """Return whether the server may list a message's item in this very folder."""
        if record.ref is None or self._place.folder is Folder.OUTBOX:
            return False
        sent = record.state in WENT_OUT
        # Until it was looked for, the name of what was sent is that of the draft.
        return sent and bool(record.verified) if self._place.folder is Folder.SENT else not sent

    def is_newer(self, record: Record, item: Row) -> bool:
        """Return whether another client wrote to a message since: the server had ours when it was asked, and named
        another version. What is open or unsaved here is shown as it is here.
        """
        settled = record.saved and not record.open and record.ref is not None
        return settled and self.asked_with.get(record.local_id) == record.ref != item.ref

    def _is_gone(self, record: Record) -> bool:
        """Return whether the server had this very version when it was asked for everything, and did not have it: moved,
        deleted or sent by another client. What waits, is open or has a problem is always shown.
        """
        if not self._lies_here(record):
            return False
        if record.open or record.problem or record.state in SHOWN_WITHOUT_ITEM:
            return False
        settled = bool(record.verified) if record.state in WENT_OUT else record.saved
        return settled and record.ref is not None and self.asked_with.get(record.local_id) == record.ref


def _note(rows: Iterable[tuple[RowId, Row]], items: _Items, by_mark: _Items) -> None:
    for row_id, row in rows:
        items[row.ref.item_id] = row_id, row
        if row.local_id:
            by_mark[row.local_id] = row_id, row
