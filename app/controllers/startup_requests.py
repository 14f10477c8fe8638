"""Does what a start of the program, or a dropped file, asks for.

Requests wait in order until there is an account to write from: the program may still be starting, or have none yet.

Files dropped on a message are the message's own matter (they are attached to it).
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import os
from collections import deque
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Final

import msgspec
import shiboken6
from PySide6.QtCore import QEvent, QMimeData, QObject, Qt
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QApplication, QWidget

from app.controllers.compose.compose import ComposeController
from app.controllers.shell import Shell
from app.core.background import run_in_thread
from app.core.i18n import tr
from app.domain.errors import MailError, StorageError
from app.domain.message import AccountId, LocalId
from app.domain.recipient import Recipient
from app.domain.startup_request import StartupRequest
from app.services.accounts.accounts import Accounts
from app.services.accounts.identities import Identities
from app.services.drafts.draft_attachments import DraftAttachments
from app.services.drafts.draft_from_request import Arrived, ToRead, messages_of
from app.services.drafts.drafts import Drafts
from app.services.ports import Settings
from app.ui.keyboard.come_forward import come_forward, show_in_front
from app.ui.keyboard.key_gate import Hold
from app.views.shell.main_window import Window

_MOST_WAITING: Final = 50
_KEPT: Final = "asked for"
"""The setting that holds what a run was asked for and could not make, for the next one."""
_read: Final = msgspec.json.Decoder(list[StartupRequest])
_PAUSE: Final = 2.0
"""Seconds without a key after which the person may be shown something else."""
_LOOKS: Final = 0.1
"""Seconds between two looks whether there was such a pause."""
_UNSEEN: Final = 0.25
"""Seconds in which nobody can have seen that something else is shown, and have pressed a key for it."""


class StartupRequests:
    """The wishes of this run, one after the other."""

    def __init__(
        self,
        shell: Shell,
        accounts: Accounts,
        drafts: Drafts,
        attachments: DraftAttachments,
        identities: Identities,
        compose: ComposeController,
        settings: Settings,
    ) -> None:
        """Wait until `begin` says that messages can be begun."""
        self._shell, self._accounts, self._drafts, self._attachments = shell, accounts, drafts, attachments
        self._identities, self._compose, self._settings = identities, compose, settings
        self._waiting: deque[tuple[StartupRequest, bool]] = deque()
        """With each, whether the person was in another program when it came, and comes from there."""
        self._unmade: list[StartupRequest] = []
        """What the disk holds of them, or is about to: those that were taken and are no messages yet."""
        self._typed_for: StartupRequest | None = None
        """The wish of a later start that is meant by what is typed while this one starts."""
        self._taken: set[str] = set()
        """The identities of those that came in this run: one that comes again is not made again."""
        self._ready = self._has_kept = False
        self._busy = False
        self.is_making = False
        """Whether the messages of a wish are being brought to the disk."""
        self._closed = False
        self.on_close: Callable[[], None] = lambda: None
        self.read: Callable[[AccountId, list[ToRead]], Awaitable[Callable[[], None]]] = _read_nothing
        """Shows messages from files that are to be read; an account is the one to answer them from. What it returns
        closes them again.
        """
        self.on_taken: Callable[[], None] = lambda: None
        accounts.changed.subscribe(lambda _: self.go_on())

    def take_request(self, arrival: StartupRequest, on_disk: Callable[[], None] = lambda: None) -> bool:
        """Take a wish of a later start; False where the program is about to end, or has too much to do already.

        `on_disk` is called once no end of this program can lose it, however it ends.
        """
        if self._closed or len(self._waiting) >= _MOST_WAITING:
            return False
        if arrival.request_id in self._taken:  # its start did not hear the answer
            self._shell.tasks.spawn(self._keep_unmade(on_disk), "keep what a start asked for")
            return True
        # Asked before this window comes to the front: the person was in another program then, and comes from there.
        # Not so while this one starts: what is typed meanwhile must not end in the middle in another message.
        was_elsewhere = QApplication.activeWindow() is None and self._shell.window.starting is None
        self.on_taken()
        self._come_to_front(arrival.token)
        if arrival.typed:
            self._shell.window.gate.bring_back(arrival.typed)
        if not arrival.begins_messages():
            on_disk()
        else:
            arrival = arrival.named()
            self._taken.add(arrival.request_id)
            self._waiting.append((arrival, was_elsewhere))
            self._unmade.append(arrival)
            if arrival.has_fields() and not self._shell.window.gate.has_keys():
                self._typed_for = arrival
            self._shell.tasks.spawn(self._keep_unmade(on_disk), "keep what a start asked for")
            if self._ready and self._accounts.default is None:
                self._ask_for_account()
            self.go_on()
        return True

    async def begin(self, own: StartupRequest) -> None:
        """Do the wish of this start, and from now on those of others. Returns when the messages can be written.

        What is typed at a start is for its own wish, or for that of a start which the person made after it to write,
        before the first key: that opens in front of it. Others that came meanwhile, a link from a browser among them,
        wait until `go_on` is called.
        """
        own = own.named()
        self._taken.add(own.request_id)  # an earlier run may have kept it, and have ended before it could say so
        kept = await self._read_kept()
        self._ready = True
        if meant := [one for one in self._waiting if one[0] is self._typed_for]:
            self._waiting.remove(meant[0])
            self._waiting.appendleft(meant[0])
        if own.begins_messages():
            self._waiting.appendleft((own, False))
            self._unmade.append(own)
        self._waiting.extend((one, False) for one in kept)
        self._unmade += kept
        self._has_kept = self._has_kept or bool(kept)
        if self._waiting and self._accounts.default is None:
            self._ask_for_account()
        first = (1 if own.begins_messages() else 0) + len(meant)
        await self._do_all(first if self._shell.window.starting is not None else _MOST_WAITING)

    async def make_rest(self) -> None:
        """Make the messages of all wishes that still wait, because the program ends: the next start lists them."""
        while self._waiting and self._accounts.default is not None:
            await self._make_all(self._waiting.popleft()[0])

    async def keep_rest(self, own: StartupRequest) -> None:
        """Keep for the next start what could not be made: this one was not over, or there was no account.

        `own` is the wish of this start, which is among them unless `begin` was called. Raises StorageError.
        """
        if not self._ready:
            self._unmade.insert(0, own.named())
        await self._write_unmade()

    async def _keep_unmade(self, on_disk: Callable[[], None]) -> None:
        """Keep what was taken for the next start, until it is made. A disk that refuses is told when it is made."""
        with contextlib.suppress(StorageError):
            await self._write_unmade()
        on_disk()

    async def _write_unmade(self) -> None:
        """Write what is not made yet, and what the last run kept. Raises StorageError."""
        earlier = [] if self._ready else await self._read_kept()
        earlier = [] if self._ready else earlier  # `begin` took them meanwhile
        kept = [one._replace(token="", typed="") for one in (*self._unmade, *earlier) if one.says_something()]
        if kept or self._has_kept:
            self._has_kept = bool(kept)
            await self._settings.keep_setting(_KEPT, msgspec.json.encode(kept[:_MOST_WAITING]).decode())

    async def _read_kept(self) -> list[StartupRequest]:
        """Return what the last run kept, but for what this one took; nothing where that cannot be read."""
        try:
            found = _read.decode(await self._settings.read_setting(_KEPT) or "[]")
        except (StorageError, msgspec.DecodeError):
            return []
        return [one.named() for one in found if one.request_id not in self._taken]

    def close(self) -> None:
        """Take nothing more: the program is about to end."""
        self._closed = True
        self.on_close()

    def _come_to_front(self, token: str) -> None:
        window = self._shell.window
        if token:
            os.environ["XDG_ACTIVATION_TOKEN"] = token  # where Qt looks for it on Wayland
        window.setWindowState((window.windowState() & ~Qt.WindowState.WindowMinimized) | Qt.WindowState.WindowActive)
        show_in_front(window)

    def _ask_for_account(self) -> None:
        self._compose.on_no_account()
        self._shell.status_bar.show_words(tr("Add an account first; the message waits for it."))

    def go_on(self) -> None:
        """Do what waits, where it can be done."""
        begins = not self._ready or self._shell.window.starting is not None
        if self._waiting and not begins and not self._busy and self._accounts.default is not None:
            self._shell.tasks.spawn(self._do_all(), "do what a start asked for")

    async def _do_all(self, most: int = _MOST_WAITING) -> None:
        if self._busy:
            return
        self._busy = True
        try:
            while most and self._waiting and self._accounts.default is not None:
                most -= 1
                await self._do(*self._waiting.popleft())
        finally:
            self._busy = False

    async def _do(self, arrival: StartupRequest, was_elsewhere: bool) -> None:
        gate = self._shell.window.gate
        hold = gate.begin(tr("Opening a new message…")) if was_elsewhere else None
        begun = False
        try:
            # All of them are on disk before anything waits for a pause: the program may end until then.
            made, to_read = await self._make_all(arrival)
            for message, name in made:
                if hold is None:
                    hold = await self._open_in_a_pause(partial(self._open, message, name))
                else:
                    await self._open(message, name)
                begun = True
            account = self._compose.origin_here()[0] or self._accounts.default
            if to_read and account is not None:
                if hold is None:
                    hold = await self._open_in_a_pause(partial(self.read, account.account_id, to_read))
                    begun = True
                else:
                    await self.read(account.account_id, to_read)
                    begun = not gate.has_keys()  # what was typed was not meant for a message that is only read
        finally:
            if hold is not None and begun:
                hold.release()
            elif hold is not None:
                hold.fail()

    async def _open(self, message: Arrived, name: LocalId) -> Callable[[], None]:
        await self._compose.open_now(name)
        self._compose.show_notice(name, " ".join(message.notes))
        return lambda: None  # it stays open behind what is in front again

    async def _open_in_a_pause(self, show: Callable[[], Awaitable[Callable[[], None]]]) -> Hold:
        """Open a message for which nobody waits; return the hold by which keys wait for it. Raises MailError.

        What `show` returns takes the message away again.
        A key that comes before anybody can have seen the message was meant for where the person was, and goes there.
        """
        window = self._shell.window
        while True:
            await self._until_typing_pauses()
            was = _Whereabouts(window)
            hold = window.gate.begin(tr("Opening a new message…"))
            try:
                take_away = await show()
            except BaseException:
                hold.fail()
                raise
            if window.starting is not None:
                return hold  # what is typed at a start is for its own wish
            await asyncio.sleep(_UNSEEN)
            if not window.gate.has_keys():
                return hold
            take_away()
            was.go_back()
            hold.release()

    async def _until_typing_pauses(self) -> None:
        """Wait until the person pauses in typing, with no question open: the next words would be in another message."""
        said = False
        gate = self._shell.window.gate
        while self._shell.window.starting is None and (gate.quiet_for() < _PAUSE or self._compose.asks_here()):
            if not said:
                said = True
                self._shell.status_bar.show_words(tr("A message from a link or a file opens when you pause."))
            await asyncio.sleep(_LOOKS)

    async def _make_all(self, arrival: StartupRequest) -> tuple[list[tuple[Arrived, LocalId]], list[ToRead]]:
        """Make the messages of a wish on disk; return those that were made, and those that are to be read."""
        self.is_making = True
        try:
            messages, errors = await messages_of(arrival, run_in_thread, self._identities.own_addresses())
            for error in errors:
                self._shell.tasks.on_mail_error(error)
            arrived = [one for one in messages if isinstance(one, Arrived)]
            made = [(one, await self._make(one, _identity_of(arrival, n))) for n, one in enumerate(arrived)]
            to_read = [one for one in messages if isinstance(one, ToRead)]
            if arrival in self._unmade:
                self._unmade.remove(arrival)
                with contextlib.suppress(StorageError):
                    await self._write_unmade()
            return [(message, name) for message, name in made if name is not None], to_read
        finally:
            self.is_making = False

    async def _make(self, message: Arrived, name: LocalId) -> LocalId | None:
        """Make the message of a wish on disk, with what is attached to it; None where there is no account.

        What an earlier run made of it is left as it is, and what that did not come to is made.
        """
        origin = self._origin_of(message)
        if origin is None:
            self._compose.on_no_account()
            return None
        drafts, attachments = self._drafts, self._attachments
        if drafts.has_message(name):
            there = {one.name for one in (await drafts.read_message(name)).content.attachments}
            message = message.without_attached(there)
        else:
            account_id, sender = origin
            content = msgspec.structs.replace(message.content, sender=sender)
            if message.is_new:
                content = self._compose.as_new(content, account_id)
            await drafts.begin(account_id, content, sign=True, local_id=name)
        for one in message.enclosed:
            try:
                await attachments.add_bytes(name, one.name, one.data, one.content_type, one.content_id)
            except MailError as error:
                self._shell.tasks.on_mail_error(error)
        # What cannot be attached is said at the attachment itself.
        await attachments.add_files(name, message.attach)
        return name

    def _origin_of(self, message: Arrived) -> tuple[AccountId, Recipient | None] | None:
        """Return from whom a message is: the mailbox that its file names, where that is the person's, else the one on
        screen; its account, and None for that account's own. None where there is no account.
        """
        identities = self._identities
        for account_id, one in identities.every():
            if message.own_from == one.address.casefold():
                return account_id, identities.sender_for(account_id, one.address)
        account, sender = self._compose.origin_here()
        account = account or self._accounts.default  # what is on screen may be of an account that is being removed
        return None if account is None else (account.account_id, sender)


def _identity_of(arrival: StartupRequest, number: int) -> LocalId:
    """Return the identity of the message that is the n-th of a wish: the same at each try, so that it is made once."""
    return LocalId(hashlib.sha256(f"{arrival.named().request_id} {number}".encode()).hexdigest()[:32])


class _Whereabouts:
    """Where the person is: which page, which pane, which window and what in it has the focus."""

    def __init__(self, window: Window) -> None:
        """Note it; to be done before a hold takes the focus."""
        self._window = window
        self._page, self._pane = window.pages.currentWidget(), window.pane.currentWidget()
        self._active, self._focus = QApplication.activeWindow(), QApplication.focusWidget()

    def go_back(self) -> None:
        """Show it again, as far as it is still there."""
        window = self._window
        for stack, shown in ((window.pane, self._pane), (window.pages, self._page)):
            if shown is not None and shiboken6.isValid(shown):
                stack.setCurrentWidget(shown)
        active = self._active
        if active is not None and active is not window and shiboken6.isValid(active):
            come_forward(active, window.gate)
        if self._focus is not None and shiboken6.isValid(self._focus):
            self._focus.setFocus(Qt.FocusReason.OtherFocusReason)


async def _read_nothing(_account_id: AccountId, _files: list[ToRead]) -> Callable[[], None]:
    """Stand for the reader, which is made last."""
    return lambda: None


_DRAGGED: Final = frozenset({QEvent.Type.DragEnter, QEvent.Type.DragMove, QEvent.Type.Drop})
_MESSAGES: Final = frozenset({".eml"})


class Dropping(QObject):
    """Takes what is dropped on the lists, the rail and the reader."""

    def __init__(self, shell: Shell, requests: StartupRequests) -> None:
        """Listen; nothing else of those widgets passes through here than their own few events."""
        super().__init__(shell.window)
        self._shell, self._requests = shell, requests
        targets: tuple[QWidget, ...] = (shell.window.lists, shell.window.sidebar, shell.reader)
        for target in targets:
            target.setAcceptDrops(True)
            target.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: ARG002, N802 - Qt's name, and one work for all that are watched
        """Take drops that hold messages or links; say of others what is taken."""
        if event.type() not in _DRAGGED or not isinstance(event, QDropEvent):
            return False
        if not event.mimeData().hasUrls():
            return False
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        if event.type() is QEvent.Type.Drop:
            self._take(event.mimeData())
        return True

    def _take(self, dropped: QMimeData) -> None:
        arrival = arrival_of([url.toLocalFile() or url.toString() for url in dropped.urls()])
        if arrival.begins_messages():
            self._requests.take_request(arrival)
        else:
            self._shell.status_bar.show_words(
                tr("Only messages (.eml) can be opened here. Drop other files on a message.")
            )


def arrival_of(words: list[str]) -> StartupRequest:
    """Return what of dropped paths and addresses can be opened."""
    from app.domain.mailto import is_mailto

    return StartupRequest(
        links=tuple(word for word in words if is_mailto(word)),
        files=tuple(word for word in words if Path(word).suffix.lower() in _MESSAGES and Path(word).is_absolute()),
    )
