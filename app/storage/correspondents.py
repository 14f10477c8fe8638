"""The port Correspondents on SQLite: a row for each entry of the address book."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import msgspec

from app.domain.people import Correspondent
from app.storage import codec
from app.storage.shelf import Shelf

if TYPE_CHECKING:
    from app.domain.message import AccountId
    from app.storage.store import Store

_entries: Final = msgspec.msgpack.Decoder(Correspondent)


class SqliteCorrespondents:
    """See the port for what each method promises. What could not be written raises StorageError, and did not happen."""

    def __init__(self, store: Store) -> None:
        """Keep the entries in `store`."""
        self._store = store

    async def read_all(self) -> list[Correspondent]:
        """Return every entry that can be read."""

        def call(shelf: Shelf) -> list[Correspondent]:
            found = []
            for (blob,) in shelf.connection.execute("SELECT entry FROM correspondents"):
                with contextlib.suppress(msgspec.DecodeError):
                    found.append(_entries.decode(blob))
            return found

        return await self._store.read(call)

    async def change(self, entries: Sequence[Correspondent], gone: Sequence[tuple[AccountId, str]]) -> None:
        """Remove `gone`, then write `entries`."""
        rows = []
        for entry in entries:
            mended, blob = codec.pack(entry, Correspondent)
            rows.append((mended.account_id, mended.key, blob))

        def write(connection: sqlite3.Connection) -> None:
            connection.executemany("DELETE FROM correspondents WHERE account_id = ? AND key = ?", gone)
            connection.executemany("INSERT OR REPLACE INTO correspondents VALUES (?, ?, ?)", rows)

        await self._store.change(lambda shelf: shelf.also.append(write))
