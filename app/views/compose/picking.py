"""The one list of a letter's pane from which things are chosen by typing; made when it is first wanted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

if TYPE_CHECKING:
    from app.ui.picker import Picker


class Picking:
    """Holds the list of a pane."""

    def __init__(self, pane: QWidget) -> None:
        """Nothing is made yet."""
        self._pane = pane
        self._picker: Picker | None = None

    @property
    def is_open(self) -> bool:
        """Tell whether something is being chosen."""
        return self._picker is not None and self._picker.isVisible()

    @property
    def picker(self) -> Picker:
        """Return the list."""
        if self._picker is None:
            from app.ui.picker import Picker

            self._picker = Picker(self._pane, self._focus_pane)
        return self._picker

    def _focus_pane(self) -> None:
        focus_best = getattr(self._pane, "focus_best", None)
        if focus_best is not None:
            focus_best()
