"""Takes in drafts that other programs made or changed.

One more request is at hand in the engine, which sends it when the one before is answered, without asking the window.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final

import msgspec

from app.core.i18n import tr
from app.domain.errors import AccountError, ItemRefused, MailError
from app.domain.message import AccountId, Content, Fetched, ItemRef, LocalId, new_local_id
from app.domain.outcome import FetchOutcome, Outcome, Verdict
from app.domain.record import Record
from app.domain.state import WRITABLE
from app.domain.version import VersionReason
from app.services.attachments.upload import adopted
from app.services.drafts.saver import Saver, elsewhere
from app.services.ports import Clock, Copies, Mailbox, no_copies
from app.services.records.records import Records

if TYPE_CHECKING:
    import asyncio

_SMALL: Final = 10
"""Items up to which a request does not wait for others."""
_AT_HAND: Final = 2


class BulkLimit:
    """Bounds how many requests with many items are at each account's server."""

    def __init__(self) -> None:
        """Begin with no request."""
        self._turns: dict[AccountId, asyncio.Semaphore] = {}

    @asynccontextmanager
    async def taken(self, account_id: AccountId, items: int) -> AsyncIterator[None]:
        """Wait for one's turn with a request of so many items, and hold it."""
        if items <= _SMALL:
            yield
            return
        import asyncio

        async with self._turns.setdefault(account_id, asyncio.Semaphore(_AT_HAND)):
            yield


NewRecord = Callable[[LocalId, AccountId, float], Record]


class _New(msgspec.Struct, frozen=True):
    """A message that is to be begun here."""

    local_id: LocalId
    begun: tuple[Record, Content, Content | None]


class DraftImport:
    """Takes items of the server in as messages of this machine."""

    def __init__(
        self, records: Records, mailbox: Mailbox, saver: Saver, clock: Clock, new_record: NewRecord, turns: BulkLimit
    ) -> None:
        """Take in from `mailbox`; `new_record` makes a record that is like every other."""
        self._turns = turns
        self._records = records
        self._mailbox = mailbox
        self._saver = saver
        self._clock = clock
        self._new_record = new_record
        self.copies: Copies = no_copies

    async def adopt(self, account_id: AccountId, refs: Sequence[ItemRef]) -> list[LocalId | MailError]:
        """Take items in with one request; each answer is our name, or why not. Raises AccountError.

        Those that are new here share a write to the disk. Copies that bear one mark between them are taken in one after
        the other, because the mark names only one of them here.
        """
        answers = await self._read(account_id, refs)
        new: dict[int, _New] = {}
        taken: set[str] = set()
        for place, answer in enumerate(answers):
            item = answer.item
            if item is None or self._records.by_item(account_id, item.ref.item_id) is not None:
                continue
            names = {item.ref.item_id, item.local_id} - {""}
            if not names & taken:
                new[place] = self._new_message(account_id, item)
                taken |= names
        await self._records.create_all([one.begun for one in new.values()])
        ours: dict[int, LocalId | MailError] = {place: one.local_id for place, one in new.items()}
        for place in range(len(answers)):
            if place not in ours:
                ours[place] = await self._name_of(account_id, answers[place])
        return [ours[place] for place in range(len(answers))]

    async def _read(self, account_id: AccountId, refs: Sequence[ItemRef]) -> list[FetchOutcome]:
        """Read items: those that were fetched ahead from this machine, where they are of the very version asked for."""
        copies = await self.copies(account_id, refs)
        known = {
            ref: FetchOutcome(Outcome(Verdict.ACCEPTED), copies[ref.item_id]) for ref in refs if ref.item_id in copies
        }
        asked = [ref for ref in refs if ref not in known]
        if asked:
            async with self._turns.taken(account_id, len(asked)):
                known.update(zip(asked, await self._mailbox.get(account_id, asked), strict=True))
        return [known[ref] for ref in refs]

    async def _name_of(self, account_id: AccountId, answer: FetchOutcome) -> LocalId | MailError:
        if answer.item is not None:
            return await self._take_in(account_id, answer.item)
        if answer.outcome.words is not None:
            return ItemRefused(answer.outcome.words)
        return MailError(tr("The server gave no answer for this message."))

    async def catch_up(self, record: Record) -> None:
        """Check whether a message was changed elsewhere. Where the server cannot be asked, our text stands."""
        if record.ref is None or record.state not in WRITABLE or record.open:
            return
        try:
            answer = (await self._mailbox.get(record.account_id, [record.ref]))[0]
        except AccountError:
            return
        if answer.item is None:
            await self._records.apply_known(record.local_id, save_outcome=answer.outcome)
        else:
            await self._take_text(record, answer.item)

    async def _take_in(self, account_id: AccountId, item: Fetched) -> LocalId:
        known = self._records.by_item(account_id, item.ref.item_id)
        if known is not None:
            await self._take_text(known, item)
            return known.local_id
        message = self._new_message(account_id, item)
        await self._records.create(*message.begun)
        return message.local_id

    def _new_message(self, account_id: AccountId, item: Fetched) -> _New:
        marked = LocalId(item.local_id)
        # A copy that another client made bears the mark of the original: the mark names only one of them here.
        free = bool(marked) and self._records.get(marked) is None
        local_id = marked if free else new_local_id()
        record = msgspec.structs.replace(
            self._new_record(local_id, account_id, item.modified or self._clock.now()),
            message_id=item.message_id if free or not marked else "",
            ref=item.ref,
            read_back=item.ref.change_key,
            saved_at=item.modified,
            open=False,
            marked=free,
        )
        attached, held = adopted(item)
        record = msgspec.structs.replace(record, held=held, has_held=bool(held))
        content = msgspec.structs.replace(item.content, attachments=attached)
        return _New(local_id, (record, content, item.content))

    async def _take_text(self, record: Record, item: Fetched) -> None:
        """Take the server's text where ours has nothing new; else say that both changed."""
        if item.ref == record.ref:
            return
        if not record.saved:
            if not await self._saver.refresh(record.local_id):
                await self._records.apply_known(record.local_id, save_outcome=elsewhere(self._clock.now()))
            return
        message = await self._records.read_message(record.local_id)
        latest = self._records.get(record.local_id)
        if latest is None or latest.edits != record.edits:
            return
        self._records.mark_version(record.local_id, VersionReason.SERVER)
        attached, held = adopted(item, message)
        fresh = msgspec.structs.replace(
            latest,
            ref=item.ref,
            read_back=item.ref.change_key,
            saved_edits=latest.edits,
            saved_at=item.modified,
            save_outcome=None,
        )
        fresh = msgspec.structs.replace(fresh, held=held, in_flight=(), has_held=latest.has_held or bool(held))
        await self._records.create(fresh, msgspec.structs.replace(item.content, attachments=attached), item.content)
