"""Says in a bar that another version is installed and offers to start it, or that a newer one has been released."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Final

from app.commands.command import Command, does
from app.controllers.shell import Shell, ShellController
from app.core.background import RunInThread
from app.core.i18n import mark, tr
from app.core.parsing import seconds_in
from app.core.program_files import ProgramFiles
from app.domain.errors import MailError
from app.domain.release import Release, is_newer
from app.services.accounts.accounts import Accounts
from app.services.accounts.preset_settings import RELEASES_CHOICE
from app.services.ports import Settings
from app.ui.bars import MessageBar

log = logging.getLogger(__name__)

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


_FIRST: Final = 120.0
"""Seconds after the start: what the person came for goes first."""
_AGAIN: Final = 3600.0
"""Seconds between two looks whether it is time to ask."""
_ASKED_EVERY: Final = 24 * 3600.0
_ASKED: Final = "release asked"
_SEEN: Final = "release seen"
"""Settings: when it was asked last, and the version that the person has put aside."""


class ReleaseNotice:
    """Asks once a day what is announced at an address, and says so in a bar: once for each version, and never again."""

    def __init__(
        self, shell: Shell, accounts: Accounts, settings: Settings, version: str, open_page: Callable[[str], bool]
    ) -> None:
        """Nothing is asked yet. `version` is the one that runs."""
        self._shell, self._accounts, self._settings = shell, accounts, settings
        self._version, self._open_page = version, open_page
        self._release: Release | None = None
        self.bar: MessageBar | None = None

    async def keep_asking(self, address: str) -> None:
        """Ask as long as the program runs; an empty `address` is never asked."""
        if not address:
            return
        await self._shell.clock.sleep(_FIRST)
        while True:
            try:
                await self._ask(address)
            except MailError as error:
                log.info("new versions could not be asked for: %s", type(error).__name__)
            await self._shell.clock.sleep(_AGAIN)

    async def _ask(self, address: str) -> None:
        """Ask where it is time, and nobody has switched it off. Raises MailError."""
        now = self._shell.clock.now()
        last = seconds_in(await self._settings.read_setting(_ASKED) or "0", most=now)
        if now - last < _ASKED_EVERY or await self._settings.read_setting(RELEASES_CHOICE) == "never":
            return
        release = await self._accounts.find_release(address)
        await self._settings.keep_setting(_ASKED, f"{now:.0f}")
        if release is None or not is_newer(release.version, self._version):
            return
        if await self._settings.read_setting(_SEEN) != release.version:
            self._show(release)

    def _show(self, release: Release) -> None:
        self._release = release
        if self.bar is None:
            self.bar = MessageBar(self._shell.window, closable=True)
            self.bar.action_wanted.connect(lambda _: self._read())
            self.bar.dismissed.connect(self._put_aside)
            self._shell.window.add_bar(self.bar)
        words = tr("Mailwright {version} is available", version=release.version)
        self.bar.show_sentence(words, action=("program.release", tr("See what’s new")))

    def _read(self) -> None:
        """Show the page of the release; where no browser can, say where it is."""
        if self._release is None or self.bar is None:
            return
        if self._open_page(self._release.page):
            self.bar.clear()
            self._put_aside()
        else:
            words = tr("No browser could be opened. The page is {page}", page=self._release.page)
            self._shell.status_bar.show_words(words)

    def _put_aside(self) -> None:
        if self._release is not None:
            work = self._settings.keep_setting(_SEEN, self._release.version)
            self._shell.tasks.spawn(work, "put a version aside")
