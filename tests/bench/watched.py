"""What is measured, with a watch on it: the program itself, or a bare PySide6 window with a text editor.

    python -m tests.bench.watched program [options of the program]
    python -m tests.bench.watched bare [FILE]          with FILE, a QTextEdit that holds its text

Both say on standard output, with the monotonic clock in nanoseconds: `painted`, once the first picture of the window
was handed to the display; `ready`, once a field for text has the focus, was painted, and the event loop came round;
`key`, once a key arrived in that field; with MAILWRIGHT_BENCH_UPLOADS set, `attached`, once the engine has answered for
an upload. On standard input they take `beat NAME` (a heartbeat is watched from now on, under this name), `state` and
`report`, and `keys DUE PERIOD COUNT` (`typist.py`). The watch lies around the program; nothing in it knows of that.
"""

from __future__ import annotations

import os
import sys


def bare(*texts: str) -> int:
    """Open a window with a text editor, and nothing else."""
    from PySide6.QtGui import QShowEvent
    from PySide6.QtWidgets import QApplication, QMainWindow, QPlainTextEdit, QTextEdit

    from tests.bench.watch import watch

    class BareWindow(QMainWindow):
        def showEvent(self, event: QShowEvent) -> None:
            super().showEvent(event)
            watch(self)

    qt = QApplication(sys.argv[:1])
    window = BareWindow()
    window.resize(1240, 800)
    editor = QTextEdit(window) if texts else QPlainTextEdit(window)
    for text in texts:
        with open(text, encoding="utf-8") as written:  # noqa: PTH123 - without pathlib: the start is measured
            editor.setPlainText(written.read())
    window.setCentralWidget(editor)
    editor.setFocus()
    window.show()
    return qt.exec()


def program(arguments: list[str]) -> int:
    """Start Mailwright as its own command does, in a window that is watched."""
    from app.bootstrap.import_blocker import plain_imports

    with plain_imports():
        from PySide6.QtGui import QShowEvent

    from app.views.shell import main_window
    from tests.bench.watch import watch

    class WatchedWindow(main_window.Window):
        def showEvent(self, event: QShowEvent) -> None:
            super().showEvent(event)
            watch(self)

    main_window.Window = WatchedWindow  # type: ignore[misc]  # the program asks this module for it
    if os.environ.get("MAILWRIGHT_BENCH_UPLOADS"):
        _watch_uploads()
    from app.__main__ import main

    sys.argv = ["mailwright", *arguments]
    return main()


def _watch_uploads() -> None:
    """Say when the engine has answered for an upload."""
    from app.engine import protocol
    from app.engine.link import Link
    from tests.bench.watch import say

    resolve = Link._resolve

    def watched(self: Link, request_id: int, end: protocol.End) -> None:
        resolve(self, request_id, end)
        if isinstance(end, protocol.Answered) and end.operation == "attach":
            say("attached")

    Link._resolve = watched  # type: ignore[method-assign]


if __name__ == "__main__":
    what, *rest = sys.argv[1:]
    sys.exit(bare(*rest) if what == "bare" else program(rest))
