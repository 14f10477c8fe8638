"""A field that takes keys for what they are: it shows what is pressed, and nothing of it is done meanwhile.

Tab goes on and Escape goes back, as everywhere, so that nobody is caught here; both can be no command's keys.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QFocusEvent, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QLineEdit, QWidget

from app.core.i18n import tr

_MODIFIERS = frozenset({Qt.Key.Key_Shift, Qt.Key.Key_Control, Qt.Key.Key_Alt, Qt.Key.Key_Meta, Qt.Key.Key_AltGr})
_ON = frozenset({Qt.Key.Key_Tab, Qt.Key.Key_Backtab, Qt.Key.Key_Escape})
_MOST_STEPS = 2


class KeyField(QLineEdit):
    """`keys` is what was pressed, as commands write it; a second key makes a sequence, a third begins anew."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setReadOnly(True)
        self.setPlaceholderText(tr("Press the new keys"))
        self.setAccessibleName(tr("New keys"))
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self._steps: list[str] = []

    @property
    def keys(self) -> str:
        """Return the sequence, "" for none."""
        return ", ".join(self._steps)

    def forget(self) -> None:
        """Begin anew."""
        self._steps = []
        self.clear()

    def event(self, event: QEvent) -> bool:
        if event.type() is QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and event.key() not in _ON:
            event.accept()  # it is named here, and not done
            return True
        return super().event(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.forget()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in _MODIFIERS or event.isAutoRepeat():
            return
        if event.key() in _ON:
            event.ignore()
            return
        if len(self._steps) >= _MOST_STEPS:
            self._steps = []
        self._steps.append(QKeySequence(event.keyCombination()).toString(QKeySequence.SequenceFormat.PortableText))
        self.setText(QKeySequence(self.keys).toString(QKeySequence.SequenceFormat.NativeText))
