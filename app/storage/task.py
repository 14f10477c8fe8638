"""What the window's thread asks of the writer's thread, and how it hears of the end."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import TYPE_CHECKING, Generic, TypeVar

import msgspec

from app.core.i18n import tr
from app.domain.edits import Edit
from app.domain.errors import Damaged, StorageError
from app.domain.message import LocalId
from app.storage.shelf import Shelf

if TYPE_CHECKING:
    import asyncio

_T = TypeVar("_T")


class Kind(Enum):
    """What a disk that fails means for a task."""

    READ = "read"
    """Nothing: memory answers."""
    CHANGE = "change"
    """It did not happen, and whoever waits is told so."""
    FLUSH = "flush"
    """Something handed over before is not on disk, and whoever waits is told so."""


class Task(Generic[_T]):
    """One call in the writer's thread, and the future that waits for it."""

    def __init__(self, call: Callable[[Shelf], _T], kind: Kind, loop: asyncio.AbstractEventLoop) -> None:
        """Made in the window's thread; `call` runs in the writer's, once more where it has to."""
        self.kind = kind
        self.error: BaseException | None = None
        self.answer: asyncio.Future[_T] = loop.create_future()
        self._call = call
        self._result: _T | None = None

    def run(self, shelf: Shelf) -> None:
        """Make the call. Raises sqlite3.Error; anything else is the caller's answer."""
        self.error = None
        try:
            self._result = self._call(shelf)
        except (KeyError, StorageError) as error:
            self.error = error
        except msgspec.DecodeError as error:
            self.error = Damaged(tr("This message cannot be read on this computer: its text is damaged."))
            self.error.__cause__ = error

    def tell(self) -> None:
        """In the window's thread: hand over the result, unless nobody waits any more."""
        if self.answer.done():
            return
        if self.error is not None:
            self.answer.set_exception(self.error)
        else:
            self.answer.set_result(self._result)  # type: ignore[arg-type]  # run() has set it


class Append:
    """One edit on its way to the disk; nobody waits for it."""

    __slots__ = ("at", "edit", "local_id")

    def __init__(self, local_id: LocalId, edit: Edit, at: float) -> None:
        """`at` is when it was typed, in seconds since the epoch."""
        self.local_id = local_id
        self.edit = edit
        self.at = at
