"""SyncFolderItems: what has changed in a folder since one last asked ([MS-OXWSSYNC] 3.1.4.2)."""

from __future__ import annotations

from app.backends.ews.items import is_true, ref_of, row_of
from app.backends.ews.replies import words_of
from app.backends.ews.requests import ROW_FIELDS, add_properties
from app.backends.ews.xml import Element, Unreadable, add, add_folder, child, operation, text_of
from app.domain.errors import ItemRefused
from app.domain.listing import Change, ChangeKind, Folder, Place, SyncPage

LARGEST_PAGE = 512

_KINDS = {
    "Create": ChangeKind.CREATED,
    "Update": ChangeKind.UPDATED,
    "Delete": ChangeKind.DELETED,
    "ReadFlagChange": ChangeKind.READ,
}


def sync_items(place: Place | Folder, state: str, limit: int) -> Element:
    """Ask for at most `limit` changes since `state`, empty for a beginning."""
    request = operation("SyncFolderItems")
    shape = add(request, "m:ItemShape")
    add(shape, "t:BaseShape", "IdOnly")
    add_properties(shape, ROW_FIELDS)
    add_folder(add(request, "m:SyncFolderId"), place)
    if state:
        add(request, "m:SyncState", state)
    add(request, "m:MaxChangesReturned", str(min(limit, LARGEST_PAGE)))
    return request


def page_of(message: Element) -> SyncPage:
    """Return a page. Raises ItemRefused, Unreadable: a page without its state or its list is no empty one."""
    words = words_of(message)
    if words.response_class == "Error":
        raise ItemRefused(words)
    state, changes = text_of(message, "m:SyncState"), child(message, "m:Changes")
    if not state or changes is None:
        raise Unreadable("a sync without state or changes")
    last = child(message, "m:IncludesLastItemInRange")
    more = last is not None and not is_true(message, "m:IncludesLastItemInRange")
    found = [change for one in changes if (change := _change_of(one)) is not None]
    return SyncPage(state=state, changes=tuple(found), more=more)


def _change_of(element: Element) -> Change | None:
    kind = _KINDS.get(str(element.tag).rpartition("}")[2])
    if kind is None:
        return None
    item = next(iter(element), None)
    if kind in {ChangeKind.CREATED, ChangeKind.UPDATED}:
        row = None if item is None else row_of(item)
        return None if row is None else Change(kind, row.ref, row)
    ref = ref_of(element)
    return None if ref is None else Change(kind, ref, is_read=is_true(element, "t:IsRead"))
