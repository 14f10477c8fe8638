"""Says over a pane what becomes of the files that are dragged over it, while they are."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from app.ui import icons, theme
from app.ui.widgets import Label

_EDGE = 12


class DropHint(QFrame):
    """A sheet over its parent that takes no mouse: what is dropped goes to what lies below it."""

    def __init__(self, icon: str, words: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._pane = parent
        self.setProperty("kind", "drop")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAccessibleName(words)
        picture, label = Label(self), Label(words, self)
        icons.put(picture, icon, "accent", 32)
        label.setFont(theme.font(size=15, semibold=True))
        column = QVBoxLayout(self)
        column.addStretch(1)
        for part in (picture, label):
            part.setAlignment(Qt.AlignmentFlag.AlignCenter)
            column.addWidget(part)
        column.addStretch(1)
        self.hide()

    def show_over(self) -> None:
        """Show it over the whole of its parent."""
        self.setGeometry(self._pane.rect().adjusted(_EDGE, _EDGE, -_EDGE, -_EDGE))
        self.show()
        self.raise_()
