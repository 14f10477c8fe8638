"""Hands that type as a person does, by XTEST from this very process; and an eye: which window has the keys."""

from __future__ import annotations

import ctypes
import time
from ctypes import POINTER, byref, c_char_p, c_int, c_long, c_ubyte, c_uint, c_ulong, c_void_p
from typing import Final, NamedTuple

_NAMED: Final = {
    "ctrl": 0xFFE3,
    "shift": 0xFFE1,
    "alt": 0xFFE9,
    "enter": 0xFF0D,
    "escape": 0xFF1B,
    "tab": 0xFF09,
    "space": 0x20,
    "backspace": 0xFF08,
    "delete": 0xFFFF,
    "home": 0xFF50,
    "end": 0xFF57,
    "left": 0xFF51,
    "up": 0xFF52,
    "right": 0xFF53,
    "down": 0xFF54,
    **{f"f{number}": 0xFFBD + number for number in range(1, 13)},
}
_SHIFT: Final = 0xFFE1
_MODIFIERS: Final = frozenset({"ctrl", "shift", "alt"})
_LONGEST_HOLD: Final = 0.06
"""Seconds for which a key is down at most: longer ones would be a person's who looks for the next."""
_ANY_TYPE: Final = 0
_POINTER_ROOT: Final = 1


class Pressed(NamedTuple):
    """One key: when it went down (monotonic seconds), and what it was."""

    at: float
    chord: str


class Hands:
    """Presses keys on one display. Raises OSError where libX11 or libXtst is not installed."""

    def __init__(self, display: str) -> None:
        """Connect to `display`, as in DISPLAY."""
        self._x11 = x11()
        self._xtst = ctypes.CDLL("libXtst.so.6")
        self._xtst.XTestFakeKeyEvent.argtypes = [c_void_p, c_uint, c_int, c_ulong]
        self._display = self._x11.XOpenDisplay(display.encode())
        if not self._display:
            raise OSError(f"no display {display}")
        self._codes: dict[int, tuple[int, bool]] = {}
        self.log: list[Pressed] = []
        self.read_layout()

    def read_layout(self) -> None:
        """Read which key makes which sign, with Shift or without."""
        self._codes.clear()
        for shifted in (False, True):
            for code in range(8, 256):
                found = self._x11.XkbKeycodeToKeysym(self._display, code, 0, int(shifted))
                if found:
                    self._codes.setdefault(found, (code, shifted))

    def press(self, chord: str, gap: float = 0.0) -> Pressed:
        """Press a chord such as "Ctrl+Enter" or "c" as a person does whose keys are `gap` seconds apart."""
        *held, last = chord.split("+") if len(chord) > 1 else [chord]
        name = last.lower() if held or len(last) > 1 else last
        code, shifted = self._codes[_NAMED.get(name, ord(name[0]))]
        wanted = [_NAMED[one.lower()] for one in held]
        if shifted and _SHIFT not in wanted:
            wanted.append(_SHIFT)
        modifiers = [self._codes[one][0] for one in wanted]
        for modifier in modifiers:
            self._fake(modifier, down=True)
            time.sleep(gap * 0.1)
        pressed = Pressed(time.monotonic(), chord)
        self._fake(code, down=True)
        time.sleep(min(gap * 0.4, _LONGEST_HOLD))
        self._fake(code, down=False)
        for modifier in reversed(modifiers):
            self._fake(modifier, down=False)
        self.log.append(pressed)
        return pressed

    def active_process(self) -> int:
        """Return the process whose window has the keys, 0 for none.

        The window manager names its active window (_NET_ACTIVE_WINDOW) some moments before the display gives it keys.
        """
        window, revert = c_ulong(), c_int()
        self._x11.XGetInputFocus(self._display, byref(window), byref(revert))
        return self._number(window.value, b"_NET_WM_PID") if window.value > _POINTER_ROOT else 0

    def close(self) -> None:
        """Let go of the display."""
        self._x11.XCloseDisplay(self._display)

    def _fake(self, code: int, *, down: bool) -> None:
        self._xtst.XTestFakeKeyEvent(self._display, code, int(down), 0)
        self._x11.XFlush(self._display)

    def _number(self, window: int, name: bytes) -> int:
        kind, form, count, after, value = c_ulong(), c_int(), c_ulong(), c_ulong(), POINTER(c_long)()
        atom = self._x11.XInternAtom(self._display, name, 0)
        self._x11.XGetWindowProperty(
            *(self._display, window, atom, 0, 1, 0, _ANY_TYPE),
            *(byref(kind), byref(form), byref(count), byref(after), byref(value)),
        )
        if not value:  # type: ignore[truthy-bool]  # a null pointer is false
            return 0
        found = int(value[0]) if count.value else 0
        self._x11.XFree(value)
        return found


def _pass_over(_display: int, _event: int) -> int:
    """Pass over an error of X: a window that was asked about may be gone by now."""
    return 0


_on_error = ctypes.CFUNCTYPE(c_int, c_void_p, c_void_p)(_pass_over)


def x11() -> ctypes.CDLL:
    """Load libX11 with the types of what is called here. A window that is gone ends nobody."""
    library = ctypes.CDLL("libX11.so.6")
    library.XInitThreads()
    library.XOpenDisplay.restype = c_void_p
    library.XOpenDisplay.argtypes = [c_char_p]
    library.XDefaultRootWindow.restype = c_ulong
    library.XDefaultRootWindow.argtypes = [c_void_p]
    library.XkbKeycodeToKeysym.restype = c_ulong
    library.XkbKeycodeToKeysym.argtypes = [c_void_p, c_ubyte, c_int, c_int]
    library.XInternAtom.restype = c_ulong
    library.XInternAtom.argtypes = [c_void_p, c_char_p, c_int]
    library.XGetWindowProperty.argtypes = [
        *(c_void_p, c_ulong, c_ulong, c_long, c_long, c_int, c_ulong),
        *(c_void_p, c_void_p, c_void_p, c_void_p, c_void_p),
    ]
    library.XGetInputFocus.argtypes = [c_void_p, c_void_p, c_void_p]
    library.XFree.argtypes = [c_void_p]
    library.XFlush.argtypes = [c_void_p]
    library.XSync.argtypes = [c_void_p, c_int]
    library.XPending.argtypes = [c_void_p]
    library.XNextEvent.argtypes = [c_void_p, c_void_p]
    library.XConnectionNumber.argtypes = [c_void_p]
    library.XCloseDisplay.argtypes = [c_void_p]
    library.XSetErrorHandler(_on_error)
    return library
