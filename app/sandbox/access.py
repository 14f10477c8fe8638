"""Finds what a request names, and checks what its sender may do there."""

from lxml import etree

from app.sandbox import xmlns
from app.sandbox.call import Call
from app.sandbox.errors import EwsError
from app.sandbox.ids import ATTACHMENT, FOLDER, ITEM
from app.sandbox.store.folders import StoredFolder
from app.sandbox.store.items import Item

READ = frozenset({"full", "editor", "author", "reader"})
CREATE = frozenset({"full", "editor", "author"})
CHANGE = frozenset({"full", "editor"})


def require(call: Call, mailbox: int, allowed: frozenset[str], code: str = "ErrorAccessDenied") -> None:
    """Raise EwsError unless the user has one of the rights in `allowed` on a mailbox."""
    if not call.store.people.rights(mailbox, call.user.id) & allowed:
        raise EwsError(code)


def find_folder(call: Call, named: etree._Element, missing: str = "ErrorFolderNotFound") -> StoredFolder:
    """Return the folder that a FolderId or DistinguishedFolderId names and that the user may look into.

    Raises EwsError: `missing` where there is none, ErrorAccessDenied without rights, ErrorNonExistentMailbox for a
    DistinguishedFolderId with a Mailbox that does not exist, and the errors of ids.
    """
    try:
        folder = _find_folder(call, named)
    except EwsError as error:
        raise EwsError(missing) if error.code == "ErrorFolderNotFound" else error from None
    require(call, folder.mailbox, READ)
    return folder


def _find_folder(call: Call, named: etree._Element) -> StoredFolder:
    if xmlns.local(named) == "DistinguishedFolderId":
        mailbox = call.user.id
        address = xmlns.text_at(named, "t:Mailbox/t:EmailAddress")
        if address is not None:
            owner = call.store.people.with_address(address)
            if owner is None or not owner.has_mailbox:
                raise EwsError("ErrorNonExistentMailbox")
            mailbox = owner.id
        require(call, mailbox, READ)
        return call.store.folders.distinguished(mailbox, str(named.get("Id")))
    if xmlns.local(named) != "FolderId":
        raise EwsError("ErrorInvalidFolderId")
    found = call.store.database.ids.read_id(str(named.get("Id")))
    if found.kind != FOLDER:
        raise EwsError("ErrorCannotUseItemIdForFolderId")
    return call.store.folders.with_id(found.number)


def find_target(call: Call, parent: etree._Element, name: str, missing: str) -> StoredFolder | None:
    """Return the folder named within a child such as m:SavedItemFolderId; None where the child is absent."""
    target = xmlns.find(parent, name)
    if target is None:
        return None
    named = next(target.iterchildren(etree.Element))
    return find_folder(call, named, missing)


def find_item(call: Call, named: etree._Element, allowed: frozenset[str] = READ) -> Item:
    """Return the item that an ItemId names.

    Raises EwsError: the errors of ids, ErrorItemNotFound, and ErrorAccessDenied where the user may not look into its
    mailbox or has none of the rights in `allowed`.
    """
    if xmlns.local(named) not in {"ItemId", "ReferenceItemId", "ParentItemId"}:
        raise EwsError("ErrorInvalidOperation")
    found = call.store.database.ids.read_id(str(named.get("Id")))
    if found.kind == FOLDER:
        raise EwsError("ErrorCannotUseFolderIdForItemId")
    if found.kind == ATTACHMENT:
        raise EwsError("ErrorInvalidOperation")
    if found.kind != ITEM:
        raise EwsError("ErrorInvalidIdMalformed")
    key = named.get("ChangeKey")
    if key:
        call.store.database.ids.read_change_key(str(key))
    item = call.store.items.with_entry(found.mailbox, found.number)
    require(call, item.mailbox, READ, "ErrorItemNotFound")
    require(call, item.mailbox, allowed)
    return item


def change_of(call: Call, named: etree._Element) -> int | None:
    """Return the number that the ChangeKey of an id stands for; None where it has none or an empty one."""
    key = named.get("ChangeKey")
    return call.store.database.ids.read_change_key(str(key)) if key else None
