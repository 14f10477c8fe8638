"""A message as the person means it, with its options.

Fields follow MessageType ([MS-OXWSMSG] 2.2.3.1); those that the client does not write yet are added here first.

They stand in a struct of their own, so that Content stays readable and a message without any costs nothing on disk.
"""

from __future__ import annotations

import uuid
from enum import StrEnum
from typing import Final, NewType

import msgspec

from app.domain.attachment import Attached, Attachment
from app.domain.message_kind import MessageKind
from app.domain.recipient import Recipient


class Sensitivity(StrEnum):
    """SensitivityChoicesType."""

    NORMAL = "Normal"
    PERSONAL = "Personal"
    PRIVATE = "Private"
    CONFIDENTIAL = "Confidential"


class FlagStatus(StrEnum):
    """FlagStatusType."""

    NOT_FLAGGED = "NotFlagged"
    FLAGGED = "Flagged"
    COMPLETE = "Complete"


class FollowUp(msgspec.Struct, frozen=True, omit_defaults=True):
    """The follow-up flag. Times are seconds since the epoch, 0 for none; `completed` counts for COMPLETE alone."""

    status: FlagStatus = FlagStatus.NOT_FLAGGED
    start: float = 0.0
    due: float = 0.0
    completed: float = 0.0


class Header(msgspec.Struct, frozen=True):
    """One Internet header that goes out with the message, as `name: value`."""

    name: str
    value: str


class Options(msgspec.Struct, frozen=True, omit_defaults=True):
    """All that can be said beside text and people. `deferred` is when the server lets it go, in seconds, 0 for at once;
    `reminder` is when the sender is reminded of it, 0 for never.

    `submitter` is the element Sender; None leaves it to the server. `conversation_index` and `conversation_topic` are
    what a new draft asks for; what the server made of them is in Fetched.
    """

    sensitivity: Sensitivity = Sensitivity.NORMAL
    categories: tuple[str, ...] = ()
    follow_up: FollowUp = FollowUp()
    in_reply_to: str = ""
    references: str = ""
    reply_to: tuple[Recipient, ...] = ()
    read_receipt: bool = False
    delivery_receipt: bool = False
    response_requested: bool = False
    headers: tuple[Header, ...] = ()
    deferred: float = 0.0
    submitter: Recipient | None = None
    conversation_index: bytes = b""
    conversation_topic: str = ""
    reminder: float = 0.0


LocalId = NewType("LocalId", str)
"""Names a message on this machine from its first key, for life: 32 hexadecimal digits."""

AccountId = NewType("AccountId", str)
"""Names an account of this person on this machine."""

SUBJECT_LIMIT = 255
"""Longest subject that Exchange keeps, in UTF-16 units; [MS-OXWSCDATA] and measured behaviour agree."""


def new_local_id() -> LocalId:
    """Return a name that no message has had before."""
    return LocalId(uuid.uuid4().hex)


def message_id_for(local_id: LocalId, address: str) -> str:
    """Return the Internet Message-ID of our own making, by which a message is found again after a lost reply."""
    domain = address.rpartition("@")[2] or "localhost"
    return f"<{local_id}@{domain}>"


class BodyFormat(StrEnum):
    """How the body is written; the values are those of BodyTypeType."""

    TEXT = "Text"
    HTML = "HTML"


class Importance(StrEnum):
    """ImportanceChoicesType."""

    LOW = "Low"
    NORMAL = "Normal"
    HIGH = "High"


class Field(StrEnum):
    """The parts of a message that can change by themselves, and are saved by themselves.

    The first group are attributes of Content, the second of Content.options. When each may be written is in
    `domain/writable_fields.py`.
    """

    SENDER = "sender"
    TO = "to"
    CC = "cc"
    BCC = "bcc"
    SUBJECT = "subject"
    BODY = "body"
    IMPORTANCE = "importance"

    SENSITIVITY = "sensitivity"
    CATEGORIES = "categories"
    FOLLOW_UP = "follow_up"
    IN_REPLY_TO = "in_reply_to"
    REFERENCES = "references"
    REPLY_TO = "reply_to"
    READ_RECEIPT = "read_receipt"
    DELIVERY_RECEIPT = "delivery_receipt"
    RESPONSE_REQUESTED = "response_requested"
    HEADERS = "headers"
    DEFERRED = "deferred"
    SUBMITTER = "submitter"
    CONVERSATION_INDEX = "conversation_index"
    CONVERSATION_TOPIC = "conversation_topic"
    REMINDER = "reminder"


OPTION_FIELDS = frozenset(Field(name) for name in Options.__struct_fields__)
RECIPIENT_FIELDS = (Field.TO, Field.CC, Field.BCC)


class ItemRef(msgspec.Struct, frozen=True, gc=False):
    """The server's name of a stored item: ItemId with the ChangeKey of the version that we know."""

    item_id: str
    change_key: str = ""


_EMPTY_BODY: Final = 1_000
"""Characters of formatted text above which it is taken to say something: a line that is empty has some ten."""


class Content(msgspec.Struct, frozen=True):
    """All that a person can say in a message. `sender` is the element From; None means the account's own address.

    `attachments` are no Field: no UpdateItem writes them. Where a server's item is read, they stand in Fetched.
    """

    sender: Recipient | None = None
    to: tuple[Recipient, ...] = ()
    cc: tuple[Recipient, ...] = ()
    bcc: tuple[Recipient, ...] = ()
    subject: str = ""
    body: str = ""
    body_format: BodyFormat = BodyFormat.TEXT
    importance: Importance = Importance.NORMAL
    options: Options = Options()
    attachments: tuple[Attached, ...] = ()

    def recipients(self) -> tuple[Recipient, ...]:
        """Return all recipients of this message, To first."""
        return self.to + self.cc + self.bcc

    def value(self, field: Field) -> object:
        """Return one field, wherever it stands."""
        return getattr(self.options if field in OPTION_FIELDS else self, field.value)

    def is_empty(self) -> bool:
        """Return whether nothing was written yet, so that nothing would be lost."""
        return not (self.recipients() or self.subject.strip() or self.attachments or self._says_something())

    def _says_something(self) -> bool:
        """Return whether there is anything in the body; formatted text can be all tags and no words."""
        if self.body_format is BodyFormat.TEXT or len(self.body) > _EMPTY_BODY:
            return bool(self.body.strip())
        from app.domain.visible_text import plain_text

        return any(tag in self.body for tag in ("<img", "<table", "<hr")) or bool(plain_text(self.body).strip())


def written_anew(content: Content) -> Content:
    """Return what a new message takes over from one that was sent: all that it says and how, but not its place in time
    or in a conversation, nor in whose name it went.
    """
    options = msgspec.structs.replace(
        content.options,
        follow_up=FollowUp(),
        in_reply_to="",
        references="",
        deferred=0.0,
        reminder=0.0,
        submitter=None,
        conversation_index=b"",
        conversation_topic="",
    )
    return msgspec.structs.replace(content, sender=None, options=options)


def changed_fields(before: Content, after: Content) -> frozenset[Field]:
    """Return the fields in which the two differ: what an UpdateItem has to name, and nothing else."""
    changed = {field for field in Field if before.value(field) != after.value(field)}
    if before.body_format != after.body_format:
        changed.add(Field.BODY)
    return frozenset(changed)


def gone_headers(before: Content, after: Content) -> tuple[str, ...]:
    """Return the names of custom headers that are no more: an update has to delete each by its name."""
    kept = {header.name.casefold() for header in after.options.headers}
    return tuple(header.name for header in before.options.headers if header.name.casefold() not in kept)


class Stage(StrEnum):
    """How far an item has come, as far as it decides what may be written to it."""

    NEW = "new"
    DRAFT = "draft"
    SENT = "sent"


class NewAttachment(msgspec.Struct, frozen=True):
    """Something to attach: the file at `path`, or `message`. With `content_id` it is shown within the text (cid:).

    `as_message` says that the file is a message (MIME), to be attached as one.
    """

    name: str
    path: str = ""
    content_type: str = ""
    content_id: str = ""
    message: Content | None = None
    as_message: bool = False


class NewDraft(msgspec.Struct, frozen=True):
    """A draft that the server does not know yet, with both marks by which it is found again.

    With `attachments` it is made whole, of MIME, for a server that loses what is attached to a draft later.

    `drafts_of` is the address of the mailbox in whose Drafts it is kept, empty for one's own. With `sent` (when, in
    seconds) it is no draft, but the copy of a message that went out: filed in Sent there, or in the folder `folder_id`.
    """

    local_id: LocalId
    message_id: str
    content: Content
    drafts_of: str = ""
    sent: float = 0.0
    folder_id: str = ""
    attachments: tuple[NewAttachment, ...] = ()


class DraftUpdate(msgspec.Struct, frozen=True):
    """Named fields of `content` to be written over the version `ref`; all others stay as the server has them.

    `mark` is our name of the message, to be written too where the item does not bear it yet (another client made it).
    `gone_headers` names custom headers to be deleted. `stage` is SENT for an item that has gone already.
    """

    ref: ItemRef
    content: Content
    fields: frozenset[Field]
    mark: str = ""
    gone_headers: tuple[str, ...] = ()
    stage: Stage = Stage.DRAFT


class Fetched(msgspec.Struct, frozen=True):
    """A stored item, read back. `local_id` is our mark in it, empty where another client made it.

    What stands below `sent` is the server's to say: `submitter` is Sender, `headers` are those it came with.
    """

    ref: ItemRef
    content: Content
    local_id: str = ""
    message_id: str = ""
    is_draft: bool = True
    has_attachments: bool = False
    modified: float = 0.0
    sent: float = 0.0
    submitter: Recipient | None = None
    is_read: bool = False
    conversation_index: bytes = b""
    conversation_topic: str = ""
    received_by: Recipient | None = None
    received_representing: Recipient | None = None
    received: float = 0.0
    created: float = 0.0
    size: int = 0
    headers: tuple[Header, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    kind: MessageKind = MessageKind.MESSAGE
    conversation_id: str = ""
