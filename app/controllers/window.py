"""What concerns the whole window: places, problems, settings, accounts and their troubles, light and dark."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer

from app.commands.command import Command, Context, does
from app.controllers.compose.compose import ComposeController
from app.controllers.settings import KeymapController
from app.controllers.shell import Shell, ShellController
from app.core.i18n import mark, tr
from app.domain.errors import AccountError, MailError, StorageError
from app.domain.message import LocalId
from app.domain.record import waits_for_answer
from app.domain.state import NEEDS_PERSON
from app.services.accounts.accounts import Accounts
from app.services.accounts.preset_settings import PresetSettings
from app.services.drafts.drafts import Drafts
from app.services.ports import Journal
from app.services.records.rows import ListRow
from app.services.text.error_text import explain_error
from app.ui import keys, theme

if TYPE_CHECKING:
    from app.views.shell.keys_sheet import KeysSheet


_UPLOADS = 200
"""Milliseconds between two looks at how far uploads are."""
_GATHERED = 16
"""Milliseconds for which changes are gathered: one frame."""
_L = Context.LIST


class WindowController(ShellController):
    """Listens to the services on behalf of the window, and does what belongs to no room."""

    def __init__(
        self,
        shell: Shell,
        accounts: Accounts,
        drafts: Drafts,
        settings: PresetSettings,
        journal: Journal,
        keymap: KeymapController,
        compose: ComposeController,
    ) -> None:
        """Listen."""
        self.scheme = ""
        """The scheme that was chosen, one of `theme.CHOICES`."""
        self._shell, self._accounts, self._settings, self._compose = shell, accounts, settings, compose
        self._keymap = keymap
        self._follow_desktop()
        self._keys: KeysSheet | None = None
        keymap.changed.subscribe(lambda _: self._keys_changed())
        self._disk_words = ""
        journal.troubled.subscribe(self._disk_trouble)
        journal.healed.subscribe(lambda _: self._disk_well())
        shell.tasks.on_mail_error = self.show_error
        self._soon = QTimer(shell.window, interval=_GATHERED, singleShot=True)
        self._soon.timeout.connect(self._count)
        for session in shell.lists:
            session.changed.subscribe(lambda _: self._count_soon())
            session.told.subscribe(lambda _: self._count_soon())
        self._count_soon()  # the lists were there first
        shell.status_bar.ticked.subscribe(lambda _: self._tick())
        self._uploads = QTimer(shell.window, interval=_UPLOADS, singleShot=True)
        self._uploads.timeout.connect(self._tell_uploads)
        self._uploading: set[LocalId] = set()
        drafts.fetching.moved.subscribe(lambda name: self._upload_moved(name[0]))

    def bind_lists(self) -> None:
        """Bind the commands of lists to each of them: only the one with the focus hears its keys."""
        registry = self._shell.registry
        for panel in self._shell.workspace.panels.values():
            keys.bind(panel.place_for_keys, registry, Context.LIST, registry.attempt)
        # Who reads need not go back to the list first; Space and Shift+Down are the text's own there.
        there = [one for one in self._shell.registry if not one[0].id.startswith("list.mark")]
        keys.bind(self._shell.reader, there, Context.LIST, registry.attempt)

    # --- places -----------------------------------------------------------------------------------------------------

    @does(Command("message.new", mark("New message"), ("Ctrl+N",)))
    @does(Command("list.new", mark("New message"), ("C",), _L))
    def new_message(self) -> None:
        """Begin a message."""
        self._compose.begin()

    @does(Command("go.compose", mark("Go to the message being written"), ("Ctrl+1",)))
    @does(Command("list.go_compose", mark("Go to the message being written"), ("G, C",), _L))
    def go_compose(self) -> None:
        """Go to the message being written, or begin one."""
        if not self._compose.show_last():
            self._compose.begin()

    @does(Command("go.drafts", mark("Go to Drafts"), ("Ctrl+2",)))
    @does(Command("list.go_drafts", mark("Go to Drafts"), ("G, D",), _L))
    def go_drafts(self) -> None:
        """Go to Drafts."""
        self._shell.workspace.go("drafts")

    @does(Command("go.sent", mark("Go to Sent"), ("Ctrl+3",)))
    @does(Command("list.go_sent", mark("Go to Sent"), ("G, S",), _L))
    def go_sent(self) -> None:
        """Go to Sent."""
        self._shell.workspace.go("sent")

    @does(Command("go.outbox", mark("Go to Outbox"), ("Ctrl+4",)))
    @does(Command("list.go_outbox", mark("Go to Outbox"), ("G, Q",), _L))
    def go_outbox(self) -> None:
        """Go to Outbox."""
        self._shell.workspace.go("outbox")

    @does(Command("problem.next", mark("Next problem"), ("F8",)))
    def next_problem(self) -> None:
        """Go to the next row that needs the person: on in this list, then in the others, then round again."""
        self._go_to_problem(1)

    @does(Command("problem.previous", mark("Previous problem"), ("Shift+F8",)))
    def previous_problem(self) -> None:
        """Go to the row before that needs the person."""
        self._go_to_problem(-1)

    def _go_to_problem(self, step: int) -> None:
        workspace = self._shell.workspace
        places = [place for place in workspace.panels if place == workspace.place or self._has_problems(place)]
        here = places.index(workspace.place) if workspace.place in places else 0
        walked = workspace.in_list() and workspace.panel.current() is not None
        if walked and workspace.panel.next_problem(step, around=False):
            return
        after = [*places[here + 1 :], *places[:here]]
        for place in after if step > 0 else after[::-1]:
            workspace.go(place)
            workspace.panel.first_problem(step)
            return
        if workspace.place and workspace.panel.problems():
            workspace.go(workspace.place)
            workspace.panel.next_problem(step)
        else:
            self._shell.status_bar.show_words(tr("Nothing needs attention"))

    def _has_problems(self, place: str) -> bool:
        """Return whether a list has rows that need the person. What the Outbox shows again of Drafts is no other."""
        workspace = self._shell.workspace
        if place in workspace.repeating:
            return False
        if place != "outbox":
            return bool(workspace.panels[place].problems())
        waiting = (row for row in self._shell.lists.outbox.rows() if _needs_person(row))
        return any(row.local_id is not None and not self._is_in_drafts(row.local_id) for row in waiting)

    @does(Command("pane.next", mark("Next pane"), ("F6",)))
    def next_pane(self) -> None:
        """Go to the next pane."""
        self._shell.window.focus_next_pane(1)

    @does(Command("pane.previous", mark("Previous pane"), ("Shift+F6",)))
    def previous_pane(self) -> None:
        """Go to the pane before."""
        self._shell.window.focus_next_pane(-1)

    @does(Command("window.palette", mark("All commands"), ("Ctrl+Shift+P",)))
    def open_palette(self) -> None:
        """Show every command that makes sense here."""
        self._shell.window.open_palette()

    @does(Command("window.keys", mark("Keyboard shortcuts"), ("Ctrl+/", "F1")))
    @does(Command("list.keys", mark("Keyboard shortcuts"), ("?",), _L))
    def show_keys(self) -> None:
        """Show every command with its keys."""
        if self._keys is None:
            from app.views.shell.keys_sheet import KeysSheet

            commands = self._keymap.commands
            self._keys = KeysSheet(self._shell.window, commands, self._shell.window.rest_focus)
        self._shell.window.come_forward()
        self._keys.show_sheet()

    def _keys_changed(self) -> None:
        """Make the sheet anew when it is asked for again: its keys are others now."""
        sheet, self._keys = self._keys, None
        if sheet is not None:
            sheet.hide()
            sheet.deleteLater()

    @does(Command("window.refresh", mark("Look for changes on the server"), ("F5",)))
    def refresh(self) -> None:
        """Look for changes on the server, also where it could not be reached before."""
        for account in self._accounts.all():
            if self._accounts.trouble(account.account_id) is not None:
                self._shell.tasks.spawn(self._accounts.try_again(account.account_id), "try the account again")
        for panel in self._shell.workspace.panels.values():
            panel.session.reload()

    @does(Command("window.scheme", mark("Switch between light and dark")))
    def switch_scheme(self) -> None:
        """From light to dark or back, and remember it."""
        self.choose_scheme("light" if theme.scheme().dark else "dark")

    def choose_scheme(self, scheme: str) -> None:
        """Dress the program as one of `theme.CHOICES` says, and remember it."""
        self.scheme = scheme
        self._dress()
        self._shell.tasks.spawn(self._settings.keep_setting("scheme", scheme), "keep scheme")

    def choose_density(self, density: str) -> None:
        """Let things stand as close as a name of `theme.DENSITIES` says, and remember it."""
        theme.set_density(self._shell.qt, density)
        self._redress()
        self._shell.tasks.spawn(self._settings.keep_setting("density", density), "keep density")

    def _follow_desktop(self) -> None:
        """Be dark or light, and of high contrast, as the desktop is from now on, where that is wanted."""
        hints, window = self._shell.qt.styleHints(), self._shell.window
        # By way of the window: what listens to the desktop itself would outlive it.
        hints.colorSchemeChanged.connect(window.desktop_changed)
        hints.accessibility().contrastPreferenceChanged.connect(window.desktop_changed)
        window.desktop_changed.connect(self._dress)

    def _dress(self) -> None:
        """Wear the scheme that is wanted now, if it is another."""
        scheme = theme.wanted(self._shell.qt, self.scheme)
        if scheme != theme.scheme():
            theme.apply(self._shell.qt, scheme)
            self._redress()

    def _redress(self) -> None:
        self._shell.window.redress()
        for window in self._compose.message_windows.windows:
            window.redress()

    @does(Command("window.text_larger", mark("Show text larger"), ("Ctrl++", "Ctrl+=")))
    def show_larger(self) -> None:
        """Show the text of messages larger; what is sent stays as it is."""
        self._scale_text(next((one for one in theme.TEXT_SCALES if one > theme.text_scale()), theme.TEXT_SCALES[-1]))

    @does(Command("window.text_smaller", mark("Show text smaller"), ("Ctrl+-",)))
    def show_smaller(self) -> None:
        """Show the text of messages smaller."""
        smaller = [one for one in theme.TEXT_SCALES if one < theme.text_scale()]
        self._scale_text(smaller[-1] if smaller else theme.TEXT_SCALES[0])

    @does(Command("window.text_usual", mark("Show text in its usual size"), ("Ctrl+0",)))
    def show_in_usual_size(self) -> None:
        """Show the text of messages in its usual size."""
        self._scale_text(1.0)

    def _scale_text(self, scale: float) -> None:
        theme.set_text_scale(scale)
        percent = round(theme.text_scale() * 100)
        self._shell.status_bar.show_words(tr("Text at {percent} %", percent=percent))
        self._shell.tasks.spawn(self._settings.keep_setting("text_size", str(percent)), "keep the size of text")

    @does(Command("window.quit", mark("Quit"), ("Ctrl+Q",)))
    def quit(self) -> None:
        """End the program by closing its window."""
        self._shell.window.close()

    # --- what is told -------------------------------------------------------------------------------------------------

    def show_error(self, error: MailError) -> None:
        """Tell of an error that no row stands for. The account's bar says at length what is wrong with the account."""
        said = explain_error(error, self._shell.clock.now())
        if isinstance(error, AccountError):
            self._shell.status_bar.show_words(said.sentence)
        else:
            self._shell.window.notice_bar.show_sentence(said.sentence, tone=said.tone, details=said.details)

    def _disk_trouble(self, error: StorageError) -> None:
        self._disk_words = str(error)
        self._shell.window.notice_bar.show_sentence(self._disk_words, tone="bad")

    def _disk_well(self) -> None:
        if self._shell.window.notice_bar.accessibleName() == self._disk_words:
            self._shell.window.notice_bar.clear()

    def _count_soon(self) -> None:
        """Count a batch of changes once, not a hundred times."""
        if not self._soon.isActive():
            self._soon.start()

    def _count(self) -> None:
        sidebar, outbox, drafts = self._shell.window.sidebar, self._shell.lists.outbox, self._shell.lists.drafts
        problems = outbox.names_in(NEEDS_PERSON)
        # What was refused is a draft, which the Outbox shows again: it is counted where it can be mended.
        again = sum(self._is_in_drafts(name) for name in problems)
        sidebar.show_count("drafts", drafts.count(), problems=len(drafts.names_in(NEEDS_PERSON)))
        sidebar.show_count("outbox", outbox.count() - again, problems=len(problems) - again)
        sidebar.show_count("sent", 0, problems=self._shell.lists.sent.came_back())

    def _is_in_drafts(self, name: LocalId) -> bool:
        """Return whether a list of drafts shows a message now. What is looked for there may hide it."""
        panels = self._shell.workspace.panels.items()
        return any(panel.session.id_of(name) is not None for place, panel in panels if place.startswith("drafts"))

    def _upload_moved(self, name: LocalId) -> None:
        """Say in the lists how far uploads are, a few times a second and not at each piece."""
        self._uploading.add(name)
        if not self._uploads.isActive():
            self._uploads.start()

    def _tell_uploads(self) -> None:
        names, self._uploading = self._uploading, set()
        for panel in self._shell.workspace.panels.values():
            rows = [row_id for name in names if (row_id := panel.session.id_of(name)) is not None]
            if rows:
                panel.model.forget_faces(rows)

    def _tick(self) -> None:
        for panel in self._shell.workspace.panels.values():
            panel.model.forget_faces()


def _needs_person(row: ListRow) -> bool:
    return row.state in NEEDS_PERSON or (row.record is not None and waits_for_answer(row.record))
