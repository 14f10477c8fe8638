"""Attachments and their contents."""

from dataclasses import dataclass

from app.sandbox.errors import EwsError
from app.sandbox.store.database import Database, now
from app.sandbox.store.items import Item, StoredAttachment, read_attachment


@dataclass(frozen=True, slots=True)
class AttachmentToStore:
    """What is to be attached: a file with its content, or an item (the id of its row) that lies in no folder."""

    name: str | None
    content_type: str | None = None
    content: bytes | None = None
    inner: int | None = None
    content_id: str | None = None
    content_location: str | None = None
    is_inline: bool = False
    is_contact_photo: bool = False
    size: int | None = None


class AttachmentStore:
    """All attachments of one store."""

    def __init__(self, database: Database) -> None:
        self._database = database
        with database.writing():
            database.run(
                "CREATE TABLE IF NOT EXISTS fading_attachments (attachment_id INTEGER PRIMARY KEY REFERENCES"
                " attachments(id) ON DELETE CASCADE, until INTEGER NOT NULL)"
            )

    def add(self, item: Item, new: AttachmentToStore) -> StoredAttachment:
        """Attach something to an item that is kept; the caller saves the item after. Only while writing."""
        size = new.size if new.size is not None else len(new.content or b"")
        done = self._database.run(
            "INSERT INTO attachments (item_id, kind, name, content_type, content_id, content_location, is_inline,"
            " is_contact_photo, size, modified, content, inner_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                item.id,
                "file" if new.inner is None else "item",
                new.name,
                new.content_type,
                new.content_id,
                new.content_location,
                int(new.is_inline),
                int(new.is_contact_photo),
                size,
                now(),
                new.content,
                new.inner,
            ),
        )
        return self.with_id(item, int(done.lastrowid or 0))

    def with_id(self, item: Item, number: int) -> StoredAttachment:
        """Return an attachment of an item; raises EwsError("ErrorItemNotFound")."""
        row = self._database.one(
            "SELECT * FROM attachments WHERE id = ? AND item_id = ? AND id NOT IN"
            " (SELECT attachment_id FROM fading_attachments WHERE until <= ?)",
            (number, item.id, now()),
        )
        if row is None:
            raise EwsError("ErrorItemNotFound")
        return read_attachment(row)

    def content(self, attachment: StoredAttachment) -> bytes:
        """Return the content of an attached file."""
        row = self._database.one("SELECT content FROM attachments WHERE id = ?", (attachment.id,))
        return b"" if row is None or row["content"] is None else bytes(row["content"])

    def let_fade(self, attachment: StoredAttachment, seconds: float) -> None:
        """Keep an attachment out of its item: replies show it for so many seconds, and no copy has it.

        The caller saves the item after. Only while writing.
        """
        until = now() + int(seconds * 1000)
        self._database.run("INSERT INTO fading_attachments VALUES (?, ?)", (attachment.id, until))

    def delete(self, attachment: StoredAttachment) -> None:
        """Detach; the caller saves the item after. Only while writing."""
        self._database.run("DELETE FROM attachments WHERE id = ?", (attachment.id,))
        if attachment.inner is not None:
            self._database.run("DELETE FROM items WHERE id = ?", (attachment.inner,))
