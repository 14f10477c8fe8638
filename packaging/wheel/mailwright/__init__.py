"""What the wheel installs: the program, in the folder app/ here, and these two ways to start it.

A package `app` of its own in site-packages would stand in the way of everything else that is called so.
"""

from __future__ import annotations

import sys
from pathlib import Path


def _put_first() -> None:
    """Let `app` be found in this folder, whatever else is called so."""
    folder = str(Path(__file__).parent)
    sys.path[:] = [folder, *(path for path in sys.path if path != folder)]


def main() -> int:
    """Start the window, or the process that the first argument names; returns the exit status."""
    _put_first()
    from app.__main__ import main as start

    return start()


def sandbox() -> int:
    """Start the Exchange that is for trying, alone; returns the exit status."""
    _put_first()
    from app.sandbox.__main__ import main as start

    return start()
