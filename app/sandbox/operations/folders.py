"""Operations on folders."""

from typing import Final

from lxml import etree

from app.sandbox import xmlns
from app.sandbox.access import CHANGE, find_folder, find_target, require
from app.sandbox.call import Call, ServiceOperation, answer, answer_each, refuse, succeed
from app.sandbox.errors import EwsError
from app.sandbox.folder_shape import ELEMENTS, element_of, matches, read_folder_shape, show_folder
from app.sandbox.ids import FOLDER, ObjectId
from app.sandbox.paging import read_page
from app.sandbox.properties import read_name, read_values
from app.sandbox.store.folders import StoredFolder


def _own(call: Call, named: etree._Element) -> StoredFolder:
    folder = find_folder(call, named)
    require(call, folder.mailbox, CHANGE)
    return folder


def _show(call: Call, folder: StoredFolder) -> list[etree._Element]:
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


def _apply(call: Call, folder: StoredFolder, update: etree._Element) -> None:
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
        # What is taken away was never set: rights are given by mailbox here.
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


def _clear(call: Call, folder: StoredFolder, way: str) -> None:
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


UPDATE_FOLDER: Final = ServiceOperation("UpdateFolder", "FolderChanges", _update)
MOVE_FOLDER: Final = ServiceOperation("MoveFolder", "ToFolderId:TargetFolder FolderIds", _move)
DELETE_FOLDER: Final = ServiceOperation("DeleteFolder", "@DeleteType:DisposalKind! FolderIds", _delete)
EMPTY_FOLDER: Final = ServiceOperation(
    "EmptyFolder", "@DeleteType:DisposalKind! @DeleteSubFolders:boolean! FolderIds", _empty
)


_CLASSES: Final = {element: folder_class for folder_class, element in ELEMENTS.items()}


def answer_create_folder(call: Call, request: etree._Element) -> etree._Element:
    """Answer a CreateFolder request."""

    def create(element: etree._Element) -> list[etree._Element]:
        parent = find_target(call, request, "m:ParentFolderId", "ErrorParentFolderNotFound")
        if parent is None:
            raise EwsError("ErrorParentFolderNotFound")
        require(call, parent.mailbox, CHANGE, "ErrorCreateSubfolderAccessDenied")
        name = (xmlns.text_at(element, "t:DisplayName") or "").strip()
        if not name:
            raise EwsError("ErrorRequiredPropertyMissing").about({"FieldURI": "folder:DisplayName"})
        kind = xmlns.local(element)
        folder_class = xmlns.text_at(element, "t:FolderClass")
        if kind in _CLASSES and folder_class not in {None, _CLASSES[kind]}:
            raise EwsError("ErrorNoFolderClassOverride")
        folder = call.store.folders.create(
            parent.mailbox, parent.id, name, folder_class or _CLASSES.get(kind, "IPF.Note")
        )
        for one in xmlns.find_all(element, "t:ExtendedProperty"):
            path = read_name(xmlns.find_all(one, "t:ExtendedFieldURI")[0])
            call.store.folders.set_property(folder, path, read_values(path, one))
        identity, key = call.store.folder_id(folder)
        folders = xmlns.make("m:Folders")
        xmlns.add(xmlns.add(folders, f"t:{element_of(folder)}"), "t:FolderId", None, Id=identity, ChangeKey=key)
        return [folders]

    new = list(xmlns.find_all(request, "m:Folders")[0].iterchildren(etree.Element))
    return answer_each(call, "CreateFolder", new, create, empty="m:Folders")


CREATE_FOLDER: Final = ServiceOperation("CreateFolder", "ParentFolderId:TargetFolder Folders", answer_create_folder)


def answer_get_folder(call: Call, request: etree._Element) -> etree._Element:
    """Answer a GetFolder request."""
    wanted = xmlns.find_all(request, "m:FolderShape")[0]

    def get(named: etree._Element) -> list[etree._Element]:
        folder = find_folder(call, named)
        folders = xmlns.make("m:Folders")
        folders.append(show_folder(call, read_folder_shape(wanted, call.envelope.version), folder))
        return [folders]

    ids = list(xmlns.find_all(request, "m:FolderIds")[0].iterchildren(etree.Element))
    return answer_each(call, "GetFolder", ids, get, empty="m:Folders", write=False)


GET_FOLDER: Final = ServiceOperation("GetFolder", "FolderShape FolderIds", answer_get_folder)


def answer_find_folder(call: Call, request: etree._Element) -> etree._Element:
    """Answer a FindFolder request."""

    def find(named: etree._Element) -> list[etree._Element]:
        return [_find(call, request, find_folder(call, named))]

    ids = list(xmlns.find_all(request, "m:ParentFolderIds")[0].iterchildren(etree.Element))
    return answer_each(call, "FindFolder", ids, find, write=False)


def _find(call: Call, request: etree._Element, parent: StoredFolder) -> etree._Element:
    shape = read_folder_shape(xmlns.find_all(request, "m:FolderShape")[0], call.envelope.version)
    ways = {"Deep": call.store.folders.below, "Shallow": call.store.folders.children}
    way = ways.get(str(request.get("Traversal")))
    found = way(parent.id) if way is not None else []
    restriction = xmlns.find(request, "m:Restriction")
    if restriction is not None:
        found = [folder for folder in found if matches(call.store, restriction, folder)]
    page = read_page(request, "Folder", len(found))
    shown = found[page.offset : page.offset + page.limit]
    root = xmlns.make("m:RootFolder", None, **page.attributes(len(found), len(shown)))
    folders = xmlns.add(root, "t:Folders")
    for folder in shown:
        folders.append(show_folder(call, shape, folder))
    return root


FIND_FOLDER: Final = ServiceOperation(
    "FindFolder",
    "@Traversal:FolderTraversalKind! FolderShape IndexedPageFolderView:IndexedPageView|"
    "FractionalPageFolderView:FractionalPageView? Restriction? ParentFolderIds:FolderIds",
    answer_find_folder,
)


def answer_sync_folder_hierarchy(call: Call, request: etree._Element) -> etree._Element:
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


SYNC_FOLDER_HIERARCHY: Final = ServiceOperation(
    "SyncFolderHierarchy", "FolderShape SyncFolderId:TargetFolder? SyncState:string?", answer_sync_folder_hierarchy
)

OPERATIONS: Final = (
    CREATE_FOLDER,
    DELETE_FOLDER,
    EMPTY_FOLDER,
    FIND_FOLDER,
    GET_FOLDER,
    MOVE_FOLDER,
    SYNC_FOLDER_HIERARCHY,
    UPDATE_FOLDER,
)
