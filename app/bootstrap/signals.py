"""SIGTERM and SIGINT: noted as soon as keys can be typed, and followed once the program can end as it should.

Between the two a busy machine may need seconds, and what was typed meanwhile would be lost with the process.
"""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Callable, Iterator
from typing import Final

from PySide6.QtCore import QSocketNotifier, QTimer

_SIGNALS: Final = (signal.SIGTERM, signal.SIGINT)
_noted: Final[list[int]] = []


def note_signals() -> None:
    """Note signals from now on, until `ending_on_signals` follows them."""
    for name in _SIGNALS:
        signal.signal(name, _note)


def _note(number: int, _frame: object) -> None:
    _noted.append(number)


@contextlib.contextmanager
def ending_on_signals(end: Callable[[], None]) -> Iterator[None]:
    """Call `end` on SIGTERM and SIGINT.

    Python runs its handlers only between two instructions of its own, and Qt waits in none: a socket that the signal
    writes to wakes Qt, and costs nothing while idle. One that was noted before counts now.
    """
    import socket  # the first picture does not wait for it

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
    kept = {name: signal.signal(name, ended) for name in _SIGNALS}
    if _noted:
        _noted.clear()
        ended()
    try:
        yield
    finally:
        signal.set_wakeup_fd(before)
        for name, handler in kept.items():
            signal.signal(name, signal.SIG_DFL if handler is _note else handler)
        wake.setEnabled(False)
        mine.close()
        its.close()
