"""Messages that the server holds until their time: watched, taken back before it, and reported truly after it.

A server may hold them in its Outbox or in Drafts. Until their time a message is what was last seen; once it has come,
the look after a send (`verification.py`) says what became of it. Taking one back is moving it out of that folder; the
wish is on disk before the request, and what was sent meanwhile is said.

Some servers send at once instead. Which kind this one is, is learned from the person's own sends: such a message says
that it went early, and those after it wait on this computer (`Outbox`).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple

import msgspec

from app.core.background import Spawn, growing_pause
from app.core.events import Event
from app.domain.errors import AccountError, ItemRefused
from app.domain.listing import Folder, Mark, Place
from app.domain.message import AccountId, Content, ItemRef, LocalId
from app.domain.outcome import Outcome
from app.domain.problem import Evidence, ProblemKind, problem
from app.domain.proof import proves_held, went_early
from app.domain.record import Record, StoredMessage
from app.domain.state import State
from app.services.accounts.accounts import Accounts
from app.services.outbox.verification import Verification
from app.services.ports import Clock, Mailbox
from app.services.records.records import Records

FIRST_LOOK: Final = 2.0
AFTER: Final = 2.0
"""Seconds after a message's time at which it is looked for: the server's clock is not ours."""
LONGEST_SLEEP: Final = 300.0
"""Seconds slept at once: a computer that slept meanwhile must not be late by as much again."""
_GRACE: Final = 600.0
"""Seconds after its time in which the server may still hold a message before that is said."""
_LEARNT_AFTER: Final = 60.0
"""Seconds after the server's yes: a copy in Sent before that shows that it did not wait, and what rests after it that
it does. Sending takes its time, and later another program may have sent it.
"""
_TAKING_BACK: Final = problem(ProblemKind.TAKING_BACK)


class _Seen(NamedTuple):
    """Where a message was seen: its name where it is held, and whether that is Drafts; its name in Sent."""

    resting: ItemRef | None = None
    in_drafts: bool = False
    sent: ItemRef | None = None


class TakenBack(msgspec.Struct, frozen=True):
    """What became of taking a message back: it is a draft again, it was sent, or neither could be known."""

    local_id: LocalId
    back: bool = False
    sent: bool = False


class DeferredSend:
    """Watches over messages that the server holds. `told` carries what became of taking one back."""

    def __init__(
        self,
        records: Records,
        mailbox: Mailbox,
        accounts: Accounts,
        clock: Clock,
        spawn: Spawn,
        verification: Verification,
    ) -> None:
        """Look for `messages` by way of `mailbox` (the watched one)."""
        self.told: Event[TakenBack] = Event()
        self._records = records
        self._mailbox = mailbox
        self._accounts = accounts
        self._clock = clock
        self._spawn = spawn
        self._verification = verification
        self._watched: set[LocalId] = set()
        self._taking: set[LocalId] = set()
        records.changed.subscribe(self._record_changed)

    def resume(self, account_id: AccountId) -> None:
        """Watch over what the last run left with the server, and finish taking back what it had begun to."""
        held = [r for r in self._records.all() if r.account_id == account_id and r.state is State.DEFERRED]
        self._start([record.local_id for record in held])

    def _record_changed(self, record: Record) -> None:
        if record.state is State.DEFERRED:
            self._start([record.local_id])

    def _start(self, local_ids: Sequence[LocalId]) -> None:
        """Watch over these, unless they are watched already."""
        for local_id in local_ids:
            if local_id not in self._watched:
                self._watched.add(local_id)
                self._spawn(self._watch(local_id), f"watch {local_id}, which the server holds")

    # --- watching -----------------------------------------------------------------------------------------------

    async def _watch(self, local_id: LocalId) -> None:
        failures = 0
        wait = FIRST_LOOK
        try:
            while True:
                await self._sleep(wait)
                record = self._records.get(local_id)
                if record is None or record.state is not State.DEFERRED:
                    return
                if local_id in self._taking:
                    wait = FIRST_LOOK
                    continue
                if record.problem == _TAKING_BACK and not self._accounts.is_paused(record.account_id):
                    await self.take_back([local_id])
                    wait = growing_pause(failures := failures + 1)
                    continue
                try:
                    seen = await self._look(record)
                except (AccountError, ItemRefused):
                    if self._accounts.is_paused(record.account_id):
                        return  # taken up again when the account works
                    failures += 1
                    wait = growing_pause(failures)
                    continue
                next_look = await self._settle(record, seen)
                if next_look is None:
                    return
                wait = next_look
        finally:
            self._watched.discard(local_id)

    async def _settle(self, record: Record, seen: _Seen) -> float | None:
        """Write down what was seen. Returns seconds to the next look, None where there is none."""
        now, due = self._clock.now(), record.head.deferred
        if seen.sent is not None:
            await self._went(record, seen.sent)
            return None
        if seen.resting is not None and now < due + _GRACE:
            await self._learn(record, ref=seen.resting)
            if now >= due:
                return growing_pause(1)
            return min(due + AFTER - now, await self._until_learnt(record, seen))
        if seen.resting is not None and not self._is_proved(record, seen):
            unknown = problem(ProblemKind.CANNOT_BE_KNOWN, Evidence.DRAFT)
            await self._learn(record, state=State.UNKNOWN, problem=unknown, ref=seen.resting, verified=now)
        elif seen.resting is not None:
            held = problem(ProblemKind.NOT_LET_GO)
            await self._learn(record, state=State.NEEDS_ATTENTION, problem=held, ref=seen.resting, verified=now)
        elif now < due:
            unknown = problem(ProblemKind.CANNOT_BE_KNOWN, Evidence.NOTHING)
            await self._learn(record, state=State.UNKNOWN, problem=unknown, send_outcome=None)
        else:
            # It left where it rested: whether there is a copy is looked for as after any other send.
            await self._learn(record, state=State.SENT, state_at=max(due, record.state_at), verified=0.0)
            self._verification.start(record.account_id, [record.local_id])
        return None

    async def _until_learnt(self, record: Record, seen: _Seen) -> float:
        """See whether the server holds messages; return in how many seconds that can be told, where it cannot yet."""
        after = self._clock.now() - record.state_at
        if self._accounts.traits(record.account_id).deferral_held is True or not self._is_proved(record, seen):
            return math.inf
        if after < _LEARNT_AFTER:
            return _LEARNT_AFTER - after
        await self._accounts.learn_traits(record.account_id, deferral_held=True)
        return math.inf

    def _is_proved(self, record: Record, seen: _Seen) -> bool:
        """Return whether where a message rests proves that it was not sent."""
        folder = Folder.DRAFTS if seen.in_drafts else Folder.OUTBOX
        return proves_held(folder, self._accounts.traits(record.account_id))

    async def _went(self, record: Record, ref: ItemRef) -> None:
        now, due = self._clock.now(), record.head.deferred
        early = went_early(due, now)
        if early and now - record.state_at < _LEARNT_AFTER:
            await self._accounts.learn_traits(record.account_id, deferral_held=False)
        said = problem(ProblemKind.SENT_EARLY) if early else ""
        at = record.state_at if early else max(due, record.state_at)
        await self._learn(record, state=State.SENT, state_at=at, problem=said, ref=ref, verified=now)

    async def _look(self, record: Record) -> _Seen:
        """Ask where it is, twice where it is nowhere. Raises AccountError, ItemRefused."""
        mailbox = record.drafts_of
        resting: list[Folder | Place] = [Folder.OUTBOX, Folder.DRAFTS]
        if mailbox:
            resting += [Place(Folder.OUTBOX, mailbox), Place(Folder.DRAFTS, mailbox)]
        sent: list[Folder | Place] = [Folder.SENT if record.copy_to.place is None else record.copy_to.place]
        mark = Mark(record.local_id, record.message_id)
        found = _Seen()
        for look in range(2):
            if look:
                await self._clock.sleep(FIRST_LOOK)
            for sighting in await self._mailbox.locate(record.account_id, [mark], [*resting, *sent]):
                if sighting.folder is Folder.SENT:
                    found = found._replace(sent=sighting.ref)
                elif sighting.folder is Folder.OUTBOX or sighting.is_draft:
                    found = found._replace(resting=sighting.ref, in_drafts=sighting.folder is Folder.DRAFTS)
            if found.sent is not None or found.resting is not None:
                break
        return found

    async def _sleep(self, seconds: float) -> None:
        ends = self._clock.now() + seconds
        while (left := ends - self._clock.now()) > 0:
            await self._clock.sleep(min(left, LONGEST_SLEEP))

    # --- taking back --------------------------------------------------------------------------------------------

    async def take_back(self, local_ids: Iterable[LocalId]) -> list[LocalId]:
        """Make messages drafts again whose time has not come; return those that are. Raises StorageError."""
        back = []
        for local_id in local_ids:
            record = self._records.get(local_id)
            if record is None or record.state is not State.DEFERRED or local_id in self._taking:
                continue
            self._taking.add(local_id)
            try:
                told = await self._take_back(local_id)
            finally:
                self._taking.discard(local_id)
            self.told.emit(told)
            if told.back:
                back.append(local_id)
        return back

    async def _take_back(self, local_id: LocalId) -> TakenBack:
        record = await self._records.change(local_id, _is_deferred, problem=_TAKING_BACK)
        if record is None:
            return TakenBack(local_id)
        asked = False
        for _ in range(2):
            try:
                seen = await self._look(record)
            except (AccountError, ItemRefused):
                break
            if seen.sent is not None:
                await self._went(record, seen.sent)
                return TakenBack(local_id, sent=True)
            if seen.resting is None:
                break
            asked = True
            outcome = await self._move(record, seen)
            if outcome.accepted and not self._is_proved(record, seen):
                # If it was held it is not any more; but it may have gone before, and its draft was left behind.
                unknown = problem(ProblemKind.CANNOT_BE_KNOWN, Evidence.DRAFT)
                now = self._clock.now()
                await self._learn(record, state=State.UNKNOWN, problem=unknown, ref=outcome.ref, verified=now)
                return TakenBack(local_id)
            if outcome.accepted:
                await self._is_back(record, outcome.ref)
                return TakenBack(local_id, back=True)
            # Refused, or without an answer: another look says whether it went, and else it is tried once more.
        if not asked:
            await self._records.apply_known(local_id, when=_is_deferred, problem="")
        # What may have been moved is not said to be held: it is tried again until the server says how it is.
        return TakenBack(local_id)

    async def _move(self, record: Record, seen: _Seen) -> Outcome:
        """Move it to Drafts. From Drafts it goes out and in again: only leaving its place ends its being held."""
        ref = seen.resting or ItemRef("")
        home = Place(Folder.DRAFTS, record.drafts_of)
        if seen.in_drafts:
            out = (await self._mailbox.move(record.account_id, [ref], Place(Folder.DELETED, record.drafts_of)))[0]
            if not out.accepted or out.ref is None:
                return out if not out.accepted else msgspec.structs.replace(out, ref=None)
            ref = out.ref
        return (await self._mailbox.move(record.account_id, [ref], home))[0]

    async def _is_back(self, record: Record, ref: ItemRef | None) -> None:
        """Record that it is a draft. A server may drop its time with the move: then the next save writes it again."""
        message: StoredMessage = await self._records.read_message(record.local_id)
        known = message.on_server or message.content
        without = msgspec.structs.replace(known, options=msgspec.structs.replace(known.options, deferred=0.0))
        await self._learn(
            record,
            on_server=without,
            state=State.DRAFT,
            problem="",
            ref=None if ref is None else ItemRef(ref.item_id),
            held=(),
            in_flight=tuple(dict.fromkeys((*record.in_flight, *(one.key for one in record.held)))),
            saved_edits=-1,
            save_outcome=None,
            send_outcome=None,
        )

    async def _learn(self, record: Record, on_server: Content | None = None, **changes: Any) -> None:
        await self._records.apply_known(record.local_id, on_server, when=_is_deferred, **changes)


def _is_deferred(record: Record) -> bool:
    return record.state is State.DEFERRED
