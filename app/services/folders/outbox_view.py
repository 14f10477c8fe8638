"""The Outbox as a list shows it: this machine's messages on their way, and those in the server's own Outbox.

A message stays there until its time where another program, or this one on another computer, asked for that. It is
listed, can be read and taken back, and is never written to: only the server may send it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from app.core.background import Spawn
from app.domain.errors import AccountError, ItemRefused
from app.domain.listing import Folder, Place, Row, RowId
from app.domain.message import AccountId, LocalId
from app.domain.outcome import Outcome
from app.domain.record import Record
from app.services.folders.folder_view import FolderView
from app.services.folders.search import finds, sought_of
from app.services.folders.syncing import Syncing
from app.services.ports import Cache, Mailbox
from app.services.records.records import Records
from app.services.records.rows import ListRow

_EVERY: Final = 60.0
_SELDOM: Final = 300.0
"""Seconds between two looks where nothing rested there."""
_MOST: Final = 200


class OutboxView(FolderView):
    """One's own Outbox. What the server holds is known once it was read, and stays known without a connection."""

    def __init__(
        self,
        account_id: AccountId,
        records: Records,
        cache: Cache,
        mailbox: Mailbox,
        syncing: Syncing,
        spawn: Spawn,
    ) -> None:
        """Show this machine's messages at once; `look` brings what the server holds."""
        self._resting: dict[RowId, Row] = {}
        super().__init__(account_id, Place(Folder.OUTBOX), records, cache, mailbox, syncing, spawn)

    @property
    def pause(self) -> float:
        """Return after how many seconds the next look is due."""
        return _EVERY if self._resting else _SELDOM

    async def reload(self) -> None:
        """Ask nothing: this comes with the start, when there is more urgent to ask. `look` does it."""

    async def look(self) -> None:
        """Read what the server holds. Trouble changes nothing: what was known stays, and the account's bar says why."""
        if self._closed or self._syncing.is_paused(self.account_id):
            return
        try:
            page = await self._mailbox.list_folder(self.account_id, self.place, 0, _MOST)
        except (AccountError, ItemRefused):
            return
        self._resting = {self._syncing.name_of(LocalId(f"resting:{row.ref.item_id}")): row for row in page.rows}
        self._row_matching.forget()
        self._row_matching.add_rows(self._resting)
        self._merge()

    async def take_back(self, row: ListRow) -> Outcome | None:
        """Move a message that the server holds to Drafts; None for one that is not there any more."""
        if row.ref is None or int(row.key) not in self._resting:
            return None
        drafts = Place(Folder.DRAFTS)
        outcome = (await self._mailbox.move(self.account_id, [row.ref], drafts))[0]
        if outcome.accepted:
            self._resting.pop(int(row.key), None)
            self._row_matching.forget()
            self._row_matching.add_rows(self._resting)
            self._merge()
        else:
            await self.look()
        return outcome

    async def rows_of(self, row_ids: Iterable[RowId]) -> list[ListRow]:
        """Return rows in the order asked; nothing has to be read. Raises nothing."""
        rows = (self._ours.get(one) or self._row_of_resting(one) for one in row_ids)
        return [row for row in rows if row is not None]

    def _row_of_resting(self, row_id: RowId) -> ListRow | None:
        item = self._resting.get(row_id)
        return None if item is None else self._row_of_item(row_id, item)

    def _merge(self) -> None:
        """Put both sides together: what the server holds and is a message of this machine has its row already."""
        self._extra = {}
        known = self._records.all() if self._resting else []
        ours = {own[0] for one in known if (own := self._item_of(one)) is not None}
        for row_id, item in self._resting.items():
            row = self._row_of_item(row_id, item)
            if row_id not in ours and (not self.query or finds(self.query, sought_of(row))):
                self._extra[row_id] = item
                self._keep(row_id, row)
        super()._merge()

    def _item_of(self, record: Record) -> tuple[RowId, Row] | None:
        return self._row_matching.item_of(record) if self._row_matching.is_of(record) else None
