"""The order of a list as arrays, merged from two sides, with groups.

There may be thousands of messages on this machine. A key waits for no more of them than are done at one step.
"""

from __future__ import annotations

import time
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from itertools import islice
from typing import Final, TypeVar

import msgspec

from app.core.formatting import short_time
from app.core.i18n import tr
from app.domain.listing import Order, RowId
from app.domain.message import LocalId
from app.services.records.rows import ListRow

Key = float | str
_AT_A_STEP: Final = 1_000
"""Rows that are put in or taken out at a step of `become`."""


class Listed:
    """Rows in ascending order of their keys. Those that are equal stand as they were put."""

    __slots__ = ("ids", "keys")

    def __init__(self, ids: array[int] | None = None, keys: array[float] | list[str] | None = None) -> None:
        """Hold `ids` beside their `keys`; none of either is an empty list by time."""
        self.ids = array("q") if ids is None else ids
        self.keys: array[float] | list[str] = array("d") if keys is None else keys

    @classmethod
    def empty(cls, order: Order) -> Listed:
        """Return a list without rows for an order."""
        return cls(array("q"), [] if order in {Order.RECIPIENT, Order.SUBJECT} else array("d"))

    def __len__(self) -> int:
        """Return how many rows there are."""
        return len(self.ids)

    def find(self, row_id: RowId, key: Key) -> int:
        """Return where a row stands that has this key, -1 where it does not."""
        keys: Sequence[Key] = self.keys
        number = bisect_left(keys, key)
        if number < len(keys) and keys[number] == key:
            if self.ids[number] == row_id:
                return number
            # What was made by one request has one time: there may be hundreds.
            with suppress(ValueError):
                return self.ids.index(row_id, number + 1, bisect_right(keys, key, number + 1))
        return -1

    def insert(self, row_id: RowId, key: Key) -> int:
        """Put a row in; return where it stands."""
        keys: Sequence[Key] = self.keys
        number = bisect_left(keys, key)
        self.ids.insert(number, row_id)
        self.keys.insert(number, key)  # type: ignore[arg-type]  # as above
        return number

    def remove(self, number: int) -> None:
        """Take a row out."""
        del self.ids[number]
        del self.keys[number]

    def merged(self, gone: Iterable[tuple[RowId, Key]], come: Iterable[tuple[RowId, Key]]) -> Listed:
        """Return the list without some rows and with others, in one pass: the same as one by one."""
        whole = Listed(self.ids[:0], self.keys[:0])
        for _ in whole.become(self, gone, come):
            pass
        return whole

    def become(
        self, base: Listed, gone: Iterable[tuple[RowId, Key]], come: Iterable[tuple[RowId, Key]]
    ) -> Iterator[None]:
        """Become, some rows at a step, what `base` is without some rows and with others; this is an empty list."""
        places: list[int] = []
        for count, (row_id, key) in enumerate(gone, 1):
            number = base.find(row_id, key)
            if number >= 0:
                places.append(number)
            if not count % _AT_A_STEP:
                yield
        places.sort()
        less = Listed(base.ids[:0], base.keys[:0])
        for count, (first, last) in enumerate(_stretches(places, len(base)), 1):
            less.ids.extend(base.ids[first:last])
            less.keys.extend(base.keys[first:last])  # type: ignore[arg-type]  # both are of one order
            if not count % _AT_A_STEP:
                yield
        first = 0
        for count, (row_id, key) in enumerate(sorted(come, key=lambda one: one[1]), 1):
            keys: Sequence[Key] = less.keys
            place = bisect_left(keys, key)
            self.ids.extend(less.ids[first:place])
            self.keys.extend(less.keys[first:place])  # type: ignore[arg-type]  # as above
            self.ids.append(row_id)
            self.keys.append(key)  # type: ignore[arg-type]  # as above
            first = place
            if not count % _AT_A_STEP:
                yield
        self.ids.extend(less.ids[first:])
        self.keys.extend(less.keys[first:])  # type: ignore[arg-type]  # as above


def _stretches(gone: Sequence[int], length: int) -> Iterator[tuple[int, int]]:
    """Return what is left of a list between the places that go."""
    first = 0
    for place in gone:
        yield first, place
        first = place + 1
    yield first, length


AT_A_STEP: Final = 1_000
"""Messages of which one thing is asked at a step; what is asked takes some microseconds."""
Placed = tuple[tuple[RowId, Key] | None, ListRow | None]
"""The row of the server that a message stands for, and the message's own; None for either that is not listed."""
T = TypeVar("T")


class Merge:
    """One merge of rows. After the last of its `steps`, `ours` are the rows of messages and `listed` is the order."""

    def __init__(
        self,
        base: Listed,
        placed: Mapping[LocalId, Placed],
        id_of: Mapping[LocalId, RowId],
        name_of: Callable[[LocalId], RowId],
    ) -> None:
        """`base` is the server's side, `id_of` what names messages' rows, `name_of` makes a name for one."""
        self.ours: dict[RowId, ListRow] = {}
        self.listed = base
        self.renamed: dict[LocalId, RowId] = {}
        """What names those messages from now on whose row is listed by itself again: it is another item's now."""
        self._base, self._placed, self._id_of, self._name_of = base, placed, id_of, name_of
        self._gone: list[tuple[RowId, Key]] = []

    def steps(self, extra: Mapping[RowId, Key], key_of: Callable[[ListRow], Key]) -> Iterator[None]:
        """Merge step by step, with `extra` rows of the server."""
        yield from self._take_rows()
        hidden = {row_id for row_id, _ in self._gone}
        yield from self._rename_lost(hidden)
        come: list[tuple[RowId, Key]] = []
        for number, rows in enumerate(in_parts(list(self.ours.items()))):
            if number:
                yield
            come += [(row_id, key_of(row)) for row_id, row in rows]
        come += [(row_id, key) for row_id, key in extra.items() if row_id not in hidden]
        self.listed = Listed(self._base.ids[:0], self._base.keys[:0])
        yield from self.listed.become(self._base, [*self._gone, *extra.items()], come)

    def _take_rows(self) -> Iterator[None]:
        for number, part in enumerate(in_parts(self._placed.items())):
            if number:
                yield
            for local_id, (stands_for, row) in part:
                if stands_for is not None:
                    self._gone.append(stands_for)
                row_id = self._id_of.get(local_id)  # none for one that was forgotten between two steps
                if row is not None and row_id is not None:
                    self.ours[row_id] = row

    def _rename_lost(self, hidden: set[RowId]) -> Iterator[None]:
        for number, names in enumerate(in_parts(list(self._id_of.items()))):
            if number:
                yield
            for local_id, row_id in names:
                if row_id > 0 and row_id in self.ours and row_id not in hidden and row_id in self._base.ids:
                    self._rename(local_id, row_id)

    def _rename(self, local_id: LocalId, before: RowId) -> None:
        name = self.renamed[local_id] = self._name_of(local_id)
        self.ours[name] = msgspec.structs.replace(self.ours.pop(before), key=f"{name}")


def in_parts(many: Iterable[T]) -> Iterator[list[T]]:
    """Return them in parts for one step each."""
    rest = iter(many)
    while part := list(islice(rest, AT_A_STEP)):
        yield part


async def gathered(parts: Iterable[list[T]]) -> list[T]:
    """Return all of them, each part made in a turn of the loop of its own."""
    import asyncio

    found: list[T] = []
    for part in parts:
        if found:
            await asyncio.sleep(0)
        found += part
    return found


BY_TIME: Final = frozenset({Order.NEWEST, Order.OLDEST})
CAN_BE_GROUPED: Final = BY_TIME | {Order.RECIPIENT}


def heads(order: Order, keys: Sequence[Key]) -> list[int]:
    """Return the numbers of the rows with which a group begins; none where the order has no groups."""
    if order in BY_TIME:
        return _days(keys, newest_first=order is Order.NEWEST)
    if order is Order.RECIPIENT:
        return [number for number, key in enumerate(keys) if not number or keys[number - 1] != key]
    return []


def group_words(order: Order, row: ListRow, now: float) -> str:
    """Return what the group is called that begins with `row`."""
    if order is Order.RECIPIENT and row.received:
        return row.sender or tr("(no sender)")
    if order is Order.RECIPIENT:
        return row.to.partition(";")[0].strip() or tr("(no recipient)")
    if row.when <= 0:
        return tr("Without a date")
    if _day_of(row.when) == _day_of(now):
        return tr("Today")
    return short_time(row.when, now)


def _days(keys: Sequence[Key], *, newest_first: bool) -> list[int]:
    """Jump from day to day: a look at each of 100 000 rows would be felt."""
    found: list[int] = []
    number = 0
    while number < len(keys):
        found.append(number)
        first, following = _bounds(abs(float(keys[number])))
        after = bisect_right(keys, -first) if newest_first else bisect_left(keys, following)
        number = max(number + 1, after)
    return found


def _bounds(moment: float) -> tuple[float, float]:
    """Return when the local day of `moment` began, and when the next begins."""
    day = datetime.fromtimestamp(moment).replace(hour=0, minute=0, second=0, microsecond=0)  # noqa: DTZ006 - a person's day is a local one
    return day.timestamp(), (day + timedelta(days=1)).timestamp()


def _day_of(moment: float) -> tuple[int, int]:
    there = time.localtime(moment)
    return there.tm_year, there.tm_yday
