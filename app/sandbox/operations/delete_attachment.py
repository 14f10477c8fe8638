"""DeleteAttachment: detach, and tell the new ChangeKey of the item."""

from typing import Final

from lxml import etree

from app.sandbox import xmlns
from app.sandbox.access import CHANGE, require
from app.sandbox.attachment_access import find_attachment, root_of
from app.sandbox.call import Call, Operation, answer_each


def run(call: Call, request: etree._Element) -> etree._Element:
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


OPERATION: Final = Operation("DeleteAttachment", "AttachmentIds", run)
