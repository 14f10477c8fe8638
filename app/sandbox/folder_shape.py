"""How folders are shown, and found."""

import operator
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from lxml import etree

from app.sandbox import xmlns
from app.sandbox.call import Call
from app.sandbox.errors import EwsError
from app.sandbox.properties import PropertyName, read_name
from app.sandbox.shape import extended_element
from app.sandbox.store.folders import StoredFolder
from app.sandbox.store.mail_store import MailStore
from app.sandbox.text import contains
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


def element_of(folder: StoredFolder) -> str:
    """Return the name of the element that shows a folder."""
    return ELEMENTS.get(folder.folder_class or "", "Folder")


def show_folder(call: Call, shape: FolderShape, folder: StoredFolder) -> etree._Element:
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


def _show_rights(call: Call, folder: StoredFolder, element: etree._Element) -> None:
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


_OPERATORS: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "IsEqualTo": operator.eq,
    "IsNotEqualTo": operator.ne,
    "IsGreaterThan": operator.gt,
    "IsGreaterThanOrEqualTo": operator.ge,
    "IsLessThan": operator.lt,
    "IsLessThanOrEqualTo": operator.le,
}


def matches(store: MailStore, expression: etree._Element, folder: StoredFolder) -> bool:
    """Say whether a folder meets a t:Restriction or an expression of one; raises EwsError as searching items does."""
    kind = xmlns.local(expression)
    children = list(expression.iterchildren(etree.Element))
    if kind in {"Restriction", "And"}:
        return all(matches(store, child, folder) for child in children)
    if kind == "Or":
        return any(matches(store, child, folder) for child in children)
    if kind == "Not":
        return not matches(store, children[0], folder)
    value = _value_at(store, children[0], folder)
    if kind == "Exists":
        return value is not None
    if kind == "Contains":
        mode = str(expression.get("ContainmentMode", "FullString"))
        return contains(
            value, str(children[1].get("Value")), mode, str(expression.get("ContainmentComparison", "Exact"))
        )
    if kind == "Excludes":
        return isinstance(value, int) and not value & int(str(children[1].get("Value")), 0)
    return _compare(kind, value, next(children[1].iterchildren(etree.Element)))


def _value_at(store: MailStore, path: etree._Element, folder: StoredFolder) -> str | int | float | bytes | None:
    if xmlns.local(path) == "ExtendedFieldURI":
        values = store.folders.properties(folder, read_name(path))
        return values[0] if values else None
    known: dict[str, str | int | None] = {
        "folder:DisplayName": folder.display_name,
        "folder:FolderClass": folder.folder_class,
        "folder:TotalCount": folder.total,
        "folder:UnreadCount": folder.unread,
        "folder:ChildFolderCount": store.folders.count_children(folder.id),
    }
    uri = str(path.get("FieldURI"))
    if uri not in known:
        raise EwsError("ErrorUnsupportedPathForQuery").about({"FieldURI": uri})
    return known[uri]


def _compare(kind: str, value: object, other: etree._Element) -> bool:
    said = str(other.get("Value"))
    if isinstance(value, int):
        try:
            return _OPERATORS[kind](value, int(said))
        except ValueError:
            raise EwsError("ErrorInvalidValueForProperty") from None
    if not isinstance(value, str):
        return kind == "IsNotEqualTo"
    return _OPERATORS[kind](value.casefold(), said.casefold())
