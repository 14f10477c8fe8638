"""Rows of a folder, as a list shows them: what FindItem alone can tell, in pages."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from app.domain.message import Importance, ItemRef


class Folder(StrEnum):
    """The folders that the program works in; the values are DistinguishedFolderIdNameType's."""

    DRAFTS = "drafts"
    OUTBOX = "outbox"
    SENT = "sentitems"
    INBOX = "inbox"
    DELETED = "deleteditems"


class Place(msgspec.Struct, frozen=True):
    """A folder to file in or to look in, where Folder alone does not name it.

    `mailbox` is the address of somebody else's mailbox, empty for one's own. `folder_id` is a FolderId of the server;
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
    """What a report says became of a letter; the values are the last part of its item class ([MS-OXOMSG] 2.2.3)."""

    NOT_DELIVERED = "NDR"
    DELIVERED = "DR"
    READ = "IPNRN"
    NOT_READ = "IPNNRN"


class Report(msgspec.Struct, frozen=True, gc=False):
    """A report that came for a letter: about whom, and when, in seconds since the epoch.

    `settled` says that the person knows of it, and need not be led to it any more.
    """

    kind: ReportKind
    who: str = ""
    at: float = 0.0
    settled: bool = False


class Row(msgspec.Struct, frozen=True, gc=False):
    """One stored item in a list. Times are seconds since the epoch, 0 where the server gave none.

    `reports` are those that were matched to it on this machine; the server's list knows of none. `conversation` is a
    short name made of the ConversationId, empty where the server tells none. `thread` is the Message-ID with which its
    References begin, or where it has none (`has_references`), the one that it answers; the server tells it, and the
    cache keeps no more of it than it needs. `deferred` is when the server lets it go, asked for in the Outbox alone.
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
