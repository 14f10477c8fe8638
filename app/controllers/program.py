"""All parts of the running program, made and held together: ports filled, services on them, rooms on those."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QApplication, QWidget

from app.core.background import run_in_thread
from app.domain.listing import Folder, Place
from app.domain.message import AccountId
from app.domain.startup_request import CommandLine
from app.services.accounts.accounts import Accounts
from app.services.accounts.preset_settings import PresetSettings
from app.services.accounts.watched_mailbox import WatchedMailbox
from app.services.drafts.drafts import Drafts
from app.services.drafts.reply_forward import Following
from app.services.folders.folder_view import FolderView
from app.services.folders.outbox_view import OutboxView
from app.services.folders.prefetch import Prefetching
from app.services.folders.syncing import Syncing
from app.services.outbox.outbox import HOLD_SECONDS, Outbox
from app.services.outbox.remedies import Remedies
from app.services.ports import (
    Ports,
    copies_of,
)
from app.services.reader.message_reader import MessageReader
from app.services.records.records import Records
from app.ui.message_list.session import ListSession
from app.ui.tasks import Tasks
from app.views.lists.session import DraftsSession, OutboxSession, SentSession
from app.views.lists.view import DraftsDesk, OutboxDesk, SentDesk
from app.views.shell.main_window import Window
from app.views.shell.workspace import Workspace

if TYPE_CHECKING:
    from app.views.settings.session import SettingsSession


class Program:
    """The parts by name. Nothing runs yet when it is made; `running.py` starts it and ends it.

    Made are the lists and what they stand on; `complete` makes and loads the rest, once rows can be seen.
    """

    def __init__(self, qt: QApplication, window: Window, options: CommandLine, ports: Ports, tasks: Tasks) -> None:
        """Build the lists on `ports`."""
        self.qt, self.window, self.options, self.tasks = qt, window, options, tasks
        self.hold = HOLD_SECONDS if options.hold is None else options.hold
        self.journal, settings, self._server, self.secrets, self.clock, correspondents, files, self.cache = ports
        self.settings = PresetSettings(settings)
        self.files = files
        self._correspondents = correspondents
        self._is_complete = False
        self._build_lists()
        self._build_rooms()

    def _build_lists(self) -> None:
        spawn, clock = self.tasks.spawn, self.clock
        self.accounts = Accounts(self.settings, self.secrets, self._server)
        self.mailbox = WatchedMailbox(self._server, self.accounts, clock)
        self.records = Records(self.journal, clock, spawn)
        self.drafts = Drafts(self.records, self.mailbox, self.accounts, clock, spawn, self.files)
        self.outbox = Outbox(self.records, self.drafts, self.mailbox, self.accounts, clock, spawn)
        self.remedies = Remedies(self.records, self.drafts, self.outbox, self.accounts, spawn)
        self.remedies.hold_seconds = self.hold
        self.readings = MessageReader(self.records, self.mailbox, run_in_thread)
        self.syncing = Syncing(self.mailbox, self.cache, self.accounts, self.records, clock, spawn)
        self.syncing.told_of_drafts.subscribe(self.drafts.twins.seen)
        self.syncing.told_of_drafts.subscribe(self.drafts.renewing.told)
        self.drafts.twins.merged.subscribe(self.syncing.gone_soon)
        self.drafts.take_from(copies_of(self.cache.drafts))
        self.readings.copies = copies_of(self.cache.drafts)
        self.prefetching = Prefetching(
            self.mailbox, self.cache, self.accounts, self.records, self.syncing, clock, spawn
        )
        self.following = Following(self.drafts, self.mailbox, self.accounts, clock, run_in_thread)

    def _build_rooms(self) -> None:
        spawn, now = self.tasks.spawn, self.clock.now
        self.drafts_room = DraftsSession(self.drafts, self.outbox, spawn, now)
        self.outbox_room = OutboxSession(self.remedies, spawn, now)
        self.sent_room = SentSession(self.drafts, self.readings, self.following, spawn, now)
        self.rooms: tuple[ListSession, ...] = (self.drafts_room, self.outbox_room, self.sent_room)
        for room in self.rooms:
            room.moving = self.drafts.gathering.total
        self.stage = Workspace(
            self.window,
            {
                "drafts": DraftsDesk(self.drafts_room),
                "outbox": OutboxDesk(self.outbox_room),
                "sent": SentDesk(self.sent_room),
            },
        )

    @property
    def is_complete(self) -> bool:
        """Tell whether more is there than the lists."""
        return self._is_complete

    def complete(self) -> None:
        """Load and build what the lists do without; once is enough."""
        if not self._is_complete:
            self._is_complete = True
            self._build_services()
            self._build_window()
            self._build_work()

    def _build_services(self) -> None:
        from app.services.accounts.accounts import SigningIn
        from app.services.accounts.mailbox_discovery import Aids
        from app.services.checks.size import SizeLimits
        from app.services.drafts.draft_attachments import Attachments
        from app.services.folders.notifications import ChangeNotifications
        from app.services.people.address_book import AddressBook, RecipientBackfill
        from app.services.people.directory import Directory, Tips
        from app.services.people.people import People
        from app.ui.browser import open_in_browser

        spawn, clock = self.tasks.spawn, self.clock
        self.signing = SigningIn(self._server, self.accounts, self.secrets, spawn, open_in_browser)
        self.attachments = Attachments(self.records, self.drafts, self.files, spawn)
        self.aids = Aids(self.settings, self.mailbox, self.accounts, clock)
        self.drafts.sign = self.aids.signatures.sign
        self.listening = ChangeNotifications(self.mailbox, self.accounts, self.syncing, self.records, clock, spawn)
        self.address_book = AddressBook(self._correspondents, self.records, clock, spawn, run_in_thread)
        self.readings.read_in_sent.subscribe(lambda r: self.address_book.learn_from_sent(*r))
        self.acquainting = RecipientBackfill(self._server, self.cache, self.address_book, self.settings, clock, spawn)
        self.syncing.sent.subscribe(self.acquainting.messages_came)
        directory = Directory(self.mailbox, self._server, self.accounts, clock, spawn)
        tips = Tips(self._server, self.accounts, clock, spawn, run_in_thread)
        self.people = People(self.address_book, directory, tips, self.accounts, run_in_thread)
        self.size_limits = SizeLimits(self.records, self.settings, spawn)
        self.people.refused = self.size_limits.refused

    def _build_window(self) -> None:
        from app.services.outbox.undoing import UndoStack
        from app.ui.reader.reader import Reader
        from app.views.settings.sign_in_session import BrowserSignIn, SignInSession
        from app.views.shell.status_bar import StatusBar

        self.sign_in = SignInSession(self.accounts, self.tasks, BrowserSignIn(self.signing, self.tasks))
        self.reader = Reader()
        self.stage.take_reader(self.reader)
        self.undoing = UndoStack()
        self.foot = StatusBar(self.window, self.clock.now, self.undoing)
        self.people.said.subscribe(self.foot.say)

    def _build_work(self) -> None:
        from app.commands.command import Registry
        from app.controllers.compose import ComposeController
        from app.controllers.message_windows import MessageWindows
        from app.controllers.resolution import ComparingWork, ManualResolution
        from app.controllers.settings import ChoicesWork, KeymapWork
        from app.controllers.startup_requests import StartupRequests
        from app.controllers.unplaced_text import UnplacedText
        from app.services.outbox.save_sent_copy import SentCopy

        self.registry = Registry()
        self.popping = MessageWindows(self)
        self.writing = ComposeController(self)
        self.wishes = StartupRequests(self)
        self.unplaced = UnplacedText(self)
        self.keymap = KeymapWork(self)
        self.choices = ChoicesWork(self)
        self.comparing = ComparingWork(self)
        self.settling = ManualResolution(
            self, SentCopy(self.records, self.mailbox, self.accounts, self.files, self.clock)
        )

    @cached_property
    def settings_room(self) -> SettingsSession:
        """The settings, made when they are first opened."""
        from app.credentials.certificates import check_ca_file
        from app.views.settings.session import SettingsSession
        from app.views.settings.sign_in_session import BrowserSignIn

        known = self.settings
        browser = BrowserSignIn(self.signing, self.tasks)
        return SettingsSession(self.accounts, self.secrets, self.tasks, check_ca_file, browser, lambda: known.presets)

    def windows(self) -> list[QWidget]:
        """Return every window that has commands."""
        return [self.window, *self.popping.windows]

    def let_wait(self, seconds: float) -> None:
        """Let a send wait so long for Undo."""
        self.hold = self.remedies.hold_seconds = seconds

    def show_account(self, account_id: AccountId | None) -> None:
        """Let every list show this account."""
        for room in self.rooms:
            if room.account_id != account_id:
                room.attach(None if account_id is None else self.view_of(account_id, Place(room.folder)))

    def view_of(self, account_id: AccountId, place: Place) -> FolderView:
        """Return a list of one folder."""
        services = self.records, self.cache, self.mailbox, self.syncing, self.tasks.spawn
        if place == Place(Folder.OUTBOX):
            return OutboxView(account_id, *services)
        return FolderView(account_id, place, *services)
