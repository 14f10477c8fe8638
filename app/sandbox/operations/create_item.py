"""CreateItem: keep a new letter, or send it, from properties or from MIME. [MS-OXWSMSG] 3.1.4.1."""

from typing import Final

from lxml import etree

from app.sandbox import xmlns
from app.sandbox.access import CREATE, find_target, require
from app.sandbox.call import Call, Operation, answer_each
from app.sandbox.composing import WRITABLE, compose
from app.sandbox.errors import EwsError
from app.sandbox.fields.reading import View, attachment_id
from app.sandbox.responding import RESPONSES, respond, suppress_receipt
from app.sandbox.sending import send
from app.sandbox.store.folders import Folder
from app.sandbox.store.items import Item


def run(call: Call, request: etree._Element) -> etree._Element:
    """Answer a CreateItem request."""
    disposition = request.get("MessageDisposition")

    def create(element: etree._Element) -> list[etree._Element]:
        kind = xmlns.local(element)
        if kind == "SuppressReadReceipt":
            suppress_receipt(call, element)
            return [xmlns.make("m:Items")]
        if kind not in WRITABLE and kind not in RESPONSES:
            raise EwsError("ErrorInvalidItemForOperationCreateItem")
        if disposition is None and kind != "Item":
            raise EwsError("ErrorMessageDispositionRequired")
        return [_create(call, request, element, str(disposition or "SaveOnly"))]

    new = list(xmlns.find_all(request, "m:Items")[0].iterchildren(etree.Element))
    return answer_each(call, "CreateItem", new, create, empty="m:Items")


def _create(call: Call, request: etree._Element, element: etree._Element, disposition: str) -> etree._Element:
    named = find_target(call, request, "m:SavedItemFolderId", "ErrorSavedItemFolderNotFound")
    if named is not None:
        require(call, named.mailbox, CREATE, "ErrorCreateItemAccessDenied")
    items = xmlns.make("m:Items")
    if disposition == "SaveOnly":
        item = _make(call, element, named or call.store.folders.distinguished(call.user.id, "drafts"))
        kept = xmlns.add(items, f"t:{item.row['element']}")
        xmlns.add(kept, "t:ItemId", None, Id=item.public_id, ChangeKey=item.change_key)
        _show_attachments(call, item, kept)
        return items
    if disposition == "SendOnly" and named is not None:
        raise EwsError("ErrorInvalidSendItemSaveSettings")
    copy_to = (
        None if disposition == "SendOnly" else named or call.store.folders.distinguished(call.user.id, "sentitems")
    )
    # The draft is made where the copy is to be kept, so that there is nothing to move between mailboxes.
    mailbox = call.user.id if copy_to is None else copy_to.mailbox
    item = _make(call, element, call.store.folders.distinguished(mailbox, "outbox"))
    item.row["is_draft"] = 1  # whatever PR_MESSAGE_FLAGS says: clients clear the flag of what they send at once
    send(call.store, call.user, item, copy_to)
    return items


def _make(call: Call, element: etree._Element, folder: Folder) -> Item:
    item = call.store.items.start(folder.mailbox, folder.id)
    if xmlns.local(element) in RESPONSES:
        respond(call, element, item)
    else:
        compose(call, element, item)
    return item


def _show_attachments(call: Call, item: Item, kept: etree._Element) -> None:
    found = item.attachments
    if not found:
        return
    view = View(call.store, call.user.id)
    listed = xmlns.add(kept, "t:Attachments")
    for one in found:
        element = xmlns.add(listed, "t:FileAttachment" if one.kind == "file" else "t:ItemAttachment")
        xmlns.add(element, "t:AttachmentId", None, Id=attachment_id(view, item, one))


OPERATION: Final = Operation(
    "CreateItem",
    "@MessageDisposition:DispositionKind @SendMeetingInvitations:InvitationsKind SavedItemFolderId:TargetFolder? "
    "Items:NewItems",
    run,
)
