"""Puts both sides of a list together, the server's rows and this machine's letters, some of them at a step.

There may be thousands of letters on this machine. A key waits for no more of them than are done at one step.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from typing import Final, TypeVar

import msgspec

from app.domain.listing import RowId
from app.domain.message import LocalId
from app.services.listed import Key, Listed
from app.services.rows import ListRow

AT_A_STEP: Final = 1_000
"""Letters of which one thing is asked at a step; what is asked takes some microseconds."""
Placed = tuple[tuple[RowId, Key] | None, ListRow | None]
"""The row of the server that a letter stands for, and the letter's own; None for either that is not listed."""
T = TypeVar("T")


class Merge:
    """One putting together. After the last of its `steps`, `ours` are the rows of letters and `listed` is the order."""

    def __init__(
        self,
        base: Listed,
        placed: Mapping[LocalId, Placed],
        id_of: Mapping[LocalId, RowId],
        name_of: Callable[[LocalId], RowId],
    ) -> None:
        """`base` is the server's side, `id_of` what names letters' rows, `name_of` makes a name for one."""
        self.ours: dict[RowId, ListRow] = {}
        self.listed = base
        self.renamed: dict[LocalId, RowId] = {}
        """What names those letters from now on whose row is listed by itself again: it is another item's now."""
        self._base, self._placed, self._id_of, self._name_of = base, placed, id_of, name_of
        self._gone: list[tuple[RowId, Key]] = []

    def steps(self, extra: Mapping[RowId, Key], key_of: Callable[[ListRow], Key]) -> Iterator[None]:
        """Do it, with `extra` rows of the server."""
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
