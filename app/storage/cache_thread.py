"""The cache's file, schema and thread.

It stands beside the journal and has none of its promises: a file that is damaged or of another form is set aside or
removed and begun anew, and where none can be made at all, memory serves until the program ends.
"""

from __future__ import annotations

import itertools
import os
import queue
import sqlite3
import threading
from collections.abc import Callable
from contextlib import suppress
from enum import IntEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

from app.core.background import post_result
from app.domain.errors import StorageError
from app.domain.listing import recipient_key
from app.storage.database import is_damage, prepare_folder, set_aside
from app.storage.disk_errors import closed_error, storage_error

if TYPE_CHECKING:
    import asyncio

FORM: Final = 7
"""Of the file; one of an unknown form is begun anew, there is nothing in it that the server has not."""

_FROM_3: Final = """
ALTER TABLE rows ADD COLUMN name INTEGER NOT NULL DEFAULT 0;
ALTER TABLE rows ADD COLUMN thread INTEGER NOT NULL DEFAULT 0;
ALTER TABLE rows ADD COLUMN told INTEGER NOT NULL DEFAULT 0;
UPDATE rows SET seen = 0;
UPDATE folders SET state = '';
"""
"""What a file of form 3 lacks. The next look at the server, which reads everything, brings what the headers say."""

_COPIES: Final = """
CREATE TABLE drafts (
    item TEXT NOT NULL, account TEXT NOT NULL, change_key TEXT NOT NULL, data BLOB NOT NULL,
    PRIMARY KEY (item, account));
CREATE TRIGGER drafts_go AFTER DELETE ON rows BEGIN DELETE FROM drafts WHERE item = old.item; END;
"""
"""What a file of form 4 lacks: the copies of drafts (`cache_drafts.py`). An empty one says that none is to be made."""
_REPORTERS: Final = """
ALTER TABLE reports ADD COLUMN reporter TEXT NOT NULL DEFAULT '';
ALTER TABLE reports ADD COLUMN from_within INTEGER NOT NULL DEFAULT 0;
UPDATE folders SET checked = 0 WHERE folder = 'inbox';
DELETE FROM reports WHERE kind IN ('IPNRN', 'IPNNRN') AND at > strftime('%s', 'now') - 2592000;
"""
"""What a file of form 5 lacks: who sent each report. The next look reads the reports of the last month anew; those of
reading go first, since they may name the same person otherwise.
"""
_SENDERS: Final = """
UPDATE rows SET who = recipient_key(sender) WHERE folder IN (SELECT id FROM folders WHERE folder = 'inbox');
"""
"""What a file of form 6 lacks: what came is sorted by who sent it."""
_THREADS: Final = """
CREATE INDEX rows_by_name ON rows (name) WHERE name != 0;
CREATE INDEX rows_by_thread ON rows (thread) WHERE thread != 0;
"""
_TABLES: Final = """
CREATE TABLE folders (
    id INTEGER PRIMARY KEY, account TEXT NOT NULL, mailbox TEXT NOT NULL, folder TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT '', complete INTEGER NOT NULL DEFAULT 0, total INTEGER NOT NULL DEFAULT 0,
    checked REAL NOT NULL DEFAULT 0, UNIQUE (account, mailbox, folder));
CREATE TABLE rows (
    id INTEGER PRIMARY KEY AUTOINCREMENT, folder INTEGER NOT NULL, item TEXT NOT NULL, change_key TEXT NOT NULL,
    mark TEXT NOT NULL, message_id TEXT NOT NULL, at REAL NOT NULL, created REAL NOT NULL, modified REAL NOT NULL,
    sent REAL NOT NULL, size INTEGER NOT NULL, attachment INTEGER NOT NULL, importance TEXT NOT NULL,
    draft INTEGER NOT NULL, flagged INTEGER NOT NULL, categories TEXT NOT NULL, who TEXT NOT NULL, topic TEXT NOT NULL,
    conversation TEXT NOT NULL,
    display_to TEXT NOT NULL, display_cc TEXT NOT NULL, sender TEXT NOT NULL, subject TEXT NOT NULL,
    seen INTEGER NOT NULL DEFAULT 0, preview TEXT NOT NULL, body TEXT, name INTEGER NOT NULL DEFAULT 0,
    thread INTEGER NOT NULL DEFAULT 0, told INTEGER NOT NULL DEFAULT 0,
    words TEXT GENERATED ALWAYS AS (coalesce(body, preview)) VIRTUAL,
    UNIQUE (folder, item));
CREATE INDEX rows_by_time ON rows (folder, at DESC, id DESC);
CREATE INDEX rows_by_mark ON rows (folder, mark) WHERE mark != '';
CREATE INDEX rows_by_message ON rows (message_id) WHERE message_id != '';
CREATE INDEX rows_by_conversation ON rows (conversation) WHERE conversation != '';
CREATE INDEX rows_by_topic ON rows (topic) WHERE conversation = '' AND topic != '';
CREATE TABLE reports (
    account TEXT NOT NULL, message_id TEXT NOT NULL, kind TEXT NOT NULL, who TEXT NOT NULL, at REAL NOT NULL,
    settled INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (account, message_id, kind, who)) WITHOUT ROWID;
CREATE VIRTUAL TABLE found USING fts5(
    display_to, display_cc, sender, subject, words, categories, content='rows', content_rowid='id',
    tokenize="unicode61 remove_diacritics 2", prefix='1 2 3');
CREATE TRIGGER rows_come AFTER INSERT ON rows BEGIN
    INSERT INTO found (rowid, display_to, display_cc, sender, subject, words, categories)
    VALUES (new.id, new.display_to, new.display_cc, new.sender, new.subject, coalesce(new.body, new.preview),
        new.categories); END;
CREATE TRIGGER rows_go AFTER DELETE ON rows BEGIN
    INSERT INTO found (found, rowid, display_to, display_cc, sender, subject, words, categories)
    VALUES ('delete', old.id, old.display_to, old.display_cc, old.sender, old.subject,
        coalesce(old.body, old.preview), old.categories); END;
CREATE TRIGGER rows_change AFTER UPDATE ON rows
    WHEN (old.display_to, old.display_cc, old.sender, old.subject, coalesce(old.body, old.preview), old.categories)
    IS NOT (new.display_to, new.display_cc, new.sender, new.subject, coalesce(new.body, new.preview), new.categories)
    BEGIN
    INSERT INTO found (found, rowid, display_to, display_cc, sender, subject, words, categories)
    VALUES ('delete', old.id, old.display_to, old.display_cc, old.sender, old.subject,
        coalesce(old.body, old.preview), old.categories);
    INSERT INTO found (rowid, display_to, display_cc, sender, subject, words, categories)
    VALUES (new.id, new.display_to, new.display_cc, new.sender, new.subject, coalesce(new.body, new.preview),
        new.categories); END;
"""


def open_cache(path: Path) -> sqlite3.Connection:
    """Open the cache at `path`, or begin one, in a folder that is there. Never raises for a file that is no good."""
    for _ in range(2):
        try:
            return _open(path)
        except sqlite3.Error as error:
            if not is_damage(error) or not begin_anew(path):
                break
        except OSError:
            break
    return _prepared(sqlite3.connect(":memory:", isolation_level=None))


def begin_anew(path: Path) -> bool:
    """Set a damaged cache aside, in the place of one set aside before; return whether that could be done."""
    try:
        for old in path.parent.glob(f"{path.stem} (damaged *"):
            old.unlink()
        set_aside(path)
    except OSError:
        return False
    return True


def _open(path: Path) -> sqlite3.Connection:
    if not path.exists():
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    connection = sqlite3.connect(path, isolation_level=None, timeout=2.0)
    try:
        if os.name == "posix":
            path.chmod(0o600)
        form = connection.execute("PRAGMA user_version").fetchone()[0]
        if form not in {0, 3, 4, 5, 6, FORM}:
            connection.close()
            for name in (path.name, f"{path.name}-wal", f"{path.name}-shm"):
                path.with_name(name).unlink(missing_ok=True)
            return _open(path)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA journal_size_limit = 16000000")
        return _prepared(connection)
    except BaseException:
        connection.close()
        raise


def _prepared(connection: sqlite3.Connection) -> sqlite3.Connection:
    connection.execute("PRAGMA secure_delete = FAST")
    connection.execute("PRAGMA temp_store = MEMORY")
    connection.execute("PRAGMA cache_size = -16000")
    form = connection.execute("PRAGMA user_version").fetchone()[0]
    if form != FORM:
        connection.create_function("recipient_key", 1, recipient_key, deterministic=True)
        made = {
            6: "",
            5: _REPORTERS,
            4: _COPIES + _REPORTERS,
            3: _FROM_3 + _THREADS + _COPIES + _REPORTERS,
        }.get(form, _TABLES + _THREADS + _COPIES + _REPORTERS)
        connection.executescript(f"BEGIN IMMEDIATE; {made} {_SENDERS} PRAGMA user_version = {FORM}; COMMIT")
    connection.execute("SELECT count(*) FROM (SELECT 1 FROM rows LIMIT 1)").fetchone()
    return connection


_T = TypeVar("_T")
_PATIENCE: Final = 2.0
"""Seconds that the end waits for what is being written; nothing in the cache is worth more."""


class Turn(IntEnum):
    """Which call goes first."""

    SHOW = 0
    KEEP = 1
    LAST = 2


class CacheThread:
    """Runs calls on the cache's connection, and answers on the event loop."""

    def __init__(self, path: Path) -> None:
        """Begin; the thread opens the file at once, so that the first call finds it open."""
        import asyncio

        self._loop = asyncio.get_running_loop()
        self._path = path
        self._calls: queue.PriorityQueue[tuple[Turn, int, Callable[[], None] | None]] = queue.PriorityQueue()
        self._count = itertools.count()
        self._connection: sqlite3.Connection | None = None
        self._closed = False
        self._thread = threading.Thread(target=self._live, name="mailwright cache", daemon=True)
        self._thread.start()

    async def ask(self, call: Callable[[sqlite3.Connection], _T], turn: Turn = Turn.SHOW) -> _T:
        """Return what `call` returns in the thread. Raises StorageError where the disk fails."""
        if self._closed:
            raise closed_error()
        answer: asyncio.Future[_T] = self._loop.create_future()

        def run() -> None:
            if answer.cancelled():
                return  # the caller no longer waits: a search of which another character was typed
            try:
                result = self._run(call)
            except Exception as error:  # noqa: BLE001 - the caller that awaits the answer gets it, whatever it is
                self._post(answer, None, error)
            else:
                self._post(answer, result, None)

        self._calls.put((turn, next(self._count), run))
        return await answer

    def close(self) -> None:
        """End the thread, after what is being written."""
        if not self._closed:
            self._closed = True
            self._calls.put((Turn.LAST, next(self._count), None))
            self._thread.join(_PATIENCE)

    def _live(self) -> None:
        with suppress(sqlite3.Error, OSError):  # the first call tries again, and raises
            self._open()
        while True:
            _, _, run = self._calls.get()
            if run is None or self._closed:
                break
            run()
            del run
        if self._connection is not None:
            self._connection.close()

    def _run(self, call: Callable[[sqlite3.Connection], _T]) -> _T:
        for again in (True, False):
            try:
                return call(self._open())
            except sqlite3.Error as error:
                self._roll_back()
                if not (again and is_damage(error) and self._begin_anew()):
                    raise storage_error(error, self._path.parent) from error
            except OSError as error:
                raise storage_error(error, self._path.parent) from error
        raise StorageError  # not reached: the second round returns or raises

    def _open(self) -> sqlite3.Connection:
        if self._connection is None:
            prepare_folder(self._path.parent)
            self._connection = open_cache(self._path)
        return self._connection

    def _roll_back(self) -> None:
        if self._connection is not None and self._connection.in_transaction:
            self._connection.rollback()

    def _begin_anew(self) -> bool:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        return begin_anew(self._path)

    def _post(self, answer: asyncio.Future[Any], result: object, error: Exception | None) -> None:
        post_result(answer, result, error)
