"""What is done with drafts in their list: sent together, thrown away together, taken back together."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from app.core.background import Spawn
from app.domain.errors import AccountError, MailError
from app.domain.listing import Folder
from app.domain.message import LocalId
from app.domain.state import State
from app.services.drafts.drafts import Drafts
from app.services.outbox.outbox import Answer, Outbox
from app.services.records.rows import ListRow
from app.ui.letter_list.session import ListSession

_TOLD_EACH = 25
Wanted = Callable[[], bool]


class DraftsSession(ListSession):
    """The drafts. What only the server has is fetched first: each wish asks before it acts whether it is `wanted`."""

    folder = Folder.DRAFTS

    def __init__(self, drafts: Drafts, outbox: Outbox, spawn: Spawn, now: Callable[[], float]) -> None:
        """Act by way of the services."""
        super().__init__(spawn, now)
        self._drafts, self._outbox = drafts, outbox
        self.on_progress: Callable[[int, int], None] = lambda _done, _total: None
        self.discarding = self._stopped = False

    async def send(self, rows: Sequence[ListRow], hold_seconds: float, wanted: Wanted) -> list[Answer]:
        """Send these, in one request when their time comes. Raises StorageError."""
        return await self._outbox.send(rows, hold_seconds, wanted)

    async def set_ready(self, rows: Sequence[ListRow], wanted: Wanted) -> list[Answer]:
        """Put these aside as ready, or take that back where all of them are. Raises StorageError."""
        if all(row.state is State.READY for row in rows):
            await self._outbox.undo(self.local_ids(rows))
            return []
        return await self._outbox.set_ready(rows, wanted)

    async def discard(self, rows: Sequence[ListRow], wanted: Wanted) -> tuple[list[LocalId], dict[str, MailError]]:
        """Throw these away; return those that can be taken back, and why others could not be, by row. Raises
        StorageError.
        """
        gone: list[LocalId] = []
        failed: dict[str, MailError] = {}
        names = await self._names_of(rows)
        self._stopped, self.discarding = False, True
        try:
            for number, (row, name) in enumerate(zip(rows, names, strict=True)):
                if number and number % _TOLD_EACH == 0:
                    self.on_progress(number, len(names))
                if self._stopped or not wanted():
                    break  # what was not come to is as it was
                if isinstance(name, MailError):
                    failed[row.key] = name
                elif name is not None and await self._drafts.discard(name):
                    gone.append(name)
        finally:
            self.discarding = False
        return gone, failed

    async def _names_of(self, rows: Sequence[ListRow]) -> list[LocalId | MailError | None]:
        strange = {row.key: row.ref for row in rows if row.local_id is None and row.ref is not None}
        fetched: dict[str, LocalId | MailError] = {}
        if strange:
            try:
                answers = await self._drafts.adopt(rows[0].account_id, list(strange.values()))
            except AccountError as error:
                answers = [error] * len(strange)
            fetched = dict(zip(strange, answers, strict=True))
        return [row.local_id or fetched.get(row.key) for row in rows]

    def stop_discarding(self) -> None:
        """Leave what was not come to yet as it is."""
        self._stopped = True
