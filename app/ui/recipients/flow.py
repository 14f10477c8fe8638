"""Where each chip stands: rows filled from left to right, worked out once and from the first change on.

Ten thousand chips take longer than one frame to measure, so the work can be done in slices.
"""

from __future__ import annotations

import time
from bisect import bisect_right
from collections.abc import Callable

CHIP_HEIGHT = 24
GAP = 4
MARGIN = 4
PITCH = CHIP_HEIGHT + GAP
_LOOK_AT_CLOCK_EVERY = 32


class Flow:
    """Places of chips in a field of `width` pixels. Chips before `laid` have one."""

    def __init__(self) -> None:
        """Start with nothing placed."""
        self.width = 0
        self.laid = 0
        self._x: list[int] = []
        self._starts: list[int] = []
        self._next = 0

    @property
    def rows(self) -> int:
        """The number of rows that hold chips."""
        return len(self._starts)

    def forget_from(self, index: int) -> None:
        """Forget the places of the chip `index` and all after it, and of the row before: its end may have room."""
        row = max(0, bisect_right(self._starts, min(index, self.laid)) - 2)
        keep = self._starts[row] if row < len(self._starts) else 0
        del self._x[keep:]
        del self._starts[row:]
        self.laid = keep
        self._next = self.width + 1

    def lay(self, count: int, width_of: Callable[[int], int], seconds: float) -> bool:
        """Place chips up to `count`, for about `seconds`; tell whether all have their place."""
        end = time.perf_counter() + seconds
        x = self._next
        while self.laid < count:
            width = width_of(self.laid)
            if not self._starts or x + width > self.width:
                self._starts.append(self.laid)
                x = 0
            self._x.append(x)
            x += width + GAP
            self.laid += 1
            if self.laid % _LOOK_AT_CLOCK_EVERY == 0 and time.perf_counter() > end:
                break
        self._next = x
        return self.laid >= count

    def place(self, index: int) -> tuple[int, int]:
        """Return left and top of a chip that has its place, in pixels of the contents."""
        return self._x[index], MARGIN + self.row_of(index) * PITCH

    def row_of(self, index: int) -> int:
        """Return the row that a chip stands in."""
        return bisect_right(self._starts, index) - 1

    def chips_in(self, first_row: int, last_row: int) -> range:
        """Return the chips of some rows, both ends included."""
        first, last = max(0, first_row), min(last_row, self.rows - 1)
        if first > last:
            return range(0)
        end = self._starts[last + 1] if last + 1 < self.rows else self.laid
        return range(self._starts[first], end)

    def tail(self, needed: int) -> tuple[int, int]:
        """Return left and row of what follows the chips and is at least `needed` wide."""
        if not self._starts:
            return 0, 0
        return (self._next, self.rows - 1) if self._next + needed <= self.width else (0, self.rows)
