"""The places of the rail beside the lists of all accounts: those of each account, and of each mailbox beside its own.

Where there is more than one account, each has a section: what it is called, how it stands, its Drafts, Sent and
Received. Below come the mailboxes of other people that the account may use. A place is made when its mailbox is known,
and goes with it; it is read when the person goes there. What is done in it is done by the same rooms.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from app.commands.command import Command, Context, does
from app.controllers.lists.received_list import ReceivedSession
from app.controllers.shell import Shell
from app.core.i18n import mark, tr
from app.domain.account import Account
from app.domain.listing import Folder, Place
from app.domain.message import AccountId
from app.domain.record import CopyKind, CopyTo, Record
from app.domain.state import BEFORE_LEAVING, NEEDS_PERSON
from app.services.accounts.accounts import Accounts
from app.services.accounts.identities import Identities, Identity
from app.services.folders.combined_view import CombinedView
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


class PlaceOwner(NamedTuple):
    """PlaceOwner a place is: the account, and the address of another mailbox, empty for the account's own."""

    account_id: AccountId
    mailbox: str = ""


class _Wanted(NamedTuple):
    """A place that belongs in the rail. `named` is what its mailbox is called, `is_read` whether it is read at once."""

    place: str
    kind: str
    whose: PlaceOwner
    named: str
    is_read: bool = False


class OtherMailboxes:
    """Keeps the rail true to the accounts and their mailboxes."""

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
        self._whose: dict[str, PlaceOwner] = {}
        self._picker: Picker | None = None
        accounts.changed.subscribe(lambda _: self._show())
        identities.changed.subscribe(lambda _: self._show())
        records.changed.subscribe(self._claim)
        shell.workspace.arrived.subscribe(self._arrive)
        shell.workspace.place_of = self.place_of
        shell.lists.drafts.changed.subscribe(lambda _: self._count_own())

    def begin(self) -> None:
        """Show those that are known, once the commands of lists are."""
        self._show()

    def whose(self, place: str) -> PlaceOwner | None:
        """Return whose a place is, None for one of all accounts."""
        return self._whose.get(place)

    def place_of(self, account_id: AccountId, kind: str, mailbox: str) -> str:
        """Return the place of a mailbox's list; one's own is in that of all accounts."""
        address = mailbox.casefold()
        if not address:
            return kind
        return f"{kind}:{address} {account_id}" if self._accounts.several else f"{kind}:{address}"

    @does(Command("list.go_mailbox", mark("Go to a list of another mailbox"), ("G, M",), Context.LIST))
    def choose(self) -> None:
        """Ask to which list of another mailbox, or of one account, to go."""
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
            self._arrive(self.place_of(record.account_id, "drafts", record.drafts_of))
        if record.drafts_of or record.ref is None or record.state not in BEFORE_LEAVING:
            return
        for place, session in self._sessions.items():
            whose, view = self._whose[place], session.view
            theirs = session.folder is Folder.DRAFTS and whose.mailbox and whose.account_id == record.account_id
            if theirs and view is not None and view.has_item(record):
                mailbox = view.place.mailbox
                claim = self._records.apply_known(
                    record.local_id,
                    when=lambda r: not r.drafts_of and r.state in BEFORE_LEAVING,
                    drafts_of=mailbox,
                    copy_to=CopyTo(CopyKind.PRINCIPAL_SENT, mailbox),
                )
                self._shell.tasks.spawn(claim, "say whose a draft is")

    # --- which there are ----------------------------------------------------------------------------------------------

    def _show(self) -> None:
        known = self._accounts.all()
        wanted = {one.place: one for account in known for one in self._wanted(account)}
        for place in [one for one in self._sessions if one not in wanted]:
            self._remove(place)
        self._call_all()
        self._shell.window.sidebar.arrange([account.account_id for account in known])
        for one in wanted.values():
            if one.place not in self._sessions:
                self._add(one)
            elif not one.whose.mailbox:
                self._shell.workspace.panels[one.place].call(_title(one))
        self._count_own()

    def _wanted(self, account: Account) -> Iterator[_Wanted]:
        account_id = account.account_id
        if self._accounts.several:
            for kind in _KINDS:
                place = self.place_of(account_id, kind, account.address)
                yield _Wanted(place, kind, PlaceOwner(account_id), account.called)
        with_messages = self._with_messages()
        for one in self._identities.others(account_id):
            for kind in _KINDS if one.files else ():
                place = self.place_of(account_id, kind, one.address)
                by_hand = not one.by_server and kind != "received"
                whose = PlaceOwner(account_id, one.address)
                yield _Wanted(place, kind, whose, _called(one), is_read=by_hand or place in with_messages)

    def _call_all(self) -> None:
        """Call the lists of all accounts so where there is more than one."""
        several = self._accounts.several
        names = {
            "drafts": tr("All drafts") if several else tr("Drafts"),
            "sent": tr("All sent") if several else tr("Sent"),
            "received": tr("All received") if several else tr("Received"),
        }
        for place, words in names.items():
            self._shell.window.sidebar.call_place(place, words)
            self._shell.workspace.panels[place].call(words)
        for panel in self._shell.workspace.panels.values():
            panel.model.forget_faces()

    def _add(self, wanted: _Wanted) -> None:
        shell, place, whose = self._shell, wanted.place, wanted.whose
        session = _KINDS[wanted.kind](shell.tasks.spawn, shell.clock.now)
        words, icon, nothing = _words_of(wanted.kind)
        empty = Empty(icon, nothing, tr("G, D goes to your own drafts"))
        title = _title(wanted)
        panel = ReceivedPanel(title, session) if wanted.kind == "received" else ListPanel(title, session, empty)
        self._sessions[place], self._whose[place] = session, whose
        shell.workspace.add_panel(place, panel, repeats=not whose.mailbox)
        keys.bind(panel.place_for_keys, shell.registry, Context.LIST, shell.registry.attempt)
        mailbox, owner = (wanted.named, "") if whose.mailbox else ("", wanted.named)
        shell.window.sidebar.add_other(whose.account_id, mailbox, place, words, icon, of=owner)
        session.changed.subscribe(partial(self._count, place))
        self._views[place] = partial(self._view_of, whose.account_id, Place(session.folder, whose.mailbox))
        if wanted.is_read:
            self._arrive(place)

    def _with_messages(self) -> set[str]:
        """Return the places in which messages of this machine lie: they are looked into without being gone to."""
        return {self.place_of(r.account_id, "drafts", r.drafts_of) for r in self._records.all() if r.drafts_of}

    def _arrive(self, place: str) -> None:
        """Read a folder. An Inbox is read when the person first goes there; so is a mailbox that the server named."""
        make = self._views.pop(place, None)
        if make is not None:
            self._sessions[place].attach(make())

    def _count(self, place: str, _: None) -> None:
        session, whose = self._sessions.get(place), self._whose.get(place)
        if session is not None and whose is not None and whose.mailbox:
            drafts = session.count() if place.startswith("drafts") else 0
            problems = session.came_back() + len(session.names_in(NEEDS_PERSON))
            self._shell.window.sidebar.show_count(place, drafts, problems=problems)

    def _count_own(self) -> None:
        """Count the drafts of each account in the list of all, which is read in any case."""
        view = self._shell.lists.drafts.view
        for place, whose in self._whose.items():
            if not whose.mailbox and place.startswith("drafts") and isinstance(view, CombinedView):
                part = view.part(whose.account_id)
                total, problems = (0, 0) if part is None else (part.total, len(part.names_in(NEEDS_PERSON)))
                self._shell.window.sidebar.show_count(place, total, problems=problems)

    def _remove(self, place: str) -> None:
        self._views.pop(place, None)
        self._whose.pop(place)
        self._sessions.pop(place).attach(None)
        self._shell.window.sidebar.remove_other(place)
        self._shell.workspace.remove_panel(place)


def _called(identity: Identity) -> str:
    return identity.name or identity.address


def _title(wanted: _Wanted) -> str:
    return tr("{list} of {name}", list=_words_of(wanted.kind)[0], name=wanted.named)


def _words_of(kind: str) -> tuple[str, str, str]:
    """Return what a list of a kind is called, its icon, and what it says where it has no rows."""
    match kind:
        case "drafts":
            return tr("Drafts"), "file-text", tr("No drafts")
        case "sent":
            return tr("Sent"), "mail-check", tr("Nothing sent yet")
        case _:
            return tr("Received"), "inbox", tr("Nothing was received here")
