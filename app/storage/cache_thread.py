"""The one thread that owns the cache: what is to be shown goes before what is to be taken in."""

from __future__ import annotations

import itertools
import queue
import sqlite3
import threading
from collections.abc import Callable
from contextlib import suppress
from enum import IntEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

from app.core.background import post_result
from app.domain.errors import StorageError
from app.storage.cache_form import begin_anew, open_cache
from app.storage.database import is_damage, prepare_folder
from app.storage.wording import closed_error, storage_error

if TYPE_CHECKING:
    import asyncio

_T = TypeVar("_T")
_PATIENCE: Final = 2.0
"""Seconds that the end waits for what is being written; nothing in the cache is worth more."""


class Turn(IntEnum):
    """Who goes first."""

    SHOW = 0
    KEEP = 1
    LAST = 2


class CacheThread:
    """Runs calls on the cache's connection, and answers on the event loop."""

    def __init__(self, path: Path) -> None:
        """Begin; the file is opened in the thread at once: whoever asks first finds it open."""
        import asyncio

        self._loop = asyncio.get_running_loop()
        self._path = path
        self._calls: queue.PriorityQueue[tuple[Turn, int, Callable[[], None] | None]] = queue.PriorityQueue()
        self._count = itertools.count()
        self._connection: sqlite3.Connection | None = None
        self._closed = False
        self._thread = threading.Thread(target=self._live, name="mailwright cache", daemon=True)
        self._thread.start()

    async def ask(self, call: Callable[[sqlite3.Connection], _T], turn: Turn = Turn.SHOW) -> _T:
        """Return what `call` returns in the thread. Raises StorageError where the disk fails."""
        if self._closed:
            raise closed_error()
        answer: asyncio.Future[_T] = self._loop.create_future()

        def run() -> None:
            if answer.cancelled():
                return  # nobody waits: a search of which another letter was typed
            try:
                result = self._run(call)
            except Exception as error:  # noqa: BLE001 - whatever it is belongs to whoever awaits it
                self._post(answer, None, error)
            else:
                self._post(answer, result, None)

        self._calls.put((turn, next(self._count), run))
        return await answer

    def close(self) -> None:
        """End the thread, after what is being written."""
        if not self._closed:
            self._closed = True
            self._calls.put((Turn.LAST, next(self._count), None))
            self._thread.join(_PATIENCE)

    def _live(self) -> None:
        with suppress(sqlite3.Error, OSError):  # the first call tries again, and tells
            self._open()
        while True:
            _, _, run = self._calls.get()
            if run is None or self._closed:
                break
            run()
            del run
        if self._connection is not None:
            self._connection.close()

    def _run(self, call: Callable[[sqlite3.Connection], _T]) -> _T:
        for again in (True, False):
            try:
                return call(self._open())
            except sqlite3.Error as error:
                self._roll_back()
                if not (again and is_damage(error) and self._begin_anew()):
                    raise storage_error(error, self._path.parent) from error
            except OSError as error:
                raise storage_error(error, self._path.parent) from error
        raise StorageError  # not reached: the second round returns or raises

    def _open(self) -> sqlite3.Connection:
        if self._connection is None:
            prepare_folder(self._path.parent)
            self._connection = open_cache(self._path)
        return self._connection

    def _roll_back(self) -> None:
        if self._connection is not None and self._connection.in_transaction:
            self._connection.rollback()

    def _begin_anew(self) -> bool:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        return begin_anew(self._path)

    def _post(self, answer: asyncio.Future[Any], result: object, error: Exception | None) -> None:
        post_result(answer, result, error)
