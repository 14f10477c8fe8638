"""The SQLite file behind the mailboxes: one connection per thread, one writer at a time.

WAL lets readers go on while a message is written, and what was committed is there after SIGKILL. A sandbox need not
outlive a power cut, so synchronous is NORMAL.
"""

import base64
import os
import secrets
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from app.sandbox.errors import EwsError
from app.sandbox.ids import CONVERSATION, ITEM, Ids, ObjectId
from app.sandbox.text import contains


@dataclass(frozen=True, slots=True)
class ItemPlace:
    """An item in its folder, or, without `entry`, a folder below its parent (`folder`, `parent`)."""

    mailbox: int
    folder: int
    entry: int | None = None
    parent: int | None = None


@dataclass(frozen=True, slots=True)
class Happening:
    """One event; `kind` is the name of its element, `time` is in milliseconds since 1970, `old` where it was before."""

    kind: str
    place: ItemPlace
    change: int
    time: int
    old: ItemPlace | None = None
    unread: int | None = None


def now() -> int:
    """Return the time in the store's unit: milliseconds since 1970, UTC."""
    return time.time_ns() // 1_000_000


class Database:
    """One store. `path` is made, readable by its owner alone, where there is none yet."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._local = threading.local()
        self._writer = threading.RLock()
        self._connections: list[sqlite3.Connection] = []
        self._happened: list[Happening] = []
        self.on_commit: Callable[[list[Happening]], None] = lambda _happened: None
        self.is_new = not path.exists() or path.stat().st_size == 0
        if self.is_new:
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
            self._lay_out()
        secret = self.one("SELECT value FROM settings WHERE name = 'secret'")
        if secret is None:
            raise sqlite3.DatabaseError(f"{path} is not a store of the sandbox")
        self.ids = Ids(bytes(secret["value"]))

    def _lay_out(self) -> None:
        script = resources.files("app.sandbox.store").joinpath("schema.sql").read_text("utf-8")
        with self._writer:
            self.connection.executescript(
                f"BEGIN; {script}; INSERT INTO settings VALUES ('secret', x'{secrets.token_hex(32)}'); COMMIT;"  # noqa: S608 -- hex digits
            )

    @property
    def connection(self) -> sqlite3.Connection:
        """This thread's connection."""
        found: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if found is None:
            # Closed by `close`, from whichever thread that is called in; each is used by its own thread until then.
            found = sqlite3.connect(self.path, timeout=30, isolation_level=None, check_same_thread=False)
            found.row_factory = sqlite3.Row
            found.execute("PRAGMA journal_mode = WAL")
            found.execute("PRAGMA synchronous = NORMAL")
            found.execute("PRAGMA foreign_keys = ON")
            found.execute("PRAGMA temp_store = MEMORY")
            found.create_function("fold", 1, _fold, deterministic=True)
            found.create_function("contains", 4, contains, deterministic=True)
            found.create_function("entry_id", 2, self._entry_id, deterministic=True)
            found.create_function("conversation_name", 2, self.conversation_name, deterministic=True)
            self._local.connection = found
            with self._writer:
                self._connections.append(found)
        return found

    def _entry_id(self, mailbox: int, entry: int) -> bytes:
        return base64.b64decode(self.ids.write(ObjectId(ITEM, mailbox, entry)))

    def conversation_name(self, mailbox: int, conversation: bytes | None) -> str | None:
        """Return the ConversationId to give out, None for a message that is of no conversation."""
        if conversation is None:
            return None
        number = int.from_bytes(conversation[:8], "big")
        return self.ids.write(ObjectId(CONVERSATION, mailbox, number))

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the one pen: all that is written inside is kept together or not at all. May be nested."""
        with self._writer:
            connection = self.connection
            if connection.in_transaction:
                yield
                return
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                connection.execute("ROLLBACK")
                self._happened.clear()
                raise
            connection.execute("COMMIT")
            happened, self._happened = self._happened, []
            if happened:
                self.on_commit(happened)

    def happen(
        self, kind: str, place: ItemPlace, change: int, *, old: ItemPlace | None = None, unread: int | None = None
    ) -> None:
        """Note an event for subscribers, sent once it is committed. Only while writing."""
        self._happened.append(Happening(kind, place, change, now(), old, unread))

    def run(self, sql: str, values: Sequence[Any] = ()) -> sqlite3.Cursor:
        """Run one statement with its values."""
        return self.connection.execute(sql, values)

    def one(self, sql: str, values: Sequence[Any] = ()) -> sqlite3.Row | None:
        """Return the first row, or None."""
        row: sqlite3.Row | None = self.connection.execute(sql, values).fetchone()
        return row

    def all(self, sql: str, values: Sequence[Any] = ()) -> list[sqlite3.Row]:
        """Return all rows."""
        return self.connection.execute(sql, values).fetchall()

    def number(self, sql: str, values: Sequence[Any] = ()) -> int:
        """Return the first column of the first row as a number; 0 where there is none."""
        row = self.one(sql, values)
        return int(row[0] or 0) if row is not None else 0

    def next_change(self) -> int:
        """Take the next number for a write. Only while writing."""
        return self._next("change")

    def next_entry(self) -> int:
        """Take the next number for an ItemId. Only while writing."""
        return self._next("entry")

    def _next(self, name: str) -> int:
        return self.number("UPDATE counters SET value = value + 1 WHERE name = ? RETURNING value", (name,))

    def latest_change(self) -> int:
        """Return the number of the latest write."""
        return self.number("SELECT value FROM counters WHERE name = 'change'")

    def begin_anew(self) -> None:
        """Refuse every older SyncState: what was removed is not reported one by one. Only while writing."""
        self.run("INSERT OR REPLACE INTO settings VALUES ('begun', ?)", (self.next_change(),))

    def check_state(self, known: int) -> None:
        """Raise EwsError("ErrorInvalidSyncStateData") for a state of before the store began anew."""
        if known < self.number("SELECT value FROM settings WHERE name = 'begun'"):
            raise EwsError("ErrorInvalidSyncStateData")

    def close(self) -> None:
        """Close all connections; no thread may use the store any more."""
        with self._writer:
            for connection in self._connections:
                connection.close()
            self._connections.clear()


def _fold(text: str | bytes | int | float | None) -> str | bytes | int | float | None:
    """Fold case for comparisons, beyond the ASCII that SQLite's own NOCASE knows."""
    return text.casefold() if isinstance(text, str) else text
