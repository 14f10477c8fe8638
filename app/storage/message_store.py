"""The messages in the writer's thread.

What cannot be written stays here, in order, until the disk takes it. What failed for its caller (a `put`, a
`forget`) is undone instead, so that nothing appears later after its caller got an error.
"""

from __future__ import annotations

import contextlib
import sqlite3
import time
from collections.abc import Callable, Sequence
from itertools import islice
from typing import Any, Final, Literal

import msgspec

from app.domain.edits import BodyReplaced, Edit, Replica
from app.domain.message import BodyFormat, Content, Field, LocalId
from app.domain.recipient import Recipient
from app.domain.record import Record, RowSummary, StoredMessage
from app.domain.state import WENT_OUT
from app.domain.version import FEW, MUCH, Version, VersionHead, VersionReason, taken_away
from app.storage import codec, versions
from app.storage.database import want_blank
from app.storage.versions import Versions

_PEOPLE: Final = 30
_SUBJECT_UNITS: Final = 1000
_PREVIEW: Final = 160
_TEXT_UNITS: Final = 4 * _PREVIEW
_HTML_UNITS: Final = 32_000
"""Word writes some ten thousand characters of style sheet before the first word."""


def head_of(replica: Replica) -> RowSummary:
    """Return the head of the message as it stands."""
    sender = replica.sender
    return RowSummary(
        to=_people(replica),
        subject=replica.opening(Field.SUBJECT, _SUBJECT_UNITS),
        preview=_preview(replica),
        importance=replica.importance,
        sender="" if sender is None else _name(sender),
        deferred=replica.options.deferred,
        attachments=sum(not one.inline for one in replica.attachments),
    )


def _people(replica: Replica) -> str:
    """To, then Cc, with the words that are no recipient yet; Bcc only where there is no other recipient."""
    names: list[str] = []
    for fields in ((Field.TO, Field.CC), (Field.BCC,)):
        for field in fields:
            names += [_name(one) for one in islice(replica.recipients(field), _PEOPLE)]
            names.append(" ".join(replica.pending.get(field, "").split()))
        if any(names):
            break
    return "; ".join(name for name in names if name)


def _name(recipient: Recipient) -> str:
    return recipient.name or recipient.address


def _preview(replica: Replica) -> str:
    if replica.body_format is BodyFormat.HTML:
        from app.domain.visible_text import plain_text

        text = plain_text(replica.opening(Field.BODY, _HTML_UNITS))
    else:
        text = replica.opening(Field.BODY, _TEXT_UNITS)
    return " ".join(text.split())[:_PREVIEW]


def _reason(edit: Edit, lost: int) -> VersionReason:
    """Return why there is a version before an edit that takes `lost` units away."""
    if isinstance(edit, BodyReplaced):
        return VersionReason.REPLACED
    return VersionReason.DELETION if lost >= MUCH else VersionReason.BEGUN


TextKind = Literal["base", "on_server", "attempt"]
MANY_EDITS: Final = 1000
LARGE_EDITS: Final = 256_000
"""Edits since the last snapshot, by number and by bytes, after which the next quiet moment makes a new one."""
MOST_TEXT: Final = 8_000_000
"""Bytes of the texts of all messages that are kept in memory without being in use."""


class MessageEntry:
    """One message: its row, what of it is not on disk yet, and its text while it is written or read."""

    __slots__ = (
        "anew",
        "bulk",
        "changed",
        "covered",
        "edits",
        "head",
        "joined",
        "key",
        "lost",
        "record",
        "replica",
        "rows",
        "tail",
        "texts",
        "touched",
        "used",
    )

    def __init__(self, key: int, record: Record, edits: int, changed: float, head: RowSummary) -> None:
        """Start clean, without text."""
        self.key = key
        self.record = record
        self.edits = edits
        self.changed = changed
        self.head: RowSummary | None = head
        self.replica: Replica | None = None
        self.rows: list[tuple[int, bytes]] = []
        self.texts: dict[TextKind, bytes | None] = {}
        self.anew = False
        self.tail = 0
        self.bulk = 0
        self.used = 0.0
        self.covered = False
        """Whether there is a version of what it says, or said before the last edits."""
        self.touched = False
        """Whether it was edited since a version was taken last."""
        self.lost = FEW + 1
        """UTF-16 units that were taken out of it since then; many where that is not known."""
        self.joined = 0
        """The number of edits up to which a version was taken before the first of them."""

    def current_head(self) -> RowSummary:
        """Return the head, reading it off the text where that has changed since."""
        if self.head is None:
            self.head = RowSummary() if self.replica is None else head_of(self.replica)
        return self.head

    def current_record(self) -> Record:
        """Return the record with what the journal itself counts."""
        return msgspec.structs.replace(self.record, edits=self.edits, changed=self.changed, head=self.current_head())

    def size(self) -> int:
        """Return about how many bytes its texts take in memory."""
        texts = sum(len(blob) for blob in self.texts.values() if blob is not None)
        return texts + (0 if self.replica is None else self.replica.size())

    def rebase(self) -> None:
        """Make the text as it stands the base, so that the edits before it are not needed any more."""
        if self.replica is not None:
            replica = self.replica
            base = codec.Base(replica.content(), self.edits, dict(replica.pending), replica.unfilled)
            self.texts["base"] = codec.pack(base, codec.Base)[1]
            self.rows.clear()
            self.anew = True
            self.tail = self.bulk = 0


class MessageStore:
    """All messages of one database. Used by the writer's thread alone."""

    def __init__(self, connection: sqlite3.Connection, unreadable: Callable[[str], None]) -> None:
        """Read from and write to `connection`; `unreadable` is called for a row that cannot be read."""
        self.connection = connection
        self.also: list[Callable[[sqlite3.Connection], object]] = []
        self.versions = Versions()
        self.to_blank = False
        """Whether what the next write deletes is to be blanked out in the files too (`database.blank_out`)."""
        self._unreadable = unreadable
        self._kept: dict[LocalId, MessageEntry] = {}
        self._dirty: dict[LocalId, MessageEntry] = {}
        self._forgotten: dict[LocalId, int] = {}
        self._undo: list[Callable[[], None]] = []
        self._next = 0
        self.attach(connection)

    def attach(self, connection: sqlite3.Connection) -> None:
        """Go on with another file; all that memory has of messages is written there."""
        self.connection = connection
        self._next = max(self._next, connection.execute("SELECT coalesce(max(id), 0) FROM letters").fetchone()[0])
        for local_id, kept in list(self._kept.items()):
            row = connection.execute("SELECT id FROM letters WHERE local_id = ?", (local_id,)).fetchone()
            kept.key = self._new_key() if row is None else row[0]
            kept.rebase()
            self._dirty[local_id] = kept
            if row is None and kept.replica is None and "base" not in kept.texts:
                # Its text is in the file that was set aside, and only there.
                del self._kept[local_id], self._dirty[local_id]
                self.versions.forget(local_id)

    # --- changes ------------------------------------------------------------------------------------------------------

    def create(self, record: Record, content: Content, on_server: Content | None) -> None:
        """Begin a message, or begin it anew. It stays in memory whatever the disk says."""
        record = codec.pack(record, Record)[0]
        base, blob = codec.pack(codec.Base(content, record.edits), codec.Base)
        before = self._find(record.local_id)
        key = self._forgotten.pop(record.local_id, 0) if before is None else before.key
        kept = MessageEntry(key or self._new_key(), record, record.edits, record.changed, record.head)
        kept.replica, kept.head = Replica(base.content), None
        kept.anew = True
        kept.texts = {"base": blob, "on_server": None if on_server is None else codec.blob(on_server), "attempt": None}
        self._kept[record.local_id] = self._dirty[record.local_id] = kept

    def create_all(self, begun: Sequence[tuple[Record, Content, Content | None]], also: Sequence[Record] = ()) -> None:
        """Begin many messages, and write `also`. Raises KeyError where one of `also` is no more: nothing is begun."""
        self.put_all(also)
        for record, content, on_server in begun:
            self.create(record, content, on_server)

    def append_edit(self, local_id: LocalId, edit: Edit, at: float) -> None:
        """Take in one edit. Raises KeyError."""
        kept = self._with_text(local_id)
        edit, blob = codec.pack(edit, Edit)
        lost = taken_away(edit)
        if self.versions.on and (lost >= MUCH or not kept.covered) and kept.edits >= kept.joined:
            self._take_version(kept, _reason(edit, lost), at)
        kept.replica.apply(edit)  # type: ignore[union-attr]  # _with_text saw to it
        kept.touched = True
        kept.lost += lost
        kept.edits += 1
        kept.tail += 1
        kept.bulk += len(blob)
        kept.rows.append((kept.edits, blob))
        kept.changed, kept.head = at, None
        self._dirty[local_id] = kept

    def put(self, record: Record, texts: dict[TextKind, bytes | None]) -> None:
        """Write a record over the one before, with some of its texts. Raises KeyError."""
        kept = self._require(record.local_id)
        before, before_texts = kept.record, dict(kept.texts)

        def undo() -> None:
            kept.record = before
            kept.texts = {**before_texts, **{kind: kept.texts[kind] for kind in kept.texts if kind not in texts}}

        self._undo.append(undo)
        kept.record = codec.pack(record, Record)[0]
        kept.texts.update(texts)
        self._dirty[record.local_id] = kept
        if record.state in WENT_OUT and before.state not in WENT_OUT:
            self._end_versions(record.local_id)
        elif texts.get("attempt") is not None and kept.touched:
            self._take_version(kept, VersionReason.SAVE, time.time())

    def put_all(self, records: Sequence[Record]) -> None:
        """Write many records. Raises KeyError where one of them is no more: then none is written."""
        for record in records:
            self._require(record.local_id)
        for record in records:
            self.put(record, {})

    def forget(self, local_id: LocalId, *, for_good: bool = False) -> None:
        """Remove a message; one that is not there is gone already. `for_good` blanks out in the files what it said."""
        kept = self._find(local_id)
        if kept is None:
            return
        self.to_blank = self.to_blank or for_good

        def undo() -> None:
            if self._forgotten.pop(local_id, None) is not None:
                self._kept[local_id] = self._dirty[local_id] = kept

        self._undo.append(undo)
        self._forgotten[local_id] = kept.key
        self.versions.forget(local_id)
        del self._kept[local_id]
        self._dirty.pop(local_id, None)

    # --- versions -----------------------------------------------------------------------------------------------------

    def _take_version(self, kept: MessageEntry, why: VersionReason, at: float) -> None:
        """Never raises: what is beside the journal must not keep an edit out of it."""
        if kept.replica is None or not kept.replica.is_whole():
            return
        kept.touched, kept.covered = False, True
        try:
            if self.versions.take(kept.record.local_id, why, at, kept.replica, kept.lost):
                kept.lost = 0
        except Exception:
            import logging

            # No word of the text is named: a log may be read by others.
            logging.getLogger(__name__).exception("no version of message %s was taken", kept.record.local_id)

    def mark_version(self, local_id: LocalId, why: VersionReason, at: float, edits: int) -> None:
        """Take what a message says now as a version, for the `edits` that follow too. Raises KeyError."""
        if self.versions.on:
            kept = self._with_text(local_id)
            self._take_version(kept, why, at)
            kept.joined = kept.edits + edits

    def note_pause(self, at: float) -> None:
        """Take the messages that were written in since the last version."""
        for kept in self._kept.values():
            if kept.touched and not kept.record.discarded:
                self._take_version(kept, VersionReason.PAUSE, at)

    def read_versions(self, local_id: LocalId) -> list[VersionHead]:
        """Return the versions of a message, newest first. Raises KeyError."""
        kept = self._require(local_id)
        with contextlib.suppress(sqlite3.OperationalError):  # a disk that takes nothing: those it took are there
            self.versions.write(self.connection, time.time())
        return versions.heads(self.connection, kept.key)

    def read_version(self, local_id: LocalId, number: int) -> Version:
        """Return one version. Raises KeyError where there is none."""
        return versions.read(self.connection, self._require(local_id).key, number)

    def carry_versions(self, local_id: LocalId, to: LocalId) -> None:
        """Give another message the versions of this one too. Raises KeyError."""
        self._require(local_id)
        self._require(to)
        self.versions.carry(local_id, to)
        self.also.append(lambda connection: versions.carry(connection, local_id, to))

    def turn_versions(self, *, on: bool) -> None:
        """Keep versions from now on, or none; then those that there are go."""
        self.versions.on = on
        if not on:
            self.versions.turn_off()
            if self.connection.execute("SELECT EXISTS (SELECT 1 FROM versions)").fetchone()[0]:
                self.also.append(lambda connection: connection.execute("DELETE FROM versions"))
                self.to_blank = True

    def _end_versions(self, local_id: LocalId) -> None:
        """Forget the versions of a message that is a draft no more, with the write that says so."""
        self.versions.forget(local_id)
        self.also.append(
            lambda connection: connection.execute(
                "DELETE FROM versions WHERE letter = (SELECT id FROM letters WHERE local_id = ?)", (local_id,)
            )
        )

    def blank(self, record: Record) -> None:
        """Keep the record of a message, and nothing of what it said. Raises KeyError."""
        kept = self._require(record.local_id)

        def undo() -> None:
            self._kept[record.local_id] = self._dirty[record.local_id] = kept

        self._undo.append(undo)
        self.create(record, Content(), None)
        self._end_versions(record.local_id)
        self.to_blank = True

    # --- reading ------------------------------------------------------------------------------------------------------

    def read_message(self, local_id: LocalId) -> StoredMessage:
        """Return a message whole. Raises KeyError."""
        kept = self._with_text(local_id)
        replica = kept.replica
        assert replica is not None  # noqa: S101 - _with_text saw to it
        return StoredMessage(
            record=kept.current_record(),
            content=replica.content(),
            pending=dict(replica.pending),
            on_server=self._text(kept, "on_server"),
            attempt=self._text(kept, "attempt"),
            unfilled=replica.unfilled,
        )

    def records(self) -> list[Record]:
        """Return every record, oldest change first; one that cannot be read is left out, and reported."""
        found: list[Record] = []
        for local_id, *row in self.connection.execute("SELECT local_id, id, record, edits, changed, head FROM letters"):
            if local_id in self._kept or local_id in self._forgotten:
                continue
            kept = self._read_row(row)
            if kept is not None:
                found.append(kept.current_record())
        found += [kept.current_record() for kept in self._kept.values()]
        return sorted(found, key=lambda record: record.changed)

    def knows(self, local_id: LocalId) -> bool:
        """Return whether there is such a message."""
        return self._find(local_id) is not None

    def _text(self, kept: MessageEntry, kind: TextKind) -> Content | None:
        blob = kept.texts[kind] if kind in kept.texts else self._stored_text(kept.key, kind)
        return None if blob is None else codec.read_content(blob)

    def _stored_text(self, key: int, kind: TextKind) -> bytes | None:
        row = self.connection.execute("SELECT content FROM texts WHERE letter = ? AND kind = ?", (key, kind)).fetchone()
        return None if row is None else row[0]

    def _require(self, local_id: LocalId) -> MessageEntry:
        kept = self._find(local_id)
        if kept is None:
            raise KeyError(local_id)
        kept.used = 0.0
        return kept

    def _find(self, local_id: LocalId) -> MessageEntry | None:
        kept = self._kept.get(local_id)
        if kept is None and local_id not in self._forgotten:
            query = "SELECT id, record, edits, changed, head FROM letters WHERE local_id = ?"
            row = self.connection.execute(query, (local_id,)).fetchone()
            kept = None if row is None else self._read_row(row)
            if kept is not None:
                self._kept[local_id] = kept
        return kept

    def _read_row(self, row: Sequence[Any]) -> MessageEntry | None:
        key, record, edits, changed, head = row
        try:
            return MessageEntry(key, codec.read_record(record), int(edits), float(changed), codec.read_head(head))
        except (msgspec.DecodeError, ValueError, TypeError) as error:
            self._unreadable(str(error))
            return None

    def _with_text(self, local_id: LocalId) -> MessageEntry:
        """Return a message with its text: the base, and every edit after it."""
        kept = self._require(local_id)
        if kept.replica is None:
            blob = self._stored_text(kept.key, "base")
            base = codec.Base(Content()) if blob is None else codec.read_base(blob)
            replica = Replica(base.content, base.pending, base.unfilled)
            rows = self.connection.execute(
                "SELECT edit FROM edits WHERE letter = ? AND number > ? ORDER BY number", (kept.key, base.edits)
            )
            kept.tail = kept.bulk = 0
            for (edit,) in rows:
                self._replay(replica, edit)
                kept.tail += 1
                kept.bulk += len(edit)
            kept.replica = replica
        return kept

    def _replay(self, replica: Replica, blob: bytes) -> None:
        try:
            replica.apply(codec.read_edit(blob))
        except msgspec.DecodeError as error:
            self._unreadable(str(error))

    # --- the disk -----------------------------------------------------------------------------------------------------

    @property
    def dirty(self) -> bool:
        """Return whether there is something to write."""
        return bool(self._forgotten or self.also or self._dirty)

    def write(self) -> None:
        """Write all that is new, inside the transaction that the caller began. Raises sqlite3.Error."""
        for key in self._forgotten.values():
            self._delete(key, ("edits", "texts", "versions"))
            self.connection.execute("DELETE FROM letters WHERE id = ?", (key,))
        for kept in self._dirty.values():
            self._write_message(kept)
        for statement in self.also:
            statement(self.connection)
        if self.to_blank:
            want_blank(self.connection)

    def _write_message(self, kept: MessageEntry) -> None:
        if kept.anew:
            self._delete(kept.key, ("edits",))
        rows = ((kept.key, number, blob) for number, blob in kept.rows)
        self.connection.executemany("INSERT OR REPLACE INTO edits VALUES (?, ?, ?)", rows)
        for kind, blob in kept.texts.items():
            if blob is None:
                self.connection.execute("DELETE FROM texts WHERE letter = ? AND kind = ?", (kept.key, kind))
            else:
                self.connection.execute("INSERT OR REPLACE INTO texts VALUES (?, ?, ?)", (kept.key, kind, blob))
        record, head = codec.pack(kept.record, Record)[1], codec.pack(kept.current_head(), RowSummary)[1]
        self.connection.execute(
            "INSERT OR REPLACE INTO letters (id, local_id, record, edits, changed, head) VALUES (?, ?, ?, ?, ?, ?)",
            (kept.key, kept.record.local_id, record, kept.edits, kept.changed, head),
        )

    def _delete(self, key: int, tables: tuple[Literal["edits", "texts", "versions"], ...]) -> None:
        for table in tables:
            self.connection.execute(f"DELETE FROM {table} WHERE letter = ?", (key,))  # noqa: S608 - names of our own

    def written(self) -> None:
        """Take note that the transaction is on disk."""
        self._undo.clear()
        self._forgotten.clear()
        self.also.clear()
        for kept in self._dirty.values():
            kept.rows.clear()
            kept.texts.clear()
            kept.anew = False
        self._dirty.clear()

    def undo(self) -> None:
        """Take back what failed for its callers. Edits and new messages stay."""
        self.also.clear()
        self.to_blank = False
        while self._undo:
            self._undo.pop()()

    def tidy(self, now: float, idle: float) -> bool:
        """In a quiet moment: make one snapshot, or let go of texts unused for `idle` seconds. True to be called on.

        Where the texts are large in all, those that are not in use go at once.
        """
        room = MOST_TEXT
        for local_id, kept in sorted(self._kept.items(), key=lambda one: one[1].used or now, reverse=True):
            room -= kept.size()
            if local_id in self._dirty:
                continue
            whole = kept.replica is not None and kept.replica.is_whole()
            if whole and (kept.tail >= MANY_EDITS or kept.bulk >= LARGE_EDITS):
                kept.rebase()
                self._dirty[local_id] = kept
                return True
            in_use = not kept.used
            if in_use:
                kept.used = now
            if now - kept.used >= idle or (room < 0 and not in_use):
                del self._kept[local_id]
        return bool(self._kept)

    def _new_key(self) -> int:
        self._next += 1
        return self._next
