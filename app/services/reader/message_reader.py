"""Messages read whole and made safe; their conversation.

A message in HTML is read off the window's thread: as blocks that can be shown at once, and as plain text beside them.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Final

import msgspec

from app.core.background import RunInThread
from app.core.events import Event
from app.core.formatting import short_time
from app.core.i18n import tr
from app.domain.blocks import Block, pictures_of
from app.domain.errors import AccountError, ItemRefused, MailError, StorageError
from app.domain.listing import ConversationRow, Folder, moment_of, people_of
from app.domain.message import AccountId, BodyFormat, Content, Fetched, ItemRef
from app.domain.recipient import Recipient
from app.domain.response_codes import ITEM_GONE
from app.services.ports import Cache, Clock, Copies, Mailbox, no_copies
from app.services.records.records import Records
from app.services.records.rows import ListRow

_KEPT: Final = 20
_LARGEST: Final = 3_000_000
"""Characters of all messages that are kept, by `_size`; the last one is kept however large it is."""
_OF_BLOCK: Final = 100
"""Characters as which a block counts beside its words."""


class ReadMessage(msgspec.Struct, frozen=True):
    """A message with its body as plain text, whatever its format, and `blocks` to show where it was formatted.

    `remote` counts the pictures that lie elsewhere, and are not fetched. `item` is the message as the server has it.
    `reduced` says in words why only its text is here, where that is so. `pictures` are the addresses (cid:) of the
    pictures that its text shows.
    """

    content: Content
    text: str
    blocks: tuple[Block, ...] = ()
    remote: int = 0
    item: Fetched | None = None
    reduced: str = ""
    pictures: frozenset[str] = frozenset()

    def headers(self) -> list[tuple[str, str]]:
        """Return the headers that it came with, as they came; none for what this machine alone has."""
        return [] if self.item is None else [(header.name, header.value) for header in self.item.headers]


class MessageReader:
    """Reads messages. What was read from the server is kept by its version, so that going back costs no request."""

    def __init__(self, records: Records, mailbox: Mailbox, run_in_thread: RunInThread) -> None:
        """`run_in_thread` runs the reading of HTML where it stops no key."""
        self._records, self._mailbox, self._run_in_thread = records, mailbox, run_in_thread
        self.read_in_sent: Event[tuple[AccountId, tuple[Recipient, ...], float]] = Event()
        """A message that was read in Sent: its account, its recipients, and when it was sent."""
        self.copies: Copies = no_copies
        """Drafts that were fetched ahead."""
        self._kept: OrderedDict[tuple[str, str], ReadMessage] = OrderedDict()

    def known(self, row: ListRow) -> ReadMessage | None:
        """Return what is at hand without a request, None where it has to be read."""
        return None if row.ref is None else self._kept.get((row.ref.item_id, row.ref.change_key))

    async def read_message(self, row: ListRow) -> ReadMessage:
        """Read a message. Raises StorageError, KeyError, and AccountError and ItemRefused where the server is asked."""
        if row.record is not None and row.is_draft:
            return await self.made(await self._own(row))
        known = self.known(row)
        if known is not None:
            return known
        if row.ref is None:
            return await self.made(await self._own(row))
        copy = (await self.copies(row.account_id, [row.ref])).get(row.ref.item_id) if row.is_draft else None
        if copy is not None:
            return self._keep(row.ref, msgspec.structs.replace(await self.made(copy.content), item=copy))
        answer = (await self._mailbox.get(row.account_id, [row.ref]))[0]
        if answer.item is None:
            if answer.outcome.code in ITEM_GONE and row.local_id is not None:
                # It went from here a moment ago, and bears another name there by now.
                return await self.made(await self._own(row))
            if answer.outcome.words is not None:
                raise ItemRefused(answer.outcome.words)
            raise MailError(tr("The server gave no answer for this message."))
        reading = msgspec.structs.replace(await self.made(answer.item.content), item=answer.item)
        if not answer.item.is_draft and answer.item.sent and not row.received:
            self.read_in_sent.emit((row.account_id, reading.content.recipients(), answer.item.sent))
        return self._keep(row.ref, reading)

    def _keep(self, ref: ItemRef, reading: ReadMessage) -> ReadMessage:
        self._kept[ref.item_id, ref.change_key] = reading
        size = sum(map(_size, self._kept.values()))
        while len(self._kept) > 1 and (len(self._kept) > _KEPT or size > _LARGEST):
            size -= _size(self._kept.popitem(last=False)[1])
        return reading

    async def _own(self, row: ListRow) -> Content:
        if row.local_id is None:
            raise KeyError(row.key)
        return (await self._records.read_message(row.local_id)).content

    async def made(self, content: Content) -> ReadMessage:
        """Return a message that is here as it is read."""
        if content.body_format is BodyFormat.TEXT:
            return ReadMessage(content, content.body)
        reading: ReadMessage = await self._run_in_thread(lambda: _read_html(content))
        return reading


def _size(reading: ReadMessage) -> int:
    """Return about what a message takes in memory, in characters."""
    return len(reading.content.body) + len(reading.text) + _OF_BLOCK * len(reading.blocks)


def _read_html(content: Content) -> ReadMessage:
    """Make HTML safe and read it as blocks and as text. Runs in a thread."""
    from app.services.html.foreign import read_for_reading

    read, reduced = read_for_reading(content.body)
    pictures = frozenset(pictures_of(read.blocks))
    return ReadMessage(content, read.text, read.blocks, read.remote, reduced=reduced, pictures=pictures)


_LATELY: Final = 120.0
"""Seconds for which the server is not asked again for a conversation."""
_ASKED: Final = 500


class ConversationLookup:
    """Asks the server which messages of a conversation lie in no list here; the cache keeps them.

    `found` carries an account of which other messages are known now than before.
    """

    def __init__(self, mailbox: Mailbox, cache: Cache, clock: Clock) -> None:
        """Ask nothing yet."""
        self.found: Event[AccountId] = Event()
        self._mailbox, self._cache, self._clock = mailbox, cache, clock
        self._asked: OrderedDict[tuple[AccountId, str], float] = OrderedDict()

    async def look(self, row: ListRow, conversation_id: str, mailbox: str) -> bool:
        """Ask, unless it was asked lately; return whether other messages are known now. Trouble is not raised.

        `mailbox` is whose the row's message is, "" for one's own.
        """
        key, now = (row.account_id, conversation_id), self._clock.now()
        if now < self._asked.get(key, 0.0) + _LATELY:
            return False
        self._asked[key] = now
        self._asked.move_to_end(key)
        while len(self._asked) > _ASKED:
            self._asked.popitem(last=False)
        try:
            rows = await self._mailbox.conversation(row.account_id, conversation_id, mailbox)
            if not await self._cache.put_conversation(row.account_id, mailbox, row.conversation, rows):
                return False
        except ItemRefused:
            return False  # this server does not say it: there is what the lists know
        except (AccountError, StorageError):
            self._asked.pop(key, None)
            return False
        self.found.emit(row.account_id)
        return True


class ConversationLine(msgspec.Struct, frozen=True):
    """One message of a conversation as it is drawn, by its `key`; `here` says that it is the one that is read."""

    key: str
    when: str
    who: str
    words: str
    here: bool

    @property
    def spoken(self) -> str:
        """Return what a screen reader says of it."""
        parts = [self.when, self.who, self.words]
        return ", ".join(part for part in [*parts, tr("shown now") if self.here else ""] if part)


class Conversation(msgspec.Struct, frozen=True):
    """The messages, the newest first, and which of them is read (its number; -1 for none)."""

    messages: tuple[ConversationRow, ...] = ()
    here: int = -1

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.messages)

    def rows(self, now: float) -> list[ConversationLine]:
        """Return what is drawn."""
        return [_row(one, now, here=number == self.here) for number, one in enumerate(self.messages)]

    def words(self) -> str:
        """Return which of how many is read."""
        return tr("{n} of {count} in this conversation", n=self.here + 1, count=len(self.messages))

    def step(self, by: int, beginning: ConversationRow | None = None) -> ConversationRow | None:
        """Return the message so many further on than the one that is read, or than `beginning`; None past an end."""
        names = [] if beginning is None else [one.row_id for one in self.messages]
        known = beginning is not None and beginning.row_id in names
        number = (names.index(beginning.row_id) if beginning is not None and known else self.here) + by
        return self.messages[number] if 0 <= number < len(self.messages) else None


def conversation_of(messages: list[ConversationRow], item_id: str) -> Conversation:
    """Return the conversation of a message; an empty one where it is alone in it."""
    here = next((number for number, one in enumerate(messages) if one.row.ref.item_id == item_id), -1)
    return Conversation(tuple(messages), here) if len(messages) > 1 and here >= 0 else Conversation()


def _row(one: ConversationRow, now: float, *, here: bool) -> ConversationLine:
    row = one.row
    draft = one.place.folder is Folder.DRAFTS or row.is_draft
    who = people_of(row) or tr("(no recipient)")
    if one.place.folder is Folder.INBOX or (one.place.folder is Folder.ELSEWHERE and row.sender):
        who = tr("From {people}", people=row.sender or tr("(no sender)"))
    words = " ".join((row.preview or row.subject).split())
    when = short_time(moment_of(row, one.place.folder), now)
    return ConversationLine(row.ref.item_id, when, tr("Draft to {people}", people=who) if draft else who, words, here)
