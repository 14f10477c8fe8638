"""The address book of this machine, and how it learns from Sent.

It learns from messages that a server accepted, and from messages that are read in Sent; it forgets whom the person
wants forgotten. Memory answers, at every key; the disk follows, and its trouble is no message's trouble.

No list gives addresses: so the recipients of messages are asked for apart, many in a request, after the folder was
looked at and without haste. How far it came is kept, so that each message is asked about once. Trouble is not shown:
the next look goes on.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from typing import Final

import msgspec

from app.core.background import RunInThread, Spawn, run_here
from app.core.lazy_regex import late_pattern
from app.domain.errors import MailError, StorageError
from app.domain.listing import Folder, Place, Row
from app.domain.message import AccountId, LocalId
from app.domain.people import Correspondent, forgotten_key, key_of, written_to
from app.domain.recipient import Recipient, recipient_problem
from app.domain.record import Record
from app.domain.state import WENT_OUT
from app.services.people.address_search import AddressIndex
from app.services.ports import Cache, Clock, Correspondents, Mailbox, Settings
from app.services.records.records import Records

log = logging.getLogger(__name__)

MOST_KEPT: Final = 20_000
"""Entries per account; beyond that the coldest go when the program starts."""
_LEARNT_AT_ONCE: Final = 100
"""Of a message to more people than this the first are learnt: a pasted list says little about whom one writes to."""


class _Book:
    """The entries of one account, and the index over them."""

    def __init__(self) -> None:
        self.entries: dict[str, Correspondent] = {}
        self.numbers: dict[str, int] = {}
        self.keys: list[str] = []
        self.domains: dict[str, int] = {}
        self.index = AddressIndex()

    def fill(self, entries: Iterable[Correspondent]) -> None:
        for entry in entries:
            self._keep(entry)
        alive = {
            self.numbers[key]: (entry.recipient, entry.heat)
            for key, entry in self.entries.items()
            if not entry.forgotten
        }
        self.index.fill(alive)

    def put(self, entry: Correspondent) -> None:
        before = self.entries.get(entry.key)
        number = self._keep(entry)
        if before is not None and before.recipient == entry.recipient:
            self.index.warm(number, entry.heat)
            return
        if before is not None:
            self.index.remove(number, before.recipient)
        if not entry.forgotten:
            self.index.put(number, entry.recipient, entry.heat)

    def remove(self, key: str) -> Correspondent | None:
        entry = self.entries.pop(key, None)
        if entry is not None:
            self.index.remove(self.numbers[key], entry.recipient)
            self._count_domain(entry, -1)
        return entry

    def _keep(self, entry: Correspondent) -> int:
        if entry.key not in self.numbers:
            self.numbers[entry.key] = len(self.keys)
            self.keys.append(entry.key)
        if entry.key not in self.entries:
            self._count_domain(entry, 1)
        self.entries[entry.key] = entry
        return self.numbers[entry.key]

    def _count_domain(self, entry: Correspondent, step: int) -> None:
        domain = entry.key.rpartition("@")[2] if "@" in entry.key else ""
        if domain and not entry.forgotten:
            self.domains[domain] = self.domains.get(domain, 0) + step
            if self.domains[domain] <= 0:
                del self.domains[domain]


class _Loaded:
    """What the disk has, in order: the accounts, and whom to drop because there are too many."""

    def __init__(self, entries: Iterable[Correspondent]) -> None:
        """Sort `entries` out; it takes a while, and is done where it stops no key."""
        by_account: dict[AccountId, list[Correspondent]] = {}
        for entry in entries:
            by_account.setdefault(entry.account_id, []).append(entry)
        self.dropped: list[tuple[AccountId, str]] = []
        self.books: dict[AccountId, _Book] = {}
        for account_id, mine in by_account.items():
            mine.sort(key=lambda entry: -max(entry.heat, entry.forgotten))
            self.dropped += ((account_id, entry.key) for entry in mine[MOST_KEPT:])
            book = self.books[account_id] = _Book()
            book.fill(mine[:MOST_KEPT])


class AddressBook:
    """Looks people up at once, and learns and forgets."""

    def __init__(
        self, disk: Correspondents, records: Records, clock: Clock, spawn: Spawn, run_in_thread: RunInThread = run_here
    ) -> None:
        """Begin empty; `load` reads the disk. `run_in_thread` runs what would stop the keys."""
        self._disk, self._records, self._clock, self._spawn = disk, records, clock, spawn
        self._run_in_thread = run_in_thread
        self._shelves: dict[AccountId, _Book] = {}
        self._loaded = False
        self._waiting: list[Callable[[], None]] = []
        self._unwritten: dict[tuple[AccountId, str], Correspondent] = {}
        self._gone: set[tuple[AccountId, str]] = set()
        self._counted: set[LocalId] = set()
        self._writing = False
        records.changed_together.subscribe(self._messages_changed)

    async def load(self) -> None:
        """Read the disk; what is learnt meanwhile is added. The journal reports a disk that cannot be read."""
        self._counted |= {record.local_id for record in self._records.all() if record.state in WENT_OUT}
        try:
            entries = await self._disk.read_all()
        except StorageError as error:
            log.info("the address book begins empty: %s", error)
            entries = []
        loaded = await self._run_in_thread(lambda: _Loaded(entries))
        self._shelves = loaded.books
        self._gone |= set(loaded.dropped)
        self._loaded = True
        waiting, self._waiting = self._waiting, []
        for learn in waiting:
            learn()

    # --- looking up -------------------------------------------------------------------------------------------------

    def search(self, account_id: AccountId, text: str, limit: int = 8) -> list[Correspondent]:
        """Return whom `text` may mean, the likeliest first. Fast enough for every key."""
        book = self._shelves.get(account_id)
        if book is None:
            return []
        return [book.entries[book.keys[number]] for number in book.index.find(text, limit)]

    def is_name(self, account_id: AccountId, word: str) -> bool:
        """Return whether a word is a part of the name or of the address of somebody here."""
        wanted = word.casefold()
        return any(wanted in name_words(entry.recipient) for entry in self.search(account_id, word))

    def get(self, account_id: AccountId, recipient: Recipient) -> Correspondent | None:
        """Return what is known of a recipient, None for a stranger."""
        book = self._shelves.get(account_id)
        return None if book is None else book.entries.get(key_of(recipient))

    def domains(self, account_id: AccountId) -> dict[str, int]:
        """Return the domains that were written to, each with the number of people there. Not to be changed."""
        book = self._shelves.get(account_id)
        return {} if book is None else book.domains

    # --- learning and forgetting --------------------------------------------------------------------------------------

    def add_sent(self, account_id: AccountId, recipients: Iterable[Recipient], when: float, sender: str = "") -> None:
        """Count a message to `recipients` that was accepted at `when`; `sender` is its From, "" for one's own."""
        people = _worth_keeping(recipients)
        self._soon(lambda: self._learn(account_id, people, when, sender.casefold()))

    def use_for(self, account_id: AccountId, sender: str, recipients: Iterable[Recipient]) -> float:
        """Return how much a mailbox ("": one's own) is used to write to these, larger for more; 0 for never."""
        found = [entry for one in recipients if (entry := self.get(account_id, one)) is not None]
        return max((one.heat for one in found if one.sender == sender.casefold()), default=0.0)

    def learn_from_sent(self, account_id: AccountId, recipients: Iterable[Recipient], when: float) -> None:
        """Take in a message that was read in Sent. It makes people known and counts none twice, however often read."""
        people = _worth_keeping(recipients)
        self._soon(lambda: self._make_known(account_id, people, when))

    def forget(self, account_id: AccountId, recipient: Recipient) -> None:
        """Forget a recipient; only a message sent from now on makes them known again."""
        key = key_of(recipient)
        self._soon(lambda: self._forget(account_id, key))

    def forget_account(self, account_id: AccountId) -> None:
        """Keep nothing of an account that was removed."""
        book = self._shelves.pop(account_id, None)
        for key in [] if book is None else list(book.entries):
            self._drop(account_id, key)
        self._write_soon()

    def note_group(self, account_id: AccountId, recipient: Recipient) -> None:
        """Remember that an entry is a group."""
        entry = self.get(account_id, recipient)
        if entry is not None and not entry.is_group:
            self._put(msgspec.structs.replace(entry, is_group=True))
            self._write_soon()

    def _learn(self, account_id: AccountId, people: Iterable[Recipient], when: float, sender: str) -> None:
        book = self._shelves.setdefault(account_id, _Book())
        for recipient in people:
            key = key_of(recipient)
            if book.remove(forgotten_key(key)) is not None:
                self._drop(account_id, forgotten_key(key))
            before = book.entries.get(key) or Correspondent(account_id, key, recipient, last=when)
            self._put(msgspec.structs.replace(written_to(before, recipient, when), sender=sender))
        self._write_soon()

    def _make_known(self, account_id: AccountId, people: Iterable[Recipient], when: float) -> None:
        book = self._shelves.setdefault(account_id, _Book())
        for recipient in people:
            key = key_of(recipient)
            forgotten = book.entries.get(forgotten_key(key))
            if key not in book.entries and (forgotten is None or forgotten.forgotten < when):
                self._put(written_to(Correspondent(account_id, key, recipient, last=when), recipient, when))
        self._write_soon()

    def _forget(self, account_id: AccountId, key: str) -> None:
        book = self._shelves.get(account_id)
        if book is None or book.remove(key) is None:
            return
        self._drop(account_id, key)
        left = Correspondent(account_id, forgotten_key(key), Recipient(""), forgotten=self._clock.now())
        self._put(left)
        self._write_soon()

    def _put(self, entry: Correspondent) -> None:
        self._shelves.setdefault(entry.account_id, _Book()).put(entry)
        self._unwritten[entry.account_id, entry.key] = entry
        self._gone.discard((entry.account_id, entry.key))

    def _drop(self, account_id: AccountId, key: str) -> None:
        self._unwritten.pop((account_id, key), None)
        self._gone.add((account_id, key))

    def _soon(self, change: Callable[[], None]) -> None:
        if self._loaded:
            change()
        else:
            self._waiting.append(change)

    def _write_soon(self) -> None:
        if (self._unwritten or self._gone) and not self._writing:
            self._writing = True
            self._spawn(self._write(), "write the address book")

    async def _write(self) -> None:
        """Bring the disk up to date. Where it fails, memory has it, and the next writing takes it along."""
        self._writing = False
        entries, gone = dict(self._unwritten), set(self._gone)
        if not entries and not gone:
            return
        self._unwritten.clear()
        self._gone.clear()
        try:
            await self._disk.change(list(entries.values()), sorted(gone))
        except StorageError as error:
            log.info("the address book waits for the disk: %s", error)
            self._unwritten = {**entries, **self._unwritten}
            self._gone |= {one for one in gone if one not in self._unwritten}

    # --- messages that go ---------------------------------------------------------------------------------------------

    def _messages_changed(self, records: Sequence[Record]) -> None:
        fresh = [one for one in records if one.state in WENT_OUT and one.local_id not in self._counted]
        self._counted.update(one.local_id for one in fresh)
        if fresh:
            self._spawn(self._learn_messages(fresh), "learn whom messages went to")

    async def _learn_messages(self, records: Sequence[Record]) -> None:
        try:
            messages = await self._records.read_all([record.local_id for record in records])
        except StorageError:
            return  # not to be read: then there is nothing to learn from it
        for message in messages:
            record, content = message.record, message.content
            sender = "" if content.sender is None else content.sender.address
            self.add_sent(record.account_id, content.recipients(), record.state_at or self._clock.now(), sender)


_WORDS: Final = late_pattern(r"[^\W\d_]+")


def name_words(recipient: Recipient) -> set[str]:
    """Return the words of which a name and an address are made, folded."""
    return {word.casefold() for word in _WORDS.findall(f"{recipient.name} {recipient.address}")}


def _worth_keeping(recipients: Iterable[Recipient]) -> list[Recipient]:
    """Return each once, without those that cannot be written to again as they stand; of a long list, the first."""
    kept: dict[str, Recipient] = {}
    for one in recipients:
        if one.address and one.routing in {"SMTP", "EX"} and recipient_problem(one) is None:
            kept[key_of(one)] = one
        if len(kept) >= _LEARNT_AT_ONCE:
            break
    return list(kept.values())


MOST: Final = 1_000
"""So many of the newest messages are asked about: people whom one wrote to before that are seldom meant."""
AT_ONCE: Final = 100
_PAUSE: Final = 2.0
"""Seconds between two requests: what the person waits for comes first."""
_NAME: Final = "acquainted_until"


class RecipientBackfill:
    """Learns from the messages in Sent."""

    def __init__(
        self, mailbox: Mailbox, cache: Cache, book: AddressBook, settings: Settings, clock: Clock, spawn: Spawn
    ) -> None:
        """`mailbox` is not the watched one: trouble with this is not shown."""
        self._mailbox, self._cache, self._book, self._settings = mailbox, cache, book, settings
        self._clock, self._spawn = clock, spawn
        self._until: dict[str, float] | None = None
        self._looked: set[AccountId] = set()
        self._busy: set[AccountId] = set()

    def messages_came(self, told: tuple[AccountId, float]) -> None:
        """Begin to read the recipients of messages in Sent, the newest of which was sent then. Returns at once."""
        account_id, newest = told
        until = 0.0 if self._until is None else self._until.get(account_id, 0.0)
        if (account_id not in self._looked or newest > until) and account_id not in self._busy:
            self._busy.add(account_id)
            self._spawn(self._learn(account_id), "learn whom messages in Sent went to")

    async def _learn(self, account_id: AccountId) -> None:
        try:
            fresh = await self._fresh(account_id)
            for start in range(0, len(fresh), AT_ONCE):
                if start:
                    await self._clock.sleep(_PAUSE)
                rows = fresh[start : start + AT_ONCE]
                answers = await self._mailbox.people_of(account_id, [row.ref for row in rows])
                for row, people in zip(rows, answers, strict=False):
                    self._book.learn_from_sent(account_id, people, row.sent)
            if fresh:
                await self._keep(account_id, fresh[0].sent)
            self._looked.add(account_id)
        except MailError as error:
            log.info("whom messages in Sent went to is asked for later: %s", error)
        finally:
            self._busy.discard(account_id)

    async def _fresh(self, account_id: AccountId) -> list[Row]:
        """Return the messages that were not asked about, the newest first: how lately one wrote to a person counts."""
        until = (await self._read()).get(account_id, 0.0)
        listing = await self._cache.listing(account_id, Place(Folder.SENT), limit=MOST)
        ids = list(listing.ids)
        known = {**(await self._cache.rows(account_id, ids)), **listing.rows}
        return [row for row in map(known.get, ids) if row is not None and row.sent > until]

    async def _read(self) -> dict[str, float]:
        if self._until is None:
            kept = await self._settings.read_setting(_NAME)
            try:
                self._until = msgspec.json.decode(kept or "{}", type=dict[str, float])
            except msgspec.DecodeError:
                self._until = {}
        return self._until

    async def _keep(self, account_id: AccountId, until: float) -> None:
        known = await self._read()
        known[account_id] = max(until, known.get(account_id, 0.0))
        await self._settings.keep_setting(_NAME, msgspec.json.encode(known).decode())
