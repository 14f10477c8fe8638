"""Garbage is collected on the window's thread alone.

Python's collector runs in whatever thread allocates last; where it finds a Qt object there, its destructor runs in that
thread, and Qt objects belong to theirs (seen: "Timers cannot be stopped from another thread", and worse). May go when
Shiboken hands destructors over to the right thread.
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, Qt, QTimer

_EVERY = 3_000
"""Milliseconds between two looks; a look that finds nothing to do costs microseconds."""
_YOUNG, _MIDDLE, _OLD = 2_000, 20, 20


class Collector(QObject):
    """Stands in for the automatic collector as long as it lives."""

    def __init__(self, parent: QObject) -> None:
        """Take over from Python's own; `parent` is of the window's thread."""
        super().__init__(parent)
        gc.disable()
        gc.freeze()  # what the start made lives to the end: no need to look at it again
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.VeryCoarseTimer)
        self._timer.setInterval(_EVERY)
        self._timer.timeout.connect(self.look)
        self._timer.start()

    def look(self) -> None:
        """Collect as much as is due."""
        young, middle, old = gc.get_count()
        if old >= _OLD:
            gc.collect(2)
        elif middle >= _MIDDLE:
            gc.collect(1)
        elif young >= _YOUNG:
            gc.collect(0)

    def end(self) -> None:
        """Give the collector back to Python."""
        self._timer.stop()
        gc.unfreeze()
        gc.enable()
