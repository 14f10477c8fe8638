"""Has pictures from outside decoded, by a process of their own (`app/content/pictures.py`).

`decode` may be called in any thread but the window's, which asks a `PictureDecoder` and goes on.
"""

from __future__ import annotations

import base64
import binascii
import queue
import threading
from collections.abc import Callable
from functools import partial
from typing import Final

from PySide6.QtCore import QObject
from PySide6.QtGui import QImage

from app.content.ask import read_content
from app.content.jobs import MOST_PIXELS, WIDEST, NoPicture, ReadPicture, TooComplex
from app.ui.window_thread import WindowThread

OWN_PIXELS: Final = 64_000_000
"""Pixels up to which a file that the person chose is read; other pictures have far fewer."""


def decode(data: bytes, most_width: int = WIDEST, most_pixels: int = MOST_PIXELS) -> QImage | None:
    """Return a picture at most so many pixels wide and high; None where these bytes are none.

    None too where the picture has more than `most_pixels` as it is, or could not be read at all.
    """
    try:
        read = read_content(ReadPicture(data, most_width, most_pixels))
    except TooComplex:
        return None
    if isinstance(read, NoPicture):
        return None
    form = QImage.Format.Format_RGB32 if read.opaque else QImage.Format.Format_ARGB32_Premultiplied
    # The pixels belong to the answer, which goes: the picture gets its own.
    return QImage(read.pixels, read.width, read.height, 4 * read.width, form).copy()


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
