"""Keeps what is typed between the key that asks for a letter and the letter's being there, and types it there.

A letter is on disk before it is on the screen, and one that lies on the server has to be fetched: keys pressed
meanwhile would fall on the list, where letters are commands.

It listens where the focus is, and not to the whole program: every event of every object would pass through Python, and
PySide6 would load every class that such an object could be (30 ms at the first letter).
"""

from __future__ import annotations

from collections.abc import Callable

import shiboken6
from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QAction, QFocusEvent, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QApplication, QWidget

_KEYS = frozenset({QEvent.Type.KeyPress, QEvent.Type.KeyRelease})
_MODIFIERS = frozenset(
    {Qt.Key.Key_Shift, Qt.Key.Key_Control, Qt.Key.Key_Alt, Qt.Key.Key_AltGr, Qt.Key.Key_Meta, Qt.Key.Key_CapsLock}
)

_ASKING = frozenset({Qt.Key.Key_Return, Qt.Key.Key_Enter})


class Wish:
    """A letter that was asked for. Escape before anything was typed, or a press of the mouse elsewhere, gives it up."""

    def __init__(self, given_up: Callable[[], None] | None = None) -> None:
        """`given_up` is told; without it, the wish stands whatever is pressed."""
        self.given_up = False
        self._told = given_up

    @property
    def can_be_given_up(self) -> bool:
        """Tell whether a press of a key may end it."""
        return self._told is not None

    def give_up(self) -> None:
        """Give it up, where that can be done."""
        if self._told is not None and not self.given_up:
            self.given_up = True
            self._told()


class TypeAhead(QObject):
    """Holds keys from `hold` until `release` or `drop` of the wish that was made last."""

    def __init__(self, app: QApplication, window: QWidget) -> None:
        """Hold keys of `window`, which has them where nothing in it has the focus."""
        super().__init__(window)
        self._app = app
        self._window = window
        self._wish: Wish | None = None
        self._listening: list[QWidget] = []
        self._held: list[QKeyEvent] = []
        self._giving = False
        self._limit = QTimer(self)
        self._limit.setSingleShot(True)
        self._limit.timeout.connect(self._end_wish)

    def hold(self, wish: Wish, longest: int = 0) -> None:
        """Keep keys from now on; after `longest` milliseconds (0: ever) they go where the focus is, whatever came."""
        self._wish = wish
        self._limit.stop()
        if longest:
            self._limit.start(longest)
        if not self._listening:
            self._listen(self._window)
            self._listen(QApplication.focusWidget())
            self._app.focusChanged.connect(self._follow)

    def release(self, wish: Wish) -> None:
        """Give what was kept to whatever has the focus now, key by key, as if it were pressed now."""
        if wish is self._wish:
            self._end_wish()

    def drop(self, wish: Wish) -> str:
        """Keep keys no more; return what was typed with them."""
        if wish is not self._wish:
            return ""
        self._wish = None
        return "".join(event.text() for event in self._stop() if event.text().isprintable())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if self._giving:
            return False
        if kind is QEvent.Type.ShortcutOverride:
            event.accept()  # no key is a command while it is kept
            return True
        if kind is QEvent.Type.FocusOut and isinstance(event, QFocusEvent):
            if event.reason() is Qt.FocusReason.MouseFocusReason and self._wish is not None:
                self._wish.give_up()
            return False
        if kind not in _KEYS or not isinstance(event, QKeyEvent):
            return False
        if kind is QEvent.Type.KeyPress:
            self._keep(event)
        return True

    def _keep(self, event: QKeyEvent) -> None:
        typed = {held.key() for held in self._held} - _MODIFIERS
        if event.isAutoRepeat() and event.key() not in typed:
            return  # still the key that asked for the letter
        if self._wish is not None and self._wish.can_be_given_up and not typed:
            if event.key() in _ASKING:
                return  # asked for once more
            if event.key() == Qt.Key.Key_Escape:
                self._wish.give_up()
                return
        self._held.append(event.clone())

    # --- giving -------------------------------------------------------------------------------------------------------

    def _end_wish(self) -> None:
        self._wish = None
        self._limit.stop()
        self._give()

    def _give(self) -> None:
        """Give key after key; after a command, the rest in the next turn of the loop: it may have moved the focus."""
        while self._held and self._wish is None:
            event = self._held.pop(0)
            focus = QApplication.focusWidget()
            if focus is None:
                continue
            self._giving = True
            action = _command_of(focus, event)
            if action is None:
                QApplication.sendEvent(focus, event)
            self._giving = False
            if action is not None:
                QTimer.singleShot(0, self, self._give)
                action.trigger()
                return
        if self._wish is None:
            self._stop()

    def _follow(self, _before: QWidget | None, now: QWidget | None) -> None:
        self._listen(now)

    def _listen(self, widget: QWidget | None) -> None:
        if widget is not None and widget not in self._listening:
            widget.installEventFilter(self)
            self._listening.append(widget)

    def _stop(self) -> list[QKeyEvent]:
        self._limit.stop()
        if self._listening:
            self._app.focusChanged.disconnect(self._follow)
        for widget in self._listening:
            if shiboken6.isValid(widget):
                widget.removeEventFilter(self)
        self._listening.clear()
        held, self._held = self._held, []
        return held


def _command_of(focus: QWidget, event: QKeyEvent) -> QAction | None:
    """Return the command that Qt would run for a key, had it come from the keyboard."""
    asked = QKeyEvent(QEvent.Type.ShortcutOverride, event.key(), event.modifiers(), event.text())
    asked.ignore()
    QApplication.sendEvent(focus, asked)
    if asked.isAccepted() or event.key() in _MODIFIERS:
        return None
    keys = QKeySequence(event.keyCombination())
    widget: QWidget | None = focus
    while widget is not None:
        for action in widget.actions():
            if action.isEnabled() and keys in action.shortcuts():
                return action
        widget = None if widget.isWindow() else widget.parentWidget()
    return None
