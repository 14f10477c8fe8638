"""Waits until a window is the one that has the keyboard: the window system decides that, a little later."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from typing import Final

from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from app.core.i18n import tr
from app.ui.keyboard.key_gate import KeyGate

_PATIENCE: Final = 1_000
"""Milliseconds: a window manager may refuse, and then nothing is waited for any longer."""

_RESTS: Final = 0.3
"""Seconds without a key after which a person has stopped typing for long enough to take a window away."""
_LONGEST: Final = 60.0
"""Seconds for which a window waits for that at most."""
_LOOKS: Final = 50
"""Milliseconds between two looks."""

_SETTLES: Final = 0.4
"""Seconds for which a window stays away: the window manager forgets one that is shown while it still takes it away."""
_TAKEN_AWAY: Final = "taken_away"
"""The property of a window that says when it was taken away, in seconds of the monotonic clock."""


def when_active(window: QWidget, act: Callable[[], None]) -> None:
    """Call `act` once, as soon as `window` has the keyboard, or after a second without it."""
    if window.isActiveWindow():
        act()
    else:
        _Waiting(window, act)


def come_forward(window: QWidget, gate: KeyGate) -> None:
    """Bring a window of the program's to the front, and let keys wait until it has the keyboard."""
    hold = gate.begin(tr("Opening a window…"))
    show_in_front(window)
    when_active(window, hold.release)


def close_in_a_pause(window: QWidget, gate: KeyGate, close: Callable[[], None]) -> None:
    """Call `close` as soon as nobody types, at once where nobody does; until then the window is out of sight.

    On X11 the window manager is another process. While it takes a window away it may hold the keyboard for a moment,
    though another window of ours has it already: what is typed just then reaches nobody.
    """
    if QGuiApplication.platformName() != "xcb":
        close()
        return
    window.setWindowOpacity(0.0)
    window.lower()
    _Closing(window, gate, close).look()


def take_away(window: QWidget) -> None:
    """Hide a window of the program's that may be shown again."""
    window.hide()
    window.setProperty(_TAKEN_AWAY, time.monotonic())


def show_in_front(window: QWidget) -> None:
    """Show a window of the program's and ask for the keyboard, a little later where it was taken away just now."""
    early = (window.property(_TAKEN_AWAY) or 0.0) + _SETTLES - time.monotonic()
    if early > 0:
        QTimer.singleShot(int(early * 1000) + 1, window, partial(show_in_front, window))
        return
    window.show()
    window.raise_()
    window.activateWindow()


class _Waiting(QObject):
    def __init__(self, window: QWidget, act: Callable[[], None]) -> None:
        super().__init__(window)
        self._window, self._act = window, act
        app = QGuiApplication.instance()
        assert isinstance(app, QGuiApplication)  # noqa: S101 - there is no window without it
        self._app = app
        app.focusWindowChanged.connect(self._look)
        self._limit = QTimer(self, singleShot=True, interval=_PATIENCE)
        self._limit.timeout.connect(self._end)
        self._limit.start()

    def _look(self, _now: object) -> None:
        if self._window.isActiveWindow() or self._window.windowHandle() is QGuiApplication.focusWindow():
            self._end()

    def _end(self) -> None:
        self._limit.stop()
        self._app.focusWindowChanged.disconnect(self._look)
        # The focus within the window follows in the same turn of the loop.
        QTimer.singleShot(0, self._window, self._act)
        self.deleteLater()


class _Closing(QTimer):
    def __init__(self, window: QWidget, gate: KeyGate, close: Callable[[], None]) -> None:
        super().__init__(window, singleShot=True, interval=_LOOKS)
        self._gate, self._close = gate, close
        self._until = time.monotonic() + _LONGEST
        self.timeout.connect(self.look)

    def look(self) -> None:
        if self._gate.quiet_for() < _RESTS and time.monotonic() < self._until:
            self.start()
        else:
            self._close()
