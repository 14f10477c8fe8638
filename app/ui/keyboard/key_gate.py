"""The one gate through which every key of the program's windows goes, so that it lands where the person meant it.

A key belongs to what the person asked for when pressing it. Code that starts something that takes its time and changes
where keys go (a message is opened, sent or discarded; the program starts) takes a `Hold` at the key that asked for it,
before it awaits anything. While there is a hold, keys wait in one queue, in their order. They are given, commands
included, to whatever has the focus once the last hold is released. Where a hold fails, what was typed for it becomes
text that the person can take back; it is never run as commands, and only a pause in typing, Escape or a command of the
whole window ends that. See docs/decisions/keys.md.
"""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable
from typing import Final

import shiboken6
from PySide6.QtCore import QEvent, QKeyCombination, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent, QGuiApplication, QInputMethodEvent, QKeyEvent, QWindow
from PySide6.QtWidgets import QApplication, QWidget

from app.ui.keyboard.key_events import (
    COMMANDING,
    ENTER,
    command_of,
    is_chord,
    is_lost_on,
    press,
    receiver_of_keys,
    shown_of,
    wants_for_itself,
    with_key,
)

log = logging.getLogger(__name__)

_Key = Qt.Key
_MODIFIERS: Final = frozenset(
    {_Key.Key_Shift, _Key.Key_Control, _Key.Key_Alt, _Key.Key_AltGr, _Key.Key_Meta, _Key.Key_CapsLock, _Key.Key_NumLock}
)
_PRESSED: Final = frozenset({QEvent.Type.ShortcutOverride, QEvent.Type.KeyPress})
_SEEN_AFTER: Final = 60
"""Milliseconds after which a hold shows what is typed meanwhile: each key is to be answered within 100."""
_SAID_AFTER: Final = 400
"""Milliseconds after which a hold says what is awaited, and Escape gives it up: it was on the screen."""
_PAUSE: Final = 600
"""Milliseconds without a key after which a person has stopped typing."""
_AWAKE_WITHIN: Final = 300
"""Milliseconds that keys wait for their window to become the active one."""
_AT_A_TURN: Final = 40
"""Keys that are given in one turn of the event loop."""


class Hold:
    """One reason to keep keys. It ends once, by `release` or by `fail`; what comes later changes nothing."""

    def __init__(self, gate: KeyGate, words: str, stop: Callable[[], None] | None, *, escapable: bool) -> None:
        self._gate = gate
        self.words, self.stop, self.escapable = words, stop, escapable
        self.given_up = False
        self.active = True

    def release(self) -> None:
        """Let the keys go to what has the focus now: what they were kept for is there."""
        self._gate.end(self, failed=False)

    def fail(self, *, answers: bool = False) -> None:
        """Turn the keys into text: what they were kept for does not come.

        With `answers`, the focus has not moved, and a chord that comes before any text answers what is shown.
        """
        self._gate.end(self, failed=True, answers=answers)


class KeyGate(QObject):
    """Keeps the keys of all windows that it watches as long as there is a hold, and gives them afterwards."""

    waiting = Signal(str, str)
    """What is awaited, and what was typed since; two empty texts when nothing is."""
    returned = Signal(str)
    """All text that found no place and was not taken back yet, anew after each key."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._keepers: dict[QWidget, Keeper] = {}
        self._holds: list[Hold] = []
        self._queue: deque[QKeyEvent] = deque()
        self._begun: list[QKeyCombination] = []
        self._giving = self._in_turn = self._returning = self._chords_answer = self._captured = False
        self._ending = False
        self._since = self._last = self._given = self._opened = self._paused_for = 0.0
        self.rest = 0.0
        """Seconds for which the person had pressed nothing, and could have, before the key that is dealt with now."""
        self._asked_by: QKeyCombination | None = None
        self.text = ""
        """Text that found no place and was not taken back yet."""
        self._earlier = 0
        self._show = QTimer(self, singleShot=True)
        self._show.timeout.connect(self._show_waiting)
        self._shown = False
        self._waking: Hold | None = None
        self._stays_asleep = self._for_secret = False
        self._wakes = QTimer(self, singleShot=True, interval=_AWAKE_WITHIN)
        self._wakes.timeout.connect(self._give_to_sleeping)
        self._paused = QTimer(self, singleShot=True, interval=_PAUSE)
        self._paused.timeout.connect(self._end_returning)
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.focusChanged.connect(self._focus_moved)
            app.focusWindowChanged.connect(self._window_changed)

    def watch(self, window: QWidget) -> None:
        """Let the keys of a window that is shown go through the gate."""
        if window in self._keepers:
            return
        self._keepers[window] = Keeper(window, self)
        window.windowHandle().installEventFilter(self)
        window.destroyed.connect(lambda: self._keepers.pop(window, None))

    # --- holds --------------------------------------------------------------------------------------------------------

    def begin(self, words: str = "", stop: Callable[[], None] | None = None, *, escapable: bool = True) -> Hold:
        """Keep keys from now on.

        `words` say what is awaited. Escape gives an `escapable` hold up once they were said, and twice Escape where it
        comes in the middle of typing and no chord waits; one with `stop`, which is called then, also before, as long
        as nothing was typed, and so does a press of the mouse elsewhere.
        """
        hold = Hold(self, words, stop, escapable=escapable)
        self._end_returning()
        if not self._holds:
            self._since = time.monotonic()
            self._show.start(_SEEN_AFTER)
            self._for_secret = _takes_a_secret(QApplication.focusWidget())
            self._take_focus()
        self._holds.append(hold)
        return hold

    def end(self, hold: Hold, *, failed: bool, answers: bool = False) -> None:
        """End a hold; its own methods call this."""
        if not hold.active:
            return
        hold.active = False
        self._holds.remove(hold)
        if failed:
            self._begin_returning(pausing=True)
            self._chords_answer = answers and self._returning
        if not self._holds:
            self._opened = time.monotonic()
            self._stop_waiting()
            self._give_soon()

    def give_up(self) -> None:
        """Give up what is awaited, as Escape does: what was typed for it becomes text."""
        for hold in [one for one in self._holds if one.escapable]:
            if not hold.active:
                continue  # what was stopped before it ended this one too
            hold.given_up = True
            hold.active = False
            self._holds.remove(hold)
            if hold.stop is not None:
                hold.stop()
        if not self._holds:
            self._opened = time.monotonic()
            self._stop_waiting()
            self._begin_returning(pausing=False)
            self._give_soon()

    def abandon(self) -> None:
        """Turn all that waits into text, because the program ends: a command would begin what nothing finishes."""
        for hold in list(self._holds):
            hold.active = False
        self._holds.clear()
        self._stop_waiting()
        if self._queue:
            self._ending = True
            self._begin_returning(pausing=False)

    @property
    def is_open(self) -> bool:
        """Return whether a key goes straight to what has the focus."""
        return not (self._holds or self._queue or self._in_turn or self._begun or self._returning)

    def has_keys(self) -> bool:
        """Return whether keys wait."""
        return bool(self._queue)

    def waiting_text(self) -> str:
        """Return what waits as text: what becomes text until the person stops typing, and the keys of the queue.

        Nothing where a password was being typed.
        """
        if self._for_secret:
            return ""
        text = self.text[self._earlier :] if self._returning else ""
        for event in self._queue:
            text = with_key(text, event)
        return text

    def watches(self, window: QWidget | None) -> bool:
        """Return whether it is a window of the program's whose keys go through the gate; a dialog is none."""
        return window in self._keepers

    def since_key(self) -> float:
        """Return the seconds since the last key was pressed, as far as this process has seen."""
        return time.monotonic() - self._last

    def quiet_for(self) -> float:
        """Return the seconds since the last key was pressed, or came to where it was meant; 0 while keys wait for that.

        A person who has stopped typing may still see his words come, where the program is slow.
        """
        return 0.0 if self._queue or self._holds else time.monotonic() - max(self._last, self._given)

    def take_text(self) -> str:
        """Return the text that found no place, and forget it."""
        text, self.text = self.text, ""
        self._returning = False
        self._paused.stop()
        self.returned.emit("")
        return text

    def bring_back(self, text: str) -> None:
        """Show text that found no place in an earlier run."""
        self.text = "\n".join(part for part in (text, self.text) if part)
        self.returned.emit(self.text)

    def keep_text(self, text: str) -> None:
        """Keep what an input method made of several keys."""
        self._last = time.monotonic()
        self._keep(QKeyEvent(QEvent.Type.KeyPress, 0, Qt.KeyboardModifier.NoModifier, text))

    def mouse_went_elsewhere(self) -> None:
        """Give up what can be given up: the person clicked on something else."""
        if any(hold.stop is not None for hold in self._holds):
            self.give_up()

    # --- keys come in -------------------------------------------------------------------------------------------------

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if kind in _PRESSED and isinstance(watched, QWindow) and QGuiApplication.focusWindow() is None:
            self._wake(watched)
        if kind is QEvent.Type.ShortcutOverride:
            if self.is_open:
                return False
            event.accept()  # no key is a command while it is kept
            return True
        if kind is QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            if event.key() in _MODIFIERS:
                return False
            before, self._last = self._last, time.monotonic()
            self._paused_for = self._last - before
            if self.is_open:
                self.rest = self._last - max(before, self._opened)
                self._asked_by = event.keyCombination()
                _log_way("at once", QApplication.focusWidget())
                return False
            self._keep(event.clone())
            return True
        if kind is QEvent.Type.KeyRelease and isinstance(event, QKeyEvent):
            return not self.is_open and event.key() not in _MODIFIERS
        if kind is QEvent.Type.MouseButtonPress:
            self._end_returning()  # who clicks has seen what did not come, and chooses where the next keys go
        return False

    def _wake(self, window: QWindow) -> None:
        """Make a window active that is given keys though it is not, and keep them until it is.

        So it is on an X server without a window manager, where keys go to the window below the pointer. No widget of
        such a window has the focus as Qt sees it, and none of its commands can be run.
        """
        if self._waking is None and not self._stays_asleep:
            self._waking = Hold(self, "", None, escapable=False)
            self._since = time.monotonic()
            self._holds.append(self._waking)
            window.requestActivate()
            self._wakes.start()

    def _window_changed(self, window: QWindow | None) -> None:
        if window is not None:
            self._stays_asleep = False
            QTimer.singleShot(0, self, self._end_waking)  # its widget has the focus by then

    def _give_to_sleeping(self) -> None:
        self._stays_asleep = self._waking is not None
        self._end_waking()

    def _end_waking(self) -> None:
        hold, self._waking = self._waking, None
        self._wakes.stop()
        if hold is not None:
            hold.release()

    def _keep(self, event: QKeyEvent) -> None:
        if self._is_once_more(event):
            log.debug("a key is pressed once more, and counts once")
            return
        if event.key() == _Key.Key_Escape and self._escapes():
            self.give_up()
            return
        self._queue.append(event)
        if self._holds:
            if self._shown or time.monotonic() - self._since > _SEEN_AFTER / 1000:
                self._say_waiting()
        elif not self._in_turn:
            self._give()

    def _is_once_more(self, event: QKeyEvent) -> bool:
        """Return whether a key is the one that asked, held down or pressed by Enter's nervous finger once more."""
        if not self._holds or self._queue:
            return False
        if event.isAutoRepeat():
            return True
        opens = self._holds[-1].stop is not None and not event.modifiers() & COMMANDING
        return event.key() in ENTER and (opens or event.keyCombination() == self._asked_by)

    def _escapes(self) -> bool:
        """Return whether Escape gives up what is awaited.

        In the middle of typing it is one more key for what comes, until it is pressed twice. Behind a chord it stays
        one: the person has gone on to something else, a search or the next message, and leaves that.
        """
        if not any(hold.escapable for hold in self._holds):
            return False
        if self._queue and self._paused_for < _PAUSE / 1000:
            once = self._queue[-1].key() != _Key.Key_Escape
            if once or any(map(is_chord, self._queue)):
                return False
        return self._shown or (not self._queue and any(hold.stop is not None for hold in self._holds))

    # --- what is seen of it -------------------------------------------------------------------------------------------

    def _show_waiting(self) -> None:
        if not self._holds:
            return
        age = (time.monotonic() - self._since) * 1000
        if age < _SAID_AFTER - 1:
            self._show.start(int(_SAID_AFTER - age) + 1)
            if self._queue:
                self._say_waiting()
        else:
            self._shown = True
            self._say_waiting()

    def _say_waiting(self) -> None:
        words = next((hold.words for hold in reversed(self._holds) if hold.words), "")
        self.waiting.emit(words, shown_of(self._queue))

    def _stop_waiting(self) -> None:
        self._show.stop()
        self._shown = False
        self.waiting.emit("", "")

    # --- the focus meanwhile ------------------------------------------------------------------------------------------

    def _take_focus(self) -> None:
        """Let an input method write to us: what has the focus now may take none, or is going away."""
        window: QWidget | None = QApplication.activeWindow()
        window = next(iter(self._keepers), None) if window is None else window
        keeper = None if window is None else self._keepers.get(window)
        if keeper is not None and not keeper.hasFocus():
            keeper.take_focus_from(QApplication.focusWidget())

    def _focus_moved(self, _before: QWidget | None, now: QWidget | None) -> None:
        """Let input methods write to us also where something without text takes the focus: it has it afterwards."""
        if not self._holds or now is None or isinstance(now, Keeper):
            return
        keeper = self._keepers.get(now.window())
        if keeper is not None and not now.testAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled):
            keeper.take_focus_from(now)

    def holds_focus(self) -> bool:
        """Return whether the gate keeps the focus, because the widget that had it is about to go or to come."""
        return isinstance(QApplication.focusWidget(), Keeper)

    def _return_focus(self) -> None:
        """Give the focus back to what had it, in every window where nothing else took it meanwhile."""
        for keeper in self._keepers.values():
            keeper.return_focus()

    # --- keys go out --------------------------------------------------------------------------------------------------

    def _give_soon(self) -> None:
        if not self._in_turn:
            self._return_focus()
            self._give()

    def _give(self) -> None:
        """Give key after key; after a command, the rest in the next turn of the loop: it may have moved the focus."""
        if self._giving:
            return
        self._in_turn = False
        given = 0
        while self._queue and not self._holds:
            event = self._queue.popleft()
            given += 1
            self._giving = True
            try:
                was_command = self._return_key(event) if self._returning else self._deliver(event)
            finally:
                self._giving = False
            if was_command or given >= _AT_A_TURN:
                self._in_turn = True
                QTimer.singleShot(0, self, self._give)
                return

    def _deliver(self, event: QKeyEvent) -> bool:
        """Give one key to what has the focus, as if it were pressed now; return whether it was a command."""
        self.rest, self._opened = 0.0, time.monotonic()
        self._given = self._opened
        focus = receiver_of_keys(self._keepers)
        _log_way("after it waited", focus)
        if focus is None:
            return self._return_from(event)
        if not self._begun and wants_for_itself(focus, event):
            press(focus, event)
            return False
        typed = [*self._begun, event.keyCombination()]
        partly, action = command_of(focus, typed, event)
        if partly:
            self._begun = typed
            return False
        begun, self._begun = self._begun, []
        if action is not None:
            if not event.isAutoRepeat() or action.autoRepeat():
                action.trigger()
            return True
        if not begun:
            if is_lost_on(focus, event):
                return self._return_from(event)
            press(focus, event)
        return False

    # --- what finds no place ------------------------------------------------------------------------------------------

    def _return_from(self, event: QKeyEvent) -> bool:
        """Make text of a key and of those behind it; nothing of them was a command."""
        self._queue.appendleft(event)
        self._begin_returning(pausing=True)
        return False

    def _begin_returning(self, *, pausing: bool) -> None:
        """Make text of what is kept, and with `pausing` of what is typed until the person stops."""
        queue, self._queue = self._queue, deque()
        self._begun = []
        self._captured = False
        if self.text and not self.text.endswith("\n"):
            self.text += "\n"
        self._earlier = len(self.text)
        self._returning = True
        while queue and self._returning:
            if self._return_key(queue.popleft()):
                break
        self._queue = queue
        if pausing and self._returning:
            self._paused.start()
        else:
            self._end_returning()

    def _return_key(self, event: QKeyEvent) -> bool:
        """Make text of one key; True where it was a command of the whole window, which ends this and is run."""
        window = None if self._ending else QApplication.activeWindow()
        function = _Key.Key_F1 <= event.key() <= _Key.Key_F35
        chord = function or is_chord(event)
        reacts = event.key() == _Key.Key_Escape and self._paused.isActive()
        if not self._captured and (reacts or (chord and self._chords_answer)):
            self._end_returning()
            return self._deliver(event)
        if window is not None and chord:
            action = command_of(window, [event.keyCombination()], event)[1]
            if action is not None:
                self._end_returning()
                action.trigger()
                return True
        if reacts and not self._queue:
            self._end_returning()
            return False
        self._captured = True
        # Backspace takes nothing away that was there before.
        self.text = self.text[: self._earlier] + with_key(self.text[self._earlier :], event)
        if self._paused.isActive():
            self._paused.start()
        self.returned.emit(self.text)
        return False

    def _end_returning(self) -> None:
        if self._returning:
            self._returning = self._chords_answer = False
            self._paused.stop()
            self.text = self.text.rstrip("\n") if self.text.strip() else ""
            self.returned.emit(self.text)


class Keeper(QWidget):
    """Has the focus of a window while keys are kept, so that dead keys and input methods find a place to write to."""

    def __init__(self, window: QWidget, gate: KeyGate) -> None:
        super().__init__(window)
        self._gate = gate
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setGeometry(-1, -1, 1, 1)
        self._before: QWidget | None = None
        self.show()

    def take_focus_from(self, before: QWidget | None) -> None:
        """Take the focus of the window from what has it now."""
        self._before = before
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def return_focus(self) -> None:
        """Give the focus back to what had it, or to what the window has for that; nothing where another took it."""
        before, self._before = self._before, None
        if self.window().focusWidget() is not self:
            return
        if before is not None and shiboken6.isValid(before) and before.isVisible() and before.isEnabled():
            before.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            rest = getattr(self.window(), "rest_focus", None)
            if rest is not None:
                rest()

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        if event.commitString():
            self._gate.keep_text(event.commitString())
        event.accept()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        if event.reason() is Qt.FocusReason.MouseFocusReason:
            self._gate.mouse_went_elsewhere()
        super().focusOutEvent(event)


def _takes_a_secret(focus: QWidget | None) -> bool:
    return focus is not None and bool(focus.inputMethodHints() & Qt.InputMethodHint.ImhHiddenText)


def _log_way(when: str, to: QWidget | None) -> None:
    """Log what kind of widget a key goes to, and never which key it is."""
    if log.isEnabledFor(logging.DEBUG):
        log.debug("a key goes %s to %s", when, type(to).__name__)
