"""Makes pictures of bytes from outside: the one place where that is done, and never on the window's thread.

`decode` may be called in any thread but the window's, which asks a `PictureDecoder` and goes on. Both say what they
take and give in bytes, pixels and `QImage`: a process of its own can stand behind them.
"""

from __future__ import annotations

import base64
import binascii
import queue
import threading
from collections.abc import Callable
from functools import partial
from typing import Final

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QObject, QSize, Qt
from PySide6.QtGui import QImage, QImageReader

from app.ui.window_thread import WindowThread

WIDEST: Final = 1600
"""Pixels: no picture is given wider or higher than this."""
LARGEST_FILE: Final = 100_000_000
_MOST_PIXELS: Final = 17_000_000
_MOST_OF_JPEG: Final = 64_000_000
"""Pixels of a picture as its file says; a larger one is not read. A JPEG is never unfolded whole."""
OWN_PIXELS: Final = 64_000_000
"""The same for a file that the person chose."""
_FORMATS: Final = frozenset({"png", "jpeg", "gif", "bmp", "webp", "ico"})
"""Formats that are read; Qt's plugins know more, and each is a parser of its own."""


def decode(data: bytes, most_width: int = WIDEST, most_pixels: int = _MOST_PIXELS) -> QImage | None:
    """Return a picture at most so many pixels wide and high; None where these bytes are none.

    None too where the picture has more than `most_pixels` as it is.
    """
    if not data or len(data) > LARGEST_FILE:
        return None
    buffer = QBuffer()
    buffer.setData(QByteArray(data))
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    reader = QImageReader(buffer)
    form = bytes(reader.format().data()).decode("ascii", "replace")
    if form not in _FORMATS:
        return None
    reader.setAutoTransform(True)
    size = reader.size()
    most = max(most_pixels, _MOST_OF_JPEG) if form == "jpeg" else most_pixels
    if not size.isValid() or size.isEmpty() or size.width() * size.height() > most:
        return None
    if max(size.width(), size.height()) > most_width:
        fitting = size.scaled(QSize(most_width, most_width), Qt.AspectRatioMode.KeepAspectRatio)
        reader.setScaledSize(fitting.expandedTo(QSize(1, 1)))
    image = reader.read()
    return None if image.isNull() else image


def bytes_of_address(address: str) -> bytes:
    """Return the bytes that are written out in a data: address, none where they cannot be read."""
    head, _, data = address.partition(",")
    if not head.lower().endswith(";base64"):
        return b""
    try:
        return base64.b64decode(data, validate=False)
    except (binascii.Error, ValueError):
        return b""


def decode_address(address: str, most_width: int = WIDEST) -> QImage | None:
    """Return the picture that is written out in a data: address. Not on the window's thread either."""
    return decode(bytes_of_address(address), most_width)


Arrived = Callable[[QImage | None], None]


class PictureDecoder(QObject):
    """Decodes for one view, one picture after the other, in a thread that ends when nothing is left.

    What was asked for arrives in the window's thread and in order; nothing arrives once the view is gone.
    """

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._number = 0
        self._wanted: dict[int, Arrived] = {}
        self._queue: queue.SimpleQueue[tuple[int, bytes | str, int]] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._running = False
        self._window_thread = WindowThread(self)

    def request(self, source: bytes | str, most_width: int, then: Arrived) -> None:
        """Decode bytes, or what is written out in a data: address, and call `then` with the picture or None."""
        self._number += 1
        self._wanted[self._number] = then
        with self._lock:
            self._queue.put((self._number, source, most_width))
            if self._running:
                return
            self._running = True
        threading.Thread(target=self._work, name="pictures", daemon=True).start()

    def forget(self) -> None:
        """Let nothing arrive of what was asked for until now."""
        self._wanted.clear()

    def is_busy(self) -> bool:
        """Return whether something has not arrived yet."""
        return bool(self._wanted)

    def _work(self) -> None:
        while True:
            with self._lock:
                if self._queue.empty():
                    self._running = False
                    return
                number, source, most_width = self._queue.get()
            if number not in self._wanted:
                continue
            try:
                made = decode_address(source, most_width) if isinstance(source, str) else decode(source, most_width)
            except (MemoryError, ValueError):
                made = None
            self._window_thread.call(partial(self._arrived, number, made))

    def _arrived(self, number: int, made: QImage | None) -> None:
        then = self._wanted.pop(number, None)
        if then is not None:
            then(made)
