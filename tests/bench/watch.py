"""The watch on a window: when it was painted, when a field in it takes keys, and how late its heartbeat comes."""

from __future__ import annotations

import json
import os
import time
from typing import Any

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QSocketNotifier, Qt, QTimer
from PySide6.QtWidgets import QApplication, QMainWindow, QPlainTextEdit, QTableView, QTextEdit, QWidget

BEAT = 5
"""Milliseconds from one heartbeat to the next."""


def say(word: str, what: str = "") -> None:
    """Say one line; `what` is the time of now unless given."""
    os.write(1, f"{word} {what or time.monotonic_ns()}\n".encode())


class FirstPaint(QObject):
    """Passes the events that draw a window on to it, and says when the first of them is done."""

    def __init__(self, window: QMainWindow) -> None:
        """Watch `window`, which has a handle and was not exposed yet."""
        super().__init__(window)
        self._handle = window.windowHandle()
        self._handle.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is not QEvent.Type.Paint or not self._handle.isExposed():
            return False
        self._handle.removeEventFilter(self)
        QCoreApplication.sendEvent(watched, event)
        say("painted")
        return True


class Field(QObject):
    """Watches the field for text that has the focus."""

    def __init__(self, window: QMainWindow) -> None:
        """Wait until a field takes the focus."""
        super().__init__(window)
        self._field: QWidget | None = None
        self._is_ready = False
        qt = QApplication.instance()
        assert isinstance(qt, QApplication)
        qt.focusChanged.connect(self._moved)

    def _moved(self, _before: QWidget | None, now: QWidget | None) -> None:
        if self._field is not None:
            self._field.removeEventFilter(self)
        self._field = now if now is not None and _takes_text(now) else None
        self._is_ready = False
        if self._field is not None:
            self._field.installEventFilter(self)
            self._field.update()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.Paint and not self._is_ready:
            self._is_ready = True
            QTimer.singleShot(0, lambda: say("ready"))
        elif event.type() is QEvent.Type.KeyPress:
            say("key")
        return False


def _takes_text(widget: QWidget) -> bool:
    if isinstance(widget, QPlainTextEdit) or type(widget) is QTextEdit:
        return True
    above: QObject | None = widget
    while above is not None:
        if type(above).__name__ == "ComposeView":
            return True
        above = above.parent()
    return False


class Heart(QObject):
    """A timer that should come every 5 ms: by how many milliseconds it came late, and how much the thread worked."""

    def __init__(self, window: QMainWindow) -> None:
        """Beat in the thread of `window`, from the first `beat` on."""
        super().__init__(window)
        self._window = window
        self._late: dict[str, list[float]] = {}
        self._worked: dict[str, list[float]] = {}
        self._name = ""
        self._last = self._last_worked = 0
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(BEAT)
        self._timer.timeout.connect(self._beat)
        self._orders = QSocketNotifier(0, QSocketNotifier.Type.Read, self)
        self._orders.activated.connect(self._ordered)

    def _beat(self) -> None:
        now, worked = time.perf_counter_ns(), time.thread_time_ns()
        self._late[self._name].append(max(0.0, (now - self._last) / 1e6 - BEAT))
        self._worked[self._name].append((worked - self._last_worked) / 1e6)
        self._last, self._last_worked = now, worked

    def _ordered(self) -> None:
        said = os.read(0, 4096).decode()
        if not said:
            self._orders.setEnabled(False)
        for line in said.splitlines():
            order, _, name = line.partition(" ")
            if order == "beat":
                self._name = name
                self._late.setdefault(name, [])
                self._worked.setdefault(name, [])
                self._last, self._last_worked = time.perf_counter_ns(), time.thread_time_ns()
                self._timer.start()
            elif order == "report":
                self._timer.stop()
                say("report", json.dumps(self._late))
            elif order == "work":
                say("work", json.dumps(self._worked))
            elif order == "state":
                rows = {
                    view.accessibleName(): view.model().rowCount() for view in self._window.findChildren(QTableView)
                }
                say("state", json.dumps(rows))
            elif order == "subjects":
                say("subjects", json.dumps(_subjects(self._list(name))))
            elif order == "place":
                say("place", json.dumps(_place(self._list(name))))
            elif order == "keys":
                from tests.bench.typist import Typist  # not at the start, which is measured too

                due, period, count = map(int, name.split())
                Typist(self._window, due, period, count, lambda where, took: say("keys", json.dumps([where, took])))

    def _list(self, name: str) -> Any:
        return next(view for view in self._window.findChildren(QTableView) if view.accessibleName() == name)


def _subjects(view: Any) -> list[str | None]:
    """Return what the rows of a list are about; None for one that is still read, which this begins."""
    model = view.model()
    rows = [model.row(number) for number in range(model.rowCount())]
    return [None if row is None else row.subject for row in rows]


def _place(view: Any) -> tuple[str, int]:
    """Return the subject of the current row, and how far below the top of the list it is seen, in pixels."""
    row = view.model().row(view.current_number())
    return "" if row is None else row.subject, view.rowViewportPosition(view.current_number())


def watch(window: QMainWindow) -> None:
    """Watch a window that is about to be seen for the first time."""
    if window.findChild(Heart) is None:
        FirstPaint(window)
        Field(window)
        Heart(window)
