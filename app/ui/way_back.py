"""Gives the focus back to where it was when something that lay over the window goes: to what is still there."""

from __future__ import annotations

from collections.abc import Callable

import shiboken6
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from app.ui.key_gate import Keeper


class WayBack:
    """Of one sheet or bar. `elsewhere` puts the focus somewhere when the place it came from is gone or hidden."""

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
        """Go back."""
        to, self._to = self._to, None
        if to is not None and shiboken6.isValid(to) and to.isVisible() and to.isEnabled():
            to.setFocus(Qt.FocusReason.PopupFocusReason)
        else:
            self._elsewhere()
