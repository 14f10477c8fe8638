"""What concerns the whole window: places, problems, settings, accounts and their troubles, light and dark."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer

from app.commands.command import Command, Context, does
from app.controllers.lists import OPENS_THE_MESSAGE
from app.controllers.sending import use_own_address
from app.controllers.why_not import ProgramController, no_sign_in
from app.core.i18n import mark, tr
from app.domain.account import AuthKind
from app.domain.errors import AccountError, MailError, StorageError
from app.domain.message import AccountId, LocalId
from app.domain.record import waits_for_answer
from app.domain.state import NEEDS_PERSON
from app.services.accounts.accounts import AccountTrouble
from app.services.outbox.deferred_send import TakenBack
from app.services.outbox.dispatch import Summary
from app.services.outbox.remedies import Wish
from app.services.records.rows import ListRow
from app.services.text.error_text import explain_error
from app.services.text.status_text import explain_record, explain_trouble, short_subject
from app.ui import keys, theme
from app.views.settings.sign_in_bar import SignInBar

if TYPE_CHECKING:
    from app.controllers.program import Program
    from app.views.settings.view import SettingsView
    from app.views.shell.keys_sheet import KeysSheet


_UPLOADS = 200
"""Milliseconds between two looks at how far uploads are."""
_GATHERED = 16
"""Milliseconds for which changes are gathered: one frame."""
_L = Context.LIST


class WindowController(ProgramController):
    """Listens to the services on behalf of the window, and does what belongs to no room."""

    def __init__(self, program: Program) -> None:
        """Listen."""
        self._program = program
        self._settings: SettingsView | None = None
        self._keys: KeysSheet | None = None
        self._in_trouble: AccountId | None = None
        self.sign_in_bar = SignInBar(program.sign_in, program.window)
        program.window.add_bar(self.sign_in_bar)
        program.keymap.changed.subscribe(lambda _: self._keys_changed())
        program.accounts.changed.subscribe(lambda _: self._show_account())
        program.accounts.trouble_changed.subscribe(self._trouble_changed)
        program.accounts.well.subscribe(self._account_well)
        program.accounts.secret_wanted.subscribe(lambda _: self._show_foot())
        program.outbox.summary.subscribe(self._batch_done)
        program.remedies.wished.subscribe(self._wish)
        program.outbox.deferrals.told.subscribe(self._taken_back)
        program.window.account_bar.action_wanted.connect(self._mend_account)
        self._disk_words = ""
        program.journal.troubled.subscribe(self._disk_trouble)
        program.journal.healed.subscribe(lambda _: self._disk_well())
        program.tasks.on_mail_error = self.tell
        self._soon = QTimer(program.window)
        self._soon.setSingleShot(True)
        self._soon.setInterval(_GATHERED)
        self._soon.timeout.connect(self._count)
        for room in program.rooms:
            room.changed.subscribe(lambda _: self._count_soon())
            room.told.subscribe(lambda _: self._count_soon())
        self._count_soon()  # the lists were there first
        program.foot.ticked.subscribe(lambda _: self._tick())
        self._uploads = QTimer(program.window, interval=_UPLOADS, singleShot=True)
        self._uploads.timeout.connect(self._tell_uploads)
        self._uploading: set[LocalId] = set()
        program.drafts.gathering.moved.subscribe(lambda name: self._upload_moved(name[0]))

    def bind_lists(self) -> None:
        """Bind the commands of lists to each of them: only the one with the focus hears its keys."""
        registry = self._program.registry
        for desk in self._program.stage.desks.values():
            keys.bind(desk.place_for_keys, registry, Context.LIST, registry.attempt)
        # Who reads need not go back to the list first; Space and Shift+Down are the text's own there.
        there = [one for one in self._program.registry if not one[0].id.startswith("list.mark")]
        keys.bind(self._program.reader, there, Context.LIST, registry.attempt)

    # --- places -----------------------------------------------------------------------------------------------------

    @does(Command("message.new", mark("New message"), ("Ctrl+N",)))
    @does(Command("list.new", mark("New message"), ("C",), _L))
    def new_message(self) -> None:
        """Begin a message."""
        self._program.writing.begin()

    @does(Command("go.compose", mark("Go to the message being written"), ("Ctrl+1",)))
    @does(Command("list.go_compose", mark("Go to the message being written"), ("G, C",), _L))
    def go_compose(self) -> None:
        """Go to the message being written, or begin one."""
        if not self._program.writing.show_last():
            self._program.writing.begin()

    @does(Command("go.drafts", mark("Go to Drafts"), ("Ctrl+2",)))
    @does(Command("list.go_drafts", mark("Go to Drafts"), ("G, D",), _L))
    def go_drafts(self) -> None:
        """Go to Drafts."""
        self._program.stage.go("drafts")

    @does(Command("go.sent", mark("Go to Sent"), ("Ctrl+3",)))
    @does(Command("list.go_sent", mark("Go to Sent"), ("G, S",), _L))
    def go_sent(self) -> None:
        """Go to Sent."""
        self._program.stage.go("sent")

    @does(Command("go.outbox", mark("Go to Outbox"), ("Ctrl+4",)))
    @does(Command("list.go_outbox", mark("Go to Outbox"), ("G, Q",), _L))
    def go_outbox(self) -> None:
        """Go to Outbox."""
        self._program.stage.go("outbox")

    @does(Command("problem.next", mark("Next problem"), ("F8",)))
    def next_problem(self) -> None:
        """Go to the next row that needs the person: on in this list, then in the others, then round again."""
        self._go_to_problem(1)

    @does(Command("problem.previous", mark("Previous problem"), ("Shift+F8",)))
    def previous_problem(self) -> None:
        """Go to the row before that needs the person."""
        self._go_to_problem(-1)

    def _go_to_problem(self, step: int) -> None:
        stage = self._program.stage
        places = [place for place in stage.desks if place == stage.place or self._has_problems(place)]
        here = places.index(stage.place) if stage.place in places else 0
        walked = stage.in_list() and stage.desk.current() is not None
        if walked and stage.desk.next_problem(step, around=False):
            return
        after = [*places[here + 1 :], *places[:here]]
        for place in after if step > 0 else after[::-1]:
            stage.go(place)
            stage.desk.first_problem(step)
            return
        if stage.place and stage.desk.problems():
            stage.go(stage.place)
            stage.desk.next_problem(step)
        else:
            self._program.foot.say(tr("Nothing needs attention"))

    def _has_problems(self, place: str) -> bool:
        """Tell whether a list has rows that need the person. What the Outbox shows again of Drafts is no other."""
        stage = self._program.stage
        if place != "outbox":
            return bool(stage.desks[place].problems())
        drafts = self._program.drafts_room
        waiting = (row for row in self._program.outbox_room.rows() if _needs_person(row))
        return any(row.local_id is not None and drafts.id_of(row.local_id) is None for row in waiting)

    @does(Command("pane.next", mark("Next pane"), ("F6",)))
    def next_pane(self) -> None:
        """Go to the next pane."""
        self._program.window.focus_next_pane(1)

    @does(Command("pane.previous", mark("Previous pane"), ("Shift+F6",)))
    def previous_pane(self) -> None:
        """Go to the pane before."""
        self._program.window.focus_next_pane(-1)

    @does(Command("window.palette", mark("All commands"), ("Ctrl+Shift+P",)))
    def open_palette(self) -> None:
        """Show every command that makes sense here."""
        self._program.window.open_palette()

    @does(Command("window.keys", mark("Keyboard shortcuts"), ("Ctrl+/",)))
    @does(Command("list.keys", mark("Keyboard shortcuts"), ("?",), _L))
    def show_keys(self) -> None:
        """Show every command with its keys."""
        if self._keys is None:
            from app.views.shell.keys_sheet import KeysSheet

            commands = self._program.keymap.commands
            self._keys = KeysSheet(self._program.window, commands, self._program.window.rest_focus)
        self._program.window.come_forward()
        self._keys.open()

    def _keys_changed(self) -> None:
        """Make the sheet anew when it is asked for again: its keys are others now."""
        sheet, self._keys = self._keys, None
        if sheet is not None:
            sheet.hide()
            sheet.deleteLater()

    @does(Command("window.settings", mark("Settings"), ("Ctrl+,",)))
    def show_settings(self) -> None:
        """Show the settings page."""
        if self._settings is None:
            from app.views.settings.view import AccountPages, SettingsView

            program = self._program
            pages = AccountPages(program.accounts, program.aids, program.tasks, program.registry)
            self._settings = SettingsView(self._program.settings_room, pages=pages)
            self._settings.closed.connect(self._leave_settings)
            self._settings.add_choices(self._program.choices)
        self._program.settings_room.load()
        self._program.window.show_page(self._settings)

    def _leave_settings(self) -> None:
        self._program.window.leave_page()
        self._program.stage.desk.take_focus()

    @does(Command("window.refresh", mark("Look for changes on the server"), ("F5",)))
    def refresh(self) -> None:
        """Look for changes on the server, also where it could not be reached before."""
        for account in self._program.accounts.all():
            if self._program.accounts.trouble(account.account_id) is not None:
                self._program.tasks.spawn(self._program.accounts.try_again(account.account_id), "try the account again")
        for desk in self._program.stage.desks.values():
            desk.session.reload()

    @does(Command("window.scheme", mark("Switch between light and dark")))
    def switch_scheme(self) -> None:
        """From light to dark or back, and remember it."""
        dark = not theme.scheme().dark
        theme.apply(self._program.qt, dark=dark)
        self._program.window.redress()
        for window in self._program.popping.windows:
            window.redress()
        self._program.tasks.spawn(self._program.settings.keep("scheme", "dark" if dark else "light"), "keep scheme")

    @does(Command("window.quit", mark("Quit"), ("Ctrl+Q",)))
    def quit(self) -> None:
        """End the program by closing its window."""
        self._program.window.close()

    # --- accounts ---------------------------------------------------------------------------------------------------

    @does(Command("account.add", mark("Add an account")))
    def add_account(self) -> None:
        """Show the form of a new account."""
        self.show_settings()
        self._program.settings_room.start_new()

    @does(Command("account.signatures", mark("Signatures and templates: make and change")))
    def show_signatures(self) -> None:
        """Show the account's signatures and templates."""
        self._show_account_page("signatures")

    @does(Command("account.mailboxes", mark("Mailboxes to send as: add and remove")))
    def show_mailboxes(self) -> None:
        """Show the mailboxes that the account may send as."""
        self._show_account_page("mailboxes")

    def _show_account_page(self, name: str) -> None:
        self.show_settings()
        account = self._program.accounts.default
        if account is not None and self._settings is not None:
            self._settings.open_page(name, account.account_id)

    def can_sign_in(self) -> bool:
        """Tell whether an account waits for its password."""
        return self._program.sign_in.account is not None

    @does(
        Command(
            "account.sign_in",
            mark("Sign in"),
            help=mark("Type the password of an account that waits for it, or sign it in by the browser."),
        ),
        enabled=can_sign_in,
        why_not=no_sign_in,
    )
    def sign_in(self) -> None:
        """Put the focus where the password is asked for."""
        self._program.window.come_forward()
        self.sign_in_bar.ask_now()

    def _show_account(self) -> None:
        account = self._program.accounts.default
        self._program.show_account(None if account is None else account.account_id)
        self._show_foot()

    def _account_well(self, account_id: AccountId) -> None:
        """Read anew what could not be read while the account was closed or unwell."""
        for room in self._program.rooms:
            if room.account_id == account_id and room.trouble is not None:
                room.reload()
        self._show_foot()

    def _show_foot(self) -> None:
        account = self._program.accounts.default
        if account is None:
            self._program.window.rail.show_account("", tr("No account"), tr("Ctrl+, adds one"), "faint")
            return
        trouble = self._program.accounts.trouble(account.account_id)
        looking = any(room.loading for room in self._program.rooms)
        if not self._program.accounts.is_open(account.account_id) and self.can_sign_in():
            by_browser = account.auth is AuthKind.OAUTH
            words, tone = tr("Waiting for your sign-in") if by_browser else tr("Waiting for your password"), "warn"
        elif trouble is not None or not self._program.accounts.is_open(account.account_id):
            words, tone = tr("Not connected"), "warn"
        else:
            words, tone = (tr("Looking…") if looking else tr("Connected")), "faint"
        name = account.display_name or account.address
        self._program.window.rail.show_account(name, account.address, words, tone)

    def _trouble_changed(self, change: AccountTrouble) -> None:
        bar = self._program.window.account_bar
        self._in_trouble = change.account_id
        if change.trouble is None:
            bar.clear()
        else:
            said = explain_trouble(change.trouble, self._program.clock.now())
            action = (said.action, said.action_words) if said.action else None
            bar.say(said.sentence, tone=said.tone, action=action, details=said.details)
        self._show_foot()

    def _mend_account(self, action: str) -> None:
        account = self._program.accounts.default
        if action == "sign-in":
            self.sign_in()
        elif action == "copy-details":
            self._program.window.account_bar.copy_details()
            self._program.foot.say(tr("Details copied"))
        elif action == "settings":
            self.show_settings()
            room = self._program.settings_room
            if self._in_trouble is not None and any(one.account_id == self._in_trouble for one in room.accounts):
                room.edit(self._in_trouble)
        elif account is not None:
            self._program.tasks.spawn(self._program.accounts.try_again(account.account_id), "try the account again")

    # --- what is told -------------------------------------------------------------------------------------------------

    def tell(self, error: MailError) -> None:
        """Tell of an error that no row stands for. The account's bar says at length what is wrong with the account."""
        said = explain_error(error, self._program.clock.now())
        if isinstance(error, AccountError):
            self._program.foot.say(said.sentence)
        else:
            self._program.window.notice_bar.say(said.sentence, tone=said.tone, details=said.details)

    def _disk_trouble(self, error: StorageError) -> None:
        self._disk_words = str(error)
        self._program.window.notice_bar.say(self._disk_words, tone="bad")

    def _disk_well(self) -> None:
        if self._program.window.notice_bar.accessibleName() == self._disk_words:
            self._program.window.notice_bar.clear()

    def _batch_done(self, summary: Summary) -> None:
        bad = [*summary.needs_attention, *summary.untold]
        records = [record for name in bad[:3] if (record := self._program.records.get(name)) is not None]
        found = explain_record(records[0]) if len(bad) == len(records) == 1 else None
        named = [short_subject(record.head.subject) for record in records]
        self._program.foot.sent(summary.accepted, len(bad), named, "" if found is None else found.sentence)
        self._program.drafts_room.reload()
        self._program.sent_room.reload()

    def _taken_back(self, told: TakenBack) -> None:
        """Say what became of the wish to take a message back from the server."""
        if told.back:
            self._program.foot.say(tr("Taken back: it is a draft again"))
        elif told.sent:
            self._program.foot.say(tr("Too late: it has been sent"))
        else:
            self._program.foot.say(tr("The server could not be asked to give it back"))
        self._program.drafts_room.reload()

    def _wish(self, wish: Wish) -> None:
        if wish.action == "sign-in":
            self.sign_in()
        elif wish.action in OPENS_THE_MESSAGE:
            self._program.writing.open(wish.local_id)
        elif wish.action == "use-own-address":
            use_own_address(self._program, wish.local_id)
        elif wish.action == "settings":
            self.show_settings()

    def _count_soon(self) -> None:
        """Count a batch of changes once, not a hundred times."""
        if not self._soon.isActive():
            self._soon.start()

    def _count(self) -> None:
        rail, outbox = self._program.window.rail, self._program.outbox_room
        rail.show_count("drafts", self._program.drafts_room.count())
        rail.show_count("outbox", outbox.count(), problems=outbox.count_in(NEEDS_PERSON))
        rail.show_count("sent", 0, problems=self._program.sent_room.came_back())
        self._show_foot()

    def _upload_moved(self, name: LocalId) -> None:
        """Say in the lists how far uploads are, a few times a second and not at each piece."""
        self._uploading.add(name)
        if not self._uploads.isActive():
            self._uploads.start()

    def _tell_uploads(self) -> None:
        names, self._uploading = self._uploading, set()
        for desk in self._program.stage.desks.values():
            rows = [row_id for name in names if (row_id := desk.session.id_of(name)) is not None]
            if rows:
                desk.model.forget_faces(rows)

    def _tick(self) -> None:
        for desk in self._program.stage.desks.values():
            desk.model.forget_faces()


def _needs_person(row: ListRow) -> bool:
    return row.state in NEEDS_PERSON or (row.record is not None and waits_for_answer(row.record))
