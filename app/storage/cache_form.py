"""The cache's file: what the server's folders hold, as far as it is known. It may be removed at any time.

It stands beside the journal and has none of its promises: a file that is damaged or of another form is set aside or
removed and begun anew, and where none can be made at all, memory serves until the program ends.
"""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from typing import Final

from app.storage.database import is_damage, set_aside

FORM: Final = 5
"""Of the file; one of an unknown form is begun anew, there is nothing in it that the server has not."""

_FROM_3: Final = """
ALTER TABLE rows ADD COLUMN name INTEGER NOT NULL DEFAULT 0;
ALTER TABLE rows ADD COLUMN thread INTEGER NOT NULL DEFAULT 0;
ALTER TABLE rows ADD COLUMN told INTEGER NOT NULL DEFAULT 0;
UPDATE rows SET seen = 0;
UPDATE folders SET state = '';
"""
"""What a file of form 3 lacks. What the headers say is told by the next look, which is one at everything."""

_COPIES: Final = """
CREATE TABLE drafts (
    item TEXT NOT NULL, account TEXT NOT NULL, change_key TEXT NOT NULL, data BLOB NOT NULL,
    PRIMARY KEY (item, account));
CREATE TRIGGER drafts_go AFTER DELETE ON rows BEGIN DELETE FROM drafts WHERE item = old.item; END;
"""
"""What a file of form 4 lacks: the copies of drafts (`cache_drafts.py`). An empty one says that none is to be made."""
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
    """Set a damaged cache aside, in the place of one set aside before; tell whether that could be done."""
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
        if form not in {0, 3, 4, FORM}:
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
        made = {4: "", 3: _FROM_3 + _THREADS}.get(form, _TABLES + _THREADS)
        connection.executescript(f"BEGIN IMMEDIATE; {made} {_COPIES} PRAGMA user_version = {FORM}; COMMIT")
    connection.execute("SELECT count(*) FROM (SELECT 1 FROM rows LIMIT 1)").fetchone()
    return connection
