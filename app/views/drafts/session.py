"""What is done with drafts in their list: sent together, thrown away together, taken back together."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from app.domain.errors import MailError
from app.domain.listing import Folder
from app.domain.message import LocalId
from app.domain.state import State
from app.services.drafts import Drafts
from app.services.outbox import Answer, Outbox
from app.services.rows import ListRow
from app.services.work import Spawn
from app.ui.letter_list.session import ListSession

_TOLD_EACH = 25


class DraftsSession(ListSession):
    """The drafts. `told` is called with what became of a wish, for the foot of the window."""

    folder = Folder.DRAFTS

    def __init__(self, drafts: Drafts, outbox: Outbox, spawn: Spawn, now: Callable[[], float]) -> None:
        """Act by way of the services."""
        super().__init__(spawn, now)
        self._drafts, self._outbox = drafts, outbox
        self.on_sent: Callable[[list[Answer]], None] = lambda _answers: None
        self.on_discarded: Callable[[list[LocalId]], None] = lambda _names: None
        self.on_progress: Callable[[int, int], None] = lambda _done, _total: None
        self.discarding = self._stopped = False
        self.on_failed: Callable[[MailError], None] = lambda _error: None

    def send(self, rows: Sequence[ListRow], hold_seconds: float) -> None:
        """Send these, in one request when their time comes."""
        if rows:
            self._spawn(self._send(list(rows), hold_seconds), "send selected")

    async def _send(self, rows: list[ListRow], hold_seconds: float) -> None:
        self.on_sent(await self._outbox.send(rows, hold_seconds))

    def set_ready(self, rows: Sequence[ListRow]) -> None:
        """Put these aside as ready, or take that back where all of them are."""
        if rows:
            back = all(row.state is State.READY for row in rows)
            self._spawn(self._set_ready(list(rows), back), "set ready")

    async def _set_ready(self, rows: list[ListRow], back: bool) -> None:
        if back:
            await self._outbox.undo(self.local_ids(rows))
        else:
            await self._outbox.set_ready(rows)

    def discard(self, rows: Sequence[ListRow]) -> None:
        """Throw these away; they can be taken back."""
        if rows:
            self._spawn(self._discard(list(rows)), "discard selected")

    async def _discard(self, rows: list[ListRow]) -> None:
        gone: list[LocalId] = []
        strange = [row.ref for row in rows if row.local_id is None and row.ref is not None]
        names: list[LocalId | MailError] = list(self.local_ids(rows))
        if strange and self.account_id is not None:
            names += await self._drafts.adopt(self.account_id, strange)
        self._stopped, self.discarding = False, True
        for number, name in enumerate(names):
            if number and number % _TOLD_EACH == 0:
                self.on_progress(number, len(names))
            if self._stopped:
                break  # what was not come to is as it was
            if isinstance(name, MailError):
                self.on_failed(name)
            elif await self._drafts.discard(name):
                gone.append(name)
        self.discarding = False
        self.on_discarded(gone)

    def stop_discarding(self) -> None:
        """Leave what was not come to yet as it is."""
        self._stopped = True
