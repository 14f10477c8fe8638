"""The word at the foot of the window: what just happened, and the way back while there is one."""

from __future__ import annotations

import math
from collections.abc import Callable

from PySide6.QtCore import QTimer

from app.domain.i18n import ntr, tr
from app.domain.message import LocalId
from app.views.shell.view import Window

_STAYS = 6_000
"""Milliseconds that a word without a countdown stays."""


class Foot:
    """Says it, counts down where a send waits, and knows what Undo means now. Its clock runs only while it counts."""

    def __init__(self, window: Window, now: Callable[[], float]) -> None:
        """Speak at the foot of `window`."""
        self._window = window
        self._now = now
        self._undo: Callable[[], None] | None = None
        self._until = 0.0
        self._held: tuple[LocalId, ...] = ()
        self._kept_back = 0
        self.on_tick: Callable[[], None] = lambda: None
        self._tick = QTimer(window)
        self._tick.setInterval(1000)
        self._tick.timeout.connect(self._count)
        self._leave = QTimer(window)
        self._leave.setSingleShot(True)
        self._leave.setInterval(_STAYS)
        self._leave.timeout.connect(self.clear)
        window.foot.action_wanted.connect(self.undo)

    def can_undo(self) -> bool:
        """Tell whether there is something to take back."""
        return self._undo is not None

    def undo(self) -> None:
        """Take back what was said last."""
        undo, self._undo = self._undo, None
        self.clear()
        if undo is not None:
            undo()

    def say(self, words: str, undo: Callable[[], None] | None = None) -> None:
        """Say something for some seconds; `undo` is the way back."""
        self._tick.stop()
        self._held = ()
        self._undo = undo
        self._window.say(words, tr("Undo") if undo is not None else "")
        self._leave.start()

    def keep_back(self, count: int) -> None:
        """Take down that so many of a batch never went, to be said with what became of the rest."""
        self._kept_back = count

    def count_down(self, held: tuple[LocalId, ...], until: float, undo: Callable[[], None]) -> None:
        """Say that these are sent at `until`, and count the seconds."""
        self._leave.stop()
        self._held, self._until, self._undo = held, until, undo
        self._count()
        self._tick.start()

    def sent(self, names: tuple[LocalId, ...], failed: int) -> None:
        """Say what became of a batch, with those that never went."""
        failed, self._kept_back = failed + self._kept_back, 0
        if failed:
            sent = ntr("{n} sent", "{n} sent", len(names))
            bad = ntr("{n} needs attention", "{n} need attention", failed)
            self.say(f"{sent}, {bad}" if names else bad)
        elif names:
            self.say(ntr("Sent", "{n} messages sent", len(names)))

    def clear(self) -> None:
        """Say nothing more."""
        self._tick.stop()
        self._leave.stop()
        self._held = ()
        self._window.foot.hide()

    def _count(self) -> None:
        left = math.ceil(self._until - self._now())
        if left <= 0:
            self._undo = None
            self._tick.stop()
            self._window.say(tr("Sending…"))
            self._leave.start()
        else:
            one, many = tr("Sending in {s} s", s=left), tr("Sending {n} messages in {s} s", n=len(self._held), s=left)
            self._window.say(one if len(self._held) == 1 else many, tr("Undo"))
        self.on_tick()
