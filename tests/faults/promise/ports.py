"""The real disk and the real engine behind the ports, for a window that can be killed at each of its steps."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from functools import partial
from typing import Any, cast

from app.core.events import Event
from app.domain.account import Account, ProbeStep
from app.domain.edits import AttachmentSet, Edit, TextSplice
from app.domain.listing import Place
from app.domain.message import AccountId, Content, LocalId
from app.domain.operations import Answer, Read, Result, Write
from app.domain.record import Record, StoredMessage
from app.domain.release import Release
from app.domain.version import Version, VersionHead, VersionReason
from app.engine.client import EngineClient
from app.services.ports import AttachedFiles, Mailbox
from app.storage.attachment_files import AttachmentFolder
from app.storage.store import SqliteJournal
from tests.faults.promise.life import Life


class MortalJournal:
    """The journal of one window. Edits of the last moment are handed over late, so that a kill can lose them.

    `hand_over` is called where a tenth of a second has passed: what was typed before is on disk from then on.
    """

    def __init__(self, journal: SqliteJournal, life: Life) -> None:
        self._journal = journal
        self._life = life
        self._typed: list[tuple[LocalId, Edit]] = []
        self.troubled = journal.troubled
        self.healed: Event[None] = Event()
        journal.healed.subscribe(lambda _: None if life.dead else self.healed.emit(None))

    def append_edit(self, local_id: LocalId, edit: Edit) -> None:
        if not self._life.dead:
            self._typed.append((local_id, edit))

    def hand_over(self, count: int | None = None) -> None:
        """Hand the first `count` edits that wait to the disk, all unless told."""
        count = len(self._typed) if count is None else count
        for local_id, edit in self._typed[:count]:
            self._journal.append_edit(local_id, edit)
        del self._typed[:count]

    @property
    def waiting(self) -> int:
        """How many edits no disk has yet."""
        return len(self._typed)

    def words_waiting(self) -> list[str]:
        """Return the texts, and the names of what was attached, that no disk has yet."""
        return [word for _, edit in self._typed for word in _words_of(edit)]

    async def create(self, record: Record, content: Content, on_server: Content | None = None) -> None:
        self._life.must_live()
        self.hand_over()
        await self._life.step(lambda: self._journal.create(record, content, on_server))

    async def create_all(
        self, begun: Sequence[tuple[Record, Content, Content | None]], also: Sequence[Record] = ()
    ) -> None:
        self._life.must_live()
        self.hand_over()
        await self._life.step(lambda: self._journal.create_all(begun, also))

    async def read_all(self, local_ids: Sequence[LocalId]) -> list[StoredMessage]:
        self._life.must_live()
        self.hand_over()
        return await self._life.step(lambda: self._journal.read_all(local_ids), counts=False)

    async def put_all(self, records: Sequence[Record]) -> None:
        self._life.must_live()
        self.hand_over()
        await self._life.step(lambda: self._journal.put_all(records))

    async def read_message(self, local_id: LocalId) -> StoredMessage:
        self._life.must_live()
        self.hand_over()
        return await self._life.step(lambda: self._journal.read_message(local_id), counts=False)

    async def put(self, record: Record, attempt: Content | None = None) -> None:
        self._life.must_live()
        self.hand_over()
        await self._life.step(lambda: self._journal.put(record, attempt))

    async def saved(self, record: Record, on_server: Content) -> None:
        self._life.must_live()
        self.hand_over()
        await self._life.step(lambda: self._journal.saved(record, on_server))

    async def records(self) -> list[Record]:
        return await self._life.step(self._journal.records, counts=False)

    async def forget(self, local_id: LocalId, *, for_good: bool = False) -> None:
        self._life.must_live()
        self.hand_over()
        await self._life.step(lambda: self._journal.forget(local_id, for_good=for_good))

    async def blank(self, record: Record) -> None:
        self._life.must_live()
        self.hand_over()
        await self._life.step(lambda: self._journal.blank(record))

    def mark_version(self, local_id: LocalId, why: VersionReason, edits: int = 0) -> None:
        if not self._life.dead:
            self._journal.mark_version(local_id, why, edits)

    async def versions(self, local_id: LocalId) -> list[VersionHead]:
        return await self._life.step(lambda: self._journal.versions(local_id), counts=False)

    async def read_version(self, local_id: LocalId, number: int) -> Version:
        return await self._life.step(lambda: self._journal.read_version(local_id, number), counts=False)

    async def carry_versions(self, local_id: LocalId, to: LocalId) -> None:
        self._life.must_live()
        await self._life.step(lambda: self._journal.carry_versions(local_id, to), counts=False)

    async def turn_versions(self, *, on: bool) -> None:
        await self._life.step(lambda: self._journal.turn_versions(on=on), counts=False)

    async def flush(self) -> None:
        self._life.must_live()
        self.hand_over()
        await self._life.step(self._journal.flush, counts=False)


class MortalMailbox(Mailbox):
    """The engine as one window sees it: every operation is a step. `before_each` is told the name of each."""

    def __init__(self, engine: Callable[[], EngineClient], life: Life, before_each: Callable[[str], None]) -> None:
        self._engine = engine
        self._life = life
        self._before_each = before_each

    async def perform_write(
        self,
        account_id: AccountId,
        operation: Write[Answer],
        on_bytes: Callable[[int, int], None] | None = None,
    ) -> list[Answer]:
        def call() -> Coroutine[Any, Any, list[Answer]]:
            self._before_each(operation.name)
            return self._engine().perform_write(account_id, operation, on_bytes)

        return await self._life.step(call)

    async def perform_read(
        self,
        account_id: AccountId,
        operation: Read[Result],
        on_bytes: Callable[[int, int], None] | None = None,
        on_places: Callable[[Sequence[Place]], None] | None = None,
    ) -> Result:
        def call() -> Coroutine[Any, Any, Result]:
            self._before_each(operation.name)
            return self._engine().perform_read(account_id, operation, on_bytes, on_places)

        return await self._life.step(call)

    async def open_account(self, account: Account, secret: str, proxy_secret: str = "") -> None:
        """Leaves no trace anywhere, and is no step."""
        self._life.must_live()
        await self._engine().open_account(account, secret, proxy_secret)

    def probe(self, account: Account, secret: str, proxy_secret: str = "") -> AsyncIterator[ProbeStep]:
        return self._engine().probe(account, secret, proxy_secret)

    async def find_release(self, account: Account, address: str, proxy_secret: str = "") -> Release | None:
        return await self._engine().find_release(account, address, proxy_secret)


class MortalFiles:
    """The private copies of one window. Each that writes is a step."""

    _WRITE = frozenset({"keep", "keep_bytes", "share", "settle"})

    def __init__(self, files: AttachmentFolder, life: Life) -> None:
        self._files = files
        self._life = life

    def as_port(self) -> AttachedFiles:
        """Return it as what it is: it has every method that the folder has."""
        return cast("AttachedFiles", self)

    def path(self, local_id: LocalId, key: str) -> str:
        return self._files.path(local_id, key)

    def __getattr__(self, name: str) -> Any:
        return partial(self._do, name)

    async def _do(self, name: str, *asked: Any) -> Any:
        return await self._life.step(lambda: getattr(self._files, name)(*asked), counts=name in self._WRITE)


def _words_of(edit: Edit) -> tuple[str, ...]:
    if isinstance(edit, TextSplice):
        return (edit.added.strip(),)
    return (edit.attached.name,) if isinstance(edit, AttachmentSet) and not edit.if_there else ()
