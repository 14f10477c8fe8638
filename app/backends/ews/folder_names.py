"""FindFolder: every folder of a mailbox that letters can lie in, with the names above it ([MS-OXWSFOLD] 3.1.4.5)."""

from __future__ import annotations

from collections.abc import Iterable

from app.backends.ews.items import number_of
from app.backends.ews.replies import words_of
from app.backends.ews.xml import Element, Unreadable, add, child, operation, text_of
from app.domain.errors import ItemRefused
from app.domain.listing import MailFolder

PAGE = 1000
_FIELDS = ("folder:DisplayName", "folder:ParentFolderId", "folder:FolderClass")
_DEEPEST = 50
"""Names above a folder that are followed: a server that makes a ring of them must not hold us."""


def find_folders(mailbox: str, offset: int) -> Element:
    """Ask for a page of all folders below the root of one's own mailbox, or of somebody else's."""
    request = operation("FindFolder", Traversal="Deep")
    shape = add(request, "m:FolderShape")
    add(shape, "t:BaseShape", "IdOnly")
    wanted = add(shape, "t:AdditionalProperties")
    for uri in _FIELDS:
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
    """Return those that hold letters, sorted by their path; calendars, contacts and the like are left out."""
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
