"""Recipients on the clipboard and in a drag: exact for our own fields, a list that any program reads for others."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import msgspec
from PySide6.QtCore import QMimeData, QObject, QRunnable, QThreadPool, Signal
from PySide6.QtGui import QClipboard, QGuiApplication

from app.domain.addresses import format_recipients
from app.domain.recipient import Recipient

MIME_TYPE: Final = "application/x-mailwright-recipients"
LONG_TEXT: Final = 6_000
"""Characters from which on reading a list would be felt, and leaves the UI thread."""

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


def from_mime(mime: QMimeData) -> list[Recipient]:
    """Return the recipients that one of our fields put there; none where others did, or what came is not in order."""
    if not mime.hasFormat(MIME_TYPE):
        return []
    try:
        return msgspec.json.decode(bytes(mime.data(MIME_TYPE).data()), type=list[Recipient])
    except msgspec.DecodeError:
        return []


class _Reading(QObject):
    done = Signal(object)


class _Job(QRunnable):
    def __init__(self, work: Callable[[], list[Recipient]], reading: _Reading) -> None:
        super().__init__()
        self._work = work
        self._reading = reading

    def run(self) -> None:
        self._reading.done.emit(self._work())


# A reading must outlive its field: the pool's thread emits through it.
_under_way: set[_Reading] = set()


def run_in_pool(work: Callable[[], list[Recipient]], deliver: Callable[[list[Recipient]], None]) -> None:
    """Read in a thread of Qt's pool."""
    reading = _Reading()
    _under_way.add(reading)

    def end(recipients: list[Recipient]) -> None:
        _under_way.discard(reading)
        deliver(recipients)

    reading.done.connect(end)
    QThreadPool.globalInstance().start(_Job(work, reading))
