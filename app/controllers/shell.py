"""What every controller shows things with, and asks what is in front: window, lists, status bar, keys."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtWidgets import QApplication

from app.commands.command import Registry
from app.services.outbox.undoing import UndoStack
from app.services.ports import Clock
from app.ui.reader.reader import Reader
from app.ui.tasks import Tasks
from app.views.lists.session import Lists
from app.views.shell.main_window import Window
from app.views.shell.status_bar import StatusBar
from app.views.shell.workspace import Workspace


class Shell(NamedTuple):
    """The parts of the window that all controllers share. What one controller needs besides, it is given by name."""

    qt: QApplication
    window: Window
    lists: Lists
    workspace: Workspace
    reader: Reader
    status_bar: StatusBar
    undo_stack: UndoStack
    registry: Registry
    tasks: Tasks
    clock: Clock


class ShellController:
    """A controller with commands that ask which list is shown, and at which row it stands (`why_not.py`)."""

    _shell: Shell

    @property
    def shell(self) -> Shell:
        """Return what the functions ask that say whether a command can be done."""
        return self._shell
