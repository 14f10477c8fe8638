"""Says to a screen reader what appeared on the screen. QAccessible is large, and is loaded when something is said."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget


def say_aloud(widget: QWidget, words: str) -> None:
    """Let a screen reader say `words` of `widget`, which came without the focus moving there."""
    if not words:
        return
    from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent

    if QAccessible.isActive():
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(widget, words))
