"""The services put together over fakes, as bootstrap puts them together over the real things."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Sequence
from typing import Any, cast

import msgspec

from app.domain.account import Account
from app.domain.edits import Edit, RecipientSplice, TextSplice
from app.domain.message import AccountId, Content, Field, LocalId
from app.domain.recipient import Recipient
from app.domain.record import Record
from app.domain.server_traits import BY_THE_BOOK, ServerTraits
from app.services.accounts.accounts import Accounts
from app.services.accounts.watched_mailbox import WatchedMailbox
from app.services.drafts.draft_attachments import DraftAttachments
from app.services.drafts.drafts import Drafts
from app.services.outbox.outbox import Outbox
from app.services.records.records import Records
from tests.fakes.clock import FakeClock
from tests.fakes.files import FakeFiles
from tests.fakes.journal import FakeJournal
from tests.fakes.mailbox import FakeMailbox
from tests.fakes.secrets import FakeSecrets
from tests.fakes.settings import FakeSettings

ANNA = AccountId("anna")
ACCOUNT = Account(ANNA, "anna@example.org", "https://mail.example.org/EWS/Exchange.asmx", "anna")
CLARA = AccountId("clara")
OTHER_ACCOUNT = Account(CLARA, "clara@example.com", "https://mail.example.com/EWS/Exchange.asmx", "clara")
BEN = Recipient("ben@example.org", "Ben")
MESSAGE = Content(to=(BEN,), subject="Hello", body="Dear Ben")


def asked_traits(now: float) -> ServerTraits:
    """Return what is known of a server that keeps the book, and was asked just now."""
    return msgspec.structs.replace(BY_THE_BOOK, asked_at=now)


class Spawned:
    """Starts work as the window does, and holds every error against the test."""

    def __init__(self) -> None:
        self.errors: list[BaseException] = []
        self._running: set[asyncio.Task[Any]] = set()
        self._nothing: asyncio.Future[Any] | None = None

    def __call__(self, work: Coroutine[Any, Any, Any], name: str) -> asyncio.Task[Any]:
        if self._nothing is not None:
            work.close()
            return cast("asyncio.Task[Any]", self._nothing)
        task = asyncio.get_running_loop().create_task(work, name=name)
        self._running.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._running.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None:
            self.errors.append(error)

    async def end(self) -> None:
        """Cancel what runs, as a program that ends does; nothing is begun from now on."""
        self._nothing = asyncio.get_running_loop().create_future()
        self._nothing.cancel()
        running = list(self._running)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


class Scene:
    """One run of the program; `restarted` is the next, over what this one left on disk."""

    def __init__(
        self,
        mailbox: FakeMailbox,
        journal: FakeJournal,
        clock: FakeClock,
        secrets: FakeSecrets,
        files: FakeFiles | None = None,
        others: Sequence[Account] = (),
    ) -> None:
        """`others` are the accounts beside ACCOUNT."""
        self.others = others
        self.mailbox, self.journal, self.clock, self.secrets = mailbox, journal, clock, secrets
        self.files = files or FakeFiles()
        self.spawn = Spawned()
        self.records = Records(journal, clock, self.spawn)
        self.settings = FakeSettings([ACCOUNT, *others], asked_traits(clock.now()))
        self.accounts = Accounts(self.settings, secrets, mailbox)
        self.watched = WatchedMailbox(mailbox, self.accounts, clock)
        self.drafts = Drafts(self.records, self.watched, self.accounts, clock, self.spawn, self.files)
        self.attachments = DraftAttachments(self.records, self.drafts, self.files, self.spawn)
        self.outbox = Outbox(self.records, self.drafts, self.watched, self.accounts, clock, self.spawn)

    async def start(self) -> Scene:
        """Start as the program does."""
        await self.records.load()
        await self.outbox.long_waits.hold_back()
        await self.accounts.start()
        await self.drafts.resume()
        await self.outbox.resume()
        return self

    async def restarted(self) -> Scene:
        """Kill this run, and start the next."""
        # As by SIGKILL: what the tasks would write down while they are cancelled never reaches the disk.
        found = self.journal.after_crash()
        await self.spawn.end()
        return await Scene(self.mailbox, found, self.clock, self.secrets, self.files, self.others).start()

    def record(self, local_id: LocalId) -> Record:
        """Return a record that must be there."""
        record = self.records.get(local_id)
        assert record is not None
        return record

    async def saved_message(self, content: Content = MESSAGE) -> LocalId:
        """Return a message that the server has."""
        local_id = await self.drafts.begin(ANNA, content)
        await self.drafts.save(local_id)
        assert self.record(local_id).saved
        await self.drafts.close(local_id)
        return local_id


async def new_scene(kind: type[FakeMailbox] = FakeMailbox, others: Sequence[Account] = ()) -> Scene:
    """Return the first run, with ACCOUNT and `others` open, at a mailbox of this kind."""
    clock = FakeClock()
    secrets = FakeSecrets()
    for account in (ACCOUNT, *others):
        await secrets.keep_secret(account.account_id, "secret")
    return await Scene(kind(now=clock.now), FakeJournal(), clock, secrets, others=others).start()


def typed(text: str, at: int = 0, field: Field = Field.BODY) -> Edit:
    """Return the edit of typing `text`."""
    return TextSplice(field, at, 0, text)


def addressed(*people: Recipient) -> Edit:
    """Return the edit of putting people into To."""
    return RecipientSplice(Field.TO, 0, 0, people)
