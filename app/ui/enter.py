"""Enter does what a focused button says. Qt lets only Space press one outside a dialog, and a person expects both."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QPushButton, QToolButton, QWidget

_ENTER = {Qt.Key.Key_Return, Qt.Key.Key_Enter}
_PLAIN = {Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier}


def presses(window: QWidget, event: QKeyEvent) -> bool:
    """Press the button that has the focus in `window`, where a key that nobody else wanted is Enter; True then.

    A key that is held down presses once.
    """
    button = window.focusWidget()
    if (
        event.key() not in _ENTER
        or event.modifiers() not in _PLAIN
        or not isinstance(button, QPushButton | QToolButton)
    ):
        return False
    if not event.isAutoRepeat():
        button.click()
    return True
