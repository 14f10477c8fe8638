"""The window's side of the database: asks the writer's thread, and is told of the end on the event loop.

Answers come by `call_soon_threadsafe` and not from asyncio's default executor, which keeps a program from ending.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

from app.domain.errors import Damaged, StorageError
from app.storage.shelf import Shelf
from app.storage.task import Append, Kind, Task
from app.storage.told import Told
from app.storage.wording import closed_error
from app.storage.writer import Stop, Writer

if TYPE_CHECKING:
    from app.domain.edits import Edit
    from app.domain.message import LocalId

_T = TypeVar("_T")
PATIENCE: Final = 2.0
"""How long a disk may take for the last writing, in seconds, before the program ends without it."""


class Store:
    """One open database. Made by `open`; used from the thread of one event loop; ended by `close`."""

    def __init__(self, path: Path) -> None:
        """Nothing is opened yet: see `open`."""
        import asyncio

        self.path = path
        self._loop = asyncio.get_running_loop()
        self._told = Told(self._loop)
        self._writer = Writer(path, self._told)
        self._closing = False

    @property
    def damaged(self) -> Damaged | None:
        """Return what is to be said of a database that was set aside, None where that did not happen."""
        return self._told.last_damage

    @classmethod
    async def open(cls, path: Path) -> Store:
        """Open the database at `path`, in a folder of its own, or begin one.

        A damaged file is set aside and a new one begun: see `on_damaged`. Raises InUse, NewerFile and StorageError,
        each with a sentence for the person; then no thread is left, and no message was touched.
        """
        return await cls.begin(path).opened()

    @classmethod
    def begin(cls, path: Path) -> Store:
        """Begin to open the database at `path`; whoever does so has to await `opened`."""
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

    def on_trouble(self, tell: Callable[[StorageError], None]) -> None:
        """Add one who is told, once per trouble, when something could not be written."""
        self._told.on_trouble.append(tell)

    def on_well(self, tell: Callable[[], None]) -> None:
        """Add one who is told when the disk takes writing again."""
        self._told.on_well.append(tell)

    def on_damaged(self, tell: Callable[[Damaged], None]) -> None:
        """Add one who is told of a database that was set aside; at once where that has happened already."""
        self._told.on_damaged.append(tell)
        if self.damaged is not None:
            tell(self.damaged)

    def append(self, local_id: LocalId, edit: Edit) -> None:
        """Hand over one edit. Never blocks, never raises."""
        self._writer.entries.put(Append(local_id, edit, time.time()))

    async def read(self, call: Callable[[Shelf], _T]) -> _T:
        """Return what `call` returns in the writer's thread, after what was handed over before. Raises StorageError."""
        return await self._ask(call, Kind.READ)

    async def change(self, call: Callable[[Shelf], _T]) -> _T:
        """Make a change: on disk, with everything handed over before, when this returns. Raises StorageError."""
        return await self._ask(call, Kind.CHANGE)

    async def flush(self) -> None:
        """Return when everything handed over before is on disk. Raises StorageError."""
        await self._ask(lambda _: None, Kind.FLUSH)

    async def _ask(self, call: Callable[[Shelf], _T], kind: Kind) -> _T:
        if self._closing or not self._writer.thread.is_alive():
            raise closed_error()
        task = Task(call, kind, self._loop)
        self._writer.entries.put(task)
        return await task.answer

    async def close(self, patience: float = PATIENCE) -> bool:
        """Write what waits and end the thread, within `patience` seconds; tell whether all is on disk."""
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
