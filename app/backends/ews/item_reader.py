"""Items as the server shows them: a row of a list, or a message with everything that is known of it."""

from __future__ import annotations

import base64
import binascii
import hashlib

from app.backends.ews.xml import Element, T, child, text_of
from app.core.parsing import moment_in, whole_number
from app.domain.attachment import Attachment, AttachmentKind
from app.domain.listing import Row
from app.domain.message import (
    BodyFormat,
    Content,
    Fetched,
    FlagStatus,
    FollowUp,
    Header,
    Importance,
    ItemRef,
    Options,
    Sensitivity,
)
from app.domain.message_kind import kind_of_class
from app.domain.properties import DEFERRED_TAG, HEADERS_NAME, MARK_NAME, MARK_SET, VERB_TIME_TAG
from app.domain.recipient import Recipient

_KINDS = {"FileAttachment": AttachmentKind.FILE, "ItemAttachment": AttachmentKind.ITEM}


def row_of(item: Element) -> Row | None:
    """Return an item of a FindItem as a row, None where it has no ItemId."""
    ref = ref_of(item)
    if ref is None:
        return None
    sender = mailbox_of(child(item, "t:From", "t:Mailbox"))
    references = text_of(item, "t:References").split()
    return Row(
        ref=ref,
        subject=text_of(item, "t:Subject"),
        display_to=text_of(item, "t:DisplayTo"),
        display_cc=text_of(item, "t:DisplayCc"),
        preview=text_of(item, "t:Preview"),
        sender="" if sender is None else sender.name or sender.address,
        created=time_of(text_of(item, "t:DateTimeCreated")),
        modified=time_of(text_of(item, "t:LastModifiedTime")),
        sent=time_of(text_of(item, "t:DateTimeSent")),
        size=number_of(text_of(item, "t:Size")),
        has_attachments=text_of(item, "t:HasAttachments") == "true",
        importance=_importance_of(item),
        is_draft=text_of(item, "t:IsDraft") == "true",
        local_id=mark_of(item),
        message_id=text_of(item, "t:InternetMessageId"),
        categories=_categories_of(item),
        flagged=_follow_up_of(child(item, "t:Flag")).status is FlagStatus.FLAGGED,
        conversation=_conversation_of(item),
        thread=references[0] if references else text_of(item, "t:InReplyTo").strip(),
        has_references=bool(references),
        deferred=time_of(_property_of(item, PropertyTag=DEFERRED_TAG)),
    )


def _conversation_of(item: Element) -> str:
    """Return a short name for a ConversationId: a hundred thousand long ones, and an index of them, weigh too much."""
    identity = _conversation_id_of(item)
    return hashlib.blake2b(identity.encode(), digest_size=8).hexdigest() if identity else ""


def _conversation_id_of(item: Element) -> str:
    element = child(item, "t:ConversationId")
    return "" if element is None else element.get("Id") or ""


def mark_of(item: Element) -> str:
    """Return our mark in an item, empty where another client made it."""
    return _property_of(item, PropertyName=MARK_NAME, PropertySetId=MARK_SET)


def answered_at(item: Element) -> float:
    """Return when a message was last answered or passed on, 0 for never."""
    return time_of(_property_of(item, PropertyTag=VERB_TIME_TAG))


def item_of(item: Element, own: str) -> Fetched:
    """Return an item whole; a From that is `own` reads as None."""
    ref = ref_of(item)
    return Fetched(
        ref=ref if ref is not None else ItemRef(""),
        content=_content_of(item, own),
        local_id=mark_of(item),
        message_id=text_of(item, "t:InternetMessageId"),
        is_draft=text_of(item, "t:IsDraft") != "false",
        has_attachments=is_true(item, "t:HasAttachments"),
        modified=time_of(text_of(item, "t:LastModifiedTime")),
        sent=time_of(text_of(item, "t:DateTimeSent")),
        submitter=mailbox_of(child(item, "t:Sender", "t:Mailbox")),
        is_read=is_true(item, "t:IsRead"),
        conversation_index=_bytes_of(item, "t:ConversationIndex"),
        conversation_topic=text_of(item, "t:ConversationTopic"),
        received_by=mailbox_of(child(item, "t:ReceivedBy", "t:Mailbox")),
        received_representing=mailbox_of(child(item, "t:ReceivedRepresenting", "t:Mailbox")),
        received=time_of(text_of(item, "t:DateTimeReceived")),
        created=time_of(text_of(item, "t:DateTimeCreated")),
        size=number_of(text_of(item, "t:Size")),
        headers=_headers_of(item),
        attachments=attachments_of(item, "t:Attachments"),
        kind=kind_of_class(text_of(item, "t:ItemClass")),
        conversation_id=_conversation_id_of(item),
    )


def attachments_of(parent: Element, name: str) -> tuple[Attachment, ...]:
    """Return the attachments in a list of them."""
    found = child(parent, name)
    return () if found is None else tuple(map(_attachment_of, found))


def _attachment_of(element: Element) -> Attachment:
    identity = child(element, "t:AttachmentId")
    return Attachment(
        attachment_id="" if identity is None else identity.get("Id") or "",
        name=text_of(element, "t:Name"),
        size=number_of(text_of(element, "t:Size")),
        content_type=text_of(element, "t:ContentType"),
        content_id=text_of(element, "t:ContentId"),
        inline=is_true(element, "t:IsInline"),
        kind=_KINDS.get(str(element.tag).rpartition("}")[2], AttachmentKind.REFERENCE),
    )


def _content_of(item: Element, own: str) -> Content:
    body = child(item, "t:Body")
    html = body is not None and body.get("BodyType") == BodyFormat.HTML.value
    sender = mailbox_of(child(item, "t:From", "t:Mailbox"))
    if sender is not None and sender.address.casefold() == own.casefold():
        sender = None
    return Content(
        sender=sender,
        to=mailboxes_of(item, "t:ToRecipients"),
        cc=mailboxes_of(item, "t:CcRecipients"),
        bcc=mailboxes_of(item, "t:BccRecipients"),
        subject=text_of(item, "t:Subject"),
        body=text_of(item, "t:Body"),
        body_format=BodyFormat.HTML if html else BodyFormat.TEXT,
        importance=_importance_of(item),
        options=_options_of(item),
    )


def _options_of(item: Element) -> Options:
    """What a person chose; Sender and the conversation are the server's words, and stand in Fetched."""
    sensitivity = text_of(item, "t:Sensitivity")
    return Options(
        sensitivity=Sensitivity(sensitivity) if sensitivity in set(Sensitivity) else Sensitivity.NORMAL,
        categories=_categories_of(item),
        follow_up=_follow_up_of(child(item, "t:Flag")),
        in_reply_to=text_of(item, "t:InReplyTo"),
        references=text_of(item, "t:References"),
        reply_to=mailboxes_of(item, "t:ReplyTo"),
        read_receipt=is_true(item, "t:IsReadReceiptRequested"),
        delivery_receipt=is_true(item, "t:IsDeliveryReceiptRequested"),
        response_requested=is_true(item, "t:IsResponseRequested"),
        headers=_own_headers_of(item),
        deferred=time_of(_property_of(item, PropertyTag=DEFERRED_TAG)),
        reminder=time_of(text_of(item, "t:ReminderDueBy")) if is_true(item, "t:ReminderIsSet") else 0.0,
    )


def _categories_of(item: Element) -> tuple[str, ...]:
    categories = child(item, "t:Categories")
    return () if categories is None else tuple(one.text or "" for one in categories)


def _follow_up_of(flag: Element | None) -> FollowUp:
    status = "" if flag is None else text_of(flag, "t:FlagStatus")
    if flag is None or status not in set(FlagStatus):
        return FollowUp()
    return FollowUp(
        status=FlagStatus(status),
        start=time_of(text_of(flag, "t:StartDate")),
        due=time_of(text_of(flag, "t:DueDate")),
        completed=time_of(text_of(flag, "t:CompleteDate")),
    )


def _headers_of(item: Element) -> tuple[Header, ...]:
    found = child(item, "t:InternetMessageHeaders")
    return () if found is None else tuple(Header(one.get("HeaderName") or "", one.text or "") for one in found)


def _own_headers_of(item: Element) -> tuple[Header, ...]:
    text = _property_of(item, PropertyName=HEADERS_NAME, PropertySetId=MARK_SET)
    pairs = (line.partition(": ") for line in text.replace("\r\n", "\n").split("\n"))
    return tuple(Header(name, value) for name, _, value in pairs if name)


def _property_of(item: Element, **named: str) -> str:
    """Return the value of an extended property; the case of GUIDs and hexadecimal digits is the server's."""
    for found in item.findall(f"{{{T}}}ExtendedProperty"):
        uri = child(found, "t:ExtendedFieldURI")
        if uri is not None and all((uri.get(key) or "").casefold() == value.casefold() for key, value in named.items()):
            return text_of(found, "t:Value")
    return ""


def _bytes_of(item: Element, name: str) -> bytes:
    try:
        return base64.b64decode(text_of(item, name))
    except binascii.Error:
        return b""


def is_true(item: Element, name: str) -> bool:
    """Return an xs:boolean, False where there is none."""
    return text_of(item, name).strip() in {"true", "1"}


def ref_of(item: Element) -> ItemRef | None:
    """Return the name of an item, None where the server gave none."""
    name = child(item, "t:ItemId")
    if name is None or not name.get("Id"):
        return None
    return ItemRef(name.get("Id") or "", name.get("ChangeKey") or "")


def mailboxes_of(item: Element, name: str) -> tuple[Recipient, ...]:
    """Return the people of an element such as ToRecipients."""
    parent = child(item, name)
    found = () if parent is None else map(mailbox_of, parent)
    return tuple(recipient for recipient in found if recipient is not None)


def mailbox_of(element: Element | None) -> Recipient | None:
    """Return an EmailAddressType as a person, None for none."""
    if element is None:
        return None
    return Recipient(
        address=text_of(element, "t:EmailAddress"),
        name=text_of(element, "t:Name"),
        routing=text_of(element, "t:RoutingType") or "SMTP",
    )


def _importance_of(item: Element) -> Importance:
    text = text_of(item, "t:Importance")
    return Importance(text) if text in set(Importance) else Importance.NORMAL


def number_of(text: str) -> int:
    """Return an xs:int that counts something, 0 for what is none."""
    return max(0, whole_number(text))


def time_of(text: str) -> float:
    """An xs:dateTime as seconds since the epoch; one without a zone is taken as UTC, as Exchange means it."""
    return moment_in(text)
