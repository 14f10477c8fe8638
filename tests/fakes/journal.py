"""A journal without a disk: the fake behind the port `Journal`.

What is written is there at once. `trouble` makes every write fail until `heal` is called: then what was kept in memory
is written, and those who wait are told. `after_crash` is the journal that the next start of the program finds: what was
on the disk, and nothing else.
"""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Callable, Sequence

import msgspec

from app.core.events import Event
from app.domain.edits import Edit, Replica
from app.domain.errors import StorageError
from app.domain.message import BodyFormat, Content, LocalId
from app.domain.record import Record, RowSummary, StoredMessage
from app.domain.version import Version, VersionHead, VersionReason, version_of
from app.domain.visible_text import plain_text


@dataclasses.dataclass
class _Kept:
    record: Record
    replica: Replica
    on_server: Content | None = None
    attempt: Content | None = None


class FakeJournal:
    """The fake. `writes` counts what went to the disk."""

    def __init__(self) -> None:
        self.trouble: StorageError | None = None
        self.writes = 0
        self._kept: dict[LocalId, _Kept] = {}
        self._durable: dict[LocalId, _Kept] = {}
        self.troubled: Event[StorageError] = Event()
        self.healed: Event[None] = Event()
        self._told = False
        self.keeps_versions = False
        self.kept_versions: dict[LocalId, list[tuple[VersionHead, Version]]] = {}
        """Of each message, oldest first; there are no pauses here: versions are kept where `mark_version` says so."""
        self.blanked: list[LocalId] = []
        """Messages that were forgotten for good."""
        self.now: Callable[[], float] = lambda: 0.0

    # --- what a test does ---------------------------------------------------------------------------------------

    def heal(self) -> None:
        """End the trouble: what was kept in memory is written."""
        self.trouble, self._told = None, False
        for local_id, kept in self._kept.items():
            self._durable[local_id] = copy.deepcopy(kept)
        self.healed.emit(None)

    def after_crash(self) -> FakeJournal:
        """Return the journal as the next start finds it."""
        found = FakeJournal()
        found._kept = copy.deepcopy(self._durable)
        found._durable = copy.deepcopy(self._durable)
        found.kept_versions = copy.deepcopy(self.kept_versions)
        return found

    # --- the port -----------------------------------------------------------------------------------------------

    def append_edit(self, local_id: LocalId, edit: Edit) -> None:
        """Take down an edit; kept in memory where the disk is not well."""
        kept = self._kept.get(local_id)
        if kept is None:
            return
        kept.replica.apply(edit)
        kept.record = msgspec.structs.replace(kept.record, edits=kept.record.edits + 1)
        if self.trouble is None:
            self._write(local_id)
        else:
            self._say_trouble(self.trouble)

    async def create(self, record: Record, content: Content, on_server: Content | None = None) -> None:
        """Begin a message."""
        self._kept[record.local_id] = _Kept(record, Replica(content), on_server)
        self._meet_trouble()
        self._write(record.local_id)

    async def create_all(
        self, begun: Sequence[tuple[Record, Content, Content | None]], also: Sequence[Record] = ()
    ) -> None:
        """Begin many, and write others with them."""
        for record, content, on_server in begun:
            self._kept[record.local_id] = _Kept(record, Replica(content), on_server)
        await self.put_all(also)
        for record, _, _ in begun:
            self._write(record.local_id)

    async def read_all(self, local_ids: Sequence[LocalId]) -> list[StoredMessage]:
        """Read many."""
        return [await self.read_message(local_id) for local_id in local_ids if local_id in self._kept]

    async def put_all(self, records: Sequence[Record]) -> None:
        """Write many records, all or none."""
        kept = [self._kept[record.local_id] for record in records]
        self._meet_trouble()
        for one, record in zip(kept, records, strict=True):
            one.record = msgspec.structs.replace(record, edits=one.record.edits)
            self._write(record.local_id)

    async def read_message(self, local_id: LocalId) -> StoredMessage:
        """Read a message."""
        kept = self._kept[local_id]
        content = kept.replica.content()
        record = msgspec.structs.replace(kept.record, head=head_of(content))
        return StoredMessage(
            record, content, dict(kept.replica.pending), kept.on_server, kept.attempt, kept.replica.unfilled
        )

    async def put(self, record: Record, attempt: Content | None = None) -> None:
        """Write a record."""
        kept = self._kept[record.local_id]
        self._meet_trouble()
        kept.record = msgspec.structs.replace(record, edits=kept.record.edits)
        kept.attempt = attempt or kept.attempt
        self._write(record.local_id)

    async def saved(self, record: Record, on_server: Content) -> None:
        """Write a record and what the server has."""
        kept = self._kept[record.local_id]
        self._meet_trouble()
        kept.record = msgspec.structs.replace(record, edits=kept.record.edits)
        kept.on_server, kept.attempt = on_server, None
        self._write(record.local_id)

    async def records(self) -> list[Record]:
        """Return all records."""
        messages = [await self.read_message(local_id) for local_id in self._kept]
        return sorted((message.record for message in messages), key=lambda record: record.changed)

    async def forget(self, local_id: LocalId, *, for_good: bool = False) -> None:
        """Remove a message."""
        self._meet_trouble()
        self._kept.pop(local_id, None)
        self._durable.pop(local_id, None)
        self.kept_versions.pop(local_id, None)
        if for_good:
            self.blanked.append(local_id)

    async def blank(self, record: Record) -> None:
        """Keep a record without text."""
        self._meet_trouble()
        self._kept[record.local_id] = _Kept(record, Replica(Content()))
        self.kept_versions.pop(record.local_id, None)
        self.blanked.append(record.local_id)
        self._write(record.local_id)

    def mark_version(self, local_id: LocalId, why: VersionReason, edits: int = 0) -> None:
        """Keep a version; what says the same as the newest is not kept twice."""
        kept = self._kept.get(local_id)
        if kept is None or not self.keeps_versions:
            return
        version, known = version_of(kept.replica.content()), self.kept_versions.setdefault(local_id, [])
        if not known or known[-1][1] != version:
            text = version.content.body
            words = len((plain_text(text) if version.content.body_format is BodyFormat.HTML else text).split())
            known.append((VersionHead(len(known) + 1, self.now(), why, words), version))

    async def versions(self, local_id: LocalId) -> list[VersionHead]:
        """Return the versions, newest first."""
        self._kept[local_id]
        return [head for head, _ in reversed(self.kept_versions.get(local_id, []))]

    async def read_version(self, local_id: LocalId, number: int) -> Version:
        """Return one version."""
        for head, version in self.kept_versions.get(local_id, []):
            if head.number == number:
                return version
        raise KeyError(number)

    async def carry_versions(self, local_id: LocalId, to: LocalId) -> None:
        """Give another message the versions too."""
        self.kept_versions[to] = [*self.kept_versions.get(local_id, []), *self.kept_versions.get(to, [])]

    async def turn_versions(self, *, on: bool) -> None:
        """Keep versions, or none."""
        self._meet_trouble()
        self.keeps_versions = on
        if not on:
            self.kept_versions.clear()

    async def flush(self) -> None:
        """Nothing waits here."""
        self._meet_trouble()

    def _write(self, local_id: LocalId) -> None:
        self.writes += 1
        self._durable[local_id] = copy.deepcopy(self._kept[local_id])

    def _meet_trouble(self) -> None:
        if self.trouble is not None:
            self._say_trouble(self.trouble)
            raise self.trouble

    def _say_trouble(self, trouble: StorageError) -> None:
        if not self._told:
            self._told = True
            self.troubled.emit(trouble)


def head_of(content: Content) -> RowSummary:
    """Return what a row shows of `content`."""
    text = plain_text(content.body) if content.body_format is BodyFormat.HTML else content.body
    return RowSummary(
        deferred=content.options.deferred,
        to="; ".join(r.name or r.address for r in content.recipients()),
        subject=content.subject,
        preview=" ".join(text.split())[:100],
        importance=content.importance,
        sender="" if content.sender is None else content.sender.name or content.sender.address,
        attachments=sum(not one.inline for one in content.attachments),
    )
