"""What is done with the rows that a person chose: each says so from the key on, however slow the server is.

Z and Escape take the wish back meanwhile, and then nothing is done. What could not be done stays at its row, with the
reason and a way to try again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import NamedTuple

from app.controllers.shell import Shell
from app.core.i18n import mark, ntr, tr
from app.domain.errors import MailError
from app.domain.message import LocalId
from app.services.drafts.drafts import Drafts
from app.services.folders.syncing import Syncing
from app.services.outbox.outbox import Outbox, SendAnswer
from app.services.outbox.undoing import UndoOffer
from app.services.records.rows import ListRow
from app.services.text import status_text
from app.services.text.status_text import explain_unfetched, short_subject, why_unfetched
from app.ui.message_list.doing import Doing
from app.ui.message_list.list_panel import ListPanel

_QUIETLY = 0.3
"""Seconds that a wish may take before the foot says it too: the rows said it at once."""

Work = Callable[[list[ListRow], Doing], Awaitable[None]]


class ActionWords(NamedTuple):
    """In words: what stands at the rows and, after a moment, in the status bar; what is said once it was taken back;
    and what is said of a row with which it could not be done.
    """

    words: str
    undone: str
    failed: str


SENDING = ActionWords(mark("Preparing…"), mark("Taken back: nothing was sent"), status_text.SENT)
READYING = ActionWords(mark("Preparing…"), mark("Taken back: nothing was put aside"), status_text.READY)
DELETING = ActionWords(mark("Deleting…"), mark("Taken back: nothing was deleted"), status_text.DELETED)
COPYING = ActionWords(mark("Preparing…"), mark("Taken back: no new draft was made"), status_text.COPIED)


class RowActions:
    """Does it. `on_sent` and `on_kept_back` are told what became of a wish."""

    def __init__(self, shell: Shell, drafts: Drafts, outbox: Outbox, syncing: Syncing) -> None:
        """Nothing is under way yet."""
        self._shell, self._drafts, self._outbox, self._syncing = shell, drafts, outbox, syncing
        shell.lists.drafts.progress.subscribe(lambda progress: self._tell_discarding(*progress))
        self._again: dict[str, Callable[[ListPanel, list[int]], None]] = {}
        self.on_sent: Callable[[Sequence[ListRow], list[SendAnswer]], None] = lambda _rows, _answers: None
        self.on_kept_back: Callable[[list[LocalId]], None] = lambda _names: None

    # --- the wishes -------------------------------------------------------------------------------------------------

    def send(self, panel: ListPanel, ids: Sequence[int]) -> None:
        """Send these."""
        self._begin(panel, ids, SENDING, self._sending(panel))

    def _sending(self, panel: ListPanel) -> Work:
        async def work(rows: list[ListRow], doing: Doing) -> None:
            answers = await self._shell.lists.drafts.send(rows, self._outbox.hold_seconds, doing.is_wanted)
            if doing.taken_back:
                await self._call_back(answers)
                return
            self._tell_unfetched(panel, rows, answers, SENDING, self.send)
            self.on_sent(rows, answers)

        return work

    def send_rows(self, panel: ListPanel, rows: list[ListRow]) -> None:
        """Send these rows, of whichever list, as one."""
        self._begin(panel, [int(row.key) for row in rows], SENDING, self._sending(panel), rows)

    def set_ready(self, panel: ListPanel, ids: Sequence[int]) -> None:
        """Put these aside as ready, or take that back."""

        async def work(rows: list[ListRow], doing: Doing) -> None:
            answers = await self._shell.lists.drafts.set_ready(rows, doing.is_wanted)
            if doing.taken_back:
                await self._outbox.undo(_going(answers))
                return
            self._tell_unfetched(panel, rows, answers, READYING, self.set_ready)
            self.tell_kept(rows, answers)

        self._begin(panel, ids, READYING, work)

    def discard(self, panel: ListPanel, ids: Sequence[int]) -> None:
        """Throw these away."""

        async def work(rows: list[ListRow], doing: Doing) -> None:
            gone, failed = await self._shell.lists.drafts.discard(rows, doing.is_wanted)
            if doing.taken_back:
                for name in gone:
                    await self._drafts.take_back(name)
                return
            self.tell_failures(panel, failed, DELETING.failed, self.discard)
            self.tell_discarded(gone)
            self._tell_failed(rows, failed, tr("“{subject}” was not deleted: {why}"), tr("{n} were not deleted. {f8}"))

        self._begin(panel, ids, DELETING, work)

    def edit_as_new(self, panel: ListPanel, ids: Sequence[int]) -> None:
        """Begin a new draft of each."""

        async def work(rows: list[ListRow], doing: Doing) -> None:
            made, failed = await self._shell.lists.sent.edit_all_as_new(rows, doing.is_wanted)
            if doing.taken_back:
                for name in made:
                    await self._drafts.discard(name)
                return
            self.tell_failures(panel, failed, COPYING.failed, self.edit_as_new)
            self._made_anew(made, len(failed))

        self._begin(panel, ids, COPYING, work)

    def again(self, panel: ListPanel, rows: Sequence[ListRow]) -> list[ListRow]:
        """Try once more what could not be done with these; return those of which nothing is to be tried again here."""
        wishes: list[tuple[Callable[[ListPanel, list[int]], None], list[int]]] = []
        others = []
        for row in rows:
            wish = self._again.get(row.key) if panel.session.notes.failures(row.key) is not None else None
            same = next((ids for other, ids in wishes if other == wish), None)
            if wish is None:
                others.append(row)
            elif same is not None:
                same.append(int(row.key))
            else:
                wishes.append((wish, [int(row.key)]))
        for wish, ids in wishes:
            wish(panel, ids)
        return others

    # --- their course -----------------------------------------------------------------------------------------------

    def _begin(
        self,
        panel: ListPanel,
        ids: Sequence[int],
        action: ActionWords,
        work: Work,
        rows: Sequence[ListRow] | None = None,
    ) -> None:
        notes, status_bar = panel.session.notes, self._shell.status_bar
        free = notes.free(ids)
        if not free:
            status_bar.show_words(tr("This is being done already") if ids else tr("There is no message here."))
            return
        for row_id in free:
            self._again.pop(f"{row_id}", None)
        doing = notes.begin(free, tr(action.words))
        way = self._shell.undo_stack.push(doing.take_back, still=doing.is_wanted)

        def take_back() -> None:
            self._end(panel, doing, way)
            status_bar.show_words(tr(action.undone))

        doing.on_back = take_back

        async def read() -> list[ListRow]:
            if rows is None:
                return await panel.session.rows_of(free)
            return [row for row in rows if int(row.key) in doing.row_ids]

        self._shell.tasks.spawn(self._run(panel, read, doing, way, work), "do something with rows")

    async def _run(
        self, panel: ListPanel, read: Callable[[], Awaitable[list[ListRow]]], doing: Doing, way: UndoOffer, work: Work
    ) -> None:
        telling = self._shell.tasks.spawn(self._tell(doing), "say that something is under way")
        try:
            rows = await read()
            if rows:
                await work(rows, doing)
            else:
                self._shell.status_bar.show_words(tr("This message is no longer here."))
        finally:
            telling.cancel()
            self._end(panel, doing, way)

    async def _tell(self, doing: Doing) -> None:
        await asyncio.sleep(_QUIETLY)
        if doing.is_wanted():
            count = len(doing.row_ids)
            words = ntr(
                "{doing} Esc takes it back", "{doing} {n} messages. Esc takes it back", count, doing=doing.words
            )
            self._shell.status_bar.busy(words, doing.take_back, tr("Undo"))

    def _end(self, panel: ListPanel, doing: Doing, way: UndoOffer) -> None:
        panel.session.notes.end(doing)
        self._shell.undo_stack.forget(way)
        self._shell.status_bar.free(doing.take_back)

    async def _call_back(self, answers: Sequence[SendAnswer]) -> None:
        """Take back what had gone when the wish was taken back."""
        going = _going(answers)
        if going and len(await self._outbox.undo(going)) < len(going):
            self._shell.status_bar.show_words(tr("Too late: it has been sent"))

    # --- what is said -----------------------------------------------------------------------------------------------

    def tell_failures(
        self,
        panel: ListPanel,
        failed: dict[str, MailError],
        what: str,
        again: Callable[[ListPanel, list[int]], None],
    ) -> None:
        """Say at rows, by key, why something could not be done, and remember how it is tried again."""
        now = self._shell.clock.now()
        panel.session.notes.tell_failures({key: explain_unfetched(error, now, what) for key, error in failed.items()})
        self._again.update(dict.fromkeys(failed, again))

    def _tell_unfetched(
        self,
        panel: ListPanel,
        rows: Sequence[ListRow],
        answers: Sequence[SendAnswer],
        action: ActionWords,
        again: Callable[[ListPanel, list[int]], None],
    ) -> None:
        pairs = zip(rows, answers, strict=False)
        failed = {row.key: answer.error for row, answer in pairs if answer.error is not None}
        self.on_kept_back([one.local_id for one in answers if one.known and one.local_id is not None])
        self.tell_failures(panel, failed, action.failed, again)

    def tell_kept(self, rows: Sequence[ListRow], answers: Sequence[SendAnswer]) -> None:
        """Say in the status bar what kept messages back, or how many they are."""
        kept = [(row, answer) for row, answer in zip(rows, answers, strict=False) if not answer.goes]
        now = self._shell.clock.now()
        if len(kept) == 1:
            row, answer = kept[0]
            why = answer.why if answer.error is None else why_unfetched(answer.error, now)
            self._shell.status_bar.show_words(
                tr("“{subject}” was not sent: {why}", subject=short_subject(row.subject), why=why)
            )
        elif kept:
            self._shell.status_bar.show_words(
                tr("{n} messages were not sent. F8 goes to them, and each says why.", n=len(kept))
            )

    def _made_anew(self, names: list[LocalId], failed: int) -> None:
        words = [ntr("{n} new draft", "{n} new drafts", len(names))] if names else []
        if failed:
            words.append(ntr("{n} was not done", "{n} were not done", failed))

        def take_back() -> None:
            for name in names:
                self._shell.tasks.spawn(self._drafts.discard(name), "take back a new draft")

        self._shell.status_bar.show_words(", ".join(words), take_back if names else None)

    def take_note(self, row: ListRow) -> None:
        """Take down that the person knows what reports say of a row; the way back is in the status bar."""
        self.settle(row)
        self._shell.status_bar.show_words(tr("Not told again"), lambda: self.settle(row, settled=False))

    def settle(self, row: ListRow, *, settled: bool = True) -> None:
        """Take down that the person knows what reports say of a row, or does not."""
        work = self._syncing.settle_reports(row.account_id, row.message_id, settled=settled)
        self._shell.tasks.spawn(work, "settle reports")

    def tell_discarded(self, names: list[LocalId]) -> None:
        """Say in the status bar that these were thrown away, with the way back."""
        if names:
            words = ntr("Discarded", "{n} discarded", len(names))
            self._shell.status_bar.show_words(words, lambda: self._take_back(names))

    def _tell_discarding(self, done: int, total: int) -> None:
        words = tr("Discarding: {done} of {total}", done=done, total=total)
        self._shell.status_bar.busy(words, self._shell.lists.drafts.stop_discarding)

    def _take_back(self, names: list[LocalId]) -> None:
        for name in names:
            self._shell.tasks.spawn(self._drafts.take_back(name), "take back")

    def _tell_failed(self, rows: Sequence[ListRow], failed: dict[str, MailError], one: str, many: str) -> None:
        names = {row.key: short_subject(row.subject) for row in rows}
        if len(failed) == 1:
            ((key, error),) = failed.items()
            why = why_unfetched(error, self._shell.clock.now())
            self._shell.status_bar.show_words(one.format(subject=names[key], why=why))
        elif failed:
            self._shell.status_bar.show_words(many.format(n=len(failed), f8=tr("F8 goes to them, and each says why.")))


def _going(answers: Sequence[SendAnswer]) -> list[LocalId]:
    return [answer.local_id for answer in answers if answer.goes and answer.local_id is not None]
