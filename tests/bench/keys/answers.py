"""When the picture on the screen changed: what the X server says was drawn (DAMAGE), with the time at which it said so.

A key is answered by the first drawing after it. The caret's blinking, a line of some pixels, is none.
"""

from __future__ import annotations

import bisect
import ctypes
import select
import threading
import time
from collections.abc import Iterable
from ctypes import Structure, byref, c_char, c_int, c_short, c_ulong, c_ushort, c_void_p
from typing import Final

from tests.bench.keys.hands import x11

_CARET: Final = 3
"""Pixels of width that a blinking caret has at most."""
_RAW_RECTANGLES: Final = 0
_EVENT_BYTES: Final = 192


class _Rectangle(Structure):
    _fields_ = (("x", c_short), ("y", c_short), ("width", c_ushort), ("height", c_ushort))


class _Damaged(Structure):
    _fields_ = (
        ("type", c_int),
        ("serial", c_ulong),
        ("send_event", c_int),
        ("display", c_void_p),
        ("drawable", c_ulong),
        ("damage", c_ulong),
        ("level", c_int),
        ("more", c_int),
        ("timestamp", c_ulong),
        ("area", _Rectangle),
        ("geometry", _Rectangle),
    )


class Answers:
    """Watches one display from `with` to its end. Raises OSError where libXdamage is not installed."""

    def __init__(self, display: str) -> None:
        """Connect to `display`."""
        self._x11 = x11()
        damage = ctypes.CDLL("libXdamage.so.1")
        damage.XDamageQueryExtension.argtypes = [c_void_p, c_void_p, c_void_p]
        damage.XDamageCreate.argtypes = [c_void_p, c_ulong, c_int]
        damage.XDamageCreate.restype = c_ulong
        self._display = self._x11.XOpenDisplay(display.encode())
        first, error = c_int(), c_int()
        if not self._display or not damage.XDamageQueryExtension(self._display, byref(first), byref(error)):
            raise OSError(f"{display} does not tell what is drawn")
        self._first = first.value
        damage.XDamageCreate(self._display, self._x11.XDefaultRootWindow(self._display), _RAW_RECTANGLES)
        self._x11.XSync(self._display, 0)
        self._ended = False
        self._drawn: list[float] = []
        self._thread = threading.Thread(target=self._watch, name="what is drawn", daemon=True)

    def __enter__(self) -> Answers:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended = True
        self._thread.join()
        self._x11.XCloseDisplay(self._display)

    def forget(self) -> None:
        """Forget what was drawn before."""
        del self._drawn[:]

    def to(self, keys: Iterable[float]) -> list[float]:
        """Return for each key, by its time, the seconds until something was drawn; infinite where nothing was."""
        drawn = list(self._drawn)
        found = []
        for at in keys:
            place = bisect.bisect_right(drawn, at)
            found.append(drawn[place] - at if place < len(drawn) else float("inf"))
        return found

    def last(self) -> float:
        """Return when something was drawn last, 0 for never."""
        return self._drawn[-1] if self._drawn else 0.0

    def _watch(self) -> None:
        event = (c_char * _EVENT_BYTES)()
        number = self._x11.XConnectionNumber(self._display)
        while not self._ended:
            while self._x11.XPending(self._display):
                self._x11.XNextEvent(self._display, byref(event))
                told = _Damaged.from_buffer(event)
                if told.type == self._first and told.area.width > _CARET:
                    self._drawn.append(time.monotonic())
            select.select([number], [], [], 0.2)
