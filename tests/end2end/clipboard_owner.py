"""Owns the clipboard for a test: another program from which something was copied, however large it is.

The text comes as UTF-8 on standard input, with surrogates passed through as they are; "ready" is printed when it can
be pasted. The process must live until it was: on X11 the owner hands it over.
"""

from __future__ import annotations

import sys

from PySide6.QtCore import QMimeData, QTimer
from PySide6.QtWidgets import QApplication, QWidget


def main() -> int:
    """Take the clipboard and keep it."""
    app = QApplication(sys.argv)
    holder = QWidget()
    holder.winId()
    data = QMimeData()
    data.setData("text/plain;charset=utf-8", sys.stdin.buffer.read())

    def take() -> None:
        app.clipboard().setMimeData(data)
        sys.stdout.write("ready\n")
        sys.stdout.flush()

    QTimer.singleShot(0, take)
    return app.exec()


if __name__ == "__main__":
    sys.exit(main())
