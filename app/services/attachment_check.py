"""The last look before letters with attachments are sent: what the server holds is what was meant, or it does not go.

One request for the whole batch, and none where no letter has or had attachments. What differs is taken for what it is:
it is shown in the letter, and the person decides; sending it all the same is one key away, and doing so unseen is not.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from app.domain.attachment import differences, meant_of
from app.domain.errors import AccountError
from app.domain.message import AccountId, Fetched, ItemRef, LocalId
from app.domain.outcome import FetchOutcome, Outcome, Verdict
from app.domain.problem import ProblemKind, problem
from app.domain.record import Letter, Record
from app.domain.same_message import same_letter
from app.domain.state import State
from app.services.attaching import Attaching
from app.services.letters import Letters
from app.services.ports import Clock, Mailbox
from app.services.saver import elsewhere


class Looked(msgspec.Struct, frozen=True):
    """What became of the look: who may go, and who has to wait for the server, with what it said."""

    good: tuple[LocalId, ...]
    waiting: tuple[tuple[LocalId, Outcome], ...] = ()


class AttachmentCheck:
    """Looks at letters that are about to be sent."""

    def __init__(self, letters: Letters, mailbox: Mailbox, attaching: Attaching, clock: Clock) -> None:
        """Look by way of `mailbox`."""
        self._letters = letters
        self._mailbox = mailbox
        self._attaching = attaching
        self._clock = clock

    async def look(self, account_id: AccountId, names: Sequence[LocalId]) -> Looked:
        """Look at those with attachments, at once; the others are good. Those that do not go say why, on disk."""
        records = [record for name in names if (record := self._letters.get(name)) is not None]
        wanted = [(one, one.ref) for one in records if one.has_held and one.ref is not None]
        if not wanted:
            return Looked(tuple(names))
        try:
            answers = await self._mailbox.get(account_id, [ref for _, ref in wanted])
            if await self._merged_twins(wanted, answers):
                wanted = [(self._letters.get(one.local_id) or one, ref) for one, ref in wanted]
                answers = await self._mailbox.get(account_id, [ref for _, ref in wanted])
        except AccountError as error:
            outcome = Outcome(Verdict.NOT_ATTEMPTED, trouble=error.trouble, at=self._clock.now())
            waiting = tuple((record.local_id, outcome) for record, _ in wanted)
            return Looked(tuple(name for name in names if name not in dict(waiting)), waiting)
        held_back = set()
        for (record, _), answer in zip(wanted, answers, strict=True):
            if not await self._is_good(record, answer):
                held_back.add(record.local_id)
        return Looked(tuple(name for name in names if name not in held_back))

    async def _merged_twins(self, wanted: Sequence[tuple[Record, ItemRef]], answers: Sequence[FetchOutcome]) -> bool:
        """Take away what came twice of ours; tell whether there was any. Raises AccountError."""
        merged = False
        for (record, _), answer in zip(wanted, answers, strict=True):
            if answer.item is not None and record.resent:
                letter = await self._letters.read(record.local_id)
                merged = await self._attaching.merge_twins(letter, answer.item) or merged
        return merged

    async def _is_good(self, record: Record, answer: FetchOutcome) -> bool:
        item = answer.item
        if item is None:
            await self._hold_back(record, send_outcome=answer.outcome)
            return False
        letter = await self._letters.read(record.local_id)
        if not _has_our_text(letter, item):
            await self._hold_back(record, save_outcome=elsewhere(self._clock.now()))
            return False
        if item.has_attachments and not item.attachments:
            return True  # a server that does not name what it holds: there is nothing to compare
        meant = meant_of(letter.content.attachments, letter.record.held, item.attachments)
        found = differences(meant, item.attachments)
        if found:
            await self._hold_back(record, problem=problem(ProblemKind.ATTACHMENTS_DIFFER, " ".join(found)))
            await self._attaching.take_truth(letter, item)
            return False
        if item.ref != record.ref:
            await self._letters.learn(record.local_id, ref=item.ref)
        return True

    async def _hold_back(self, record: Record, **changes: Any) -> None:
        await self._letters.change(
            record.local_id, lambda r: r.state is State.QUEUED, state=State.NEEDS_ATTENTION, **changes
        )


def _has_our_text(letter: Letter, item: Fetched) -> bool:
    """Tell whether the server has the text that was saved there last, whoever wrote to the item since."""
    ref = letter.record.ref
    if ref is not None and ref.change_key and item.ref.change_key == ref.change_key:
        return True
    return letter.on_server is not None and same_letter(letter.on_server, item.content)
