"""SyncFolderHierarchy: which folders of a mailbox are new, changed or gone since the caller last asked."""

from typing import Final

from lxml import etree

from app.sandbox import xmlns
from app.sandbox.access import find_target
from app.sandbox.call import Call, Operation, answer, refuse, succeed
from app.sandbox.errors import EwsError
from app.sandbox.folder_shape import read_folder_shape, show_folder
from app.sandbox.ids import FOLDER, ObjectId


def run(call: Call, request: etree._Element) -> etree._Element:
    """Answer a SyncFolderHierarchy request."""
    response, messages = answer("SyncFolderHierarchy")
    try:
        fault = call.fault_of(0)
        if fault:
            raise fault.error
        succeed(messages, "SyncFolderHierarchy", _sync(call, request))
    except EwsError as error:
        refuse(messages, "SyncFolderHierarchy", error, call.culture)
    return response


def _sync(call: Call, request: etree._Element) -> list[etree._Element]:
    database = call.store.database
    named = find_target(call, request, "m:SyncFolderId", "ErrorSyncFolderNotFound")
    top = named or call.store.folders.distinguished(call.user.id, "msgfolderroot")
    text = (xmlns.text_at(request, "m:SyncState") or "").strip()
    where, known = database.ids.read_state(text, 2) if text else (top.id, 0)
    if where != top.id:
        raise EwsError("ErrorInvalidSyncStateData")
    if text:
        database.check_state(known)
    shape = read_folder_shape(xmlns.find_all(request, "m:FolderShape")[0], call.envelope.version)
    latest = database.latest_change()
    changes = xmlns.make("m:Changes")
    for folder in call.store.folders.below(top.id):
        if folder.change > known:
            change = xmlns.add(changes, "t:Create" if call.store.folders.arrived(folder) > known else "t:Update")
            change.append(show_folder(call, shape, folder))
    query = "SELECT folder_id, change FROM gone_folders WHERE mailbox_id = ? AND change > ? ORDER BY change"
    for row in database.all(query, (top.mailbox, known)) if known else ():
        gone = database.ids.write(ObjectId(FOLDER, top.mailbox, row["folder_id"]))
        key = database.ids.write_change_key(row["change"], folder=True)
        xmlns.add(xmlns.add(changes, "t:Delete"), "t:FolderId", None, Id=gone, ChangeKey=key)
    return [
        xmlns.make("m:SyncState", database.ids.write_state(top.id, latest)),
        xmlns.make("m:IncludesLastFolderInRange", "true"),
        changes,
    ]


OPERATION: Final = Operation("SyncFolderHierarchy", "FolderShape SyncFolderId:TargetFolder? SyncState:string?", run)
