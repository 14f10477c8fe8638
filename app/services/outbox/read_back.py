"""Reads messages back before they are sent: a server may keep something else than it was given, and say success.

One request for a whole batch, and none for what was read since it was last written. Subject, text, people and
attachments are held against what is meant. What differs though nobody else wrote it is written once more; what differs
still, or was changed by another program, is shown in the message, and the person decides. Nothing of it is sent unseen.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum, auto
from typing import Any

import msgspec

from app.core.i18n import tr
from app.domain.attachment import AttachmentKind, differences, meant_of
from app.domain.errors import AccountError
from app.domain.message import AccountId, Fetched, ItemRef, LocalId
from app.domain.outcome import FetchOutcome, Outcome, Verdict
from app.domain.problem import ProblemKind, problem
from app.domain.record import Record, StoredMessage
from app.domain.response_codes import is_retried, may_have_happened
from app.domain.same_message import same_but_for_markup, same_message, seen_differences
from app.domain.state import WAITING, State
from app.services.accounts.accounts import Accounts
from app.services.drafts.drafts import Drafts
from app.services.drafts.saver import elsewhere, needs_saving
from app.services.html.words import read_long_words
from app.services.ports import Clock, Mailbox
from app.services.records.records import Changes, Records


class ReadBackResult(msgspec.Struct, frozen=True):
    """What became of the look: which messages may go, and which have to wait for the server, with what it said."""

    good: tuple[LocalId, ...]
    waiting: tuple[tuple[LocalId, Outcome], ...] = ()


class _Found(Enum):
    """What a look at one message showed."""

    GOOD = auto()
    TO_BE_MENDED = auto()
    HELD_BACK = auto()
    LATER = auto()


class _Look(msgspec.Struct):
    """One look: what is found is told of messages that are `to_go`, and only mended of those that still wait."""

    to_go: bool
    mend: bool = True


class ReadBack:
    """Looks at messages that are about to be sent."""

    def __init__(self, records: Records, mailbox: Mailbox, drafts: Drafts, accounts: Accounts, clock: Clock) -> None:
        """Look by way of `mailbox`."""
        self._records = records
        self._mailbox = mailbox
        self._drafts = drafts
        self._accounts = accounts
        self._clock = clock

    async def look_ahead(self, account_id: AccountId, names: Sequence[LocalId]) -> None:
        """Save and read messages while sending them can still be undone; what is found is looked at again later."""
        for name in names:
            record = self._records.get(name)
            if record is not None and record.state in WAITING and needs_saving(record):
                await self._drafts.save(name, for_sending=True)
        held = [name for name in names if (record := self._records.get(name)) is not None and record.state in WAITING]
        await self._read(account_id, held, _Look(to_go=False))

    async def look(self, account_id: AccountId, names: Sequence[LocalId]) -> ReadBackResult:
        """Look at those that were not read since they were written. Those that do not go say why, on disk."""
        return await self._read(account_id, names, _Look(to_go=True))

    async def _read(self, account_id: AccountId, names: Sequence[LocalId], look: _Look) -> ReadBackResult:
        records = [record for name in names if (record := self._records.get(name)) is not None]
        wanted = [(one, one.ref) for one in records if one.ref is not None and self._is_to_be_read(one)]
        if not wanted:
            return ReadBackResult(tuple(names))
        try:
            answers = await self._mailbox.get(account_id, [ref for _, ref in wanted])
            if await self._merged_duplicates(wanted, answers):
                wanted = [(self._records.get(one.local_id) or one, ref) for one, ref in wanted]
                answers = await self._mailbox.get(account_id, [ref for _, ref in wanted])
        except AccountError as error:
            outcome = Outcome(Verdict.NOT_ATTEMPTED, trouble=error.trouble, at=self._clock.now())
            waiting = tuple((record.local_id, outcome) for record, _ in wanted)
            return ReadBackResult(tuple(name for name in names if name not in dict(waiting)), waiting)
        found = await self._sort_out(wanted, answers, look)
        waits = tuple(
            (record.local_id, answer.outcome)
            for (record, _), answer in zip(wanted, answers, strict=True)
            if found[record.local_id] is _Found.LATER
        )
        mended = await self._mend(account_id, [name for name, one in found.items() if one is _Found.TO_BE_MENDED], look)
        good = {name for name, one in found.items() if one is _Found.GOOD} | set(mended.good)
        return ReadBackResult(
            tuple(name for name in names if name not in found or name in good), (*waits, *mended.waiting)
        )

    async def _sort_out(
        self, wanted: Sequence[tuple[Record, ItemRef]], answers: Sequence[FetchOutcome], look: _Look
    ) -> dict[LocalId, _Found]:
        """Judge each, and keep of the good ones under which ChangeKey they were read, in one write to the disk."""
        found: dict[LocalId, _Found] = {}
        read: dict[LocalId, Changes] = {}
        refs = {record.local_id: ref for record, ref in wanted}
        for (record, _), answer in zip(wanted, answers, strict=True):
            found[record.local_id] = await self._judge(record, answer, look)
            if found[record.local_id] is _Found.GOOD and answer.item is not None:
                read[record.local_id] = {"ref": answer.item.ref, "read_back": answer.item.ref.change_key}
        await self._records.learn_each(read, lambda record: _is_still(record, refs.get(record.local_id)))
        return found

    def _is_to_be_read(self, record: Record) -> bool:
        """Return whether what the server has is not known for sure. What it may lose by itself is always looked at."""
        sure = self._accounts.traits(record.account_id).stale_sends_refused
        return record.has_held or not sure or not record.knows(ItemRef("", record.read_back))

    async def _mend(self, account_id: AccountId, names: Sequence[LocalId], look: _Look) -> ReadBackResult:
        """Write what the server does not have as it is meant, once more, and read it again."""
        if not names:
            return ReadBackResult(())
        for name in names:
            await self._drafts.save(name, for_sending=True)
        kept = [name for name in names if (one := self._records.get(name)) is not None and not needs_saving(one)]
        again = await self._read(account_id, kept, msgspec.structs.replace(look, mend=False))
        left = [name for name in names if name not in kept]
        unsaved = [(name, one.save_outcome) for name in left if (one := self._records.get(name)) is not None]
        waiting = tuple((name, outcome) for name, outcome in unsaved if outcome is not None)
        return msgspec.structs.replace(again, waiting=(*again.waiting, *waiting))

    async def _merged_duplicates(
        self, wanted: Sequence[tuple[Record, ItemRef]], answers: Sequence[FetchOutcome]
    ) -> bool:
        """Take away what came twice of ours; return whether there was any. Raises AccountError."""
        merged = False
        for (record, _), answer in zip(wanted, answers, strict=True):
            if answer.item is not None and record.resent:
                message = await self._records.read_message(record.local_id)
                merged = await self._drafts.attaching.merge_duplicates(message, answer.item) or merged
        return merged

    async def _judge(self, record: Record, answer: FetchOutcome, look: _Look) -> _Found:
        item = answer.item
        if item is None:
            said = answer.outcome
            if said.verdict is not Verdict.REFUSED or is_retried(said.code) or may_have_happened(said.code):
                return _Found.LATER
            return await self._hold_back(record, look, send_outcome=said)
        message = await self._records.read_message(record.local_id)
        found = await self._judge_text(message, item, look)
        if found is not _Found.GOOD or (item.has_attachments and not item.attachments):
            return found  # a server that does not name what it holds: there is nothing to compare
        return await self._judge_attachments(message, item, look)

    async def _judge_text(self, message: StoredMessage, item: Fetched, look: _Look) -> _Found:
        """Hold the text against what was saved there last: it is what the person means, or the row would say so."""
        record, meant = message.record, message.on_server or message.content
        if same_message(meant, item.content):
            return _Found.GOOD
        await read_long_words(meant, item.content)
        untouched = record.knows(item.ref)
        if untouched and not seen_differences(meant, item.content):
            if meant.body_format is item.content.body_format and same_but_for_markup(meant, item.content):
                await self._accounts.learn_traits(record.account_id, markup_kept=False)
            return _Found.GOOD
        if self._accounts.rewrites_text(record.account_id) and same_but_for_markup(meant, item.content):
            return _Found.GOOD
        differing = seen_differences(meant, item.content)
        if not untouched and not self._drafts.was_written(record.local_id, item.content, differing):
            return await self._hold_back(record, look, save_outcome=elsewhere(self._clock.now()))
        if not look.mend:
            names = " ".join(sorted(field.value for field in differing))
            return await self._hold_back(record, look, problem=problem(ProblemKind.TEXT_DIFFERS, names))
        await self._records.apply_known(record.local_id, item.content, ref=item.ref, saved_edits=-1, save_outcome=None)
        return _Found.TO_BE_MENDED

    async def _judge_attachments(self, message: StoredMessage, item: Fetched, look: _Look) -> _Found:
        record = message.record
        attached = [one for one in message.content.attachments if not one.inline and one.kind is AttachmentKind.FILE]
        hidden = bool(attached) and bool(item.attachments) and not item.has_attachments
        meant = meant_of(message.content.attachments, record.held, item.attachments)
        found = differences(meant, item.attachments)
        if not found and not hidden:
            return _Found.GOOD
        untouched = record.knows(item.ref)
        if hidden or (untouched and len(item.attachments) < len(meant)):
            await self._accounts.learn_traits(record.account_id, attachments_kept=False)
            if look.mend and not hidden:
                await self._records.apply_known(record.local_id, ref=item.ref, saved_edits=-1, save_outcome=None)
                return _Found.TO_BE_MENDED
        await self._hold_back(
            record,
            look,
            problem=problem(ProblemKind.ATTACHMENTS_DIFFER, " ".join(found) or tr("The server says that it has none.")),
        )
        if look.to_go:
            await self._drafts.attaching.take_truth(message, item)
        return _Found.HELD_BACK

    async def _hold_back(self, record: Record, look: _Look, **changes: Any) -> _Found:
        if look.to_go:
            await self._records.change(
                record.local_id, lambda r: r.state is State.QUEUED, state=State.NEEDS_ATTENTION, **changes
            )
        return _Found.HELD_BACK


def _is_still(record: Record, ref: ItemRef | None) -> bool:
    """Return whether a message is the one that was read: it may have been taken back and saved anew meanwhile."""
    return record.state in WAITING and record.ref == ref
