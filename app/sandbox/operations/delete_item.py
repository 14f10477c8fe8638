"""DeleteItem: into Deleted Items, into the dumpster, or for good."""

from typing import Final

from lxml import etree

from app.sandbox import xmlns
from app.sandbox.access import CHANGE, find_item
from app.sandbox.call import Call, Operation, answer_each
from app.sandbox.receipts import note_deleted


def run(call: Call, request: etree._Element) -> etree._Element:
    """Answer a DeleteItem request."""
    way = str(request.get("DeleteType"))
    suppress = xmlns.is_true(request.get("SuppressReadReceipts"))

    def delete(named: etree._Element) -> list[etree._Element]:
        item = find_item(call, named, CHANGE)
        store = call.store
        if item.row["receipt_pending"]:
            note_deleted(call, item, suppress=suppress)
            store.items.save(item)
        if way == "HardDelete":
            store.items.delete(item)
            return []
        name = "deleteditems" if way == "MoveToDeletedItems" else "recoverableitemsdeletions"
        target = store.folders.distinguished(item.mailbox, name)
        if item.row["is_submitted"]:
            # A held letter that is thrown away must not go out of the bin.
            item.row.update(is_submitted=0, deferred=None, submitted_by=None, save_to=None)
            store.items.save(item)
        store.items.move(item, target.mailbox, target.id)
        return []

    ids = list(xmlns.find_all(request, "m:ItemIds")[0].iterchildren(etree.Element))
    return answer_each(call, "DeleteItem", ids, delete)


OPERATION: Final = Operation(
    "DeleteItem",
    "@DeleteType:DisposalKind! @SendMeetingCancellations:InvitationsKind "
    "@AffectedTaskOccurrences:TaskOccurrencesKind @SuppressReadReceipts:boolean ItemIds",
    run,
)
