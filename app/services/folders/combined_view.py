"""The same folder of several accounts as one list: All drafts, the Outbox, All sent, and all that was received.

Each account's folder is followed by itself (`FolderView`), with its own server, trouble and pace: here only their
orders are put together. What names a row is the same in both.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Coroutine, Iterable, Sequence
from functools import partial
from itertools import chain
from typing import Any

from app.core.events import Event
from app.domain.errors import MailError, ServerWords, Trouble
from app.domain.listing import Folder, Order, Place, RowId
from app.domain.message import AccountId, LocalId
from app.domain.outcome import Outcome
from app.domain.query import Query
from app.domain.record import Record
from app.domain.state import State
from app.services.folders.folder_view import FolderView
from app.services.folders.outbox_view import OutboxView
from app.services.folders.sorted_rows import Key, Listed
from app.services.records.rows import ListRow


class CombinedView:
    """One list of several accounts; its parts are closed with it. The events are those of `FolderView`."""

    account_id: AccountId | None = None
    """Whose list it is: no single account's."""

    def __init__(self, views: Sequence[FolderView]) -> None:
        """Put `views` together, which are of one folder and at least one."""
        self.changed: Event[None] = Event()
        self.told: Event[frozenset[RowId]] = Event()
        self.state_changed: Event[None] = Event()
        self.views = tuple(views)
        self.place: Place = views[0].place
        self.folder: Folder = views[0].folder
        self._members: list[frozenset[RowId]] = []
        self._listed = self._merged()
        self._arranging = False
        self._stop: list[Callable[[], None]] = []
        for view in self.views:
            self._stop.append(view.changed.subscribe(lambda _: self._on_changed()))
            self._stop.append(view.told.subscribe(self.told.emit))
            self._stop.append(view.state_changed.subscribe(self.state_changed.emit))

    def close(self) -> None:
        """End all subscriptions, and those of the parts."""
        for stop in self._stop:
            stop()
        for view in self.views:
            view.close()

    def _on_changed(self) -> None:
        if not self._arranging:
            self._listed, self._members = self._merged(), []
            self.changed.emit(None)

    def _merged(self) -> Listed:
        """Put the orders together: sorting what is sorted in parts takes as long as a pass over it."""
        filled = [view for view in self.views if len(view.ids)]
        if len(filled) == 1:
            return Listed(filled[0].ids, filled[0].keys)  # type: ignore[arg-type]  # they are read, and not changed
        keys: list[Key] = list(chain.from_iterable(view.keys for view in filled))
        ids = list(chain.from_iterable(view.ids for view in filled))
        order = sorted(range(len(keys)), key=keys.__getitem__)
        in_order = [keys[number] for number in order]
        by_words = bool(in_order) and isinstance(in_order[0], str)
        listed = array("q", [ids[number] for number in order])
        return Listed(listed, in_order if by_words else array("d", in_order))  # type: ignore[arg-type]  # of one kind

    def part(self, account_id: AccountId) -> FolderView | None:
        """Return the list of one account."""
        return next((view for view in self.views if view.account_id == account_id), None)

    # --- how it stands ----------------------------------------------------------------------------------------------

    @property
    def total(self) -> int:
        """Return how many there are, with those that were not read yet."""
        return sum(view.total for view in self.views)

    @property
    def loading(self) -> bool:
        """Return whether a server is being asked."""
        return any(view.loading for view in self.views)

    @property
    def loaded(self) -> bool:
        """Return whether what is shown is all there is."""
        return all(view.loaded for view in self.views)

    @property
    def trouble(self) -> Trouble | None:
        """Return why no server could be asked; what one account has is shown whatever troubles another."""
        troubles = [view.trouble for view in self.views]
        return None if None in troubles else troubles[0]

    @property
    def refusal(self) -> ServerWords | None:
        """Return why no server lets us look."""
        refusals = [view.refusal for view in self.views]
        return None if None in refusals else refusals[0]

    @property
    def order(self) -> Order:
        """Return how the list is sorted."""
        return self.views[0].order

    @property
    def query(self) -> Query:
        """Return what is looked for."""
        return self.views[0].query

    @property
    def searched_server(self) -> bool:
        """Return whether each server was asked for what is looked for."""
        return all(view.searched_server for view in self.views)

    # --- rows -------------------------------------------------------------------------------------------------------

    @property
    def ids(self) -> array[int]:
        """Return what names each row, in order. It is not to be changed."""
        return self._listed.ids

    @property
    def keys(self) -> Sequence[Key]:
        """Return what each row is sorted by, ascending. It is not to be changed."""
        return self._listed.keys

    @property
    def undelivered(self) -> list[RowId]:
        """Return what names the rows that came back and that the person does not know of."""
        return [row_id for view in self.views for row_id in view.undelivered]

    def row(self, row_id: RowId) -> ListRow | None:
        """Return a row; None where it has to be read first, which this call begins."""
        view = self._of(row_id)
        return None if view is None else view.row(row_id)

    def prepare(self, row_ids: Iterable[RowId]) -> None:
        """Read rows that are likely to be shown next."""
        for row_id in row_ids:
            view = self._of(row_id)
            if view is not None:
                view.prepare([row_id])

    async def rows_of(self, row_ids: Iterable[RowId]) -> list[ListRow]:
        """Return rows, read where need be, in the order asked; what is no more is left out. Raises StorageError."""
        asked = list(row_ids)
        found: dict[str, ListRow] = {}
        for view in self.views:
            found.update((row.key, row) for row in await view.rows_of(one for one in asked if self._of(one) is view))
        return [found[f"{one}"] for one in asked if f"{one}" in found]

    def names_in(self, states: frozenset[State]) -> list[LocalId]:
        """Return which messages of this machine that are listed are in one of `states`, in no particular order."""
        return [name for view in self.views for name in view.names_in(states)]

    def own_rows(self) -> list[ListRow]:
        """Return the rows of which this machine has a message, in order."""
        rows = {int(row.key): row for view in self.views for row in view.own_rows()}
        return [rows[row_id] for row_id in self.ids if row_id in rows]

    def id_of(self, local_id: LocalId) -> RowId | None:
        """Return what names a message's row, None where it is not listed."""
        return next((found for view in self.views if (found := view.id_of(local_id)) is not None), None)

    async def id_of_item(self, item_id: str) -> RowId | None:
        """Return what names the row of an item, None where it is not listed. Raises StorageError."""
        for view in self.views:
            if (found := await view.id_of_item(item_id)) is not None:
                return found
        return None

    def has_item(self, record: Record) -> bool:
        """Return whether the server lists a message's item in this very folder."""
        view = self.part(record.account_id)
        return view is not None and view.has_item(record)

    def _of(self, row_id: RowId) -> FolderView | None:
        """Return whose a row is. What is still to be read is looked for among all rows, which takes a while once."""
        known = next((view for view in self.views if view.has_read(row_id)), None)
        if known is not None:
            return known
        if not self._members:
            self._members = [frozenset(view.ids) for view in self.views]
        found = (view for view, ids in zip(self.views, self._members, strict=True) if row_id in ids)
        return next(found, None)

    # --- what the person asks for -----------------------------------------------------------------------------------

    async def show_cached(self) -> None:
        """Show what the cache has. Raises StorageError."""
        await self._all([view.show_cached for view in self.views])

    async def reload(self) -> None:
        """Look what changed on each server. Trouble is not raised."""
        await self._all([view.reload for view in self.views])

    async def arrange(self, order: Order) -> None:
        """Sort the list anew; the parts are put together once all are sorted. Raises StorageError."""
        self._arranging = True
        try:
            await self._all([partial(view.arrange, order) for view in self.views])
        finally:
            self._arranging = False
            self._on_changed()

    async def find(self, query: Query) -> None:
        """Show what is found alone, in all accounts. Raises StorageError."""
        await self._all([partial(view.find, query) for view in self.views])

    async def find_on_server(self) -> int:
        """Ask each server for the same; return how many rows they have. Raises what the last that failed raised, where
        none answered.
        """
        import asyncio

        answers = await asyncio.gather(*(view.find_on_server() for view in self.views), return_exceptions=True)
        for answer in answers:
            if isinstance(answer, BaseException) and not isinstance(answer, MailError):
                raise answer
        counts = [answer for answer in answers if isinstance(answer, int)]
        errors = [answer for answer in answers if isinstance(answer, MailError)]
        if errors and not counts:
            raise errors[-1]
        return sum(counts)

    async def people(self, begun: str) -> list[str]:
        """Return whom messages of this folder went to, by the casefolded start of a name. Raises StorageError."""
        found = [await view.people(begun) for view in self.views]
        return list(dict.fromkeys(chain.from_iterable(found)))

    async def _all(self, works: Iterable[Callable[[], Coroutine[Any, Any, None]]]) -> None:
        """Do it for each account side by side: none waits for another's server."""
        import asyncio

        await asyncio.gather(*(work() for work in works))


class CombinedOutbox(CombinedView):
    """The one Outbox."""

    views: tuple[OutboxView, ...]

    @property
    def pause(self) -> float:
        """Return after how many seconds the next look is due."""
        return min(view.pause for view in self.views)

    async def look(self) -> None:
        """Read what each server holds."""
        await self._all([view.look for view in self.views])

    async def take_back(self, row: ListRow) -> Outcome | None:
        """Move a message that a server holds to Drafts; None for one that is not there any more."""
        view = self.part(row.account_id)
        return await view.take_back(row) if isinstance(view, OutboxView) else None
