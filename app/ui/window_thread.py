"""Calls from a thread into the window's thread.

A thread never emits a signal of an object that lives in the window: that object may be destroyed in the middle of it,
which ends the whole program. Threads come in by an object that is never destroyed, and what they bring is dropped where
its receiver is gone.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from PySide6.QtCore import QObject, Signal
from shiboken6 import isValid


class _Entrance(QObject):
    """Lives in the window's thread as long as the program."""

    came = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.came.connect(self._call)

    def _call(self, call: Callable[[], object]) -> None:
        call()


@cache
def _entrance() -> _Entrance:
    return _Entrance()


class WindowThread:
    """The way back into the window: made in its thread, used in any other."""

    def __init__(self, receiver: QObject | None) -> None:
        """Bring nothing yet; what is brought after `receiver` was destroyed is dropped. None is never destroyed."""
        self._receiver, self._came = receiver, _entrance().came

    def call(self, call: Callable[[], object]) -> None:
        """Let the window's thread make `call` when it comes to it, in the order in which calls were posted."""
        receiver = self._receiver
        self._came.emit(lambda: call() if receiver is None or isValid(receiver) else None)
