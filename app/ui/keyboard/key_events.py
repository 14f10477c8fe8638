"""What a key event means: what it goes to, which command it is, what it types. The gate asks it of keys that waited."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import shiboken6
from PySide6.QtCore import QEvent, QKeyCombination, Qt
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget

_Key = Qt.Key
ENTER: Final = frozenset({_Key.Key_Return, _Key.Key_Enter})
COMMANDING: Final = (
    Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.MetaModifier
)
"""Modifiers that make a chord of a key."""


def receiver_of_keys(windows: Iterable[QWidget]) -> QWidget | None:
    """Return what a key goes to now: a popup, what has the focus, or a window."""
    popup = QApplication.activePopupWidget()
    if popup is not None:
        inner: QWidget | None = popup.focusWidget()
        return popup if inner is None else inner
    focus: QWidget | None = QApplication.focusWidget()
    if focus is not None:
        return focus
    window: QWidget | None = QApplication.activeWindow()
    window = next(iter(windows), None) if window is None else window
    if window is None:
        return None
    inside: QWidget | None = window.focusWidget()
    return window if inside is None else inside


def press(widget: QWidget, event: QKeyEvent) -> None:
    """Press a key in a widget, and let it go: what waits for the release (a button) does its work too."""
    QApplication.sendEvent(widget, event)
    if shiboken6.isValid(widget):
        up = QKeyEvent(QEvent.Type.KeyRelease, event.key(), event.modifiers(), event.text())
        QApplication.sendEvent(widget, up)


def wants_for_itself(focus: QWidget, event: QKeyEvent) -> bool:
    """Ask a widget whether it takes a key before any command, as Qt does."""
    asked = QKeyEvent(QEvent.Type.ShortcutOverride, event.key(), event.modifiers(), event.text())
    asked.ignore()
    QApplication.sendEvent(focus, asked)
    return asked.isAccepted()


def command_of(focus: QWidget, typed: list[QKeyCombination], event: QKeyEvent) -> tuple[bool, QAction | None]:
    """Return whether a sequence of commands only began, and which command Qt would run if the key came by itself."""
    partly = False
    sequences = [_sequence(typed)]
    shift = Qt.KeyboardModifier.ShiftModifier
    if event.modifiers() & shift and _is_sign(event):
        # "#" is Shift+3 on many keyboards, and a command's key is "#": Qt tries it without Shift too.
        bare = QKeyCombination(event.modifiers() & ~shift, _Key(event.key()))
        sequences.append(_sequence([*typed[:-1], bare]))
    widget: QWidget | None = focus
    while widget is not None:
        for action in widget.actions():
            if not action.isEnabled():
                continue
            for keys in action.shortcuts():
                found = [one.matches(keys) for one in sequences]
                if QKeySequence.SequenceMatch.ExactMatch in found:
                    return False, action
                partly = partly or QKeySequence.SequenceMatch.PartialMatch in found
        widget = None if widget.isWindow() else widget.parentWidget()
    return partly, None


def _is_sign(event: QKeyEvent) -> bool:
    return not event.modifiers() & COMMANDING and event.text().isprintable() and not event.text().isalpha()


def _sequence(steps: list[QKeyCombination]) -> QKeySequence:
    return QKeySequence(*[step.toCombined() for step in steps[:4]])


def types_a_sign(event: QKeyEvent) -> bool:
    """Return whether a key types something though modifiers are held: AltGr is Ctrl and Alt on some systems."""
    both = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
    return bool(event.text()) and event.text().isprintable() and event.modifiers() & both in (both, type(both)(0))


def is_chord(event: QKeyEvent) -> bool:
    """Return whether a key with modifiers asks for something, and types nothing."""
    return bool(event.modifiers() & COMMANDING) and not types_a_sign(event)


def is_lost_on(focus: QWidget, event: QKeyEvent) -> bool:
    """Return whether a key types something that means nothing to a button: it was typed for something else."""
    return isinstance(focus, QAbstractButton) and types_a_sign(event) and bool(event.text().strip())


def with_key(text: str, event: QKeyEvent) -> str:
    """Return `text` as it is after a key, as an editor would have it; a chord ends the line: it led elsewhere."""
    if is_chord(event):
        return f"{text}\n" if text and not text.endswith("\n") else text
    if event.key() == _Key.Key_Backspace:
        return text[:-1]
    if event.key() in ENTER or event.key() == _Key.Key_Tab:
        return text + "\n"
    return text + event.text() if event.text().isprintable() else text


def shown_of(events: Iterable[QKeyEvent]) -> str:
    """Return what waits as a person reads it: text, and the names of keys that type none."""
    text = ""
    for event in events:
        if is_chord(event) or not (
            event.text().isprintable() or event.key() in {*ENTER, _Key.Key_Tab, _Key.Key_Backspace}
        ):
            name = QKeySequence(event.keyCombination()).toString(QKeySequence.SequenceFormat.NativeText)
            text += f" [{name}] "
        else:
            text = with_key(text, event)
    return text
