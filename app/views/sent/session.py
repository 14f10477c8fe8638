"""What is done with what was sent: read it, use it again, follow it up."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

import msgspec

from app.core.background import Spawn
from app.core.i18n import tr
from app.domain.attachment import new_key, taken_over
from app.domain.errors import MailError
from app.domain.listing import Folder
from app.domain.message import Content, LocalId, written_anew
from app.services.drafts.drafts import Drafts
from app.services.drafts.reply_forward import Following
from app.services.reader.message_reader import Reading, Readings
from app.services.records.rows import ListRow
from app.services.text.status_text import once_more
from app.ui.letter_list.session import ListSession


class SentSession(ListSession):
    """What was sent. `open_made` makes a new draft of one, and opens it."""

    folder = Folder.SENT

    def __init__(
        self, drafts: Drafts, readings: Readings, following: Following, spawn: Spawn, now: Callable[[], float]
    ) -> None:
        """Read by way of `readings`."""
        super().__init__(spawn, now)
        self.open_made: Callable[[Callable[[], Awaitable[LocalId]]], None] = lambda _make: None
        self._drafts, self._readings, self._following = drafts, readings, following

    def edit_as_new(self, row: ListRow) -> None:
        """Begin a new draft with the same words, people and attachments; who it is from is chosen anew."""
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

    def reply_all(self, row: ListRow) -> None:
        """Begin an answer to everyone the letter went to, in the same conversation."""
        self.open_made(lambda: self._following.reply_all(row))

    def forward(self, row: ListRow) -> None:
        """Begin a letter that passes this one on."""
        self.open_made(lambda: self._following.forward(row))

    def write_again(self, row: ListRow) -> None:
        """Begin a new draft of the same letter to those alone whom it did not reach."""
        self.open_made(lambda: self._made_anew(row, lambda content: once_more(content, row.reports)))

    async def _made_anew(self, row: ListRow, anew: Callable[[Content], Content]) -> LocalId:
        reading: Reading = await self._readings.read(row)
        content = anew(reading.content)
        unfilled = () if row.local_id is None else (await self._drafts.read(row.local_id)).unfilled
        if reading.item is None:
            return await self._drafts.begin(row.account_id, content, like=row.local_id, unfilled=unfilled)
        attached = tuple(taken_over(one, new_key()) for one in reading.item.attachments)
        content = msgspec.structs.replace(content, attachments=attached)
        return await self._drafts.begin(row.account_id, content, unfilled=unfilled)
