"""Operations on attachments, and the rights to read and change them."""

import base64
from typing import Final

from lxml import etree

from app.sandbox import xmlns
from app.sandbox.access import CHANGE, READ, find_item, require
from app.sandbox.call import Call, ServiceOperation, answer_each
from app.sandbox.composing import attach
from app.sandbox.errors import EwsError
from app.sandbox.fields.reading import View, attachment_element, attachment_id
from app.sandbox.ids import ATTACHMENT
from app.sandbox.manners import Manner
from app.sandbox.shape import read_shape, show
from app.sandbox.store.items import Item, StoredAttachment


def find_attachment(call: Call, named: etree._Element) -> tuple[Item, StoredAttachment]:
    """Return an attachment and the item it is attached to.

    Raises EwsError: ErrorInvalidIdMalformed, ErrorInvalidAttachmentId for the id of something else, ErrorItemNotFound
    and ErrorAccessDenied.
    """
    found = call.store.database.ids.read_id(str(named.get("Id")))
    if found.kind != ATTACHMENT:
        raise EwsError("ErrorInvalidAttachmentId")
    item = call.store.items.with_id(found.number)
    require(call, item.mailbox, READ)
    return item, call.store.attachments.with_id(item, found.attachment)


def find_parent(call: Call, named: etree._Element) -> Item | None:
    """Return the item within an attachment where an id names that; None where it names something else."""
    if call.store.database.ids.read_id(str(named.get("Id"))).kind != ATTACHMENT:
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


def answer_create_attachment(call: Call, request: etree._Element) -> etree._Element:
    """Answer a CreateAttachment request."""
    named = xmlns.find_all(request, "m:ParentItemId")[0]

    def create(element: etree._Element) -> list[etree._Element]:
        item = find_parent(call, named) or find_item(call, named, CHANGE)
        if not item.row["is_draft"] and item.row["is_submitted"]:
            raise EwsError("ErrorAccessDenied")
        attachment = attach(call, item, element)
        if Manner.ATTACHMENTS_FADE in call.manners:
            call.store.attachments.let_fade(attachment, call.manners.seconds[Manner.ATTACHMENTS_FADE])
        call.store.items.keep_mime(item, None)
        call.store.items.save(item)
        root = root_of(call, item)
        attachments = xmlns.make("m:Attachments")
        kind = "t:FileAttachment" if attachment.kind == "file" else "t:ItemAttachment"
        identity = attachment_id(View(call.store, call.user.id), item, attachment)
        made = xmlns.add(attachments, kind)
        xmlns.add(
            made, "t:AttachmentId", None, Id=identity, RootItemId=root.public_id, RootItemChangeKey=root.change_key
        )
        return [attachments]

    new = list(xmlns.find_all(request, "m:Attachments")[0].iterchildren(etree.Element))
    return answer_each(call, "CreateAttachment", new, create, empty="m:Attachments")


CREATE_ATTACHMENT: Final = ServiceOperation(
    "CreateAttachment", "ParentItemId:ItemId Attachments", answer_create_attachment
)


def answer_get_attachment(call: Call, request: etree._Element) -> etree._Element:
    """Answer a GetAttachment request."""
    wanted = xmlns.find(request, "m:AttachmentShape")

    def get(named: etree._Element) -> list[etree._Element]:
        item, attachment = find_attachment(call, named)
        shape = read_shape(call, wanted)
        attachments = xmlns.make("m:Attachments")
        element = attachment_element(shape.view, item, attachment)
        attachments.append(element)
        if attachment.inner is None:
            xmlns.add(element, "t:Content", base64.b64encode(call.store.attachments.content(attachment)).decode())
        else:
            inner = show(shape, call.store.items.with_id(attachment.inner))
            # The item within an attachment has no id that any other operation would take.
            for identity in xmlns.find_all(inner, "t:ItemId"):
                inner.remove(identity)
            element.append(inner)
        return [attachments]

    ids = list(xmlns.find_all(request, "m:AttachmentIds")[0].iterchildren(etree.Element))
    return answer_each(call, "GetAttachment", ids, get, empty="m:Attachments", write=False)


GET_ATTACHMENT: Final = ServiceOperation("GetAttachment", "AttachmentShape? AttachmentIds", answer_get_attachment)


def answer_delete_attachment(call: Call, request: etree._Element) -> etree._Element:
    """Answer a DeleteAttachment request."""

    def delete(named: etree._Element) -> list[etree._Element]:
        item, attachment = find_attachment(call, named)
        require(call, item.mailbox, CHANGE)
        call.store.attachments.delete(attachment)
        call.store.items.keep_mime(item, None)
        call.store.items.save(item)
        root = root_of(call, item)
        return [xmlns.make("m:RootItemId", None, RootItemId=root.public_id, RootItemChangeKey=root.change_key)]

    ids = list(xmlns.find_all(request, "m:AttachmentIds")[0].iterchildren(etree.Element))
    return answer_each(call, "DeleteAttachment", ids, delete)


DELETE_ATTACHMENT: Final = ServiceOperation("DeleteAttachment", "AttachmentIds", answer_delete_attachment)

OPERATIONS: Final = (CREATE_ATTACHMENT, DELETE_ATTACHMENT, GET_ATTACHMENT)
