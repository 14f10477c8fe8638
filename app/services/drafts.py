"""Letters being written: begun, typed into the journal, brought to the server in pauses, thrown away and taken back.

Discarding keeps the item on the server until the time for undo is over, and only then moves it to Deleted Items:
taking it back costs no request, keeps its id, attachments and place, and works offline. What was discarded stays on
this machine for a day, so that it can be taken back even later, as a new item then.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import msgspec

from app.domain.edits import Edit
from app.domain.errors import AccountError, BadInput, ItemRefused, MailError
from app.domain.i18n import tr
from app.domain.message import AccountId, Content, Fetched, ItemRef, LocalId, message_id_for, new_local_id
from app.domain.outcome import Verdict
from app.domain.problem import BEFORE_SENDING, read_problem
from app.domain.record import Letter, Record
from app.domain.state import IN_OUTBOX, State
from app.services import preflight
from app.services.accounts import PAUSING, Accounts
from app.services.events import Event
from app.services.letters import Letters
from app.services.ports import Clock, Mailbox
from app.services.rows import ListRow
from app.services.saver import LINK_LOST, Saver, elsewhere, is_passing, waits_for_person
from app.services.work import Spawn, growing_pause

if TYPE_CHECKING:
    from app.domain.errors import Trouble

QUIET: Final = 1.5
LONGEST_WITHOUT_SAVE: Final = 15.0
UNDO_SECONDS: Final = 10.0
_KEPT_AFTER_DISCARD: Final = 24 * 3600.0
_FIXED: Final = IN_OUTBOX | {State.SENT, State.SENT_NOT_FILED}


class Replaced(msgspec.Struct, frozen=True):
    """A letter goes on under another name: its text was saved as a new draft."""

    old: LocalId
    new: LocalId


class Drafts:
    """The drafts. `changed` tells a record after each change; `replaced` that an open letter has another name now."""

    def __init__(self, letters: Letters, mailbox: Mailbox, accounts: Accounts, clock: Clock, spawn: Spawn) -> None:
        """Work on `letters`, by way of `mailbox` (the watched one)."""
        self.changed = letters.changed
        self.replaced: Event[Replaced] = Event()
        self._letters = letters
        self._mailbox = mailbox
        self._accounts = accounts
        self._clock = clock
        self._spawn = spawn
        self._saver = Saver(letters, mailbox, clock)
        self._last_edit: dict[LocalId, float] = {}
        self._first_unsaved: dict[LocalId, float] = {}
        self._held_back: dict[LocalId, list[Edit]] = {}
        self._now_named: dict[LocalId, LocalId] = {}
        self._failures: dict[LocalId, int] = {}
        self._retrying: set[LocalId] = set()
        accounts.well.subscribe(self.account_reachable)

    # --- writing ------------------------------------------------------------------------------------------------

    async def begin(self, account_id: AccountId, content: Content | None = None) -> LocalId:
        """Begin a letter. Nothing is put on the server while it is empty."""
        local_id, now = new_local_id(), self._clock.now()
        self._saver.begun_here(local_id)
        record = self._new_record(local_id, account_id, now)
        await self._letters.create(record, content or Content())
        if content is not None and not content.is_empty():
            self._touched(local_id)
        return local_id

    def edit(self, local_id: LocalId, edit: Edit) -> None:
        """Take one edit to the journal. Raises BadInput for a letter that is on its way, KeyError for none."""
        local_id = self._now_named.get(local_id, local_id)
        if local_id in self._held_back:
            self._held_back[local_id].append(edit)
            return
        record = self._letters.get(local_id)
        if record is None:
            raise KeyError(local_id)
        if record.state in _FIXED:
            raise BadInput(tr("This message is on its way. Undo sending it to change it."))
        self._letters.append(local_id, edit)
        self._touched(local_id)

    async def save(self, local_id: LocalId, *, for_sending: bool = False) -> Record | None:
        """Save now. The record returned says what came of it; no exception does. Raises StorageError."""
        local_id = self._now_named.get(local_id, local_id)
        record = await self._saver.save(local_id, for_sending=for_sending)
        if record is None:
            return None
        if record.edits == record.saved_edits:
            self._first_unsaved.pop(local_id, None)
        record = await self._check_problem(record)
        if not is_passing(record.save_outcome):
            self._failures.pop(local_id, None)
        elif not for_sending:
            self._try_later(record)
        return record

    async def refresh(self, local_id: LocalId) -> bool:
        """Fetch the ChangeKey anew where nobody else changed the text. Raises StorageError."""
        return await self._saver.refresh(local_id)

    async def read(self, local_id: LocalId) -> Letter:
        """Return a letter of this machine, whatever its state. Raises KeyError and StorageError."""
        return await self._letters.read(self._now_named.get(local_id, local_id))

    async def open(self, what: LocalId | Record | ListRow) -> Letter:
        """Open a letter to be written on. Raises AccountError and ItemRefused where it has to be fetched and cannot be.

        The text of this machine is shown at once where it has edits that the server lacks, or is still what the list
        shows; else it is fetched. Where both changed, this machine's text stays, and the record says "elsewhere".
        """
        record = self._record_of(what)
        listed = what.ref if isinstance(what, ListRow) else None
        if record is None:
            if not isinstance(what, ListRow) or what.ref is None:
                raise KeyError(str(what))
            local_id = (await self.adopt(what.account_id, [what.ref]))[0]
            if isinstance(local_id, MailError):
                raise local_id
        else:
            local_id = record.local_id
            if listed is not None and record.ref is not None and listed != record.ref:
                await self._catch_up(record)
        await self._letters.change(local_id, open=True, discarded=0.0)
        return await self._letters.read(local_id)

    async def close(self, local_id: LocalId) -> None:
        """Close a letter: it is saved, or vanishes if nothing was ever written in it. Raises StorageError."""
        local_id = self._now_named.get(local_id, local_id)
        if self._letters.get(local_id) is None:
            return
        letter = await self._letters.read(local_id)
        if _was_never_written(letter):
            await self._drop(local_id)
            return
        await self._letters.change(local_id, open=False)
        if not letter.record.saved:
            self._spawn(self.save(local_id), f"save {local_id}")

    # --- throwing away ------------------------------------------------------------------------------------------

    async def discard(self, local_id: LocalId, undo_seconds: float = UNDO_SECONDS) -> bool:
        """Throw a letter away; `take_back` undoes it. False where it is on its way or was sent. Raises StorageError."""
        local_id = self._now_named.get(local_id, local_id)
        now = self._clock.now()
        record = await self._letters.change(local_id, lambda r: r.state not in _FIXED, discarded=now, open=False)
        if record is None:
            return False
        self._spawn(self._finish_discard(local_id, now, undo_seconds), f"discard {local_id}")
        return True

    async def take_back(self, local_id: LocalId) -> Record | None:
        """Undo `discard`. None where the letter is gone from this machine. Raises StorageError."""
        local_id = self._now_named.get(local_id, local_id)
        record = await self._letters.change(local_id, discarded=0.0)
        if record is not None and not record.saved:
            self._touched(local_id)
        return record

    async def _finish_discard(self, local_id: LocalId, since: float, pause: float) -> None:
        await self._clock.sleep(pause)
        async with self._saver.lock(local_id):
            record = self._letters.get(local_id)
            if record is None or record.discarded != since or record.ref is None:
                return
            outcome = (await self._mailbox.delete(record.account_id, [record.ref]))[0]
        if outcome.accepted or outcome.code in LINK_LOST:
            await self._letters.learn(local_id, ref=None, save_outcome=None, saved_edits=-1)
        elif outcome.verdict is Verdict.REFUSED:
            await self._letters.learn(local_id, discarded=0.0, save_outcome=outcome)
        elif not self._accounts.is_paused(record.account_id):
            again = self._failures[local_id] = self._failures.get(local_id, 0) + 1
            self._spawn(self._finish_discard(local_id, since, growing_pause(again)), f"discard {local_id}")

    # --- letters that other clients made, or changed --------------------------------------------------------------

    async def adopt(self, account_id: AccountId, refs: Sequence[ItemRef]) -> list[LocalId | MailError]:
        """Take items of the server in, in one request; each answer is our name, or why not. Raises AccountError."""
        names: list[LocalId | MailError] = []
        for answer in await self._mailbox.get(account_id, refs):
            if answer.item is not None:
                names.append(await self._take_in(account_id, answer.item))
            elif answer.outcome.words is not None:
                names.append(ItemRefused(answer.outcome.words))
            else:
                names.append(MailError(tr("The server gave no answer for this message.")))
        return names

    async def _take_in(self, account_id: AccountId, item: Fetched) -> LocalId:
        known = self._letters.by_item(account_id, item.ref.item_id)
        if known is not None:
            await self._take_text(known, item)
            return known.local_id
        marked = LocalId(item.local_id)
        # A copy that another client made bears the mark of the original: the mark names only one of them here.
        free = bool(marked) and self._letters.get(marked) is None
        local_id = marked if free else new_local_id()
        record = msgspec.structs.replace(
            self._new_record(local_id, account_id, item.modified or self._clock.now()),
            message_id=item.message_id if free or not marked else "",
            ref=item.ref,
            saved_at=item.modified,
            open=False,
        )
        await self._letters.create(record, item.content, item.content)
        return local_id

    async def _catch_up(self, record: Record) -> None:
        """Look whether a letter was changed elsewhere. Where the server cannot be asked, our text is as good as any."""
        if record.ref is None or record.state in _FIXED or record.open:
            return
        try:
            answer = (await self._mailbox.get(record.account_id, [record.ref]))[0]
        except AccountError:
            return
        if answer.item is None:
            await self._letters.learn(record.local_id, save_outcome=answer.outcome)
        elif answer.item.ref != record.ref:
            await self._take_text(record, answer.item)

    async def _take_text(self, record: Record, item: Fetched) -> None:
        """Take the server's text where ours has nothing new; else say that both changed."""
        if item.ref == record.ref:
            return
        if not record.saved:
            if not await self._saver.refresh(record.local_id):
                await self._letters.learn(record.local_id, save_outcome=elsewhere(self._clock.now()))
            return
        latest = self._letters.get(record.local_id)
        if latest is None or latest.edits != record.edits:
            return
        fresh = msgspec.structs.replace(
            latest, ref=item.ref, saved_edits=latest.edits, saved_at=item.modified, save_outcome=None
        )
        await self._letters.create(fresh, item.content, item.content)

    async def keep_mine_as_new(self, local_id: LocalId) -> LocalId:
        """Save this machine's text as a new draft with a new mark; what is on the server stays. Raises StorageError."""
        local_id = self._now_named.get(local_id, local_id)
        self._held_back[local_id] = []
        new = new_local_id()
        try:
            letter = await self._letters.read(local_id)
            self._saver.begun_here(new)
            fresh = self._new_record(new, letter.record.account_id, self._clock.now())
            record = msgspec.structs.replace(fresh, open=letter.record.open, copy_to=letter.record.copy_to)
            await self._letters.create(record, letter.content)
        except BaseException:
            self._write_held_back(local_id, local_id)
            raise
        self._now_named[local_id] = new
        self._write_held_back(local_id, new)
        self.replaced.emit(Replaced(local_id, new))
        await self._drop(local_id)
        await self.save(new)
        return new

    def _write_held_back(self, old: LocalId, name: LocalId) -> None:
        for edit in self._held_back.pop(old, []):
            self._letters.append(name, edit)

    # --- saving by itself -----------------------------------------------------------------------------------------

    async def resume(self) -> None:
        """After the start: save what is not saved, finish discarding, drop what was empty. Raises StorageError."""
        now = self._clock.now()
        for record in self._letters.all():
            if record.discarded:
                if record.ref is not None:
                    work = self._finish_discard(record.local_id, record.discarded, 0.0)
                    self._spawn(work, f"discard {record.local_id}")
                elif now - record.discarded > _KEPT_AFTER_DISCARD:
                    await self._drop(record.local_id)
            elif record.state not in _FIXED and (not record.saved or is_passing(record.save_outcome)):
                await self.close(record.local_id)

    def account_reachable(self, account_id: AccountId) -> None:
        """Try again at once for all letters of an account that wait for it."""
        waiting = [r for r in self._letters.all() if r.account_id == account_id and is_passing(r.save_outcome)]
        deleting = [r for r in self._letters.all() if r.account_id == account_id and r.discarded and r.ref is not None]
        if waiting:
            self._spawn(self._save_each([record.local_id for record in waiting]), "save what waited")
        for record in deleting:
            self._spawn(self._finish_discard(record.local_id, record.discarded, UNDO_SECONDS), "discard what waited")

    async def _save_each(self, local_ids: Sequence[LocalId]) -> None:
        for local_id in local_ids:
            record = self._letters.get(local_id)
            if record is None or self._accounts.is_paused(record.account_id):
                continue
            if record.state not in _FIXED and not record.discarded and is_passing(record.save_outcome):
                await self.save(local_id)

    def _touched(self, local_id: LocalId) -> None:
        now = self._clock.now()
        waits_already = local_id in self._last_edit
        self._last_edit[local_id] = now
        self._first_unsaved.setdefault(local_id, now)
        if not waits_already:
            self._spawn(self._save_in_a_pause(local_id), f"save {local_id} in a pause")

    async def _save_in_a_pause(self, local_id: LocalId) -> None:
        """Wait for quiet, at most LONGEST_WITHOUT_SAVE; one sleeper per letter, however many keys."""
        try:
            while True:
                now = self._clock.now()
                first = self._first_unsaved.setdefault(local_id, now)
                due = min(self._last_edit[local_id] + QUIET, first + LONGEST_WITHOUT_SAVE)
                if now >= due:
                    break
                await self._clock.sleep(due - now)
        finally:
            self._last_edit.pop(local_id, None)
            self._first_unsaved.pop(local_id, None)
        record = self._letters.get(local_id)
        if record is not None and not waits_for_person(record):
            await self.save(local_id)

    def _try_later(self, record: Record) -> None:
        """Try again after a growing pause, unless the trouble is one that does not pass by itself."""
        outcome = record.save_outcome
        trouble: Trouble | None = None if outcome is None else outcome.trouble
        if record.local_id in self._retrying or (trouble is not None and trouble.kind in PAUSING):
            return
        failures = self._failures[record.local_id] = self._failures.get(record.local_id, 0) + 1
        pause = max(growing_pause(failures), 0.0 if trouble is None else trouble.retry_after)
        self._retrying.add(record.local_id)
        self._spawn(self._retry(record.local_id, pause), f"save {record.local_id} later")

    async def _retry(self, local_id: LocalId, pause: float) -> None:
        try:
            await self._clock.sleep(pause)
        finally:
            self._retrying.discard(local_id)
        record = self._letters.get(local_id)
        if record is not None and is_passing(record.save_outcome):
            await self.save(local_id)

    # --- small things ---------------------------------------------------------------------------------------------

    async def _check_problem(self, record: Record) -> Record:
        """Take a preflight's finding away once it is mended."""
        kind, _ = read_problem(record.problem)
        if kind not in BEFORE_SENDING or record.state not in {State.DRAFT, State.NEEDS_ATTENTION}:
            return record
        letter = await self._letters.read(record.local_id)
        if preflight.blocking(preflight.check(letter.content, letter.pending)):
            return record
        mended = await self._letters.change(
            record.local_id, lambda r: r.problem == record.problem, state=State.DRAFT, problem=""
        )
        return mended or record

    async def _drop(self, local_id: LocalId) -> None:
        await self._letters.forget(local_id)
        self._saver.forget(local_id)
        for kept in (self._last_edit, self._first_unsaved, self._failures):
            kept.pop(local_id, None)

    def _record_of(self, what: LocalId | Record | ListRow) -> Record | None:
        if isinstance(what, ListRow):
            if what.record is not None:
                return self._letters.get(what.record.local_id)
            return None if what.ref is None else self._letters.by_item(what.account_id, what.ref.item_id)
        local_id = what.local_id if isinstance(what, Record) else what
        return self._letters.get(self._now_named.get(local_id, local_id))

    def _new_record(self, local_id: LocalId, account_id: AccountId, now: float) -> Record:
        account = self._accounts.get(account_id)
        address = "" if account is None else account.address
        return Record(
            local_id=local_id,
            account_id=account_id,
            message_id=message_id_for(local_id, address),
            created=now,
            changed=now,
            state_at=now,
            open=True,
        )


def _was_never_written(letter: Letter) -> bool:
    """Tell whether nothing is lost with this letter: no text, no words in a field, and nothing made on the server."""
    record = letter.record
    nothing = letter.content.is_empty() and not any(letter.pending.values())
    return nothing and record.ref is None and not is_passing(record.save_outcome)
