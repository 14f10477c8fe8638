"""The port Settings on SQLite: accounts without their secrets, and preferences by name."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

from app.domain.account import Account
from app.domain.text import mend_surrogates
from app.storage import codec
from app.storage.shelf import Shelf

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

        def call(shelf: Shelf) -> list[Account]:
            rows = shelf.connection.execute("SELECT account FROM accounts ORDER BY position")
            return [codec.read_account(account) for (account,) in rows]

        return await self._store.read(call)

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

    async def read(self, name: str) -> str | None:
        """Return one preference."""

        def call(shelf: Shelf) -> str | None:
            row = shelf.connection.execute("SELECT value FROM preferences WHERE name = ?", (name,)).fetchone()
            return None if row is None else str(row[0])

        return await self._store.read(call)

    async def keep(self, name: str, value: str) -> None:
        """Keep one preference."""
        value = mend_surrogates(value)
        await self._write("INSERT OR REPLACE INTO preferences (name, value) VALUES (?, ?)", (name, value))

    async def _write(self, statement: str, values: tuple[str | bytes, ...]) -> None:
        def write(connection: sqlite3.Connection) -> None:
            connection.execute(statement, values)

        await self._store.change(lambda shelf: shelf.also.append(write))
