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


class Row(msgspec.Struct, frozen=True):
    """One stored item in a list. Times are seconds since the epoch, 0 where the server gave none."""

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


class Page(msgspec.Struct, frozen=True):
    """A stretch of a folder, newest first. `total` counts the folder; `next_offset` is None at its end."""

    rows: tuple[Row, ...]
    total: int
    next_offset: int | None = None


class Mark(msgspec.Struct, frozen=True):
    """The two marks by which one message is found on the server whatever its ItemId has become."""

    local_id: str
    message_id: str


class Sighting(msgspec.Struct, frozen=True):
    """A marked message, seen in a folder."""

    mark: Mark
    folder: Folder
    ref: ItemRef
    is_draft: bool
