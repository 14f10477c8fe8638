"""Keeps the versions of drafts, in the journal's file and by its thread, and never in the way of the journal.

A version waits in memory until a quiet moment, or, where something was about to happen to the text, until that is in
the file. It is written in a transaction of its own: a key writes nothing more for it, and what cannot be written of it
is no trouble of the journal's. Nothing is kept before `on` is set.
"""

from __future__ import annotations

import sqlite3
from typing import Final, NamedTuple

import msgspec

from app.domain.edits import Replica
from app.domain.message import BodyFormat, Content, Field, LocalId
from app.domain.version import (
    FEW,
    LARGEST,
    ORDINARY,
    Stored,
    Version,
    VersionHead,
    VersionReason,
    to_forget,
    version_of,
)
from app.storage import codec

MOST_WAITING: Final = 16
"""Versions that wait in memory; of more, those next to the oldest go."""
TOGETHER: Final = 120.0
"""Seconds in which a version gives way to a later one that has all its words."""
_MOST_HTML: Final = 32_000
"""Characters of formatted text of which the words are counted as they are read; beyond, markup is only left out."""


class _Waiting(NamedTuple):
    local_id: LocalId
    why: VersionReason
    at: float
    lost: int
    content: Content


class Versions:
    """The versions of all drafts of one database. Used by the writer's thread alone."""

    def __init__(self) -> None:
        """Keep nothing yet."""
        self.on = False
        self._waiting: list[_Waiting] = []

    @property
    def waits(self) -> bool:
        """Return whether there is something to write."""
        return bool(self._waiting)

    @property
    def hurry(self) -> bool:
        """Return whether something of it is no longer what the message says: only a version has it still."""
        return any(one.why not in ORDINARY for one in self._waiting)

    def take(self, local_id: LocalId, why: VersionReason, at: float, replica: Replica, lost: int) -> bool:
        """Remember what a message says now. False where nothing is kept of it: it is empty, or too long.

        `lost` is how much went out of it since a version was taken last. What a version that is brought back takes the
        place of is kept at any length.
        """
        if not self.on or (replica.units(Field.BODY) > LARGEST and why is not VersionReason.RETURN):
            return False
        content = replica.content()
        if content.is_empty():
            return False
        self._waiting.append(_Waiting(local_id, why, at, lost, content))
        while len(self._waiting) > MOST_WAITING:
            gone = self._waiting.pop(1)
            self._waiting[1] = self._waiting[1]._replace(lost=self._waiting[1].lost + gone.lost)
        return True

    def forget(self, local_id: LocalId) -> None:
        """Drop what waits of one message."""
        self._waiting = [one for one in self._waiting if one.local_id != local_id]

    def carry(self, local_id: LocalId, to: LocalId) -> None:
        """Let what waits of one message wait for another one too."""
        self._waiting += [one._replace(local_id=to) for one in self._waiting if one.local_id == local_id]

    def drop(self) -> None:
        """Drop all that waits."""
        self._waiting.clear()

    def turn_off(self) -> None:
        """Keep nothing from now on, and drop what waits."""
        self.on = False
        self.drop()

    def write(self, connection: sqlite3.Connection, now: float) -> None:
        """Write what waits in one transaction. Raises sqlite3.Error: then it waits on, and nothing was written.

        What the disk has no row of yet waits on too.
        """
        if not self._waiting:
            return
        connection.execute("BEGIN IMMEDIATE")
        try:
            later = [one for one in self._waiting if not self._write(connection, one)]
            for local_id in dict.fromkeys(one.local_id for one in self._waiting):
                _thin_out(connection, local_id, now)
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
        self._waiting = later

    @staticmethod
    def _write(connection: sqlite3.Connection, one: _Waiting) -> bool:
        """Write one version; False where its message is not in the file."""
        import zlib

        row = connection.execute("SELECT id FROM letters WHERE local_id = ?", (one.local_id,)).fetchone()
        if row is None:
            return False
        blob = zlib.compress(codec.pack(version_of(one.content), Version)[1], 1)
        last = connection.execute(
            "SELECT number, why, since, content FROM versions WHERE letter = ? ORDER BY number DESC LIMIT 1", row
        ).fetchone()
        number, why, since, content = last or (0, VersionReason.RETURN, 0.0, b"")
        if content == blob:
            if why in ORDINARY and one.why not in ORDINARY:
                connection.execute(
                    "UPDATE versions SET why = ?, at = ? WHERE letter = ? AND number = ?",
                    (one.why, one.at, *row, number),
                )
            return True
        begun = one.at
        if why in ORDINARY and one.lost <= FEW and 0 <= one.at - since < TOGETHER:
            connection.execute("DELETE FROM versions WHERE letter = ? AND number = ?", (*row, number))
            begun = since
        connection.execute(
            "INSERT INTO versions (letter, number, at, since, why, words, content) VALUES (?, ?, ?, ?, ?, ?, ?)",
            (*row, number + 1, one.at, begun, one.why, words_in(one.content), blob),
        )
        return True


def carry(connection: sqlite3.Connection, local_id: LocalId, to: LocalId) -> None:
    """Give another message the versions of this one too, before its own; inside the caller's transaction."""
    before, after = (
        connection.execute(
            "SELECT id, (SELECT min(number) FROM versions WHERE letter = id),"
            " (SELECT max(number) FROM versions WHERE letter = id) FROM letters WHERE local_id = ?",
            (name,),
        ).fetchone()
        for name in (local_id, to)
    )
    if before is None or after is None or before[2] is None:
        return
    shift = 0 if after[1] is None else after[1] - 1 - before[2]
    connection.execute(
        "INSERT INTO versions (letter, number, at, since, why, words, content)"
        " SELECT ?, number + ?, at, since, why, words, content FROM versions WHERE letter = ?",
        (after[0], shift, before[0]),
    )


def _thin_out(connection: sqlite3.Connection, local_id: LocalId, now: float) -> None:
    rows = connection.execute(
        "SELECT letter, number, at, length(content) FROM versions"
        " WHERE letter = (SELECT id FROM letters WHERE local_id = ?) ORDER BY number",
        (local_id,),
    ).fetchall()
    gone = to_forget([Stored(number, at, size) for _, number, at, size in rows], now)
    connection.executemany(
        "DELETE FROM versions WHERE letter = ? AND number = ?", [(rows[0][0], number) for number in gone]
    )


def words_in(content: Content) -> int:
    """Return how many words the text has."""
    text = content.body
    if content.body_format is BodyFormat.HTML:
        if len(text) <= _MOST_HTML:
            from app.domain.visible_text import plain_text

            text = plain_text(text)
        else:
            text = " ".join(part.rpartition(">")[2] for part in text.split("<"))
    return len(text.split())


def heads(connection: sqlite3.Connection, key: int) -> list[VersionHead]:
    """Return the versions of one message, newest first.

    One that a newer program made for a reason of its own is left out.
    """
    known = {why.value: why for why in VersionReason}
    query = "SELECT number, at, why, words FROM versions WHERE letter = ? ORDER BY number DESC"
    rows = connection.execute(query, (key,))
    return [VersionHead(number, at, known[why], words) for number, at, why, words in rows if why in known]


_versions: Final = msgspec.msgpack.Decoder(Version)


def read(connection: sqlite3.Connection, key: int, number: int) -> Version:
    """Return one version. Raises KeyError where there is none, and msgspec.DecodeError."""
    import zlib

    row = connection.execute("SELECT content FROM versions WHERE letter = ? AND number = ?", (key, number)).fetchone()
    if row is None:
        raise KeyError(number)
    try:
        return _versions.decode(zlib.decompress(row[0]))
    except zlib.error as error:
        raise msgspec.DecodeError(str(error)) from error
