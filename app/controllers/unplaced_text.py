"""Text that was typed for something that did not come: a bar shows it until the person took it, after a restart too.

What still waits for something is on disk too, so that a program that is killed meanwhile has lost none of it.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from app.commands.command import Command, does
from app.core.i18n import mark, tr
from app.domain.errors import StorageError
from app.domain.message import Content
from app.services.accounts.preset_settings import PresetSettings
from app.ui.bars import MessageBar
from app.ui.keyboard.key_gate import KeyGate
from app.ui.tasks import Tasks
from app.ui.widgets import say_aloud

if TYPE_CHECKING:
    from app.controllers.compose.compose import ComposeController
    from app.controllers.shell import Shell

_SETTING: Final = "unplaced text"
_WAITING: Final = "waiting text"
_WAITS: Final = 100
"""Milliseconds between two looks whether keys wait: nothing that is typed is longer without a place on disk."""
_SHOWN: Final = 300
"""Characters of the text that the bar shows; the last ones, because they were typed last."""


class WaitingText:
    """Keeps on disk, as text, the keys that wait in the gate. A start may be slow, and be killed before it is over."""

    def __init__(self, gate: KeyGate, settings: PresetSettings, tasks: Tasks) -> None:
        """Listen to the gate of the program's windows."""
        self._gate, self._settings, self._tasks = gate, settings, tasks
        self._kept = ""
        self._earlier_moved: asyncio.Future[None] | None = None
        self._timer = QTimer(gate, singleShot=True, interval=_WAITS)
        self._timer.timeout.connect(self._look)
        gate.waiting.connect(self._begin)
        gate.returned.connect(self._begin)
        self._begin()  # keys may wait since the first picture

    async def move_earlier(self) -> None:
        """Make what waited when the last run was killed a text that found no place. Raises StorageError."""
        if self._earlier_moved is None:
            self._earlier_moved = asyncio.ensure_future(self._move_earlier())
        await asyncio.shield(self._earlier_moved)

    async def end(self) -> None:
        """Forget what waited: it is a text that found no place now, because the program ends. Raises StorageError."""
        self._timer.stop()
        if self._kept:
            self._kept = ""
            await self._settings.keep_setting(_WAITING, "")

    def _begin(self) -> None:
        if not self._timer.isActive():
            self._timer.start()

    def _look(self) -> None:
        # What was given to a message meanwhile is on its way to the same file, and is written there before this is.
        text = self._gate.waiting_text()
        if text != self._kept:
            self._kept = text
            self._tasks.spawn(self._keep(text), "keep text that waits")
        if text or self._gate.has_keys():
            self._timer.start()

    async def _move_earlier(self) -> None:
        waited = await self._settings.read_setting(_WAITING) or ""
        if waited.strip():
            unplaced = await self._settings.read_setting(_SETTING) or ""
            parts = (unplaced.rstrip("\n"), waited)
            await self._settings.keep_setting(_SETTING, "\n".join(part for part in parts if part))
        if waited:
            await self._settings.keep_setting(_WAITING, "")

    async def _keep(self, text: str) -> None:
        with contextlib.suppress(StorageError):  # what fails on the disk is told of by what is saved there next
            await self.move_earlier()
            await self._settings.keep_setting(_WAITING, text)


class UnplacedText:
    """Shows what the key gate gave back, and gives it to a new message or to the clipboard."""

    def __init__(
        self, shell: Shell, settings: PresetSettings, compose: ComposeController, waiting: WaitingText
    ) -> None:
        """Listen to the gate of the program's windows."""
        self._shell, self._settings, self._compose, self._waiting = shell, settings, compose, waiting
        self._gate = shell.window.gate
        self.bar: MessageBar | None = None
        self._kept = ""
        self._gate.returned.connect(self._show)

    def _is_there(self) -> bool:
        return bool(self._gate.text)

    async def load(self) -> None:
        """Show again what the last run could not give back. Raises StorageError."""
        await self._waiting.move_earlier()
        self._kept = await self._settings.read_setting(_SETTING) or ""
        if self._kept:
            self._gate.bring_back(self._kept)
        elif self._gate.text:
            self._show(self._gate.text)  # another start handed it over before keys were given: it is kept from now on

    async def save(self) -> None:
        """Keep what waits for something that will not come, because the program ends."""
        self._gate.abandon()
        if self._gate.text:
            await self._keep(self._gate.text)
        with contextlib.suppress(StorageError):
            await self._waiting.end()

    @does(Command("typed.write", mark("Start a message with the text that was typed meanwhile")), enabled=_is_there)
    def write(self) -> None:
        """Begin a message with it."""
        self._compose.begin(Content(body=self._gate.take_text().strip("\n")))

    @does(Command("typed.copy", mark("Copy the text that was typed meanwhile")), enabled=_is_there)
    def copy(self) -> None:
        """Put it on the clipboard."""
        QGuiApplication.clipboard().setText(self._gate.take_text().strip("\n"))
        self._shell.status_bar.show_words(tr("Copied"))

    def _show(self, text: str) -> None:
        if text != self._kept and self._gate.is_open:
            self._kept = text
            self._shell.tasks.spawn(self._keep(text), "keep text that found no place")
        if not text.strip():
            if self.bar is not None:
                self.bar.clear()
            return
        if self.bar is None:
            self.bar = MessageBar(self._shell.window, closable=True, by_escape=False, heard=False)
            self.bar.action_wanted.connect(self._act)
            self.bar.dismissed.connect(self._gate.take_text)
            self._shell.window.add_bar(self.bar)
        shown = text.strip("\n").replace("\n", " ⏎ ")
        words = tr("You typed this meanwhile: “{text}”").format(
            text=("…" if len(shown) > _SHOWN else "") + shown[-_SHOWN:]
        )
        if self.bar.isHidden():
            say_aloud(self.bar, words)  # and not anew at each key that follows
        self.bar.show_sentence(
            words,
            tone="warn",
            action=("typed.write", tr("Start a message with it")),
            more=[("typed.copy", tr("Copy"))],
        )
        active = QApplication.activeWindow()
        for window in self._compose.message_windows.windows:
            if window is active:
                window.kept_keys.remark(words)

    def _act(self, action: str) -> None:
        self._shell.registry.run(action)

    async def _keep(self, text: str) -> None:
        try:
            await self._settings.keep_setting(_SETTING, text)
        except StorageError as error:
            self._shell.tasks.on_mail_error(error)
