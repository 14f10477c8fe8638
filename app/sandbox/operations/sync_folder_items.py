"""SyncFolderItems: what has changed in a folder since the caller last asked.

A SyncState says up to which write the caller knows the folder, and, while it is fetching a long list in parts, from
which write that round began: an item that came into the folder since then is told as new in whichever part it is.
"""

import sqlite3
from typing import Final

from lxml import etree

from app.sandbox import xmlns
from app.sandbox.access import find_target
from app.sandbox.call import Call, Operation, answer, refuse, succeed
from app.sandbox.errors import EwsError
from app.sandbox.ids import ITEM, ObjectId
from app.sandbox.shape import Shape, read_shape, show
from app.sandbox.store.folders import Folder

_QUERY: Final = (
    "SELECT change, id, 0 AS gone FROM items WHERE folder_id = ? AND change > ? AND is_associated <= ?"
    " UNION ALL SELECT change, rowid, 1 FROM gone_items WHERE folder_id = ? AND change > ? AND arrived <= ?"
    " ORDER BY change LIMIT ?"
)


def run(call: Call, request: etree._Element) -> etree._Element:
    """Answer a SyncFolderItems request."""
    response, messages = answer("SyncFolderItems")
    try:
        fault = call.fault_of(0)
        if fault:
            raise fault.error
        succeed(messages, "SyncFolderItems", _sync(call, request))
    except EwsError as error:
        refuse(messages, "SyncFolderItems", error, call.culture)
    return response


def _sync(call: Call, request: etree._Element) -> list[etree._Element]:
    folder = find_target(call, request, "m:SyncFolderId", "ErrorSyncFolderNotFound")
    if folder is None:
        raise EwsError("ErrorSyncFolderNotFound")
    limit = int(xmlns.text_at(request, "m:MaxChangesReturned") or "0")
    if not 1 <= limit <= 512:
        raise EwsError("ErrorInvalidPagingMaxRows")
    shape = read_shape(call, xmlns.find(request, "m:ItemShape"), sync=True)
    began, known = _read_state(call, request, folder)
    ignored = {str(one.get("Id")) for one in xmlns.find_all(request, "m:Ignore/t:ItemId")}
    associated = int(xmlns.text_at(request, "m:SyncScope") == "NormalAndAssociatedItems")
    latest = call.store.database.latest_change()
    rows = call.store.database.all(_QUERY, (folder.id, known, associated, folder.id, known, known, limit + 1))
    complete = len(rows) <= limit
    rows = rows[:limit]
    changes = xmlns.make("m:Changes")
    for row in rows:
        change = _gone(call, row) if row["gone"] else _changed(call, shape, row, (began, known))
        if change is not None and not ignored & {str(one.get("Id")) for one in change.iter(xmlns.tag("t:ItemId"))}:
            changes.append(change)
    # Writes of other folders are between: a finished round is as new as the store was when it was read.
    reached = max(latest, rows[-1]["change"] if rows else 0) if complete else rows[-1]["change"]
    state = call.store.database.ids.write_state(folder.id, reached if complete else began, reached)
    return [
        xmlns.make("m:SyncState", state),
        xmlns.make("m:IncludesLastItemInRange", xmlns.flag(complete)),
        changes,
    ]


def _read_state(call: Call, request: etree._Element, folder: Folder) -> tuple[int, int]:
    text = xmlns.text_at(request, "m:SyncState")
    if not text:
        return 0, 0
    where, began, known = call.store.database.ids.read_state(text.strip(), 3)
    if where != folder.id:
        raise EwsError("ErrorInvalidSyncStateData")
    call.store.database.check_state(known)
    return began, known


def _changed(call: Call, shape: Shape, row: sqlite3.Row, since: tuple[int, int]) -> etree._Element | None:
    try:
        item = call.store.items.with_id(row["id"])
    except EwsError:
        # Gone since the list was read: the next round will tell.
        return None
    began, known = since
    if item.row["arrived"] > began or item.row["content_change"] > known:
        change = xmlns.make("t:Create" if item.row["arrived"] > began else "t:Update")
        change.append(show(shape, item))
        return change
    change = xmlns.make("t:ReadFlagChange")
    xmlns.add(change, "t:ItemId", None, Id=item.public_id, ChangeKey=item.change_key)
    xmlns.add(change, "t:IsRead", xmlns.flag(bool(item.row["is_read"])))
    return change


def _gone(call: Call, row: sqlite3.Row) -> etree._Element | None:
    found = call.store.database.one("SELECT mailbox_id, entry FROM gone_items WHERE rowid = ?", (row["id"],))
    if found is None:
        return None
    change = xmlns.make("t:Delete")
    identity = call.store.database.ids.write(ObjectId(ITEM, found["mailbox_id"], found["entry"]))
    xmlns.add(change, "t:ItemId", None, Id=identity, ChangeKey=call.store.database.ids.write_change_key(row["change"]))
    return change


OPERATION: Final = Operation(
    "SyncFolderItems",
    "ItemShape SyncFolderId:TargetFolder SyncState:string? Ignore:IgnoredItems? MaxChangesReturned:int "
    "SyncScope:SyncScopeKind?",
    run,
)
