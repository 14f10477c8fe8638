"""The window's side of the database; fulfils the port Journal.

Answers come by `call_soon_threadsafe` and not from asyncio's default executor, which keeps a program from ending.

The first half is called in the writer's thread, the second runs on the loop; the loop may be gone by then.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

from app.core.background import post
from app.core.events import Event
from app.domain.errors import Damaged, StorageError
from app.storage.codec import blob
from app.storage.disk_errors import closed_error
from app.storage.message_store import MessageStore
from app.storage.writer import Append, Stop, TaskKind, VersionMark, Writer, WriterTask

if TYPE_CHECKING:
    import asyncio

    from app.domain.edits import Edit
    from app.domain.errors import Damaged, StorageError
    from app.domain.message import Content, LocalId
    from app.domain.record import Record, StoredMessage
    from app.domain.version import Version, VersionHead, VersionReason
    from app.storage.writer import WriterTask


class SqliteJournal:
    """See the port for what each method promises. Edits are on disk within 100 ms, unless the disk itself is slower."""

    def __init__(self, store: Store) -> None:
        """Keep the messages in `store`."""
        self._store = store
        self.troubled, self.healed = store.troubled, store.healed

    def append_edit(self, local_id: LocalId, edit: Edit) -> None:
        """Journal one edit. Never blocks and never raises."""
        self._store.append_edit(local_id, edit)

    async def create(self, record: Record, content: Content, on_server: Content | None = None) -> None:
        """Begin a message, or begin it anew. Where StorageError is raised it is kept in memory all the same."""
        await self._store.change(lambda messages: messages.create(record, content, on_server))

    async def create_all(
        self, begun: Sequence[tuple[Record, Content, Content | None]], also: Sequence[Record] = ()
    ) -> None:
        """Begin many in one transaction, in which `also` is written over what was known before. Raises KeyError."""
        await self._store.change(lambda messages: messages.create_all(begun, also))

    async def read_message(self, local_id: LocalId) -> StoredMessage:
        """Read one message with every edit appended so far. Raises KeyError."""
        return await self._store.read_with(lambda messages: messages.read_message(local_id))

    async def read_all(self, local_ids: Sequence[LocalId]) -> list[StoredMessage]:
        """Read many; what is no more is left out."""
        return await self._store.read_with(
            lambda messages: [messages.read_message(one) for one in local_ids if messages.knows(one)]
        )

    async def put_all(self, records: Sequence[Record]) -> None:
        """Write many records in one transaction. Raises KeyError where one of them is no more: then none is written."""
        await self._store.change(lambda messages: messages.put_all(records))

    async def put(self, record: Record, attempt: Content | None = None) -> None:
        """Write a record over the one before. Raises KeyError."""
        await self._store.change(
            lambda messages: messages.put(record, {} if attempt is None else {"attempt": blob(attempt)})
        )

    async def saved(self, record: Record, on_server: Content) -> None:
        """Write the record and what the server now has, together. Raises KeyError."""
        await self._store.change(lambda messages: messages.put(record, {"on_server": blob(on_server), "attempt": None}))

    async def records(self) -> list[Record]:
        """Return every record, oldest change first."""
        return await self._store.read_with(MessageStore.records)

    async def forget(self, local_id: LocalId, *, for_good: bool = False) -> None:
        """Remove a message, its edits and its versions; with `for_good` no file here has a word of them any more."""
        await self._store.change(lambda messages: messages.forget(local_id, for_good=for_good))

    async def blank(self, record: Record) -> None:
        """Write a record, and forget for good what its message said."""
        await self._store.change(lambda messages: messages.blank(record))

    def mark_version(self, local_id: LocalId, why: VersionReason, edits: int = 0) -> None:
        """Keep what a message says now as a version. Never blocks and never raises."""
        self._store.mark_version(local_id, why, edits)

    async def versions(self, local_id: LocalId) -> list[VersionHead]:
        """Return the versions of a message, newest first. Raises KeyError."""
        return await self._store.read_with(lambda messages: messages.read_versions(local_id))

    async def read_version(self, local_id: LocalId, number: int) -> Version:
        """Return one version. Raises KeyError where there is none."""
        return await self._store.read_with(lambda messages: messages.read_version(local_id, number))

    async def carry_versions(self, local_id: LocalId, to: LocalId) -> None:
        """Give another message the versions of this one too. Raises KeyError."""
        await self._store.change(lambda messages: messages.carry_versions(local_id, to))

    async def turn_versions(self, *, on: bool) -> None:
        """Keep versions from now on, or none and remove those that there are."""
        await self._store.change(lambda messages: messages.turn_versions(on=on))

    async def flush(self) -> None:
        """Return when everything appended so far is on disk."""
        await self._store.flush()


class WriterCallbacks:
    """What the writer has reported, and what is called with it."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        """Made on the loop's thread."""
        self.when_open: asyncio.Future[None] = loop.create_future()
        self.when_ended: asyncio.Future[None] = loop.create_future()
        self.last_damage: Damaged | None = None
        self.troubled: Event[StorageError] = Event()
        self.healed: Event[None] = Event()
        self.damage_found: Event[Damaged] = Event()
        self._loop = loop

    # --- in the writer's thread ---------------------------------------------------------------------------------------

    def opened(self, error: StorageError | None) -> None:
        """The database is open, or cannot be opened."""
        self._post(self._end, self.when_open, error)

    def answered(self, tasks: list[WriterTask[Any]]) -> None:
        """These have their answer."""
        self._post(self._tell_all, tasks)

    def trouble(self, error: StorageError) -> None:
        """Something could not be written."""
        self._post(self.troubled.emit, error)

    def well(self) -> None:
        """The disk takes writing again."""
        self._post(self.healed.emit, None)

    def damaged(self, error: Damaged) -> None:
        """A database was set aside, or a message cannot be read."""
        self._post(self._tell_damaged, error)

    def ended(self) -> None:
        """The database is closed."""
        self._post(self._end, self.when_ended, None)

    def _post(self, call: Callable[..., None], *args: object) -> None:
        post(self._loop, call, *args)

    # --- on the loop --------------------------------------------------------------------------------------------------

    def _end(self, future: asyncio.Future[None], error: StorageError | None) -> None:
        if future.done():
            return
        if error is None:
            future.set_result(None)
        else:
            future.set_exception(error)

    def _tell_all(self, tasks: list[WriterTask[Any]]) -> None:
        for task in tasks:
            task.deliver()

    def _tell_damaged(self, error: Damaged) -> None:
        self.last_damage = error
        self.damage_found.emit(error)


_T = TypeVar("_T")
PATIENCE: Final = 2.0
"""How long a disk may take for the last writing, in seconds, before the program ends without it."""


class Store:
    """One open database. Made by `open`; used from the thread of one event loop; ended by `close`.

    `troubled` carries, once per trouble, why something could not be written; `healed` says that the disk works again.
    """

    def __init__(self, path: Path) -> None:
        """Nothing is opened yet: see `open`."""
        import asyncio

        self.path = path
        self._loop = asyncio.get_running_loop()
        self._told = WriterCallbacks(self._loop)
        self.troubled, self.healed = self._told.troubled, self._told.healed
        self._writer = Writer(path, self._told)
        self._closing = False

    @property
    def damaged(self) -> Damaged | None:
        """Return what is to be said of a database that was set aside, None where that did not happen."""
        return self._told.last_damage

    @classmethod
    async def open_database(cls, path: Path) -> Store:
        """Open the database at `path`, in a folder of its own, or begin one.

        A damaged file is set aside and a new one begun: see `watch_damage`. Raises InUse, NewerFile and StorageError,
        each with a sentence for the person; then no thread is left, and no message was touched.
        """
        return await cls.begin(path).opened()

    @classmethod
    def begin(cls, path: Path) -> Store:
        """Begin to open the database at `path`; the caller has to await `opened`."""
        store = cls(path)
        store._writer.thread.start()
        return store

    async def opened(self) -> Store:
        """Return once it is open, or raise as `open` does."""
        try:
            await self._told.when_open
        except BaseException:
            self._writer.entries.put(Stop())
            raise
        return self

    def watch_damage(self, tell: Callable[[Damaged], None]) -> None:
        """Call `tell` with each database that is set aside; at once where that has happened already."""
        self._told.damage_found.subscribe(tell)
        if self.damaged is not None:
            tell(self.damaged)

    def append_edit(self, local_id: LocalId, edit: Edit) -> None:
        """Hand over one edit. Never blocks, never raises."""
        self._writer.entries.put(Append(local_id, edit, time.time()))

    def mark_version(self, local_id: LocalId, why: VersionReason, edits: int) -> None:
        """Hand over that what a message says now is to be kept. Never blocks, never raises."""
        self._writer.entries.put(VersionMark(local_id, why, time.time(), edits))

    async def read_with(self, call: Callable[[MessageStore], _T]) -> _T:
        """Return what `call` returns in the writer's thread, after what was handed over before. Raises StorageError."""
        return await self._ask(call, TaskKind.READ)

    async def change(self, call: Callable[[MessageStore], _T]) -> _T:
        """Make a change: on disk, with everything handed over before, when this returns. Raises StorageError."""
        return await self._ask(call, TaskKind.CHANGE)

    async def flush(self) -> None:
        """Return when everything handed over before is on disk. Raises StorageError."""
        await self._ask(lambda _: None, TaskKind.FLUSH)

    async def _ask(self, call: Callable[[MessageStore], _T], kind: TaskKind) -> _T:
        if self._closing or not self._writer.thread.is_alive():
            raise closed_error()
        task = WriterTask(call, kind, self._loop)
        self._writer.entries.put(task)
        return await task.answer

    async def close(self, patience: float = PATIENCE) -> bool:
        """Write what waits and end the thread, within `patience` seconds; return whether all is on disk."""
        import asyncio

        self._closing = True
        if self._writer.thread.is_alive():
            self._writer.entries.put(Stop())
            await asyncio.wait({self._told.when_ended}, timeout=patience)
        return self.end(0.2)

    def end(self, patience: float = PATIENCE) -> bool:
        """Do the same where no event loop runs any more. A disk that answers nothing is left to itself in the end."""
        if self._writer.thread.is_alive():
            self._writer.entries.put(Stop())
            self._writer.thread.join(patience)
        return self._writer.all_written and not self._writer.thread.is_alive()
