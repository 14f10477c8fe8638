"""UpdateFolder, MoveFolder, DeleteFolder and EmptyFolder."""

from typing import Final

from lxml import etree

from app.sandbox import xmlns
from app.sandbox.access import CHANGE, find_folder, find_target, require
from app.sandbox.call import Call, Operation, answer_each
from app.sandbox.errors import EwsError
from app.sandbox.folder_shape import element_of
from app.sandbox.properties import read_name, read_values
from app.sandbox.store.folders import Folder


def _own(call: Call, named: etree._Element) -> Folder:
    folder = find_folder(call, named)
    require(call, folder.mailbox, CHANGE)
    return folder


def _show(call: Call, folder: Folder) -> list[etree._Element]:
    identity, key = call.store.folder_id(call.store.folders.with_id(folder.id))
    folders = xmlns.make("m:Folders")
    xmlns.add(xmlns.add(folders, f"t:{element_of(folder)}"), "t:FolderId", None, Id=identity, ChangeKey=key)
    return [folders]


def _ids(request: etree._Element) -> list[etree._Element]:
    return list(xmlns.find_all(request, "m:FolderIds")[0].iterchildren(etree.Element))


def _update(call: Call, request: etree._Element) -> etree._Element:
    def update(change: etree._Element) -> list[etree._Element]:
        named = next(change.iterchildren(etree.Element))
        folder = _own(call, named)
        key = named.get("ChangeKey")
        if key and call.store.database.ids.read_change_key(str(key)) != folder.change:
            raise EwsError("ErrorIrresolvableConflict")
        for one in xmlns.find_all(change, "t:Updates/*"):
            _apply(call, folder, one)
        return _show(call, folder)

    changes = xmlns.find_all(request, "m:FolderChanges/t:FolderChange")
    return answer_each(call, "UpdateFolder", changes, update, empty="m:Folders")


def _apply(call: Call, folder: Folder, update: etree._Element) -> None:
    children = list(update.iterchildren(etree.Element))
    path = children[0]
    uri = str(path.get("FieldURI"))
    if xmlns.local(path) == "ExtendedFieldURI":
        name = read_name(path)
        found = [] if len(children) == 1 else xmlns.find_all(children[1], "t:ExtendedProperty")
        call.store.folders.set_property(folder, name, read_values(name, found[0]) if found else [])
        call.store.folders.touch(folder)
        return
    if len(children) == 1 and uri == "folder:PermissionSet":
        # What is taken away is what nobody has set: rights are given by mailbox here.
        return
    if xmlns.local(update) != "SetFolderField":
        refusal = "ErrorInvalidPropertyDelete" if len(children) == 1 else "ErrorInvalidPropertyAppend"
        raise EwsError(refusal).about({"FieldURI": uri})
    text = xmlns.text_at(children[1], f"t:{uri.partition(':')[2]}")
    if text is None:
        raise EwsError("ErrorUpdatePropertyMismatch").about({"FieldURI": uri})
    if uri == "folder:DisplayName" and text.strip():
        call.store.folders.rename(folder, text.strip())
    elif uri == "folder:FolderClass":
        call.store.folders.reclass(folder, text)
    else:
        raise EwsError("ErrorInvalidPropertySet").about({"FieldURI": uri})


def _move(call: Call, request: etree._Element) -> etree._Element:
    def move(named: etree._Element) -> list[etree._Element]:
        target = find_target(call, request, "m:ToFolderId", "ErrorToFolderNotFound")
        folder = _own(call, named)
        if folder.distinguished:
            raise EwsError("ErrorMoveDistinguishedFolder")
        if target is None or target.mailbox != folder.mailbox:
            raise EwsError("ErrorCrossMailboxMoveCopy")
        if target.id in {folder.id, *(one.id for one in call.store.folders.below(folder.id))}:
            raise EwsError("ErrorMoveCopyFailed")
        call.store.folders.move(folder, target.id)
        return _show(call, folder)

    return answer_each(call, "MoveFolder", _ids(request), move, empty="m:Folders")


def _delete(call: Call, request: etree._Element) -> etree._Element:
    way = str(request.get("DeleteType"))

    def delete(named: etree._Element) -> list[etree._Element]:
        folder = _own(call, named)
        if folder.distinguished:
            raise EwsError("ErrorDeleteDistinguishedFolder")
        if way == "MoveToDeletedItems":
            call.store.folders.move(folder, call.store.folders.distinguished(folder.mailbox, "deleteditems").id)
            return []
        for one in [*reversed(call.store.folders.below(folder.id)), folder]:
            _clear(call, one, way)
            call.store.folders.delete(one)
        return []

    return answer_each(call, "DeleteFolder", _ids(request), delete)


def _clear(call: Call, folder: Folder, way: str) -> None:
    names = {"MoveToDeletedItems": "deleteditems", "SoftDelete": "recoverableitemsdeletions"}
    target = call.store.folders.distinguished(folder.mailbox, names[way]) if way in names else None
    rows = call.store.database.all("SELECT * FROM items WHERE folder_id = ?", (folder.id,))
    for item in call.store.items.of_rows(rows):
        if target is None:
            call.store.items.delete(item)
        else:
            call.store.items.move(item, target.mailbox, target.id)


def _empty(call: Call, request: etree._Element) -> etree._Element:
    way = str(request.get("DeleteType"))
    deep = xmlns.is_true(request.get("DeleteSubFolders"))

    def empty(named: etree._Element) -> list[etree._Element]:
        folder = _own(call, named)
        if folder.distinguished in {"root", "msgfolderroot", "searchfolders"}:
            raise EwsError("ErrorCannotEmptyFolder")
        if way == "MoveToDeletedItems" and folder.distinguished == "deleteditems":
            raise EwsError("ErrorCannotDeleteObject")
        _clear(call, folder, way)
        for one in reversed(call.store.folders.below(folder.id)) if deep else ():
            _clear(call, one, way)
            if not one.distinguished:
                call.store.folders.delete(one)
        return []

    return answer_each(call, "EmptyFolder", _ids(request), empty)


UPDATE: Final = Operation("UpdateFolder", "FolderChanges", _update)
MOVE: Final = Operation("MoveFolder", "ToFolderId:TargetFolder FolderIds", _move)
DELETE: Final = Operation("DeleteFolder", "@DeleteType:DisposalKind! FolderIds", _delete)
EMPTY: Final = Operation("EmptyFolder", "@DeleteType:DisposalKind! @DeleteSubFolders:boolean! FolderIds", _empty)
