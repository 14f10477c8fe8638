"""Messages as Graph shows them: a row of a list, or a message with everything that is known of it."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from typing import Any, Final

from app.backends.graph import message_writer as names
from app.backends.graph.replies import ref_of
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
from app.domain.message_kind import MessageKind, kind_of_class
from app.domain.recipient import Recipient

ROW_SELECT: Final = ",".join(
    (
        *("id", "changeKey", "subject", "bodyPreview", "from", "toRecipients", "ccRecipients", "createdDateTime"),
        *("lastModifiedDateTime", "sentDateTime", "hasAttachments", "importance", "isDraft", "isRead"),
        *("internetMessageId", "categories", "flag", "conversationId", "parentFolderId"),
    )
)
ITEM_SELECT: Final = ",".join(
    (
        *(ROW_SELECT, "body", "bccRecipients", "replyTo", "sender", "receivedDateTime", "internetMessageHeaders"),
        *("isReadReceiptRequested", "isDeliveryReceiptRequested"),
    )
)
ATTACHMENT_SELECT: Final = "id,name,size,contentType,isInline,microsoft.graph.fileAttachment/contentId"


def expand(*wanted: str) -> str:
    """Return the $expand that asks for extended properties by their names."""
    named = " or ".join(f"id eq '{name}'" for name in wanted)
    return f"singleValueExtendedProperties($filter={named})"


ROW_EXPAND: Final = expand(
    *(names.MARK, names.SIZE, names.IN_REPLY_TO, names.REFERENCES, names.DEFERRED, names.FLAGS),
)
ITEM_EXPAND: Final = expand(
    *(names.MARK, names.HEADERS, names.SIZE, names.ITEM_CLASS, names.SENSITIVITY, names.IN_REPLY_TO),
    *(names.REFERENCES, names.RESPONSE_REQUESTED, names.DEFERRED, names.CONVERSATION_INDEX, names.CONVERSATION_TOPIC),
    *(names.REMINDER_IS_SET, names.REMINDER_AT),
)
_KINDS: Final = {
    "#microsoft.graph.fileattachment": AttachmentKind.FILE,
    "#microsoft.graph.itemattachment": AttachmentKind.ITEM,
}
_STATUS: Final = {name: status for status, name in names.FLAG_STATUS.items()}
_LEADING: Final = re.compile("0x0*")


def is_whole_row(item: dict[str, Any]) -> bool:
    """Return whether a delta shows a message with all that was asked for, and not what changed alone."""
    return "createdDateTime" in item and "subject" in item


def row_of(item: dict[str, Any], mailbox: str = "") -> Row | None:
    """Return a message as a row, None where it has no id."""
    ref = ref_of(item, mailbox)
    if ref is None:
        return None
    sender = person_of(item.get("from"))
    references = property_of(item, names.REFERENCES).split()
    return Row(
        ref=ref,
        subject=_text(item, "subject"),
        display_to=_display(people_of(item.get("toRecipients"))),
        display_cc=_display(people_of(item.get("ccRecipients"))),
        preview=_text(item, "bodyPreview"),
        sender="" if sender is None else sender.name or sender.address,
        created=_moment(item, "createdDateTime"),
        modified=_moment(item, "lastModifiedDateTime"),
        sent=_moment(item, "sentDateTime"),
        size=max(0, whole_number(property_of(item, names.SIZE))),
        has_attachments=item.get("hasAttachments") is True,
        importance=_importance(item),
        is_draft=item.get("isDraft") is True,
        local_id=property_of(item, names.MARK),
        message_id=_text(item, "internetMessageId"),
        categories=_texts(item.get("categories")),
        flagged=_follow_up(item.get("flag")).status is FlagStatus.FLAGGED,
        conversation=_conversation(_text(item, "conversationId")),
        thread=references[0] if references else property_of(item, names.IN_REPLY_TO).strip(),
        has_references=bool(references),
        deferred=moment_in(property_of(item, names.DEFERRED)),
    )


def item_of(item: dict[str, Any], own: str, attachments: Any = None, mailbox: str = "") -> Fetched:
    """Return a message whole; a From that is `own` reads as None. `attachments` is the list of them."""
    return Fetched(
        ref=ref_of(item, mailbox) or ItemRef(""),
        content=_content(item, own),
        local_id=property_of(item, names.MARK),
        message_id=_text(item, "internetMessageId"),
        is_draft=item.get("isDraft") is not False,
        has_attachments=item.get("hasAttachments") is True or bool(attachments),
        modified=_moment(item, "lastModifiedDateTime"),
        sent=_moment(item, "sentDateTime"),
        submitter=person_of(item.get("sender")),
        is_read=item.get("isRead") is True,
        conversation_index=_bytes(property_of(item, names.CONVERSATION_INDEX)),
        conversation_topic=property_of(item, names.CONVERSATION_TOPIC),
        received=_moment(item, "receivedDateTime"),
        created=_moment(item, "createdDateTime"),
        size=max(0, whole_number(property_of(item, names.SIZE))),
        headers=_headers(item),
        attachments=tuple(attachment_of(one) for one in attachments or () if isinstance(one, dict)),
        kind=_kind(item),
        conversation_id=_text(item, "conversationId"),
    )


def _kind(item: dict[str, Any]) -> MessageKind:
    kind = property_of(item, names.ITEM_CLASS)
    return kind_of_class(kind) if kind else MessageKind.MESSAGE


def attachment_of(one: dict[str, Any]) -> Attachment:
    """Return an attachment, without its bytes."""
    size = one.get("size")
    return Attachment(
        attachment_id=_text(one, "id"),
        name=_text(one, "name"),
        size=size if isinstance(size, int) and size > 0 else 0,
        content_type=_text(one, "contentType"),
        content_id=_text(one, "contentId"),
        inline=one.get("isInline") is True,
        kind=_KINDS.get(_text(one, "@odata.type").casefold(), AttachmentKind.REFERENCE),
    )


def _content(item: dict[str, Any], own: str) -> Content:
    body = item.get("body")
    body = body if isinstance(body, dict) else {}
    html = _text(body, "contentType").casefold() == "html"
    sender = person_of(item.get("from"))
    if sender is not None and sender.address.casefold() == own.casefold():
        sender = None
    return Content(
        sender=sender,
        to=people_of(item.get("toRecipients")),
        cc=people_of(item.get("ccRecipients")),
        bcc=people_of(item.get("bccRecipients")),
        subject=_text(item, "subject"),
        body=_text(body, "content"),
        body_format=BodyFormat.HTML if html else BodyFormat.TEXT,
        importance=_importance(item),
        options=_options(item),
    )


def _options(item: dict[str, Any]) -> Options:
    sensitivity = whole_number(property_of(item, names.SENSITIVITY))
    known = 0 <= sensitivity < len(names.SENSITIVITIES)
    reminds = property_of(item, names.REMINDER_IS_SET).casefold() == "true"
    return Options(
        sensitivity=names.SENSITIVITIES[sensitivity] if known else Sensitivity.NORMAL,
        categories=_texts(item.get("categories")),
        follow_up=_follow_up(item.get("flag")),
        in_reply_to=property_of(item, names.IN_REPLY_TO),
        references=property_of(item, names.REFERENCES),
        reply_to=people_of(item.get("replyTo")),
        read_receipt=item.get("isReadReceiptRequested") is True,
        delivery_receipt=item.get("isDeliveryReceiptRequested") is True,
        response_requested=property_of(item, names.RESPONSE_REQUESTED).casefold() == "true",
        headers=_own_headers(item),
        deferred=moment_in(property_of(item, names.DEFERRED)),
        reminder=moment_in(property_of(item, names.REMINDER_AT)) if reminds else 0.0,
    )


def property_of(item: dict[str, Any], name: str) -> str:
    """Return the value of an extended property, "" for none. The case, and zeros before a tag, are the server's."""
    wanted = _normal(name)
    for one in _list(item.get("singleValueExtendedProperties")):
        if isinstance(one, dict) and _normal(_text(one, "id")) == wanted:
            return _text(one, "value")
    return ""


def _normal(name: str) -> str:
    return _LEADING.sub("0x", name.casefold())


def people_of(value: Any) -> tuple[Recipient, ...]:
    """Return the people of a list of recipients."""
    return tuple(one for one in map(person_of, _list(value)) if one is not None)


def person_of(value: Any) -> Recipient | None:
    """Return a recipient as a person, None for none."""
    address = value.get("emailAddress") if isinstance(value, dict) else None
    if not isinstance(address, dict):
        return None
    return Recipient(_text(address, "address"), _text(address, "name"))


def _display(people: tuple[Recipient, ...]) -> str:
    return "; ".join(one.name or one.address for one in people)


def _follow_up(flag: Any) -> FollowUp:
    status = _STATUS.get(_text(flag, "flagStatus")) if isinstance(flag, dict) else None
    if status is None:
        return FollowUp()
    return FollowUp(
        status,
        _zoned(flag.get("startDateTime")),
        _zoned(flag.get("dueDateTime")),
        _zoned(flag.get("completedDateTime")),
    )


def _zoned(value: Any) -> float:
    """Return a time with its zone, which is UTC unless somebody asked for another."""
    return moment_in(_text(value, "dateTime")[:19]) if isinstance(value, dict) else 0.0


def _conversation(identity: str) -> str:
    return hashlib.blake2b(identity.encode(), digest_size=8).hexdigest() if identity else ""


def _headers(item: dict[str, Any]) -> tuple[Header, ...]:
    found = [one for one in _list(item.get("internetMessageHeaders")) if isinstance(one, dict)]
    return tuple(Header(_text(one, "name"), _text(one, "value")) for one in found)


def _own_headers(item: dict[str, Any]) -> tuple[Header, ...]:
    pairs = (line.partition(": ") for line in property_of(item, names.HEADERS).replace("\r\n", "\n").split("\n"))
    return tuple(Header(name, value) for name, _, value in pairs if name)


def _importance(item: dict[str, Any]) -> Importance:
    text = _text(item, "importance").capitalize()
    return Importance(text) if text in set(Importance) else Importance.NORMAL


def _text(item: Any, name: str) -> str:
    value = item.get(name) if isinstance(item, dict) else None
    return value if isinstance(value, str) else ""


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(one for one in _list(value) if isinstance(one, str))


def _moment(item: dict[str, Any], name: str) -> float:
    return moment_in(_text(item, name))


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text)
    except binascii.Error:
        return b""
