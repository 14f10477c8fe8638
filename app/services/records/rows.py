"""One row of a list, whether the server has it, this machine has it, or both."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from app.domain.listing import (
    Folder,
    Order,
    Report,
    Row,
    RowId,
    correspondents_of,
    moment_of,
    people_of,
    sort_key,
    to_the_millisecond,
)
from app.domain.message import AccountId, Importance, ItemRef, LocalId
from app.domain.outcome import Outcome
from app.domain.record import Record
from app.domain.state import State


class ListRow(msgspec.Struct, frozen=True):
    """What a list shows of a message. `key` names the row for as long as it is listed.

    `record` is what this machine knows of it, None where only the server has it. `when` is what the list is sorted
    by, newest first: sent time in Sent, last change elsewhere; seconds since the epoch, to the millisecond. `to` are
    all it goes to, `cc` those of them in Cc as far as the server names them. `resting` says that it lies in the
    server's Outbox and no message of this machine stands for it, `deferred` when it goes from there, 0 for at once.
    `received` says that it lies among what came, or is somebody else's: it is shown by its sender. `answered` is when
    the first message that answered it was sent, 0 where none is known.
    """

    key: str
    account_id: AccountId
    ref: ItemRef | None = None
    record: Record | None = None
    to: str = ""
    subject: str = ""
    preview: str = ""
    sender: str = ""
    when: float = 0.0
    size: int = 0
    has_attachments: bool = False
    importance: Importance = Importance.NORMAL
    is_draft: bool = True
    cc: str = ""
    categories: tuple[str, ...] = ()
    flagged: bool = False
    reports: tuple[Report, ...] = ()
    message_id: str = ""
    conversation: str = ""
    resting: bool = False
    deferred: float = 0.0
    received: bool = False
    answered: float = 0.0

    @property
    def local_id(self) -> LocalId | None:
        """Return this machine's name of the message, where it has one."""
        return None if self.record is None else self.record.local_id

    @property
    def state(self) -> State:
        """Return where the message is on its way."""
        if self.record is not None:
            return self.record.state
        if self.resting:
            return State.DEFERRED
        return State.DRAFT if self.is_draft else State.SENT

    @property
    def save_outcome(self) -> Outcome | None:
        """Return the last save's answer."""
        return None if self.record is None else self.record.save_outcome

    @property
    def send_outcome(self) -> Outcome | None:
        """Return the last send's answer."""
        return None if self.record is None else self.record.send_outcome

    @property
    def problem(self) -> str:
        """Return what keeps it from being sent, or was found afterwards, as the record holds it."""
        return "" if self.record is None else self.record.problem


def row_of_item(account_id: AccountId, folder: Folder, item: Row, key: str = "") -> ListRow:
    """Return the row of an item that only the server has."""
    return ListRow(
        key=key or f"item:{item.ref.item_id}",
        account_id=account_id,
        ref=item.ref,
        to=people_of(item),
        subject=item.subject,
        preview=item.preview,
        sender=item.sender,
        when=moment_of(item, folder),
        size=item.size,
        has_attachments=item.has_attachments,
        importance=item.importance,
        is_draft=item.is_draft,
        cc=item.display_cc,
        categories=item.categories,
        flagged=item.flagged,
        reports=item.reports,
        message_id=item.message_id,
        conversation=item.conversation,
        resting=folder is Folder.OUTBOX,
        deferred=item.deferred,
        received=folder is Folder.INBOX or (folder is Folder.ELSEWHERE and bool(item.sender)),
        answered=item.answered if folder is Folder.SENT else 0.0,
    )


def key_of_row(order: Order, row: ListRow) -> float | str:
    """Return what a row is sorted by, ascending."""
    if order is Order.NEWEST:
        return -row.when
    people = row.sender if row.received else row.to
    return sort_key(order, moment=row.when, people=people, subject=row.subject, size=row.size)


def key_of_item(order: Order, folder: Folder, item: Row) -> float | str:
    """Return what an item of the server is sorted by, ascending."""
    moment = moment_of(item, folder)
    if order is Order.NEWEST:
        return -moment
    people = correspondents_of(item, folder)
    return sort_key(order, moment=moment, people=people, subject=item.subject, size=item.size)


def in_the_words_of(item: Row, row: ListRow) -> ListRow:
    """Return the row of a message that another client changed since: with the server's words."""
    return msgspec.structs.replace(
        row,
        to=people_of(item),
        subject=item.subject,
        preview=item.preview,
        importance=item.importance,
        has_attachments=item.has_attachments,
    )


def row_of_record(key: str, record: Record, item: Row | None, folder: Folder) -> ListRow:
    """Return the row of a message of this machine; `item` is the server's side of it, where it was listed."""
    by_state = folder in {Folder.SENT, Folder.OUTBOX}
    when = record.state_at if by_state else record.changed
    if item is not None:
        when = item.sent or when if folder is Folder.SENT else max(when, item.modified)
    return ListRow(
        key=key,
        account_id=record.account_id,
        ref=record.ref or (None if item is None else item.ref),
        record=record,
        to=record.head.to,
        subject=record.head.subject,
        preview=record.head.preview,
        sender=record.head.sender,
        when=to_the_millisecond(when or record.created),
        size=0 if item is None else item.size,
        has_attachments=bool(record.head.attachments) or (item is not None and item.has_attachments),
        importance=record.head.importance,
        is_draft=item.is_draft if item is not None else folder is not Folder.SENT,
        cc="" if item is None else item.display_cc,
        categories=() if item is None else item.categories,
        flagged=item is not None and item.flagged,
        reports=() if item is None else item.reports,
        message_id=record.message_id if item is None else item.message_id,
        conversation="" if item is None else item.conversation,
        answered=item.answered if item is not None and folder is Folder.SENT else 0.0,
    )


class OwnRows:
    """The rows of this machine's messages in one list, as they were made last: there may be thousands."""

    def __init__(self, folder: Folder) -> None:
        """Begin with none."""
        self._folder = folder
        self._made: dict[RowId, tuple[Record, Row | None, ListRow]] = {}

    def row(self, row_id: RowId, record: Record, item: Row | None, is_newer: Callable[[Record, Row], bool]) -> ListRow:
        """Return the row of a message, the very same as before where nothing changed.

        `is_newer` returns whether another client wrote to the item since: then the server's words are shown.
        """
        before = self._made.get(row_id)
        same_version = item is None or item.ref == record.ref
        if before is not None and same_version and before[0] is record and before[1] == item:
            return before[2]
        row = row_of_record(f"{row_id}", record, item, self._folder)
        if item is not None and is_newer(record, item):
            row = in_the_words_of(item, row)
        self._made[row_id] = record, item, row
        return row

    def forget(self, row_id: RowId) -> None:
        """Drop what is kept of a row."""
        self._made.pop(row_id, None)
