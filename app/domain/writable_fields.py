"""When each element of a message may be written, and the words for when it may not.

A server drops or refuses what it cannot take; exchangelib drops it in silence. So it is looked up here before any
request is made. The elements are those of MessageType ([MS-OXWSMSG] 2.2.3.1) and of what it stands on; what is locked
once a message has gone, or after it was made, is as Exchange does it.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Final

import msgspec

from app.core.i18n import mark, tr
from app.core.lazy_regex import late_pattern
from app.domain.message import Content, Field, Header, Stage

LATEST: Final = 253402300800.0
"""The end of the year 9999, beyond which no date can be written."""

_HEADER_NAME: Final = late_pattern(r"[!-9;-~]{1,76}")
_OWN_HEADERS: Final = frozenset(
    {
        *("bcc", "cc", "comments", "content-disposition", "content-id", "content-transfer-encoding", "content-type"),
        *("date", "disposition-notification-to", "dkim-signature", "from", "importance", "in-reply-to", "message-id"),
        *("mime-version", "received", "references", "reply-to", "return-path", "return-receipt-to", "sender"),
        *("sensitivity", "subject", "thread-index", "thread-topic", "to"),
    }
)
"""Headers that the server writes by itself, or that have a field of their own."""


class WriteRule(StrEnum):
    """When an element may be written."""

    ON_CREATE = "on-create"
    UNTIL_SENT = "until-sent"
    ALWAYS = "always"
    NEVER = "never"


class Element(msgspec.Struct, frozen=True):
    """One element of a message: its rule, what a person calls it, and the field that holds it, None for read-only."""

    rule: WriteRule
    title: str
    field: Field | None = None


ELEMENTS: Final[dict[str, Element]] = {
    "Subject": Element(WriteRule.ALWAYS, mark("The subject"), Field.SUBJECT),
    "Body": Element(WriteRule.ALWAYS, mark("The text"), Field.BODY),
    "Importance": Element(WriteRule.ALWAYS, mark("The importance"), Field.IMPORTANCE),
    "Sensitivity": Element(WriteRule.ALWAYS, mark("The sensitivity"), Field.SENSITIVITY),
    "Categories": Element(WriteRule.ALWAYS, mark("The categories"), Field.CATEGORIES),
    "Flag": Element(WriteRule.ALWAYS, mark("The follow-up flag"), Field.FOLLOW_UP),
    "ReminderDueBy": Element(WriteRule.ALWAYS, mark("The reminder"), Field.REMINDER),
    "InReplyTo": Element(WriteRule.ALWAYS, mark("What it answers"), Field.IN_REPLY_TO),
    "ExtendedProperty:InternetHeaders": Element(WriteRule.UNTIL_SENT, mark("The headers"), Field.HEADERS),
    "ExtendedProperty:0x3FEF": Element(WriteRule.UNTIL_SENT, mark("The time of sending"), Field.DEFERRED),
    "Sender": Element(WriteRule.ON_CREATE, mark("The sender"), Field.SUBMITTER),
    "ToRecipients": Element(WriteRule.UNTIL_SENT, mark("To"), Field.TO),
    "CcRecipients": Element(WriteRule.UNTIL_SENT, mark("Cc"), Field.CC),
    "BccRecipients": Element(WriteRule.UNTIL_SENT, mark("Bcc"), Field.BCC),
    "IsReadReceiptRequested": Element(WriteRule.UNTIL_SENT, mark("The read receipt"), Field.READ_RECEIPT),
    "IsDeliveryReceiptRequested": Element(WriteRule.UNTIL_SENT, mark("The delivery receipt"), Field.DELIVERY_RECEIPT),
    "ConversationIndex": Element(WriteRule.ON_CREATE, mark("The place in the conversation"), Field.CONVERSATION_INDEX),
    "ConversationTopic": Element(WriteRule.ON_CREATE, mark("The conversation"), Field.CONVERSATION_TOPIC),
    "From": Element(WriteRule.UNTIL_SENT, mark("From"), Field.SENDER),
    "InternetMessageId": Element(WriteRule.ON_CREATE, mark("The Message-ID")),
    "IsRead": Element(WriteRule.NEVER, mark("Whether it was read")),
    "IsResponseRequested": Element(WriteRule.ALWAYS, mark("The request for an answer"), Field.RESPONSE_REQUESTED),
    "References": Element(WriteRule.ALWAYS, mark("The references"), Field.REFERENCES),
    "ReplyTo": Element(WriteRule.UNTIL_SENT, mark("Reply to"), Field.REPLY_TO),
    "ReceivedBy": Element(WriteRule.NEVER, mark("Who received it")),
    "ReceivedRepresenting": Element(WriteRule.NEVER, mark("For whom it was received")),
}

_BY_FIELD: Final = {element.field: element for element in ELEMENTS.values() if element.field is not None}


def may_be_written(rule: WriteRule, stage: Stage) -> bool:
    """Return whether an element under `rule` may be written to an item that has come as far as `stage`."""
    match rule:
        case WriteRule.ALWAYS:
            return True
        case WriteRule.UNTIL_SENT:
            return stage is not Stage.SENT
        case WriteRule.ON_CREATE:
            return stage is Stage.NEW
        case WriteRule.NEVER:
            return False


def refusal(element: Element, stage: Stage) -> str | None:
    """Return why `element` cannot be written at `stage`, None where it can."""
    if may_be_written(element.rule, stage):
        return None
    title = tr(element.title)
    if element.rule is WriteRule.NEVER:
        return tr("{what} is for the server to say and cannot be set.", what=title)
    if element.rule is WriteRule.ON_CREATE:
        return tr("{what} can be set only when a draft is first saved.", what=title)
    return tr("{what} cannot be changed once the message has been sent.", what=title)


def refuse_fields(content: Content, fields: Iterable[Field], stage: Stage) -> str | None:
    """Return why `fields` of `content` cannot be written at `stage`: the first reason, None where they can."""
    for field in sorted(fields):
        words = refusal(_BY_FIELD[field], stage) or value_problem(content, field)
        if words is not None:
            return words
    return None


def value_problem(content: Content, field: Field) -> str | None:
    """Return what is wrong with a value that no server can keep, None for a good one."""
    options = content.options
    match field:
        case Field.HEADERS:
            return next(filter(None, map(header_problem, options.headers)), None)
        case Field.DEFERRED:
            return None if 0 <= options.deferred < LATEST else tr("The time of sending cannot be written as a date.")
        case Field.REMINDER:
            return None if 0 <= options.reminder < LATEST else tr("The reminder cannot be written as a date.")
        case Field.FOLLOW_UP:
            flag = options.follow_up
            if not all(0 <= moment < LATEST for moment in (flag.start, flag.due, flag.completed)):
                return tr("A date of the follow-up flag cannot be written.")
            if flag.start and flag.due and flag.start > flag.due:
                return tr("The follow-up flag starts after it is due.")
    return None


def header_problem(header: Header) -> str | None:
    """Return why `header` cannot go out with a message, None where it can."""
    if not _HEADER_NAME.fullmatch(header.name):
        return tr("“{name}” cannot be the name of a header.", name=header.name[:60])
    if header.name.casefold() in _OWN_HEADERS:
        return tr("The header {name} is written by the server or has a field of its own.", name=header.name)
    if len(header.value.splitlines()) > 1 or header.value[-1:] in {"\r", "\n"}:  # also U+2028, U+0085 and the like
        return tr("The header {name} must be one line.", name=header.name)
    return None


def set_fields(content: Content) -> frozenset[Field]:
    """Return the fields of `content` that say something: what a CreateItem has to name."""
    empty = Content()
    return frozenset(field for field in Field if content.value(field) != empty.value(field))
