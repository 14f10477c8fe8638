"""Keys at set times in the longest text of a window, and how long each takes until it is painted.

Two processes are given times that lie between each other's, so that both type in the same seconds and neither waits
for the other. A key comes as an event of Qt's, because only one window of a screen has those of the keyboard.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QMainWindow, QPlainTextEdit, QTextEdit

Editor = QTextEdit | QPlainTextEdit
_ALL_PAINTED = 2.0
"""Seconds after which a key that was not painted never is."""


def longest_text(window: QMainWindow) -> Editor:
    """Return the editor that is seen and has the most text."""
    found: list[Editor] = [*window.findChildren(QTextEdit), *window.findChildren(QPlainTextEdit)]
    return max((one for one in found if one.isVisible()), key=lambda one: one.document().characterCount())


class Typist(QObject):
    """Types `count` keys, one each `period` milliseconds from `due` on (monotonic nanoseconds), then tells `done`.

    `done` gets the kind of editor and, for each key, the milliseconds from when it was due, and from when it came, to
    the end of its paint.
    """

    def __init__(
        self,
        window: QMainWindow,
        due: int,
        period: int,
        count: int,
        done: Callable[[str, list[tuple[float, float]]], None],
    ) -> None:
        super().__init__(window)
        self._editor = longest_text(window)
        self._due, self._period, self._left, self._done = due, period * 1_000_000, count, done
        self._dice = random.Random(2)
        self._came = 0
        self._took: list[tuple[float, float]] = []
        middle = self._editor.textCursor()
        middle.setPosition(self._editor.document().characterCount() // 2)
        self._editor.setTextCursor(middle)
        self._editor.ensureCursorVisible()
        self._editor.viewport().installEventFilter(self)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._key)
        self._wait()

    def _wait(self) -> None:
        self._timer.start(max(0, (self._due - time.monotonic_ns()) // 1_000_000))

    def _key(self) -> None:
        now = time.monotonic_ns()
        if now < self._due:
            self._wait()  # a timer of milliseconds rings up to one too early
            return
        if self._came:
            assert now - self._came < _ALL_PAINTED * 1e9, "a key was never painted"
            self._timer.start(1)
            return
        if not self._left:
            self._editor.viewport().removeEventFilter(self)
            self._done(type(self._editor).__name__, self._took)
            return
        self._left -= 1
        self._came = now
        # Posted, as the window system's are: the loop hands over what was posted, and paints, before timers ring.
        sign = self._dice.choice(" aet")
        for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
            key = QKeyEvent(kind, ord(sign.upper()), Qt.KeyboardModifier.NoModifier, sign)
            QCoreApplication.postEvent(self._editor, key)
        self._timer.start(1)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is not QEvent.Type.Paint or not self._came:
            return False
        watched.removeEventFilter(self)
        QCoreApplication.sendEvent(watched, event)
        watched.installEventFilter(self)
        now = time.monotonic_ns()
        self._took.append(((now - self._due) / 1e6, (now - self._came) / 1e6))
        self._came = 0
        self._due += self._period
        return True
