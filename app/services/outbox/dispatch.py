"""One round of sending, with the last look at attachments.

One request for the whole batch, and none where no message has or had attachments. What differs is taken for what it is:
it is shown in the message, and the person decides; sending it all the same is one key away, and doing so unseen is not.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import msgspec

from app.core.background import growing_pause
from app.domain.attachment import differences, meant_of
from app.domain.errors import AccountError, StorageError
from app.domain.message import AccountId, Content, DraftUpdate, Fetched, ItemRef, LocalId
from app.domain.outcome import FetchOutcome, Outcome, Verdict
from app.domain.problem import ProblemKind, problem
from app.domain.record import CopyTo, Record, StoredMessage
from app.domain.response_codes import BATCH_STOPPED, KEY_REFUSED, is_retried, may_have_happened
from app.domain.same_message import same_message
from app.domain.state import ANSWERED, PUT_OFF, WENT_OUT, State
from app.services.attachments.upload import AttachmentUpload
from app.services.drafts.drafts import Drafts
from app.services.drafts.saver import (
    elsewhere,
    is_passing,
    needs_saving,
    waits_for_person,
)
from app.services.ports import Clock, Mailbox
from app.services.records.records import Changes, Records

log = logging.getLogger(__name__)


class AttachmentCheckResult(msgspec.Struct, frozen=True):
    """What became of the look: which messages may go, and which have to wait for the server, with what it said."""

    good: tuple[LocalId, ...]
    waiting: tuple[tuple[LocalId, Outcome], ...] = ()


class AttachmentCheck:
    """Looks at messages that are about to be sent."""

    def __init__(self, records: Records, mailbox: Mailbox, attaching: AttachmentUpload, clock: Clock) -> None:
        """Look by way of `mailbox`."""
        self._records = records
        self._mailbox = mailbox
        self._attaching = attaching
        self._clock = clock

    async def look(self, account_id: AccountId, names: Sequence[LocalId]) -> AttachmentCheckResult:
        """Look at those with attachments, at once; the others are good. Those that do not go say why, on disk."""
        records = [record for name in names if (record := self._records.get(name)) is not None]
        wanted = [(one, one.ref) for one in records if one.has_held and one.ref is not None]
        if not wanted:
            return AttachmentCheckResult(tuple(names))
        try:
            answers = await self._mailbox.get(account_id, [ref for _, ref in wanted])
            if await self._merged_duplicates(wanted, answers):
                wanted = [(self._records.get(one.local_id) or one, ref) for one, ref in wanted]
                answers = await self._mailbox.get(account_id, [ref for _, ref in wanted])
        except AccountError as error:
            outcome = Outcome(Verdict.NOT_ATTEMPTED, trouble=error.trouble, at=self._clock.now())
            waiting = tuple((record.local_id, outcome) for record, _ in wanted)
            return AttachmentCheckResult(tuple(name for name in names if name not in dict(waiting)), waiting)
        held_back = set()
        for (record, _), answer in zip(wanted, answers, strict=True):
            if not await self._is_good(record, answer):
                held_back.add(record.local_id)
        return AttachmentCheckResult(tuple(name for name in names if name not in held_back))

    async def _merged_duplicates(
        self, wanted: Sequence[tuple[Record, ItemRef]], answers: Sequence[FetchOutcome]
    ) -> bool:
        """Take away what came twice of ours; return whether there was any. Raises AccountError."""
        merged = False
        for (record, _), answer in zip(wanted, answers, strict=True):
            if answer.item is not None and record.resent:
                message = await self._records.read_message(record.local_id)
                merged = await self._attaching.merge_duplicates(message, answer.item) or merged
        return merged

    async def _is_good(self, record: Record, answer: FetchOutcome) -> bool:
        item = answer.item
        if item is None:
            await self._hold_back(record, send_outcome=answer.outcome)
            return False
        message = await self._records.read_message(record.local_id)
        if not _has_our_text(message, item):
            await self._hold_back(record, save_outcome=elsewhere(self._clock.now()))
            return False
        if item.has_attachments and not item.attachments:
            return True  # a server that does not name what it holds: there is nothing to compare
        meant = meant_of(message.content.attachments, message.record.held, item.attachments)
        found = differences(meant, item.attachments)
        if found:
            await self._hold_back(record, problem=problem(ProblemKind.ATTACHMENTS_DIFFER, " ".join(found)))
            await self._attaching.take_truth(message, item)
            return False
        if item.ref != record.ref:
            await self._records.apply_known(record.local_id, ref=item.ref)
        return True

    async def _hold_back(self, record: Record, **changes: Any) -> None:
        await self._records.change(
            record.local_id, lambda r: r.state is State.QUEUED, state=State.NEEDS_ATTENTION, **changes
        )


def _has_our_text(message: StoredMessage, item: Fetched) -> bool:
    """Return whether the server has the text that was saved there last, whatever else changed in the item."""
    ref = message.record.ref
    if ref is not None and ref.change_key and item.ref.change_key == ref.change_key:
        return True
    return message.on_server is not None and same_message(message.on_server, item.content)


class Summary(msgspec.Struct, frozen=True):
    """What became of a batch: the messages by how it went for them."""

    account_id: AccountId
    accepted: tuple[LocalId, ...] = ()
    needs_attention: tuple[LocalId, ...] = ()
    untold: tuple[LocalId, ...] = ()
    waiting: tuple[LocalId, ...] = ()
    deferred: tuple[LocalId, ...] = ()

    @property
    def count(self) -> int:
        """Return how many messages the batch had."""
        return (
            len(self.accepted) + len(self.needs_attention) + len(self.untold) + len(self.waiting) + len(self.deferred)
        )

    def plus(self, other: Summary) -> Summary:
        """Return both as one; a message that was tried twice counts as it ended."""
        names = {*other.accepted, *other.needs_attention, *other.untold, *other.waiting, *other.deferred}
        return Summary(
            self.account_id,
            *(
                (*(name for name in mine if name not in names), *theirs)
                for mine, theirs in (
                    (self.accepted, other.accepted),
                    (self.needs_attention, other.needs_attention),
                    (self.untold, other.untold),
                    (self.waiting, other.waiting),
                    (self.deferred, other.deferred),
                )
            ),
        )


class SendBatch(msgspec.Struct, frozen=True):
    """Messages that go together: those that were asked for, and those of them that are ready to go."""

    account_id: AccountId
    asked: tuple[LocalId, ...] = ()
    ready: tuple[LocalId, ...] = ()


class Dispatch:
    """Sends queued messages of one account, once each."""

    def __init__(self, records: Records, drafts: Drafts, mailbox: Mailbox, clock: Clock) -> None:
        """Send `messages` by way of `mailbox`."""
        self._records = records
        self._drafts = drafts
        self._mailbox = mailbox
        self._clock = clock
        self._check = AttachmentCheck(records, mailbox, drafts.attaching, clock)
        self._given_fresh_key: set[LocalId] = set()

    async def prepare(self, account_id: AccountId, names: Sequence[LocalId]) -> SendBatch:
        """Bring queued messages up to date on the server; those that cannot go now say why. Raises StorageError."""
        current = [name for name in names if await self._bring_up_to_date(name) is not None]
        await self._mark(account_id, current)
        return SendBatch(account_id, tuple(names), tuple(await self._look(account_id, current)))

    async def send(self, batch: SendBatch) -> Summary:
        """Send those of a batch that are ready, as far as they are still queued.

        Raises StorageError before anything was sent.
        """
        alike: dict[CopyTo, list[LocalId]] = {}
        for name in batch.ready:
            record = self._records.get(name)
            if record is not None:
                alike.setdefault(record.copy_to, []).append(name)
        for copy_to, names in alike.items():
            await self._send_alike(batch.account_id, names, copy_to)
        return self._sum_up(batch.account_id, batch.asked)

    async def _look(self, account_id: AccountId, names: Sequence[LocalId]) -> Sequence[LocalId]:
        """Hold what is attached against what was meant; return the messages that may go."""
        looked = await self._check.look(account_id, names)
        for name, outcome in looked.waiting:
            record = self._records.get(name)
            if record is not None:
                await self._wait(record, outcome)
        return looked.good

    async def _bring_up_to_date(self, local_id: LocalId) -> Record | None:
        """Save what the server lacks. None where the message cannot go now; its state says why then."""
        record = self._records.get(local_id)
        if record is None or record.state is not State.QUEUED:
            return None
        if needs_saving(record):
            record = await self._drafts.save(local_id, for_sending=True)
        if record is None or record.state is not State.QUEUED:
            return None
        if not needs_saving(record) and not waits_for_person(record):
            return record
        outcome = record.save_outcome
        if outcome is None or is_passing(outcome):
            await self._wait(record, outcome)
        else:
            await self._records.change(local_id, _is_queued, state=State.NEEDS_ATTENTION)
        return None

    async def _mark(self, account_id: AccountId, names: Sequence[LocalId]) -> None:
        """Write our mark into the items that other clients made, in one request for all.

        Without it a message whose answer was lost could not be found again, nor a copy be distinguished from another
        message. An item that could not be marked goes all the same: then its Message-ID is what it is looked for by.
        """
        unmarked = [r for name in names if (r := self._records.get(name)) is not None and not r.marked and r.ref]
        if not unmarked:
            return
        updates = [DraftUpdate(r.ref, Content(), frozenset(), r.local_id) for r in unmarked if r.ref is not None]
        async with self._drafts.turns.taken(account_id, len(updates)):
            outcomes = await self._mailbox.update(account_id, updates)
        marked: dict[LocalId, Changes] = {
            record.local_id: {"ref": outcome.ref, "marked": True}
            for record, outcome in zip(unmarked, outcomes, strict=True)
            if outcome.accepted and outcome.ref is not None
        }
        await self._records.learn_each(marked, _is_queued)

    async def _send_alike(self, account_id: AccountId, names: Sequence[LocalId], copy_to: CopyTo) -> None:
        """Send messages whose copies go to the same place, in one request."""
        async with self._drafts.turns.taken(account_id, len(names)):
            going: list[tuple[LocalId, ItemRef]] = [
                (record.local_id, record.ref)
                for record in await self._records.change_all(
                    names, _may_leave, state=State.SENDING, state_at=self._clock.now()
                )
                if record.ref is not None
            ]
            outcomes = await self._post(account_id, going, copy_to)
        await self._take_in({local_id: outcome for (local_id, _), outcome in zip(going, outcomes, strict=True)})

    async def _post(
        self, account_id: AccountId, going: Sequence[tuple[LocalId, ItemRef]], copy_to: CopyTo
    ) -> list[Outcome]:
        if not going:
            return []
        try:
            return await self._mailbox.send(account_id, [ref for _, ref in going], copy_to)
        except BaseException:
            # Cancelled, or a defect: what is true on disk already (SENDING is read as unknown) is true here too.
            unknown = {"state": State.UNKNOWN, "send_outcome": None}
            await self._records.learn_each({local_id: unknown for local_id, _ in going}, _is_sending)
            raise

    async def _take_in(self, outcomes: Mapping[LocalId, Outcome]) -> None:
        learnt: dict[LocalId, Changes] = {}
        stale: list[tuple[LocalId, Outcome]] = []
        for local_id, outcome in outcomes.items():
            record = self._records.get(local_id)
            if record is None:
                continue
            log.info("send of %s: %s %s", local_id, outcome.verdict.name, outcome.code)
            if self._wants_fresh_key(local_id, outcome):
                stale.append((local_id, outcome))
            else:
                learnt[local_id] = self._learnt(record, outcome)
        await self._records.learn_each(learnt, _is_sending)
        for local_id, outcome in stale:
            await self._send_once_more(local_id, outcome)

    def _wants_fresh_key(self, local_id: LocalId, outcome: Outcome) -> bool:
        refused = outcome.verdict is Verdict.REFUSED and outcome.code in KEY_REFUSED
        return refused and local_id not in self._given_fresh_key

    def _learnt(self, record: Record, outcome: Outcome) -> Changes:
        """Return what an answer says of a message that was being sent."""
        if outcome.accepted or outcome.taken:
            later = record.head.deferred > self._clock.now()
            state = State.DEFERRED if later else State.TAKEN if outcome.taken else State.SENT
        elif outcome.verdict is Verdict.NOT_ATTEMPTED:
            return self._put_off(record, outcome, sending=True)
        elif outcome.verdict is Verdict.UNKNOWN or may_have_happened(outcome.code):
            state = State.UNKNOWN
        elif outcome.code == BATCH_STOPPED:
            state = State.READY
        elif is_retried(outcome.code):
            return self._put_off(record, outcome, sending=True)
        else:
            state = State.NEEDS_ATTENTION
        if state in ANSWERED:
            self._given_fresh_key.discard(record.local_id)
        at = outcome.at or self._clock.now()
        return {"state": state, "state_at": at, "send_outcome": outcome, "attempts": record.attempts + 1}

    async def _send_once_more(self, local_id: LocalId, outcome: Outcome) -> None:
        """The server wants another ChangeKey and sent nothing: with the same text there, once more; else the person."""
        self._given_fresh_key.add(local_id)
        try:
            same = await self._drafts.refresh(local_id)
        except StorageError:
            same = False
        record = self._records.get(local_id)
        if not same and record is not None and is_passing(record.save_outcome):
            # It could not be looked at now: it waits as after any trouble, and is looked at before the next try.
            self._given_fresh_key.discard(local_id)
            waits = self._put_off(record, record.save_outcome, sending=True)
            await self._records.apply_known(local_id, when=_is_sending, **waits)
            return
        state = State.QUEUED if same else State.NEEDS_ATTENTION
        await self._records.apply_known(local_id, when=_is_sending, state=state, send_outcome=outcome)

    async def _wait(self, record: Record, outcome: Outcome | None) -> None:
        """Back to the queue, until the server says or the pause is over. Nothing of the message left this machine."""
        await self._records.apply_known(record.local_id, when=_is_queued, **self._put_off(record, outcome))

    def _put_off(self, record: Record, outcome: Outcome | None, *, sending: bool = False) -> Changes:
        """Return how a message is changed that waits for its next try."""
        attempts = record.attempts + 1
        told = 0.0
        if outcome is not None and outcome.trouble is not None:
            told = outcome.trouble.retry_after
        if outcome is not None and outcome.words is not None:
            told = (outcome.words.back_off_ms or 0) / 1000
        not_before = self._clock.now() + (told or growing_pause(attempts))
        changes: dict[str, Any] = {"not_before": not_before, "attempts": attempts, "state": State.QUEUED}
        if sending:
            changes["send_outcome"] = outcome
        return changes

    def _sum_up(self, account_id: AccountId, names: Sequence[LocalId]) -> Summary:
        states = {name: record.state for name in names if (record := self._records.get(name)) is not None}

        def in_state(wanted: Collection[State]) -> tuple[LocalId, ...]:
            return tuple(name for name, state in states.items() if state in wanted)

        return Summary(
            account_id,
            accepted=in_state(WENT_OUT | {State.TAKEN}),
            needs_attention=in_state({State.NEEDS_ATTENTION}),
            untold=in_state({State.UNKNOWN}),
            waiting=in_state(PUT_OFF),
            deferred=in_state({State.DEFERRED}),
        )


def _is_queued(record: Record) -> bool:
    return record.state is State.QUEUED


def _may_leave(record: Record) -> bool:
    """Return whether what the server has is what is to be sent.

    A message may be taken back, typed in and sent again after it was made ready: it is made ready once more.
    """
    return _is_queued(record) and not needs_saving(record)


def _is_sending(record: Record) -> bool:
    return record.state is State.SENDING
