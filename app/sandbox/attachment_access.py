"""Finds the attachment that an AttachmentId names, and the letter that holds it, however deep it lies."""

from lxml import etree

from app.sandbox.access import READ, require
from app.sandbox.call import Call
from app.sandbox.errors import EwsError
from app.sandbox.ids import ATTACHMENT
from app.sandbox.store.items import Attachment, Item


def find_attachment(call: Call, named: etree._Element) -> tuple[Item, Attachment]:
    """Return an attachment and the item it is attached to.

    Raises EwsError: ErrorInvalidIdMalformed, ErrorInvalidAttachmentId for the id of something else, ErrorItemNotFound
    and ErrorAccessDenied.
    """
    found = call.store.database.ids.read(str(named.get("Id")))
    if found.kind != ATTACHMENT:
        raise EwsError("ErrorInvalidAttachmentId")
    item = call.store.items.with_id(found.number)
    require(call, item.mailbox, READ)
    return item, call.store.attachments.with_id(item, found.attachment)


def find_parent(call: Call, named: etree._Element) -> Item | None:
    """Return the item within an attachment where an id names that; None where it names something else."""
    if call.store.database.ids.read(str(named.get("Id"))).kind != ATTACHMENT:
        return None
    _, attachment = find_attachment(call, named)
    if attachment.inner is None:
        raise EwsError("ErrorInvalidIdNotAnItemAttachmentId")
    return call.store.items.with_id(attachment.inner)


def root_of(call: Call, item: Item) -> Item:
    """Return the item in a folder that holds an item; each on the way gets a new ChangeKey. Only while writing."""
    while item.row["folder_id"] is None:
        number = call.store.database.number("SELECT item_id FROM attachments WHERE inner_id = ?", (item.id,))
        item = call.store.items.with_id(number)
        call.store.items.save(item)
    return item
