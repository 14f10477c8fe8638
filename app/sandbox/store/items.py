"""Messages as they are kept: a row of plain columns, and parts that are read only when they are asked for.

An `Item` is read, changed and saved within one write of the database; one that is held across requests is stale.
"""

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from app.sandbox.errors import EwsError
from app.sandbox.ids import ITEM, ObjectId
from app.sandbox.properties import Value
from app.sandbox.store.database import Database, ItemPlace, now
from app.sandbox.text import plain_text

RECIPIENTS: Final = ("to", "cc", "bcc", "reply-to")


@dataclass(frozen=True, slots=True)
class StoredMailbox:
    """A recipient or sender: any of these may be missing, as in the request."""

    name: str | None = None
    address: str | None = None
    routing: str | None = None
    type: str | None = None

    @property
    def shown(self) -> str:
        """The name to show."""
        return self.name or self.address or ""


@dataclass(frozen=True, slots=True)
class StoredBody:
    """A message's text. `kind` is HTML or Text."""

    kind: str
    content: str


@dataclass(frozen=True, slots=True)
class StoredAttachment:
    """An attachment without its content. `kind` is file or item; `inner` is the id of an attached item."""

    id: int
    kind: str
    name: str | None
    content_type: str | None
    content_id: str | None
    content_location: str | None
    is_inline: bool
    is_contact_photo: bool
    size: int
    modified: int
    inner: int | None


class Item:
    """One message. `row` holds its columns (schema.sql) and may be written to; so may the parts, through `set_…`."""

    def __init__(self, database: Database, row: dict[str, Any]) -> None:
        self._database = database
        self.row = row
        self._recipients: dict[str, list[StoredMailbox]] | None = None
        self._body: StoredBody | None = None
        self._body_read = False
        self._categories: list[str] | None = None
        self._properties: dict[str, list[Value]] | None = None
        self._headers: list[tuple[str, str]] | None = None
        self.touched: set[str] = set()

    @property
    def id(self) -> int:
        """The number of the row; it stays when the item is moved. 0 for an item that was never saved."""
        return int(self.row.get("id") or 0)

    @property
    def mailbox(self) -> int:
        """The id of the mailbox it lies in."""
        return int(self.row["mailbox_id"])

    @property
    def public_id(self) -> str:
        """The ItemId to give out."""
        return self._database.ids.write(ObjectId(ITEM, self.mailbox, int(self.row["entry"])))

    @property
    def change_key(self) -> str:
        """The ChangeKey to give out."""
        return self._database.ids.write_change_key(int(self.row["change"]))

    def recipients(self, kind: str) -> list[StoredMailbox]:
        """Return the recipients of a kind: to, cc, bcc or reply-to."""
        if self._recipients is None:
            self._recipients = {name: [] for name in RECIPIENTS}
            for row in self._database.all(
                "SELECT * FROM recipients WHERE item_id = ? ORDER BY kind, position", (self.id,)
            ):
                found = StoredMailbox(row["name"], row["address"], row["routing"], row["mailbox_type"])
                self._recipients[row["kind"]].append(found)
        return self._recipients[kind]

    def set_recipients(self, kind: str, recipients: Iterable[StoredMailbox]) -> None:
        """Replace the recipients of a kind."""
        self.recipients(kind)[:] = list(recipients)
        self.touched.add("recipients")

    @property
    def body(self) -> StoredBody | None:
        """The text, or None."""
        if not self._body_read:
            row = self._database.one("SELECT kind, content FROM bodies WHERE item_id = ?", (self.id,))
            self._body = None if row is None else StoredBody(row["kind"], row["content"])
            self._body_read = True
        return self._body

    def set_body(self, body: StoredBody | None) -> None:
        """Replace the text."""
        self._body, self._body_read = body, True
        self.touched.add("body")

    @property
    def categories(self) -> list[str]:
        """The names of its categories."""
        if self._categories is None:
            rows = self._database.all("SELECT name FROM categories WHERE item_id = ? ORDER BY position", (self.id,))
            self._categories = [row["name"] for row in rows]
        return self._categories

    def set_categories(self, names: Iterable[str]) -> None:
        """Replace its categories."""
        self._categories = list(names)
        self.touched.add("categories")

    @property
    def properties(self) -> dict[str, list[Value]]:
        """Its extended properties, key to values."""
        if self._properties is None:
            self._properties = {}
            for row in self._database.all(
                "SELECT key, value FROM properties WHERE item_id = ? ORDER BY key, position", (self.id,)
            ):
                self._properties.setdefault(row["key"], []).append(row["value"])
        return self._properties

    def set_property(self, key: str, values: Sequence[Value]) -> None:
        """Set an extended property; no values take it away."""
        if values:
            self.properties[key] = list(values)
        else:
            self.properties.pop(key, None)
        self.touched.add("properties")

    @property
    def headers(self) -> list[tuple[str, str]]:
        """Its Internet headers, for a message that came or went as MIME."""
        if self._headers is None:
            rows = self._database.all("SELECT name, value FROM headers WHERE item_id = ? ORDER BY position", (self.id,))
            self._headers = [(row["name"], row["value"]) for row in rows]
        return self._headers

    def set_headers(self, headers: Iterable[tuple[str, str]]) -> None:
        """Replace its Internet headers."""
        self._headers = list(headers)
        self.touched.add("headers")

    @property
    def attachments(self) -> list[StoredAttachment]:
        """Its attachments, without their contents; always as they are kept now."""
        return self._attached("SELECT attachment_id FROM fading_attachments", ())

    @property
    def shown_attachments(self) -> list[StoredAttachment]:
        """What replies show as its attachments: these, and those that a server forgets later (Manner)."""
        return self._attached("SELECT attachment_id FROM fading_attachments WHERE until <= ?", (now(),))

    @property
    def all_attachments(self) -> list[StoredAttachment]:
        """These, and those that a server forgets or has forgotten."""
        return self._attached("0", ())

    def _attached(self, but_for: str, values: tuple[int, ...]) -> list[StoredAttachment]:
        rows = self._database.all(
            "SELECT id, kind, name, content_type, content_id, content_location, is_inline, is_contact_photo, size,"  # noqa: S608 -- the two texts above
            f" modified, inner_id FROM attachments WHERE item_id = ? AND id NOT IN ({but_for}) ORDER BY id",
            (self.id, *values),
        )
        return [read_attachment(row) for row in rows]


def read_attachment(row: sqlite3.Row) -> StoredAttachment:
    """Read a row of the attachments table."""
    return StoredAttachment(
        row["id"],
        row["kind"],
        row["name"],
        row["content_type"],
        row["content_id"],
        row["content_location"],
        bool(row["is_inline"]),
        bool(row["is_contact_photo"]),
        row["size"],
        row["modified"],
        row["inner_id"],
    )


_PARTS: Final = {
    "bodies": "kind, content",
    "mimes": "content",
    "recipients": "kind, position, name, address, routing, mailbox_type",
    "categories": "position, name",
    "headers": "position, name, value",
    "properties": "key, position, value",
}


class Items:
    """All messages of one store."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._blank: dict[str, Any] = {}
        if "item_id" not in {row["name"] for row in database.all("PRAGMA table_info(gone_items)")}:
            with database.writing():
                database.run("ALTER TABLE gone_items ADD COLUMN item_id INTEGER")  # stores of before have none

    def _blank_row(self) -> dict[str, Any]:
        if not self._blank:
            for row in self._database.all("PRAGMA table_info(items)"):
                said = row["dflt_value"]
                self._blank[row["name"]] = (
                    None if said is None else said.strip("'") if said.startswith("'") else int(said)
                )
        return self._blank

    def start(self, mailbox: int, folder: int | None) -> Item:
        """Begin a new item; nothing is kept until `save`."""
        moment = now()
        row = {"mailbox_id": mailbox, "folder_id": folder, "created": moment, "received": moment, "sent": moment}
        item = Item(self._database, {**self._blank_row(), **row})
        item._recipients = {name: [] for name in RECIPIENTS}  # noqa: SLF001 -- a new item has no parts to read
        item._body_read = True  # noqa: SLF001
        item._categories, item._properties, item._headers = [], {}, []  # noqa: SLF001
        return item

    def with_entry(self, mailbox: int, entry: int) -> Item:
        """Return the item that an ItemId names; raises EwsError("ErrorItemNotFound")."""
        row = self._database.one("SELECT * FROM items WHERE entry = ? AND mailbox_id = ?", (entry, mailbox))
        if row is None:
            raise EwsError("ErrorItemNotFound")
        return Item(self._database, dict(row))

    def with_id(self, number: int) -> Item:
        """Return the item of a row that is known to exist; raises EwsError("ErrorItemNotFound")."""
        row = self._database.one("SELECT * FROM items WHERE id = ?", (number,))
        if row is None:
            raise EwsError("ErrorItemNotFound")
        return Item(self._database, dict(row))

    def of_rows(self, rows: Iterable[sqlite3.Row]) -> list[Item]:
        """Make items of rows that were selected elsewhere."""
        return [Item(self._database, dict(row)) for row in rows]

    def save(self, item: Item, *, read_only_change: bool = False, told_as: str = "") -> None:
        """Keep an item and give it a new ChangeKey. Only while writing.

        With `read_only_change`, nothing but IsRead has changed, and that is all that a sync will report. `told_as` are
        the events that subscribers get to hear of instead of CreatedEvent or ModifiedEvent.
        """
        told_as = told_as or ("ModifiedEvent" if item.id else "CreatedEvent")
        change = self._database.next_change()
        row = item.row
        row["change"] = change
        if not read_only_change:
            row["content_change"] = change
        row["modified"] = now()
        if not item.id:
            row["entry"] = self._database.next_entry()
            row["arrived"] = change
            self._insert(item)
        _derive(item)
        self._save_parts(item)
        names = [name for name in row if name != "id"]
        assigned = ", ".join(f"{name} = ?" for name in names)
        # The names are those of the columns, never a caller's.
        self._database.run(
            f"UPDATE items SET {assigned} WHERE id = ?",  # noqa: S608
            [*(row[name] for name in names), item.id],
        )
        item.touched.clear()
        for kind in told_as.split():
            self._tell(kind, item)

    def _place(self, item: Item) -> ItemPlace | None:
        folder = item.row["folder_id"]
        return None if folder is None else ItemPlace(item.mailbox, folder, item.row["entry"])

    def _tell(self, kind: str, item: Item, old: ItemPlace | None = None) -> None:
        place = self._place(item)
        if place is None:
            return
        self._database.happen(kind, place, item.row["change"], old=old)
        row = self._database.one("SELECT parent_id, unread, change FROM folders WHERE id = ?", (place.folder,))
        if row is not None:
            folder = ItemPlace(place.mailbox, place.folder, parent=row["parent_id"])
            self._database.happen("ModifiedEvent", folder, row["change"], unread=row["unread"])

    def _insert(self, item: Item) -> None:
        row = {name: value for name, value in item.row.items() if name != "id"}
        row.setdefault("modified", now())
        marks = ", ".join("?" for _ in row)
        done = self._database.run(
            f"INSERT INTO items ({', '.join(row)}) VALUES ({marks})",  # noqa: S608 -- names of columns
            list(row.values()),
        )
        item.row["id"] = int(done.lastrowid or 0)

    def _save_parts(self, item: Item) -> None:
        if "body" in item.touched:
            body = item.body
            self._replace("bodies", item, [] if body is None else [(body.kind, body.content)])
        if "recipients" in item.touched:
            rows = [
                (kind, place, one.name, one.address, one.routing, one.type)
                for kind in RECIPIENTS
                for place, one in enumerate(item.recipients(kind))
            ]
            self._replace("recipients", item, rows)
        if "categories" in item.touched:
            self._replace("categories", item, list(enumerate(item.categories)))
        if "headers" in item.touched:
            rows_of_headers = [(place, name, value) for place, (name, value) in enumerate(item.headers)]
            self._replace("headers", item, rows_of_headers)
        if "properties" in item.touched:
            values = [
                (key, place, value) for key, several in item.properties.items() for place, value in enumerate(several)
            ]
            self._replace("properties", item, values)

    def _replace(self, table: str, item: Item, rows: Sequence[Sequence[Any]]) -> None:
        columns = _PARTS[table]
        self._database.run(f"DELETE FROM {table} WHERE item_id = ?", (item.id,))  # noqa: S608 -- a name of _PARTS
        marks = ", ".join("?" for _ in range(columns.count(",") + 2))
        self._database.connection.executemany(
            f"INSERT INTO {table} (item_id, {columns}) VALUES ({marks})",  # noqa: S608 -- names of _PARTS
            [(item.id, *row) for row in rows],
        )

    def mime_of(self, item: Item) -> bytes | None:
        """Return the MIME that an item was made from, or None where it was made from properties or was changed."""
        row = self._database.one("SELECT content FROM mimes WHERE item_id = ?", (item.id,))
        return None if row is None else bytes(row["content"])

    def keep_mime(self, item: Item, content: bytes | None) -> None:
        """Keep, or forget, the MIME that an item was made from."""
        self._database.run("DELETE FROM mimes WHERE item_id = ?", (item.id,))
        if content is not None:
            self._database.run("INSERT INTO mimes VALUES (?, ?)", (item.id, content))

    def move(self, item: Item, mailbox: int, folder: int) -> None:
        """Move an item into a folder, where it gets another ItemId. Only while writing."""
        before = self._place(item)
        self._bury(item)
        row = item.row
        row["change"] = row["arrived"] = self._database.next_change()
        row["entry"] = self._database.next_entry()
        row["mailbox_id"], row["folder_id"] = mailbox, folder
        self._database.run(
            "UPDATE items SET change = ?, arrived = ?, entry = ?, mailbox_id = ?, folder_id = ? WHERE id = ?",
            (row["change"], row["arrived"], row["entry"], mailbox, folder, item.id),
        )
        self._tell("MovedEvent", item, before)

    def copy(
        self,
        item: Item,
        mailbox: int,
        folder: int | None,
        parts: Iterable[str] = tuple(_PARTS),
        *,
        told: bool = True,
    ) -> Item:
        """Make a copy of an item with its attachments and the parts that are named. Only while writing.

        Without `told` subscribers get no event of it: what becomes of the copy is another event.
        """
        change = self._database.next_change()
        fresh = {
            "id": None,
            "mailbox_id": mailbox,
            "folder_id": folder,
            "entry": self._database.next_entry(),
            "change": change,
            "arrived": change,
            "content_change": change,
            "deferred": None,
        }
        twin = Item(self._database, {**item.row, **fresh})
        self._insert(twin)
        for table in parts:
            columns = _PARTS[table]
            self._database.run(
                f"INSERT INTO {table} (item_id, {columns}) SELECT ?, {columns} FROM {table} WHERE item_id = ?",  # noqa: S608
                (twin.id, item.id),
            )
        self.copy_attachments(item, twin)
        if told:
            self._tell("CopiedEvent", twin, self._place(item))
        return twin

    def copy_attachments(self, item: Item, twin: Item) -> None:
        """Attach to `twin` what is attached to `item`. Only while writing."""
        columns = (
            "kind, name, content_type, content_id, content_location, is_inline, is_contact_photo, size, modified,"
            " content"
        )
        for attachment in item.attachments:
            inner = attachment.inner
            copied = None if inner is None else self.copy(self.with_id(inner), twin.mailbox, None).id
            self._database.run(
                f"INSERT INTO attachments (item_id, inner_id, {columns}) SELECT ?, ?, {columns} FROM attachments"  # noqa: S608
                " WHERE id = ?",
                (twin.id, copied, attachment.id),
            )

    def delete(self, item: Item) -> None:
        """Take an item away for good. Only while writing."""
        self._bury(item)
        self._forget(item)
        self._tell("DeletedEvent", item)

    def _forget(self, item: Item) -> None:
        inner = [one.inner for one in item.all_attachments if one.inner is not None]
        self._database.run("DELETE FROM items WHERE id = ?", (item.id,))
        for number in inner:
            self._forget(self.with_id(number))

    def _bury(self, item: Item) -> None:
        if item.row["folder_id"] is not None:
            self._database.run(
                "INSERT INTO gone_items (folder_id, mailbox_id, entry, arrived, change, item_id)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                (
                    item.row["folder_id"],
                    item.mailbox,
                    item.row["entry"],
                    item.row["arrived"],
                    self._database.next_change(),
                    item.id,
                ),
            )


def _derive(item: Item) -> None:
    """Work out what follows from the rest: shown names, size, preview, whether there are attachments."""
    row = item.row
    for kind, column in (("to", "display_to"), ("cc", "display_cc"), ("bcc", "display_bcc")):
        row[column] = "; ".join(one.shown for one in item.recipients(kind))
    attachments = item.attachments
    row["has_attachments"] = int(any(not one.is_inline for one in attachments))
    body = item.body
    people = sum(len(item.recipients(kind)) for kind in RECIPIENTS)
    length = len(body.content.encode("utf-8", "replace")) if body else 0
    size = 600 + 2 * len(row["subject"] or "") + 120 * people + length + sum(one.size for one in attachments)
    row["size"] = min(size, 2**31 - 1)
    if "body" in item.touched or row["preview"] is None:
        row["preview"] = " ".join(plain_text(body.kind, body.content[:8192]).split())[:255] if body else ""
