"""Signals end the program at once, with everything on disk: nothing is sent first, and nothing is asked."""

from __future__ import annotations

import contextlib
import signal
import socket
from collections.abc import Callable, Iterator

from PySide6.QtCore import QSocketNotifier, QTimer


@contextlib.contextmanager
def ending_on_signals(end: Callable[[], None]) -> Iterator[None]:
    """Call `end` on SIGTERM and SIGINT.

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

    def ended(*_: object) -> None:
        QTimer.singleShot(0, end)

    wake.activated.connect(woken)
    before = signal.set_wakeup_fd(its.fileno())
    kept = {name: signal.signal(name, ended) for name in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        signal.set_wakeup_fd(before)
        for name, handler in kept.items():
            signal.signal(name, handler)
        wake.setEnabled(False)
        mine.close()
        its.close()
