"""A message of a shared mailbox, and one that goes later, from first key to copy: services, engine and server."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable

import msgspec
import pytest

from app.bootstrap.adapters import SystemClock
from app.domain.edits import SenderSet
from app.domain.message import AccountId, Content, LocalId, Options
from app.domain.recipient import Recipient
from app.domain.record import CopyKind, CopyTo, Record
from app.domain.state import State
from app.engine.client import EngineClient
from app.services.accounts.accounts import Accounts
from app.services.accounts.identities import Identities
from app.services.accounts.watched_mailbox import WatchedMailbox
from app.services.drafts.drafts import Drafts
from app.services.outbox.outbox import Outbox
from app.services.records.records import Records
from tests.fakes.files import FakeFiles
from tests.fakes.journal import FakeJournal
from tests.fakes.scene import Spawned
from tests.fakes.secrets import FakeSecrets
from tests.fakes.settings import FakeSettings
from tests.integration.sandbox import soap
from tests.protocols import account_at
from tests.sandbox_fixture import RunningSandbox

pytestmark = pytest.mark.usefixtures("protocol")

SALES = "sales@contoso.com"
THEIRS = CopyTo(CopyKind.PRINCIPAL_SENT, SALES)
WHO = AccountId("sofia")
MESSAGE = Content(to=(Recipient("priya.natarajan@contoso.com"),), subject="Prices", body="Dear Priya")


class Life:
    """The services of one who signed in as Sofia, over the real engine and the real time."""

    def __init__(self, sandbox: RunningSandbox) -> None:
        self.sandbox = sandbox
        self.engine, self.spawn, self.clock = EngineClient(), Spawned(), SystemClock()
        self.settings, self.secrets = FakeSettings(), FakeSecrets()
        self.accounts = Accounts(self.settings, self.secrets, self.engine)
        self.mailbox = WatchedMailbox(self.engine, self.accounts, self.clock)
        self.records = Records(FakeJournal(), self.clock, self.spawn)
        self.drafts = Drafts(self.records, self.mailbox, self.accounts, self.clock, self.spawn, FakeFiles())
        self.outbox = Outbox(self.records, self.drafts, self.mailbox, self.accounts, self.clock, self.spawn)
        self.identities = Identities(self.settings, self.accounts, self.mailbox)

    async def start(self) -> Life:
        await self.accounts.open_unkept(*account_at(self.sandbox, "sofia.lindqvist", WHO))
        return self

    async def end(self) -> None:
        await self.spawn.end()
        await self.engine.close()
        assert self.spawn.errors == []

    def record(self, name: LocalId) -> Record:
        found = self.records.get(name)
        assert found is not None
        return found

    async def until(self, so: Callable[[], bool]) -> None:
        """Wait for what the server does, as long as the test may take."""
        while not so():  # noqa: ASYNC110 - what is waited for is in another process: nothing here can set an event
            await asyncio.sleep(0.02)

    def count(self, folder: str, mailbox: str = "") -> int:
        """Return how many messages called Prices lie in a folder."""
        where = soap.equals(soap.field("item:Subject"), "Prices")
        return len(self.sandbox.post(soap.find(folder, mailbox=mailbox, restriction=where), "sofia.lindqvist").ids())


@pytest.fixture
async def life(sandbox: RunningSandbox) -> AsyncIterator[Life]:
    built = await Life(sandbox).start()
    yield built
    await built.end()


async def test_a_saved_draft_goes_to_the_principal_and_is_sent_and_filed_there_once(life: Life) -> None:
    identity = await life.identities.add(WHO, SALES)
    assert (identity.name, identity.files, identity.checked) == ("Sales", True, True)
    name = await life.drafts.begin(WHO, MESSAGE)
    await life.drafts.save(name)
    assert (life.count("drafts"), life.count("drafts", SALES)) == (1, 0)
    life.drafts.edit(name, SenderSet(identity.recipient))
    copy_to = life.identities.copy_for(WHO, identity.recipient)
    assert copy_to == THEIRS
    await life.drafts.file_copy(name, copy_to)
    record = await life.drafts.save(name)
    assert record is not None
    assert record.saved
    assert (record.drafts_of, record.problem) == (SALES, "")
    assert (life.count("drafts"), life.count("drafts", SALES)) == (0, 1)
    await life.outbox.send([name], 0)
    await life.until(lambda: bool(life.record(name).verified))
    assert (life.record(name).state, life.record(name).problem) == (State.SENT, "")
    assert (life.count("drafts"), life.count("drafts", SALES)) == (0, 0)
    assert (life.count("sentitems"), life.count("sentitems", SALES)) == (0, 1)
    assert [row["from_address"] for row in life.sandbox.deliveries()] == [SALES]


async def test_it_comes_back_as_one_item_where_it_is_ones_own_again(life: Life) -> None:
    name = await life.drafts.begin(WHO, msgspec.structs.replace(MESSAGE, sender=Recipient(SALES)))
    await life.drafts.file_copy(name, THEIRS)
    await life.drafts.save(name)
    assert (life.count("drafts"), life.count("drafts", SALES)) == (0, 1)
    life.drafts.edit(name, SenderSet(None))
    await life.drafts.file_copy(name, CopyTo())
    record = await life.drafts.save(name)
    assert record is not None
    assert (record.saved, record.drafts_of) == (True, "")
    assert (life.count("drafts"), life.count("drafts", SALES)) == (1, 0)


async def test_a_mailbox_that_is_closed_keeps_no_draft_and_the_copy_stays_ones_own(life: Life) -> None:
    james = "james.okafor@contoso.com"
    identity = await life.identities.add(WHO, james)
    assert (identity.files, identity.checked) == (False, True)
    name = await life.drafts.begin(WHO, MESSAGE)
    await life.drafts.file_copy(name, CopyTo(CopyKind.PRINCIPAL_SENT, james))
    record = await life.drafts.save(name)
    assert record is not None
    assert (record.saved, record.copy_to, record.drafts_of) == (True, CopyTo(), "")
    assert life.count("drafts") == 1


async def test_a_message_that_goes_in_seconds_is_held_and_then_sent_and_seen(life: Life) -> None:
    due = float(int(time.time()) + 3)
    name = await life.drafts.begin(WHO, msgspec.structs.replace(MESSAGE, options=Options(deferred=due)))
    await life.outbox.send([name], 0)
    await life.until(lambda: life.record(name).state not in {State.QUEUED, State.SENDING, State.DRAFT})
    await life.until(lambda: life.record(name).state is State.SENT and bool(life.record(name).verified))
    assert life.record(name).problem == ""
    assert (life.count("outbox"), life.count("sentitems")) == (0, 1)
    assert len(life.sandbox.deliveries()) == 1


async def test_a_message_taken_back_from_the_server_is_saved_as_a_draft_with_its_time(life: Life) -> None:
    due = float(int(time.time()) + 7200)
    name = await life.drafts.begin(WHO, msgspec.structs.replace(MESSAGE, options=Options(deferred=due)))
    await life.outbox.send([name], 0)
    await life.until(lambda: life.record(name).state is State.DEFERRED)
    assert (life.count("outbox"), life.count("drafts")) == (1, 0)
    assert await life.outbox.deferrals.take_back([name]) == [name]
    record = await life.drafts.save(name)
    assert record is not None
    assert (record.saved, record.state) == (True, State.DRAFT)
    assert (life.count("outbox"), life.count("drafts")) == (0, 1)
    assert record.ref is not None
    item = (await life.mailbox.get(WHO, [record.ref]))[0].item
    assert item is not None
    assert item.content.options.deferred == due
    assert life.sandbox.deliveries() == []
