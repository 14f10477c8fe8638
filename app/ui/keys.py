"""Keys on widgets: actions, tooltips, hints of sequences.

Qt matches sequences by itself and does not report how far it is. So this module reads the keys where they are pressed,
and never takes one from its widget. The first is seen as a ShortcutOverride. While a sequence is under way Qt asks no
widget and swallows what does not match, so that the release of the second key shows its end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Final

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QApplication, QFrame, QGridLayout, QWidget

from app.commands.command import Command, Context, Handler
from app.core.i18n import tr
from app.ui import theme
from app.ui.widgets import Label, plain_tip

_TIP: Final = "keys_of"
"""The property of a widget whose tooltip names the keys of a command: the words, and the command's id."""


def bind(
    widget: QWidget,
    commands: Iterable[tuple[Command, Handler]],
    context: Context,
    attempt: Callable[[Command, Handler], None],
) -> None:
    """Give `widget` the commands of `context`. Their keys count while the focus is in it (or in its window).

    `attempt` does what a key asks for, or says why not (`Registry.attempt`).
    """
    where = (
        Qt.ShortcutContext.WindowShortcut
        if context is Context.WINDOW
        else Qt.ShortcutContext.WidgetWithChildrenShortcut
    )
    for command, handler in commands:
        if command.context is context:
            action = QAction(command.shown_title(), widget)
            action.setObjectName(command.id)
            action.setShortcuts([QKeySequence(keys) for keys in command.keys_here()])
            action.setShortcutContext(where)
            action.setAutoRepeat(command.repeats)
            action.triggered.connect(partial(_pressed, attempt, command, handler))
            widget.addAction(action)


def rebind(window: QWidget, commands: Iterable[tuple[Command, Handler]]) -> None:
    """Let everything that was bound in a window have the keys that `commands` say now."""
    now = {command.id: command for command, _ in commands}
    for action in window.findChildren(QAction):
        command = now.get(action.objectName())
        if command is not None:
            action.setShortcuts([QKeySequence(keys) for keys in command.keys_here()])
    show_tips(window, commands)


def put_tip(widget: QWidget, words: str, command: str, usual: str = "") -> None:
    """Give a widget a tooltip with the keys of a command, which `show_tips` brings up to date; `usual` until then."""
    widget.setProperty(_TIP, [words, command])
    widget.setToolTip(with_keys(words, usual))


def show_tips(window: QWidget, commands: Iterable[tuple[Command, Handler]]) -> None:
    """Let every tooltip in `window` that names keys name those that `commands` have now."""
    now = {command.id: command for command, _ in commands}
    for widget in (window, *window.findChildren(QWidget)):
        told = widget.property(_TIP)
        if told and told[1] in now:
            widget.setToolTip(tip(told[0], now[told[1]]))


def tip(words: str, command: Command) -> str:
    """Return a tooltip: words, and the first keys of a command, if it has any."""
    return with_keys(words, next(iter(command.keys_here()), ""))


def _pressed(attempt: Callable[[Command, Handler], None], command: Command, handler: Handler) -> None:
    attempt(command, handler)


def shown(command: Command) -> str:
    """Return a command's first keys as this desktop writes them, "" for none."""
    here = command.keys_here()
    return QKeySequence(here[0]).toString(QKeySequence.SequenceFormat.NativeText) if here else ""


def with_keys(words: str, keys: str) -> str:
    """Return a tooltip: words, and the keys that do the same."""
    native = QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText)
    return plain_tip(f"{words} ({native})" if native else words)


_STAYS = 6_000
"""Milliseconds after which the hint goes though no key came."""
_MODIFIERS = frozenset({Qt.Key.Key_Shift, Qt.Key.Key_Control, Qt.Key.Key_Alt, Qt.Key.Key_Meta, Qt.Key.Key_AltGr})


class KeyHints(QObject):
    """Watches some widgets of a window for sequences of `commands`, which are asked for at each key."""

    def __init__(self, window: QWidget, commands: Callable[[], Iterable[Command]]) -> None:
        super().__init__(window)
        self._window = window
        self._commands = commands
        self._typed: list[str] = []
        self.sheet = QFrame(window)
        self.sheet.setProperty("kind", "popup")
        self.sheet.hide()
        self._grid = QGridLayout(self.sheet)
        self._grid.setContentsMargins(18, 12, 18, 12)
        self._grid.setHorizontalSpacing(18)
        self._grid.setVerticalSpacing(6)
        self._over = QTimer(self)
        self._over.setSingleShot(True)
        self._over.setInterval(_STAYS)
        self._over.timeout.connect(self.end)
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.focusChanged.connect(self._moved)

    def watch(self, widget: QWidget) -> None:
        """Read along the keys pressed in a widget."""
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent):
            if event.type() is QEvent.Type.ShortcutOverride:
                self._read(event)
            elif event.type() is QEvent.Type.KeyRelease and self._typed and self._is_another(event):
                self.end()
        return False

    def _is_another(self, event: QKeyEvent) -> bool:
        """Return whether a key went up that is not the one by which the sequence began, nor held beside it."""
        return event.key() not in _MODIFIERS and _written(event) != self._typed[-1]

    def end(self) -> None:
        """Say nothing more."""
        self._over.stop()
        self._typed = []
        self.sheet.hide()

    def _moved(self, _before: QWidget | None, _now: QWidget | None) -> None:
        if self._typed:
            self.end()

    def _read(self, event: QKeyEvent) -> None:
        if event.key() in _MODIFIERS or event.isAutoRepeat():
            return
        typed = [*self._typed, _written(event)]
        following = self._following(typed)
        if not following:
            self.end()
            return
        self._typed = typed
        self._show(typed, following)
        self._over.start()

    def _following(self, typed: list[str]) -> list[tuple[str, str]]:
        """Return the keys that can come next, with what they do."""
        found = []
        for command in self._commands():
            for keys in command.keys_here():
                steps = keys.split(", ")
                if len(steps) > len(typed) and steps[: len(typed)] == typed:
                    found.append((" ".join(steps[len(typed) :]), command.shown_title()))
        return sorted(found)

    def _show(self, typed: list[str], following: list[tuple[str, str]]) -> None:
        while (item := self._grid.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        head = Label(tr("{keys}, then", keys=" ".join(typed)), self.sheet)
        head.setProperty("tone", "muted")
        self._grid.addWidget(head, 0, 0, 1, 2)
        for row, (keys, title) in enumerate(following, start=1):
            name = Label(keys, self.sheet)
            name.setFont(theme.font(semibold=True))
            self._grid.addWidget(name, row, 0)
            self._grid.addWidget(Label(title, self.sheet), row, 1)
        words = ", ".join(f"{keys}: {title}" for keys, title in following)
        self.sheet.setAccessibleName(tr("{keys}, then {words}", keys=" ".join(typed), words=words))
        self.sheet.show()
        self.sheet.adjustSize()
        self.sheet.move(24, self._window.height() - self.sheet.height() - 24)
        self.sheet.raise_()


def _written(event: QKeyEvent) -> str:
    return QKeySequence(event.keyCombination()).toString(QKeySequence.SequenceFormat.PortableText)
