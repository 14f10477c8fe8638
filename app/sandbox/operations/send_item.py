"""SendItem: send drafts that are kept. [MS-OXWSMSG] 3.1.4.7 and [MS-OXWSCORE] 3.1.4.8."""

from typing import Final

from lxml import etree

from app.sandbox import xmlns
from app.sandbox.access import CHANGE, CREATE, change_of, find_item, find_target, require
from app.sandbox.call import Call, Operation, answer_each
from app.sandbox.errors import EwsError
from app.sandbox.sending import send
from app.sandbox.store.folders import Folder


def run(call: Call, request: etree._Element) -> etree._Element:
    """Answer a SendItem request."""
    keep = xmlns.is_true(request.get("SaveItemToFolder"))

    def send_one(named: etree._Element) -> list[etree._Element]:
        copy_to = _copy_folder(call, request, keep=keep)
        item = find_item(call, named, CHANGE)
        change = change_of(call, named)
        if change is None:
            raise EwsError("ErrorChangeKeyRequiredForWriteOperations")
        if change != item.row["change"]:
            raise EwsError("ErrorStaleObject")
        send(call.store, call.user, item, copy_to, call.manners)
        return []

    ids = list(xmlns.find_all(request, "m:ItemIds")[0].iterchildren(etree.Element))
    return answer_each(call, "SendItem", ids, send_one)


def _copy_folder(call: Call, request: etree._Element, *, keep: bool) -> Folder | None:
    named = find_target(call, request, "m:SavedItemFolderId", "ErrorSavedItemFolderNotFound")
    if not keep:
        if named is not None:
            raise EwsError("ErrorInvalidSendItemSaveSettings")
        return None
    if named is not None:
        require(call, named.mailbox, CREATE)
        return named
    return call.store.folders.distinguished(call.user.id, "sentitems")


OPERATION: Final = Operation("SendItem", "@SaveItemToFolder:boolean! ItemIds SavedItemFolderId:TargetFolder?", run)
