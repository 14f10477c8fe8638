"""Folder names, changes, delivery reports, category list.

Reports are found by their item class ([MS-OXOMSG] 2.2.3), whose last part names the kind, and matched by In-Reply-To.
What each says is read in `net/reports.py`.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Final

from lxml import etree

from app.backends.ews.item_reader import is_true, mailbox_of, number_of, ref_of, row_of, time_of
from app.backends.ews.replies import words_of
from app.backends.ews.requests import ROW_FIELDS, add_properties
from app.backends.ews.xml import Element, add, add_folder, child, operation, parse, text_of
from app.backends.net.http_errors import Unreadable
from app.backends.net.reports import FoundReport
from app.domain.errors import ItemRefused
from app.domain.listing import Change, ChangeKind, Folder, MailFolder, Place, Report, ReportKind, SyncPage
from app.domain.response_codes import NO_CONFIGURATION

PAGE = 1000
_FOLDER_FIELDS = ("folder:DisplayName", "folder:ParentFolderId", "folder:FolderClass")
_DEEPEST = 50
"""Names above a folder that are followed: a server that makes a ring of them must not hold us."""


def find_folders(mailbox: str, offset: int) -> Element:
    """Ask for a page of all folders below the root of one's own mailbox, or of another person's."""
    request = operation("FindFolder", Traversal="Deep")
    shape = add(request, "m:FolderShape")
    add(shape, "t:BaseShape", "IdOnly")
    wanted = add(shape, "t:AdditionalProperties")
    for uri in _FOLDER_FIELDS:
        add(wanted, "t:FieldURI", FieldURI=uri)
    add(
        request,
        "m:IndexedPageFolderView",
        MaxEntriesReturned=str(PAGE),
        Offset=str(offset),
        BasePoint="Beginning",
    )
    root = add(add(request, "m:ParentFolderIds"), "t:DistinguishedFolderId", Id="msgfolderroot")
    if mailbox:
        add(add(root, "t:Mailbox"), "t:EmailAddress", mailbox)
    return request


def folders_in(message: Element) -> tuple[list[Element], bool]:
    """Return the folders of a page, and whether it is the last one. Raises ItemRefused, Unreadable."""
    words = words_of(message)
    if words.response_class == "Error":
        raise ItemRefused(words)
    root = child(message, "m:RootFolder")
    folders = None if root is None else child(root, "t:Folders")
    if root is None or (folders is None and number_of(root.get("TotalItemsInView") or "")):
        raise Unreadable("folders without a list")
    found = [] if folders is None else list(folders)
    return found, root.get("IncludesLastItemInRange") != "false" or not found


def mail_folders(elements: Iterable[Element]) -> tuple[MailFolder, ...]:
    """Return those that hold messages, sorted by their path; calendars, contacts and the like are left out."""
    known: dict[str, tuple[str, str]] = {}
    holding: list[str] = []
    for element in elements:
        number, parent = _id_of(element, "t:FolderId"), _id_of(element, "t:ParentFolderId")
        if not number:
            continue
        known[number] = (text_of(element, "t:DisplayName"), parent)
        kind = text_of(element, "t:FolderClass")
        if str(element.tag).endswith("}Folder") and (not kind or kind == "IPF" or kind.startswith("IPF.Note")):
            holding.append(number)
    found = [MailFolder(number, _path_of(number, known)) for number in holding]
    return tuple(sorted(found, key=lambda one: [name.casefold() for name in one.path]))


def _path_of(number: str, known: dict[str, tuple[str, str]]) -> tuple[str, ...]:
    path: list[str] = []
    while number in known and len(path) < _DEEPEST:
        name, number = known[number]
        path.insert(0, name)
    return tuple(path)


def _id_of(element: Element, name: str) -> str:
    found = child(element, name)
    return "" if found is None else found.get("Id") or ""


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


AT_ONCE: Final = 100
_CLASS: Final = "REPORT.IPM.Note"
_FIELDS: Final = ("item:ItemClass", "item:InReplyTo", "item:DateTimeReceived", "message:From")


def report_request(since: float, offset: int) -> Element:
    """FindItem in the Inbox for reports that came after `since` (seconds), oldest first."""
    request = operation("FindItem", Traversal="Shallow")
    shape = add(request, "m:ItemShape")
    add(shape, "t:BaseShape", "IdOnly")
    properties = add(shape, "t:AdditionalProperties")
    for uri in _FIELDS:
        add(properties, "t:FieldURI", FieldURI=uri)
    view = add(request, "m:IndexedPageItemView", MaxEntriesReturned=str(AT_ONCE), Offset=str(offset))
    view.set("BasePoint", "Beginning")
    both = add(add(request, "m:Restriction"), "t:And")
    contains = add(both, "t:Contains", ContainmentMode="Prefixed", ContainmentComparison="IgnoreCase")
    add(contains, "t:FieldURI", FieldURI="item:ItemClass")
    add(contains, "t:Constant", Value=_CLASS)
    later = add(both, "t:IsGreaterThanOrEqualTo")
    add(later, "t:FieldURI", FieldURI="item:DateTimeReceived")
    moment = datetime.fromtimestamp(max(0.0, since), UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    add(add(later, "t:FieldURIOrConstant"), "t:Constant", Value=moment)
    order = add(add(request, "m:SortOrder"), "t:FieldOrder", Order="Ascending")
    add(order, "t:FieldURI", FieldURI="item:DateTimeReceived")
    add_folder(add(request, "m:ParentFolderIds"), Folder.INBOX)
    return request


def reports_of(items: Sequence[Element]) -> list[FoundReport]:
    """Return the reports in the list; what is no report of a message of ours is left out."""
    found = []
    for item in items:
        kind = text_of(item, "t:ItemClass").rpartition(".")[2].upper()
        message_id, ref = text_of(item, "t:InReplyTo").strip(), ref_of(item)
        if kind not in set(ReportKind) or not message_id or ref is None:
            continue
        author = mailbox_of(child(item, "t:From", "t:Mailbox"))  # of whom a list gives the name alone
        who = "" if author is None else author.name or author.address
        report = Report(ReportKind(kind), who, time_of(text_of(item, "t:DateTimeReceived")))
        found.append(FoundReport(message_id, report, ref))
    return found


def get_category_list() -> Element:
    """GetUserConfiguration of the list, its XML alone."""
    request = operation("GetUserConfiguration")
    name = add(request, "m:UserConfigurationName", Name="CategoryList")
    add(name, "t:DistinguishedFolderId", Id="calendar")
    add(request, "m:UserConfigurationProperties", "XmlData")
    return request


def categories_of(message: Element) -> tuple[str, ...]:
    """Return the names of the categories in their order; a mailbox without a list has none.

    Raises ItemRefused, Unreadable.
    """
    words = words_of(message)
    if words.response_class == "Error":
        if words.response_code in NO_CONFIGURATION:
            return ()
        raise ItemRefused(words)
    configuration = child(message, "m:UserConfiguration")
    text = "" if configuration is None else text_of(configuration, "t:XmlData")
    if not text.strip():
        return ()
    try:
        root = parse(base64.b64decode(text))
    except binascii.Error as error:
        raise Unreadable("no base64") from error
    named = (one.get("name") or "" for one in root.iter(etree.Element) if str(one.tag).rpartition("}")[2] == "category")
    return tuple(dict.fromkeys(name.strip() for name in named if name.strip()))
