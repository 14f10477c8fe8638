"""Shows which keys wait and for what, in the status bar: every key that waits is visible."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QApplication, QMainWindow

from app.core.i18n import tr
from app.ui.bars import ActionBar
from app.ui.keyboard.key_gate import KeyGate

_LAST: Final = 48
"""Characters that are shown of what was typed: the last ones."""
_ABOVE: Final = 64
"""Pixels above the window's edge: the status bar stays readable."""
_STAYS: Final = 6_000
"""Milliseconds that a window without a bar of its own shows what found no place."""


class KeptKeys(QObject):
    """Shows in one window what its gate keeps, while that window has the focus."""

    def __init__(self, window: QMainWindow, gate: KeyGate) -> None:
        super().__init__(window)
        self._window, self._gate = window, gate
        self._bar: ActionBar | None = None
        self._leave = QTimer(self, singleShot=True, interval=_STAYS)
        self._leave.timeout.connect(self._hide)
        gate.waiting.connect(self._show)

    @property
    def words(self) -> str:
        """What is shown, nothing while no key is kept."""
        return self._bar.accessibleName() if self._bar is not None and self._bar.isVisible() else ""

    def remark(self, words: str) -> None:
        """Say something for a while where keys are shown that wait."""
        self._say(words)
        self._leave.start()

    def _show(self, words: str, typed: str) -> None:
        active = QApplication.activeWindow()
        if not words and not typed:
            self._hide()
        elif active is None or active is self._window:
            self._leave.stop()
            self._say(_with_typed(words, typed), tr("Stop"))

    def _say(self, words: str, action: str = "") -> None:
        if self._bar is None:
            self._bar = ActionBar(self._window)
            self._bar.action_wanted.connect(self._gate.give_up)
        self._bar.show_words(words, action)
        self._bar.move((self._window.width() - self._bar.width()) // 2, self._window.height() - _ABOVE - 48)

    def _hide(self) -> None:
        self._leave.stop()
        if self._bar is not None:
            self._bar.hide()


def _with_typed(words: str, typed: str) -> str:
    shown = typed.replace("\n", " ⏎ ")
    if len(shown) > _LAST:
        shown = f"…{shown[-_LAST:]}"
    return f"{words}  “{shown}”" if shown else words
