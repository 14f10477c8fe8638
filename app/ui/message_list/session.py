"""The state of a list that its room draws: which rows, which words. It knows the services, and nothing of Qt's."""

from __future__ import annotations

import re
from array import array
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Final

from app.core.background import Spawn
from app.core.events import Event
from app.core.formatting import clock_time, short_time, size_words
from app.core.i18n import ntr, tr
from app.domain.errors import ServerWords, Trouble
from app.domain.listing import Folder, Order
from app.domain.message import AccountId, Importance, LocalId
from app.domain.query import Completion, Query, completions, read_query
from app.domain.reminder import Reminder
from app.domain.state import State
from app.services.attachments.fetch import Moving
from app.services.folders.combined_view import CombinedView
from app.services.folders.folder_view import FolderView
from app.services.folders.search import sought_words
from app.services.folders.sorted_rows import BY_TIME, CAN_BE_GROUPED, group_words, heads
from app.services.records.rows import ListRow
from app.services.text.status_text import (
    Explanation,
    StateWords,
    explain_reminder,
    explain_row,
    report_words,
    row_words,
    with_reminder,
)
from app.ui.message_list.doing import RowNotes
from app.ui.message_list.row_face import AccountMark, RowFace

_SHOWN_FROM: Final = 100_000
"""Bytes from which on a row shows how large its message is: less does not matter."""

_NO_IDS: array[int] = array("q")


class ListSession:
    """One list. `changed` says that rows, order, loading or trouble may differ, `told` which rows say something else.

    `found` is how many the server found, once it was asked.
    """

    folder: Folder

    def __init__(self, spawn: Spawn, now: Callable[[], float]) -> None:
        """Show nothing until `attach`; `now` gives the time that words are about."""
        self.changed: Event[None] = Event()
        self.told: Event[frozenset[int]] = Event()
        self.found: Event[int] = Event()
        self.view: FolderView | CombinedView | None = None
        self.account_of: Callable[[AccountId], AccountMark | None] = lambda _account_id: None
        """How the rows of an account are told from those of others; None where all are of one."""
        self.grouped = False
        self.text = ""
        self.moving: Callable[[LocalId], Moving | None] = lambda _name: None
        """How far the attachments of a message are that goes up now."""
        self.reminder: Callable[[ListRow], Reminder | None] = lambda _row: None
        """What the person is to be reminded of with a message that was sent."""
        self.overdue: list[int] = []
        """What names the rows that nobody answered by the moment that the person named."""
        self.notes = RowNotes(self.told)
        self._spawn = spawn
        self._now = now
        self._searches = 0
        self._searched: list[Callable[[], None]] = []

    def attach(self, view: FolderView | CombinedView | None) -> None:
        """Show the folder of an account, of several, or nothing. Raises ValueError for another folder than ours."""
        if view is not None and view.folder is not self.folder:
            raise ValueError(f"this list is for {self.folder}")
        if self.view is not None:
            self.view.close()
        self.view = view
        if view is not None:
            view.changed.subscribe(lambda _: self.changed.emit(None))
            view.told.subscribe(self.told.emit)
            view.state_changed.subscribe(lambda _: self.changed.emit(None))
            self._spawn(self._open(view), f"open {self.folder}")
        self.changed.emit(None)

    async def _open(self, view: FolderView | CombinedView) -> None:
        try:
            await view.show_cached()
        finally:
            await view.reload()

    def reload(self) -> None:
        """Ask the server again."""
        if self.view is not None:
            self._spawn(self.view.reload(), f"list {self.folder}")

    # --- what the person asks for -----------------------------------------------------------------------------------

    @property
    def order(self) -> Order:
        """Return how the list is sorted."""
        return Order.NEWEST if self.view is None else self.view.order

    def arrange(self, order: Order) -> None:
        """Sort the list."""
        if self.view is not None:
            self._spawn(self.view.arrange(order), f"sort {self.folder}")

    def toggle_groups(self) -> bool:
        """Group the list by day or by recipient, or do so no more; return which."""
        self.grouped = not self.grouped
        self.changed.emit(None)
        return self.grouped

    def find(self, text: str) -> None:
        """Show what `text` finds alone."""
        self.text = text
        if self.view is not None:
            self._searches += 1
            self._spawn(self._find(self.view, self._query()), f"find in {self.folder}")

    async def _find(self, view: FolderView | CombinedView, query: Query) -> None:
        try:
            await view.find(query)
        finally:
            self._searches -= 1
            if not self._searches:
                waiting, self._searched = self._searched, []
                for act in waiting:
                    act()

    def once_found(self, act: Callable[[], None]) -> None:
        """Call `act` as soon as what was looked for last is listed: at once where nothing is being looked for."""
        if self._searches:
            self._searched.append(act)
        else:
            act()

    def find_on_server(self) -> None:
        """Look for the same on the server."""
        if self.view is not None and self.text.strip():
            self._spawn(self._find_on_server(self.view), f"find on the server in {self.folder}")

    async def _find_on_server(self, view: FolderView | CombinedView) -> None:
        await view.find(self._query())
        self.found.emit(await view.find_on_server())

    def complete(self, text: str, show: Callable[[list[Completion]], None]) -> None:
        """Show what the word that is being typed could be; people are looked up, and come a moment later."""
        show(completions(text))
        begun = _person_begun(text)
        if self.view is not None and begun:
            self._spawn(self._complete_people(self.view, text, begun, show), f"offer people of {self.folder}")

    async def _complete_people(
        self, view: FolderView | CombinedView, text: str, begun: str, show: Callable[[list[Completion]], None]
    ) -> None:
        show(completions(text, await view.people(begun)))

    def _query(self) -> Query:
        return read_query(self.text, datetime.fromtimestamp(self._now()).astimezone().date())

    @property
    def searching(self) -> bool:
        """Return whether only what was found is shown."""
        return self.view is not None and bool(self.view.query)

    @property
    def sought(self) -> frozenset[str]:
        """Return the words that are looked for, to be shown in what was found."""
        return frozenset() if self.view is None or not self.view.query else sought_words(self.view.query)

    @property
    def searched_server(self) -> bool:
        """Return whether the server was asked for what is looked for."""
        return self.view is not None and self.view.searched_server

    # --- what is so -------------------------------------------------------------------------------------------------

    @property
    def account_id(self) -> AccountId | None:
        """Return whose list it is, None for one of several accounts."""
        return None if self.view is None else self.view.account_id

    @property
    def accounts(self) -> tuple[AccountId, ...]:
        """Return the accounts whose list it is."""
        if isinstance(self.view, CombinedView):
            return tuple(view.account_id for view in self.view.views)
        return () if self.view is None else (self.view.account_id,)

    def reload_of(self, account_id: AccountId) -> None:
        """Ask an account's server again, where it could not be asked before."""
        view = self.view.part(account_id) if isinstance(self.view, CombinedView) else self.view
        if view is not None and view.account_id == account_id and view.trouble is not None:
            self._spawn(view.reload(), f"list {self.folder}")

    @property
    def loading(self) -> bool:
        """Return whether the server is being asked."""
        return self.view is not None and self.view.loading

    @property
    def loaded(self) -> bool:
        """Return whether what is shown is all there is."""
        return self.folder is Folder.OUTBOX or (self.view is not None and self.view.loaded)

    @property
    def trouble(self) -> Trouble | None:
        """Return why the server could not be asked."""
        return None if self.view is None else self.view.trouble

    @property
    def refusal(self) -> ServerWords | None:
        """Return why the server does not let us look."""
        return None if self.view is None else self.view.refusal

    def ids(self) -> array[int]:
        """Return what names each row, in order."""
        return _NO_IDS if self.view is None else self.view.ids

    def row(self, row_id: int) -> ListRow | None:
        """Return a row, None where it has to be read first: `told` names it when it is there."""
        return None if self.view is None else self.view.row(row_id)

    def prepare(self, row_ids: Iterable[int]) -> None:
        """Read rows that are likely to be shown next."""
        if self.view is not None:
            self.view.prepare(row_ids)

    async def rows_of(self, row_ids: Iterable[int]) -> list[ListRow]:
        """Return rows, read where need be. Raises StorageError."""
        return [] if self.view is None else await self.view.rows_of(row_ids)

    def rows(self) -> list[ListRow]:
        """Return the rows of which this machine has a message, in order."""
        return [] if self.view is None else self.view.own_rows()

    def names_in(self, states: frozenset[State]) -> list[LocalId]:
        """Return which messages of this machine that are listed are in one of `states`, in no particular order."""
        return [] if self.view is None else self.view.names_in(states)

    def id_of(self, local_id: LocalId) -> int | None:
        """Return what names the row of a message."""
        return None if self.view is None else self.view.id_of(local_id)

    async def id_of_item(self, item_id: str) -> int | None:
        """Return what names the row of an item, None where it is not listed. Raises StorageError."""
        return None if self.view is None or not item_id else await self.view.id_of_item(item_id)

    def count(self) -> int:
        """Return how many there are, with those that were not read yet."""
        return 0 if self.view is None else self.view.total

    def count_words(self) -> str:
        """Return how many there are, in words."""
        if self.searching:
            return ntr("{n} found", "{n} found", self.count())
        here, all_of_them = len(self.ids()), self.count()
        if here < all_of_them:
            return tr("{n} of {total} messages", n=here, total=all_of_them)
        return ntr("{n} message", "{n} messages", all_of_them)

    def headings(self) -> list[int]:
        """Return the numbers of the rows over which a heading stands."""
        if self.view is None or not self.grouped or self.order not in CAN_BE_GROUPED:
            return []
        return heads(self.order, self.view.keys)

    def heading(self, row: ListRow) -> str:
        """Return the words over a row with which a group begins."""
        return group_words(self.order, row, self._now())

    def face(self, row: ListRow) -> RowFace:
        """Return what a row shows now."""
        words, explanation = self.words(row), self.explanation(row)
        reported, doing = report_words(row, self._now()), self.notes.words(row.key)
        if doing:
            line, tone, icon, action = doing, "accent", "loader-circle", ""
        elif explanation is not None:
            line, tone, action = explanation.sentence, explanation.tone, explanation.action_words
            icon = "circle-alert" if tone == "bad" else "triangle-alert"
        elif reported is not None and words.quiet:
            line, tone, icon, action = reported.text, reported.tone, reported.icon, ""
        elif words.quiet and row.preview:
            line, tone, icon, action = row.preview, "faint", "", ""
        else:
            line, tone, icon, action = words.text, words.tone, words.icon, words.action_words
        return RowFace(
            who=_person_of(row),
            when=self._when(row),
            subject=row.subject or tr("(no subject)"),
            line=" ".join(line.split()),
            tone=tone,
            icon=icon,
            action=action,
            attachment=row.has_attachments,
            important=row.importance is Importance.HIGH,
            flagged=row.flagged,
            categories=row.categories,
            size=size_words(row.size) if row.size >= _SHOWN_FROM else "",
            account=self.account_of(row.account_id) if self.account_id is None else None,
        )

    def _when(self, row: ListRow) -> str:
        """Return the time of a row: under the heading of its day, no day need be said again."""
        under_its_day = self.grouped and self.order in BY_TIME
        return clock_time(row.when, row.when) if under_its_day else short_time(row.when, self._now())

    def words(self, row: ListRow) -> StateWords:
        """Return how a row stands."""
        doing = self.notes.words(row.key)
        if doing:
            return StateWords("loader-circle", doing, "accent")
        moving = None if row.local_id is None else self.moving(row.local_id)
        now = self._now()
        return with_reminder(row_words(row, now, moving), row, self.reminder(row), now)

    def explanation(self, row: ListRow) -> Explanation | None:
        """Return what is the matter with a row, None where nothing is."""
        wrong = explain_row(row) or explain_reminder(row, self.reminder(row), self._now())
        return wrong or self.notes.failures(row.key)

    def problems(self) -> list[int]:
        """Return what names the rows that need the person, in order."""
        wrong = [int(row.key) for row in self.rows() if explain_row(row) is not None]
        back = [] if self.view is None else self.view.undelivered
        return list(dict.fromkeys([*wrong, *back, *self.overdue, *self.notes.all_failures()]))

    def came_back(self) -> int:
        """Return how many messages came back that the person does not know of."""
        return 0 if self.view is None else len(self.view.undelivered)

    def local_ids(self, rows: Iterable[ListRow]) -> list[LocalId]:
        """Return this machine's names of those rows that have one."""
        return [row.local_id for row in rows if row.local_id is not None]


def _person_of(row: ListRow) -> str:
    """Return whom a row names: who wrote what came, and whom it goes to elsewhere."""
    return (row.sender or tr("(no sender)")) if row.received else (row.to or tr("(no recipient)"))


def _person_begun(text: str) -> str:
    """Return the start of a name that is being typed after to:, cc: or from:, "" where there is none."""
    found = re.search(r'(?:^|[\s-])(?:to|cc|from):(?:"([^"]+)|(\S+))$', text, re.IGNORECASE)
    return "" if found is None else (found[1] or found[2]).casefold()
