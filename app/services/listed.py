"""The order of a list as two arrays: what each row is named by, and what it is sorted by. 100 000 rows take 1.6 MB."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress

from app.domain.cached import RowId
from app.domain.listing import Order

Key = float | str


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
        places = sorted(number for row_id, key in gone if (number := self.find(row_id, key)) >= 0)
        less = Listed(self.ids[:0], self.keys[:0])
        for first, last in _stretches(places, len(self)):
            less.ids.extend(self.ids[first:last])
            less.keys.extend(self.keys[first:last])  # type: ignore[arg-type]  # as above
        whole = Listed(less.ids[:0], less.keys[:0])
        first = 0
        for row_id, key in sorted(come, key=lambda one: one[1]):
            keys: Sequence[Key] = less.keys
            place = bisect_left(keys, key)
            whole.ids.extend(less.ids[first:place])
            whole.keys.extend(less.keys[first:place])  # type: ignore[arg-type]  # as above
            whole.ids.append(row_id)
            whole.keys.append(key)  # type: ignore[arg-type]  # as above
            first = place
        whole.ids.extend(less.ids[first:])
        whole.keys.extend(less.keys[first:])  # type: ignore[arg-type]  # as above
        return whole


def _stretches(gone: Sequence[int], length: int) -> Iterator[tuple[int, int]]:
    """Return what is left of a list between the places that go."""
    first = 0
    for place in gone:
        yield first, place
        first = place + 1
    yield first, length
