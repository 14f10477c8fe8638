"""Asks for the address of a link below the text: Enter puts it there, an empty one takes it off, Escape leaves it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QPushButton, QWidget

from app.core.i18n import tr
from app.ui.editor import deeds
from app.ui.editor.rich import RichEditor
from app.ui.label import Label


class LinkBar(QFrame):
    """One line. `closed` says that the text is to have the focus again."""

    closed = Signal()

    def __init__(self, editor: RichEditor, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._editor = editor
        self.setProperty("kind", "bar")
        self.setAccessibleName(tr("Link"))
        self.address = QLineEdit(self)
        self.address.setProperty("kind", "box")
        self.address.setAccessibleName(tr("Address of the link"))
        self.address.setPlaceholderText(tr("Address of the link"))
        self._told = Label(self)
        self._told.setProperty("tone", "bad")
        put = QPushButton(tr("Put link"), self)
        put.clicked.connect(lambda: self._put(self.address.text()))
        self._off = QPushButton(tr("Take link off"), self)
        self._off.setProperty("kind", "quiet")
        self._off.clicked.connect(lambda: self._put(""))
        line = QHBoxLayout(self)
        line.setContentsMargins(10, 6, 8, 6)
        line.addWidget(self.address, 1)
        line.addWidget(self._told)
        line.addWidget(put)
        line.addWidget(self._off)

    def open(self) -> None:
        """Show the bar with the link at the cursor in it."""
        here = deeds.link_here(self._editor)
        self._told.setText("")
        self.address.setText(here)
        self._off.setVisible(bool(here))
        self.show()
        self.address.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.address.selectAll()

    def _put(self, address: str) -> None:
        if deeds.put_link(self._editor, address):
            self.closed.emit()
        else:
            self._told.setText(tr("This is no address that a link can have."))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
        elif event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self._put(self.address.text())
        else:
            super().keyPressEvent(event)
