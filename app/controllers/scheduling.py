"""Says at the foot that messages go at a time of their own, with Undo for as long as the server gives them back."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from app.controllers.compose import ComposeController
from app.controllers.shell import Shell
from app.core.formatting import moment_words
from app.core.i18n import ntr, tr
from app.domain.message import LocalId
from app.domain.record import Record
from app.domain.state import STILL_GOING, State
from app.services.outbox.dispatch import Summary
from app.services.outbox.outbox import Outbox
from app.services.outbox.undoing import UndoOffer
from app.services.records.records import Records
from app.services.text.status_text import scheduled_words, scheduling_words


class _Batch(msgspec.Struct, eq=False):
    """Messages that were scheduled together."""

    names: tuple[LocalId, ...]
    way: UndoOffer | None = None


class Scheduling:
    """What was scheduled in this run."""

    def __init__(self, shell: Shell, records: Records, outbox: Outbox, compose: ComposeController) -> None:
        """Listen to what becomes of messages."""
        self._shell, self._records, self._outbox, self._compose = shell, records, outbox, compose
        self._batches: list[_Batch] = []
        outbox.summary.subscribe(self._told)

    def take_scheduled(self, names: Sequence[LocalId], reopen: LocalId | None) -> tuple[LocalId, ...]:
        """Say of those that have a time of their own that they are scheduled, and return the others.

        `reopen` is opened again where it is taken back.
        """
        scheduled = tuple(name for name in names if self._can_come_back(name))
        if scheduled:
            batch = _Batch(scheduled)
            batch.way = self._shell.undo_stack.push(
                lambda: self._take_back(batch, reopen), still=lambda: any(map(self._can_come_back, batch.names))
            )
            self._batches.append(batch)
            self._say(batch)
        return tuple(name for name in names if name not in scheduled)

    def _can_come_back(self, name: LocalId) -> bool:
        record = self._records.get(name)
        due = 0.0 if record is None else record.head.deferred
        return record is not None and record.state in STILL_GOING and due > self._shell.clock.now()

    def _told(self, summary: Summary) -> None:
        """The server has them: say so, unless others of the same batch have more to say."""
        if not summary.deferred or summary.count != len(summary.deferred):
            return
        mine = next((one for one in self._batches if set(one.names) & set(summary.deferred)), None)
        self._say(mine or _Batch(summary.deferred))

    def _say(self, batch: _Batch) -> None:
        records = [one for name in batch.names if (one := self._records.get(name)) is not None]
        self._shell.status_bar.offer(self._words(records), batch.way)

    def _words(self, records: Sequence[Record]) -> str:
        now = self._shell.clock.now()
        times = {record.head.deferred for record in records}
        done = all(record.state is State.DEFERRED for record in records)
        if len(records) == 1:
            return (scheduled_words if done else scheduling_words)(records[0].head.deferred, now)
        if len(times) == 1:
            moment = moment_words(times.pop(), now)
            if done:
                return ntr(
                    "{n} message scheduled for {moment}",
                    "{n} messages scheduled for {moment}",
                    len(records),
                    moment=moment,
                )
            return ntr(
                "Scheduling {n} message for {moment}…",
                "Scheduling {n} messages for {moment}…",
                len(records),
                moment=moment,
            )
        if done:
            return ntr("{n} message scheduled", "{n} messages scheduled", len(records))
        return ntr("Scheduling {n} message…", "Scheduling {n} messages…", len(records))

    def _take_back(self, batch: _Batch, reopen: LocalId | None) -> None:
        self._shell.status_bar.show_words(tr("Unscheduling…"))
        self._shell.tasks.spawn(self._unschedule(batch, reopen), "undo a schedule")

    async def _unschedule(self, batch: _Batch, reopen: LocalId | None) -> None:
        """Take a batch back, and open the message that it was. Raises StorageError."""
        back = await self._outbox.unschedule(batch.names)
        if reopen is not None and reopen in back:
            self._shell.status_bar.clear()
            self._compose.open_message(reopen)
        elif back:
            self._shell.status_bar.show_words(
                ntr("Unscheduled: back in Drafts", "{n} unscheduled: back in Drafts", len(back))
            )
        elif not any(map(self._can_come_back, batch.names)):
            self._shell.status_bar.show_words(tr("Too late: it has been sent"))
        # What could not be asked of the server was told already (`WindowController`).
