"""Recipients on the clipboard and in a drag: exact for our own fields, a list that any program reads for others."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from queue import SimpleQueue
from threading import Thread
from typing import Final

import msgspec
from PySide6.QtCore import QMimeData, QTimer
from PySide6.QtGui import QClipboard, QGuiApplication

from app.domain.recipient import Recipient, format_recipients

MIME_TYPE: Final = "application/x-mailwright-recipients"
LONG_TEXT: Final = 6_000
"""Characters from which on reading a list would be felt, and leaves the UI thread."""

_LOOK_EVERY: Final = 15
"""Milliseconds between looks whether a list was read."""

RunOffThread = Callable[[Callable[[], list[Recipient]], Callable[[list[Recipient]], None]], None]
"""Runs the first elsewhere and hands its result to the second on the UI thread."""


def to_mime(recipients: Sequence[Recipient]) -> QMimeData:
    """Return `recipients` as our own data and as text."""
    mime = QMimeData()
    mime.setData(MIME_TYPE, msgspec.json.encode(recipients))
    mime.setText(format_recipients(recipients))
    return mime


def on_clipboard(mode: QClipboard.Mode = QClipboard.Mode.Clipboard) -> QMimeData | None:
    """Return what the clipboard holds; None where it holds nothing (PySide6's own annotation leaves that out)."""
    held: QMimeData | None = QGuiApplication.clipboard().mimeData(mode)
    return held


def read_recipients(text: str) -> list[Recipient]:
    """Return the recipients that `text` stands for. The reader of addresses is loaded for the first."""
    from app.domain.address_parser import parse_recipients

    return parse_recipients(text)


def from_mime(mime: QMimeData) -> list[Recipient]:
    """Return the recipients that one of our fields put there; none where others did, or what came is not in order."""
    if not mime.hasFormat(MIME_TYPE):
        return []
    try:
        return msgspec.json.decode(bytes(mime.data(MIME_TYPE).data()), type=list[Recipient])
    except msgspec.DecodeError:
        return []


# A reading outlives its field, so that its thread always has somebody to tell.
_under_way: set[_Reading] = set()


class _Reading:
    """One list being read. The thread touches nothing of Qt: it may still run while the program ends."""

    def __init__(self, work: Callable[[], list[Recipient]], deliver: Callable[[list[Recipient]], None]) -> None:
        self._read: SimpleQueue[list[Recipient]] = SimpleQueue()
        self._deliver = deliver
        self._timer = QTimer(interval=_LOOK_EVERY)
        self._timer.timeout.connect(self._look)
        self._timer.start()
        Thread(target=lambda: self._read.put(work()), name="recipients", daemon=True).start()

    def _look(self) -> None:
        if not self._read.empty():
            self._timer.stop()
            _under_way.discard(self)
            self._deliver(self._read.get())


def run_in_thread(work: Callable[[], list[Recipient]], deliver: Callable[[list[Recipient]], None]) -> None:
    """Read in a thread that ends with the program, whose journal has the text already."""
    _under_way.add(_Reading(work, deliver))
