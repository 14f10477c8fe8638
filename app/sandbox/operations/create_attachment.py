"""CreateAttachment: attach files and items to an item that is kept."""

from typing import Final

from lxml import etree

from app.sandbox import xmlns
from app.sandbox.access import CHANGE, find_item
from app.sandbox.attachment_access import find_parent, root_of
from app.sandbox.call import Call, Operation, answer_each
from app.sandbox.composing import attach
from app.sandbox.errors import EwsError
from app.sandbox.fields.reading import View, attachment_id


def run(call: Call, request: etree._Element) -> etree._Element:
    """Answer a CreateAttachment request."""
    named = xmlns.find_all(request, "m:ParentItemId")[0]

    def create(element: etree._Element) -> list[etree._Element]:
        item = find_parent(call, named) or find_item(call, named, CHANGE)
        if not item.row["is_draft"] and item.row["is_submitted"]:
            raise EwsError("ErrorAccessDenied")
        attachment = attach(call, item, element)
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


OPERATION: Final = Operation("CreateAttachment", "ParentItemId:ItemId Attachments", run)
