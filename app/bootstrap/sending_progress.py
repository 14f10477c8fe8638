"""How far a batch of letters is on its way out, said at the foot while it goes, with the way to stop it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Final

from PySide6.QtCore import QObject, QTimer

from app.core.i18n import tr
from app.domain.message import LocalId
from app.domain.record import Record
from app.domain.state import State
from app.services.records.records import Letters
from app.views.shell.status_bar import Foot

_TOLD_FROM: Final = 10
"""Fewer letters are gone before anybody could read how far they are."""
_EACH: Final = 100
"""Milliseconds between two words at most."""
_GOING: Final = frozenset({State.HELD, State.QUEUED, State.SENDING})
_BACK: Final = frozenset({State.DRAFT, State.READY})


class SendingProgress:
    """Counts those that were sent off together, or while others still went, as one."""

    def __init__(self, letters: Letters, foot: Foot, stop: Callable[[], None], parent: QObject) -> None:
        """Say nothing before `follow`; `stop` stops what has not left."""
        self._letters, self._foot, self._stop = letters, foot, stop
        self._waiting: set[LocalId] = set()
        self._total = 0
        self._told = False
        self._soon = QTimer(parent, singleShot=True, interval=_EACH)
        self._soon.timeout.connect(self._tell)
        letters.changed_together.subscribe(self._changed)

    def follow(self, names: Iterable[LocalId]) -> None:
        """Count these too."""
        fresh = set(names) - self._waiting
        going = {name for name in fresh if (record := self._letters.get(name)) is not None and record.state in _GOING}
        self._waiting |= going
        # Where nothing is held back, some have left before all of them were let go.
        self._total += len(fresh) if self._waiting else 0

    def _changed(self, records: Sequence[Record]) -> None:
        if not self._waiting:
            return
        for record in records:
            put_off = record.state is State.QUEUED and record.not_before > 0
            if record.local_id in self._waiting and (put_off or record.state not in _GOING):
                self._waiting.discard(record.local_id)
                # What was taken back, or waits for a server that cannot be reached, is no part of the batch any more.
                self._total -= put_off or record.state in _BACK
        begun = any(record.state is State.SENDING for record in records)
        if not self._waiting:
            self._total = 0
            self._soon.stop()
            if self._told:
                self._told = False
                self._foot.clear()  # what became of the batch is said next
        elif (begun or self._total > len(self._waiting)) and not self._soon.isActive():
            self._soon.start()

    def _tell(self) -> None:
        if self._waiting and self._total >= _TOLD_FROM:
            done = self._total - len(self._waiting)
            self._told = True
            self._foot.busy(tr("Sending: {done} of {total}", done=done, total=self._total), self._stop)
