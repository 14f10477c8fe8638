"""Drafts and Sent of each mailbox that one may use beside one's own: places in the rail, with desks of their own.

They are made when the first such mailbox is known, and go with it. What is done in them is done by the same rooms.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from app.commands.command import Context
from app.core.i18n import tr
from app.domain.listing import Folder, Place
from app.domain.message import AccountId
from app.domain.record import CopyKind, CopyTo, Record
from app.domain.state import BEFORE_LEAVING
from app.services.accounts.identities import Identity
from app.ui import keys
from app.ui.message_list.list_panel import Empty, ListPanel
from app.ui.message_list.session import ListSession

if TYPE_CHECKING:
    from app.controllers.program import Program
    from app.services.folders.folder_view import FolderView
    from app.ui.chooser import Picker


class _OtherDrafts(ListSession):
    folder = Folder.DRAFTS


class _OtherSent(ListSession):
    folder = Folder.SENT


_KINDS: dict[str, type[ListSession]] = {"drafts": _OtherDrafts, "sent": _OtherSent}


class OtherMailboxes:
    """Keeps the rail true to the mailboxes of the account that is shown."""

    def __init__(self, program: Program, listen: Callable[[ListPanel], None]) -> None:
        """Show those that are known; `listen` does what a person asks for in a list."""
        self._program, self._listen = program, listen
        self._rooms: dict[str, ListSession] = {}
        self._views: dict[str, Callable[[], FolderView]] = {}
        self._account: AccountId | None = None
        self._picker: Picker | None = None
        program.accounts.changed.subscribe(lambda _: self._show())
        program.aids.identities.changed.subscribe(lambda _: self._show())
        program.records.changed.subscribe(self._claim)
        program.stage.arrived.subscribe(self._arrive)
        self._show()

    def choose(self) -> None:
        """Ask to which list of another mailbox to go."""
        if not self._rooms:
            self._program.foot.say(tr("There is no other mailbox; one is added where a letter says who it is from"))
            return
        from app.ui.chooser import Pick, Picker

        if self._picker is None:
            self._picker = Picker(self._program.window, self._program.window.rest_focus)
        stage = self._program.stage
        picks = [Pick(stage.desks[place].accessibleName(), place) for place in self._rooms]
        self._picker.open(tr("Go to a list of another mailbox"), picks, lambda place: stage.go(str(place)))

    def _claim(self, record: Record) -> None:
        """Say of a draft that was taken in from another mailbox whose it is: its copy is filed there too."""
        if record.drafts_of:
            self._arrive(f"drafts:{record.drafts_of.casefold()}")
        if record.drafts_of or record.ref is None or record.state not in BEFORE_LEAVING:
            return
        for place, room in self._rooms.items():
            view = room.view
            if place.startswith("drafts:") and view is not None and view.has_item(record):
                mailbox = view.place.mailbox
                claim = self._program.records.learn(
                    record.local_id,
                    when=lambda r: not r.drafts_of and r.state in BEFORE_LEAVING,
                    drafts_of=mailbox,
                    copy_to=CopyTo(CopyKind.PRINCIPAL_SENT, mailbox),
                )
                self._program.tasks.spawn(claim, "say whose a draft is")

    def _show(self) -> None:
        account = self._program.accounts.default
        account_id = None if account is None else account.account_id
        others = () if account_id is None else self._program.aids.identities.others(account_id)
        wanted = {f"{kind}:{one.address.casefold()}": one for one in others if one.files for kind in _KINDS}
        stale = [place for place in self._rooms if place not in wanted or account_id != self._account]
        for place in stale:
            self._remove(place)
        self._account = account_id
        for place, identity in wanted.items():
            if place not in self._rooms and account_id is not None:
                self._add(account_id, place, identity)

    def _add(self, account_id: AccountId, place: str, identity: Identity) -> None:
        program, kind = self._program, place.partition(":")[0]
        room = _KINDS[kind](program.tasks.spawn, program.clock.now)
        name = identity.name or identity.address
        words, icon = (tr("Drafts"), "file-text") if kind == "drafts" else (tr("Sent"), "mail-check")
        nothing = tr("No drafts") if kind == "drafts" else tr("Nothing sent yet")
        empty = Empty(icon, nothing, tr("G, D goes to your own drafts"))
        desk = ListPanel(tr("{list} of {name}", list=words, name=name), room, empty)
        self._rooms[place] = room
        program.stage.add_desk(place, desk)
        self._listen(desk)
        keys.bind(desk.place_for_keys, program.registry, Context.LIST, program.registry.attempt)
        program.window.rail.add_other(name, place, words, icon)
        room.changed.subscribe(partial(self._count, place))
        self._views[place] = partial(program.view_of, account_id, Place(room.folder, identity.address))
        if not identity.by_server or place in self._with_messages():
            self._arrive(place)

    def _with_messages(self) -> set[str]:
        """Return the places in which messages of this machine lie: they are looked into without being gone to."""
        return {f"drafts:{r.drafts_of.casefold()}" for r in self._program.records.all() if r.drafts_of}

    def _arrive(self, place: str) -> None:
        """Look into a folder. Those of mailboxes that nobody asked for are looked into when one goes there first."""
        make = self._views.pop(place, None)
        if make is not None:
            self._rooms[place].attach(make())

    def _count(self, place: str, _: None) -> None:
        room = self._rooms.get(place)
        if room is not None:
            drafts = room.count() if place.startswith("drafts") else 0
            self._program.window.rail.show_count(place, drafts, problems=room.came_back())

    def _remove(self, place: str) -> None:
        self._views.pop(place, None)
        self._rooms.pop(place).attach(None)
        self._program.window.rail.remove_other(place)
        self._program.stage.remove_desk(place)
