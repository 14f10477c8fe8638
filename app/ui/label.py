"""A label that shows what it is given, letter by letter.

Qt's own guesses whether a text is HTML, and then draws it: a subject, a name or a server's sentence could so bring
markup and pictures into the window.
"""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget


class Label(QLabel):
    """A QLabel that never reads markup."""

    def __init__(self, text: str | QWidget | None = None, parent: QWidget | None = None) -> None:
        words, owner = (text, parent) if isinstance(text, str) else ("", text if text is not None else parent)
        super().__init__(words, owner)
        self.setTextFormat(Qt.TextFormat.PlainText)
