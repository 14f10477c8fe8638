"""After a send: looks where the message went, in batches and in the background, and says only what was seen.

A server's "success" is its word, not a fact: a delegate's message may stay in Drafts, a copy may be missing. And a lost
answer says nothing at all. Both are looked up by our marks in Drafts, Outbox and Sent; nothing is ever sent again here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec

from app.core.background import Spawn, growing_pause
from app.domain.errors import AccountError, ItemRefused
from app.domain.late_creates import is_twin
from app.domain.listing import Folder, Mark, Place, Sighting
from app.domain.message import AccountId, ItemRef, LocalId
from app.domain.outcome import Verdict
from app.domain.problem import Evidence, ProblemKind, problem
from app.domain.proof import proves_sent, proves_unsent, went_early
from app.domain.protocols import PROTOCOLS, Protocol
from app.domain.record import CopyKind, Record
from app.domain.response_codes import ITEM_GONE
from app.domain.state import VERIFIABLE, WENT_OUT, State
from app.services.accounts.accounts import Accounts
from app.services.accounts.asking_server import AskingServer
from app.services.drafts.saver import as_it_is
from app.services.ports import Clock, Mailbox
from app.services.records.records import Changes, Records

FOLDERS: Final = (Folder.DRAFTS, Folder.OUTBOX, Folder.SENT)
FIRST_LOOK: Final = 2.0
_PAUSES: Final = (5.0, 20.0)
"""Seconds before the second and the third look; what is not yet settled after the third is said as it was seen."""
_BATCH: Final = 100


_Said = dict[LocalId, tuple[State, Changes]]
"""What is to be said of messages: in which state they were, and what changes."""


class _Seen(msgspec.Struct):
    """Where a message was seen in one look; `blind` where the folder of its copy may not be looked into."""

    draft: Sighting | None = None
    sent: Sighting | None = None
    in_outbox: bool = False
    elsewhere: Sighting | None = None
    blind: bool = False


class Verification:
    """Verifies messages that were sent, or may have been."""

    def __init__(
        self,
        records: Records,
        mailbox: Mailbox,
        accounts: Accounts,
        asking: AskingServer,
        clock: Clock,
        spawn: Spawn,
    ) -> None:
        """Look for `messages` by way of `mailbox` (the watched one)."""
        self._records = records
        self._mailbox = mailbox
        self._accounts = accounts
        self._clock = clock
        self._spawn = spawn
        self._looking: set[LocalId] = set()
        self._fenced: dict[LocalId, float] = {}
        self._asking = asking

    def start(self, account_id: AccountId, local_ids: Sequence[LocalId]) -> None:
        """Look for these messages in a moment, unless they are looked for already."""
        fresh = [local_id for local_id in local_ids if local_id not in self._looking]
        for first in range(0, len(fresh), _BATCH):
            batch = fresh[first : first + _BATCH]
            self._looking.update(batch)
            self._spawn(self._look_until_settled(account_id, batch), f"look for {len(batch)} sent")

    async def _look_until_settled(self, account_id: AccountId, local_ids: list[LocalId]) -> None:
        open_ends = list(local_ids)
        seen_as_draft: set[LocalId] = set()
        look = failures = 0
        try:
            await self._clock.sleep(FIRST_LOOK)
            while open_ends:
                try:
                    if seen_as_draft.intersection(open_ends):
                        await self._asking.ask(account_id)
                    seen = await self._look(account_id, open_ends)
                except (AccountError, ItemRefused):
                    failures += 1
                    if self._accounts.is_paused(account_id):
                        # Taken up again when the account works.
                        return
                    await self._clock.sleep(growing_pause(failures))
                    continue
                last = look >= len(_PAUSES)
                left = await self._settle_all(open_ends, seen, seen_as_draft, last=last)
                # What is settled may be sent once more, and be looked for anew, before the others are.
                self._looking.difference_update(set(open_ends).difference(left))
                open_ends = left
                if open_ends:
                    await self._clock.sleep(_PAUSES[look] if not last else growing_pause(look))
                    look += 1
        finally:
            self._looking.difference_update(open_ends)

    async def _look(self, account_id: AccountId, local_ids: Sequence[LocalId]) -> dict[LocalId, _Seen]:
        """Ask once for all of them, and once more for those without a mark. Raises AccountError."""
        records = [record for local_id in local_ids if (record := self._records.get(local_id)) is not None]
        marks = [Mark(record.local_id, record.message_id) for record in records]
        wanted = {record.local_id: record.copy_to.place for record in records}
        own = {record.local_id: record for record in records}
        sightings, blind = await self._locate(account_id, marks, _others(records))
        traits = self._accounts.traits(account_id)
        seen = {local_id: _Seen(blind=blind) for local_id, place in wanted.items() if place is not None}
        for sighting in sightings:
            local_id = LocalId(sighting.mark.local_id)
            record = own[local_id]
            if sighting.is_draft and _came_beside(record, sighting):
                continue
            # After the server's yes it is only asked where the copy is.
            tried = record.ref if record.state is State.UNKNOWN else None
            one = seen.setdefault(local_id, _Seen())
            if sighting.folder is Folder.OUTBOX:
                one.in_outbox = True
            elif sighting.is_draft:
                one.draft = sighting
            elif not proves_sent(sighting.folder, sighting.is_draft, sighting.ref, tried, traits):
                continue
            elif sighting.folder is Folder.SENT and sighting.place == wanted.get(local_id):
                one.sent = sighting
            else:
                one.elsewhere = sighting
        return seen

    async def _locate(
        self, account_id: AccountId, marks: Sequence[Mark], others: Sequence[Place]
    ) -> tuple[list[Sighting], bool]:
        """Look in one's own folders and in `others`; True where those may not be looked into. Raises AccountError."""
        if not marks:
            return [], False
        try:
            return await self._mailbox.locate(account_id, marks, [*FOLDERS, *others]), False
        except ItemRefused:
            if not others:
                raise
            return await self._mailbox.locate(account_id, marks, FOLDERS), True

    async def _settle_all(
        self, local_ids: Sequence[LocalId], seen: dict[LocalId, _Seen], as_draft: set[LocalId], *, last: bool
    ) -> list[LocalId]:
        """Say of each what was seen; return those that are looked for again. `as_draft` were seen as drafts before."""
        said: _Said = {}
        settled: set[LocalId] = set()
        records = [record for one in local_ids if (record := self._records.get(one)) is not None]
        known = [record.local_id for record in records if record.state is not State.UNKNOWN]
        for local_id in known:
            one = seen.get(local_id, _Seen())
            if self._settle(local_id, one, said, again=local_id in as_draft, last=last):
                settled.add(local_id)
        await self._tell(said)
        await self._learn(said)
        # What the others show of this server helps to find what became of these.
        for local_id in local_ids:
            if local_id not in known and await self._settle_unknown(local_id, seen.get(local_id, _Seen()), last=last):
                settled.add(local_id)
        as_draft |= {local_id for local_id in local_ids if seen.get(local_id, _Seen()).draft is not None}
        return [local_id for local_id in local_ids if local_id not in settled]

    async def _tell(self, said: _Said) -> None:
        """Write down what was seen of messages that the server had accepted, in one write to the disk."""
        await self._records.learn_each(
            {local_id: changes for local_id, (_, changes) in said.items()},
            lambda record: record.state is said[record.local_id][0],
        )

    async def _learn(self, said: _Said) -> None:
        """Take down what sends that the server had accepted show of it: does it take drafts away?"""
        for local_id, (before, changes) in said.items():
            record = self._records.get(local_id)
            if record is None or before not in WENT_OUT | {State.TAKEN} or record.head.sender:
                continue  # a delegate's draft may stay at any server
            trait = "update_takes_draft_away" if record.by_update else "send_takes_draft_away"
            if changes["problem"] == problem(ProblemKind.LEFT_IN_DRAFTS):
                await self._accounts.learn_traits(record.account_id, **{trait: False})
                # How else it may be sent is asked, before the next one is.
                self._spawn(self._asking.ask(record.account_id), "ask what the server does")
            elif changes["ref"] is not None and not changes["problem"]:
                await self._accounts.learn_traits(record.account_id, **{trait: True})

    def _settle(self, local_id: LocalId, seen: _Seen, said: _Said, *, again: bool, last: bool) -> bool:
        """See what became of a message that the server accepted; what is certain goes into `said`.

        True where there is nothing more to look for.
        """
        record = self._records.get(local_id)
        if record is None or record.state not in VERIFIABLE:
            return True
        if record.state is State.TAKEN and not self._is_seen_to_go(record, seen):
            return self._settle_taken(record, said)
        if seen.in_outbox and seen.sent is None:
            return False
        return self._settle_sent(record, seen, said, again=again, last=last)

    def _protocol(self, record: Record) -> Protocol:
        return PROTOCOLS[self._accounts.kind(record.account_id)]

    def _is_seen_to_go(self, record: Record, seen: _Seen) -> bool:
        """Return whether a message that was taken is seen to have gone: by a copy, where one is kept."""
        if record.copy_to.kind is CopyKind.NONE:
            return seen.draft is None and not seen.in_outbox
        return seen.sent is not None or seen.elsewhere is not None

    def _settle_taken(self, record: Record, said: _Said) -> bool:
        """Wait for a message that the server took: that it is still in Drafts, or nowhere yet, proves nothing.

        After long nobody knows: what is said then is the look's for messages without an answer, which goes on.
        """
        if self._clock.now() - record.state_at >= self._protocol(record).taken_for:
            unknown = problem(ProblemKind.CANNOT_BE_KNOWN)
            said[record.local_id] = record.state, {"state": State.UNKNOWN, "problem": unknown, "ref": record.ref}
        return False

    async def _settle_deferred(self, record: Record) -> bool:
        """Note that the server holds the message until its time, whatever answer was lost; False where that is past."""
        if record.state is not State.UNKNOWN or record.head.deferred <= self._clock.now():
            return False
        held = await self._records.apply_known(
            record.local_id, when=lambda r: r.state is State.UNKNOWN, state=State.DEFERRED
        )
        return held is not None

    def _settle_sent(self, record: Record, seen: _Seen, said: _Said, *, again: bool, last: bool) -> bool:
        """Settle an accepted message: is there a copy where it was to be, and did the draft leave Drafts?"""
        filed = seen.sent is not None or record.copy_to.kind is CopyKind.NONE
        if seen.draft is not None:
            if not again:
                return False
            state = State.SENT if filed else State.SENT_NOT_FILED
            said[record.local_id] = self._say(record, state, ProblemKind.LEFT_IN_DRAFTS, seen.draft)
        elif filed:
            said[record.local_id] = self._say(record, State.SENT, None, seen.sent)
        elif seen.elsewhere is not None:
            said[record.local_id] = self._say(record, State.SENT_NOT_FILED, ProblemKind.COPY_ELSEWHERE, seen.elsewhere)
        elif not last:
            return False
        elif seen.blind or not record.message_id:
            # What may not be looked into cannot be said to hold no copy; and a draft of another client may bear
            # neither of our marks: its copy could not have been found.
            said[record.local_id] = self._say(record, State.SENT, None, None)
        else:
            said[record.local_id] = self._say(record, State.SENT_NOT_FILED, ProblemKind.NO_COPY, None)
        return True

    async def _settle_unknown(self, local_id: LocalId, seen: _Seen, *, last: bool) -> bool:
        """Settle what had no answer: only a copy proves that it was sent, only a draft that stays that it was not."""
        record = self._records.get(local_id)
        if record is None or record.state is not State.UNKNOWN:
            return True
        if seen.in_outbox and seen.sent is None:
            return await self._settle_deferred(record)
        sent = seen.sent or seen.elsewhere
        if sent is not None:
            finding = await self._finding_of_copy(record, seen)
            await self._tell({record.local_id: self._say(record, State.SENT, finding, seen.draft or sent)})
            return True
        if seen.draft is not None and self._may_yet_go(record):
            return False
        if seen.draft is not None and record.local_id not in self._fenced:
            # Looked at once more after that: what arrived before the fence has left its copy by then.
            fenced = await self._fence(record, seen.draft)
            if fenced is not None:
                self._fenced[record.local_id] = self._clock.now()
                await self._records.apply_known(record.local_id, when=lambda r: r.state is State.UNKNOWN, ref=fenced)
            elif last:
                # For now; it goes on being looked for, and is known once the server takes the fence.
                await self._leave_unknown(record, record.ref, Evidence.DRAFT, verified=0.0)
            return False
        if seen.draft is not None and self._draft_proves(record):
            self._fenced.pop(record.local_id, None)
            await self._records.apply_known(
                record.local_id,
                when=lambda r: r.state is State.UNKNOWN,
                state=State.NEEDS_ATTENTION,
                problem=problem(ProblemKind.NOT_SENT),
                ref=_named_again(record, seen.draft),
                verified=self._clock.now(),
            )
            return True
        if not last:
            return False
        ref = record.ref if seen.draft is None else _named_again(record, seen.draft)
        evidence = Evidence.NOTHING if seen.draft is None else Evidence.DRAFT
        await self._leave_unknown(record, ref, evidence, verified=self._clock.now())
        return True

    async def _finding_of_copy(self, record: Record, seen: _Seen) -> ProblemKind | None:
        """Return what is to be said of a message without an answer whose copy was seen; None for nothing."""
        early = went_early(record.head.deferred, self._clock.now())
        if early:
            await self._accounts.learn_traits(record.account_id, deferral_held=False)
        if seen.draft is not None:
            return ProblemKind.LEFT_IN_DRAFTS
        if seen.sent is None:
            return ProblemKind.COPY_ELSEWHERE
        return ProblemKind.SENT_EARLY if early else None

    def _may_yet_go(self, record: Record) -> bool:
        """Return whether the server may be sending a draft now: it is let be, before it is fenced and after it."""
        since = max(record.state_at, self._fenced.get(record.local_id, 0.0))
        return self._clock.now() - since < self._protocol(record).settles_in

    async def _leave_unknown(self, record: Record, ref: ItemRef | None, evidence: Evidence, *, verified: float) -> None:
        await self._records.apply_known(
            record.local_id,
            when=lambda r: r.state is State.UNKNOWN,
            problem=problem(ProblemKind.CANNOT_BE_KNOWN, evidence),
            ref=ref,
            verified=verified,
        )

    async def _fence(self, record: Record, draft: Sighting) -> ItemRef | None:
        """Let the backend give a draft another name or version: the lost request, should it come yet, is refused then.

        Otherwise a slow server could send later what the program has just shown as not sent. Returns what the draft is
        called then; None where that did not work, so that it is looked for once more.
        """
        known = _named_again(record, draft)
        if not self._protocol(record).sends_by_name and known.change_key != draft.ref.change_key:
            return known  # it is another version already than the one that was to be sent
        outcome = (await self._mailbox.fence(record.account_id, draft.ref, record.local_id))[0]
        if outcome.accepted:
            return outcome.ref or ItemRef(draft.ref.item_id)
        # Where the server refuses that, the message may still be sent: the lost request may be processed yet.
        return None

    def _draft_proves(self, record: Record) -> bool:
        """Return whether a draft that is still there was not sent: not so where the server, or rights, leave it behind.

        SendItem's specification names two cases in which a delegate's message is sent and its draft stays.
        """
        traits = self._accounts.traits(record.account_id)
        others = [r for r in self._records.all() if r.account_id == record.account_id and r is not record]
        left = problem(ProblemKind.LEFT_IN_DRAFTS)
        alike = [other for other in others if other.by_update is record.by_update]
        if record.head.sender or any(other.problem == left for other in alike):
            return False
        if record.copy_to.kind is CopyKind.NONE and self._protocol(record).largest_copyless:
            return False  # it went by another request than one that its draft could fence
        if traits.send_takes_draft_away is None and any(map(_was_taken_away, alike)) and not record.by_update:
            traits = msgspec.structs.replace(traits, send_takes_draft_away=True)
        return proves_unsent(traits, by_update=record.by_update)

    def _say(
        self, record: Record, state: State, finding: ProblemKind | None, at: Sighting | None
    ) -> tuple[State, Changes]:
        found: Changes = {
            "state": state,
            "problem": "" if finding is None else problem(finding),
            "ref": None if at is None else at.ref,
            "verified": self._clock.now(),
        }
        return record.state, found

    async def remove_draft(self, local_id: LocalId) -> Record | None:
        """Move a draft that was left behind after its message was sent to Deleted Items. Raises StorageError."""
        record = self._records.get(local_id)
        left = problem(ProblemKind.LEFT_IN_DRAFTS)
        if record is None or record.problem != left or record.ref is None:
            return record
        # On disk first, so that it is looked for once more where the answer to this is lost.
        await self._records.change(local_id, verified=0.0)
        outcome = as_it_is((await self._mailbox.delete(record.account_id, [record.ref]))[0])
        if outcome.verdict is Verdict.UNKNOWN:
            self.start(record.account_id, [local_id])
            return await self._records.apply_known(local_id, save_outcome=outcome)
        now = self._clock.now()
        if outcome.accepted or (outcome.verdict is Verdict.REFUSED and outcome.code in ITEM_GONE):
            filed = record.state is State.SENT
            rest = "" if filed else problem(ProblemKind.NO_COPY)
            return await self._records.apply_known(local_id, problem=rest, ref=None, verified=now)
        return await self._records.apply_known(local_id, save_outcome=outcome, verified=now)


def _others(records: Sequence[Record]) -> list[Place]:
    """Where else to look: in the principal's mailbox, and where the copies were to go."""
    places: dict[Place, None] = {}
    for record in records:
        if record.copy_to.place is not None:
            places[record.copy_to.place] = None
        for mailbox in {record.drafts_of, record.copy_to.drafts_of} - {""}:
            places[Place(Folder.DRAFTS, mailbox)] = None
            places[Place(Folder.OUTBOX, mailbox)] = None
    return list(places)


def _came_beside(record: Record, draft: Sighting) -> bool:
    """Return whether a draft came of a lost first save (`duplicate_drafts.py`): it proves nothing of the message's own.

    The server may hold a deferred message in Drafts too, under another name than the message's draft had.
    """
    own = "" if record.ref is None else record.ref.item_id
    return not record.head.deferred and draft.folder is Folder.DRAFTS and is_twin(record.strays, own, draft.ref.item_id)


def _named_again(record: Record, draft: Sighting) -> ItemRef:
    """Return the name of a draft that was seen again, with the ChangeKey of the version that we know and no newer one.

    What another client wrote into it meanwhile would else be sent unseen.
    """
    if record.ref is not None and record.ref.item_id == draft.ref.item_id:
        return record.ref
    return ItemRef(draft.ref.item_id)


def _was_taken_away(record: Record) -> bool:
    """Return whether a message was seen to have left Drafts after the server said yes to it."""
    yes = record.send_outcome is not None and record.send_outcome.accepted
    return yes and record.state is State.SENT and bool(record.verified) and not record.problem
