"""Label, access keys, Enter on buttons, returning focus, screen reader: what the first picture needs.

Qt's own guesses whether a text is HTML, and then draws it: a subject, a name or a server's sentence could so bring
markup and pictures into the window.

On macOS, Option and a letter is a sign of its own; AltGr is not Alt anywhere.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Final

import shiboken6
from PySide6 import QtGui
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLabel, QPushButton, QToolButton, QWidget

from app.ui.keyboard.key_gate import Keeper


class Label(QLabel):
    """A QLabel that never reads markup."""

    def __init__(self, text: str | QWidget | None = None, parent: QWidget | None = None) -> None:
        words, owner = (text, parent) if isinstance(text, str) else ("", text if text is not None else parent)
        super().__init__(words, owner)
        self.setTextFormat(Qt.TextFormat.PlainText)


def plain_tip(words: str) -> str:
    """Return words for a tooltip so that they are shown as they are, also where Qt would take them for HTML.

    A name from outside in a tooltip would be drawn as HTML, and read the files that its pictures name.
    """
    if not QtGui.Qt.mightBeRichText(words):
        return words
    from html import escape  # its table of entities is large, and such a name is rare

    return f"<qt>{escape(words).replace(chr(10), '<br>')}</qt>"


def plain_caption(words: str) -> str:
    """Return words for a button or menu, in which an "&" is one."""
    return words.replace("&", "&&")


_ALT: Final = Qt.KeyboardModifier.AltModifier.value
_ALT_OR_CONTROL: Final = _ALT | Qt.KeyboardModifier.ControlModifier.value
_META: Final = Qt.KeyboardModifier.MetaModifier.value
"""Bare numbers: fields ask at every key, and Python's flags take ten times as long."""


def is_access_key(event: QKeyEvent) -> bool:
    """Return whether a field has to leave this key alone."""
    held: int = event.modifiers().value & _ALT_OR_CONTROL
    return held == _ALT and event.text().isprintable() and sys.platform != "darwin"


def is_typed(event: QKeyEvent) -> bool:
    """Return whether a key is a sign for a text, and no command: also with AltGr, which some systems call both."""
    held: int = event.modifiers().value & (_ALT_OR_CONTROL | _META)
    plain = held in {0, _ALT_OR_CONTROL} or (held == _ALT and sys.platform == "darwin")
    return plain and bool(event.text()) and event.text().isprintable()


_ENTER = {Qt.Key.Key_Return, Qt.Key.Key_Enter}
_PLAIN = {Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier}


def presses(window: QWidget, event: QKeyEvent) -> bool:
    """Press the button that has the focus in `window`, where the key is Enter and no widget used it; True then.

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


def say_aloud(widget: QWidget, words: str) -> None:
    """Let a screen reader say `words` of `widget`, which came without the focus moving there."""
    if not words:
        return
    from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent

    if QAccessible.isActive():
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(widget, words))


class FocusReturn:
    """Returns the focus from one sheet or bar. `elsewhere` puts it somewhere when its place is gone or hidden."""

    def __init__(self, owner: QWidget, elsewhere: Callable[[], None]) -> None:
        """Nothing is remembered yet."""
        self._owner, self._elsewhere = owner, elsewhere
        self._to: QWidget | None = None

    def remember(self) -> None:
        """Remember where the focus is, unless it is in the owner already."""
        focus: QWidget | None = self._owner.window().focusWidget()
        if isinstance(focus, Keeper) or focus is None:
            return  # keys are kept for something that comes: there is no way back to that
        if focus is not self._owner and not self._owner.isAncestorOf(focus):
            self._to = focus

    def go(self) -> None:
        """Put the focus back."""
        to, self._to = self._to, None
        if to is not None and shiboken6.isValid(to) and to.isVisible() and to.isEnabled():
            to.setFocus(Qt.FocusReason.PopupFocusReason)
        else:
            self._elsewhere()
