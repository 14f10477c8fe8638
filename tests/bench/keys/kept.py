"""What there is: every message on the server by raw requests, and every message in the program's file by raw reading.

Nothing here uses the program's own code. The program's database is read as SQLite and msgpack, its edits are replayed
by a few lines of this module.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import msgspec
from lxml import etree

from tests.faults.promise.server import Server
from tests.integration.sandbox import soap
from tests.sandbox_fixture import NAMES

FOLDERS: Final = ("drafts", "outbox", "sentitems", "deleteditems", "inbox")
ASKS_THE_SERVER: Final = "5c7a7c4d5c7a4c4d8c7a5c7a4d5c7a7c"
"""The mark of the drafts by which the program asks what a server does: it makes them and removes them by itself."""
_FIELDS: Final = (("to", "ToRecipients"), ("cc", "CcRecipients"), ("bcc", "BccRecipients"))
_RESTLESS: Final = frozenset({"LastModifiedTime", "LastModifiedName", "Size", "Culture"})
"""What differs between two looks at a message that nobody touched, or says no more than the rest does."""


@dataclass(frozen=True)
class Item:
    """One message, on the server or (folder "here") on this computer alone. `rest` is every other property as text."""

    item_id: str
    change_key: str
    folder: str
    mark: str
    subject: str
    body: str
    people: dict[str, tuple[str, ...]]
    when: str = ""
    rest: dict[str, str] = field(default_factory=dict)

    def sayings(self) -> dict[str, str]:
        """Return each field with its words."""
        people = {name: " ".join(found) for name, found in self.people.items()}
        return {"subject": self.subject, "body": self.body, **people, **self.rest}

    def differs_in(self, other: Item) -> list[str]:
        """Return the fields in which two versions of a message differ, the folder among them."""
        one, two = self.sayings(), other.sayings()
        found = [name for name in sorted({*one, *two}) if one.get(name) != two.get(name)]
        return found + ([] if self.folder == other.folder else ["folder"])

    def told(self) -> str:
        """Return a few words on it."""
        to = ",".join(self.people.get("to", ()))
        return f"[{self.folder}] {self.subject!r} to {to!r}: {self.body.strip()[:80]!r}"


class Keeper:
    """Looks at the folders of one person. What did not change since the last look is not fetched again."""

    def __init__(self, server: Server, user: str) -> None:
        """Ask `server` about `user`."""
        self._server = server
        self._user = user
        self._known: dict[tuple[str, str, str], Item] = {}

    def items(self) -> list[Item]:
        """Return every message in every folder that matters, but not the drafts that only ask the server."""
        found: list[Item] = []
        for folder in FOLDERS:
            ids = self._ids(self._server.post(self._user, soap.find(folder, base="IdOnly")))
            new = [one for one in ids if (folder, *one) not in self._known]
            for item in self._fetch(folder, new):
                self._known[folder, item.item_id, item.change_key] = item
            found += [self._known[folder, *one] for one in ids if (folder, *one) in self._known]
        return [one for one in found if one.mark != ASKS_THE_SERVER]

    def deliveries(self) -> list[dict[str, Any]]:
        """Return what was truly delivered, one row for each recipient."""
        found: list[dict[str, Any]] = self._server._admin("GET", "deliveries")
        return found

    def _fetch(self, folder: str, ids: list[tuple[str, str]]) -> list[Item]:
        if not ids:
            return []
        request = soap.get(ids, paths=soap.MARKER_PATH, more="<t:BodyType>Text</t:BodyType>")
        return [_item(folder, one) for one in self._server.post(self._user, request).iterfind(".//t:Message", NAMES)]

    @staticmethod
    def _ids(tree: etree._Element) -> list[tuple[str, str]]:
        return [(str(one.get("Id")), str(one.get("ChangeKey", ""))) for one in tree.iterfind(".//t:ItemId", NAMES)]


def _item(folder: str, node: etree._Element) -> Item:
    name = node.find("t:ItemId", NAMES)
    assert name is not None
    people, rest = {}, {}
    for field_name, element in _FIELDS:
        path = f"t:{element}/t:Mailbox/t:EmailAddress"
        people[field_name] = tuple(str(one.text).lower() for one in node.iterfind(path, NAMES))
    told_apart = {"ItemId", "Subject", "Body", "ExtendedProperty", *(element for _, element in _FIELDS)}
    for child in node:
        label = etree.QName(child).localname
        if label not in told_apart and label not in _RESTLESS:
            rest[label] = " ".join(str(part) for part in child.itertext()).strip()
    return Item(
        item_id=str(name.get("Id")),
        change_key=str(name.get("ChangeKey")),
        folder=folder,
        mark=node.findtext("t:ExtendedProperty/t:Value", "", NAMES),
        subject=node.findtext("t:Subject", "", NAMES),
        body=node.findtext("t:Body", "", NAMES),
        people=people,
        when=node.findtext("t:LastModifiedTime" if folder == "drafts" else "t:DateTimeSent", "", NAMES),
        rest=rest,
    )


# --- this computer ----------------------------------------------------------------------------------------------------


def messages_here(database: Path) -> list[Item]:
    """Return every message in the program's file that is no mere shadow of the server's, as it reads after its edits.

    `mark` is its name here, which the server's item bears too; `rest` has its state, and whether it was thrown away.
    """
    if not database.exists():
        return []
    with contextlib.closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=5)) as found:
        try:
            found.execute("BEGIN")
            rows = found.execute("SELECT id, local_id, record FROM letters").fetchall()
            return [_message(found, *row) for row in rows]
        except sqlite3.OperationalError:
            return []  # the program has only just begun the file


def _message(found: sqlite3.Connection, key: int, name: str, record: bytes) -> Item:
    told = msgspec.msgpack.decode(record)
    row = found.execute("SELECT content FROM texts WHERE letter = ? AND kind = 'base'", (key,)).fetchone()
    base = msgspec.msgpack.decode(row[0]) if row else {}
    content, count = base.get("content", {}), base.get("edits", 0)
    later = found.execute("SELECT edit FROM edits WHERE letter = ? AND number > ? ORDER BY number", (key, count))
    message = _replayed(content, base.get("pending", {}), [msgspec.msgpack.decode(edit) for (edit,) in later])
    ref = told.get("ref") or {}
    return Item(
        item_id=str(ref.get("item_id", "")),
        change_key=str(ref.get("change_key", "")),
        folder="here",
        mark=name,
        subject=message["subject"],
        body=message["body"],
        people={kind: tuple(_words(message[kind], message["pending"].get(kind, ""))) for kind, _ in _FIELDS},
        rest={
            "state": str(told.get("state", "draft")),
            "discarded": "yes" if told.get("discarded") else "",
            "problem": str(told.get("problem", "")),
            "saved": "yes" if told.get("saved_edits", 0) == told.get("edits", 0) else "",
        },
    )


def _words(people: Iterable[dict[str, Any]], pending: str) -> list[str]:
    return [*(str(one.get("address", "")).lower() for one in people), *([pending.lower()] if pending.strip() else [])]


def _replayed(content: dict[str, Any], pending: dict[str, str], edits: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """Return a message after its edits. Positions count UTF-16 units."""
    message: dict[str, Any] = {kind: list(content.get(kind) or []) for kind, _ in _FIELDS}
    texts = {name: str(content.get(name, "")).encode("utf-16-le", "surrogatepass") for name in ("subject", "body")}
    message["pending"] = dict(pending)
    for edit in edits:
        name = edit.get("field", "")
        if edit["type"] == "text":
            at, gone = 2 * edit["position"], 2 * edit["removed"]
            added = str(edit["added"]).encode("utf-16-le", "surrogatepass")
            texts[name] = texts[name][:at] + added + texts[name][at + gone :]
        elif edit["type"] == "recipients":
            message[name][edit["index"] : edit["index"] + edit["removed"]] = edit["added"]
        elif edit["type"] == "pending":
            message["pending"][name] = edit["text"]
        elif edit["type"] == "body":
            texts["body"] = str(edit["text"]).encode("utf-16-le", "surrogatepass")
    return {**message, **{name: text.decode("utf-16-le", "replace") for name, text in texts.items()}}
