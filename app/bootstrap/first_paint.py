"""What stands between the start and the first picture of the window, and nothing else."""

from __future__ import annotations

import builtins
import contextlib
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication, QWidget

_PATIENCE = 0.5
"""Seconds to wait for the display: a window that starts hidden, or on another desktop, is never exposed."""


@contextlib.contextmanager
def plain_imports() -> Iterator[None]:
    """Let Python's own import stay in force while PySide6 is imported.

    PySide6 replaces it by one that reads the source of every module that is imported afterwards, to learn whether
    `from __feature__ import …` may concern it (PYSIDE-2029). Nothing here uses such features, and the reading costs a
    tenth of the start and 7 MB. May go when PySide6 reads no sources any more.
    """
    plain = builtins.__import__
    try:
        yield
    finally:
        builtins.__import__ = plain


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
