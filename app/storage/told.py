"""Carries the writer's words over to the event loop, where futures are resolved and people are told.

The first half is called in the writer's thread, the second runs on the loop; the loop may be gone by then.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from app.core.background import post

if TYPE_CHECKING:
    import asyncio

    from app.domain.errors import Damaged, StorageError
    from app.storage.task import Task


class Told:
    """What the writer has said, and whom it concerns."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        """Made on the loop's thread."""
        self.when_open: asyncio.Future[None] = loop.create_future()
        self.when_ended: asyncio.Future[None] = loop.create_future()
        self.last_damage: Damaged | None = None
        self.on_trouble: list[Callable[[StorageError], None]] = []
        self.on_well: list[Callable[[], None]] = []
        self.on_damaged: list[Callable[[Damaged], None]] = []
        self._loop = loop

    # --- in the writer's thread ---------------------------------------------------------------------------------------

    def opened(self, error: StorageError | None) -> None:
        """The database is open, or cannot be opened."""
        self._post(self._end, self.when_open, error)

    def answered(self, tasks: list[Task[Any]]) -> None:
        """These have their answer."""
        self._post(self._tell_all, tasks)

    def trouble(self, error: StorageError) -> None:
        """Something could not be written."""
        self._post(self._tell_trouble, error)

    def well(self) -> None:
        """The disk takes writing again."""
        self._post(self._tell_well)

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

    def _tell_all(self, tasks: list[Task[Any]]) -> None:
        for task in tasks:
            task.tell()

    def _tell_trouble(self, error: StorageError) -> None:
        for tell in self.on_trouble:
            tell(error)

    def _tell_well(self) -> None:
        for tell in self.on_well:
            tell()

    def _tell_damaged(self, error: Damaged) -> None:
        self.last_damage = error
        for tell in self.on_damaged:
            tell(error)
