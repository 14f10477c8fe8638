"""The one place that builds and wires everything. The window is painted first; the rest is loaded behind it."""

from __future__ import annotations

import gc
import sys
from collections.abc import Sequence


def start(arguments: Sequence[str]) -> int:
    """Open the window and run until it is closed, or hand over to the program that runs; return the exit status."""
    from app.bootstrap.first_paint import paint
    from app.bootstrap.spare import without

    with without("typing_extensions"):
        import msgspec  # noqa: F401 - for all that imports it from here on

    from app.bootstrap.instance import hand_over, is_running
    from app.bootstrap.options import data_folder, parse
    from app.bootstrap.plain_pyside import plain_imports

    options = parse(arguments)
    folder = data_folder(options)
    if is_running(folder) and hand_over(folder, options.arrival):
        return 0
    gc.disable()  # a start leaves no garbage worth the search; collecting.py takes over

    with plain_imports():
        from app.bootstrap.open_events import make_application  # the first that imports PySide6

    from app.core.i18n import tr
    from app.ui.theme import dress
    from app.views.shell.main_window import Window

    qt = make_application(sys.argv[:1])
    dress(qt)
    window = Window()
    window.show()
    # What is typed from now on waits for what the start was asked for.
    window.starting = window.gate.begin(tr("Starting…"), escapable=False)
    window.rail.show_place("drafts")
    paint(qt, window)  # before the loop runs, so no task of ours can be frozen by it

    with without("ssl"):
        import asyncio  # noqa: F401 - as above

    from app.bootstrap.running import run

    return run(qt, window, options)
