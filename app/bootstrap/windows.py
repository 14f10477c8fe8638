"""What a window program must ask of Windows by itself: to be started again, and a console to print in.

Written on Linux against a stand-in for kernel32, and not tried on Windows yet.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Sequence
from typing import Any, Final, TextIO

NO_CRASH, NO_HANG, NO_REBOOT = 1, 2, 8
"""RESTART_NO_*: after a crash, a hang and a reboot the person starts it; after an installer Windows does."""
_LONGEST: Final = 1024
"""Characters that Windows keeps (RESTART_MAX_CMD_LINE)."""
_PARENTS: Final = 0xFFFFFFFF
"""ATTACH_PARENT_PROCESS."""
_PRINTING: Final = ("--version", "--help", "--diagnose")


def register_restart(kernel32: Any, arguments: Sequence[str]) -> bool:
    """Ask to be started again with `arguments` after an installer has closed the program; return whether it will be.

    Source: RegisterApplicationRestart in Microsoft's documentation. Its first 60 seconds do not count.
    """
    line = subprocess.list2cmdline(arguments)
    if len(line) >= _LONGEST:
        return False
    # Zero is S_OK.
    return bool(kernel32.RegisterApplicationRestart(line, NO_CRASH | NO_HANG | NO_REBOOT) == 0)


def only_prints(arguments: Sequence[str]) -> bool:
    """Return whether the command line asks for words alone; argparse takes the beginning of an option for it."""
    return any(
        word == "-h" or (len(word) > len("--") and any(option.startswith(word) for option in _PRINTING))
        for word in arguments
    )


def attach_console(kernel32: Any, console: Callable[[], TextIO] | None = None) -> bool:
    """Print in the console that the program was started from; return whether there is one.

    A window program has no standard output of its own there; one that leads to a file or a pipe is kept.
    """
    if sys.stdout is not None and sys.stderr is not None:
        return False
    if not kernel32.AttachConsole(_PARENTS):
        return False
    opened = (console or _console)()
    sys.stdout = sys.stdout or opened
    sys.stderr = sys.stderr or opened
    return True


def _console() -> TextIO:
    return open("CONOUT$", "w", encoding="utf-8", buffering=1)  # noqa: PTH123 - a device, for the whole run
