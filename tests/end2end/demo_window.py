"""A window that is not the program, for showing that the hands and eyes of these tests work before they judge it."""

from __future__ import annotations

import sys

from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPlainTextEdit, QVBoxLayout, QWidget


def main() -> int:
    """Show a line, a text and a label that says what came."""
    app = QApplication(sys.argv)
    window = QWidget()
    window.setWindowTitle("Demonstration")
    line, text, said = QLineEdit(), QPlainTextEdit(), QLabel("nothing yet")
    line.setAccessibleName("Line")
    text.setAccessibleName("Text")
    text.setTabChangesFocus(True)
    text.textChanged.connect(lambda: said.setText(f"{text.document().characterCount() - 1} characters"))
    column = QVBoxLayout(window)
    for widget in (line, text, said):
        column.addWidget(widget)
    for keys in ("Ctrl+Return", "Ctrl+Shift+P", "F8", "Alt+Shift+S"):
        shortcut = QShortcut(QKeySequence(keys), window)
        shortcut.activated.connect(lambda keys=keys: said.setText(f"pressed {keys}"))
    window.resize(600, 400)
    window.show()
    return app.exec()


if __name__ == "__main__":
    sys.exit(main())
