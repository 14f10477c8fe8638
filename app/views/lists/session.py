"""The actions of each list, without Qt."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Final, NamedTuple

import msgspec

from app.core.background import Spawn
from app.core.events import Event
from app.core.i18n import tr
from app.domain.attachment import new_key, taken_over
from app.domain.errors import AccountError, MailError
from app.domain.listing import Folder
from app.domain.message import AccountId, Content, ItemRef, LocalId, written_anew
from app.domain.outcome import Outcome
from app.domain.state import WAITING, State
from app.services.drafts.drafts import Drafts
from app.services.drafts.reply_forward import ReplyForward
from app.services.folders.combined_view import CombinedOutbox
from app.services.folders.outbox_view import OutboxView
from app.services.outbox.outbox import Outbox, SendAnswer
from app.services.outbox.remedies import Remedies
from app.services.reader.message_reader import MessageReader, ReadMessage
from app.services.records.rows import ListRow
from app.services.text.status_text import once_more
from app.ui.message_list.session import ListSession

_TOLD_EACH = 25
Wanted = Callable[[], bool]


class DraftsSession(ListSession):
    """The drafts. What only the server has is fetched first: each action asks before it acts whether it is `wanted`.

    `progress` carries how many of many discards are done, and of how many.
    """

    folder = Folder.DRAFTS

    def __init__(self, drafts: Drafts, outbox: Outbox, spawn: Spawn, now: Callable[[], float]) -> None:
        """Act by way of the services."""
        super().__init__(spawn, now)
        self._drafts, self._outbox = drafts, outbox
        self.progress: Event[tuple[int, int]] = Event()
        self.discarding = self._stopped = False

    async def send(self, rows: Sequence[ListRow], hold_seconds: float, wanted: Wanted) -> list[SendAnswer]:
        """Send these, in one request when their time comes. Raises StorageError."""
        return await self._outbox.send(rows, hold_seconds, wanted)

    async def set_ready(self, rows: Sequence[ListRow], wanted: Wanted) -> list[SendAnswer]:
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
                    self.progress.emit((number, len(names)))
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
        strange: dict[AccountId, dict[str, ItemRef]] = {}
        for row in rows:
            if row.local_id is None and row.ref is not None:
                strange.setdefault(row.account_id, {})[row.key] = row.ref
        fetched: dict[str, LocalId | MailError] = {}
        for account_id, refs in strange.items():
            try:
                answers = await self._drafts.adopt(account_id, list(refs.values()))
            except AccountError as error:
                answers = [error] * len(refs)
            fetched.update(zip(refs, answers, strict=True))
        return [row.local_id or fetched.get(row.key) for row in rows]

    def stop_discarding(self) -> None:
        """Leave what was not come to yet as it is."""
        self._stopped = True


FIRST_LOOK: Final = 20.0
"""Seconds after the start: Drafts and Sent go first."""
_WITHOUT_ACCOUNT: Final = 60.0
_OUTBOXES: Final = (OutboxView, CombinedOutbox)


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
        """Look from time to time, without end."""
        wait = FIRST_LOOK
        while True:
            await sleep(wait)
            wait = _WITHOUT_ACCOUNT
            if isinstance(self.view, _OUTBOXES):
                await self.view.look()
                wait = self.view.pause

    def look(self) -> None:
        """Read at once what the server holds."""
        if isinstance(self.view, _OUTBOXES):
            self._spawn(self.view.look(), "look what rests in the server's Outbox")

    def take_back(self, row: ListRow) -> None:
        """Make a draft again of a message that the server holds; `taken_back` carries what became of it."""
        if isinstance(self.view, _OUTBOXES):
            self._spawn(self._take_back(self.view, row), "take back what rests with the server")

    async def _take_back(self, view: OutboxView | CombinedOutbox, row: ListRow) -> None:
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
        return [row for row in self.rows() if row.state in WAITING]

    def undo(self, rows: Sequence[ListRow]) -> None:
        """Take these back."""
        for row in rows:
            if row.local_id is not None and row.state in WAITING:
                self._remedies.apply("undo", row.local_id)


class SentSession(ListSession):
    """What was sent. `open_made` makes a new draft of one, and opens it."""

    folder = Folder.SENT

    def __init__(
        self,
        drafts: Drafts,
        readings: MessageReader,
        reply_forward: ReplyForward,
        spawn: Spawn,
        now: Callable[[], float],
    ) -> None:
        """Read by way of `readings`."""
        super().__init__(spawn, now)
        self.open_made: Callable[[Callable[[], Awaitable[LocalId]]], None] = lambda _make: None
        self._drafts, self._readings, self._reply_forward = drafts, readings, reply_forward

    def edit_as_new(self, row: ListRow) -> None:
        """Begin a new draft with the same words, people and attachments; the sender is chosen anew."""
        self.open_made(lambda: self._made_anew(row, written_anew))

    async def edit_all_as_new(
        self, rows: Sequence[ListRow], wanted: Callable[[], bool]
    ) -> tuple[list[LocalId], dict[str, MailError]]:
        """Begin a new draft of each, as long as that is `wanted`; return those, and why others could not be, by row."""
        made: list[LocalId] = []
        failed: dict[str, MailError] = {}
        for row in rows:
            if not wanted():
                break
            try:
                name = await self._made_anew(row, written_anew)
                await self._drafts.save(name)
                await self._drafts.close(name)
                made.append(name)
            except MailError as error:
                failed[row.key] = error
            except KeyError:
                failed[row.key] = MailError(tr("This message is no longer here."))
        return made, failed

    def reply(self, row: ListRow) -> None:
        """Begin an answer to the writer of a message that was received."""
        self.open_made(lambda: self._reply_forward.reply(row))

    def reply_all(self, row: ListRow) -> None:
        """Begin an answer to all the message went to, in the same conversation."""
        self.open_made(lambda: self._reply_forward.reply_all(row))

    def forward(self, row: ListRow) -> None:
        """Begin a message that passes this one on."""
        self.open_made(lambda: self._reply_forward.forward(row))

    def forward_attached(self, rows: Sequence[ListRow]) -> None:
        """Begin a message that passes these on as attachments."""
        self.open_made(lambda: self._reply_forward.forward_attached(rows))

    def write_again(self, row: ListRow) -> None:
        """Begin a new draft of the same message to those alone whom it did not reach."""
        self.open_made(lambda: self._made_anew(row, lambda content: once_more(content, row.reports)))

    async def read_content(self, row: ListRow) -> Content:
        """Return what a message says. Raises MailError, KeyError."""
        reading: ReadMessage = await self._readings.read_message(row)
        return reading.content

    async def made_to_resend(self, row: ListRow, anew: Callable[[Content], Content]) -> LocalId:
        """Make a new message of one that was sent, to be sent at once. Raises MailError, KeyError."""
        name = await self._made_anew(row, anew)
        await self._drafts.note_resending(name, row.message_id)
        await self._drafts.close(name)
        return name

    async def _made_anew(self, row: ListRow, anew: Callable[[Content], Content]) -> LocalId:
        reading: ReadMessage = await self._readings.read_message(row)
        content = anew(reading.content)
        unfilled = () if row.local_id is None else (await self._drafts.read_message(row.local_id)).unfilled
        like = row.local_id
        if reading.item is not None:
            holder = reading.item.ref.item_id
            attached = tuple(taken_over(one, new_key(), holder) for one in reading.item.attachments)
            content, like = msgspec.structs.replace(content, attachments=attached), None
        name = await self._drafts.begin(row.account_id, content, like=like)
        self._drafts.remember_unfilled(name, unfilled)
        return name


class Lists(NamedTuple):
    """The accounts' own lists, by place: each has what lies in all of them."""

    drafts: DraftsSession
    outbox: OutboxSession
    sent: SentSession
