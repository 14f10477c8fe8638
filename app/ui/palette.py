"""The command palette: every command by a few letters of its name, with its keys beside it, so that they are learnt."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from PySide6.QtWidgets import QWidget

from app.commands.command import Command, Handler
from app.commands.search import rank
from app.core.i18n import tr
from app.ui import keys
from app.ui.chooser import Chooser, Measures

_WIDTH = 560
_MEASURES = Measures(line=44, type=15, row=36, shown=9)


class CommandPalette(Chooser):
    """A sheet over the window. Escape gives the focus back to where it was."""

    def __init__(
        self,
        window: QWidget,
        commands: Callable[[], Iterable[tuple[Command, Handler]]],
        elsewhere: Callable[[], None],
    ) -> None:
        """`commands` is asked at each opening: what can be done depends on where the person is.

        `elsewhere` takes the focus when where it came from is gone.
        """
        self._offered: list[tuple[Command, Handler]] = []
        super().__init__(window, elsewhere, _MEASURES)
        self._window = window
        self._commands = commands
        self.setAccessibleName(tr("Commands"))
        self.line.setPlaceholderText(tr("Type what you want to do"))
        self.line.setAccessibleName(tr("Command"))
        self.list.setAccessibleName(tr("Commands found"))

    def open(self) -> None:
        """Show the palette over the window, with every command that can be done now."""
        window = self._window
        self.remember()
        self._offered = list(self._commands())
        self.line.clear()
        self.fill("")
        width = min(_WIDTH, window.width() - 40)
        self.setGeometry((window.width() - width) // 2, 72, width, 60 + _MEASURES.row * _MEASURES.shown)
        self.show_sheet()

    def fill(self, query: str) -> None:
        """Offer the commands that are found and can be done now."""
        self.list.clear()
        possible = [(command.shown_title(), (command, handler)) for command, handler in self._offered]
        for command, handler in rank(query, possible):
            if handler.enabled():
                self.put(command.shown_title(), handler, keys.shown(command))
        self.list.setCurrentRow(0)

    def take(self, thing: object) -> bool:
        """Do a command."""
        self.close_sheet()
        if isinstance(thing, tuple):
            Handler(*thing).run()
        return True
