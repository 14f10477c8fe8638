"""Drafts, Sent and Inbox of each mailbox that one may use beside one's own: places in the rail, each with a list.

They are made when the first such mailbox is known, and go with it. What is done in them is done by the same rooms.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from app.commands.command import Command, Context, does
from app.controllers.lists.received_list import ReceivedSession
from app.controllers.shell import Shell
from app.core.i18n import mark, tr
from app.domain.listing import Folder, Place
from app.domain.message import AccountId
from app.domain.record import CopyKind, CopyTo, Record
from app.domain.state import BEFORE_LEAVING
from app.services.accounts.accounts import Accounts
from app.services.accounts.identities import Identities, Identity
from app.services.records.records import Records
from app.ui import keys
from app.ui.message_list.list_panel import Empty, ListPanel
from app.ui.message_list.session import ListSession
from app.views.lists.view import ReceivedPanel

if TYPE_CHECKING:
    from app.services.folders.folder_view import FolderView
    from app.ui.chooser import Picker


class _OtherDrafts(ListSession):
    folder = Folder.DRAFTS


class _OtherSent(ListSession):
    folder = Folder.SENT


_KINDS: dict[str, type[ListSession]] = {"drafts": _OtherDrafts, "sent": _OtherSent, "received": ReceivedSession}


class OtherMailboxes:
    """Keeps the rail true to the mailboxes of the account that is shown."""

    def __init__(
        self,
        shell: Shell,
        accounts: Accounts,
        records: Records,
        identities: Identities,
        view_of: Callable[[AccountId, Place], FolderView],
    ) -> None:
        """Show nothing before `begin`; `view_of` gives a list its rows."""
        self._shell, self._accounts, self._records, self._identities = shell, accounts, records, identities
        self._view_of = view_of
        self._sessions: dict[str, ListSession] = {}
        self._views: dict[str, Callable[[], FolderView]] = {}
        self._account: AccountId | None = None
        self._picker: Picker | None = None
        accounts.changed.subscribe(lambda _: self._show())
        identities.changed.subscribe(lambda _: self._show())
        records.changed.subscribe(self._claim)
        shell.workspace.arrived.subscribe(self._arrive)

    def begin(self) -> None:
        """Show those that are known, once the commands of lists are."""
        self._show()

    @does(Command("list.go_mailbox", mark("Go to a list of another mailbox"), ("G, M",), Context.LIST))
    def choose(self) -> None:
        """Ask to which list of another mailbox to go."""
        if not self._sessions:
            self._shell.status_bar.show_words(
                tr("There is no other mailbox; one is added where a message says who it is from")
            )
            return
        from app.ui.chooser import Pick, Picker

        if self._picker is None:
            self._picker = Picker(self._shell.window, self._shell.window.rest_focus)
        workspace = self._shell.workspace
        picks = [Pick(workspace.panels[place].accessibleName(), place) for place in self._sessions]
        self._picker.show_picks(tr("Go to a list of another mailbox"), picks, lambda place: workspace.go(str(place)))

    def _claim(self, record: Record) -> None:
        """Say of a draft that was taken in from another mailbox whose it is: its copy is filed there too."""
        if record.drafts_of:
            self._arrive(f"drafts:{record.drafts_of.casefold()}")
        if record.drafts_of or record.ref is None or record.state not in BEFORE_LEAVING:
            return
        for place, session in self._sessions.items():
            view = session.view
            if place.startswith("drafts:") and view is not None and view.has_item(record):
                mailbox = view.place.mailbox
                claim = self._records.apply_known(
                    record.local_id,
                    when=lambda r: not r.drafts_of and r.state in BEFORE_LEAVING,
                    drafts_of=mailbox,
                    copy_to=CopyTo(CopyKind.PRINCIPAL_SENT, mailbox),
                )
                self._shell.tasks.spawn(claim, "say whose a draft is")

    def _show(self) -> None:
        account = self._accounts.default
        account_id = None if account is None else account.account_id
        others = () if account_id is None else self._identities.others(account_id)
        wanted = {f"{kind}:{one.address.casefold()}": one for one in others if one.files for kind in _KINDS}
        stale = [place for place in self._sessions if place not in wanted or account_id != self._account]
        for place in stale:
            self._remove(place)
        self._account = account_id
        for place, identity in wanted.items():
            if place not in self._sessions and account_id is not None:
                self._add(account_id, place, identity)

    def _add(self, account_id: AccountId, place: str, identity: Identity) -> None:
        shell, kind = self._shell, place.partition(":")[0]
        session = _KINDS[kind](shell.tasks.spawn, shell.clock.now)
        name = identity.name or identity.address
        words, icon, nothing = _words_of(kind)
        title = tr("{list} of {name}", list=words, name=name)
        empty = Empty(icon, nothing, tr("G, D goes to your own drafts"))
        panel = ReceivedPanel(title, session) if kind == "received" else ListPanel(title, session, empty)
        self._sessions[place] = session
        shell.workspace.add_panel(place, panel)
        keys.bind(panel.place_for_keys, shell.registry, Context.LIST, shell.registry.attempt)
        shell.window.sidebar.add_other(name, place, words, icon)
        session.changed.subscribe(partial(self._count, place))
        self._views[place] = partial(self._view_of, account_id, Place(session.folder, identity.address))
        added_by_hand = not identity.by_server and kind != "received"
        if added_by_hand or place in self._with_messages():
            self._arrive(place)

    def _with_messages(self) -> set[str]:
        """Return the places in which messages of this machine lie: they are looked into without being gone to."""
        return {f"drafts:{r.drafts_of.casefold()}" for r in self._records.all() if r.drafts_of}

    def _arrive(self, place: str) -> None:
        """Read a folder. An Inbox is read when the person first goes there; so is a mailbox that the server named."""
        make = self._views.pop(place, None)
        if make is not None:
            self._sessions[place].attach(make())

    def _count(self, place: str, _: None) -> None:
        session = self._sessions.get(place)
        if session is not None:
            drafts = session.count() if place.startswith("drafts") else 0
            self._shell.window.sidebar.show_count(place, drafts, problems=session.came_back())

    def _remove(self, place: str) -> None:
        self._views.pop(place, None)
        self._sessions.pop(place).attach(None)
        self._shell.window.sidebar.remove_other(place)
        self._shell.workspace.remove_panel(place)


def _words_of(kind: str) -> tuple[str, str, str]:
    """Return what a list of a kind is called, its icon, and what it says where it has no rows."""
    match kind:
        case "drafts":
            return tr("Drafts"), "file-text", tr("No drafts")
        case "sent":
            return tr("Sent"), "mail-check", tr("Nothing sent yet")
        case _:
            return tr("Received"), "inbox", tr("Nothing was received here")
