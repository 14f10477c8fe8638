"""The list of what came to one's own mailbox, to answer it. Nothing is read before one first goes there."""

from __future__ import annotations

from collections.abc import Callable

from app.commands.command import Command, Context, does
from app.controllers.shell import Shell, ShellController
from app.core.i18n import mark, tr
from app.domain.listing import Folder
from app.domain.message import AccountId
from app.services.accounts.accounts import Accounts
from app.ui.message_list.session import ListSession
from app.views.lists.view import ReceivedPanel


class ReceivedSession(ListSession):
    """What lies in an Inbox."""

    folder = Folder.INBOX


class ReceivedList(ShellController):
    """Leads to the list of what came, to every account."""

    def __init__(self, shell: Shell, accounts: Accounts, show_accounts: Callable[[ListSession], None]) -> None:
        """Add the list, without rows; `show_accounts` gives it those of every account."""
        self._shell, self._show_accounts = shell, show_accounts
        self._session = ReceivedSession(shell.tasks.spawn, shell.clock.now)
        self._panel = ReceivedPanel(tr("Received"), self._session)
        self._session.account_of = shell.lists.sent.account_of
        self._was_there = False
        shell.workspace.add_panel("received", self._panel)
        shell.workspace.arrived.subscribe(self._arrive)
        accounts.changed.subscribe(lambda _: self._show())
        accounts.well.subscribe(self._read_anew)

    @does(
        Command(
            "go.received",
            mark("Answer a message"),
            ("Ctrl+5",),
            help=mark("Type whom or what to answer: Enter replies to the first that is found."),
        )
    )
    @does(Command("list.go_received", mark("Answer a message"), ("G, R",), Context.LIST))
    def answer_a_message(self) -> None:
        """Go to what was received, and ask which of it is to be answered."""
        self._shell.workspace.go("received")
        self._panel.begin_to_answer()

    def _arrive(self, place: str) -> None:
        if place != "received":
            return
        if self._was_there:
            self._session.reload()  # what was moved or deleted elsewhere since is not to be answered
        self._was_there = True
        self._show()

    def _show(self) -> None:
        if self._was_there:
            self._show_accounts(self._session)

    def _read_anew(self, account_id: AccountId) -> None:
        self._session.reload_of(account_id)
