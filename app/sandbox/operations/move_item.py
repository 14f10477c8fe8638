"""MoveItem and CopyItem: into another folder, of the same mailbox or another that the user may write to."""

from typing import Final

from lxml import etree

from app.sandbox import xmlns
from app.sandbox.access import CHANGE, CREATE, READ, find_item, find_target, require
from app.sandbox.call import Call, Operation, answer_each
from app.sandbox.errors import EwsError
from app.sandbox.store.folders import Folder
from app.sandbox.store.items import Item


def _target(call: Call, request: etree._Element) -> Folder:
    folder = find_target(call, request, "m:ToFolderId", "ErrorToFolderNotFound")
    if folder is None:
        raise EwsError("ErrorToFolderNotFound")
    require(call, folder.mailbox, CREATE)
    return folder


def _show(call: Call, request: etree._Element, item: Item, *, same_mailbox: bool) -> list[etree._Element]:
    items = xmlns.make("m:Items")
    # Exchange cannot tell the new id of what has gone to another mailbox.
    if same_mailbox and xmlns.text_at(request, "m:ReturnNewItemIds") not in {"false", "0"}:
        shown = xmlns.add(items, f"t:{item.row['element']}")
        xmlns.add(shown, "t:ItemId", None, Id=item.public_id, ChangeKey=item.change_key)
    del call
    return [items]


def _move(call: Call, request: etree._Element) -> etree._Element:
    def move(named: etree._Element) -> list[etree._Element]:
        folder = _target(call, request)
        item = find_item(call, named, CHANGE)
        same = item.mailbox == folder.mailbox
        if item.row["is_submitted"]:
            # A held letter that is taken out of the Outbox is a draft again.
            item.row.update(is_submitted=0, deferred=None, submitted_by=None, save_to=None)
            call.store.items.save(item)
        call.store.items.move(item, folder.mailbox, folder.id)
        return _show(call, request, item, same_mailbox=same)

    ids = list(xmlns.find_all(request, "m:ItemIds")[0].iterchildren(etree.Element))
    return answer_each(call, "MoveItem", ids, move, empty="m:Items")


def _copy(call: Call, request: etree._Element) -> etree._Element:
    def copy(named: etree._Element) -> list[etree._Element]:
        folder = _target(call, request)
        item = find_item(call, named, READ)
        twin = call.store.items.copy(item, folder.mailbox, folder.id)
        if twin.row["is_submitted"]:
            twin.row.update(is_submitted=0, submitted_by=None, save_to=None)
            call.store.items.save(twin)
        return _show(call, request, twin, same_mailbox=item.mailbox == folder.mailbox)

    ids = list(xmlns.find_all(request, "m:ItemIds")[0].iterchildren(etree.Element))
    return answer_each(call, "CopyItem", ids, copy, empty="m:Items")


_GRAMMAR: Final = "ToFolderId:TargetFolder ItemIds ReturnNewItemIds:boolean?"

MOVE: Final = Operation("MoveItem", _GRAMMAR, _move)
COPY: Final = Operation("CopyItem", _GRAMMAR, _copy)
