"""Folders and rows, as listed and as cached."""

from __future__ import annotations

import hashlib
import re
from array import array
from collections.abc import Iterable
from enum import StrEnum
from typing import Final, NamedTuple

import msgspec

from app.core.lazy_regex import late_pattern
from app.domain.message import Importance, ItemRef


class Folder(StrEnum):
    """The folders that the program works in; the values are DistinguishedFolderIdNameType's."""

    DRAFTS = "drafts"
    OUTBOX = "outbox"
    SENT = "sentitems"
    INBOX = "inbox"
    DELETED = "deleteditems"
    ELSEWHERE = "msgfolderroot"
    """Any folder below the root of a mailbox that has no list here: where messages of a conversation may lie."""


class Place(msgspec.Struct, frozen=True):
    """A folder to file in or to look in, where Folder alone does not name it.

    `mailbox` is the address of another person's mailbox, empty for one's own. `folder_id` is a FolderId of the server;
    `folder` then says what it stands for.
    """

    folder: Folder
    mailbox: str = ""
    folder_id: str = ""


class Order(StrEnum):
    """How a list is sorted. What is equal stands newest first."""

    NEWEST = "newest"
    OLDEST = "oldest"
    RECIPIENT = "recipient"
    SUBJECT = "subject"
    LARGEST = "largest"


class ReportKind(StrEnum):
    """What a report says became of a message; the values are the last part of its item class ([MS-OXOMSG] 2.2.3)."""

    NOT_DELIVERED = "NDR"
    DELIVERED = "DR"
    READ = "IPNRN"
    NOT_READ = "IPNNRN"


class Report(msgspec.Struct, frozen=True, gc=False):
    """A report that came for a message: about whom, and when, in seconds since the epoch.

    Whoever knows a message can write a report of it. `reporter` is the address that sent this one, "" where that is not
    known; `from_within` says that the person's own server marked it as made within the organisation. `settled` says
    that the person knows of it, and need not be led to it any more.
    """

    kind: ReportKind
    who: str = ""
    at: float = 0.0
    settled: bool = False
    reporter: str = ""
    from_within: bool = False


class Row(msgspec.Struct, frozen=True, gc=False):
    """One stored item in a list. Times are seconds since the epoch, 0 where the server gave none.

    `reports` are those that were matched to it on this machine; the server's list knows of none. `conversation` is a
    short name made of the ConversationId, empty where the server gives none. `thread` is the Message-ID with which its
    References begin, or where it has none (`has_references`), the one that it answers; the server gives it, and the
    cache keeps no more of it than it needs. `deferred` is when the server lets it go, asked for in the Outbox alone.
    `answered` is when the first message of its conversation was sent that was received after it, as the cache knows.
    """

    ref: ItemRef
    subject: str = ""
    display_to: str = ""
    display_cc: str = ""
    preview: str = ""
    sender: str = ""
    created: float = 0.0
    modified: float = 0.0
    sent: float = 0.0
    size: int = 0
    has_attachments: bool = False
    importance: Importance = Importance.NORMAL
    is_draft: bool = False
    local_id: str = ""
    message_id: str = ""
    categories: tuple[str, ...] = ()
    flagged: bool = False
    reports: tuple[Report, ...] = ()
    conversation: str = ""
    thread: str = ""
    has_references: bool = False
    deferred: float = 0.0
    answered: float = 0.0


class Page(msgspec.Struct, frozen=True):
    """A stretch of a folder, newest first. `total` counts the folder; `next_offset` is None at its end."""

    rows: tuple[Row, ...]
    total: int
    next_offset: int | None = None


class Mark(msgspec.Struct, frozen=True, gc=False):
    """The two marks by which one message is found on the server whatever its ItemId has become."""

    local_id: str
    message_id: str


class Sighting(msgspec.Struct, frozen=True, gc=False):
    """A marked message, seen in a folder; `place` where it was looked for in a Place."""

    mark: Mark
    folder: Folder
    ref: ItemRef
    is_draft: bool
    place: Place | None = None


class ChangeKind(StrEnum):
    """What became of an item since the last sync."""

    CREATED = "created"
    UPDATED = "updated"
    DELETED = "deleted"
    READ = "read"


class Change(msgspec.Struct, frozen=True, gc=False):
    """One change of a folder; `row` where the item is there to be shown, `is_read` for READ alone."""

    kind: ChangeKind
    ref: ItemRef
    row: Row | None = None
    is_read: bool = False


class SyncPage(msgspec.Struct, frozen=True):
    """Changes of a folder since a sync state, oldest first; `state` is for the next call, at once where `more`."""

    state: str
    changes: tuple[Change, ...] = ()
    more: bool = False


RowId = int
"""Names a row of the cache as long as its item is there; a row that only this machine has gets a negative one."""

FIRST_ROWS: Final = 60
"""Rows that come with a Listing: more than any window shows."""
_KEY_LENGTH: Final = 60
_ANSWER: Final = late_pattern(r"^(?:(?:re|aw|sv|fw|fwd|wg|tr|rv)\s*(?:\[\d+\])?:\s*)+", re.IGNORECASE)


class SyncStanding(msgspec.Struct, frozen=True):
    """How far a folder is known. `complete` says that every item was seen once; `state` is for the next sync.

    `total` is how many items the server counted, `checked` when it was last asked, in seconds since the epoch.
    """

    state: str = ""
    complete: bool = False
    total: int = 0
    checked: float = 0.0


class Listing(NamedTuple):
    """A folder in its order: `ids`, and beside each what it is sorted by (numbers, or words), ascending.

    `rows` are the first FIRST_ROWS of them, for a list that is about to be painted, and those asked for by name.
    """

    ids: array[int]
    keys: array[float] | list[str]
    rows: dict[RowId, Row]


class ConversationRow(NamedTuple):
    """A message of a conversation, and where it lies."""

    place: Place
    row_id: RowId
    row: Row


class Threading(NamedTuple):
    """What a message's headers say of its thread: short names, 0 for none.

    `name` is its own, `thread` that of the message with which its References begin (or which it answers); `is_told`
    says that it has References, so that what does not begin there is of another thread, whatever its subject.
    """

    name: int
    thread: int
    is_told: bool


def threading_of(row: Row) -> Threading:
    """Return what a row's headers say of its thread."""
    return Threading(short_name(row.message_id), short_name(row.thread), row.has_references and bool(row.thread))


def short_name(message_id: str) -> int:
    """Return a number for a Message-ID: a hundred thousand long ones, and an index of them, weigh too much."""
    given = message_id.strip().strip("<>")
    if not given:
        return 0
    return int.from_bytes(hashlib.blake2b(given.encode("utf-8", "replace"), digest_size=8).digest()) >> 1


def moment_of(row: Row, folder: Folder) -> float:
    """Return the time that a list shows and is sorted by: sent in Sent, last changed elsewhere."""
    sent = row.sent if folder in {Folder.SENT, Folder.INBOX, Folder.ELSEWHERE} else 0.0
    return to_the_millisecond(sent or row.modified or row.created)


def to_the_millisecond(moment: float) -> float:
    """Return a time as the cache has it: SQLite writes no more than 15 digits of a number."""
    return round(moment, 3)


def people_of(row: Row) -> str:
    """Return whom a message goes to, as a list shows it."""
    return "; ".join(part for part in (row.display_to, row.display_cc) if part)


def correspondents_of(row: Row, folder: Folder) -> str:
    """Return by whom a list shows a message: who sent it in what came, elsewhere whom it goes to."""
    return row.sender if folder is Folder.INBOX else people_of(row)


def recipient_key(people: str) -> str:
    """Return what recipients (or senders) are sorted and grouped by: the first of them, whatever the case."""
    return people.partition(";")[0].strip().casefold()[:_KEY_LENGTH]


def subject_key(subject: str) -> str:
    """Return what subjects are sorted by: without "Re:" and the like, so that a conversation stands together."""
    return _ANSWER.sub("", subject.strip()).casefold()[:_KEY_LENGTH]


def sort_key(order: Order, *, moment: float, people: str, subject: str, size: int) -> float | str:
    """Return what a row is sorted by, ascending."""
    match order:
        case Order.NEWEST:
            return -moment
        case Order.OLDEST:
            return moment
        case Order.RECIPIENT:
            return recipient_key(people)
        case Order.SUBJECT:
            return subject_key(subject)
        case Order.LARGEST:
            return float(-size)


def keys_of(order: Order, values: Iterable[float | str]) -> array[float] | list[str]:
    """Return sort keys in the form that a Listing has them."""
    if order in {Order.RECIPIENT, Order.SUBJECT}:
        return [str(value) for value in values]
    return array("d", [float(value) for value in values])


class MailFolder(msgspec.Struct, frozen=True):
    """`folder_id` is the server's FolderId; `path` names it with those above it, the outermost first."""

    folder_id: str
    path: tuple[str, ...]

    @property
    def name(self) -> str:
        """Return its own name."""
        return self.path[-1] if self.path else ""
