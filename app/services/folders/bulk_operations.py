"""Work on many messages that lie on the server: move, copy, categorise, export; with progress, and an outcome for each.

Rows go out in requests of up to fifty, one after the other: a batch can be stopped between two of them, and what was
not asked for then is as it was. What was moved can be brought back.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import Final

import msgspec

from app.core.events import Event
from app.core.i18n import tr
from app.core.lazy_regex import late_pattern
from app.domain.errors import AccountError, BadInput, ItemRefused
from app.domain.listing import Place
from app.domain.message import AccountId, Content, DraftUpdate, Field, ItemRef, Options, Stage
from app.domain.outcome import Outcome
from app.domain.record import Record
from app.domain.state import ON_ITS_WAY, WENT_OUT
from app.services.folders.syncing import Syncing
from app.services.ports import Clock, Mailbox
from app.services.records.records import Records
from app.services.records.rows import ListRow
from app.services.text.error_text import Explanation, explain_error, explain_outcome

Into = Callable[[AccountId], Place]
"""Where messages of an account go: no message leaves its account."""

AT_ONCE: Final = 50
_UNSAFE: Final = late_pattern(r'[\x00-\x1f<>:"/\\|?*]+')
_LONGEST_NAME: Final = 80


class BulkRun:
    """One piece of work: how far it is, what went wrong with which row, and how to stop it."""

    def __init__(self, total: int) -> None:
        """Begin with nothing done."""
        self.progress: Event[None] = Event()
        self.total, self.done, self.stopped = total, 0, False
        self.moved: list[tuple[ListRow, ItemRef]] = []
        """What has another name now, with the row that it was."""
        self.failures: dict[str, Explanation] = {}
        """What is to be said at which row, by its key."""

    def stop(self) -> None:
        """Ask for nothing more."""
        self.stopped = True

    @property
    def went_well(self) -> int:
        """Return how many rows were done without complaint."""
        return self.done - len(self.failures)


class BulkOperations:
    """Does it, by way of the watched mailbox; what leaves a folder leaves its list at once."""

    def __init__(self, mailbox: Mailbox, records: Records, syncing: Syncing, clock: Clock) -> None:
        """Nothing is done yet."""
        self._mailbox, self._records, self._syncing, self._clock = mailbox, records, syncing, clock

    async def move(self, rows: Sequence[ListRow], source: Place, into: Into, batch: BulkRun) -> None:
        """Move messages out of `source`."""

        async def ask(part: Sequence[ListRow], refs: Sequence[ItemRef]) -> list[Outcome]:
            outcomes = await self._mailbox.move(part[0].account_id, refs, into(part[0].account_id))
            gone = [row for row, outcome in zip(part, outcomes, strict=True) if outcome.accepted]
            batch.moved += [(r, o.ref) for r, o in zip(part, outcomes, strict=True) if o.accepted and o.ref is not None]
            for row in gone:
                if row.local_id is not None:
                    await self._records.forget(row.local_id)
            names = [row.ref.item_id for row in gone if row.ref is not None]
            await self._syncing.gone(part[0].account_id, source, names)
            return outcomes

        await self._each(rows, batch, ask, leaves=True)

    async def bring_back(self, batch: BulkRun, source: Place) -> int:
        """Move what `move` moved back to where it was; return how many came."""
        came = 0
        for account_id, refs in _by_account(batch.moved):
            outcomes = await self._mailbox.move(account_id, refs, source)
            came += sum(outcome.accepted for outcome in outcomes)
        return came

    async def copy(self, rows: Sequence[ListRow], into: Into, batch: BulkRun) -> None:
        """Copy messages."""

        async def ask(part: Sequence[ListRow], refs: Sequence[ItemRef]) -> list[Outcome]:
            outcomes = await self._mailbox.copy(part[0].account_id, refs, into(part[0].account_id))
            batch.moved += [(r, o.ref) for r, o in zip(part, outcomes, strict=True) if o.accepted and o.ref is not None]
            return outcomes

        await self._each(rows, batch, ask)

    async def remove_copies(self, batch: BulkRun) -> None:
        """Remove what `copy` made."""
        for account_id, refs in _by_account(batch.moved):
            await self._mailbox.delete(account_id, refs, for_good=True)

    async def categorise(
        self, rows: Sequence[ListRow], names: Callable[[ListRow], tuple[str, ...]], batch: BulkRun
    ) -> None:
        """Give messages the categories that `names` says for each."""

        async def ask(part: Sequence[ListRow], refs: Sequence[ItemRef]) -> list[Outcome]:
            updates = [_categorised(row, ref, names(row)) for row, ref in zip(part, refs, strict=True)]
            outcomes = await self._mailbox.update(part[0].account_id, updates)
            for row, outcome in zip(part, outcomes, strict=True):
                if outcome.accepted and row.local_id is not None and outcome.ref is not None:
                    # Ours to know: the next save of this message is to write over this version.
                    await self._records.apply_known(row.local_id, ref=outcome.ref)
            return outcomes

        await self._each(rows, batch, ask)

    async def export(self, rows: Sequence[ListRow], path_of: Callable[[str], str], batch: BulkRun) -> None:
        """Write each message into a file as it would travel (.eml); `path_of` makes a path of a name, none twice.

        The file of a draft says that it is one, so that it opens to be written on.
        """
        for row in rows:
            if batch.stopped:
                return
            batch.done += 1
            try:
                if row.ref is None or not _lies_there(row.record, leaves=False):
                    batch.failures[row.key] = _not_there()
                    continue
                path = path_of(file_name(row))
                outcome = await self._mailbox.save_mime(row.account_id, row.ref, path, unsent=row.is_draft)
            except (AccountError, ItemRefused, BadInput) as error:
                batch.failures[row.key] = explain_error(error, self._clock.now())
                if isinstance(error, AccountError):
                    return
            else:
                self._note(batch, row, outcome)
            finally:
                batch.progress.emit(None)

    async def _each(
        self,
        rows: Sequence[ListRow],
        batch: BulkRun,
        ask: Callable[[Sequence[ListRow], Sequence[ItemRef]], Awaitable[list[Outcome]]],
        *,
        leaves: bool = False,
    ) -> None:
        away: set[AccountId] = set()
        for part in _parts(rows):
            if batch.stopped:
                return
            if part[0].account_id in away:
                continue  # the server cannot be reached: it is not asked for the others
            there = [row for row in part if row.ref is not None and _lies_there(row.record, leaves=leaves)]
            batch.failures.update({row.key: _not_there() for row in part if row not in there})
            outcomes = await ask(there, [row.ref for row in there if row.ref is not None]) if there else []
            for row, outcome in zip(there, outcomes, strict=True):
                self._note(batch, row, outcome)
            batch.done += len(part)
            batch.progress.emit(None)
            if outcomes and all(one.trouble is not None and not one.accepted for one in outcomes):
                away.add(part[0].account_id)

    def _note(self, batch: BulkRun, row: ListRow, outcome: Outcome) -> None:
        explanation = explain_outcome(outcome)
        if explanation is not None:
            batch.failures[row.key] = explanation


def _parts(rows: Sequence[ListRow]) -> list[Sequence[ListRow]]:
    """Return rows as they go out in requests: each has those of one account."""
    by_account: dict[AccountId, list[ListRow]] = {}
    for row in rows:
        by_account.setdefault(row.account_id, []).append(row)
    return [mine[start : start + AT_ONCE] for mine in by_account.values() for start in range(0, len(mine), AT_ONCE)]


def _by_account(moved: Sequence[tuple[ListRow, ItemRef]]) -> Iterator[tuple[AccountId, list[ItemRef]]]:
    refs = {row.key: ref for row, ref in moved}
    for part in _parts([row for row, _ in moved]):
        yield part[0].account_id, [refs[row.key] for row in part]


def file_name(row: ListRow) -> str:
    """Return what a message is called as a file, without the folder and safe on every system."""
    subject = _UNSAFE.sub(" ", row.subject).strip(" .") or tr("no subject")
    return f"{' '.join(subject.split())[:_LONGEST_NAME].rstrip(' .')}.eml"


def _lies_there(record: Record | None, *, leaves: bool) -> bool:
    """Return whether the server has all of a message, and it is not being written."""
    if record is None or record.state in WENT_OUT:
        return True
    return record.saved and not record.open and not (leaves and record.state in ON_ITS_WAY)


def _not_there() -> Explanation:
    return Explanation(tr("The server does not have all of this yet: it was left as it is."), tone="warn")


def _categorised(row: ListRow, ref: ItemRef, names: tuple[str, ...]) -> DraftUpdate:
    stage = Stage.DRAFT if row.is_draft else Stage.SENT
    content = Content(options=msgspec.structs.replace(Options(), categories=names))
    return DraftUpdate(ref, content, frozenset({Field.CATEGORIES}), stage=stage)
