"""Shows what becomes of messages that are sent: progress, scheduled times with Undo, failures not seen yet.

Who a message is from is no detail: nothing goes under another name than the one that was seen before.

A sentence in the status bar goes after a few seconds, and the row may be in another list, or out of sight.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Final

import msgspec
from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QApplication

from app.controllers.compose.compose import ComposeController
from app.controllers.shell import Shell
from app.core.formatting import moment_words
from app.core.i18n import ntr, tr
from app.domain.message import LocalId
from app.domain.problem import ProblemKind, read_problem
from app.domain.record import Record, is_held_here
from app.domain.state import NEEDS_PERSON, ON_ITS_WAY, STILL_GOING, TAKEN_BACK, State
from app.services.accounts.accounts import Accounts
from app.services.outbox.deferred_send import TakenBack
from app.services.outbox.dispatch import Summary
from app.services.outbox.outbox import Outbox
from app.services.outbox.undoing import UndoOffer
from app.services.records.records import Records
from app.services.text.status_text import explain_record, scheduled_words, scheduling_words, short_subject
from app.ui import keys
from app.ui.message_list.list_panel import ListPanel
from app.views.shell.status_bar import StatusBar

if TYPE_CHECKING:
    from app.views.compose.view import ComposeView


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
        records.changed.subscribe(self._changed)

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

    def _changed(self, record: Record) -> None:
        """Where the server did not wait, what was said of it is not true any more."""
        early = read_problem(record.problem)[0] is ProblemKind.SENT_EARLY
        mine = next((one for one in self._batches if record.local_id in one.names), None) if early else None
        if mine is not None:
            self._batches.remove(mine)
            self._shell.status_bar.show_words(tr("Sent before its time: the server did not wait"))

    def _say(self, batch: _Batch) -> None:
        records = [one for name in batch.names if (one := self._records.get(name)) is not None]
        self._shell.status_bar.offer(self._words(records), batch.way)

    def _words(self, records: Sequence[Record]) -> str:
        now = self._shell.clock.now()
        times = {record.head.deferred for record in records}
        done = all(record.state is State.DEFERRED or is_held_here(record) for record in records)
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


_TOLD_FROM: Final = 10
"""Below this count, show no progress: it would only flash."""
_EACH: Final = 100
"""Milliseconds between two words at most."""


class SendingProgress:
    """Counts those that were sent off together, or while others still went, as one."""

    def __init__(self, records: Records, status_bar: StatusBar, stop: Callable[[], None], parent: QObject) -> None:
        """Say nothing before `follow`; `stop` stops what has not left."""
        self._records, self._status_bar, self._stop = records, status_bar, stop
        self._waiting: set[LocalId] = set()
        self._total = 0
        self._told = False
        self._soon = QTimer(parent, singleShot=True, interval=_EACH)
        self._soon.timeout.connect(self._tell)
        records.changed_together.subscribe(self._changed)

    def follow(self, names: Iterable[LocalId]) -> None:
        """Count these too."""
        fresh = set(names) - self._waiting
        going = {
            name for name in fresh if (record := self._records.get(name)) is not None and record.state in ON_ITS_WAY
        }
        self._waiting |= going
        # Where nothing is held back, some have left before all of them were let go.
        self._total += len(fresh) if self._waiting else 0

    def _changed(self, records: Sequence[Record]) -> None:
        if not self._waiting:
            return
        for record in records:
            put_off = record.state is State.QUEUED and record.not_before > 0
            if record.local_id in self._waiting and (put_off or record.state not in ON_ITS_WAY):
                self._waiting.discard(record.local_id)
                # What was taken back, or waits for a server that cannot be reached, is no part of the batch any more.
                self._total -= put_off or record.state in TAKEN_BACK
        begun = any(record.state is State.SENDING for record in records)
        if not self._waiting:
            self._total = 0
            self._soon.stop()
            if self._told:
                self._told = False
                self._status_bar.clear()  # what became of the batch is said next
        elif (begun or self._total > len(self._waiting)) and not self._soon.isActive():
            self._soon.start()

    def _tell(self) -> None:
        if self._waiting and self._total >= _TOLD_FROM:
            done = self._total - len(self._waiting)
            self._told = True
            self._status_bar.busy(tr("Sending: {done} of {total}", done=done, total=self._total), self._stop)


class SendFeedback:
    """Says in the status bar what becomes of messages that were sent, and offers Undo as long as it is possible."""

    def __init__(
        self, shell: Shell, records: Records, outbox: Outbox, compose: ComposeController, stop: Callable[[], None]
    ) -> None:
        """Follow nothing yet; `stop` stops what has not left."""
        self._shell, self._records, self._outbox, self._compose = shell, records, outbox, compose
        self._scheduling = Scheduling(shell, records, outbox, compose)
        self._progress = SendingProgress(records, shell.status_bar, stop, shell.window)
        records.changed.subscribe(self._changed)
        outbox.summary.subscribe(self._batch_done)
        outbox.deferrals.told.subscribe(self._taken_back)

    def follow(self, names: tuple[LocalId, ...], *, kept_back: int) -> None:
        """Say how far these are, and that so many others were kept back."""
        self._progress.follow(names)
        self._shell.status_bar.keep_back(kept_back)
        self.count_down(names)

    def count_down(self, names: tuple[LocalId, ...], reopen: LocalId | None = None) -> None:
        """Offer Undo as long as these are held for it; `reopen` is opened again then."""
        names = self._scheduling.take_scheduled(names, reopen)
        if self._outbox.hold_seconds <= 0 or not names:
            return
        until = self._shell.clock.now() + self._outbox.hold_seconds
        self._shell.status_bar.count_down(names, until, lambda: self._undo(names, reopen))

    def _undo(self, names: tuple[LocalId, ...], reopen: LocalId | None) -> None:
        if reopen is None:
            self._shell.tasks.spawn(self._take_back(names), "undo send")
        else:
            self._compose.open_again(reopen, self._take_back(names))

    async def _take_back(self, names: tuple[LocalId, ...]) -> bool:
        back = await self._outbox.undo(names)
        if not back:
            self._shell.status_bar.show_words(tr("Too late: it has been sent"))
        return bool(back)

    def _changed(self, record: Record) -> None:
        if record.state is not State.HELD:
            self._shell.status_bar.went(record.local_id, back=record.state in TAKEN_BACK)

    def _batch_done(self, summary: Summary) -> None:
        bad = [*summary.needs_attention, *summary.untold]
        records = [record for name in bad[:3] if (record := self._records.get(name)) is not None]
        found = explain_record(records[0]) if len(bad) == len(records) == 1 else None
        named = [short_subject(record.head.subject) for record in records]
        self._shell.status_bar.sent(summary.accepted, len(bad), named, "" if found is None else found.sentence)
        self._shell.lists.drafts.reload()
        self._shell.lists.sent.reload()

    def _taken_back(self, told: TakenBack) -> None:
        """Say what became of the wish to take a message back from the server."""
        if told.back:
            self._shell.status_bar.show_words(tr("Taken back: it is a draft again"))
        elif told.sent:
            self._shell.status_bar.show_words(tr("Too late: it has been sent"))
        else:
            self._shell.status_bar.show_words(tr("The server could not be asked to give it back"))
        self._shell.lists.drafts.reload()


def use_own_address(shell: Shell, compose: ComposeController, name: LocalId) -> None:
    """Open the message with From changed, and say so beside the way back."""

    def change(view: ComposeView) -> None:
        from app.views.compose.view import Aside

        back = view.session.sender.use_own()
        if back is None:
            return
        send = keys.shown(shell.registry.command("compose.send")).replace("Return", "Enter")
        words = tr(
            "From is now your own address, {address}. Press {keys} to send.",
            address=view.session.sender.text(),
            keys=send,
        )
        Aside(view).show_words(words, 0, offer=(tr("Undo"), back))

    compose.open_and_then(name, change)


_GATHERED: Final = 50
"""Milliseconds for which changes are gathered; also the least time that one looks at a row before it was seen."""


class UnseenFailures(QObject):
    """Counts them by the place where their rows are."""

    def __init__(self, shell: Shell, records: Records, accounts: Accounts, compose: ComposeController) -> None:
        """Begin with what the last run left, once its messages are read."""
        super().__init__(shell.window)  # it hears of the focus no longer than the window is there
        self._shell, self._compose = shell, compose
        self._failed: set[LocalId] = set()
        """Those that failed and are as they were then: one that is seen does not count as new again."""
        self._unseen: set[LocalId] = set()
        self._failures: dict[str, frozenset[int]] = {}
        self._unseen_rows: dict[str, set[int]] = {}
        self._soon = QTimer(shell.window, interval=_GATHERED, singleShot=True)
        self._soon.timeout.connect(self._look)
        shell.workspace.for_each_list(self._listen)
        records.changed_together.subscribe(self._records_changed)
        records.forgotten.subscribe(lambda name: self._take(name, failed=False))
        shell.workspace.arrived.subscribe(lambda _: self._look_soon())
        shell.qt.focusChanged.connect(self._look_soon)
        # What the last run left counts as new: it is not known whether the person saw it before the end.
        accounts.changed.subscribe(lambda _: self._records_changed(records.all()))
        self._records_changed(records.all())

    def _listen(self, panel: ListPanel) -> None:
        """Hear of a list."""
        panel.list.current_changed.connect(self._look_soon)
        panel.session.changed.subscribe(lambda _: self._look_soon())
        panel.session.told.subscribe(lambda _: self._told(panel))

    def add(self, names: Iterable[LocalId]) -> None:
        """Take down messages that were to go and were kept back, for what was known of them before."""
        self._unseen.update(names)
        self._look_soon()

    def at(self, place: str) -> int:
        """Return how many there are at a place that were not seen."""
        rows = self._unseen_rows.get(place, ())
        return len(rows) + sum(self._place_of(name) == place for name in self._unseen)

    # --- what failed ------------------------------------------------------------------------------------------------

    def _records_changed(self, records: Sequence[Record]) -> None:
        for record in records:
            self._take(record.local_id, failed=record.state in NEEDS_PERSON and not record.discarded)

    def _take(self, name: LocalId, *, failed: bool) -> None:
        if failed and name not in self._failed:
            self._failed.add(name)
            self._unseen.add(name)
            self._look_soon()
        elif not failed and name in self._failed:
            self._failed.discard(name)
            self._unseen.discard(name)
            self._look_soon()

    def _told(self, panel: ListPanel) -> None:
        """Take in what could not be done with rows of a list."""
        place = next((place for place, one in self._shell.workspace.panels.items() if one is panel), "")
        failures, before = frozenset(panel.session.notes.all_failures()), self._failures.get(place, frozenset())
        if failures != before:
            self._failures[place] = failures
            self._unseen_rows[place] = (self._unseen_rows.get(place, set()) & failures) | (failures - before)
            self._look_soon()

    # --- what is seen -----------------------------------------------------------------------------------------------

    def _look_soon(self) -> None:
        if not self._soon.isActive():
            self._soon.start()

    def _look(self) -> None:
        """Pass over what is in front of the person now, and say how many are left."""
        workspace = self._shell.workspace
        for place in [one for one in self._unseen_rows if one not in workspace.panels]:
            self._unseen_rows.pop(place), self._failures.pop(place)
        self._see()
        for place in workspace.panels:
            self._shell.window.sidebar.show_unseen(place, self.at(place))

    def _see(self) -> None:
        if QApplication.activeWindow() is None:
            return
        workspace, message = self._shell.workspace, self._compose.current()
        if message is not None and message.isAncestorOf(QApplication.focusWidget() or message):
            self._unseen.discard(message.session.local_id)
        row = workspace.panel.current() if workspace.in_list() else None
        if row is not None:
            self._unseen_rows.get(workspace.place, set()).discard(int(row.key))
            if row.local_id is not None:
                self._unseen.discard(row.local_id)

    def _place_of(self, name: LocalId) -> str:
        """Return the first list that has a row of this message: what the Outbox shows again of Drafts is no other."""
        panels = self._shell.workspace.panels
        places = sorted(panels, key=lambda place: place == "outbox")
        return next((place for place in places if panels[place].session.id_of(name) is not None), "outbox")
