"""Read receipts: sent once, when a letter that asks for one is read, or thrown away unread."""

from app.sandbox.call import Call
from app.sandbox.reports import NOT_READ, READ, Kind, report_reading
from app.sandbox.store.items import Item


def note_read(call: Call, item: Item, *, suppress: bool) -> None:
    """Answer a letter that has just been read; the caller saves it. Only while writing."""
    _answer(call, item, READ, suppress=suppress)


def note_deleted(call: Call, item: Item, *, suppress: bool) -> None:
    """Answer a letter that is about to be deleted, where nobody has read it. Only while writing."""
    if not item.row["is_read"]:
        _answer(call, item, NOT_READ, suppress=suppress)


def _answer(call: Call, item: Item, kind: Kind, *, suppress: bool) -> None:
    if not item.row["receipt_pending"]:
        return
    item.row["receipt_pending"] = 0
    sender = call.store.people.with_address(item.row["from_address"] or "")
    if suppress or sender is None or not sender.has_mailbox:
        return
    report_reading(call.store, sender, item, kind, call.store.people.with_id(item.mailbox))
