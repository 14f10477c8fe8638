"""MarkAllItemsAsRead: everything in a folder at once, as read or as unread."""

from typing import Final

from lxml import etree

from app.sandbox import xmlns
from app.sandbox.access import CHANGE, find_folder, require
from app.sandbox.call import Call, Operation, answer_each
from app.sandbox.receipts import note_read


def run(call: Call, request: etree._Element) -> etree._Element:
    """Answer a MarkAllItemsAsRead request."""
    suppress = xmlns.is_true(xmlns.text_at(request, "m:SuppressReadReceipts"))
    read = int(xmlns.is_true(xmlns.text_at(request, "m:ReadFlag")))

    def mark(named: etree._Element) -> list[etree._Element]:
        folder = find_folder(call, named)
        require(call, folder.mailbox, CHANGE)
        query = "SELECT * FROM items WHERE folder_id = ? AND is_read <> ?"
        for item in call.store.items.of_rows(call.store.database.all(query, (folder.id, read))):
            item.row["is_read"] = read
            if read:
                note_read(call, item, suppress=suppress)
            call.store.items.save(item, read_only_change=True)
        return []

    ids = list(xmlns.find_all(request, "m:FolderIds")[0].iterchildren(etree.Element))
    return answer_each(call, "MarkAllItemsAsRead", ids, mark)


OPERATION: Final = Operation("MarkAllItemsAsRead", "ReadFlag:boolean SuppressReadReceipts:boolean FolderIds", run)
