"""What a child process of the window does at its own end of the pipes."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from collections.abc import Iterator
from typing import BinaryIO

from app.core import defects, log


@contextlib.contextmanager
def pipes(name: str) -> Iterator[tuple[BinaryIO, BinaryIO]]:
    """Give what the window writes and what it reads, for this process alone; it logs meanwhile.

    Its log has the name that its parent gave it, `name` where it was started by hand.

    Whatever prints (a library, a warning) goes to standard error from now on; a defect is reported by its place alone.
    By number: a frozen program of Windows without a console has no sys.stdin, though the pipes are there.
    """
    # Ctrl+C in a terminal goes to the whole group: the window decides when this process ends.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    source, sink = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    defects.catch_all()
    end_log = log.begin(os.environ.get(log.NAME, name))
    try:
        yield source, sink
    finally:
        end_log()
