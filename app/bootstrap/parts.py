"""Makes the parts of the program, and gives each of them what it uses. Nothing else knows all of them.

First come the lists and the services that they stand on; `complete` makes the rest, once rows can be seen.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QApplication

from app import __version__
from app.controllers.unplaced_text import UnplacedText, WaitingText
from app.core.background import run_in_thread
from app.domain.account import Account
from app.domain.listing import Folder, Place
from app.domain.message import AccountId
from app.domain.startup_request import CommandLine
from app.services.accounts.accounts import Accounts
from app.services.accounts.preset_settings import PresetSettings
from app.services.accounts.watched_mailbox import WatchedMailbox
from app.services.drafts.drafts import Drafts
from app.services.drafts.reply_forward import ReplyForward
from app.services.drafts.versions import DraftVersions
from app.services.folders.folder_view import FolderView
from app.services.folders.outbox_view import OutboxView
from app.services.folders.prefetch import Prefetching
from app.services.folders.syncing import Syncing
from app.services.outbox.outbox import Outbox
from app.services.outbox.remedies import Remedies
from app.services.ports import Ports, copies_of
from app.services.reader.message_reader import MessageReader
from app.services.records.records import Records
from app.ui.message_list.row_face import AccountMark
from app.ui.message_list.session import ListSession
from app.ui.tasks import Tasks
from app.views.lists.session import DraftsSession, Lists, OutboxSession, SentSession
from app.views.lists.view import DraftsPanel, OutboxPanel, SentPanel
from app.views.shell.main_window import Window
from app.views.shell.workspace import Workspace

if TYPE_CHECKING:
    from app.commands.command import Command, Context
    from app.controllers.closing import Closing
    from app.controllers.lists.row_actions import RowActions
    from app.domain.recipient import Recipient
    from app.services.drafts.comparison import VersionComparison
    from app.views.compose.session import Tools
    from app.views.settings.session import SettingsSession
    from app.views.settings.view import SettingsView


class Parts:
    """The parts by name. Nothing runs yet when they are made; `run.py` starts them and ends them."""

    def __init__(self, qt: QApplication, window: Window, options: CommandLine, ports: Ports, tasks: Tasks) -> None:
        """Build the lists on `ports`."""
        self.qt, self.window, self.options, self.tasks = qt, window, options, tasks
        self.journal, settings, self._server, self.secrets, self.clock, correspondents, files, self.cache = ports
        self.settings = PresetSettings(settings)
        self.waiting_text = WaitingText(window.gate, self.settings, tasks)
        self.files = files
        self._correspondents = correspondents
        self.is_complete = False
        """Whether more is there than the lists."""
        self._build_services()
        self._build_lists()

    # --- the lists, and what they stand on ----------------------------------------------------------------------------

    def _build_services(self) -> None:
        spawn, clock = self.tasks.spawn, self.clock
        self.accounts = Accounts(self.settings, self.secrets, self._server)
        self.mailbox = WatchedMailbox(self._server, self.accounts, clock)
        self.records = Records(self.journal, clock, spawn)
        self.drafts = Drafts(self.records, self.mailbox, self.accounts, clock, spawn, self.files)
        self.versions = DraftVersions(self.records, self.drafts, self.journal, self.settings, run_in_thread)
        self.outbox = Outbox(self.records, self.drafts, self.mailbox, self.accounts, clock, spawn)
        if self.options.hold is not None:
            self.outbox.hold_seconds = self.options.hold
        self.remedies = Remedies(self.records, self.drafts, self.outbox, self.accounts, spawn)
        self.message_reader = MessageReader(self.records, self.mailbox, run_in_thread)
        self.syncing = Syncing(self.mailbox, self.cache, self.accounts, self.records, clock, spawn)
        self.syncing.told_of_drafts.subscribe(self.drafts.duplicates.seen)
        self.syncing.told_of_drafts.subscribe(self.drafts.renewing.told)
        self.drafts.duplicates.merged.subscribe(self.syncing.gone_soon)
        self.drafts.removed.subscribe(lambda one: self.syncing.gone_soon((one.account_id, one.place, one.item_id)))
        self.drafts.take_from(copies_of(self.cache.drafts))
        self.message_reader.copies = copies_of(self.cache.drafts)
        self.prefetching = Prefetching(
            self.mailbox, self.cache, self.accounts, self.records, self.syncing, clock, spawn
        )
        self.reply_forward = ReplyForward(self.drafts, self.mailbox, self.accounts, clock, run_in_thread)

    def _build_lists(self) -> None:
        spawn, now = self.tasks.spawn, self.clock.now
        self.lists = Lists(
            DraftsSession(self.drafts, self.outbox, spawn, now),
            OutboxSession(self.remedies, spawn, now),
            SentSession(self.drafts, self.message_reader, self.reply_forward, spawn, now),
        )
        for session in self.lists:
            session.moving = self.drafts.fetching.total
            session.account_of = self._mark_of
        self.workspace = Workspace(
            self.window,
            {
                "drafts": DraftsPanel(self.lists.drafts),
                "outbox": OutboxPanel(self.lists.outbox),
                "sent": SentPanel(self.lists.sent),
            },
        )

    def view_of(self, account_id: AccountId, place: Place) -> FolderView:
        """Return the rows of one folder."""
        services = self.records, self.cache, self.mailbox, self.syncing, self.tasks.spawn
        if place == Place(Folder.OUTBOX):
            return OutboxView(account_id, *services)
        return FolderView(account_id, place, *services)

    def show_accounts(self, session: ListSession) -> None:
        """Let a list show its folder of every account; no rows where there is none."""
        known = tuple(account.account_id for account in self.accounts.all())
        if session.accounts == known:
            return
        views = [self.view_of(account_id, Place(session.folder)) for account_id in known]
        if len(views) <= 1:
            session.attach(next(iter(views), None))
            return
        from app.services.folders.combined_view import CombinedOutbox, CombinedView

        session.attach((CombinedOutbox if session.folder is Folder.OUTBOX else CombinedView)(views))

    def show_all_accounts(self) -> None:
        """Let each of the lists show every account."""
        for session in self.lists:
            self.show_accounts(session)

    def _mark_of(self, account_id: AccountId) -> AccountMark | None:
        """Return how the rows of an account are told from those of others."""
        account = self.accounts.get(account_id)
        if account is None or not self.accounts.several:
            return None
        return AccountMark(account.called, self.accounts.color(account_id))

    # --- the rest -----------------------------------------------------------------------------------------------------

    def complete(self) -> None:
        """Load and build what the lists do without; once is enough."""
        if not self.is_complete:
            self.is_complete = True
            self._build_more_services()
            self._build_shell()
            self._build_writing()
            self._build_controllers()

    def _build_more_services(self) -> None:
        from app.services.accounts.accounts import SigningIn
        from app.services.accounts.mailbox_discovery import Aids
        from app.services.checks.size import SizeLimits
        from app.services.drafts.draft_attachments import DraftAttachments
        from app.services.drafts.id_translation import IdTranslation
        from app.services.folders.notifications import ChangeNotifications
        from app.services.outbox.reminders import Reminders
        from app.services.people.address_book import AddressBook, RecipientBackfill
        from app.services.people.directory import Directory, Tips
        from app.services.people.people import People
        from app.ui.browser import open_in_browser

        spawn, clock = self.tasks.spawn, self.clock
        self.signing = SigningIn(self._server, self.accounts, self.secrets, spawn, open_in_browser)
        self._id_translation = IdTranslation(
            self.records, self.accounts, self.mailbox, self._server, self.cache, clock, spawn
        )
        self.attachments = DraftAttachments(self.records, self.drafts, self.files, spawn)
        self.aids = Aids(self.settings, self.mailbox, self.accounts, clock)
        self.aids.styles.is_locked = self.settings.is_locked
        self.drafts.sign = self.aids.signatures.sign
        self.drafts.copy_for = self.aids.identities.copy_for
        self.reply_forward.sender_for = self.aids.identities.sender_of_answer
        self.reply_forward.own_addresses = self.aids.identities.own_addresses
        self.reply_forward.base_for = self.aids.styles.base
        self.reply_forward.outlook_heads = self.aids.styles.outlook_heads
        self.reply_forward.any_color = self.aids.styles.any_color
        self.notifications = ChangeNotifications(self.mailbox, self.accounts, self.syncing, self.records, clock, spawn)
        self.address_book = AddressBook(self._correspondents, self.records, clock, spawn, run_in_thread)
        self.message_reader.read_in_sent.subscribe(lambda r: self.address_book.learn_from_sent(*r))
        self._backfill = RecipientBackfill(self._server, self.cache, self.address_book, self.settings, clock, spawn)
        self.syncing.sent.subscribe(self._backfill.messages_came)
        directory = Directory(self.mailbox, self._server, self.accounts, clock, spawn)
        tips = Tips(self._server, self.accounts, clock, spawn, run_in_thread)
        self.people = People(self.address_book, directory, tips, self.accounts, run_in_thread)
        self.reminders = Reminders(self.settings, self.mailbox, self.records, self.accounts, clock, spawn)
        self.size_limits = SizeLimits(self.records, self.settings, spawn)
        self.people.refused = self.size_limits.refused

    def _build_shell(self) -> None:
        from app.commands.command import Registry
        from app.controllers.shell import Shell
        from app.services.outbox.undoing import UndoStack
        from app.ui.reader.reader import Reader
        from app.views.settings.sign_in_session import BrowserSignIn, SignInSession
        from app.views.shell.status_bar import StatusBar

        self.sign_in = SignInSession(self.accounts, self.tasks, BrowserSignIn(self.signing, self.tasks))
        self.reader, self.registry, undo_stack = Reader(), Registry(), UndoStack()
        self.workspace.take_reader(self.reader)
        self.status_bar = StatusBar(self.window, self.clock.now, undo_stack)
        self.people.said.subscribe(self.status_bar.show_words)
        self.shell = Shell(
            qt=self.qt,
            window=self.window,
            lists=self.lists,
            workspace=self.workspace,
            reader=self.reader,
            status_bar=self.status_bar,
            undo_stack=undo_stack,
            registry=self.registry,
            tasks=self.tasks,
            clock=self.clock,
        )

    def _build_writing(self) -> None:
        """Make what messages are written with, and what goes with their windows."""
        from app.controllers.all_commands import ALL
        from app.controllers.compose.compose import ComposeController, RenewalController
        from app.controllers.settings import KeymapController, PreferencesController
        from app.controllers.spelling import SpellingController
        from app.controllers.startup_requests import StartupRequests

        shell, spawn = self.shell, self.tasks.spawn
        self.compose = ComposeController(shell, self.accounts, self.drafts, self.outbox, self._tools)
        self.compose.origin_here = self._origin_here
        RenewalController(self.drafts, self.compose)
        self.startup_requests = StartupRequests(
            shell, self.accounts, self.drafts, self.attachments, self.aids.identities, self.compose, self.settings
        )
        self.unplaced_text = UnplacedText(shell, self.settings, self.compose, self.waiting_text)
        self.keymap = KeymapController(ALL, self.registry, self.window.notice_bar, self.compose.windows, spawn)
        self.preferences = PreferencesController(
            self.settings, self.outbox, self.reply_forward, self.people, self.compose, self.keymap, spawn
        )
        self.spelling = SpellingController(self.window, self.settings, self.compose, self.people, spawn)

    def _origin_here(self) -> tuple[Account | None, Recipient | None]:
        """Return the account and the mailbox on screen, None for its own: a new message is from what is looked at."""
        whose = self.other_mailboxes.whose(self.workspace.place)
        account = self.accounts.default if whose is None else self.accounts.get(whose.account_id)
        if account is None or whose is None:
            return account, None
        return account, self.aids.identities.sender_for(account.account_id, whose.mailbox)

    def _tools(self) -> Tools:
        from app.views.compose.session import Tools

        return Tools(
            self.records,
            self.drafts,
            self.outbox,
            self.remedies,
            self.tasks.spawn,
            self.clock.now,
            self.aids,
            self.attachments,
            self.people,
            self.window.gate.begin,
        )

    def _build_controllers(self) -> None:
        from app.controllers.accounts import AccountController
        from app.controllers.compose.sending import SendFeedback, UnseenFailures
        from app.controllers.lists.lists import ListController, ServerOutboxController
        from app.controllers.lists.other_mailboxes import OtherMailboxes
        from app.controllers.lists.received_list import ReceivedList
        from app.controllers.lists.resolution import ComparisonController, ManualResolution
        from app.controllers.lists.row_actions import RowActions
        from app.controllers.new_version import NewVersion
        from app.controllers.startup_requests import Dropping
        from app.controllers.window import WindowController
        from app.core.program_files import ours
        from app.services.outbox.save_sent_copy import SentCopy

        shell, compose = self.shell, self.compose
        self.window_controller = WindowController(
            shell, self.accounts, self.drafts, self.settings, self.journal, self.keymap, compose
        )
        self.account_controller = AccountController(
            shell, self.accounts, self.records, self.remedies, self.sign_in, self.show_all_accounts, self._settings_view
        )
        self.account_controller.offer_first_account(compose)
        self._build_versions()
        self.comparison = ComparisonController(shell, compose, self.remedies, self._version_comparison)
        sent_copy = SentCopy(self.records, self.mailbox, self.accounts, self.files, self.clock)
        self.resolution = ManualResolution(shell, self.records, self.remedies, sent_copy)
        self._build_reader()
        unseen = UnseenFailures(shell, self.records, self.accounts, compose)
        row_actions = RowActions(shell, self.drafts, self.outbox, self.syncing)
        row_actions.on_kept_back = unseen.add
        feedback = SendFeedback(shell, self.records, self.outbox, compose, self.bulk.stop)
        ServerOutboxController(shell)
        self.received_list = ReceivedList(shell, self.accounts, self.show_accounts)
        self.list_controller = ListController(
            shell, self.remedies, compose, row_actions, self.bulk, self.resolution, feedback
        )
        self._build_after_sending(row_actions)
        self.other_mailboxes = OtherMailboxes(shell, self.accounts, self.records, self.aids.identities, self.view_of)
        Dropping(shell, self.startup_requests)
        self.new_version = NewVersion(shell, ours, run_in_thread)

    def _build_versions(self) -> None:
        """Make what shows earlier versions of drafts, and let the settings say whether there are any."""
        from app.controllers.compose.versions import VersionsController

        def keep(on: bool) -> None:
            self.tasks.spawn(self.versions.choose(on=on), "choose whether versions are kept")

        self.versions_controller = VersionsController(self.shell, self.compose, self.versions, self.drafts)
        self.preferences.are_versions_kept = lambda: self.versions.is_on
        self.preferences.keep_versions = keep

    def _build_after_sending(self, row_actions: RowActions) -> None:
        """Make what goes on with messages once they were sent, and what tells of it and of new versions."""
        from app.controllers.lists.reminding import ReminderController
        from app.controllers.lists.resending import ResendController
        from app.controllers.new_version import ReleaseNotice
        from app.controllers.notices import NoticeController
        from app.ui.browser import open_in_browser

        self.release_notice = ReleaseNotice(self.shell, self.accounts, self.settings, __version__, open_in_browser)
        self.resending = ResendController(self.shell, self.records, self.outbox, row_actions)
        self.resending.on_sent = self.list_controller.sent_from_message
        self.reminding = ReminderController(self.shell, self.reminders)
        self.list_controller.acts |= self.reminding.acts
        self.reminders.changed.subscribe(lambda _: self.reader_controller.say_anew())
        self.notices = NoticeController(self.shell, self.records, self.reminders, self.reminding, self.settings)
        self.preferences.notice_kinds = lambda: self.notices.kinds
        self.preferences.choose_notices = self.notices.choose
        self._build_sent_signature()

    def _build_reader(self) -> None:
        """Make what acts on the message that is read, and on many of them."""
        from app.controllers.lists.bulk import BulkController
        from app.controllers.menus import MenuController
        from app.controllers.reader.attachment_viewer import AttachmentViewerController
        from app.controllers.reader.reader import ConversationController, ReaderController
        from app.controllers.reader.received import ReceivedController, Writing
        from app.services.folders.bulk_operations import BulkOperations
        from app.services.reader.attachment_viewer import ViewedAttachments
        from app.services.reader.message_reader import ConversationLookup

        shell = self.shell
        MenuController(shell)
        viewed = ViewedAttachments(self.mailbox, self.files, self.tasks.spawn)
        self.attachment_viewer = AttachmentViewerController(
            shell, self.accounts, self.settings, self.message_reader, viewed
        )
        self.startup_requests.read = self.attachment_viewer.open_files
        self.received = ReceivedController(
            shell,
            self.accounts,
            self.aids.identities,
            Writing(self.drafts, self.attachments, self.reply_forward),
            self.compose,
            self.attachment_viewer,
        )
        lookup = ConversationLookup(self.mailbox, self.cache, self.clock)
        lookup.found.subscribe(self.syncing.tell_sent)
        self.conversation = ConversationController(shell, self.records, self.cache, lookup, self.attachment_viewer)
        self.syncing.changed.subscribe(self.conversation.look_again)
        self.reader_controller = ReaderController(
            shell,
            self.accounts,
            self.syncing,
            self.message_reader,
            self.compose,
            self.attachment_viewer,
            self.conversation,
        )
        batches = BulkOperations(self.mailbox, self.records, self.syncing, self.clock)
        self.bulk = BulkController(shell, self.records, self.aids, batches, self.message_reader, self.attachment_viewer)

    def _build_sent_signature(self) -> None:
        from app.controllers.lists.sent_signature import SentSignature

        self.sent_signature = SentSignature(
            self.shell, self.message_reader, self.attachment_viewer.viewed, self.account_controller.show_new_signature
        )

    def _version_comparison(self) -> VersionComparison:
        from app.services.drafts.comparison import VersionComparison

        return VersionComparison(self.records, self.drafts, self.mailbox, run_in_thread)

    @cached_property
    def settings_session(self) -> SettingsSession:
        """The settings, made when they are first opened."""
        from app.credentials.certificates import check_ca_file
        from app.views.settings.session import SettingsSession
        from app.views.settings.sign_in_session import BrowserSignIn

        known = self.settings
        browser = BrowserSignIn(self.signing, self.tasks)
        return SettingsSession(self.accounts, self.secrets, self.tasks, check_ca_file, browser, lambda: known.presets)

    def _settings_view(self) -> SettingsView:
        from app.services.drafts.account_removal import AccountRemoval
        from app.views.settings.view import AccountPages, SettingsView

        self.settings_session.removal = AccountRemoval(
            self.records, self.drafts, self.accounts, self.outbox.undo, self._forget_account
        )
        view = SettingsView(
            self.settings_session, pages=AccountPages(self.accounts, self.aids, self.tasks, self.registry)
        )
        self.aids.styles.heads_of_all = lambda: self.preferences.heads
        self.preferences.choose_scheme = self.window_controller.choose_scheme
        self.preferences.choose_density = self.window_controller.choose_density
        self.preferences.chosen_scheme = lambda: self.window_controller.scheme
        view.add_choices(self.preferences, self.spelling)
        return view

    async def _forget_account(self, account_id: AccountId) -> None:
        """Remove what is kept here of an account beside its messages. Raises StorageError."""
        self.address_book.forget_account(account_id)
        await self.aids.identities.forget(account_id)
        await self.aids.signatures.forget(account_id)
        await self.aids.styles.forget(account_id)
        await self.reminders.forget_account(account_id)

    # --- keys and the end ---------------------------------------------------------------------------------------------

    def connect(self) -> None:
        """Make the whole, bind the keys as they are now, and go to Drafts; nothing is read or started yet."""
        self.complete()
        self._bind_commands()
        self._hint_at_sequences()
        self.other_mailboxes.begin()
        self.account_controller.account_here = lambda: self._origin_here()[0]
        self.window.contexts = self._contexts
        self.workspace.go("drafts")
        self.workspace.panel.list.choose_only(None)  # the program went there, and the person has not seen it yet

    def _contexts(self) -> frozenset[Context]:
        """Return whose commands make sense on the page that is shown."""
        from app.commands.command import Context

        return frozenset({Context.WINDOW}) if self.versions_controller.is_shown() else self.comparison.contexts()

    def _bind_commands(self) -> None:
        from app.controllers.all_commands import all_bound
        from app.controllers.compose.compose_commands import (
            AttachmentCommands,
            ComposeCommands,
            FindingCommands,
            OptionCommands,
            RecipientCommands,
            TextCommands,
        )
        from app.controllers.lists.list_navigation import ListNavigation

        compose = self.compose
        controllers = [
            *(
                self.new_version,
                self.window_controller,
                self.received_list,
                self.account_controller,
                self.other_mailboxes,
                self.list_controller,
                self.resending,
                self.reminding,
                self.sent_signature,
            ),
            *(self.resolution, self.unplaced_text, self.comparison, compose.message_windows, self.bulk),
            *(ListNavigation(self.shell), self.reader_controller, self.attachment_viewer, self.conversation),
            self.received,
            self.versions_controller,
            *(ComposeCommands(compose), OptionCommands(compose), TextCommands(compose)),
            *(AttachmentCommands(compose), FindingCommands(compose), RecipientCommands(compose)),
        ]
        own = {command.id: command for command in self.keymap.commands}
        pairs = all_bound(controllers, self.status_bar.hint)
        self.registry.add((own[command.id], handler) for command, handler in pairs)
        self.window.connect_commands(self.registry)
        self.window_controller.bind_lists()
        self.received.bind_keys()

    def _hint_at_sequences(self) -> None:
        from app.ui.keys import KeyHints

        def possible() -> list[Command]:
            contexts = self.window.contexts()
            return [command for command, _ in self.registry if command.context in contexts]

        hints = KeyHints(self.window, possible)
        for panel in self.workspace.panels.values():
            hints.watch(panel)
        hints.watch(self.reader)

    def serve(self, closing: Closing) -> None:
        """Let `closing` look after the messages."""
        self.new_version.on_restart = closing.restart
        self.account_controller.serve(closing.turn, self.options.sandbox)
        closing.serve(
            self.shell,
            self.accounts,
            self.records,
            self.outbox,
            self.journal,
            self.compose,
            self.startup_requests,
        )
