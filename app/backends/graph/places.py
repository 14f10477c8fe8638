"""Paths of Graph: whose mailbox, which folder, which message. Every id is one part of a path, whatever is in it."""

from __future__ import annotations

from app.backends.graph.http_session import quoted
from app.backends.graph.replies import whose
from app.domain.listing import Folder, Place
from app.domain.message import ItemRef


def root_of(mailbox: str) -> str:
    """Return the path of a mailbox, empty for one's own."""
    return f"users/{quoted(mailbox)}" if mailbox else "me"


def message_path(ref: ItemRef) -> str:
    """Return the path of a message."""
    mailbox, number = whose(ref.item_id)
    return f"{root_of(mailbox)}/messages/{quoted(number)}"


def as_place(folder: Folder | Place) -> Place:
    """Return the place that a folder of one's own mailbox is."""
    return folder if isinstance(folder, Place) else Place(folder)


def folder_id(place: Place) -> str:
    """Return what names a folder within its mailbox: its id, or the name that every mailbox has for it."""
    return place.folder_id or place.folder.value


def folder_path(place: Place) -> str:
    """Return the path of a folder."""
    return f"{root_of(place.mailbox)}/mailFolders/{quoted(folder_id(place))}"
