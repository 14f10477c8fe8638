"""Keys by XTEST from this very process: a key is pressed without the time that starting a program would take."""

from __future__ import annotations

import ctypes
import time

_SHIFT = 0xFFE1
_NAMES = {
    "ctrl": 0xFFE3,
    "shift": _SHIFT,
    "alt": 0xFFE9,
    "delete": 0xFFFF,
    "return": 0xFF0D,
    "escape": 0xFF1B,
    "tab": 0xFF09,
    "space": 0x20,
    "home": 0xFF50,
    "end": 0xFF57,
    "up": 0xFF52,
    "down": 0xFF54,
    "pageup": 0xFF55,
    "pagedown": 0xFF56,
}


class Keyboard:
    """Presses keys on one display. Raises OSError where libX11 or libXtst is not installed."""

    def __init__(self, display: str) -> None:
        """Connect to `display`, as in DISPLAY."""
        self._x11 = ctypes.CDLL("libX11.so.6")
        self._xtst = ctypes.CDLL("libXtst.so.6")
        self._x11.XOpenDisplay.restype = ctypes.c_void_p
        self._x11.XOpenDisplay.argtypes = [ctypes.c_char_p]
        self._x11.XKeysymToKeycode.argtypes = [ctypes.c_void_p, ctypes.c_ulong]
        self._x11.XKeysymToKeycode.restype = ctypes.c_ubyte
        self._x11.XFlush.argtypes = [ctypes.c_void_p]
        self._x11.XCloseDisplay.argtypes = [ctypes.c_void_p]
        self._xtst.XTestFakeKeyEvent.argtypes = [ctypes.c_void_p, ctypes.c_uint, ctypes.c_int, ctypes.c_ulong]
        self._display = self._x11.XOpenDisplay(display.encode())
        if not self._display:
            raise OSError(f"no display {display}")

    def press(self, chord: str) -> int:
        """Press and release a chord such as "Ctrl+Return" or "c"; return when, in monotonic nanoseconds."""
        keys = [_NAMES.get(part.lower(), ord(part[0])) for part in (chord.split("+") if len(chord) > 1 else [chord])]
        codes = [self._x11.XKeysymToKeycode(self._display, key) for key in keys]
        assert all(codes), chord
        pressed = time.monotonic_ns()
        for code in codes:
            self._xtst.XTestFakeKeyEvent(self._display, code, 1, 0)
        for code in reversed(codes):
            self._xtst.XTestFakeKeyEvent(self._display, code, 0, 0)
        self._x11.XFlush(self._display)
        return pressed

    def press_often(self, chord: str, times: int, pause: float) -> None:
        """Press a chord so many times, with a pause in seconds after each."""
        for _ in range(times):
            self.press(chord)
            time.sleep(pause)

    def type(self, text: str, pause: float) -> None:
        """Type small letters and spaces, with a pause in seconds after each."""
        for sign in text:
            self.press(sign)
            time.sleep(pause)

    def close(self) -> None:
        """Let go of the display."""
        self._x11.XCloseDisplay(self._display)
