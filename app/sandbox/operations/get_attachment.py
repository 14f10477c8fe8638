"""GetAttachment: the contents of attachments."""

import base64
from typing import Final

from lxml import etree

from app.sandbox import xmlns
from app.sandbox.attachment_access import find_attachment
from app.sandbox.call import Call, Operation, answer_each
from app.sandbox.fields.reading import attachment_element
from app.sandbox.shape import read_shape, show


def run(call: Call, request: etree._Element) -> etree._Element:
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


OPERATION: Final = Operation("GetAttachment", "AttachmentShape? AttachmentIds", run)
