"""The undo stack: what was done last is undone first, however long ago, as far as it still can be.

Code that does something that can be undone says how (`push`): a send that waits, a discard, a move, a deletion, a
version that was given up. Ctrl+Z and Z ask for the newest (`pop`). The number is bounded; the oldest is forgotten.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Final

import msgspec

from app.core.events import Event

MOST: Final = 50


def _always() -> bool:
    return True


class UndoOffer(msgspec.Struct, eq=False):
    """How one action is undone, what it was in words, and whether it still can be."""

    back: Callable[[], None]
    words: str = ""
    still: Callable[[], bool] = _always


class UndoStack:
    """What can be undone in this run, newest last. `changed` says that there is another newest one."""

    def __init__(self) -> None:
        """Begin with nothing to undo."""
        self.changed: Event[None] = Event()
        self._ways: deque[UndoOffer] = deque(maxlen=MOST)

    def push(self, back: Callable[[], None], words: str = "", still: Callable[[], bool] = _always) -> UndoOffer:
        """Remember how to undo what was just done; `still` returns whether that can be done."""
        way = UndoOffer(back, words, still)
        self._ways.append(way)
        self.changed.emit(None)
        return way

    def newest(self) -> UndoOffer | None:
        """Return what would be undone now; what cannot be any more is forgotten."""
        while self._ways and not self._ways[-1].still():
            self._ways.pop()
        return self._ways[-1] if self._ways else None

    def pop(self) -> UndoOffer | None:
        """Take the newest out, for the caller to undo it now; None where there is nothing to undo."""
        way = self.newest()
        if way is not None:
            self._ways.pop()
            self.changed.emit(None)
        return way

    def forget(self, way: UndoOffer) -> None:
        """Forget one: it was undone by other means, or cannot be any more."""
        if way in self._ways:
            self._ways.remove(way)
            self.changed.emit(None)
