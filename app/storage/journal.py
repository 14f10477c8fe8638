"""The port Journal on SQLite: every message with its edits and its state, durable when awaited."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from app.storage.codec import blob
from app.storage.shelf import Shelf

if TYPE_CHECKING:
    from app.domain.edits import Edit
    from app.domain.errors import StorageError
    from app.domain.message import Content, LocalId
    from app.domain.record import Letter, Record
    from app.storage.store import Store


class SqliteJournal:
    """See the port for what each method promises. Edits are on disk within 100 ms, unless the disk itself is slower."""

    def __init__(self, store: Store) -> None:
        """Keep the letters in `store`."""
        self._store = store

    def append(self, local_id: LocalId, edit: Edit) -> None:
        """Take down one edit. Never blocks and never raises."""
        self._store.append(local_id, edit)

    async def create(self, record: Record, content: Content, on_server: Content | None = None) -> None:
        """Begin a message, or begin it anew. Where StorageError is raised it is kept in memory all the same."""
        await self._store.change(lambda shelf: shelf.create(record, content, on_server))

    async def create_all(self, begun: Sequence[tuple[Record, Content, Content | None]]) -> None:
        """Begin many in one transaction."""
        await self._store.change(lambda shelf: shelf.create_all(begun))

    async def read(self, local_id: LocalId) -> Letter:
        """Read one message with every edit appended so far. Raises KeyError."""
        return await self._store.read(lambda shelf: shelf.read(local_id))

    async def read_all(self, local_ids: Sequence[LocalId]) -> list[Letter]:
        """Read many; what is no more is left out."""
        return await self._store.read(lambda shelf: [shelf.read(one) for one in local_ids if shelf.knows(one)])

    async def put_all(self, records: Sequence[Record]) -> None:
        """Write many records in one transaction. Raises KeyError where one of them is no more: then none is written."""
        await self._store.change(lambda shelf: shelf.put_all(records))

    async def put(self, record: Record, attempt: Content | None = None) -> None:
        """Write a record over the one before. Raises KeyError."""
        await self._store.change(lambda shelf: shelf.put(record, {} if attempt is None else {"attempt": blob(attempt)}))

    async def saved(self, record: Record, on_server: Content) -> None:
        """Write the record and what the server now has, together. Raises KeyError."""
        await self._store.change(lambda shelf: shelf.put(record, {"on_server": blob(on_server), "attempt": None}))

    async def records(self) -> list[Record]:
        """Return every record, oldest change first."""
        return await self._store.read(Shelf.records)

    async def forget(self, local_id: LocalId) -> None:
        """Remove a message and its edits from this machine."""
        await self._store.change(lambda shelf: shelf.forget(local_id))

    async def flush(self) -> None:
        """Return when everything appended so far is on disk."""
        await self._store.flush()

    def on_trouble(self, tell: Callable[[StorageError], None]) -> None:
        """Add one who is told, once per trouble, when something could not be written."""
        self._store.on_trouble(tell)

    def on_well(self, tell: Callable[[], None]) -> None:
        """Add one who is told when the disk takes writing again after a trouble."""
        self._store.on_well(tell)
