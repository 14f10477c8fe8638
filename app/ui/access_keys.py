"""Alt and a letter belongs to access keys and commands, also where none answers: Qt's fields would type the letter.

On macOS, Option and a letter is a sign of its own; AltGr is not Alt anywhere.
"""

from __future__ import annotations

import sys
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent

_ALT: Final = Qt.KeyboardModifier.AltModifier.value
_ALT_OR_CONTROL: Final = _ALT | Qt.KeyboardModifier.ControlModifier.value
_META: Final = Qt.KeyboardModifier.MetaModifier.value
"""Bare numbers: fields ask at every key, and Python's flags take ten times as long."""


def is_access_key(event: QKeyEvent) -> bool:
    """Tell whether a field has to leave this key alone."""
    held: int = event.modifiers().value & _ALT_OR_CONTROL
    return held == _ALT and event.text().isprintable() and sys.platform != "darwin"


def is_typed(event: QKeyEvent) -> bool:
    """Tell whether a key is a sign for a text, and no command: also with AltGr, which some systems call both."""
    held: int = event.modifiers().value & (_ALT_OR_CONTROL | _META)
    plain = held in {0, _ALT_OR_CONTROL} or (held == _ALT and sys.platform == "darwin")
    return plain and bool(event.text()) and event.text().isprintable()
