"""A message as elements, in the order of Exchange's schema: whole for CreateItem, field by field for UpdateItem."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from functools import partial

from app.backends.ews.xml import Element, add, add_deferred_uri, add_headers_uri, add_mark_uri, add_tag_uri
from app.domain.message import Content, Field, FlagStatus
from app.domain.properties import DELIVERED_TAG, FLAGS_TAG, READ_AND_NO_DRAFT, SUBMITTED_TAG
from app.domain.recipient import Recipient
from app.domain.writable_fields import set_fields

Writer = Callable[[Element, Content], None]
Path = Callable[[Element], object]


def add_message(
    parent: Element, content: Content, local_id: str = "", message_id: str = "", sent: float = 0.0, mime: str = ""
) -> Element:
    """Add a Message with all that `content` says, and both marks; with `sent`, as the copy of one that went out.

    With `mime` (base64) its text is in there.
    """
    message = add(parent, "t:Message")
    fields = set_fields(content) | {Field.SUBJECT, Field.BODY}
    if mime:
        add(message, "t:MimeContent", mime, CharacterSet="UTF-8")
        fields -= {Field.BODY}
    for field in _ITEM_FIELDS:
        if field in fields:
            _WRITERS[field](message, content)
    _add_reminder(message, content)
    if local_id:
        _add_property(message, add_mark_uri, local_id)
    _add_sent(message, sent)
    _add_headers(message, content)
    _add_deferred(message, content)
    if Field.FOLLOW_UP in fields:
        _add_flag(message, content)
    for field in _MESSAGE_FIELDS:
        if field in fields and _is_set(content, field):
            _WRITERS[field](message, content)
        if field is Field.SENDER and message_id:
            add(message, "t:InternetMessageId", message_id)
    return message


def _add_sent(message: Element, sent: float) -> None:
    """Say that a message went out at `sent`, 0 for a draft. [MS-OXCMSG] 2.2.1.6: flags can be set on creation alone."""
    if sent:
        _add_property(message, partial(add_tag_uri, FLAGS_TAG, "Integer"), READ_AND_NO_DRAFT)
        for tag in (SUBMITTED_TAG, DELIVERED_TAG):
            _add_property(message, partial(add_tag_uri, tag, "SystemTime"), date_text(sent))


def add_writes(updates: Element, content: Content, fields: Iterable[Field], gone_headers: Sequence[str]) -> None:
    """Add a SetItemField for each of `fields`, or a DeleteItemField where it has become empty."""
    named = frozenset(fields)
    for field in _ITEM_FIELDS:
        if field in named:
            _add_write(updates, content, field)
    if Field.REMINDER in named:
        _write_reminder(updates, content)
    if Field.HEADERS in named:
        _write_headers(updates, content, gone_headers)
    if Field.DEFERRED in named:
        when = content.options.deferred
        add_property_write(updates, add_deferred_uri, date_text(when) if when else "")
    for field in (Field.FOLLOW_UP, *_MESSAGE_FIELDS):
        if field in named:
            _add_write(updates, content, field)


def add_property_write(updates: Element, path: Path, value: str) -> None:
    """Set an extended property, or delete it where `value` is empty."""
    if not value:
        path(add(updates, "t:DeleteItemField"))
        return
    write = add(updates, "t:SetItemField")
    path(write)
    _add_property(add(write, "t:Message"), path, value)


def date_text(moment: float) -> str:
    """Return seconds since the epoch as xs:dateTime in UTC."""
    return datetime.fromtimestamp(int(moment), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def add_mailbox(parent: Element, recipient: Recipient, name: str = "t:Mailbox") -> None:
    """Add a person; one without name and address is left out."""
    if not (recipient.address or recipient.name):
        return
    mailbox = add(parent, name)
    if recipient.name:
        add(mailbox, "t:Name", recipient.name)
    if recipient.address:  # NonEmptyStringType
        add(mailbox, "t:EmailAddress", recipient.address)
        add(mailbox, "t:RoutingType", recipient.routing or "SMTP")


def _add_write(updates: Element, content: Content, field: Field) -> None:
    uri = f"item:{_NAMES[field]}" if field in _OF_ITEM else f"message:{_NAMES[field]}"
    if not _is_set(content, field):
        add(add(updates, "t:DeleteItemField"), "t:FieldURI", FieldURI=uri)
        return
    write = add(updates, "t:SetItemField")
    add(write, "t:FieldURI", FieldURI=uri)
    _WRITERS[field](add(write, "t:Message"), content)


def _is_set(content: Content, field: Field) -> bool:
    """A flag that is off is written as off: false says more than nothing."""
    value = content.value(field)
    if field in _PEOPLE:
        people = value if isinstance(value, tuple) else (value,)
        return any(isinstance(one, Recipient) and bool(one.address or one.name) for one in people)
    return isinstance(value, bool) or bool(value)


def _add_property(message: Element, path: Path, value: str) -> None:
    found = add(message, "t:ExtendedProperty")
    path(found)
    add(found, "t:Value", value)


def _header_path(name: str) -> Path:
    return partial(_add_header_uri, name=name)


def _add_header_uri(parent: Element, *, name: str) -> None:
    add(
        parent,
        "t:ExtendedFieldURI",
        DistinguishedPropertySetId="InternetHeaders",
        PropertyName=name,
        PropertyType="String",
    )


def _add_headers(message: Element, content: Content) -> None:
    for header in content.options.headers:
        _add_property(message, _header_path(header.name), header.value)
    if content.options.headers:
        _add_property(message, add_headers_uri, _headers_text(content))


def _write_headers(updates: Element, content: Content, gone: Sequence[str]) -> None:
    for name in gone:
        add_property_write(updates, _header_path(name), "")
    for header in content.options.headers:
        add_property_write(updates, _header_path(header.name), header.value)
    add_property_write(updates, add_headers_uri, _headers_text(content))


def _headers_text(content: Content) -> str:
    return "\n".join(f"{header.name}: {header.value}" for header in content.options.headers)


def _add_text(message: Element, content: Content, *, field: Field) -> None:
    value = content.value(field)
    if isinstance(value, bool):
        value = "true" if value else "false"
    elif isinstance(value, bytes):
        value = base64.b64encode(value).decode()
    add(message, f"t:{_NAMES[field]}", str(value))


def _add_body(message: Element, content: Content) -> None:
    add(message, "t:Body", content.body, BodyType=content.body_format.value)


def _add_categories(message: Element, content: Content) -> None:
    categories = add(message, "t:Categories")
    for name in content.options.categories:
        add(categories, "t:String", name)


def _add_flag(message: Element, content: Content) -> None:
    """Exchange wants both dates or none while it is flagged, and the day of completion alone after that."""
    follow_up = content.options.follow_up
    flag = add(message, "t:Flag")
    add(flag, "t:FlagStatus", follow_up.status.value)
    if follow_up.status is FlagStatus.FLAGGED and (follow_up.start or follow_up.due):
        add(flag, "t:StartDate", date_text(follow_up.start or follow_up.due))
        add(flag, "t:DueDate", date_text(follow_up.due or follow_up.start))
    elif follow_up.status is FlagStatus.COMPLETE and follow_up.completed:
        add(flag, "t:CompleteDate", date_text(follow_up.completed))


def _add_deferred(message: Element, content: Content) -> None:
    if content.options.deferred:
        _add_property(message, add_deferred_uri, date_text(content.options.deferred))


def _add_reminder(message: Element, content: Content) -> None:
    if content.options.reminder:
        add(message, "t:ReminderDueBy", date_text(content.options.reminder))
        add(message, "t:ReminderIsSet", "true")


def _write_reminder(updates: Element, content: Content) -> None:
    """Two elements: when, and that there is one. Without one only the second is written: Exchange keeps the first."""
    moment = content.options.reminder
    for name, value in (("ReminderDueBy", date_text(moment)), ("ReminderIsSet", "true" if moment else "false")):
        if moment or name == "ReminderIsSet":
            write = add(updates, "t:SetItemField")
            add(write, "t:FieldURI", FieldURI=f"item:{name}")
            add(add(write, "t:Message"), f"t:{name}", value)


def _add_people(message: Element, content: Content, *, field: Field) -> None:
    value = content.value(field)
    parent = add(message, f"t:{_NAMES[field]}")
    for recipient in value if isinstance(value, tuple) else (value,):
        add_mailbox(parent, recipient)


_NAMES = {
    Field.SUBJECT: "Subject",
    Field.SENSITIVITY: "Sensitivity",
    Field.BODY: "Body",
    Field.CATEGORIES: "Categories",
    Field.IMPORTANCE: "Importance",
    Field.IN_REPLY_TO: "InReplyTo",
    Field.FOLLOW_UP: "Flag",
    Field.SUBMITTER: "Sender",
    Field.TO: "ToRecipients",
    Field.CC: "CcRecipients",
    Field.BCC: "BccRecipients",
    Field.READ_RECEIPT: "IsReadReceiptRequested",
    Field.DELIVERY_RECEIPT: "IsDeliveryReceiptRequested",
    Field.CONVERSATION_INDEX: "ConversationIndex",
    Field.CONVERSATION_TOPIC: "ConversationTopic",
    Field.SENDER: "From",
    Field.RESPONSE_REQUESTED: "IsResponseRequested",
    Field.REFERENCES: "References",
    Field.REPLY_TO: "ReplyTo",
}
"""As the elements stand in ItemType and, after all of those, in MessageType; extended properties stand before Flag."""

_ITEM_FIELDS = tuple(_NAMES)[:6]
_MESSAGE_FIELDS = tuple(_NAMES)[7:]
_OF_ITEM = frozenset({*_ITEM_FIELDS, Field.FOLLOW_UP})
_PEOPLE = frozenset({Field.TO, Field.CC, Field.BCC, Field.REPLY_TO, Field.SENDER, Field.SUBMITTER})
_WRITERS: dict[Field, Writer] = {
    **{field: partial(_add_text, field=field) for field in _NAMES},
    **{field: partial(_add_people, field=field) for field in _PEOPLE},
    Field.BODY: _add_body,
    Field.CATEGORIES: _add_categories,
    Field.FOLLOW_UP: _add_flag,
}
