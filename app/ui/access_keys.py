"""Alt and a letter belongs to access keys and commands, also where none answers: Qt's fields would type the letter.

On macOS, Option and a letter is a sign of its own; AltGr is not Alt anywhere.
"""

from __future__ import annotations

import sys

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent

_Modifier = Qt.KeyboardModifier


def is_access_key(event: QKeyEvent) -> bool:
    """Tell whether a field has to leave this key alone."""
    held = event.modifiers() & (_Modifier.AltModifier | _Modifier.ControlModifier)
    return held == _Modifier.AltModifier and event.text().isprintable() and sys.platform != "darwin"
