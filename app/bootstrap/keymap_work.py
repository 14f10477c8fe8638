"""One's own keys: read at the start, changed in the settings, in force at once everywhere, kept in a file.

The file is `keys.toml` in the folder of configuration: a person may write it too, and copy it to another machine.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from app.bootstrap.all_commands import ALL
from app.commands.command import Command
from app.commands.keymap import LONGEST, Keymap, Problem, apply_keymap, read_keymap, write_keymap
from app.core.background import run_in_thread
from app.core.events import Event
from app.core.i18n import tr
from app.domain.errors import StorageError
from app.storage.settings import read_text, write_text
from app.ui import keys

if TYPE_CHECKING:
    from app.bootstrap.program import Program

FILE: Final = "keys.toml"


class KeymapWork:
    """The keys in force. `changed` tells that they differ."""

    def __init__(self, program: Program) -> None:
        """Begin with the usual keys; they are kept for this run alone until `load` names a folder."""
        self.changed: Event[None] = Event()
        self.commands: tuple[Command, ...] = ALL
        self.keymap = Keymap()
        self.problems: list[Problem] = []
        self._program = program
        self._path: Path | None = None

    async def load(self, folder: Path) -> None:
        """Read the file in `folder`; what is wrong in it is kept in `problems`, to be told when there is a window."""
        path = self._path = folder / FILE
        try:
            text = await run_in_thread(lambda: read_text(path, LONGEST))
        except StorageError as error:
            self.problems = [Problem("", str(error))]
            return
        if text is None:
            return
        self.keymap, self.problems = read_keymap(text)
        self.commands, clashes = apply_keymap(ALL, self.keymap)
        self.problems += clashes

    def tell(self) -> None:
        """Say what of the file does not count."""
        if self.problems:
            self._program.window.notice_bar.say(
                tr("Some of your keys do not count. The usual ones do."),
                tone="warn",
                details=[(FILE, problem.sentence) for problem in self.problems],
            )

    # --- in the settings --------------------------------------------------------------------------------------------

    def keys_of(self, command_id: str) -> tuple[str, ...]:
        """Return the keys of a command that are in force."""
        return next(command.keys_here() for command in self.commands if command.id == command_id)

    def is_own(self, command_id: str) -> bool:
        """Tell whether a command has keys of the person's own."""
        return command_id in self.keymap.keys

    def set_keys(self, command_id: str, wanted: tuple[str, ...] | None) -> str:
        """Give a command these keys, or its usual ones for None; return in words why not, "" where it was done."""
        own = {name: listed for name, listed in self.keymap.keys.items() if name != command_id}
        if wanted is not None:
            own[command_id] = wanted
        return self._take(self.keymap._replace(keys=own), command_id)

    def set_letters(self, *, on: bool) -> str:
        """Let letters alone be commands, or not; return in words why not, "" where it was done."""
        return self._take(self.keymap._replace(letters=on), "")

    def _take(self, keymap: Keymap, command_id: str) -> str:
        commands, problems = apply_keymap(ALL, keymap)
        before = {problem.sentence for problem in self.problems}
        fresh = [one.sentence for one in problems if one.command == command_id or one.sentence not in before]
        if fresh:
            return fresh[0]
        self.keymap, self.commands, self.problems = keymap, commands, problems
        self._program.registry.change(commands)
        for window in self._program.windows():
            keys.rebind(window, self._program.registry)
        self.changed.emit(None)
        self._program.tasks.spawn(self._keep(write_keymap(keymap)), "keep keys")
        return ""

    async def _keep(self, text: str) -> None:
        path = self._path
        if path is not None:
            await run_in_thread(lambda: write_text(path, text))
