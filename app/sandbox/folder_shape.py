"""What a caller wants to see of a folder: reads FolderShape, and shows folders accordingly."""

from dataclasses import dataclass
from typing import Final

from lxml import etree

from app.sandbox import xmlns
from app.sandbox.call import Call
from app.sandbox.errors import EwsError
from app.sandbox.properties import PropertyName, read_name
from app.sandbox.shape import extended_element
from app.sandbox.store.folders import Folder
from app.sandbox.versions import LATEST, element_since

_DEFAULT: Final = frozenset({"FolderId", "DisplayName", "TotalCount", "ChildFolderCount", "UnreadCount"})
_ALL: Final = _DEFAULT | {"ParentFolderId", "FolderClass", "EffectiveRights", "DistinguishedFolderId"}
_KNOWN: Final = _ALL | {
    "ManagedFolderInformation",
    "PermissionSet",
    "PolicyTag",
    "ArchiveTag",
    "ReplicaList",
    "SearchParameters",
    "SharingEffectiveRights",
}
ELEMENTS: Final = {
    "IPF.Appointment": "CalendarFolder",
    "IPF.Contact": "ContactsFolder",
    "IPF.Task": "TasksFolder",
}
"""Folder class to the element that shows it; all others are t:Folder."""


@dataclass(frozen=True, slots=True)
class FolderShape:
    """A shape that was read: names of elements, and extended properties."""

    names: frozenset[str]
    properties: tuple[PropertyName, ...]


def read_folder_shape(element: etree._Element, version: int = LATEST) -> FolderShape:
    """Read a FolderShape of a version; raises EwsError("ErrorInvalidPropertyRequest") for what folders do not have."""
    base = (xmlns.text_at(element, "t:BaseShape") or "").strip()
    shown = {"Default": _DEFAULT, "AllProperties": _ALL}.get(base, frozenset({"FolderId"}))
    names = {name for name in shown if element_since(name, "Folder") <= version}
    properties: list[PropertyName] = []
    more = xmlns.find(element, "t:AdditionalProperties")
    for path in () if more is None else more.iterchildren(etree.Element):
        if xmlns.local(path) == "ExtendedFieldURI":
            properties.append(read_name(path))
            continue
        group, _, name = str(path.get("FieldURI")).partition(":")
        if group != "folder" or name not in _KNOWN:
            raise EwsError("ErrorInvalidPropertyRequest").about({"FieldURI": str(path.get("FieldURI"))})
        names.add(name)
    return FolderShape(frozenset(names), tuple(properties))


def element_of(folder: Folder) -> str:
    """Return the name of the element that shows a folder."""
    return ELEMENTS.get(folder.folder_class or "", "Folder")


def show_folder(call: Call, shape: FolderShape, folder: Folder) -> etree._Element:
    """Show a folder."""
    element = etree.Element(xmlns.tag(f"t:{element_of(folder)}"), nsmap={"t": xmlns.type_})
    store, names = call.store, shape.names
    identity, key = store.folder_id(folder)
    xmlns.add(element, "t:FolderId", None, Id=identity, ChangeKey=key)
    if "ParentFolderId" in names:
        parent, parent_key = store.folder_id(store.folders.with_id(folder.parent or folder.id))
        xmlns.add(element, "t:ParentFolderId", None, Id=parent, ChangeKey=parent_key)
    plain = {
        "FolderClass": folder.folder_class,
        "DisplayName": folder.display_name,
        "TotalCount": str(folder.total),
        "ChildFolderCount": str(store.folders.count_children(folder.id)) if "ChildFolderCount" in names else None,
    }
    for name, value in plain.items():
        if name in names and value is not None:
            xmlns.add(element, f"t:{name}", value)
    for name_of_property in shape.properties:
        values = store.folders.properties(folder, name_of_property)
        if values:
            element.append(extended_element(name_of_property, values))
    if "EffectiveRights" in names:
        _show_rights(call, folder, element)
    if "DistinguishedFolderId" in names and folder.distinguished:
        xmlns.add(element, "t:DistinguishedFolderId", folder.distinguished)
    if "UnreadCount" in names and element_of(folder) != "CalendarFolder" and element_of(folder) != "ContactsFolder":
        xmlns.add(element, "t:UnreadCount", str(folder.unread))
    return element


def _show_rights(call: Call, folder: Folder, element: etree._Element) -> None:
    rights = call.store.people.rights(folder.mailbox, call.user.id)
    create = xmlns.flag(bool(rights & {"full", "editor", "author"}))
    change = xmlns.flag(bool(rights & {"full", "editor"}))
    shown = xmlns.add(element, "t:EffectiveRights")
    for name, value in (
        ("CreateAssociated", change),
        ("CreateContents", create),
        ("CreateHierarchy", change),
        ("Delete", xmlns.flag(change == "true" and folder.distinguished is None)),
        ("Modify", change),
        ("Read", "true"),
        ("ViewPrivateItems", change),
    ):
        xmlns.add(shown, f"t:{name}", value)
