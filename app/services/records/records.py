"""Every record of this machine in memory, and the one way in which a record changes: disk first, then the event.

Drafts, outbox and lists all work on the same messages at the same time. Each change is made under the message's lock on
the record as it is then, so that none of them writes over what another has just learnt.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any, Final

import msgspec

from app.core.background import Spawn
from app.core.events import Event
from app.domain.edits import AttachmentGone, AttachmentSet, Edit
from app.domain.errors import StorageError
from app.domain.message import AccountId, Content, LocalId
from app.domain.record import Record, StoredMessage
from app.domain.state import may_follow
from app.domain.version import VersionReason
from app.services.ports import Clock, Journal

if TYPE_CHECKING:
    import asyncio

Condition = Callable[[Record], bool]
Changes = Mapping[str, Any]
_AT_A_TURN: Final = 20
"""Changes that are emitted in one turn of the loop: listeners draw them, and a key may come between."""


class Records:
    """The records. `changed` carries a record after each change, `changed_together` those that changed with it;
    `forgotten` a message that is no more on this machine.

    `attached` carries each edit of a message's attachments, which are edited from several sides: by the person, by what
    fetches their bytes, by what finds another program's among them.
    """

    def __init__(self, journal: Journal, clock: Clock, spawn: Spawn) -> None:
        """Begin with none; `load` reads those of the disk."""
        self.changed: Event[Record] = Event()
        self.changed_together: Event[Sequence[Record]] = Event()
        self.forgotten: Event[LocalId] = Event()
        self.attached: Event[tuple[LocalId, AttachmentSet | AttachmentGone]] = Event()
        self._journal = journal
        self._clock = clock
        self._spawn = spawn
        self._records: dict[LocalId, Record] = {}
        self._by_item: dict[tuple[AccountId, str], LocalId] = {}
        self._locks: dict[LocalId, asyncio.Lock] = {}
        self._unwritten: dict[LocalId, Content | None] = {}
        self._untold: dict[LocalId, None] = {}
        self._telling = False
        journal.healed.subscribe(lambda _: self._write_what_waits())

    async def load(self) -> None:
        """Read all records. Raises StorageError."""
        for record in await self._journal.records():
            self._keep(record)

    def get(self, local_id: LocalId) -> Record | None:
        """Return a record, or None."""
        return self._records.get(local_id)

    def all(self) -> list[Record]:
        """Return every record, in no particular order."""
        return list(self._records.values())

    async def until(self, local_id: LocalId, so: Condition) -> None:
        """Return as soon as a message is as `so` asks, or is gone."""
        import asyncio

        there = asyncio.Event()
        stops = [self.changed.subscribe(lambda _: there.set()), self.forgotten.subscribe(lambda _: there.set())]
        try:
            while (record := self._records.get(local_id)) is not None and not so(record):
                there.clear()
                await there.wait()
        finally:
            for stop in stops:
                stop()

    def by_item(self, account_id: AccountId, item_id: str) -> Record | None:
        """Return the record that has this item on the server, or None."""
        local_id = self._by_item.get((account_id, item_id))
        return None if local_id is None else self._records.get(local_id)

    def append_edit(self, local_id: LocalId, edit: Edit) -> Record:
        """Journal one edit. Emits `changed` only where the message was saved until now. Raises KeyError."""
        before = self._records[local_id]
        self._journal.append_edit(local_id, edit)
        now = self._clock.now()
        after = msgspec.structs.replace(before, edits=before.edits + 1, changed=now)
        self._records[local_id] = after
        if isinstance(edit, AttachmentSet | AttachmentGone):
            self.attached.emit((local_id, edit))
        if before.edits == before.saved_edits:
            self._tell([after])
        return after

    async def read_message(self, local_id: LocalId) -> StoredMessage:
        """Read a message whole; its record's head is as new as its text. Raises KeyError and StorageError."""
        message = await self._journal.read_message(local_id)
        record = self._records[local_id]
        if record.head != message.record.head:
            record = msgspec.structs.replace(record, head=message.record.head)
            self._records[local_id] = record
            self._tell([record])
        # `edits` counts those in this very text: more may have been typed since.
        return msgspec.structs.replace(message, record=msgspec.structs.replace(record, edits=message.record.edits))

    async def create(self, record: Record, content: Content, on_server: Content | None = None) -> Record:
        """Begin a message, or begin it anew with other text. The person can write although the disk fails."""
        async with self._lock(record.local_id):
            try:
                await self._journal.create(record, content, on_server)
            except StorageError:
                self._unwritten[record.local_id] = None
            self._keep(record)
        message = await self.read_message(record.local_id)
        self._tell([self._records[record.local_id]])
        return message.record

    async def create_all(self, begun: Sequence[tuple[Record, Content, Content | None]]) -> None:
        """Begin many messages as `create` begins one, in one write to the disk."""
        names = [record.local_id for record, _, _ in begun]
        async with self._locked(names):
            try:
                await self._journal.create_all(begun)
            except StorageError:
                self._unwritten.update(dict.fromkeys(names))
            for record, _, _ in begun:
                self._keep(record)
            for message in await self._journal.read_all(names):
                record = self._records[message.record.local_id]
                self._records[record.local_id] = msgspec.structs.replace(record, head=message.record.head)
            await self._tell_in_turns(names)

    async def replace(
        self,
        fresh: Record,
        content: Content,
        before: LocalId,
        when: Condition,
        settle: Callable[[], None],
        **changes: Any,
    ) -> bool:
        """Begin a message that takes the place of the one `before`, which is changed in the same write to the disk.

        False where that one is gone, or not as `when` asks. `settle` is called once both are so, before any event.
        """
        async with self._locked([before, fresh.local_id]):
            known = self._records.get(before)
            if known is None or not when(known):
                return False
            after = self._changed(known, changes)
            try:
                await self._journal.create_all([(fresh, content, None)], [after])
            except StorageError:
                self._unwritten.update({fresh.local_id: None, before: self._unwritten.get(before)})
            self._keep(fresh)
            self._take_all([after])
            settle()
        await self.read_message(fresh.local_id)
        self._tell([record for name in (fresh.local_id, before) if (record := self._records.get(name)) is not None])
        return True

    async def read_all(self, local_ids: Sequence[LocalId]) -> list[StoredMessage]:
        """Read many messages whole, as `read` reads one; what is no more is left out. Raises StorageError."""
        messages, newer = [], []
        for message in await self._journal.read_all(local_ids):
            record = self._records.get(message.record.local_id)
            if record is None:
                continue
            if record.head != message.record.head:
                record = self._records[record.local_id] = msgspec.structs.replace(record, head=message.record.head)
                newer.append(record)
            record = msgspec.structs.replace(record, edits=message.record.edits)
            messages.append(msgspec.structs.replace(message, record=record))
        if newer:
            self._tell_soon(newer)
        return messages

    async def change(
        self, local_id: LocalId, when: Condition | None = None, attempt: Content | None = None, **changes: Any
    ) -> Record | None:
        """Write a change, then emit it. None where the message is gone or not as `when` asks. Raises StorageError."""
        async with self._lock(local_id):
            before = self._records.get(local_id)
            if before is None or (when is not None and not when(before)):
                return None
            after = self._changed(before, changes)
            if after == before and attempt is None:
                return before
            await self._journal.put(after, attempt)
            self._unwritten.pop(local_id, None)
            return self._announce(after)

    async def apply_known(
        self, local_id: LocalId, on_server: Content | None = None, when: Condition | None = None, **changes: Any
    ) -> Record | None:
        """Take in what is already so (a server's answer): known at once, and written as soon as the disk lets us."""
        async with self._lock(local_id):
            before = self._records.get(local_id)
            if before is None or (when is not None and not when(before)):
                return None
            after = self._announce(self._changed(before, changes))
            try:
                if on_server is None:
                    await self._journal.put(after)
                else:
                    await self._journal.saved(after, on_server)
                self._unwritten.pop(local_id, None)
            except StorageError:
                self._unwritten[local_id] = on_server or self._unwritten.get(local_id)
            return after

    async def change_all(self, local_ids: Iterable[LocalId], when: Condition, **changes: Any) -> list[Record]:
        """Change many in one write to the disk; return those that were changed. Raises StorageError."""
        return await self.change_each(dict.fromkeys(local_ids, changes), when)

    async def change_each(self, wanted: Mapping[LocalId, Changes], when: Condition) -> list[Record]:
        """Change each as `wanted` says, in one write to the disk, all or none; return those that were changed.

        Raises StorageError.
        """
        async with self._locked(wanted):
            after = self._all_changed(wanted, when)
            if after:
                await self._journal.put_all(after)
                self._take_all(after)
                for record in after:
                    self._unwritten.pop(record.local_id, None)
                self._tell_soon(after)
            return [self._records[record.local_id] for record in after]

    async def learn_each(self, wanted: Mapping[LocalId, Changes], when: Condition) -> list[Record]:
        """Take in of many what is already so, as `apply_known` does of one; return those that were changed."""
        async with self._locked(wanted):
            after = self._all_changed(wanted, when)
            if after:
                self._take_all(after)
                self._tell_soon(after)
                await self._write_learnt(after)
            return [self._records[record.local_id] for record in after]

    def _all_changed(self, wanted: Mapping[LocalId, Changes], when: Condition) -> list[Record]:
        known = ((self._records.get(name), changes) for name, changes in wanted.items())
        return [self._changed(one, dict(changes)) for one, changes in known if one is not None and when(one)]

    async def _write_learnt(self, records: Sequence[Record]) -> None:
        try:
            await self._journal.put_all(records)
        except StorageError:
            self._unwritten.update({one.local_id: self._unwritten.get(one.local_id) for one in records})
        else:
            for one in records:
                self._unwritten.pop(one.local_id, None)

    def _take_all(self, records: Sequence[Record]) -> None:
        """Keep `records`, with the edits that came in while the disk wrote."""
        for after in records:
            latest = self._records[after.local_id]
            self._keep(msgspec.structs.replace(after, edits=latest.edits, changed=latest.changed, head=latest.head))

    async def _tell_in_turns(self, names: Sequence[LocalId]) -> None:
        import asyncio

        for start in range(0, len(names), _AT_A_TURN):
            if start:
                await asyncio.sleep(0)
            told = names[start : start + _AT_A_TURN]
            self._tell([record for name in told if (record := self._records.get(name)) is not None])

    def _tell_soon(self, records: Sequence[Record]) -> None:
        """Emit a few at once; of many a few at a turn, so that requests do not wait for lists to be drawn."""
        if len(records) <= _AT_A_TURN and not self._telling:
            self._tell([self._records[record.local_id] for record in records])
            return
        self._untold.update(dict.fromkeys(record.local_id for record in records))
        if not self._telling:
            self._telling = True
            self._spawn(self._tell_all(), "tell what changed")

    async def _tell_all(self) -> None:
        import asyncio

        try:
            while self._untold:
                names = list(self._untold)[:_AT_A_TURN]
                for name in names:
                    del self._untold[name]
                self._tell([record for name in names if (record := self._records.get(name)) is not None])
                await asyncio.sleep(0)
        finally:
            self._telling = False

    def _tell(self, records: Sequence[Record]) -> None:
        for record in records:
            self.changed.emit(record)
        self.changed_together.emit(records)

    def mark_version(self, local_id: LocalId, why: VersionReason, edits: int = 0) -> None:
        """Keep what a message says now as a version of it, if they are kept; `edits` follow that belong together."""
        self._journal.mark_version(local_id, why, edits)

    async def carry_versions(self, local_id: LocalId, to: LocalId) -> None:
        """Let a message that goes on under another name have its versions there too. What the disk refuses is lost."""
        with suppress(StorageError, KeyError):
            await self._journal.carry_versions(local_id, to)

    async def blank(self, local_id: LocalId, when: Condition, *, discarded: float, for_good: str) -> Record | None:
        """Keep of a message that it is to leave its server, and nothing of what it says, in one write to the disk.

        None where the message is gone or not as `when` asks. Raises StorageError: then all is as it was.
        """
        async with self._lock(local_id):
            before = self._records.get(local_id)
            if before is None or not when(before):
                return None
            fresh = Record(
                local_id,
                before.account_id,
                before.message_id,
                ref=before.ref,
                save_outcome=before.save_outcome,
                discarded=discarded,
                drafts_of=before.drafts_of,
                created=before.created,
                changed=before.changed,
                marked=before.marked,
                strays=before.strays,
                for_good=for_good,
            )
            await self._journal.blank(fresh)
            self._keep(fresh)
            self._unwritten.pop(local_id, None)
        self.forgotten.emit(local_id)
        self._tell([fresh])
        return fresh

    async def forget(self, local_id: LocalId, when: Condition | None = None, *, for_good: bool = False) -> bool:
        """Remove a message from this machine; `for_good` as in the journal. Raises StorageError.

        False where the message is gone or not as `when` asks.
        """
        async with self._lock(local_id):
            record = self._records.get(local_id)
            if record is None or (when is not None and not when(record)):
                return False
            await self._journal.forget(local_id, for_good=for_good)
            del self._records[local_id]
            self._unwritten.pop(local_id, None)
            if record.ref is not None:
                self._by_item.pop((record.account_id, record.ref.item_id), None)
        self._locks.pop(local_id, None)
        self.forgotten.emit(local_id)
        return True

    def _changed(self, before: Record, changes: dict[str, Any]) -> Record:
        state = changes.get("state", before.state)
        if state is not before.state:
            if not may_follow(before.state, state):
                raise ValueError(f"{before.state} is not followed by {state}")
            changes.setdefault("state_at", self._clock.now())
        return msgspec.structs.replace(before, **changes)

    def _announce(self, after: Record) -> Record:
        """Keep `after`, with the edits that came in while the disk wrote."""
        latest = self._records[after.local_id]
        after = msgspec.structs.replace(after, edits=latest.edits, changed=latest.changed, head=latest.head)
        self._keep(after)
        self._tell([after])
        return after

    def _keep(self, record: Record) -> None:
        before = self._records.get(record.local_id)
        if before is not None and before.ref is not None and before.ref != record.ref:
            self._by_item.pop((before.account_id, before.ref.item_id), None)
        if record.ref is not None:
            self._by_item[record.account_id, record.ref.item_id] = record.local_id
        self._records[record.local_id] = record

    def _lock(self, local_id: LocalId) -> asyncio.Lock:
        import asyncio

        return self._locks.setdefault(local_id, asyncio.Lock())

    @asynccontextmanager
    async def _locked(self, local_ids: Iterable[LocalId]) -> AsyncIterator[None]:
        """Hold the locks of many messages; in one order for all, so that no two wait for each other."""
        taken = []
        try:
            for local_id in sorted(set(local_ids)):
                lock = self._lock(local_id)
                await lock.acquire()
                taken.append(lock)
            yield
        finally:
            for lock in taken:
                lock.release()

    def _write_what_waits(self) -> None:
        if self._unwritten:
            self._spawn(self._write_all(), "write what the disk refused")

    async def _write_all(self) -> None:
        for local_id, on_server in list(self._unwritten.items()):
            await self.apply_known(local_id, on_server)
