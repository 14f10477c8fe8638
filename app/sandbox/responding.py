"""Answers to messages: ReplyToItem, ReplyAllToItem and ForwardItem become new messages of their own."""

import html
from typing import Final

from lxml import etree

from app.sandbox import xmlns
from app.sandbox.access import find_item
from app.sandbox.call import Call
from app.sandbox.composing import save_new, write_field
from app.sandbox.conversation import reply_index
from app.sandbox.errors import EwsError
from app.sandbox.fields.table import BY_ELEMENT
from app.sandbox.properties import write_time
from app.sandbox.store.items import Item, StoredBody, StoredMailbox
from app.sandbox.text import as_html, plain_text

RESPONSES: Final = {"ReplyToItem": "RE: ", "ReplyAllToItem": "RE: ", "ForwardItem": "FW: "}
"""Element to what it puts before the subject."""


def _reference(call: Call, element: etree._Element) -> Item:
    named = xmlns.find(element, "t:ReferenceItemId")
    if named is None:
        raise EwsError("ErrorMissingInformationReferenceItemId")
    return find_item(call, named)


def suppress_receipt(call: Call, element: etree._Element) -> None:
    """Take note that the sender of a message is to get no read receipt. Only while writing."""
    item = _reference(call, element)
    if not item.row["receipt_pending"]:
        raise EwsError("ErrorReadReceiptNotPending")
    item.row["receipt_pending"] = 0
    call.store.items.save(item)


def respond(call: Call, element: etree._Element, item: Item) -> None:
    """Fill a new item with the answer to another and keep it. Only while writing.

    Raises EwsError: ErrorInvalidReferenceItem for a reply to a draft, and what finding the message raises.
    """
    kind = xmlns.local(element)
    original = _reference(call, element)
    if original.row["is_draft"] and kind != "ForwardItem":
        raise EwsError("ErrorInvalidReferenceItem")
    topic = original.row["conversation_topic"] or original.row["subject"] or ""
    item.row["subject"] = f"{RESPONSES[kind]}{topic}"[:255]
    item.row["conversation_topic"] = topic
    item.row["conversation_index"] = reply_index(original.row["conversation_index"])
    item.row["conversation_id"] = original.row["conversation_id"]
    if kind != "ForwardItem":
        item.row["in_reply_to"] = original.row["message_id"]
        _address(call, original, item, everybody=kind == "ReplyAllToItem")
    references = [original.row["references_"], original.row["message_id"]]
    item.row["references_"] = " ".join(one for one in references if one) or None
    for child in element.iterchildren(etree.Element):
        name = xmlns.local(child)
        if name not in {"ReferenceItemId", "NewBodyContent"}:
            write_field(call, item, BY_ELEMENT[name], child)
    _quote(original, item, xmlns.find(element, "t:NewBodyContent"))
    save_new(call, item)
    if kind == "ForwardItem":
        call.store.items.copy_attachments(original, item)
        call.store.items.save(item)


def _address(call: Call, original: Item, item: Item, *, everybody: bool) -> None:
    row = original.row
    author = StoredMailbox(row["from_name"], row["from_address"], "SMTP", row["from_type"])
    to = original.recipients("reply-to") or [author]
    if everybody:
        seen = {(one.address or "").lower() for one in to} | {call.user.address.lower()}
        to, copies = list(to), list[StoredMailbox]()
        for kind, into in (("to", to), ("cc", copies)):
            for one in original.recipients(kind):
                if (one.address or "").lower() not in seen:
                    seen.add((one.address or "").lower())
                    into.append(one)
        item.set_recipients("cc", copies)
    item.set_recipients("to", to)


def _quote(original: Item, item: Item, new: etree._Element | None) -> None:
    """Put the new text above the old, in the kind of the new text, or of the old where there is none."""
    if item.body is not None:
        return
    old = original.body or StoredBody("Text", "")
    kind = str(new.get("BodyType")) if new is not None else old.kind
    text = xmlns.text_of(new) if new is not None else ""
    row = original.row
    head = [
        f"From: {row['from_name'] or ''} <{row['from_address'] or ''}>",
        f"Sent: {write_time(row['sent'] or row['created'])}",
        f"To: {row['display_to'] or ''}",
        f"Subject: {row['subject'] or ''}",
    ]
    if kind == "HTML":
        lines = "<br>\r\n".join(html.escape(line) for line in head)
        item.set_body(StoredBody("HTML", f"{text}\r\n<hr>\r\n<p>{lines}</p>\r\n{as_html(old.kind, old.content)}"))
    else:
        lines = "\r\n".join(head)
        item.set_body(
            StoredBody(
                "Text",
                f"{text}\r\n________________________________\r\n{lines}\r\n\r\n{plain_text(old.kind, old.content)}",
            )
        )
