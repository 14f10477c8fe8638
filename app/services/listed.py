"""The order of a list as two arrays: what each row is named by, and what it is sorted by. 100 000 rows take 1.6 MB."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from typing import Final

from app.domain.listing import Order, RowId

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
