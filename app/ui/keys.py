"""Ties commands to widgets: an action per command and context, so that keys count only where they should."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

from app.commands.command import Command, Context, Handler

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
    return f"{words} ({native})" if native else words
