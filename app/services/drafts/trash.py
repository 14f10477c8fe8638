"""Throwing a message away, and taking it back.

The item stays on the server until the time for undo is over, and only then goes to Deleted Items: taking it back costs
no request, keeps its id, attachments and place, and works offline. What was discarded stays on this machine for a day,
so that it can be taken back even later, as a new item then.

What was discarded for good (`Record.for_good`) has no such time: nothing of its text stays on this machine, only the
record of an item that is still to leave its server, past Deleted Items. What another program wrote into that item since
was seen by nobody here: then it goes to Deleted Items, as what is discarded in the usual way.

A message whose place another account's took (`Record.moved_to`) goes the same way: hidden from then on, it leaves its
server once the other one is saved on its own, and only where no other client wrote to it. Else it is shown again.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final

import msgspec

from app.core.background import Spawn, growing_pause
from app.core.events import Event
from app.domain.errors import AccountError
from app.domain.listing import Folder, Place
from app.domain.message import AccountId, ItemRef, LocalId
from app.domain.outcome import Outcome, Verdict
from app.domain.record import Record
from app.domain.response_codes import ITEM_GONE
from app.domain.same_message import fingerprint
from app.domain.state import WENT_OUT, WRITABLE
from app.services.accounts.accounts import Accounts
from app.services.drafts.saver import Saver, as_it_is, being_discarded, is_passing, waits_for_person
from app.services.ports import Clock, Mailbox
from app.services.records.records import Records


class Removed(msgspec.Struct, frozen=True):
    """An item that left its folder. `kept` says that it is in Deleted Items: another program had changed it."""

    account_id: AccountId
    place: Place
    item_id: str
    kept: bool = False


UNDO_SECONDS: Final = 10.0
KEPT_FOR: Final = 24 * 3600.0


class Trash:
    """Discards messages and finishes it when the time for undo is over."""

    def __init__(
        self, records: Records, mailbox: Mailbox, accounts: Accounts, saver: Saver, clock: Clock, spawn: Spawn
    ) -> None:
        """Discard from `messages`, and from the server by way of `mailbox`."""
        self._records = records
        self._mailbox = mailbox
        self._accounts = accounts
        self._saver = saver
        self._clock = clock
        self._spawn = spawn
        self._going: set[LocalId] = set()
        self.drop: Callable[[LocalId], Awaitable[bool]] = self._forget
        """Forgets a message for good that is on no server, if it is with the person. Raises StorageError."""
        self.removed: Event[Removed] = Event()
        """Told of the item of each message that was discarded for good, once it has left its folder by our doing."""
        self.shown_again: Event[LocalId] = Event()
        """Told of a message that another one took the place of, and that is a draft like any other again."""
        records.changed.subscribe(self._changed)

    async def discard_for_good(self, local_id: LocalId) -> bool:
        """Throw away without a way back: what it says is forgotten here at once, and its item leaves the server next.

        False where the message is gone, is on its way, or was sent. Raises StorageError; then nothing was forgotten.
        """
        async with self._saver.lock(local_id):
            record = self._records.get(local_id)
            if record is None:
                return False
            if not is_on_server(record):
                return await self.drop(local_id)
            message = await self._records.read_message(local_id)
            left = fingerprint(message.on_server or message.attempt or message.content)
            record = await self._records.blank(
                local_id, lambda r: r.state in WRITABLE, discarded=self._clock.now(), for_good=left
            )
        if record is None:
            return False
        self.finish(record, UNDO_SECONDS)
        return True

    async def discard(self, local_id: LocalId, undo_seconds: float) -> bool:
        """Throw away. False where the message is on its way or was sent. Raises StorageError."""
        now = self._clock.now()
        record = await self._records.change(local_id, lambda r: r.state in WRITABLE, discarded=now, open=False)
        if record is None:
            return False
        self.finish(record, undo_seconds)
        return True

    async def _forget(self, local_id: LocalId) -> bool:
        return await self._records.forget(local_id, lambda r: r.state in WRITABLE, for_good=True)

    def finish(self, record: Record, pause: float) -> None:
        """Move the item to Deleted Items after `pause` seconds, if the message is still discarded then.

        Nobody can take back what was discarded for good: that leaves at once, after a start too.
        """
        pause = 0.0 if record.for_good else pause
        self._spawn(self._finish(record.local_id, record.discarded, pause), f"discard {record.local_id}")

    def _changed(self, record: Record) -> None:
        """Let the message that was moved here leave its former server, once this one is saved."""
        before = self._records.get(record.moved_from) if record.moved_from else None
        if before is None or before.local_id in self._going or not (before.discarded and is_on_server(before)):
            return
        if _has_settled(record):
            self._going.add(before.local_id)
            self.finish(before, UNDO_SECONDS if record.discarded else 0.0)

    def account_reachable(self, account_id: AccountId) -> None:
        """Finish what waited for this account."""
        for record in self._records.all():
            if record.account_id == account_id and record.discarded and is_on_server(record):
                self.finish(record, UNDO_SECONDS)

    async def _finish(self, local_id: LocalId, since: float, pause: float) -> None:
        try:
            await self._remove_when_due(local_id, since, pause)
        finally:
            self._going.discard(local_id)

    async def _remove_when_due(self, local_id: LocalId, since: float, pause: float) -> None:
        failures = 0
        while True:
            await self._clock.sleep(pause)
            async with self._saver.lock(local_id):
                record = self._records.get(local_id)
                if record is None or record.discarded != since or not is_on_server(record) or self._is_needed(record):
                    return
                outcome = await self._hindrance(record) or await self._remove(record)
                if outcome is None or self._shown_again(local_id):
                    return
            if record.for_good and (outcome.accepted or outcome.code in ITEM_GONE or _is_refused(outcome)):
                # What the server keeps all the same, its list shows again: nothing of it is here any more.
                await self.drop(local_id)
                return
            if outcome.accepted or outcome.code in ITEM_GONE:
                await self._records.apply_known(
                    local_id, ref=None, save_outcome=None, saved_edits=-1, held=(), in_flight=()
                )
                return
            if _is_refused(outcome):
                await self._show_again(record)
                await self._records.apply_known(local_id, save_outcome=outcome)
                return
            if self._accounts.is_paused(record.account_id):
                return
            failures += 1
            pause = growing_pause(failures)

    def _is_needed(self, record: Record) -> bool:
        """Return whether the message that takes its place in another account is not saved there yet."""
        after = self._records.get(record.moved_to) if record.moved_to else None
        return after is not None and not _has_settled(after)

    def _shown_again(self, local_id: LocalId) -> bool:
        record = self._records.get(local_id)
        return record is None or not record.discarded

    async def _hindrance(self, record: Record) -> Outcome | None:
        """Return why the item of a message that was moved cannot be removed now, None where it can.

        What another client wrote there since is in no other message: that one is shown again, beside the moved one.
        """
        if not record.moved_to or record.ref is None or await self._saver.is_ours(record.local_id):
            return None
        latest = self._records.get(record.local_id)
        outcome = None if latest is None else latest.save_outcome
        if latest is None or outcome is None or outcome.code in ITEM_GONE:
            return None
        if waits_for_person(latest):
            await self._show_again(record)
        return outcome

    async def _show_again(self, record: Record) -> None:
        """Let a message be a draft like any other again; the one that was moved has nothing to do with it any more."""
        if record.moved_to:
            await self._records.apply_known(record.moved_to, moved_from=LocalId(""))
        self.shown_again.emit(record.local_id)
        await self._records.apply_known(record.local_id, discarded=0.0, moved_to=LocalId(""))

    async def _remove(self, record: Record) -> Outcome | None:
        """Move the item to Deleted Items, or past it; one whose making was never answered for is looked for first.

        None where the message was taken back meanwhile. That the item may be gone is on disk before the request, so
        that a message that is taken back, now or after a crash, does not call itself saved.
        """
        ref = record.ref
        if ref is None:
            ref = await self._saver.find(record.local_id)
        if ref is not None:
            unseen = await self._was_changed(record, ref) if record.for_good else False
            if isinstance(unseen, Outcome):
                return unseen
            begun, since = being_discarded(self._clock.now()), record.discarded
            known = await self._records.apply_known(
                record.local_id, when=lambda r: r.discarded == since, save_outcome=begun
            )
            if known is None:
                return None
            for_good = bool(record.for_good) and not unseen
            outcome = as_it_is((await self._mailbox.delete(record.account_id, [ref], for_good=for_good))[0])
            if record.for_good and (outcome.accepted or outcome.code in ITEM_GONE):
                place, kept = Place(Folder.DRAFTS, record.drafts_of), unseen and outcome.accepted
                self.removed.emit(Removed(record.account_id, place, ref.item_id, kept))
            return outcome
        latest = self._records.get(record.local_id)
        is_open_still = latest is not None and is_on_server(latest)
        return Outcome(Verdict.UNKNOWN if is_open_still else Verdict.ACCEPTED, at=self._clock.now())

    async def _was_changed(self, record: Record, ref: ItemRef) -> bool | Outcome:
        """Return whether the item says what no one saw here, or why that cannot be known now."""
        try:
            seen = (await self._mailbox.get(record.account_id, [ref]))[0]
        except AccountError as error:
            return Outcome(Verdict.NOT_ATTEMPTED, trouble=error.trouble, at=self._clock.now())
        if seen.item is None:
            return seen.outcome
        known = bool(ref.change_key) and seen.item.ref.change_key == ref.change_key
        return not known and fingerprint(seen.item.content) != record.for_good


def _is_refused(outcome: Outcome) -> bool:
    return outcome.verdict is Verdict.REFUSED and not is_passing(outcome)


def _has_settled(record: Record) -> bool:
    """Return whether a message that was moved needs its former item no more."""
    return record.saved or record.state in WENT_OUT or bool(record.discarded)


def is_on_server(record: Record) -> bool:
    """Return whether the server has an item of this message, or may have: the answer to its making was lost."""
    outcome = record.save_outcome
    return record.ref is not None or (outcome is not None and outcome.verdict is Verdict.UNKNOWN)
