"""Signals end the program as the close of its window does: with everything on disk."""

from __future__ import annotations

import contextlib
import signal
import socket
from collections.abc import Iterator

from PySide6.QtCore import QSocketNotifier, QTimer
from PySide6.QtWidgets import QWidget


@contextlib.contextmanager
def closing_on_signals(window: QWidget) -> Iterator[None]:
    """Close `window` on SIGTERM and SIGINT, as a session that ends does.

    Python runs its handlers only between two instructions of its own, and Qt waits in none: a socket that the signal
    writes to wakes Qt, and costs nothing while idle.
    """
    mine, its = socket.socketpair()
    mine.setblocking(False)
    its.setblocking(False)
    wake = QSocketNotifier(mine.fileno(), QSocketNotifier.Type.Read)

    def woken() -> None:
        with contextlib.suppress(BlockingIOError):
            mine.recv(64)

    def close(*_: object) -> None:
        QTimer.singleShot(0, window.close)

    wake.activated.connect(woken)
    before = signal.set_wakeup_fd(its.fileno())
    kept = {name: signal.signal(name, close) for name in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        signal.set_wakeup_fd(before)
        for name, handler in kept.items():
            signal.signal(name, handler)
        wake.setEnabled(False)
        mine.close()
        its.close()
