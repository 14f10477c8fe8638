"""What stands between the start and the first picture of the window, and nothing else."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication, QWidget

_PATIENCE = 0.5
"""Seconds to wait for the display: a window that starts hidden, or on another desktop, is never exposed."""


def paint(qt: QApplication, window: QWidget) -> None:
    """Return once `window`, which was just shown, is painted.

    A turn of the event loop is not enough: the display answers a little later that the window is there to be seen.
    """
    deadline = time.monotonic() + _PATIENCE
    handle = window.windowHandle()
    qt.processEvents()
    while not handle.isExposed() and time.monotonic() < deadline:
        time.sleep(0.001)
        qt.processEvents()
