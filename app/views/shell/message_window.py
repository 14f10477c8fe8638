"""A window with one message in it, beside the main one. What can be done with the message can be done here."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSize
from PySide6.QtGui import QCloseEvent, QKeyEvent, QShowEvent
from PySide6.QtWidgets import QMainWindow, QWidget

from app.commands.command import Command, Context, Handler, Registry
from app.core.i18n import tr
from app.ui import icons, keys, widgets
from app.ui.chooser import CommandPalette
from app.ui.keyboard.kept_keys import KeptKeys
from app.ui.keyboard.key_gate import KeyGate

_SIZE = QSize(760, 640)
_OFFERED = frozenset({Context.WINDOW, Context.COMPOSE, Context.RECIPIENTS})
_OWN = frozenset({"window.palette", "pane.next", "pane.previous", "window.quit"})
"""What means something else in a window of one message, or belongs to the main window alone."""


class MessageWindow(QMainWindow):
    """Holds a message's pane; `on_close` is asked when the person closes the window, and ends the message's stay."""

    def __init__(self, message: QWidget, registry: Registry, gate: KeyGate, on_close: Callable[[], None]) -> None:
        super().__init__()
        self._gate = gate
        self.kept_keys = KeptKeys(self, gate)
        self._registry = registry
        self._on_close = on_close
        self._palette: CommandPalette | None = None
        self._gone = False
        self.setWindowIcon(icons.program_icon())
        self.setCentralWidget(message)
        self.resize(_SIZE.boundedTo(self.screen().availableSize()))
        self.setMinimumSize(420, 320)
        keys.bind(self, self._everywhere(), Context.WINDOW, registry.attempt)
        self.name("")

    def name(self, subject: str) -> None:
        """Say in the title whose message it is."""
        words = subject.strip() or tr("New message")
        self.setWindowTitle(f"{words.replace('[*]', '[*][*]')} – Mailwright")  # Qt's mark of what is not saved
        self.setAccessibleName(words)

    def message(self) -> QWidget | None:
        """Return the message's pane, None once it was given back."""
        return self.centralWidget()

    def give_back(self) -> QWidget | None:
        """Return the message's pane for another window. What is left is to be closed."""
        self._gone = True
        return self.takeCentralWidget()

    def go(self) -> None:
        """Close for good, without asking."""
        self._gone = True
        self.close()
        self.deleteLater()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter that no widget used presses a focused button."""
        if not widgets.presses(self, event):
            super().keyPressEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._gate.watch(self)

    def rest_focus(self) -> None:
        """Put the focus in the message: where it came from is gone."""
        message = self.message()
        if message is not None:
            message.setFocus()

    def redress(self) -> None:
        """Draw everything in the scheme of now."""
        icons.redress_within(self)

    def open_palette(self) -> None:
        """Open the command palette over this window."""
        if self._palette is None:
            self._palette = CommandPalette(self, self._offered, self.rest_focus)
        self._palette.show_palette()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Leave the message, which is saved; the window goes with it."""
        if self._gone:
            event.accept()
            return
        event.ignore()
        self._on_close()

    def _everywhere(self) -> list[tuple[Command, Handler]]:
        """Return what counts in every window, with what it means in this one."""
        own = {"window.palette": Handler(self.open_palette)}
        return [
            (command, own.get(command.id, handler))
            for command, handler in self._registry
            if command.context is Context.WINDOW and (command.id in own or command.id not in _OWN)
        ]

    def _offered(self) -> list[tuple[Command, Handler]]:
        return [(command, handler) for command, handler in self._registry if command.context in _OFFERED]
