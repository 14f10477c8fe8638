"""One round of sending: brought up to date, read back (`read_back.py`), sent, and each answer taken for what it is."""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import msgspec

from app.core.background import growing_pause
from app.domain.errors import StorageError
from app.domain.message import AccountId, Content, DraftUpdate, ItemRef, LocalId
from app.domain.outcome import Outcome, Verdict
from app.domain.record import CopyTo, Record
from app.domain.response_codes import (
    BATCH_STOPPED,
    KEY_REFUSED,
    OF_THE_ACCOUNT,
    CodeClass,
    class_of,
    is_retried,
    may_have_happened,
)
from app.domain.state import ANSWERED, PUT_OFF, WENT_OUT, State
from app.services.accounts.accounts import Accounts
from app.services.drafts.drafts import Drafts
from app.services.drafts.saver import is_passing, needs_saving, waits_for_person
from app.services.outbox.read_back import ReadBack
from app.services.ports import Clock, Mailbox
from app.services.records.records import Changes, Records

log = logging.getLogger(__name__)


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

    def __init__(self, records: Records, drafts: Drafts, mailbox: Mailbox, accounts: Accounts, clock: Clock) -> None:
        """Send `messages` by way of `mailbox`."""
        self._records = records
        self._drafts = drafts
        self._mailbox = mailbox
        self._clock = clock
        self._accounts = accounts
        self.read_back = ReadBack(records, mailbox, drafts, accounts, clock)
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
            for together in self._parts(batch.account_id, names):
                await self._send_alike(batch.account_id, together, copy_to)
        return self._sum_up(batch.account_id, batch.asked)

    def _parts(self, account_id: AccountId, names: Sequence[LocalId]) -> list[Sequence[LocalId]]:
        """Return what goes in one request: all, or one by one where a refusal of one leaves the others unanswered."""
        if self._accounts.traits(account_id).batches_answered is False:
            return [[name] for name in names]
        return [names]

    async def _look(self, account_id: AccountId, names: Sequence[LocalId]) -> Sequence[LocalId]:
        """Hold what the server has against what is meant; return the messages that may go."""
        looked = await self.read_back.look(account_id, names)
        for name, outcome in looked.waiting:
            record = self._records.get(name)
            if record is not None:
                # What kept us from reading is why it was not sent: the row says so, and nothing left this machine.
                not_sent = msgspec.structs.replace(outcome, verdict=Verdict.NOT_ATTEMPTED)
                await self._wait(record, not_sent, sending=True)
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
        # A server that refuses a stale key has written the mark into the version that was read.
        sure = self._accounts.traits(account_id).stale_updates_refused
        marked: dict[LocalId, Changes] = {
            record.local_id: {
                "ref": outcome.ref,
                "marked": True,
                "read_back": outcome.ref.change_key if sure and record.knows(ItemRef("", record.read_back)) else "",
            }
            for record, outcome in zip(unmarked, outcomes, strict=True)
            if outcome.accepted and outcome.ref is not None
        }
        await self._records.learn_each(marked, _is_queued)

    async def _send_alike(self, account_id: AccountId, names: Sequence[LocalId], copy_to: CopyTo) -> None:
        """Send messages whose copies go to the same place, in one request."""
        by_update = self._sends_by_update(account_id)
        async with self._drafts.turns.taken(account_id, len(names)):
            going: list[tuple[LocalId, ItemRef]] = [
                (record.local_id, record.ref)
                for record in await self._records.change_all(
                    names, _may_leave, state=State.SENDING, state_at=self._clock.now(), by_update=by_update
                )
                if record.ref is not None
            ]
            outcomes = await self._post(account_id, going, copy_to, by_update=by_update)
        several = len(going) > 1 and self._accounts.traits(account_id).batches_answered is not True
        if several and any(outcome.of_request for outcome in outcomes):
            # Refused as a whole: with a server that breaks off at the first refusal, those before it may have gone.
            if all(_is_of_one_item(outcome) for outcome in outcomes):
                await self._accounts.learn_traits(account_id, batches_answered=False)  # until it is asked
            outcomes = [msgspec.structs.replace(one, verdict=Verdict.UNKNOWN) for one in outcomes]
        await self._take_in({local_id: outcome for (local_id, _), outcome in zip(going, outcomes, strict=True)})

    def _sends_by_update(self, account_id: AccountId) -> bool:
        """Return whether a draft is sent by an update: where SendItem leaves it behind, and an update was seen to send.

        What became of it can be decided afterwards then, though an answer is lost.
        """
        traits = self._accounts.traits(account_id)
        return traits.send_takes_draft_away is False and traits.update_sends is True

    async def _post(
        self, account_id: AccountId, going: Sequence[tuple[LocalId, ItemRef]], copy_to: CopyTo, *, by_update: bool
    ) -> list[Outcome]:
        if not going:
            return []
        marks = [local_id for local_id, _ in going] if by_update else []
        try:
            return await self._mailbox.send(account_id, [ref for _, ref in going], copy_to, marks)
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

    async def _wait(self, record: Record, outcome: Outcome | None, *, sending: bool = False) -> None:
        """Back to the queue, until the server says or the pause is over. Nothing of the message left this machine."""
        changes = self._put_off(record, outcome, sending=sending)
        await self._records.apply_known(record.local_id, when=_is_queued, **changes)

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


def _is_of_one_item(outcome: Outcome) -> bool:
    """Return whether a request of several was refused with what the server says of one item."""
    known = class_of(outcome.code) is not CodeClass.UNLISTED and outcome.code not in OF_THE_ACCOUNT
    passing = is_retried(outcome.code) or may_have_happened(outcome.code)
    return outcome.of_request and outcome.words is not None and known and not passing
