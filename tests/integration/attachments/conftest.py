"""The window's side without its window, on a real disk and a real engine, at the sandbox."""

from __future__ import annotations

import asyncio
import base64
import os
import signal
import time
from collections.abc import AsyncIterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Self

import pytest

from app.domain.account import Account, BackendKind
from app.domain.message import AccountId, Content, LocalId
from app.domain.recipient import Recipient
from app.domain.record import Record
from app.domain.state import State
from app.engine.client import EngineClient
from app.services.accounts.accounts import Accounts
from app.services.accounts.watched_mailbox import WatchedMailbox
from app.services.drafts.draft_attachments import DraftAttachments
from app.services.drafts.drafts import Drafts
from app.services.outbox.outbox import Outbox
from app.services.ports import Clock, Settings
from app.services.records.records import Records
from app.storage.attachment_files import AttachmentFolder
from app.storage.store import SqliteJournal, Store
from tests.fakes.scene import Spawned
from tests.fakes.secrets import FakeSecrets
from tests.fakes.settings import FakeSettings
from tests.integration.sandbox import soap
from tests.protocols import account_at
from tests.sandbox_fixture import RunningSandbox

A = AccountId("a")
TO = "james.okafor@contoso.com"
MESSAGE = Content(to=(Recipient(TO),), subject="The plan", body="Dear James")
WITH_MIME = "<t:IncludeMimeContent>true</t:IncludeMimeContent>"


class HurriedClock:
    """The real time, in which nobody sleeps long."""

    def now(self) -> float:
        """Return seconds since the epoch."""
        return time.time()

    async def sleep(self, seconds: float) -> None:
        """Return soon."""
        await asyncio.sleep(min(seconds, 0.02))


class LeapingClock:
    """A time that goes on by whatever somebody sleeps."""

    def __init__(self) -> None:
        """Begin now."""
        self._ahead = 0.0

    def now(self) -> float:
        """Return seconds since the epoch."""
        return time.time() + self._ahead

    async def sleep(self, seconds: float) -> None:
        """Return soon, so much later."""
        self._ahead += seconds
        await asyncio.sleep(0.02)


class Run:
    """One run of the program on what is in `folder`; `restarted` is the next, after a kill."""

    def __init__(self, folder: Path, sandbox: RunningSandbox) -> None:
        self.folder, self.sandbox = folder, sandbox
        self.leaping = LeapingClock()
        self._over = False

    def who(self) -> tuple[Account, str]:
        """Return the account, and the secret that it signs in with."""
        return account_at(self.sandbox, self.sandbox.first["address"], A)

    def clock(self) -> Clock:
        """Return the time that it lives in; Graph is given minutes, which leap by."""
        return self.leaping if self.sandbox.spoken is BackendKind.GRAPH else HurriedClock()

    async def settings(self, account: Account) -> Settings:
        """Return what keeps the account."""
        return FakeSettings([account])

    def begin_more(self) -> None:
        """Begin what else is to run."""

    async def start(self) -> Self:
        """Begin as the program does."""
        account, secret = self.who()
        secrets = FakeSecrets()
        await secrets.keep_secret(A, secret)
        self.store = await Store.open_database(self.folder / "mailwright.sqlite")
        self.engine, clock, self.spawn = EngineClient(), self.clock(), Spawned()
        self.records = Records(SqliteJournal(self.store), clock, self.spawn)
        self.secrets = secrets
        self.accounts = Accounts(await self.settings(account), secrets, self.engine)
        self.mailbox = mailbox = WatchedMailbox(self.engine, self.accounts, clock)
        self.files = AttachmentFolder(self.folder / "attachments")
        self.drafts = Drafts(self.records, mailbox, self.accounts, clock, self.spawn, self.files)
        self.attachments = DraftAttachments(self.records, self.drafts, self.files, self.spawn)
        self.outbox = Outbox(self.records, self.drafts, mailbox, self.accounts, clock, self.spawn)
        await self.records.load()
        self.begin_more()
        await self.accounts.start()
        await self.drafts.resume()
        await self.outbox.resume()
        await self.attachments.resume()
        return self

    async def end(self) -> None:
        """End all that runs; what fails in a task fails the test, unless it was killed."""
        if self._over:
            return
        self._over = True
        await self.spawn.end()
        await self.engine.close()
        await self.store.close()
        assert self.spawn.errors == []

    async def kill(self) -> None:
        """End it as SIGKILL would: nobody is asked, and what its tasks meet on the way is nobody's concern."""
        if self.engine.pid is not None:
            os.kill(self.engine.pid, signal.SIGKILL)
        await self.spawn.end()
        await self.engine.close()
        await self.store.close()
        self._over = True

    async def restarted(self) -> Self:
        """Kill this run where it stands, engine and all, and begin the next."""
        await self.kill()
        return await type(self)(self.folder, self.sandbox).start()

    async def message(self, *paths: Path, content: Content = MESSAGE) -> LocalId:
        """Return a message that is open, with these attached; nothing was asked of the server yet."""
        name = await self.drafts.begin(A, content)
        self.attachments.watch(await self.records.read_message(name))
        assert await self.attachments.add_files(name, paths) == []
        return name

    def record(self, name: LocalId) -> Record:
        """Return a record that must be there."""
        record = self.records.get(name)
        assert record is not None
        return record

    async def until_saved(self, name: LocalId) -> Record:
        """Save until the server has it all, as the program does by itself in its pauses."""
        async with asyncio.timeout(300):
            while not self.record(name).saved or self.record(name).in_flight:
                await self.drafts.save(name)
                await asyncio.sleep(0.01)
        return self.record(name)

    async def until(self, name: LocalId, *states: State) -> Record:
        """Wait until a message is in one of these states."""
        async with asyncio.timeout(300):
            while self.record(name).state not in states:  # noqa: ASYNC110 - as the person sees it
                await asyncio.sleep(0.01)
        return self.record(name)

    async def attached_on_server(self, name: LocalId) -> list[str]:
        """Return the names of what the server holds of a message."""
        ref = self.record(name).ref
        assert ref is not None
        item = (await self.engine.get(A, [ref]))[0].item
        assert item is not None
        return [one.name for one in item.attachments]


def received(sandbox: RunningSandbox, subject: str = MESSAGE.subject) -> list[EmailMessage]:
    """Return the messages that James has, as Python's own email package reads them."""
    found = sandbox.post(soap.find("inbox"), user=TO)
    subjects = [one.text or "" for one in found.all(".//t:Message/t:Subject")]
    items = [item for item, told in zip(found.ids(".//t:Message/t:ItemId"), subjects, strict=True) if told == subject]
    messages = []
    for item in items:
        raw = sandbox.post(soap.get([item], more=WITH_MIME), user=TO).text(".//t:MimeContent") or ""
        message = message_from_bytes(base64.b64decode(raw), policy=policy.default)
        assert isinstance(message, EmailMessage)
        messages.append(message)
    return messages


@pytest.fixture
async def run(sandbox: RunningSandbox, protocol: BackendKind, tmp_path: Path) -> AsyncIterator[Run]:
    run = await Run(tmp_path / "data", sandbox).start()
    yield run
    await run.end()
