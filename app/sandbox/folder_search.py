"""Holds a Restriction against a folder. There are dozens of folders, not thousands, so this is done one by one."""

import operator
from collections.abc import Callable
from typing import Any, Final

from lxml import etree

from app.sandbox import xmlns
from app.sandbox.containment import contains
from app.sandbox.errors import EwsError
from app.sandbox.properties import read_name
from app.sandbox.store.folders import Folder
from app.sandbox.store.mail_store import MailStore

_OPERATORS: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "IsEqualTo": operator.eq,
    "IsNotEqualTo": operator.ne,
    "IsGreaterThan": operator.gt,
    "IsGreaterThanOrEqualTo": operator.ge,
    "IsLessThan": operator.lt,
    "IsLessThanOrEqualTo": operator.le,
}


def matches(store: MailStore, expression: etree._Element, folder: Folder) -> bool:
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


def _value_at(store: MailStore, path: etree._Element, folder: Folder) -> str | int | float | bytes | None:
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
