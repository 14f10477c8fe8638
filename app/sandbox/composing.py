"""Takes the elements of a t:Message into an item: what CreateItem, UpdateItem and item attachments have in common."""

from dataclasses import replace
from typing import Final

from lxml import etree

from app.sandbox import xmlns
from app.sandbox.call import Call
from app.sandbox.conversation import complete
from app.sandbox.errors import EwsError
from app.sandbox.fields.table import BY_ELEMENT, FieldDefinition
from app.sandbox.fields.tags import write_tag
from app.sandbox.fields.writing import read_base64
from app.sandbox.manners import Manner, impose
from app.sandbox.mime import read_mime
from app.sandbox.properties import read_name, read_values
from app.sandbox.sending import UNMARKED, is_unsent
from app.sandbox.store.attachments import AttachmentToStore
from app.sandbox.store.items import Item, StoredAttachment

WRITABLE: Final = frozenset({"Message", "Item"})
LARGEST_ATTACHMENT: Final = 150 * 1024 * 1024
DEEPEST: Final = 8
"""How many messages may be attached to one another."""


def compose(call: Call, element: etree._Element, item: Item, depth: int = 0) -> None:
    """Fill a new item from a t:Message and keep it, with the attachments within. Only while writing.

    Raises EwsError: ErrorInvalidPropertySet for what is read-only, and what the fields' writers raise.
    """
    if xmlns.local(element) not in WRITABLE:
        raise EwsError("ErrorInvalidItemForOperationCreateItem")
    item.row["element"] = xmlns.local(element)
    raw, attached = _take_mime(call, element, item)
    inner: list[etree._Element] = []
    for child in element.iterchildren(etree.Element):
        name = xmlns.local(child)
        if name == "ExtendedProperty":
            write_property(item, child)
        elif name == "Attachments":
            inner = list(child.iterchildren(etree.Element))
        elif name != "MimeContent":
            write_field(call, item, _writable(name), child)
    save_new(call, item)
    for one in inner:
        attach(call, item, one, depth)
    for ready in attached:
        call.store.attachments.add(item, ready)
    if inner or attached:
        call.store.items.save(item)
    if raw is not None and not inner:
        call.store.items.keep_mime(item, raw)


def attach(call: Call, item: Item, element: etree._Element, depth: int = 0) -> StoredAttachment:
    """Attach what a t:FileAttachment or t:ItemAttachment holds; the caller saves the item. Only while writing.

    Raises EwsError: ErrorAttachmentSizeLimitExceeded, ErrorAttachmentNestLevelLimitExceeded,
    ErrorMissingItemForCreateItemAttachment, ErrorInvalidItemForOperationCreateItemAttachment.
    """
    new = AttachmentToStore(
        name=xmlns.text_at(element, "t:Name"),
        content_type=xmlns.text_at(element, "t:ContentType"),
        content_id=xmlns.text_at(element, "t:ContentId"),
        content_location=xmlns.text_at(element, "t:ContentLocation"),
        is_inline=xmlns.is_true(xmlns.text_at(element, "t:IsInline")),
    )
    if xmlns.local(element) == "FileAttachment":
        content = read_base64(xmlns.text_at(element, "t:Content") or "")
        if len(content) > LARGEST_ATTACHMENT:
            raise EwsError("ErrorAttachmentSizeLimitExceeded")
        photo = xmlns.is_true(xmlns.text_at(element, "t:IsContactPhoto"))
        return call.store.attachments.add(item, replace(new, content=content, is_contact_photo=photo))
    if xmlns.local(element) != "ItemAttachment":
        raise EwsError("ErrorInvalidItemForOperationCreateItemAttachment")
    inner = _inner_item(call, item, element, depth)
    return call.store.attachments.add(item, replace(new, inner=inner.id, size=inner.row["size"]))


def _inner_item(call: Call, item: Item, element: etree._Element, depth: int) -> Item:
    if depth >= DEEPEST:
        raise EwsError("ErrorAttachmentNestLevelLimitExceeded")
    children = {xmlns.local(child): child for child in element.iterchildren(etree.Element)}
    content = children.get("Message", children.get("Item"))
    if content is None:
        raise EwsError("ErrorMissingItemForCreateItemAttachment")
    inner = call.store.items.start(item.mailbox, None)
    compose(call, content, inner, depth + 1)
    return inner


def save_new(call: Call, item: Item) -> None:
    """Keep an item for the first time, with what a server adds to a message."""
    item.row["modified_by"] = call.user.display_name
    if Manner.DRAFTS_NOT_MARKED in call.manners and item.row["is_draft"]:
        item.row["is_draft"] = 0
        item.set_property(UNMARKED, ["yes"])
    if Manner.MESSAGE_ID_DROPPED in call.manners:
        item.row["message_id"] = None
        item.set_headers([one for one in item.headers if one[0].lower() != "message-id"])
    impose(call.manners, item)
    complete(item, call.user.address.rpartition("@")[2])
    quota = call.store.people.with_id(item.mailbox).traits.get("quota")
    if quota is not None:
        used = call.store.database.number("SELECT sum(size) FROM items WHERE mailbox_id = ?", (item.mailbox,))
        if used >= int(quota):
            raise EwsError("ErrorQuotaExceeded")
    call.store.items.save(item)


def _take_mime(call: Call, element: etree._Element, item: Item) -> tuple[bytes | None, list[AttachmentToStore]]:
    content = xmlns.find(element, "t:MimeContent")
    if content is None:
        return None, []
    raw = read_base64(xmlns.text_of(content), "ErrorMimeContentInvalidBase64String")
    return read_mime_by(call, item, raw)


def read_mime_by(call: Call, item: Item, raw: bytes) -> tuple[bytes | None, list[AttachmentToStore]]:
    """Take MIME into an item; returns what of it is to be kept as it came, and what is to be attached.

    Raises EwsError for what is no message, see `mime.read_mime`.
    """
    attached = read_mime(call.store, item, raw)
    if Manner.MIME_LOSES_ATTACHMENTS in call.manners:
        attached = []
    changes = {Manner.MIME_LOSES_ATTACHMENTS, Manner.MESSAGE_ID_DROPPED, Manner.HTML_REWRITTEN}
    return (None if changes & call.manners.seconds.keys() else raw), attached


def _writable(name: str) -> FieldDefinition:
    field = BY_ELEMENT.get(name)
    if field is None or field.put is None:
        prefix = "item" if field is None else field.uri.partition(":")[0]
        raise EwsError("ErrorInvalidPropertySet").about({"FieldURI": f"{prefix}:{name}"})
    return field


def write_field(call: Call, item: Item, field: FieldDefinition, element: etree._Element | None) -> None:
    """Write one field of an item; `element` is None to delete it.

    Raises EwsError: ErrorInvalidPropertySet or ErrorInvalidPropertyDelete where the field cannot be written,
    ErrorInvalidPropertyUpdateSentMessage where it is locked since the message went.
    """
    path = {"FieldURI": field.uri}
    refusal = "ErrorInvalidPropertyDelete" if element is None else "ErrorInvalidPropertySet"
    if field.put is None or (item.id and field.write == "create"):
        raise EwsError(refusal).about(path)
    if item.id and field.write == "draft" and not is_unsent(item):
        raise EwsError("ErrorInvalidPropertyUpdateSentMessage").about(path)
    try:
        field.put(call.store, item, element)
    except EwsError as error:
        raise error.about(path) if not error.paths else error from None


def write_property(item: Item, element: etree._Element) -> None:
    """Write a t:ExtendedProperty into an item."""
    name = read_name(xmlns.find_all(element, "t:ExtendedFieldURI")[0])
    values = read_values(name, element)
    if not write_tag(item, name, values):
        item.set_property(name.key, values)
