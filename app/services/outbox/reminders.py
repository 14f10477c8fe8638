"""Tells the person that nobody has answered a message by the moment that was named.

What was asked for is on disk before it is said to be, and outlives the program. When a moment has come, the server is
asked, and nothing is told before it has said so: what names the message in its In-Reply-To, and what came into its
conversation since. Automatic replies and reports are no answers ([RFC 3834] 5; [MS-OXOMSG] 2.2.3).
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Final

import msgspec

from app.core.background import Spawn
from app.core.events import Event
from app.domain.errors import AccountError, ItemRefused
from app.domain.listing import Row
from app.domain.message import AccountId, Fetched, ItemRef
from app.domain.message_kind import MessageKind
from app.domain.record import Record, went_out_at
from app.domain.reminder import Reminder
from app.domain.state import WENT_OUT
from app.services.accounts.accounts import Accounts
from app.services.ports import Clock, Mailbox, Settings
from app.services.records.records import Records

log = logging.getLogger(__name__)

_SETTING: Final = "reminders"
_LONGEST_SLEEP: Final = 60.0
"""Seconds slept at once: a computer that slept meanwhile is not late by more."""
_ASKED_EVERY: Final = 900.0
"""Seconds between two looks for an answer that is late: what was told is then told no more."""
_READ: Final = 20
"""Messages of a conversation that are read to see whether one of them is an answer, the oldest first."""


class Reminders:
    """What the person is to be reminded of. `changed` says that there are others, `came_due` which one is told now."""

    def __init__(
        self, settings: Settings, mailbox: Mailbox, records: Records, accounts: Accounts, clock: Clock, spawn: Spawn
    ) -> None:
        """Know of none before `load`."""
        self.changed: Event[None] = Event()
        self.came_due: Event[Reminder] = Event()
        self._settings, self._mailbox, self._records, self._accounts = settings, mailbox, records, accounts
        self._clock, self._spawn = clock, spawn
        self._known: dict[tuple[AccountId, str], Reminder] = {}
        self._asked: dict[tuple[AccountId, str], float] = {}
        self._watching = False
        records.changed.subscribe(self._record_changed)

    async def load(self) -> None:
        """Read what the last run left, and watch over it. Raises StorageError."""
        kept = await self._settings.read_setting(_SETTING)
        try:
            found = msgspec.json.decode(kept or "[]", type=list[Reminder])
        except msgspec.DecodeError:
            log.warning("the reminders that were kept cannot be read")
            found = []
        self._known = {one.key: one for one in found}
        self._tell()

    def get(self, account_id: AccountId, message_id: str) -> Reminder | None:
        """Return what the person is to be reminded of with a message."""
        return self._known.get((account_id, message_id)) if message_id else None

    def told(self) -> list[Reminder]:
        """Return those that the person was told of, and that are still so."""
        return [one for one in self._known.values() if one.told]

    async def put(self, reminders: Iterable[Reminder]) -> None:
        """Remind of these, or otherwise than before; on disk when this returns. Raises StorageError."""
        await self._change(self._known | {one.key: one for one in reminders})

    async def remove(self, keys: Iterable[tuple[AccountId, str]]) -> None:
        """Remind of these no more. Raises StorageError."""
        gone = set(keys)
        await self._change({key: one for key, one in self._known.items() if key not in gone})

    async def forget_account(self, account_id: AccountId) -> None:
        """Remind of no message of an account that is removed. Raises StorageError."""
        await self.remove([key for key in self._known if key[0] == account_id])

    async def _change(self, known: dict[tuple[AccountId, str], Reminder]) -> None:
        before, self._known = self._known, known
        if known == before:
            return
        try:
            await self._settings.keep_setting(_SETTING, msgspec.json.encode(list(known.values())).decode())
        except BaseException:
            self._known = before
            raise
        self._tell()

    def _tell(self) -> None:
        self.changed.emit(None)
        if self._known and not self._watching:
            self._watching = True
            self._spawn(self._watch(), "watch over reminders")

    def _record_changed(self, record: Record) -> None:
        """Learn under which name a message went that was sent from here."""
        one = self._known.get((record.account_id, record.message_id))
        if one is None or record.state not in WENT_OUT or record.ref is None or one.item_id == record.ref.item_id:
            return
        known = msgspec.structs.replace(one, item_id=record.ref.item_id, sent=one.sent or went_out_at(record))
        self._spawn(self.put([known]), "keep the name of a message with a reminder")

    # --- watching ---------------------------------------------------------------------------------------------------

    async def _watch(self) -> None:
        try:
            while self._known:
                await self._clock.sleep(self._pause())
                for one in [one for one in self._known.values() if self._is_to_be_asked(one)]:
                    await self._look(one)
        finally:
            self._watching = False

    def _pause(self) -> float:
        now = self._clock.now()
        ahead = [one.due - now for one in self._known.values() if one.due > now]
        return min([_LONGEST_SLEEP, *ahead])

    def _is_to_be_asked(self, one: Reminder) -> bool:
        now = self._clock.now()
        if one.due > now or self._accounts.is_paused(one.account_id) or not self._accounts.is_open(one.account_id):
            return False
        return now - self._asked.get(one.key, -_ASKED_EVERY) >= (_ASKED_EVERY if one.told else 0.0)

    async def _look(self, one: Reminder) -> None:
        """Ask whether a message was answered, and tell it where it was not. What cannot be asked is asked again."""
        record = self._records.get(one.local_id)
        if self._is_void(one, record):
            await self.remove([one.key])
            return
        if record is not None and record.state not in WENT_OUT:
            return  # it has not gone yet, or that is not known
        try:
            answered = await self._is_answered(one)
        except (AccountError, ItemRefused) as error:
            log.info("whether a message was answered could not be asked: %s", type(error).__name__)
            return
        self._asked[one.key] = self._clock.now()
        if self._known.get(one.key) != one:
            return  # the person chose another moment meanwhile
        if answered:
            await self.remove([one.key])
        elif not one.told:
            told = msgspec.structs.replace(one, told=True)
            await self.put([told])
            self.came_due.emit(told)

    def _is_void(self, one: Reminder, record: Record | None) -> bool:
        """Return whether there is nothing that could be answered: it was thrown away, or went after the moment."""
        if record is None:
            return bool(one.local_id) and not one.item_id
        return bool(record.discarded) or (record.state in WENT_OUT and went_out_at(record) > one.due)

    async def _is_answered(self, one: Reminder) -> bool:
        """Raises AccountError, ItemRefused."""
        rows = {row.ref.item_id: row for row in await self._mailbox.find_answers(*one.key, one.mailbox)}
        original = await self._original(one)
        sent = one.sent if original is None else original.sent
        if original is not None and original.conversation_id:
            rows |= {row.ref.item_id: row for row in await self._conversation(one, original.conversation_id)}
        later = sorted((row for row in rows.values() if _may_answer(row, one, sent)), key=lambda row: row.sent)
        read = await self._mailbox.get(one.account_id, [row.ref for row in later[:_READ]]) if later else []
        return any(answer.item is not None and is_answer(answer.item) for answer in read)

    async def _original(self, one: Reminder) -> Fetched | None:
        if not one.item_id:
            return None
        return (await self._mailbox.get(one.account_id, [ItemRef(one.item_id)]))[0].item

    async def _conversation(self, one: Reminder, conversation_id: str) -> tuple[Row, ...]:
        try:
            return await self._mailbox.conversation(one.account_id, conversation_id, one.mailbox)
        except ItemRefused:
            return ()  # this server does not say it: there is what names the message


def _may_answer(row: Row, one: Reminder, sent: float) -> bool:
    return bool(row.sender) and not row.is_draft and row.message_id != one.message_id and row.sent >= int(sent)


def is_answer(item: Fetched) -> bool:
    """Return whether a person wrote this: a report, and what a mailbox answers by itself, say nothing of an answer."""
    if item.kind is MessageKind.REPORT or item.content.sender is None:
        return False
    said = [header.value for header in item.headers if header.name.casefold() == "auto-submitted"]
    return all(value.partition(";")[0].strip().casefold() in {"", "no"} for value in said)
