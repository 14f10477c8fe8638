"""Keeps what is typed between the key that begins a letter and the letter's first field, and types it there.

A letter is on disk before it is on the screen, and a disk may take its time: keys pressed meanwhile would fall on the
list, where letters are commands.

It listens where the focus is, and not to the whole program: every event of every object would pass through Python, and
PySide6 would load every class that such an object could be (30 ms at the first letter).
"""

from __future__ import annotations

import shiboken6
from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QWidget

_LONGEST = 3_000
"""Milliseconds after which keys go where the focus is again, whatever became of the letter."""
_KEYS = frozenset({QEvent.Type.KeyPress, QEvent.Type.KeyRelease})


class TypeAhead(QObject):
    """Holds keys from `hold` to `release` or `drop`."""

    def __init__(self, app: QApplication, window: QWidget) -> None:
        """Hold keys of `window`, which has them where nothing in it has the focus."""
        super().__init__(window)
        self._app = app
        self._window = window
        self._listening: list[QWidget] = []
        self._held: list[QKeyEvent] = []
        self._limit = QTimer(self)
        self._limit.setSingleShot(True)
        self._limit.setInterval(_LONGEST)
        self._limit.timeout.connect(self.release)

    def hold(self) -> None:
        """Keep keys from now on."""
        if not self._listening:
            self._listen(self._window)
            self._listen(QApplication.focusWidget())
            self._app.focusChanged.connect(self._follow)
            self._limit.start()

    def release(self) -> None:
        """Give what was kept to whatever has the focus now, key by key."""
        held = self._stop()
        for event in held:
            focus = QApplication.focusWidget()
            if focus is not None:
                QApplication.sendEvent(focus, event)

    def drop(self) -> None:
        """Keep keys no more, and forget what was kept."""
        self._stop()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.ShortcutOverride:
            event.accept()  # no key is a command while it is kept
            return True
        if event.type() not in _KEYS or not isinstance(event, QKeyEvent):
            return False
        if event.type() is QEvent.Type.KeyPress:
            self._held.append(event.clone())
        return True

    def _follow(self, _before: QWidget | None, now: QWidget | None) -> None:
        self._listen(now)

    def _listen(self, widget: QWidget | None) -> None:
        if widget is not None and widget not in self._listening:
            widget.installEventFilter(self)
            self._listening.append(widget)

    def _stop(self) -> list[QKeyEvent]:
        self._limit.stop()
        if self._listening:
            self._app.focusChanged.disconnect(self._follow)
        for widget in self._listening:
            if shiboken6.isValid(widget):
                widget.removeEventFilter(self)
        self._listening.clear()
        held, self._held = self._held, []
        return held
