"""Settings, correspondents, presets file, small text files.

It says to which server passwords go, so that a file that others can write does not count.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import stat
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from app.core.i18n import tr
from app.core.text import mend_surrogates
from app.domain.account import Account
from app.domain.errors import StorageError
from app.domain.people import Correspondent
from app.domain.presets import LONGEST
from app.storage import codec
from app.storage.message_store import MessageStore

if TYPE_CHECKING:
    from app.domain.message import AccountId
    from app.storage.store import Store


class SqliteSettings:
    """See the port for what each method promises. What could not be written raises StorageError, and did not happen."""

    def __init__(self, store: Store) -> None:
        """Keep the settings in `store`."""
        self._store = store

    async def accounts(self) -> list[Account]:
        """Return the accounts in the order they were added."""

        def call(messages: MessageStore) -> list[Account]:
            rows = messages.connection.execute("SELECT account FROM accounts ORDER BY position")
            return [codec.read_account(account) for (account,) in rows]

        return await self._store.read_with(call)

    async def keep_account(self, account: Account) -> None:
        """Add an account, or write over the one with the same id, which keeps its place."""
        account, packed = codec.pack(account, Account)
        await self._write(
            "INSERT INTO accounts (account_id, account, position)"
            " VALUES (?, ?, (SELECT coalesce(max(position), 0) + 1 FROM accounts))"
            " ON CONFLICT (account_id) DO UPDATE SET account = excluded.account",
            (account.account_id, packed),
        )

    async def remove_account(self, account_id: AccountId) -> None:
        """Remove an account; its messages stay."""
        await self._write("DELETE FROM accounts WHERE account_id = ?", (account_id,))

    async def read_setting(self, name: str) -> str | None:
        """Return one preference."""

        def call(messages: MessageStore) -> str | None:
            row = messages.connection.execute("SELECT value FROM preferences WHERE name = ?", (name,)).fetchone()
            return None if row is None else str(row[0])

        return await self._store.read_with(call)

    async def keep_setting(self, name: str, value: str) -> None:
        """Keep one preference."""
        value = mend_surrogates(value)
        await self._write("INSERT OR REPLACE INTO preferences (name, value) VALUES (?, ?)", (name, value))

    async def _write(self, statement: str, values: tuple[str | bytes, ...]) -> None:
        def write(connection: sqlite3.Connection) -> None:
            connection.execute(statement, values)

        await self._store.change(lambda messages: messages.also.append(write))


_entries: Final = msgspec.msgpack.Decoder(Correspondent)


def look_into(path: Path) -> tuple[list[Account], dict[str, str]]:
    """Return the accounts and preferences in a journal without opening it for writing: another program may have it.

    Nothing where there is none. Raises StorageError.
    """
    if not path.exists():
        return [], {}
    try:
        with contextlib.closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            packed = connection.execute("SELECT account FROM accounts ORDER BY position").fetchall()
            preferences = connection.execute("SELECT name, value FROM preferences").fetchall()
        return [codec.read_account(account) for (account,) in packed], dict(preferences)
    except (sqlite3.Error, msgspec.DecodeError) as error:
        raise StorageError(tr("{path} cannot be read: {reason}", path=path, reason=error)) from error


class SqliteCorrespondents:
    """See the port for what each method promises. What could not be written raises StorageError, and did not happen."""

    def __init__(self, store: Store) -> None:
        """Keep the entries in `store`."""
        self._store = store

    async def read_all(self) -> list[Correspondent]:
        """Return every entry that can be read."""

        def call(messages: MessageStore) -> list[Correspondent]:
            found = []
            for (blob,) in messages.connection.execute("SELECT entry FROM correspondents"):
                with contextlib.suppress(msgspec.DecodeError):
                    found.append(_entries.decode(blob))
            return found

        return await self._store.read_with(call)

    async def change(self, entries: Sequence[Correspondent], gone: Sequence[tuple[AccountId, str]]) -> None:
        """Remove `gone`, then write `entries`."""
        rows = []
        for entry in entries:
            mended, blob = codec.pack(entry, Correspondent)
            rows.append((mended.account_id, mended.key, blob))

        def write(connection: sqlite3.Connection) -> None:
            connection.executemany("DELETE FROM correspondents WHERE account_id = ? AND key = ?", gone)
            connection.executemany("INSERT OR REPLACE INTO correspondents VALUES (?, ?, ?)", rows)

        await self._store.change(lambda messages: messages.also.append(write))


def read_text(path: Path, longest: int) -> str | None:
    """Return the text, None where there is no such file. Raises StorageError for what is no text, or too long."""
    try:
        with path.open("rb") as file:
            raw = file.read(longest + 1)
    except FileNotFoundError:
        return None
    except OSError as error:
        words = error.strerror or str(error)
        raise StorageError(tr("“{name}” cannot be read: {words}.", name=path.name, words=words)) from error
    if len(raw) > longest:
        raise StorageError(tr("“{name}” is too long to be read.", name=path.name))
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise StorageError(tr("“{name}” is not written in UTF-8.", name=path.name)) from error


def write_text(path: Path, text: str) -> None:
    """Write the text in place of what was there; after a crash it is the one or the other. Raises StorageError."""
    new = path.with_name(f".{path.name}.new")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(file, "wb") as opened:
            opened.write(text.encode("utf-8"))
            opened.flush()
            os.fsync(opened.fileno())
        new.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            new.unlink()
        words = error.strerror or str(error)
        raise StorageError(tr("“{name}” cannot be written: {words}.", name=path.name, words=words)) from error


NAME = "presets.toml"
VARIABLE = "MAILWRIGHT_PRESETS"


def presets_path() -> Path:
    """Return where an administrator puts the file; MAILWRIGHT_PRESETS names another."""
    told = os.environ.get(VARIABLE)
    if told:
        return Path(told)
    if sys.platform == "win32":
        return Path(os.environ.get("PROGRAMDATA", r"C:\ProgramData"), "Mailwright", NAME)
    if sys.platform == "darwin":
        return Path("/Library/Application Support/Mailwright", NAME)
    return Path("/etc/mailwright", NAME)


def read_presets_file(path: Path) -> str | None:
    """Return its text, None where there is none. Raises StorageError for one that cannot be read or relied upon."""
    if os.name == "posix":
        try:
            facts = path.stat()
        except FileNotFoundError:
            return None
        except OSError as error:
            words = error.strerror or str(error)
            raise StorageError(tr("“{name}” cannot be read: {words}.", name=path.name, words=words)) from error
        if not stat.S_ISREG(facts.st_mode):
            raise StorageError(tr("“{name}” is not a file.", name=path.name))
        if facts.st_uid not in {0, os.getuid()} or facts.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
            raise StorageError(tr("“{name}” does not count: others than its owner may write to it.", name=path.name))
    return read_text(path, LONGEST)
