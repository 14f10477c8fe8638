"""The status bar of the window: what just happened, and Undo while it is possible."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from PySide6.QtCore import QTimer

from app.core.events import Event
from app.core.i18n import ntr, tr
from app.domain.message import LocalId
from app.services.outbox.undoing import UndoOffer, UndoStack
from app.ui.widgets import say_aloud
from app.views.shell.main_window import Window

_STAYS = 6_000
"""Milliseconds that words without a countdown stay, and a hint that stands alone."""
_HINTED = 3_000
"""Milliseconds that a hint stays beside other words."""
_NAMED = 2
"""So many of those that were not sent are named; more are walked through by key."""


class _Sending:
    """Messages that are sent together at `until`; those that have gone, or were taken back, are in it no more."""

    def __init__(self, names: tuple[LocalId, ...], until: float) -> None:
        self.names, self.until = names, until
        self.way: UndoOffer | None = None


class StatusBar:
    """Says it, counts down where a send waits, and knows what Undo means now.

    A hint, why a key did nothing, answers the person and has its own time: it stands beside whatever the program says
    meanwhile, also where the countdown ends or the message goes, until the person does something else that is answered.

    A screen reader hears what is new, once: a countdown when it begins, and not each second of it.

    `ticked` is emitted each second of the countdown, for all that counts with it; without one no timer runs.
    """

    def __init__(self, window: Window, now: Callable[[], float], undoing: UndoStack | None = None) -> None:
        """Show words in the status bar of `window`; `undoing` is the undo stack of the whole program."""
        self._window = window
        self._now = now
        self._undoing = undoing if undoing is not None else UndoStack()
        self._sendings: list[_Sending] = []
        self._speaks = False
        self._kept_back = 0
        self._stop: Callable[[], None] | None = None
        self.ticked: Event[None] = Event()
        self._tick = QTimer(window)
        self._tick.setInterval(1000)
        self._tick.timeout.connect(self._count)
        self._leave = QTimer(window)
        self._leave.setSingleShot(True)
        self._leave.setInterval(_STAYS)
        self._leave.timeout.connect(self.clear)
        self._words = self._action = self._hint = ""
        self._hinted = QTimer(window, singleShot=True)
        self._hinted.timeout.connect(self._end_hint)
        window.status_bar.action_wanted.connect(self._act)

    def _act(self) -> None:
        """Do what the button says: stop what the bar shows, or undo what was done last."""
        if self._stop is not None:
            self._stop()
        else:
            self.undo()

    def can_undo(self) -> bool:
        """Return whether there is something to take back."""
        return self._undoing.newest() is not None

    def undo(self) -> None:
        """Take back what was done last, and can be."""
        way = self._undoing.pop()
        for sending in self._sendings:
            if sending.way is way:
                sending.names = ()
        self._forget_hint()
        self.clear()
        if way is not None:
            way.back()

    def show_words(self, words: str, undo: Callable[[], None] | None = None) -> None:
        """Say something for some seconds; `undo` undoes it. What was done before can still be undone after it."""
        if undo is not None:
            self._undoing.push(undo, words)
        self._forget_hint()
        self._say(words, tr("Undo") if undo is not None else "")

    def hint(self, words: str) -> None:
        """Say why a key did nothing: beside what still goes on, a countdown or what can be stopped, and instead of
        what was done before.
        """
        if self._speaks and self._stop is None:
            self._speaks = False
            self._leave.stop()
            self._words = self._action = ""
        self._hint = words
        self._hinted.start(_HINTED if self._words or self._waiting() is not None else _STAYS)
        self._show_all()
        self._hear(words)

    def _hear(self, words: str) -> None:
        """Let a screen reader say it: the focus is elsewhere, and stays there."""
        say_aloud(self._window.status_bar, words)

    def _forget_hint(self) -> None:
        self._hinted.stop()
        self._hint = ""

    def _end_hint(self) -> None:
        self._hint = ""
        self._show_all()

    def _say(self, words: str, action: str) -> None:
        """Say for some seconds what was done or became of it, instead of the countdown."""
        self._speaks, self._stop = True, None
        self._words, self._action = words, action
        self._show_all()
        self._hear(f"{words}. {action}" if action else words)
        self._leave.start()

    def _show_all(self) -> None:
        """Show the hint, and beside it what is said or counted."""
        if self._waiting() is not None and not self._speaks:
            self._words, self._action = self._counted(), tr("Undo")
        said = [words for words in (self._hint, self._words) if words]
        if said:
            self._window.show_status("  ·  ".join(said), self._action)
        else:
            self._window.status_bar.hide()

    def offer(self, words: str, way: UndoOffer | None) -> None:
        """Say something for some seconds, with a way back that is known already: with Undo while it is the newest."""
        undoes = way is not None and self._undoing.newest() is way
        self._forget_hint()
        self._say(words, tr("Undo") if undoes else "")

    def busy(self, words: str, stop: Callable[[], None], action: str = "") -> None:
        """Say how far something is that takes its time, until something else is said; the button, on which `action`
        stands, stops it meanwhile.
        """
        self._leave.stop()
        begins = self._stop != stop
        self._speaks, self._stop = True, stop
        self._words, self._action = words, action or tr("Stop")
        self._show_all()
        if begins:
            self._hear(words)  # how far it is, is not said at each step

    def free(self, stop: Callable[[], None]) -> None:
        """Say no more how far that is which `stop` stops, unless something else was said since."""
        if self._stop == stop:
            self.clear()

    def keep_back(self, count: int) -> None:
        """Note that so many of a batch were never sent, to be said with what became of the rest."""
        self._kept_back = count

    def count_down(self, held: tuple[LocalId, ...], until: float, undo: Callable[[], None]) -> None:
        """Say that these are sent at `until`, and count the seconds."""
        self._leave.stop()
        self._speaks, self._stop = False, None
        sending = _Sending(held, until)
        sending.way = self._undoing.push(undo, still=lambda: bool(sending.names))
        self._sendings.append(sending)
        self._tick.start()
        self._count()
        if self._waiting() is not None:
            self._hear(f"{self._counted()}. {tr('Undo')}")

    def sent(self, names: tuple[LocalId, ...], failed: int, named: Sequence[str] = (), why: str = "") -> None:
        """Say what became of a batch, with those that never went. `named` are the subjects of the `failed`, and `why`
        is what is the matter, where there is but one.
        """
        failed, self._kept_back = failed + self._kept_back, 0
        if failed == 1 and why and not names:
            self._say(tr("“{subject}”: {why}", subject=named[0], why=why), "")
        elif failed:
            sent = ntr("{n} sent", "{n} sent", len(names))
            bad = ntr("{n} needs attention", "{n} need attention", failed)
            if failed == len(named) <= _NAMED:
                bad = tr("{words} ({names})", words=bad, names=", ".join(named))
            self._say(f"{sent}, {bad}" if names else bad, "")
        elif names:
            self._say(ntr("Sent", "{n} messages sent", len(names)), "")

    def went(self, name: LocalId, *, back: bool) -> None:
        """Note that a message waits no more: it was taken back, or sent at once, by other code."""
        sending = next((one for one in self._sendings if name in one.names), None)
        if sending is None:
            return
        sending.names = tuple(held for held in sending.names if held != name)
        if self._waiting() is not None:
            self._show_all()
        elif back:
            self._tick.stop()
            if not self._speaks:
                self.clear()
        else:
            self._end_count(gone=True)

    def clear(self) -> None:
        """Say nothing more but what waits."""
        self._leave.stop()
        self._speaks, self._stop = False, None
        self._words = self._action = ""
        if self._waiting() is None:
            self._tick.stop()
        self._show_all()

    def _waiting(self) -> _Sending | None:
        """Return what was sent last and still waits."""
        self._sendings = [one for one in self._sendings if one.names]
        return self._sendings[-1] if self._sendings else None

    def _count(self) -> None:
        counted = self._waiting() is not None
        for sending in self._sendings:
            if math.ceil(sending.until - self._now()) <= 0:
                sending.names = ()
        if self._waiting() is not None:
            self._show_all()
        else:
            self._end_count(gone=counted)
        self.ticked.emit(None)

    def _counted(self) -> str:
        waiting = self._sendings[-1]
        left, count = max(0, math.ceil(waiting.until - self._now())), len(waiting.names)
        return ntr("Sending in {s} s", "Sending {n} messages in {s} s", count, s=left)

    def _end_count(self, *, gone: bool) -> None:
        self._tick.stop()
        if gone and not self._speaks:
            self._words, self._action = tr("Sending…"), ""
            self._show_all()
            self._leave.start()
