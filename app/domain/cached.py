"""What this machine remembers of the server's folders: rows by small numbers, so that 100 000 of them weigh little."""

from __future__ import annotations

import hashlib
import re
from array import array
from collections.abc import Iterable
from typing import Final, NamedTuple

import msgspec

from app.domain.late_pattern import late_pattern
from app.domain.listing import Folder, Order, Place, Row

RowId = int
"""Names a row of the cache as long as its item is there; a row that only this machine has gets a negative one."""

FIRST_ROWS: Final = 60
"""Rows that come with a Listing: more than any window shows."""
_KEY_LENGTH: Final = 60
_ANSWER: Final = late_pattern(r"^(?:(?:re|aw|sv|fw|fwd|wg|tr|rv)\s*(?:\[\d+\])?:\s*)+", re.IGNORECASE)


class Standing(msgspec.Struct, frozen=True):
    """How far a folder is known. `complete` says that every item was seen once; `state` is for the next sync.

    `total` is how many items the server counted, `checked` when it was last asked, in seconds since the epoch.
    """

    state: str = ""
    complete: bool = False
    total: int = 0
    checked: float = 0.0


class Listing(NamedTuple):
    """A folder in its order: `ids`, and beside each what it is sorted by (numbers, or words), ascending.

    `rows` are the first FIRST_ROWS of them, for a list that is about to be painted, and those asked for by name.
    """

    ids: array[int]
    keys: array[float] | list[str]
    rows: dict[RowId, Row]


class Kin(NamedTuple):
    """A letter of a conversation, and where it lies."""

    place: Place
    row_id: RowId
    row: Row


class Threading(NamedTuple):
    """What a letter's headers say of its thread: short names, 0 for none.

    `name` is its own, `thread` that of the letter with which its References begin (or which it answers); `is_told` says
    that it has References, so that what does not begin there is of another thread, whatever its subject.
    """

    name: int
    thread: int
    is_told: bool


def threading_of(row: Row) -> Threading:
    """Return what a row's headers say of its thread."""
    return Threading(short_name(row.message_id), short_name(row.thread), row.has_references and bool(row.thread))


def short_name(message_id: str) -> int:
    """Return a number for a Message-ID: a hundred thousand long ones, and an index of them, weigh too much."""
    given = message_id.strip().strip("<>")
    if not given:
        return 0
    return int.from_bytes(hashlib.blake2b(given.encode("utf-8", "replace"), digest_size=8).digest()) >> 1


def moment_of(row: Row, folder: Folder) -> float:
    """Return the time that a list shows and is sorted by: sent in Sent, last changed elsewhere."""
    sent = row.sent if folder in {Folder.SENT, Folder.INBOX} else 0.0
    return to_the_millisecond(sent or row.modified or row.created)


def to_the_millisecond(moment: float) -> float:
    """Return a time as the cache has it: SQLite writes no more than 15 digits of a number."""
    return round(moment, 3)


def people_of(row: Row) -> str:
    """Return whom a letter goes to, as a list shows it."""
    return "; ".join(part for part in (row.display_to, row.display_cc) if part)


def recipient_key(people: str) -> str:
    """Return what recipients are sorted and grouped by: the first of them, whatever the case."""
    return people.partition(";")[0].strip().casefold()[:_KEY_LENGTH]


def subject_key(subject: str) -> str:
    """Return what subjects are sorted by: without "Re:" and the like, so that a conversation stands together."""
    return _ANSWER.sub("", subject.strip()).casefold()[:_KEY_LENGTH]


def sort_key(order: Order, *, moment: float, people: str, subject: str, size: int) -> float | str:
    """Return what a row is sorted by, ascending."""
    match order:
        case Order.NEWEST:
            return -moment
        case Order.OLDEST:
            return moment
        case Order.RECIPIENT:
            return recipient_key(people)
        case Order.SUBJECT:
            return subject_key(subject)
        case Order.LARGEST:
            return float(-size)


def keys_of(order: Order, values: Iterable[float | str]) -> array[float] | list[str]:
    """Return sort keys in the form that a Listing has them."""
    if order in {Order.RECIPIENT, Order.SUBJECT}:
        return [str(value) for value in values]
    return array("d", [float(value) for value in values])
