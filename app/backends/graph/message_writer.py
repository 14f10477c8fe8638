"""A message as Graph's JSON: whole for a new draft, field by field for a PATCH.

What `message` has no property for goes as an extended property, whose value is always text; null takes it away. Names
are those of the service's own metadata.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from app.domain.message import (
    BodyFormat,
    Content,
    DraftUpdate,
    Field,
    FlagStatus,
    FollowUp,
    Header,
    NewDraft,
    Sensitivity,
)
from app.domain.original import OriginalMark, Verb
from app.domain.properties import (
    ANSWERED_ICON,
    DEFERRED_TAG,
    DELIVERED_TAG,
    FLAGS_TAG,
    FORWARDED_ICON,
    HEADERS_NAME,
    ICON_TAG,
    IN_REPLY_TO_TAG,
    MARK_NAME,
    MARK_SET,
    READ_AND_NO_DRAFT,
    SUBMITTED_TAG,
    VERB_TAG,
    VERB_TIME_TAG,
)
from app.domain.protocols import MOST_HEADERS
from app.domain.recipient import Recipient
from app.domain.writable_fields import set_fields

_COMMON: Final = "{00062008-0000-0000-C000-000000000046}"
_INTERNET_HEADERS: Final = "{00020386-0000-0000-C000-000000000046}"

MARK: Final = f"String {{{MARK_SET}}} Name {MARK_NAME}"
HEADERS: Final = f"String {{{MARK_SET}}} Name {HEADERS_NAME}"
SENSITIVITY: Final = "Integer 0x0036"
IN_REPLY_TO: Final = f"String {IN_REPLY_TO_TAG}"
REFERENCES: Final = "String 0x1039"
RESPONSE_REQUESTED: Final = "Boolean 0x0063"
DEFERRED: Final = f"SystemTime {DEFERRED_TAG}"
CONVERSATION_INDEX: Final = "Binary 0x0071"
CONVERSATION_TOPIC: Final = "String 0x0070"
REMINDER_IS_SET: Final = f"Boolean {_COMMON} Id 0x8503"
REMINDER_AT: Final = f"SystemTime {_COMMON} Id 0x8502"
REMINDER_SIGNAL: Final = f"SystemTime {_COMMON} Id 0x8560"
SIZE: Final = "Integer 0x0E08"
ITEM_CLASS: Final = "String 0x001A"
FLAGS: Final = f"Integer {FLAGS_TAG}"
VERB_TIME: Final = f"SystemTime {VERB_TIME_TAG}"

SENSITIVITIES: Final = (Sensitivity.NORMAL, Sensitivity.PERSONAL, Sensitivity.PRIVATE, Sensitivity.CONFIDENTIAL)
"""PidTagSensitivity: 0 to 3."""

FLAG_STATUS: Final = {
    FlagStatus.NOT_FLAGGED: "notFlagged",
    FlagStatus.FLAGGED: "flagged",
    FlagStatus.COMPLETE: "complete",
}
_PEOPLE: Final = {
    Field.TO: "toRecipients",
    Field.CC: "ccRecipients",
    Field.BCC: "bccRecipients",
    Field.REPLY_TO: "replyTo",
}
_ONE: Final = {Field.SENDER: "from", Field.SUBMITTER: "sender"}
_SWITCHES: Final = {
    Field.READ_RECEIPT: "isReadReceiptRequested",
    Field.DELIVERY_RECEIPT: "isDeliveryReceiptRequested",
}
_TEXTS: Final = {
    Field.IN_REPLY_TO: IN_REPLY_TO,
    Field.REFERENCES: REFERENCES,
    Field.CONVERSATION_TOPIC: CONVERSATION_TOPIC,
}


def new_message(draft: NewDraft) -> dict[str, Any]:
    """Return a draft with both marks, or with `sent` the copy of a message that went out."""
    content = draft.content
    fields = set_fields(content) | {Field.SUBJECT, Field.BODY}
    message = _properties(content, fields - {Field.HEADERS}, own="")
    headers = content.options.headers
    if headers:
        message["internetMessageHeaders"] = [{"name": one.name, "value": one.value} for one in headers[:MOST_HEADERS]]
    if draft.message_id:
        message["internetMessageId"] = draft.message_id
    extended = _extended(content, fields - {Field.HEADERS})
    if headers:
        extended.append(_pair(HEADERS, _listed(headers)))
    if draft.local_id:
        extended.append(_pair(MARK, draft.local_id))
    if draft.sent:
        extended.append(_pair(FLAGS, READ_AND_NO_DRAFT))
        extended += [_pair(f"SystemTime {tag}", moment(draft.sent)) for tag in (SUBMITTED_TAG, DELIVERED_TAG)]
    if extended:
        message["singleValueExtendedProperties"] = extended
    return message


def changes_of(update: DraftUpdate, own: str) -> dict[str, Any]:
    """Return the PATCH of an update: its fields alone. `own` is the account's address, which stands for no From."""
    message = _properties(update.content, update.fields, own)
    extended = _extended(update.content, update.fields)
    if Field.HEADERS in update.fields:
        headers = update.content.options.headers
        extended.append(_pair(HEADERS, _listed(headers) or None))
        extended += [_pair(_header_property(one.name), one.value) for one in headers]
        extended += [_pair(_header_property(name), None) for name in update.gone_headers]
    if update.mark:
        extended.append(_pair(MARK, update.mark))
    if extended:
        message["singleValueExtendedProperties"] = extended
    return message


def mark_of_original(mark: OriginalMark) -> dict[str, Any]:
    """Return the PATCH that says what was done with a message, and that it is read."""
    icon = FORWARDED_ICON if mark.verb is Verb.FORWARDED else ANSWERED_ICON
    extended = [
        _pair(f"Integer {VERB_TAG}", str(int(mark.verb))),
        _pair(VERB_TIME, moment(mark.at)),
        _pair(f"Integer {ICON_TAG}", icon),
    ]
    return {"isRead": True, "singleValueExtendedProperties": extended}


def attached_message(content: Content) -> dict[str, Any]:
    """Return a message that is attached to another."""
    message = _properties(content, set_fields(content) | {Field.SUBJECT, Field.BODY}, own="")
    return {"@odata.type": "#microsoft.graph.message", **message}


def person(recipient: Recipient) -> dict[str, Any]:
    """Return a recipient."""
    address = {"address": recipient.address} if recipient.address else {}
    return {"emailAddress": {**address, **({"name": recipient.name} if recipient.name else {})}}


def moment(seconds: float) -> str:
    """Return seconds since the epoch as Graph writes a time, in UTC."""
    return datetime.fromtimestamp(int(seconds), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _properties(content: Content, fields: Iterable[Field], own: str) -> dict[str, Any]:
    """Return those of `fields` that `message` has a property for."""
    named = frozenset(fields)
    message = {name: write(content) for field, (name, write) in _PLAIN.items() if field in named}
    for field, name in _PEOPLE.items():
        if field in named:
            message[name] = _people(content.value(field))
    for field, name in _SWITCHES.items():
        if field in named:
            message[name] = bool(content.value(field))
    for field, name in _ONE.items():
        sender = (content.value(field) or (Recipient(own) if own else None)) if field in named else None
        if isinstance(sender, Recipient):
            message[name] = person(sender)
    return message


def _body(content: Content) -> dict[str, Any]:
    kind = "html" if content.body_format is BodyFormat.HTML else "text"
    return {"contentType": kind, "content": content.body}


_PLAIN: Final[dict[Field, tuple[str, Callable[[Content], Any]]]] = {
    Field.SUBJECT: ("subject", lambda content: content.subject),
    Field.BODY: ("body", _body),
    Field.IMPORTANCE: ("importance", lambda content: content.importance.value.lower()),
    Field.CATEGORIES: ("categories", lambda content: list(content.options.categories)),
    Field.FOLLOW_UP: ("flag", lambda content: flag_of(content.options.follow_up)),
}


def _people(value: object) -> list[dict[str, Any]]:
    return [person(one) for one in value if one.address or one.name] if isinstance(value, tuple) else []


def _extended(content: Content, fields: Iterable[Field]) -> list[dict[str, Any]]:
    """Return those of `fields` that go as extended properties."""
    named, options = frozenset(fields), content.options
    found = [_pair(name, str(content.value(field)) or None) for field, name in _TEXTS.items() if field in named]
    if Field.SENSITIVITY in named:
        found.append(_pair(SENSITIVITY, str(SENSITIVITIES.index(options.sensitivity))))
    if Field.RESPONSE_REQUESTED in named:
        found.append(_pair(RESPONSE_REQUESTED, "true" if options.response_requested else "false"))
    if Field.DEFERRED in named:
        found.append(_pair(DEFERRED, moment(options.deferred) if options.deferred else None))
    if Field.CONVERSATION_INDEX in named:
        found.append(_pair(CONVERSATION_INDEX, _base64(options.conversation_index) or None))
    if Field.REMINDER in named:
        found.append(_pair(REMINDER_IS_SET, "true" if options.reminder else "false"))
        if options.reminder:
            found += [_pair(name, moment(options.reminder)) for name in (REMINDER_AT, REMINDER_SIGNAL)]
    return found


def flag_of(flag: FollowUp) -> dict[str, Any]:
    """Return a follow-up flag. Due without start is refused by the service: it starts when it is due then."""
    found: dict[str, Any] = {"flagStatus": FLAG_STATUS[flag.status]}
    if flag.status is FlagStatus.COMPLETE and flag.completed:
        found["completedDateTime"] = _zoned(flag.completed)
    if flag.status is FlagStatus.FLAGGED and (flag.start or flag.due):
        found["startDateTime"] = _zoned(flag.start or flag.due)
        if flag.due:
            found["dueDateTime"] = _zoned(flag.due)
    return found


def _zoned(seconds: float) -> dict[str, str]:
    return {"dateTime": moment(seconds).rstrip("Z"), "timeZone": "UTC"}


def _pair(name: str, value: str | None) -> dict[str, Any]:
    return {"id": name, "value": value}


def _header_property(name: str) -> str:
    return f"String {_INTERNET_HEADERS} Name {name.lower()}"


def _listed(headers: Sequence[Header]) -> str:
    return "\n".join(f"{one.name}: {one.value}" for one in headers)


def _base64(data: bytes) -> str:
    import base64

    return base64.b64encode(data).decode("ascii")
