"""Says in a bar that other files than those that run are installed, and starts them when the person says so."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from app.commands.command import Command, does
from app.controllers.shell import Shell, ShellController
from app.core.background import RunInThread
from app.core.i18n import mark, tr
from app.core.program_files import ProgramFiles
from app.ui.bars import MessageBar

_EVERY: Final = 10.0
"""Seconds between two looks. Files that two looks in turn find the same are installed, and not half written."""


class NewVersion(ShellController):
    """Watches the program's files. `on_restart` ends the program and starts what is installed."""

    def __init__(self, shell: Shell, files: ProgramFiles, run_in_thread: RunInThread) -> None:
        """Nothing is looked at yet."""
        self._shell, self._files, self._run_in_thread = shell, files, run_in_thread
        self._is_there = False
        self.bar: MessageBar | None = None
        self.on_restart: Callable[[], object] = lambda: None

    async def keep_looking(self) -> None:
        """Look until there is a new version, and say so."""
        before = None
        while not self._is_there:
            await self._shell.clock.sleep(_EVERY)
            faces = await self._run_in_thread(self._files.faces)
            if faces == before and None not in faces and await self._run_in_thread(self._files.is_replaced):
                self._show()
            before = faces

    def _show(self) -> None:
        self._is_there = True
        self.bar = MessageBar(self._shell.window, closable=True)
        self.bar.action_wanted.connect(lambda _: self.restart())
        self._shell.window.add_bar(self.bar)
        self.bar.show_sentence(tr("A new version is installed"), action=("program.restart", tr("Restart")))

    def _can_restart(self) -> bool:
        return self._is_there

    @does(
        Command(
            "program.restart",
            mark("Restart with the new version"),
            help=mark("Every open message comes back as it is. Offered when a new version was installed."),
        ),
        enabled=_can_restart,
    )
    def restart(self) -> None:
        """End as a session does, and start what is installed now."""
        self._shell.status_bar.show_words(tr("Restarting…"))
        self.on_restart()
