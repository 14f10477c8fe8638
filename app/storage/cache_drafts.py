"""The newest drafts of the server, kept whole beside the cache's rows, so that they can be opened without the server.

A copy counts only for the version (ChangeKey) of which it was made. Like all of the cache it may be lost at any time.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Sequence

import msgspec

from app.domain.message import AccountId, Fetched, ItemRef
from app.storage.cache_thread import CacheThread, Turn

log = logging.getLogger(__name__)
_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Fetched)


class DraftCopies:
    """See `services/folders/prefetch.py` for what each method promises."""

    def __init__(self, thread: CacheThread) -> None:
        """Keep them in the cache's file."""
        self._thread = thread

    async def kept(self, account_id: AccountId) -> dict[str, str]:
        """Return of which items there are copies, and of which version each is."""

        def call(sql: sqlite3.Connection) -> dict[str, str]:
            return dict(sql.execute("SELECT item, change_key FROM drafts WHERE account = ?", (account_id,)).fetchall())

        return await self._thread.ask(call, Turn.KEEP)

    async def read_copies(self, account_id: AccountId, refs: Sequence[ItemRef]) -> dict[str, Fetched]:
        """Return the copies of these very versions, by ItemId."""

        def call(sql: sqlite3.Connection) -> dict[str, Fetched]:
            found: dict[str, Fetched] = {}
            for ref in refs:
                row = sql.execute(
                    "SELECT data FROM drafts WHERE item = ? AND account = ? AND change_key = ?",
                    (ref.item_id, account_id, ref.change_key),
                ).fetchone()
                copy = None if row is None or not row[0] else _decoded(row[0])
                if copy is not None:
                    found[ref.item_id] = copy
            return found

        return await self._thread.ask(call)

    async def keep_copies(self, account_id: AccountId, copies: Sequence[tuple[ItemRef, Fetched | None]]) -> None:
        """Keep copies, or note (None) that there is to be none of this version."""
        values = [
            (ref.item_id, account_id, ref.change_key, b"" if copy is None else _encoder.encode(copy))
            for ref, copy in copies
        ]

        def call(sql: sqlite3.Connection) -> None:
            sql.executemany(
                "INSERT OR REPLACE INTO drafts (item, account, change_key, data) VALUES (?, ?, ?, ?)", values
            )

        await self._thread.ask(call, Turn.KEEP)

    async def drop_all_but(self, account_id: AccountId, item_ids: Sequence[str]) -> None:
        """Drop the copies of all other items."""
        there = msgspec.json.encode(list(item_ids)).decode()

        def call(sql: sqlite3.Connection) -> None:
            sql.execute(
                "DELETE FROM drafts WHERE account = ? AND item NOT IN (SELECT value FROM json_each(?))",
                (account_id, there),
            )

        await self._thread.ask(call, Turn.KEEP)


def _decoded(data: bytes) -> Fetched | None:
    try:
        return _decoder.decode(data)
    except msgspec.DecodeError:
        log.info("a copy of a draft is of another form")  # of another version of this program
        return None
