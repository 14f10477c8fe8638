"""The word at the foot of the window: what just happened, and the way back while there is one."""

from __future__ import annotations

import math
from collections.abc import Callable

from PySide6.QtCore import QTimer

from app.domain.i18n import ntr, tr
from app.domain.message import LocalId
from app.services.events import Event
from app.views.shell.view import Window

_STAYS = 6_000
"""Milliseconds that a word without a countdown stays."""


class Foot:
    """Says it, counts down where a send waits, and knows what Undo means now.

    `ticked` tells each second of the countdown, for all that counts with it; no clock runs without one.
    """

    def __init__(self, window: Window, now: Callable[[], float]) -> None:
        """Speak at the foot of `window`."""
        self._window = window
        self._now = now
        self._undo: Callable[[], None] | None = None
        self._until = 0.0
        self._held: tuple[LocalId, ...] = ()
        self._speaks = False
        self._kept_back = 0
        self.ticked: Event[None] = Event()
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
        """Say something for some seconds; `undo` is the way back. A send that waits can still be undone by its key."""
        if undo is not None or not self._held:
            self._undo = undo
        self._speaks = True
        self._window.say(words, tr("Undo") if undo is not None else "")
        self._leave.start()

    def keep_back(self, count: int) -> None:
        """Take down that so many of a batch never went, to be said with what became of the rest."""
        self._kept_back = count

    def count_down(self, held: tuple[LocalId, ...], until: float, undo: Callable[[], None]) -> None:
        """Say that these are sent at `until`, and count the seconds."""
        self._leave.stop()
        self._speaks = False
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

    def went(self, name: LocalId, *, back: bool) -> None:
        """Take down that a letter waits no more: taken back, or sent at once, by other means than ours."""
        if name not in self._held:
            return
        self._held = tuple(held for held in self._held if held != name)
        if self._held:
            self._say_count()
            return
        self._undo = None
        if back:
            self.clear()
        else:
            self._end_count()

    def clear(self) -> None:
        """Say nothing more."""
        self._leave.stop()
        self._held = ()
        self._speaks = False
        self._window.foot.hide()

    def _count(self) -> None:
        self._say_count()
        self.ticked.emit(None)

    def _say_count(self) -> None:
        left = math.ceil(self._until - self._now())
        if left <= 0:
            self._end_count()
        elif self._held and not self._speaks:
            one, many = tr("Sending in {s} s", s=left), tr("Sending {n} messages in {s} s", n=len(self._held), s=left)
            self._window.say(one if len(self._held) == 1 else many, tr("Undo"))

    def _end_count(self) -> None:
        self._tick.stop()
        if self._held:
            self._undo = None
            self._held = ()
        if not self._speaks and self._window.foot.isVisible():
            self._window.say(tr("Sending…"))
            self._leave.start()
