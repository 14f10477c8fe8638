"""CreateFolder: make folders below another."""

from typing import Final

from lxml import etree

from app.sandbox import xmlns
from app.sandbox.access import CHANGE, find_target, require
from app.sandbox.call import Call, Operation, answer_each
from app.sandbox.errors import EwsError
from app.sandbox.folder_shape import ELEMENTS, element_of
from app.sandbox.properties import read_name, read_values

_CLASSES: Final = {element: folder_class for folder_class, element in ELEMENTS.items()}


def run(call: Call, request: etree._Element) -> etree._Element:
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


OPERATION: Final = Operation("CreateFolder", "ParentFolderId:TargetFolder Folders", run)
