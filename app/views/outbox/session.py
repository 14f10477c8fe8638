"""What is done with what is on its way: taken back, sent at once, tried again."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from app.core.background import Spawn
from app.core.events import Event
from app.domain.listing import Folder
from app.domain.outcome import Outcome
from app.domain.state import State
from app.services.folders.outbox_view import OutboxView
from app.services.outbox.remedies import Remedies
from app.services.records.rows import ListRow
from app.ui.letter_list.session import ListSession

FIRST_LOOK: Final = 20.0
"""Seconds after the start: Drafts and Sent go first."""
_WITHOUT_ACCOUNT: Final = 60.0


class OutboxSession(ListSession):
    """The outbox."""

    folder = Folder.OUTBOX

    def __init__(self, remedies: Remedies, spawn: Spawn, now: Callable[[], float]) -> None:
        """Act by way of `remedies`."""
        super().__init__(spawn, now)
        self.is_shown: Callable[[], bool] = lambda: False
        self.taken_back: Event[tuple[ListRow, Outcome | None]] = Event()
        self._remedies = remedies

    def reload(self) -> None:
        """Ask the server again, where that is what one looks at."""
        if self.is_shown():
            self.look()

    async def keep_looking(self, sleep: Callable[[float], Awaitable[None]]) -> None:
        """Look from time to time, for ever."""
        wait = FIRST_LOOK
        while True:
            await sleep(wait)
            wait = _WITHOUT_ACCOUNT
            if isinstance(self.view, OutboxView):
                await self.view.look()
                wait = self.view.pause

    def look(self) -> None:
        """Look at once what rests with the server."""
        if isinstance(self.view, OutboxView):
            self._spawn(self.view.look(), "look what rests in the server's Outbox")

    def take_back(self, row: ListRow) -> None:
        """Make a draft again of a letter that rests with the server; `taken_back` tells what became of it."""
        if isinstance(self.view, OutboxView):
            self._spawn(self._take_back(self.view, row), "take back what rests with the server")

    async def _take_back(self, view: OutboxView, row: ListRow) -> None:
        self.taken_back.emit((row, await view.take_back(row)))

    def retry(self, rows: Sequence[ListRow]) -> None:
        """Try these again, at once."""
        for row in rows:
            if row.local_id is not None:
                self._remedies.apply("check" if row.state is State.UNKNOWN else "retry", row.local_id)

    def retry_all(self) -> None:
        """Try again all that failed."""
        self.retry([row for row in self.rows() if row.state is State.NEEDS_ATTENTION])

    def waiting(self) -> list[ListRow]:
        """Return what can still be taken back."""
        return [row for row in self.rows() if row.state in {State.HELD, State.QUEUED}]

    def undo(self, rows: Sequence[ListRow]) -> None:
        """Take these back."""
        for row in rows:
            if row.local_id is not None and row.state in {State.HELD, State.QUEUED}:
                self._remedies.apply("undo", row.local_id)
