"""What a child process of the window does at its own end of the pipes: before all else, `take_pipes`."""

from __future__ import annotations

import os
import signal
import sys
import threading
import traceback
from typing import BinaryIO


def take_pipes() -> tuple[BinaryIO, BinaryIO]:
    """Return what the window writes and what it reads, for this process alone.

    Whatever prints (a library, a warning) goes to standard error from now on, and so does a defect, by its place
    alone. By number: a frozen program of Windows without a console has no sys.stdin, though the pipes are there.
    """
    # Ctrl+C in a terminal goes to the whole group: the window decides when this process ends.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    source, sink = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    sys.excepthook = lambda _kind, error, _trace: _tell(error)
    threading.excepthook = lambda told: _tell(told.exc_value)
    return source, sink


def place_of_defect(error: BaseException) -> str:
    """Return what went wrong and where, without the words of the exception: they may hold a part of a message."""
    frames = traceback.extract_tb(error.__traceback__)[-6:]
    places = " < ".join(f"{os.path.basename(frame.filename)}:{frame.lineno} {frame.name}" for frame in reversed(frames))  # noqa: PTH119 - a string, no file
    return f"{type(error).__name__} at {places}"


def _tell(error: BaseException | None) -> None:
    if error is not None:
        print(place_of_defect(error), file=sys.stderr)  # noqa: T201 - a child's only voice beside the pipe
