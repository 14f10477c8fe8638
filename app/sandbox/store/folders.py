"""The folders of the mailboxes, and the rule by which a request names one."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from app.sandbox.errors import EwsError
from app.sandbox.properties import PropertyName, Value
from app.sandbox.store.database import Database, ItemPlace

DISTINGUISHED: Final = (
    ("root", None, "", None),
    ("msgfolderroot", "root", "Top of Information Store", "IPF"),
    ("inbox", "msgfolderroot", "Inbox", "IPF.Note"),
    ("drafts", "msgfolderroot", "Drafts", "IPF.Note"),
    ("outbox", "msgfolderroot", "Outbox", "IPF.Note"),
    ("sentitems", "msgfolderroot", "Sent Items", "IPF.Note"),
    ("deleteditems", "msgfolderroot", "Deleted Items", "IPF.Note"),
    ("junkemail", "msgfolderroot", "Junk Email", "IPF.Note"),
    ("archive", "msgfolderroot", "Archive", "IPF.Note"),
    ("calendar", "msgfolderroot", "Calendar", "IPF.Appointment"),
    ("contacts", "msgfolderroot", "Contacts", "IPF.Contact"),
    ("tasks", "msgfolderroot", "Tasks", "IPF.Task"),
    ("notes", "msgfolderroot", "Notes", "IPF.StickyNote"),
    ("journal", "msgfolderroot", "Journal", "IPF.Journal"),
    ("searchfolders", "root", "Finder", None),
    ("recoverableitemsroot", "root", "Recoverable Items", None),
    ("recoverableitemsdeletions", "recoverableitemsroot", "Deletions", None),
    ("recoverableitemsversions", "recoverableitemsroot", "Versions", None),
    ("recoverableitemspurges", "recoverableitemsroot", "Purges", None),
)
"""Name, parent, display name and class of what each mailbox begins with."""


_LAST_WRITTEN: Final = "(SELECT max(modified) FROM items WHERE folder_id = folders.id)"

_TAGS: Final = {
    (0x3001, "String"): "display_name",
    (0x3602, "Integer"): "total",
    (0x3603, "Integer"): "unread",
    (0x3613, "String"): "folder_class",
    (0x3617, "Integer"): "0",
    (0x10F4, "Boolean"): "0",
    (0x360A, "Boolean"): "EXISTS (SELECT 1 FROM folders AS below WHERE below.parent_id = folders.id)",
    # When something in it was last written, by which clients see that they have to look again.
    (0x3008, "SystemTime"): _LAST_WRITTEN,
    (0x670A, "SystemTime"): _LAST_WRITTEN,
    # The number that the next message gets by which IMAP names it.
    (0x6751, "Integer"): "(SELECT value + 1 FROM counters WHERE name = 'entry')",
}


@dataclass(frozen=True, slots=True)
class StoredFolder:
    """A folder. `change` is the number of its latest write."""

    id: int
    mailbox: int
    parent: int | None
    distinguished: str | None
    display_name: str
    folder_class: str | None
    change: int
    total: int
    unread: int


def _read(row: sqlite3.Row) -> StoredFolder:
    return StoredFolder(
        row["id"],
        row["mailbox_id"],
        row["parent_id"],
        row["distinguished"],
        row["display_name"],
        row["folder_class"],
        row["change"],
        row["total"],
        row["unread"],
    )


class Folders:
    """All folders of one store."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def lay_out(self, mailbox: int) -> None:
        """Give a new mailbox its folders."""
        ids: dict[str, int] = {}
        for name, parent, display_name, folder_class in DISTINGUISHED:
            ids[name] = self.create(mailbox, ids.get(parent or ""), display_name, folder_class, name).id

    def create(
        self, mailbox: int, parent: int | None, display_name: str, folder_class: str | None, name: str | None = None
    ) -> StoredFolder:
        """Make a folder; raises EwsError("ErrorFolderExists") where its parent has one of that name."""
        change = self._database.next_change()
        try:
            done = self._database.run(
                "INSERT INTO folders (mailbox_id, parent_id, distinguished, display_name, folder_class, change,"
                " arrived) VALUES (?, ?, ?, ?, ?, ?, ?)",
                (mailbox, parent, name, display_name, folder_class, change, change),
            )
        except sqlite3.IntegrityError:
            raise EwsError("ErrorFolderExists") from None
        made = self.with_id(int(done.lastrowid or 0))
        self._database.happen("CreatedEvent", ItemPlace(mailbox, made.id, parent=parent), change)
        return made

    def with_id(self, number: int) -> StoredFolder:
        """Return a folder; raises EwsError("ErrorFolderNotFound")."""
        row = self._database.one("SELECT * FROM folders WHERE id = ?", (number,))
        if row is None:
            raise EwsError("ErrorFolderNotFound")
        return _read(row)

    def distinguished(self, mailbox: int, name: str) -> StoredFolder:
        """Return a mailbox's folder of this name; raises EwsError("ErrorFolderNotFound")."""
        row = self._database.one("SELECT * FROM folders WHERE mailbox_id = ? AND distinguished = ?", (mailbox, name))
        if row is None:
            raise EwsError("ErrorFolderNotFound")
        return _read(row)

    def children(self, parent: int) -> list[StoredFolder]:
        """Return the folders right below one, by name."""
        rows = self._database.all("SELECT * FROM folders WHERE parent_id = ? ORDER BY fold(display_name)", (parent,))
        return [_read(row) for row in rows]

    def below(self, parent: int) -> list[StoredFolder]:
        """Return all folders below one, each before its own children."""
        found: list[StoredFolder] = []
        for child in self.children(parent):
            found.append(child)
            found.extend(self.below(child.id))
        return found

    def arrived(self, folder: StoredFolder) -> int:
        """Return the number of the write with which a folder came to be."""
        return self._database.number("SELECT arrived FROM folders WHERE id = ?", (folder.id,))

    def touch(self, folder: StoredFolder) -> None:
        """Give a folder a new ChangeKey. Only while writing."""
        change = self._database.next_change()
        self._set(folder, "change", change)
        self._database.happen("ModifiedEvent", ItemPlace(folder.mailbox, folder.id, parent=folder.parent), change)

    def rename(self, folder: StoredFolder, display_name: str) -> None:
        """Give a folder another name; raises EwsError("ErrorFolderExists"). Only while writing."""
        self._set(folder, "display_name", display_name)
        self.touch(folder)

    def reclass(self, folder: StoredFolder, folder_class: str) -> None:
        """Say what a folder is for. Only while writing."""
        self._set(folder, "folder_class", folder_class)
        self.touch(folder)

    def move(self, folder: StoredFolder, parent: int) -> None:
        """Put a folder below another; raises EwsError("ErrorFolderExists"). Only while writing."""
        self._set(folder, "parent_id", parent)
        change = self._database.next_change()
        self._set(folder, "change", change)
        before = ItemPlace(folder.mailbox, folder.id, parent=folder.parent)
        self._database.happen("MovedEvent", ItemPlace(folder.mailbox, folder.id, parent=parent), change, old=before)

    def delete(self, folder: StoredFolder) -> None:
        """Take an empty folder away. Only while writing."""
        change = self._database.next_change()
        self._database.run("INSERT INTO gone_folders VALUES (?, ?, ?)", (folder.mailbox, folder.id, change))
        self._database.run("DELETE FROM folders WHERE id = ?", (folder.id,))
        self._database.happen("DeletedEvent", ItemPlace(folder.mailbox, folder.id, parent=folder.parent), change)

    def _set(self, folder: StoredFolder, column: str, value: str | int) -> None:
        try:
            self._database.run(f"UPDATE folders SET {column} = ? WHERE id = ?", (value, folder.id))  # noqa: S608
        except sqlite3.IntegrityError:
            raise EwsError("ErrorFolderExists") from None

    def count_children(self, parent: int) -> int:
        """Return how many folders lie right below one."""
        return self._database.number("SELECT count(*) FROM folders WHERE parent_id = ?", (parent,))

    def properties(self, folder: StoredFolder, name: PropertyName) -> list[Value]:
        """Return the values of a folder's extended property; none where it is not set."""
        if name.tag is not None and (name.tag, name.kind) in _TAGS:
            row = self._database.one(f"SELECT {_TAGS[name.tag, name.kind]} FROM folders WHERE id = ?", (folder.id,))  # noqa: S608 -- a name of _TAGS
            return [] if row is None or row[0] is None else [row[0]]
        rows = self._database.all(
            "SELECT value FROM folder_properties WHERE folder_id = ? AND key = ? ORDER BY position",
            (folder.id, name.key),
        )
        return [row["value"] for row in rows]

    def set_property(self, folder: StoredFolder, name: PropertyName, values: Sequence[Value]) -> None:
        """Set a folder's extended property; no values take it away. Only while writing."""
        self._database.run("DELETE FROM folder_properties WHERE folder_id = ? AND key = ?", (folder.id, name.key))
        self._database.connection.executemany(
            "INSERT INTO folder_properties VALUES (?, ?, ?, ?)",
            [(folder.id, name.key, place, value) for place, value in enumerate(values)],
        )
