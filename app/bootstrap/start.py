"""From the command line to the first picture: the window is painted first, and the rest is loaded behind it."""

from __future__ import annotations

import gc
import sys
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication, QWidget

    from app.domain.startup_request import CommandLine


_PATIENCE = 0.5
"""Seconds to wait for the display: a window that starts hidden, or on another desktop, is never exposed."""


def _paint(qt: QApplication, window: QWidget) -> None:
    """Return once `window`, which was just shown, is painted.

    A turn of the event loop is not enough: the display answers a little later that the window is there to be seen.
    """
    deadline = time.monotonic() + _PATIENCE
    handle = window.windowHandle()
    qt.processEvents()
    while not handle.isExposed() and time.monotonic() < deadline:
        time.sleep(0.001)
        qt.processEvents()


def _read(arguments: Sequence[str]) -> CommandLine:
    """Read the command line; on Windows ask for what a window program lacks there: a console, and a restart."""
    from app.bootstrap.options import parse

    if sys.platform == "win32":
        import ctypes

        from app.bootstrap import windows
        from app.bootstrap.restart import command

        if windows.only_prints(arguments):
            windows.attach_console(ctypes.windll.kernel32)
    options = parse(arguments)
    if sys.platform == "win32":
        windows.register_restart(ctypes.windll.kernel32, command(options)[1:])
    return options


def start(arguments: Sequence[str]) -> int:
    """Open the window and run until it is closed, or hand over to the program that runs; return the exit status."""
    from app.bootstrap.import_blocker import without

    with without("typing_extensions"):
        import msgspec  # noqa: F401 - for all that imports it from here on

    options = _read(arguments)
    # One wish, however often it is handed over, and also where this start does it in the end.
    options = options._replace(arrival=options.arrival.named())
    if options.diagnose is not None:
        from app.bootstrap.diagnose import print_report

        return print_report(options)
    return _open_window(options)


def _open_window(options: CommandLine) -> int:
    """Open the window and run, unless a program that runs already does what is asked."""
    from app.bootstrap.display import must_have_display
    from app.bootstrap.import_blocker import plain_imports, without
    from app.bootstrap.instance import hand_over, is_running
    from app.bootstrap.options import data_folder

    folder = data_folder(options)
    if is_running(folder) and hand_over(folder, options.arrival):
        return 0
    must_have_display()
    gc.disable()  # a start leaves no garbage worth the search; run.py takes over

    with plain_imports():
        from app.bootstrap.application import make_application  # the first that imports PySide6

    from app.bootstrap.signals import note_signals
    from app.core.i18n import tr
    from app.ui.theme import dress
    from app.views.shell.main_window import Window

    qt = make_application(sys.argv[:1])
    dress(qt)
    window = Window()
    note_signals()
    window.show()
    # What is typed from now on waits for what the start was asked for.
    window.starting = window.gate.begin(tr("Starting…"), escapable=False)
    window.sidebar.show_place("drafts")
    _paint(qt, window)  # before the loop runs, so no task of ours can be frozen by it

    with without("ssl"):
        import asyncio  # noqa: F401 - as above

    from app.bootstrap.run import run

    return run(qt, window, options)
