"""Keeps what a person chose in the settings, and lets it count at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from app.commands.command import CONTEXT_TITLES
from app.core.i18n import tr
from app.services.accounts.preset_settings import HOLD_CHOICE, MANY_CHOICE, SIZE_CHOICE, STRANGERS_CHOICE
from app.services.outbox.outbox import HOLD_SECONDS
from app.views.settings.preferences_port import LONGEST_HOLD, KeysRow

if TYPE_CHECKING:
    from app.bootstrap.program import Program
    from app.views.settings.preferences import Asking


class ChoicesWork:
    """The port `Choices` of the settings page, on the running program."""

    def __init__(self, program: Program) -> None:
        """Nothing is read before `load`."""
        self._program = program

    async def load(self) -> None:
        """Read what was chosen; a time given to the start of this run goes before it. Raises StorageError."""
        if self._program.options.hold is None:
            self._program.let_wait(_seconds(await self._program.settings.read(HOLD_CHOICE)))

    @property
    def hold(self) -> float:
        """Return for how many seconds a send can be undone."""
        return self._program.hold

    @property
    def letters(self) -> bool:
        """Tell whether letters alone are commands in lists."""
        return self._program.keymap.keymap.letters

    @property
    def asking(self) -> Asking:
        """Return when a letter is looked at twice before it goes."""
        return _AskingWork(self._program)

    @property
    def hold_is_locked(self) -> bool:
        """Tell whether an administrator has set the time for Undo."""
        return self._program.settings.is_locked(HOLD_CHOICE)

    def set_hold(self, seconds: float) -> None:
        """Let a send wait so long from now on; what waits already waits as it was told."""
        seconds = min(max(0.0, seconds), LONGEST_HOLD)
        self._program.let_wait(seconds)
        self._program.tasks.spawn(self._program.settings.keep(HOLD_CHOICE, f"{seconds:g}"), "keep the time for undo")

    def set_letters(self, *, on: bool) -> str:
        """Let letters alone be commands, or not."""
        return self._program.keymap.set_letters(on=on)

    def rows(self) -> Sequence[KeysRow]:
        """Return every command with its keys."""
        keymap = self._program.keymap
        return [
            KeysRow(
                command.id,
                command.shown_title(),
                tr(CONTEXT_TITLES[command.context]),
                command.keys_here(),
                keymap.is_own(command.id),
            )
            for command in keymap.commands
        ]

    def set_keys(self, command: str, keys: tuple[str, ...] | None) -> str:
        """Give a command keys, or its usual ones."""
        return self._program.keymap.set_keys(command, keys)


def _seconds(kept: str | None) -> float:
    try:
        seconds = float(kept or "")
    except ValueError:
        return HOLD_SECONDS
    return seconds if 0 <= seconds <= LONGEST_HOLD else HOLD_SECONDS


class _AskingWork:
    """The port `Asking` of the settings page, on what is known of people."""

    def __init__(self, program: Program) -> None:
        self._program = program

    @property
    def many(self) -> int:
        return self._program.people.many

    @property
    def strangers(self) -> bool:
        return self._program.people.ask_for_strangers

    @property
    def many_is_locked(self) -> bool:
        return self._program.settings.is_locked(MANY_CHOICE)

    @property
    def strangers_is_locked(self) -> bool:
        return self._program.settings.is_locked(STRANGERS_CHOICE)

    @property
    def megabytes(self) -> int:
        return self._program.people.assumed // 1_000_000

    @property
    def megabytes_are_locked(self) -> bool:
        return self._program.settings.is_locked(SIZE_CHOICE)

    def set_megabytes(self, megabytes: int) -> None:
        self._program.people.assumed = megabytes * 1_000_000
        self._keep(SIZE_CHOICE, str(megabytes))

    def set_many(self, many: int) -> None:
        self._program.people.many = many
        self._keep(MANY_CHOICE, str(many))

    def set_strangers(self, *, on: bool) -> None:
        self._program.people.ask_for_strangers = on
        self._keep(STRANGERS_CHOICE, "yes" if on else "never")

    def _keep(self, name: str, value: str) -> None:
        self._program.tasks.spawn(self._program.settings.keep(name, value), "keep what is asked before sending")
