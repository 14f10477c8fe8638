"""Work on text that would stop the keys, done in a thread while the editor goes on."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, Final, NamedTuple

from PySide6.QtCore import QObject

from app.ui.window_thread import WindowThread

_SOON: Final = 0.08
"""Seconds for which the window's thread waits at most, where there is something else to take."""


class _Waiting(NamedTuple):
    """Work that has not arrived: its thread, where its result will be, and what becomes of that."""

    thread: threading.Thread
    result: list[Any]
    then: Callable[[Any], None]
    instead: Callable[[], Any] | None


class BackgroundWork(QObject):
    """Runs work in threads. Without asyncio: an editor has no loop of its own, and is tested without one."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._count = 0
        self._waiting: dict[int, _Waiting] = {}
        self._window_thread = WindowThread(self)

    def is_busy(self) -> bool:
        """Return whether something has not arrived yet."""
        return bool(self._waiting)

    def run(
        self, work: Callable[[], Any], then: Callable[[Any], None], instead: Callable[[], Any] | None = None
    ) -> None:
        """Run `work` in a thread, and `then` here with what it returned. Work that fails arrives nowhere.

        `instead` makes what `finish` takes in place of work that is not done soon.
        """
        self._count += 1
        number, result, window_thread = self._count, list[Any](), self._window_thread

        def in_thread() -> None:
            result.append(work())
            window_thread.call(lambda: self._arrived(number))

        thread = threading.Thread(target=in_thread, name="editor", daemon=True)
        self._waiting[number] = _Waiting(thread, result, then, instead)
        thread.start()

    def finish(self) -> None:
        """Bring all of it to its end, because the message is being closed or sent."""
        for number, waiting in list(self._waiting.items()):
            waiting.thread.join(None if waiting.instead is None else _SOON)
            if not waiting.result and waiting.instead is not None:
                waiting.result.append(waiting.instead())
            self._arrived(number)

    def forget(self) -> None:
        """Let nothing arrive any more."""
        self._waiting.clear()

    def _arrived(self, number: int) -> None:
        waiting = self._waiting.pop(number, None)
        if waiting is not None and waiting.result:
            waiting.then(waiting.result[0])
