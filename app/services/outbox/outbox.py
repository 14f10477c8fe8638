"""Held for undo, queued, sent; uploads of waiting messages run beside it.

Every step is on disk before what it announces. A message whose answer was lost is never sent again by itself: it is
looked for (`verification.py`). What never left waits, and is sent when its account works.

It begins as soon as a message is sent, while sending it can still be undone: what is uploaded is not sent by that.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

import msgspec

from app.core.background import Spawn
from app.core.events import Event
from app.core.i18n import tr
from app.domain.edits import AttachmentGone
from app.domain.errors import AccountError, MailError
from app.domain.message import AccountId, ItemRef, LocalId
from app.domain.problem import Finding
from app.domain.record import Record, StoredMessage, waits_for_answer
from app.domain.state import VERIFIABLE, WAITING, WRITABLE, State
from app.services.accounts.accounts import Accounts
from app.services.attachments.upload import unused_pictures
from app.services.checks import preflight
from app.services.drafts.drafts import Drafts
from app.services.drafts.saver import waits_for_person
from app.services.outbox.deferred_send import LONGEST_SLEEP, DeferredSend
from app.services.outbox.dispatch import Dispatch, Summary
from app.services.outbox.long_waits import LongWaits
from app.services.outbox.original_marks import OriginalMarks
from app.services.outbox.verification import Verification
from app.services.ports import Clock, Mailbox
from app.services.records.records import Changes, Condition, Records
from app.services.records.rows import ListRow
from app.services.text.status_text import explain_record

if TYPE_CHECKING:
    import asyncio


class UploadQueue:
    """Uploads for messages that are held or queued, once each; what fails is the outbox's to try again."""

    def __init__(self, drafts: Drafts, accounts: Accounts, spawn: Spawn, wake: Callable[[AccountId], None]) -> None:
        """`wake` lets the outbox of an account look again at what is due."""
        self._drafts = drafts
        self._accounts = accounts
        self._spawn = spawn
        self._wake = wake
        self._under_way: set[LocalId] = set()
        self._tried: set[LocalId] = set()

    def is_under_way(self, local_id: LocalId) -> bool:
        """Return whether a message's attachments are on their way now."""
        return local_id in self._under_way

    def begin(self, record: Record) -> bool:
        """Begin where there is something to bring; True while it is under way.

        After one try it is the outbox's turn, which waits and says why where it was in vain.
        """
        local_id = record.local_id
        if local_id in self._under_way:
            return True
        if local_id in self._tried or record.saved or not (record.head.attachments or record.has_held):
            self._tried.discard(local_id)
            return False
        if self._accounts.is_paused(record.account_id):
            return False
        self._under_way.add(local_id)
        self._spawn(self._bring(record), f"bring the attachments of {local_id}")
        return True

    async def _bring(self, record: Record) -> None:
        try:
            await self._drafts.save(record.local_id, for_sending=True)
        finally:
            self._under_way.discard(record.local_id)
            self._tried.add(record.local_id)
            self._wake(record.account_id)


HOLD_SECONDS: Final = 5.0
_CAN_COME_BACK: Final = WAITING | {State.READY}
_BATCH: Final = 100
_VERIFIED_TOGETHER: Final = 1000
"""So many messages are sent before it is looked where they went: the server sends first, and looks then."""
_AT_A_TURN: Final = 20
"""Messages that are looked at in one turn of the loop."""
_KEPT_AFTER_SENT: Final = 7 * 24 * 3600.0
Wanted = Callable[[], bool]


def _always() -> bool:
    return True


class SendAnswer(msgspec.Struct, frozen=True):
    """What became of the wish to send one message.

    `local_id` is None where it could not be fetched (`error` says why). `findings` are those that keep it back, `known`
    the sentence about it that did so before: what waits for the person's choice is not tried.
    """

    local_id: LocalId | None
    findings: tuple[Finding, ...] = ()
    error: MailError | None = None
    known: str = ""

    @property
    def goes(self) -> bool:
        """Return whether the message is on its way."""
        return self.error is None and not self.findings and not self.known

    @property
    def why(self) -> str:
        """Return the sentence about what keeps it back, other than an error."""
        return self.known or (self.findings[0].sentence if self.findings else "")


class Outbox:
    """The outbox. `changed` carries a record after each step, `summary` what became of a batch."""

    def __init__(
        self, records: Records, drafts: Drafts, mailbox: Mailbox, accounts: Accounts, clock: Clock, spawn: Spawn
    ) -> None:
        """Send `messages` by way of `mailbox` (the watched one)."""
        self.changed = records.changed
        self.hold_seconds = HOLD_SECONDS
        """Seconds for which a send of the window waits for Undo."""
        self.summary: Event[Summary] = Event()
        self._records = records
        self._drafts = drafts
        self._mailbox = mailbox
        self._accounts = accounts
        self._clock = clock
        self._spawn = spawn
        self.verification = Verification(records, mailbox, accounts, drafts.asking, clock, spawn)
        self.long_waits = LongWaits(records, clock)
        self.deferrals = DeferredSend(records, mailbox, accounts, clock, spawn, self.verification)
        self.original_marks = OriginalMarks(records, mailbox, accounts, clock, spawn)
        self._dispatch = Dispatch(records, drafts, mailbox, accounts, clock)
        self._uploads = UploadQueue(drafts, accounts, spawn, self._wake)
        self._locks: dict[AccountId, asyncio.Lock] = {}
        self._wakes_at: dict[AccountId, float] = {}
        self._totals: dict[AccountId, Summary] = {}
        self._letting_go = 0
        accounts.well.subscribe(self.account_reachable)

    # --- what a person can do -----------------------------------------------------------------------------------

    async def send(
        self, what: Sequence[LocalId | ListRow], hold_seconds: float = HOLD_SECONDS, wanted: Wanted = _always
    ) -> list[SendAnswer]:
        """Send messages; they can be undone for `hold_seconds`. One answer each, in order. Raises StorageError.

        Rows that only the server has are fetched first, which may take long: where the person does not want it any
        more by then (`wanted`), nothing more is let go, and there are answers only for what had gone. Messages of
        several accounts go side by side: none waits for the server of another.
        """
        import asyncio

        mine: dict[AccountId | None, list[int]] = {}
        for place, one in enumerate(what):
            mine.setdefault(self._account_of(one), []).append(place)
        parts = list(mine.values())
        sending = (self._send([what[place] for place in part], hold_seconds, wanted) for part in parts)
        answers: dict[int, SendAnswer] = {}
        for part, gone in zip(parts, await asyncio.gather(*sending), strict=True):
            answers.update(zip(part, gone, strict=False))
        return [answers[place] for place in sorted(answers)]

    def _account_of(self, one: LocalId | ListRow) -> AccountId | None:
        if isinstance(one, ListRow):
            return one.account_id
        record = self._records.get(one)
        return None if record is None else record.account_id

    async def _send(self, what: Sequence[LocalId | ListRow], hold_seconds: float, wanted: Wanted) -> list[SendAnswer]:
        """Send messages of one account."""
        if hold_seconds > 0:
            # All are fetched first: the time for undo is one time for all.
            fetched = await self._fetched(what, wanted)
            until = self._clock.now() + hold_seconds
            answers = [answer for part in fetched for answer in await self._let_go(part, until)]
            self._wake_all()
            return answers
        return await self._let_go_by_and_by(what, wanted)

    async def _fetched(self, what: Sequence[LocalId | ListRow], wanted: Wanted) -> list[list[LocalId | MailError]]:
        """Return our names of all, a hundred at a time; none where that is wanted no more."""
        fetched = [await self._names_of(part) for part in _parts(what) if wanted()]
        return fetched if wanted() else []

    async def _let_go_by_and_by(self, what: Sequence[LocalId | ListRow], wanted: Wanted) -> list[SendAnswer]:
        """Let messages go a hundred at a time: while the server reads the next, the hundred before is on its way."""
        import asyncio

        answers: list[SendAnswer] = []
        names: list[LocalId | MailError] = []
        self._letting_go += 1
        try:
            for part in (*_parts(what), []):
                if not wanted():
                    break
                names, gone = await asyncio.gather(self._names_of(part), self._let_go(names, 0.0))
                answers += gone
                self._wake_all()
        finally:
            self._letting_go -= 1
            for account_id in list(self._totals):
                goes_on = self._wakes_at.get(account_id, math.inf) <= self._clock.now()
                if not goes_on and not self._locks[account_id].locked():
                    self._sum_up(account_id)
        return answers

    async def send_all_ready(
        self, account_id: AccountId | None = None, hold_seconds: float = HOLD_SECONDS
    ) -> list[SendAnswer]:
        """Send every message that is ready."""
        ready = [
            record.local_id
            for record in self._records.all()
            if record.state is State.READY and account_id in {None, record.account_id} and not record.discarded
        ]
        return await self.send(ready, hold_seconds)

    async def set_ready(self, what: Sequence[LocalId | ListRow], wanted: Wanted = _always) -> list[SendAnswer]:
        """Put messages aside as ready, to be sent together later; findings as with `send`. Raises StorageError."""
        ready: Changes = {"state": State.READY, "problem": "", "send_outcome": None, "prepared": ""}
        fetched = await self._fetched(what, wanted)
        return [answer for part in fetched for answer in (await self._look_at(part, ready))[0]]

    async def undo(self, local_ids: Iterable[LocalId]) -> list[LocalId]:
        """Take messages back that have not left yet; return those that could be. Raises StorageError."""
        back = await self._change_all(
            local_ids,
            lambda r: r.state in _CAN_COME_BACK,
            state=State.DRAFT,
            hold_until=0.0,
            not_before=0.0,
            problem="",
        )
        for record in back:
            # The pause in which it was to be saved may have passed while it was held.
            self._drafts.save_soon(record.local_id)
        return [record.local_id for record in back]

    async def send_now(self, local_ids: Iterable[LocalId]) -> None:
        """End the time for undo, the wait for the next try, or that for an answer. Raises StorageError."""
        names = list(local_ids)
        await self._change_all(names, lambda r: r.state is State.HELD, state=State.QUEUED, hold_until=0.0)
        await self._change_all(names, lambda r: r.state is State.QUEUED, not_before=0.0, problem="")
        self._wake_all()

    async def unschedule(self, local_ids: Iterable[LocalId]) -> list[LocalId]:
        """Take messages back that were to be sent at a time; return those that are drafts again. Raises StorageError.

        One that is on its way to the server just now is taken back once the answer is there.
        """
        names = list(local_ids)
        back = await self.undo(names)
        for name in names:
            await self._records.until(name, lambda record: record.state is not State.SENDING)
        back += await self.undo(names)
        return back + await self.deferrals.take_back(names)

    async def retry(self, local_ids: Iterable[LocalId]) -> list[SendAnswer]:
        """Send again what was refused, at once. Raises StorageError."""
        return await self.send(list(local_ids), 0.0)

    def check(self, local_ids: Iterable[LocalId]) -> None:
        """Look once more what became of messages whose outcome is unknown."""
        self._by_account(local_ids, VERIFIABLE, self.verification.start)

    async def settle(self, local_id: LocalId, *, was_sent: bool) -> Record | None:
        """Take the person's word for what cannot be known. Raises StorageError."""
        state = State.SENT if was_sent else State.DRAFT
        now = self._clock.now()
        return await self._records.change(
            local_id, lambda r: r.state is State.UNKNOWN, state=state, problem="", verified=now, send_outcome=None
        )

    async def remove_draft(self, local_id: LocalId) -> Record | None:
        """Remove the draft that a server left behind after sending it. Raises StorageError."""
        return await self.verification.remove_draft(local_id)

    # --- its own course -----------------------------------------------------------------------------------------

    async def resume(self) -> None:
        """After the start: go on from where the disk says. Raises StorageError."""
        now = self._clock.now()
        for record in self._records.all():
            if record.state is State.SENDING:
                await self._records.change(record.local_id, lambda r: r.state is State.SENDING, state=State.UNKNOWN)
            old = record.verified and now - record.verified > _KEPT_AFTER_SENT
            if record.state is State.SENT and old and not record.problem:
                await self._records.forget(record.local_id)
        for account in self._accounts.all():
            # A server may have processed a lost request long after it was looked for: what is not known is looked up.
            self._verify_open_ends(account.account_id, unknown_too=True)
        self.original_marks.resume()
        self._wake_all()

    def account_reachable(self, account_id: AccountId) -> None:
        """Let what waits for this account go on at once."""
        waiting = [r for r in self._queued(account_id) if r.not_before > self._clock.now()]
        if waiting:
            self._spawn(self.send_now([record.local_id for record in waiting]), "send what waited")
        self._verify_open_ends(account_id)
        self._wake(account_id)

    def _verify_open_ends(self, account_id: AccountId, *, unknown_too: bool = False) -> None:
        """Look for what was not looked for yet, and with `unknown_too` for what nobody knows of after a look."""
        open_ends = [
            record.local_id
            for record in self._records.all()
            if record.account_id == account_id
            and record.state in VERIFIABLE
            and (not record.verified or (unknown_too and record.state is State.UNKNOWN))
        ]
        if open_ends:
            self.verification.start(account_id, open_ends)
        self.deferrals.resume(account_id)

    async def _names_of(self, what: Sequence[LocalId | ListRow]) -> list[LocalId | MailError]:
        """Return our names; rows that only the server has are fetched, in one request for each account."""
        names: dict[int, LocalId | MailError] = {}
        strange: dict[AccountId, list[tuple[int, ItemRef]]] = {}
        for place, one in enumerate(what):
            if not isinstance(one, ListRow):
                names[place] = one
            elif one.record is not None:
                names[place] = one.record.local_id
            elif one.ref is not None:
                strange.setdefault(one.account_id, []).append((place, one.ref))
        for account_id, wanted in strange.items():
            try:
                answers = await self._drafts.adopt(account_id, [ref for _, ref in wanted])
            except AccountError as error:
                answers = [error] * len(wanted)
            names.update(zip((place for place, _ in wanted), answers, strict=True))
        return [names[place] for place in sorted(names)]

    async def _let_go(self, names: Sequence[LocalId | MailError], hold_until: float) -> list[SendAnswer]:
        """Look at messages and hold or queue them, on disk."""
        goes: Changes = {
            "state": State.HELD if hold_until else State.QUEUED,
            "state_at": self._clock.now(),
            "hold_until": hold_until,
            "not_before": 0.0,
            "attempts": 0,
            "problem": "",
            "send_outcome": None,
            "verified": 0.0,
            "open": False,
            "prepared": "",  # it is the person's own by now
            "refused": (),  # sending it again tries them again
        }
        answers, changed = await self._look_at(names, goes)
        for record in changed:
            if record.state in WAITING:
                self._uploads.begin(record)
        held = [one for one in changed if one.state is State.HELD and not (one.head.attachments or one.has_held)]
        for account_id in {record.account_id for record in held}:
            if not self._accounts.is_paused(account_id):
                mine = [record.local_id for record in held if record.account_id == account_id]
                self._spawn(self._dispatch.read_back.look_ahead(account_id, mine), "read back what is to be sent")
        return answers

    async def _look_at(
        self, names: Sequence[LocalId | MailError], good: Changes
    ) -> tuple[list[SendAnswer], list[Record]]:
        """Make the preflight, and change what is `good`; what keeps a message back is written down: its row says it."""
        import asyncio

        if not names:
            return [], []
        messages = {
            message.record.local_id: message
            for message in await self._records.read_all([one for one in names if not isinstance(one, MailError)])
        }
        answers: list[SendAnswer] = []
        wanted: dict[LocalId, Changes] = {}
        for number, name in enumerate(names):
            if number and not number % _AT_A_TURN:
                await asyncio.sleep(0)
            if isinstance(name, MailError):
                answers.append(SendAnswer(None, error=name))
            elif name not in messages:
                answers.append(SendAnswer(None, error=MailError(tr("This message is no longer on this computer."))))
            else:
                answer, changes = self._looked(messages[name], good)
                if answer.goes and good["state"] is not State.READY:
                    answer, changes = await self._look_at_files(messages[name], answer, changes)
                answers.append(answer)
                if changes:
                    wanted[name] = changes
        return answers, await self._records.change_each(wanted, _can_go)

    async def _look_at_files(
        self, message: StoredMessage, answer: SendAnswer, changes: Changes
    ) -> tuple[SendAnswer, Changes]:
        """Keep a message back whose files were changed since, unless the person has sent the older ones on."""
        older = await self._drafts.outdated(message.content.attachments)
        if not older:
            return answer, changes
        found = tuple(preflight.outdated_attachments(older))
        return SendAnswer(answer.local_id, found), {"state": State.NEEDS_ATTENTION, "problem": found[0].problem}

    def _looked(self, message: StoredMessage, good: Changes) -> tuple[SendAnswer, Changes]:
        """Return what was found in a message, and how its record is to be changed."""
        name = message.record.local_id
        if waits_for_person(message.record) and message.record.state in WRITABLE:
            # The server would refuse it: the row and the pane say so already, and what helps.
            found = explain_record(message.record)
            return SendAnswer(name, known="" if found is None else found.sentence), {}
        answer = SendAnswer(
            name, tuple(preflight.keeping_back(message, self._accounts.kind(message.record.account_id)))
        )
        if answer.findings:
            return answer, {"state": State.NEEDS_ATTENTION, "problem": answer.findings[0].problem}
        if good["state"] is not State.READY:
            for key in unused_pictures(message.content):
                self._records.append_edit(name, AttachmentGone(key))
        due = message.content.options.deferred
        if good["state"] in WAITING and due > self._clock.now() and self._is_to_be_held_here(message.record.account_id):
            return answer, {**good, "state": State.HELD, "hold_until": due}
        if good["state"] is State.HELD and due > self._clock.now():
            # The server holds it until its time, and gives it back: the sooner it is there, the surer it goes then.
            return answer, {**good, "state": State.QUEUED, "hold_until": 0.0}
        return answer, good

    # --- waking -------------------------------------------------------------------------------------------------

    def _queued(self, account_id: AccountId) -> list[Record]:
        """Return those that wait to be sent, and not for their attachments."""
        waiting = (r for r in self._records.all() if r.account_id == account_id and r.state is State.QUEUED)
        free = (record for record in waiting if not waits_for_answer(record))
        return [record for record in free if not self._uploads.is_under_way(record.local_id)]

    def _wake_all(self) -> None:
        for account in self._accounts.all():
            self._wake(account.account_id)

    def _wake(self, account_id: AccountId) -> None:
        """Arm one timer for the account's next due message, if there is one."""
        due = self._next_due(account_id)
        if due is None:
            return
        sleeper = self._wakes_at.get(account_id)
        if sleeper is None or due < sleeper:
            self._wakes_at[account_id] = due
            self._spawn(self._sleep_and_pump(account_id, due), f"outbox of {account_id}")

    def _next_due(self, account_id: AccountId) -> float | None:
        mine = [r for r in self._records.all() if r.account_id == account_id]
        paused = self._accounts.is_paused(account_id)
        held = [r.hold_until for r in mine if r.state is State.HELD]
        queued = [] if paused else [r.not_before for r in self._queued(account_id)]
        return min([*held, *queued], default=None)

    async def _sleep_and_pump(self, account_id: AccountId, due: float) -> None:
        import asyncio

        try:
            while (pause := due - self._clock.now()) > 0:
                await self._clock.sleep(min(pause, LONGEST_SLEEP))
        finally:
            if self._wakes_at.get(account_id) == due:
                del self._wakes_at[account_id]
        async with self._locks.setdefault(account_id, asyncio.Lock()):
            await self._pump(account_id)
        self._wake(account_id)

    async def _pump(self, account_id: AccountId) -> None:
        """Send everything of the account that is due now, in requests of up to 100."""
        import asyncio

        to_verify: list[LocalId] = []
        batch = await self._dispatch.prepare(account_id, (await self._due(account_id))[:_BATCH])
        try:
            while batch.asked and not self._accounts.is_paused(account_id):
                # While the server sends a hundred, the next is made ready: neither waits for the other's disk.
                following = [name for name in await self._due(account_id) if name not in batch.asked]
                sent, prepared = await asyncio.gather(
                    self._dispatch.send(batch),
                    self._dispatch.prepare(account_id, following[:_BATCH]),
                    return_exceptions=True,
                )
                if isinstance(sent, BaseException):
                    raise sent
                self._totals[account_id] = self._totals.get(account_id, Summary(account_id)).plus(sent)
                self.verification.start(account_id, sent.untold)
                to_verify += sent.accepted
                if len(to_verify) >= _VERIFIED_TOGETHER:
                    self.verification.start(account_id, to_verify)
                    to_verify = []
                if isinstance(prepared, BaseException):
                    raise prepared
                batch = prepared
                if not batch.asked:
                    batch = await self._dispatch.prepare(account_id, (await self._due(account_id))[:_BATCH])
        finally:
            self.verification.start(account_id, to_verify)
        if not self._letting_go:
            self._sum_up(account_id)

    def _sum_up(self, account_id: AccountId) -> None:
        """Say what became of a batch, once all of it was let go."""
        total = self._totals.pop(account_id, None)
        if total is not None and total.count:
            self.summary.emit(total)

    async def _due(self, account_id: AccountId) -> list[LocalId]:
        """Return the messages that are to be sent now, those that wait longest first."""
        now = self._clock.now()
        await self._queue_what_was_held(account_id, now)
        if self._accounts.is_paused(account_id):
            return []
        queued = [r for r in self._queued(account_id) if r.not_before <= now and not self._uploads.begin(r)]
        return [record.local_id for record in sorted(queued, key=lambda r: r.state_at)]

    async def _queue_what_was_held(self, account_id: AccountId, now: float) -> None:
        def is_over(record: Record) -> bool:
            return record.state is State.HELD and record.hold_until <= now

        ended = [r.local_id for r in self._records.all() if r.account_id == account_id and is_over(r)]
        await self._change_all(ended, is_over, state=State.QUEUED, hold_until=0.0, not_before=0.0)
        if self._is_to_be_held_here(account_id):
            wanted: dict[LocalId, Changes] = {
                record.local_id: {"state": State.HELD, "hold_until": record.head.deferred}
                for record in self._queued(account_id)
                if record.head.deferred > now
            }
            await self._records.change_each(wanted, lambda record: record.state is State.QUEUED)

    def _is_to_be_held_here(self, account_id: AccountId) -> bool:
        """Return whether what goes later waits here for its time: its server sends it at once, as far as is known."""
        traits = self._accounts.traits(account_id)
        if traits.deferral_held is None:
            return traits.send_takes_draft_away is False  # whether it went or is held could not be told afterwards
        return not traits.deferral_held

    async def _change_all(self, local_ids: Iterable[LocalId], when: Condition, **changes: Any) -> list[Record]:
        """Change many, a hundred in a write to the disk: a thousand at once would keep a key waiting."""
        names = list(local_ids)
        parts = [names[start : start + _BATCH] for start in range(0, len(names), _BATCH)]
        return [record for part in parts for record in await self._records.change_all(part, when, **changes)]

    def _by_account(
        self, local_ids: Iterable[LocalId], states: frozenset[State], act: Callable[[AccountId, list[LocalId]], None]
    ) -> None:
        sorted_out: dict[AccountId, list[LocalId]] = {}
        for local_id in local_ids:
            record = self._records.get(local_id)
            if record is not None and record.state in states:
                sorted_out.setdefault(record.account_id, []).append(local_id)
        for account_id, mine in sorted_out.items():
            act(account_id, mine)


def _parts(what: Sequence[LocalId | ListRow]) -> Iterator[Sequence[LocalId | ListRow]]:
    for start in range(0, len(what), _BATCH):
        yield what[start : start + _BATCH]


def _can_go(record: Record) -> bool:
    return record.state in WRITABLE and not record.discarded
