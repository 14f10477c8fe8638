"""Does what a start of the program asks for, this start or a later one: the window to the front, letters begun.

Wishes wait in order until there is somebody to write as: the program may still be starting, or have no account yet.
"""

from __future__ import annotations

import asyncio
import os
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from app.domain.arrival import Arrival
from app.domain.errors import MailError
from app.domain.i18n import tr
from app.domain.message import LocalId
from app.services.arriving import Arrived, letters_of
from app.ui.off_thread import off_thread

if TYPE_CHECKING:
    from app.bootstrap.program import Program

_MOST_WAITING: Final = 50
_PAUSE: Final = 2.0
"""Seconds without a key after which whoever was typing here may be shown something else."""
_LOOKS: Final = 0.1
"""Seconds between two looks whether there was such a pause."""


class Wishes:
    """The wishes of this run, one after the other."""

    def __init__(self, program: Program) -> None:
        """Wait until `begin` says that letters can be begun."""
        self._program = program
        self._waiting: deque[tuple[Arrival, bool]] = deque()
        """With each, whether the person was in another program when it came, and comes from there."""
        self._ready = False
        self._busy = False
        self.is_making = False
        """Whether the messages of a wish are being brought to the disk."""
        self._closed = False
        self.on_close: Callable[[], None] = lambda: None
        self.on_taken: Callable[[], None] = lambda: None
        program.accounts.changed.subscribe(lambda _: self.go_on())

    def take(self, arrival: Arrival) -> bool:
        """Take a wish of a later start; False where the program is about to end, or has too much to do already."""
        if self._closed or len(self._waiting) >= _MOST_WAITING:
            return False
        # Asked before this window comes to the front: the person was in another program then, and comes from there.
        was_elsewhere = QApplication.activeWindow() is None
        self.on_taken()
        self._come_to_front(arrival.token)
        if arrival.typed:
            self._program.window.gate.bring_back(arrival.typed)
        if arrival.begins_letters():
            self._waiting.append((arrival, was_elsewhere))
            if self._ready and self._program.accounts.default is None:
                self._ask_for_account()
            self.go_on()
        return True

    async def begin(self, own: Arrival) -> None:
        """Do the wish of this start, and from now on those of others. Returns when the letters can be written.

        What is typed at a start is for its own wish: others that came meanwhile wait until `go_on` is called after it.
        """
        if own.begins_letters():
            self._waiting.appendleft((own, False))
        self._ready = True
        if self._waiting and self._program.accounts.default is None:
            self._ask_for_account()
        own_first = 1 if own.begins_letters() else 0
        await self._do_all(own_first if self._program.window.starting is not None else _MOST_WAITING)

    async def make_rest(self) -> None:
        """Make the messages of all wishes that still wait, because the program ends: the next start lists them."""
        while self._waiting and self._program.accounts.default is not None:
            await self._make_all(self._waiting.popleft()[0])

    def close(self) -> None:
        """Take nothing more: the program is about to end."""
        self._closed = True
        self.on_close()

    def _come_to_front(self, token: str) -> None:
        window = self._program.window
        if token:
            os.environ["XDG_ACTIVATION_TOKEN"] = token  # where Qt looks for it on Wayland
        window.setWindowState((window.windowState() & ~Qt.WindowState.WindowMinimized) | Qt.WindowState.WindowActive)
        window.show()
        window.raise_()
        window.activateWindow()

    def _ask_for_account(self) -> None:
        self._program.writing.on_no_account()
        self._program.foot.say(tr("Add an account first; the message waits for it."))

    def go_on(self) -> None:
        """Do what waits, where it can be done."""
        begins = not self._ready or self._program.window.starting is not None
        if self._waiting and not begins and not self._busy and self._program.accounts.default is not None:
            self._program.tasks.spawn(self._do_all(), "do what a start asked for")

    async def _do_all(self, most: int = _MOST_WAITING) -> None:
        if self._busy:
            return
        self._busy = True
        try:
            while most and self._waiting and self._program.accounts.default is not None:
                most -= 1
                await self._do(*self._waiting.popleft())
        finally:
            self._busy = False

    async def _do(self, arrival: Arrival, was_elsewhere: bool) -> None:
        gate = self._program.window.gate
        hold = gate.begin(tr("Opening a new message…")) if was_elsewhere else None
        begun = False
        try:
            # All of them are on disk before anything waits for a pause: the program may end until then.
            for letter, name in await self._make_all(arrival):
                if hold is None:
                    await self._until_nobody_types()
                    hold = gate.begin(tr("Opening a new message…"))
                await self._program.writing.open_now(name)
                self._program.writing.say(name, " ".join(letter.notes))
                begun = True
        finally:
            if hold is not None and begun:
                hold.release()
            elif hold is not None:
                hold.fail()

    async def _until_nobody_types(self) -> None:
        """Wait until whoever types in a window of ours pauses: what he types next would be in another message."""
        said = False
        while self._program.window.starting is None and self._program.window.gate.quiet_for() < _PAUSE:
            if not said:
                said = True
                self._program.foot.say(tr("A message from a link opens when you pause."))
            await asyncio.sleep(_LOOKS)

    async def _make_all(self, arrival: Arrival) -> list[tuple[Arrived, LocalId]]:
        """Make the messages of a wish on disk; return those that were made."""
        self.is_making = True
        try:
            letters, errors = await letters_of(arrival, off_thread, self._program.aids.identities.own_addresses())
            for error in errors:
                self._program.tasks.on_mail_error(error)
            made = [(letter, await self._make(letter)) for letter in letters]
            return [(letter, name) for letter, name in made if name is not None]
        finally:
            self.is_making = False

    async def _make(self, letter: Arrived) -> LocalId | None:
        """Make the message of a wish on disk, with what is attached to it; None where there is nobody to write as."""
        account = self._program.accounts.default
        if account is None:
            self._program.writing.on_no_account()
            return None
        drafts, attachments = self._program.drafts, self._program.attachments
        name = await drafts.begin(account.account_id, letter.content, sign=True, whose=letter.whose)
        for one in letter.enclosed:
            try:
                await attachments.add_bytes(name, one.name, one.data, one.content_type, one.content_id)
            except MailError as error:
                self._program.tasks.on_mail_error(error)
        # What cannot be attached is said at the attachment itself.
        await attachments.add_files(name, letter.attach)
        drafts.arrived(name)
        return name
