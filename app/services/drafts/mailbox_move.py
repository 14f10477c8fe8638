"""Brings a draft into the Drafts of the mailbox whose copy it is to become, and keeps it one item on the way.

A server makes the copy of a sent message by moving its draft, and cannot move it to another mailbox: so the draft of a
principal's message lies in the principal's Drafts. A move to another mailbox gives the item another name, which the
server does not give it, and its answer may be lost: the item is looked for by our mark in both places before anything
is tried again, and nothing is ever made anew here.
"""

from __future__ import annotations

from typing import Any, Final

from app.domain.errors import AccountError, ItemRefused, ServerWords
from app.domain.listing import Folder, Mark, Place
from app.domain.message import Content, DraftUpdate, ItemRef
from app.domain.outcome import Outcome, Verdict
from app.domain.problem import ProblemKind, problem
from app.domain.record import CopyKind, CopyTo, Record, StoredMessage
from app.domain.response_codes import ITEM_GONE, ITEM_NOT_FOUND, PLACE_REFUSED
from app.services.ports import Clock, Mailbox
from app.services.records.records import Records

_SECOND_LOOK: Final = 3.0


def lies_elsewhere(record: Record) -> bool:
    """Return whether the draft lies in another mailbox's Drafts than its copy wants it to."""
    return record.ref is not None and record.drafts_of != record.copy_to.drafts_of


def stays_where_it_is(record: Record, refused: str) -> dict[str, Any]:
    """Return the changes of a record whose draft could not be brought to `refused`: the copy follows the draft."""
    kept = CopyTo(CopyKind.PRINCIPAL_SENT, record.drafts_of) if record.drafts_of else CopyTo()
    return {"copy_to": kept, "problem": problem(ProblemKind.COPY_STAYS, refused or record.drafts_of)}


class MailboxMove:
    """The part of the saver that knows of other mailboxes' Drafts. Called under the message's lock alone."""

    def __init__(self, records: Records, mailbox: Mailbox, clock: Clock) -> None:
        """Move by way of `mailbox`."""
        self._records = records
        self._mailbox = mailbox
        self._clock = clock

    async def bring(self, message: StoredMessage, ref: ItemRef) -> bool:
        """Bring the draft to its place. Returns True where the message has to be looked at once more."""
        record = message.record
        outcome = record.save_outcome
        if outcome is not None and outcome.verdict is Verdict.UNKNOWN:
            found = await self._find(record)
            if found is None:
                return False
            place, where = found
            if place == record.copy_to.drafts_of:
                return await self._arrived(record, where)
            ref = where
        if not record.marked and not await self._mark(record, ref):
            return False
        return await self._move(record, ref)

    async def _move(self, record: Record, ref: ItemRef) -> bool:
        target = record.copy_to.drafts_of
        await self._learn(record, Outcome(Verdict.UNKNOWN, at=self._clock.now()))
        answer = (await self._mailbox.move(record.account_id, [ref], Place(Folder.DRAFTS, target)))[0]
        if answer.accepted and answer.ref is not None:
            return await self._arrived(record, answer.ref)
        if answer.verdict is Verdict.REFUSED and answer.code in PLACE_REFUSED:
            await self._learn(record, None, **stays_where_it_is(record, target))
            return True
        if not answer.accepted and answer.code not in ITEM_GONE:
            await self._learn(record, answer)
            return False
        found = await self._find(record)
        if found is None:
            return False
        place, where = found
        if place == target:
            return await self._arrived(record, where)
        await self._learn(record, answer if not answer.accepted else _not_there(self._clock.now()))
        return False

    async def _mark(self, record: Record, ref: ItemRef) -> bool:
        """Write our mark into an item that another client made: without it a move could not be followed."""
        update = DraftUpdate(ref, Content(), frozenset(), record.local_id)
        answer = (await self._mailbox.update(record.account_id, [update]))[0]
        if not answer.accepted or answer.ref is None:
            await self._learn(record, answer)
            return False
        await self._learn(record, record.save_outcome, ref=answer.ref, marked=True)
        return True

    async def _find(self, record: Record) -> tuple[str, ItemRef] | None:
        """Look in both mailboxes' Drafts; in whose it lies, and its name. None where that is not to be known now."""
        wanted = record.copy_to.drafts_of
        mark = Mark(record.local_id, record.message_id)
        for look in range(2):
            if look:
                # The lost request may still be on its way through the server.
                await self._clock.sleep(_SECOND_LOOK)
            for mailbox in (wanted, record.drafts_of):
                try:
                    places: list[Folder | Place] = [Place(Folder.DRAFTS, mailbox) if mailbox else Folder.DRAFTS]
                    seen = await self._mailbox.locate(record.account_id, [mark], places)
                except AccountError as error:
                    verdict = Verdict.UNKNOWN
                    await self._learn(record, Outcome(verdict, trouble=error.trouble, at=self._clock.now()))
                    return None
                except ItemRefused:
                    continue  # what may not be looked into can hold nothing that we put there
                drafts = [sighting.ref for sighting in seen if sighting.is_draft]
                if drafts:
                    return mailbox, drafts[0]
        await self._learn(record, _not_there(self._clock.now()))
        return None

    async def _arrived(self, record: Record, ref: ItemRef) -> bool:
        """Record that it has arrived. Its ChangeKey and its attachments' ids are new: it is read before a write."""
        keys = tuple(dict.fromkeys((*record.in_flight, *(one.key for one in record.held))))
        await self._learn(
            record,
            None,
            drafts_of=record.copy_to.drafts_of,
            ref=ItemRef(ref.item_id),
            marked=True,
            held=(),
            in_flight=keys,
            saved_edits=-1,
        )
        return True

    async def _learn(self, record: Record, outcome: Outcome | None, **changes: Any) -> None:
        await self._records.apply_known(record.local_id, save_outcome=outcome, **changes)


def _not_there(at: float) -> Outcome:
    """Return the outcome for an item that is in neither place: the person chooses, and nothing is made twice."""
    return Outcome(Verdict.REFUSED, words=ServerWords("", ITEM_NOT_FOUND), at=at)
