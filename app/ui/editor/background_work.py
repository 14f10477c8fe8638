"""Work on text that would stop the keys, done in a thread while the editor goes on."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Signal


class Behind(QObject):
    """Runs work in threads. Without asyncio: an editor has no loop of its own, and is tested without one."""

    _done = Signal(int)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._count = 0
        self._waiting: dict[int, tuple[threading.Thread, list[Any], Callable[[Any], None]]] = {}
        self._done.connect(self._arrived)

    def is_busy(self) -> bool:
        """Return whether something has not arrived yet."""
        return bool(self._waiting)

    def run(self, work: Callable[[], Any], then: Callable[[Any], None]) -> None:
        """Run `work` in a thread, and `then` here with what it returned. Work that fails arrives nowhere."""
        self._count += 1
        number, result = self._count, list[Any]()

        def in_thread() -> None:
            result.append(work())
            with contextlib.suppress(RuntimeError):  # the object that asked is gone
                self._done.emit(number)

        thread = threading.Thread(target=in_thread, name="editor", daemon=True)
        self._waiting[number] = (thread, result, then)
        thread.start()

    def finish(self) -> None:
        """Wait for all of it, because the message is being closed or sent."""
        for number, (thread, _, _) in list(self._waiting.items()):
            thread.join()
            self._arrived(number)

    def forget(self) -> None:
        """Let nothing arrive any more."""
        self._waiting.clear()

    def _arrived(self, number: int) -> None:
        waiting = self._waiting.pop(number, None)
        if waiting is not None and waiting[1]:
            waiting[2](waiting[1][0])
