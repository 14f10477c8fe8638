"""Steps, selects, finds, sorts and groups in whichever list is shown: changes what is seen, and no message."""

from __future__ import annotations

from app.commands.command import Command, Context, does, does_each
from app.controllers.shell import Shell, ShellController
from app.controllers.why_not import list_is_shown, no_row
from app.core.i18n import mark, tr
from app.domain.listing import Order

_L = Context.LIST
_ORDERS = (
    (Command("list.by_newest", mark("Sort: newest first"), ("S, N",), _L), Order.NEWEST),
    (Command("list.by_oldest", mark("Sort: oldest first"), ("S, O",), _L), Order.OLDEST),
    (Command("list.by_recipient", mark("Sort: by recipient, or by sender"), ("S, R",), _L), Order.RECIPIENT),
    (Command("list.by_subject", mark("Sort: by subject"), ("S, S",), _L), Order.SUBJECT),
    (Command("list.by_size", mark("Sort: largest first"), ("S, L",), _L), Order.LARGEST),
)


class ListNavigation(ShellController):
    """Moves in the list that is shown."""

    def __init__(self, shell: Shell) -> None:
        """Say what searches on the server find."""
        self._shell = shell
        shell.lists.sent.found.subscribe(self._tell_found)
        shell.lists.drafts.found.subscribe(self._tell_found)

    @does(
        Command("list.next", mark("Next"), ("J",), _L, mark("Down does the same."), repeats=True),
        enabled=list_is_shown,
        why_not=no_row,
    )
    def go_to_next(self) -> None:
        """Go to the next row."""
        self._shell.workspace.panel.list.step(1)

    @does(
        Command("list.previous", mark("Previous"), ("K",), _L, mark("Up does the same."), repeats=True),
        enabled=list_is_shown,
        why_not=no_row,
    )
    def go_to_previous(self) -> None:
        """Go to the row before."""
        self._shell.workspace.panel.list.step(-1)

    @does(Command("list.mark", mark("Select"), ("X",), _L, on_row=True), enabled=list_is_shown, why_not=no_row)
    def select(self) -> None:
        """Select the row, or no more."""
        self._shell.workspace.panel.list.toggle_mark()

    @does(
        Command(
            "list.mark_or_read",
            mark("Select; in Received, read on"),
            ("Space",),
            _L,
            mark("Beside Received it goes a page further down in the message."),
            on_row=True,
        ),
        enabled=list_is_shown,
        why_not=no_row,
    )
    def select_or_read_on(self) -> None:
        """Select the row; where it was received, go on reading it, so that the next key can answer it."""
        workspace = self._shell.workspace
        if workspace.kind != "received":
            self.select()
        elif workspace.reads_soon():
            workspace.read_now()
        elif not workspace.reader.read_on():
            self._shell.status_bar.show_words(tr("This is the end of the message"))

    @does(
        Command("list.mark_down", mark("Select downwards"), ("Shift+Down", "Shift+J"), _L, repeats=True),
        enabled=list_is_shown,
        why_not=no_row,
    )
    def select_down(self) -> None:
        """Select the row, and go to the next one."""
        self._shell.workspace.panel.list.mark_and_step(1)

    @does(
        Command("list.mark_up", mark("Select upwards"), ("Shift+Up", "Shift+K"), _L, repeats=True),
        enabled=list_is_shown,
        why_not=no_row,
    )
    def select_up(self) -> None:
        """Select the row, and go to the one before."""
        self._shell.workspace.panel.list.mark_and_step(-1)

    @does(Command("list.mark_all", mark("Select all"), ("Ctrl+A",), _L), enabled=list_is_shown, why_not=no_row)
    def select_all(self) -> None:
        """Select every row."""
        self._shell.workspace.panel.list.mark_all()

    @does(
        Command(
            "list.find", mark("Find"), ("Ctrl+F", "/"), _L, mark("While one types; to:, has:attachment, is:failed …")
        ),
        enabled=list_is_shown,
    )
    def find(self) -> None:
        """Ask what to look for."""
        self._shell.workspace.panel.begin_search()

    @does(
        Command("list.find_server", mark("Find on the server too"), ("Shift+Return", "Shift+Enter"), _L),
        enabled=list_is_shown,
    )
    def find_on_server(self) -> None:
        """Look on the server for what is looked for here."""
        panel = self._shell.workspace.panel
        if not panel.session.searching:
            panel.begin_search()  # there is nothing yet to ask the server for
            return
        panel.search_server()
        self._shell.status_bar.show_words(tr("Looking on the server…"))

    @does_each(_ORDERS, enabled=lambda controller, _order: list_is_shown(controller))
    def sort(self, order: Order) -> None:
        """Sort the list, and go to its first row."""
        self._shell.workspace.panel.session.arrange(order)
        self._shell.workspace.panel.list.go_to(0)

    @does(Command("list.group", mark("Group by day or by person, or no more"), ("S, G",), _L), enabled=list_is_shown)
    def group(self) -> None:
        """Group the rows, or no more."""
        session = self._shell.workspace.panel.session
        if not session.toggle_groups():
            self._shell.status_bar.show_words(tr("Not grouped"))
        elif session.order is Order.RECIPIENT and self._shell.workspace.kind == "received":
            self._shell.status_bar.show_words(tr("Grouped by sender"))
        elif session.order is Order.RECIPIENT:
            self._shell.status_bar.show_words(tr("Grouped by recipient"))
        else:
            self._shell.status_bar.show_words(tr("Grouped by day"))

    def _tell_found(self, count: int) -> None:
        self._shell.status_bar.show_words(
            tr("The server found {n}", n=count) if count else tr("The server found nothing")
        )
