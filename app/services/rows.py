"""One row of a list, whether the server has it, this machine has it, or both."""

from __future__ import annotations

import msgspec

from app.domain.listing import Folder, Row
from app.domain.message import AccountId, Importance, ItemRef, LocalId
from app.domain.outcome import Outcome
from app.domain.record import Record
from app.domain.state import State


class ListRow(msgspec.Struct, frozen=True):
    """What a list shows of a letter. `key` names the row for as long as it is listed.

    `record` is what this machine knows of it, None where only the server has it. `when` is what the list is sorted
    by, newest first: sent time in Sent, last change elsewhere; seconds since the epoch.
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

    @property
    def local_id(self) -> LocalId | None:
        """Return this machine's name of the letter, where it has one."""
        return None if self.record is None else self.record.local_id

    @property
    def state(self) -> State:
        """Return where the letter is on its way."""
        if self.record is not None:
            return self.record.state
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
        """Return what keeps it from being sent, or was found afterwards, as it rests in the record."""
        return "" if self.record is None else self.record.problem


def row_of_item(account_id: AccountId, folder: Folder, item: Row) -> ListRow:
    """Return the row of an item that only the server has."""
    by_sent = folder is Folder.SENT
    people = "; ".join(part for part in (item.display_to, item.display_cc) if part)
    return ListRow(
        key=f"item:{item.ref.item_id}",
        account_id=account_id,
        ref=item.ref,
        to=people,
        subject=item.subject,
        preview=item.preview,
        sender=item.sender,
        when=(item.sent if by_sent else item.modified) or item.modified or item.created,
        size=item.size,
        has_attachments=item.has_attachments,
        importance=item.importance,
        is_draft=item.is_draft,
    )


def row_of_record(key: str, record: Record, item: Row | None, folder: Folder) -> ListRow:
    """Return the row of a letter of this machine; `item` is the server's side of it, where it was listed."""
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
        when=when or record.created,
        size=0 if item is None else item.size,
        has_attachments=bool(record.head.attachments) or (item is not None and item.has_attachments),
        importance=record.head.importance,
        is_draft=item.is_draft if item is not None else folder is not Folder.SENT,
    )
