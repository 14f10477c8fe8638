"""Preferences and own keys, in force at once.

The file is `keys.toml` in the folder of configuration: a person may write it too, and copy it to another machine.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtWidgets import QWidget

from app.commands.command import CONTEXT_TITLES, Command, Registry
from app.commands.keymap import LONGEST, Keymap, Problem, apply_keymap, read_keymap, write_keymap
from app.controllers.compose.compose import ComposeController
from app.core.background import Spawn, run_in_thread
from app.core.events import Event
from app.core.i18n import tr
from app.domain.errors import StorageError
from app.services.accounts.preset_settings import (
    FORMATTED_CHOICE,
    HEADS_CHOICE,
    HOLD_CHOICE,
    MANY_CHOICE,
    SIZE_CHOICE,
    STRANGERS_CHOICE,
    VERSIONS_CHOICE,
    PresetSettings,
)
from app.services.drafts.reply_forward import QuoteStyle, ReplyForward
from app.services.outbox.outbox import HOLD_SECONDS, Outbox
from app.services.people.people import People
from app.storage.settings import read_text, write_text
from app.ui import keys, theme
from app.ui.bars import MessageBar
from app.views.settings.preferences_port import LONGEST_HOLD, KeysRow, NoticeKind

if TYPE_CHECKING:
    from app.views.settings.preferences_port import Asking


class PreferencesController:
    """The port `Choices` of the settings page, on the running program."""

    def __init__(
        self,
        settings: PresetSettings,
        outbox: Outbox,
        reply_forward: ReplyForward,
        people: People,
        compose: ComposeController,
        keymap: KeymapController,
        spawn: Spawn,
    ) -> None:
        """Nothing is read before `load`."""
        self._settings, self._outbox, self._people, self._keymap, self._spawn = settings, outbox, people, keymap, spawn
        self._reply_forward, self._compose = reply_forward, compose
        self.choose_scheme: Callable[[str], None] = lambda _scheme: None
        self.chosen_scheme: Callable[[], str] = lambda: ""
        self.notice_kinds: Callable[[], frozenset[NoticeKind]] = frozenset
        self.choose_notices: Callable[[frozenset[NoticeKind]], None] = lambda _kinds: None
        self.choose_density: Callable[[str], None] = lambda _density: None
        self.are_versions_kept: Callable[[], bool] = lambda: True
        self.keep_versions: Callable[[bool], None] = lambda _on: None

    async def load(self, hold: float | None) -> None:
        """Read what was chosen; `hold`, a time given to the start of this run, goes before it. Raises StorageError."""
        self._outbox.hold_seconds = _seconds(await self._settings.read_setting(HOLD_CHOICE)) if hold is None else hold
        self._take_heads(on=await self._settings.read_setting(HEADS_CHOICE) != "never")
        self._compose.writes_formatted = await self._settings.read_setting(FORMATTED_CHOICE) != "never"

    @property
    def hold(self) -> float:
        """Return for how many seconds a send can be undone."""
        return self._outbox.hold_seconds

    @property
    def letters(self) -> bool:
        """Return whether letters alone are commands in lists."""
        return self._keymap.keymap.letters

    @property
    def asking(self) -> Asking:
        """Return when a message is looked at twice before it goes."""
        return _AskingPreferences(self._settings, self._people, self._spawn)

    @property
    def hold_is_locked(self) -> bool:
        """Return whether an administrator has set the time for Undo."""
        return self._settings.is_locked(HOLD_CHOICE)

    @property
    def heads(self) -> bool:
        """Return whether an answer has Outlook's head above what it quotes."""
        return self._reply_forward.quote_style is QuoteStyle.OUTLOOK

    @property
    def heads_are_locked(self) -> bool:
        """Return whether an administrator has set that."""
        return self._settings.is_locked(HEADS_CHOICE)

    def set_heads(self, *, on: bool) -> None:
        """Put Outlook's head above what is quoted from now on, or "On …, … wrote"."""
        self._take_heads(on=on)
        self._spawn(self._settings.keep_setting(HEADS_CHOICE, "yes" if on else "never"), "keep how answers quote")

    def _take_heads(self, *, on: bool) -> None:
        self._reply_forward.quote_style = QuoteStyle.OUTLOOK if on else QuoteStyle.WROTE

    @property
    def scheme(self) -> str:
        """Return the scheme that was chosen, "" for the computer's own."""
        return self.chosen_scheme()

    def set_scheme(self, scheme: str) -> None:
        """Dress the program in a scheme."""
        self.choose_scheme(scheme)

    @property
    def notices(self) -> frozenset[NoticeKind]:
        """Return what is told on the desktop."""
        return self.notice_kinds()

    def set_notice(self, kind: NoticeKind, *, on: bool) -> None:
        """Tell it on the desktop from now on, or not."""
        self.choose_notices(self.notices | {kind} if on else self.notices - {kind})

    @property
    def density(self) -> str:
        """Return how close things stand."""
        return theme.density()

    def set_density(self, density: str) -> None:
        """Let things stand closer or wider."""
        self.choose_density(density)

    @property
    def formatted(self) -> bool:
        """Return whether a new message is formatted text."""
        return self._compose.writes_formatted

    @property
    def formatted_is_locked(self) -> bool:
        """Return whether an administrator has set that."""
        return self._settings.is_locked(FORMATTED_CHOICE)

    def set_formatted(self, *, on: bool) -> None:
        """Begin messages as formatted text from now on, or as plain text."""
        self._compose.writes_formatted = on
        self._spawn(self._settings.keep_setting(FORMATTED_CHOICE, "yes" if on else "never"), "keep how messages begin")

    @property
    def versions(self) -> bool:
        """Return whether earlier versions of drafts are kept."""
        return self.are_versions_kept()

    @property
    def versions_are_locked(self) -> bool:
        """Return whether an administrator has set that."""
        return self._settings.is_locked(VERSIONS_CHOICE)

    def set_versions(self, *, on: bool) -> None:
        """Keep earlier versions of drafts from now on, or none."""
        self.keep_versions(on)

    def set_hold(self, seconds: float) -> None:
        """Let a send wait so long from now on; what waits already waits as it was told."""
        seconds = min(max(0.0, seconds), LONGEST_HOLD)
        self._outbox.hold_seconds = seconds
        self._spawn(self._settings.keep_setting(HOLD_CHOICE, f"{seconds:g}"), "keep the time for undo")

    def set_letters(self, *, on: bool) -> str:
        """Let letters alone be commands, or not."""
        return self._keymap.set_letters(on=on)

    def rows(self) -> Sequence[KeysRow]:
        """Return every command with its keys."""
        keymap = self._keymap
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
        return self._keymap.set_keys(command, keys)


def _seconds(kept: str | None) -> float:
    try:
        seconds = float(kept or "")
    except ValueError:
        return HOLD_SECONDS
    return seconds if 0 <= seconds <= LONGEST_HOLD else HOLD_SECONDS


class _AskingPreferences:
    """The port `Asking` of the settings page, on what is known of people."""

    def __init__(self, settings: PresetSettings, people: People, spawn: Spawn) -> None:
        self._settings, self._people, self._spawn = settings, people, spawn

    @property
    def many(self) -> int:
        return self._people.many

    @property
    def strangers(self) -> bool:
        return self._people.ask_for_strangers

    @property
    def many_is_locked(self) -> bool:
        return self._settings.is_locked(MANY_CHOICE)

    @property
    def strangers_is_locked(self) -> bool:
        return self._settings.is_locked(STRANGERS_CHOICE)

    @property
    def megabytes(self) -> int:
        return self._people.assumed // 1_000_000

    @property
    def megabytes_are_locked(self) -> bool:
        return self._settings.is_locked(SIZE_CHOICE)

    def set_megabytes(self, megabytes: int) -> None:
        self._people.assumed = megabytes * 1_000_000
        self._keep(SIZE_CHOICE, str(megabytes))

    def set_many(self, many: int) -> None:
        self._people.many = many
        self._keep(MANY_CHOICE, str(many))

    def set_strangers(self, *, on: bool) -> None:
        self._people.ask_for_strangers = on
        self._keep(STRANGERS_CHOICE, "yes" if on else "never")

    def _keep(self, name: str, value: str) -> None:
        self._spawn(self._settings.keep_setting(name, value), "keep what is asked before sending")


FILE: Final = "keys.toml"


class KeymapController:
    """The keys in force. `changed` tells that they differ."""

    def __init__(
        self,
        commands: tuple[Command, ...],
        registry: Registry,
        notice_bar: MessageBar,
        windows: Callable[[], list[QWidget]],
        spawn: Spawn,
    ) -> None:
        """Begin with the usual keys of `commands`; they are kept for this run alone until `load` names a folder."""
        self.changed: Event[None] = Event()
        self.commands = self._usual = commands
        self.keymap = Keymap()
        self.problems: list[Problem] = []
        self._registry, self._notice_bar, self._windows, self._spawn = registry, notice_bar, windows, spawn
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
        self.commands, clashes = apply_keymap(self._usual, self.keymap)
        self.problems += clashes

    def show_problems(self) -> None:
        """Say what of the file does not count."""
        if self.problems:
            self._notice_bar.show_sentence(
                tr("Some of your keys do not count. The usual ones do."),
                tone="warn",
                details=[(FILE, problem.sentence) for problem in self.problems],
            )

    # --- in the settings --------------------------------------------------------------------------------------------

    def keys_of(self, command_id: str) -> tuple[str, ...]:
        """Return the keys of a command that are in force."""
        return next(command.keys_here() for command in self.commands if command.id == command_id)

    def is_own(self, command_id: str) -> bool:
        """Return whether a command has keys of the person's own."""
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
        commands, problems = apply_keymap(self._usual, keymap)
        before = {problem.sentence for problem in self.problems}
        fresh = [one.sentence for one in problems if one.command == command_id or one.sentence not in before]
        if fresh:
            return fresh[0]
        self.keymap, self.commands, self.problems = keymap, commands, problems
        self._registry.change(commands)
        for window in self._windows():
            keys.rebind(window, self._registry)
        self.changed.emit(None)
        self._spawn(self._keep(write_keymap(keymap)), "keep keys")
        return ""

    async def _keep(self, text: str) -> None:
        path = self._path
        if path is not None:
            await run_in_thread(lambda: write_text(path, text))
