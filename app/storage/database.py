"""Opens, migrates and rescues the file.

Every connection is made, used and closed in the writer's thread. The form has a number (`user_version`); what a newer
program wrote is left as it is, and what cannot be read is set aside under a dated name, never overwritten.

A message with a gap is left where it is, in the file that was set aside: half a message could be saved over a whole one
on the server.
"""

from __future__ import annotations

import os
import sqlite3
import stat
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec

from app.core.i18n import tr
from app.domain.errors import NewerFile, StorageError
from app.storage import codec

APPLICATION_ID: Final = 0x4D777274
"""The mark in the file's header that it is ours ("Mwrt")."""

_FORM_1: Final = """
CREATE TABLE letters (
    id INTEGER PRIMARY KEY, local_id TEXT NOT NULL UNIQUE, record BLOB NOT NULL,
    edits INTEGER NOT NULL, changed REAL NOT NULL, head BLOB NOT NULL);
CREATE TABLE texts (letter INTEGER NOT NULL, kind TEXT NOT NULL, content BLOB NOT NULL, PRIMARY KEY (letter, kind));
-- Keys come one by one, each a small row: without a rowid, one page is written for each and not two.
CREATE TABLE edits (
    letter INTEGER NOT NULL, number INTEGER NOT NULL, edit BLOB NOT NULL, PRIMARY KEY (letter, number)) WITHOUT ROWID;
CREATE TABLE accounts (account_id TEXT PRIMARY KEY, account BLOB NOT NULL, position INTEGER NOT NULL);
CREATE TABLE preferences (name TEXT PRIMARY KEY, value TEXT NOT NULL)
"""

_CORRESPONDENTS: Final = """
CREATE TABLE correspondents (
    account_id TEXT NOT NULL, key TEXT NOT NULL, entry BLOB NOT NULL, PRIMARY KEY (account_id, key))
"""

_ATTACHMENTS: Final = "SELECT 1"
"""Messages may have attachments. No table changes for it, but an older program would write messages back without
them, and is kept out by the number.
"""

_VERSIONS: Final = """
CREATE TABLE versions (
    letter INTEGER NOT NULL, number INTEGER NOT NULL, at REAL NOT NULL, since REAL NOT NULL, why TEXT NOT NULL,
    words INTEGER NOT NULL, content BLOB NOT NULL, PRIMARY KEY (letter, number))
"""

MIGRATIONS: Final = (_FORM_1, _CORRESPONDENTS, _ATTACHMENTS, _VERSIONS)
"""Step n brings a file of form n to form n + 1. Statements end with a semicolon, and hold none."""

_UNREADABLE: Final = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
_PATIENCE: Final = 2.0
"""Seconds to wait for another program that reads or writes the file."""
_CHECK_STEP: Final = 1000
"""SQLite's instructions between two looks at the clock: far under a millisecond."""


class NotReadable(Exception):
    """The file is no database, or a damaged one."""


def is_damage(error: BaseException) -> bool:
    """Return whether SQLite says that the file itself is broken, and not the disk or our rights."""
    return isinstance(error, NotReadable) or (
        isinstance(error, sqlite3.Error) and (getattr(error, "sqlite_errorcode", 0) or 0) & 0xFF in _UNREADABLE
    )


def prepare_folder(folder: Path) -> None:
    """Make the folder if need be, and keep others out of it. Raises OSError."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    _keep_private(folder, 0o700)


def _keep_private(path: Path, mode: int) -> None:
    """Take the rights of others away, except from a folder that is shared by intent, or where it is not ours."""
    if os.name != "posix":
        return  # a person's folder on Windows is theirs alone already
    now = path.stat()
    if now.st_uid == os.geteuid() and not now.st_mode & stat.S_ISVTX and stat.S_IMODE(now.st_mode) & 0o077:
        path.chmod(mode)


def open_database(path: Path, migrations: Sequence[str] = MIGRATIONS) -> sqlite3.Connection:
    """Open the database at `path`, or begin one. The caller has the instance's lock.

    Raises NewerFile (the file was not touched), StorageError (another program's file), NotReadable (damaged),
    sqlite3.Error and OSError.
    """
    if not path.exists() or path.stat().st_size == 0:
        if wal_of(path).exists() and wal_of(path).stat().st_size > 0:
            raise NotReadable("the file is empty, but changes to it are beside it")
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    else:
        _look_before_touching(path, len(migrations))
    _keep_private(path, 0o600)
    connection = sqlite3.connect(path, isolation_level=None, timeout=_PATIENCE)
    try:
        for pragma in (
            "journal_mode = WAL",
            "synchronous = FULL",
            # On macOS only this waits until the disk itself has it; elsewhere it changes nothing.
            "fullfsync = ON",
            # Pages of changes beside it after which they are brought in, come what may; mostly a quiet moment did.
            "wal_autocheckpoint = 4000",
            "journal_size_limit = 8000000",
            "secure_delete = FAST",
            "temp_store = MEMORY",
        ):
            connection.execute(f"PRAGMA {pragma}")
        _migrate(connection, migrations)
    except BaseException:
        connection.close()
        raise
    return connection


def _look_before_touching(path: Path, known: int) -> None:
    """Read whose file it is and of which form, without writing: opening it to write could already change it."""
    if not os.access(path, os.W_OK):
        raise PermissionError(13, "may not be written", str(path))
    connection = sqlite3.connect(to_look_at(path), uri=True, timeout=2.0)
    try:
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        owner = connection.execute("PRAGMA application_id").fetchone()[0]
        tables = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    finally:
        connection.close()
    if tables and owner != APPLICATION_ID:
        raise StorageError(tr("{file} is not a database of Mailwright, so it was not touched.", file=str(path)))
    if version > known:
        raise NewerFile(
            tr(
                "Your messages on this computer were written by a newer Mailwright, and were not touched:"
                " start that newer version instead of this one."
            )
        )


def to_look_at(path: Path) -> str:
    """Return the URI by which `path` is opened without changing it."""
    # Without changes beside it, nothing but the file needs to be looked at, and no file is made for the look.
    mode = "mode=ro" if wal_of(path).exists() else "mode=ro&immutable=1"
    return f"{path.absolute().as_uri()}?{mode}"


def _migrate(connection: sqlite3.Connection, migrations: Sequence[str]) -> None:
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    for number, step in enumerate(migrations[version:], version + 1):
        connection.execute("BEGIN IMMEDIATE")
        try:
            for statement in step.split(";"):
                connection.execute(statement)
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            connection.execute(f"PRAGMA user_version = {number}")
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise


def check(connection: sqlite3.Connection, give_up: Callable[[], bool]) -> bool:
    """Look through the file for damage until `give_up` says so: then False. Raises NotReadable and sqlite3.Error."""
    connection.set_progress_handler(give_up, _CHECK_STEP)
    try:
        found = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    except sqlite3.Error as error:
        if getattr(error, "sqlite_errorcode", 0) == sqlite3.SQLITE_INTERRUPT:
            return False
        raise
    finally:
        connection.set_progress_handler(None, 0)
    if found != "ok":
        raise NotReadable(str(found))
    return True


_BLANK: Final = "letter = 0 AND kind = 'blank'"
"""The row of `texts` that says that something is to be blanked out; its content says how far that is."""
_WANTED: Final = b"wanted"
_WRITTEN_ANEW: Final = b"written anew"


def want_blank(connection: sqlite3.Connection) -> None:
    """Note, in the transaction that deletes something for good, that no byte of it is to stay. Raises sqlite3.Error."""
    connection.execute("INSERT OR REPLACE INTO texts VALUES (0, 'blank', ?)", (_WANTED,))


def wants_blank(connection: sqlite3.Connection) -> bool:
    """Return whether something is still to be blanked out, also after a crash. Raises sqlite3.Error."""
    query = f"SELECT 1 FROM texts WHERE {_BLANK}"  # noqa: S608 - names of our own
    return connection.execute(query).fetchone() is not None


def blank_out(connection: sqlite3.Connection) -> None:
    """Leave no byte of what was deleted for good, in the file and in the changes beside it.

    `secure_delete = FAST` is not enough: pages that are free as a whole keep their bytes, and so do the gaps of pages
    from which rows went to others. So the file is written anew, and the file of changes is emptied. Only then is it
    noted as done, so that after a crash it is begun again. Raises sqlite3.Error, also where another program reads the
    file: then it is to be done again.
    """
    found = connection.execute(f"SELECT content FROM texts WHERE {_BLANK}").fetchone()  # noqa: S608 - names of our own
    if found is None:
        return
    if found[0] != _WRITTEN_ANEW:
        connection.execute("VACUUM")
        connection.execute(f"UPDATE texts SET content = ? WHERE {_BLANK}", (_WRITTEN_ANEW,))  # noqa: S608 - as above
    connection.execute("PRAGMA busy_timeout = 0")  # keys wait meanwhile
    try:
        if connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]:
            raise sqlite3.OperationalError("another program reads the file")
    finally:
        connection.execute(f"PRAGMA busy_timeout = {round(_PATIENCE * 1000)}")
    connection.execute(f"DELETE FROM texts WHERE {_BLANK}")  # noqa: S608 - names of our own


def set_aside(path: Path) -> Path:
    """Give a damaged file, with its changes beside it, a dated name; return that. Raises OSError."""
    stamp = time.strftime("%Y-%m-%d %H.%M.%S")
    aside = path.with_name(f"{path.stem} (damaged {stamp}){path.suffix}")
    number = 1
    while aside.exists():
        number += 1
        aside = path.with_name(f"{path.stem} (damaged {stamp}, {number}){path.suffix}")
    if path.exists():
        path.rename(aside)
    if wal_of(path).exists():
        wal_of(path).rename(wal_of(aside))
    # It only indexes the -wal file, and is made anew from it.
    remove_index(path)
    return aside


def remove_index(path: Path) -> None:
    """Remove the -shm file, which no process may have open. Raises OSError."""
    path.with_name(path.name + "-shm").unlink(missing_ok=True)


def wal_of(path: Path) -> Path:
    """Return the file of changes beside a database."""
    return path.with_name(path.name + "-wal")


_TABLES = {
    "letters": "id, local_id, record, edits, changed, head",
    "texts": "letter, kind, content",
    "edits": "letter, number, edit",
    "versions": "letter, number, at, since, why, words, content",
    "accounts": "account_id, account, position",
    "preferences": "name, value",
    "correspondents": "account_id, key, entry",
}


def rescue(damaged: Path, fresh: sqlite3.Connection) -> int:
    """Copy into `fresh` what can be read of `damaged`; return the number of messages. Raises sqlite3.Error."""
    if damaged.stat().st_size == 0:
        return 0  # SQLite would remove the changes beside an empty file, and they may be all there is
    try:
        old = sqlite3.connect(to_look_at(damaged), uri=True, timeout=2.0)
    except sqlite3.Error:
        return 0
    try:
        found = {table: list(_rows(old, table)) for table in _TABLES}
    finally:
        old.close()
        remove_index(damaged)
    whole = _whole_messages(found)
    fresh.execute("BEGIN IMMEDIATE")
    try:
        for table, rows in found.items():
            own = table in {"accounts", "preferences", "correspondents"}
            taken = [row for row in rows if own or row[0] in whole]
            places = ", ".join("?" * len(_TABLES[table].split(", ")))
            statement = f"INSERT OR IGNORE INTO {table} ({_TABLES[table]}) VALUES ({places})"  # noqa: S608 - our own names
            fresh.executemany(statement, taken)
        fresh.execute("COMMIT")
    except BaseException:
        if fresh.in_transaction:
            fresh.execute("ROLLBACK")
        raise
    return len(whole)


def _rows(old: sqlite3.Connection, table: str) -> Iterator[tuple[Any, ...]]:
    """Yield the rows from the start up to the damage, then from the end back to it."""
    key = "letter, number" if table == "edits" else "rowid"
    backwards = ", ".join(f"{part} DESC" for part in key.split(", "))
    seen: set[tuple[Any, ...]] = set()
    for order in (key, backwards):
        query = f"SELECT {key}, {_TABLES[table]} FROM {table} ORDER BY {order}"  # noqa: S608 - names of our own
        width = len(key.split(", "))
        try:
            for row in old.execute(query):
                if row[:width] in seen:
                    break
                seen.add(row[:width])
                yield row[width:]
            else:
                return
        except sqlite3.Error:
            continue


def _whole_messages(found: dict[str, list[tuple[Any, ...]]]) -> set[int]:
    """Return the ids of messages whose row, base and every edit after it can be read."""
    bases: dict[int, int] = {}
    for message, kind, content in found["texts"]:
        try:
            if kind == "base":
                bases[message] = codec.read_base(content).edits
            else:
                codec.read_content(content)
        except (msgspec.DecodeError, TypeError):
            continue
    edits: dict[int, set[int]] = {}
    for message, number, _ in found["edits"]:
        edits.setdefault(message, set()).add(number)
    return {
        key
        for key, _, _, last, *_ in found["letters"]
        if key in bases and edits.get(key, set()) >= set(range(bases[key] + 1, last + 1))
    }
