"""Two accounts at two servers over real sockets: whatever is the matter with one, the other saves and sends."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any, Final

import pytest

from app.domain.listing import Folder
from app.domain.message import AccountId, LocalId
from app.domain.state import State
from tests.integration.sandbox import soap
from tests.integration.services.test_sending_as import MESSAGE, WHO, Life
from tests.protocols import account_at
from tests.sandbox_fixture import RunningSandbox, start, stop

pytestmark = [pytest.mark.usefixtures("protocol"), pytest.mark.over_graph]

OTHER = AccountId("other")
EACH: Final = {"operation": "*", "nth": "every"}
WRONGS: Final[dict[str, dict[str, Any]]] = {
    "slow": {**EACH, "action": "stall", "seconds": 60},
    "refusing": {**EACH, "action": "status", "status": 503},
    "cut": {**EACH, "action": "reset-before"},
    "wrong password": {**EACH, "action": "status", "status": 401},
}


@pytest.fixture(scope="module")
def other_server() -> Iterator[RunningSandbox]:
    """Run a second server."""
    running = start()
    yield running
    stop(running)


@pytest.fixture
async def life(sandbox: RunningSandbox, other_server: RunningSandbox) -> AsyncIterator[Life]:
    """Return the services with an account at each server."""
    other_server.faults([])
    other_server.reset(messages=False)
    other_server.spoken = sandbox.spoken
    built = await Life(sandbox).start()
    await built.accounts.open_unkept(*account_at(other_server, "priya.natarajan", OTHER))
    yield built
    other_server.faults([])
    await built.end()


def count(server: RunningSandbox, who: str, folder: str) -> int:
    """Return how many messages called Prices lie in a folder."""
    where = soap.equals(soap.field("item:Subject"), "Prices")
    return len(server.post(soap.find(folder, restriction=where), who).ids())


async def held(life: Life, name: LocalId, so: Callable[[], bool]) -> None:
    """Wait until something is so, and show what there is where it never comes."""
    async with asyncio.timeout(60):
        await life.until(so)
    assert life.records.get(name) is not None


@pytest.mark.parametrize("wrong", list(WRONGS))
async def test_whatever_is_wrong_with_one_server_the_other_account_saves_and_sends(
    life: Life, other_server: RunningSandbox, wrong: str
) -> None:
    other_server.faults([WRONGS[wrong]])
    stuck = await life.drafts.begin(OTHER, MESSAGE)
    saving = asyncio.ensure_future(life.drafts.save(stuck))
    asking = [asyncio.ensure_future(life.mailbox.list_folder(OTHER, Folder.DRAFTS)) for _ in range(3)]
    await asyncio.sleep(0)
    name = await life.drafts.begin(WHO, MESSAGE)
    async with asyncio.timeout(60):
        record = await life.drafts.save(name)
    assert record is not None
    assert record.saved
    await life.outbox.send([name, stuck], 0)
    await held(life, name, lambda: life.record(name).state is State.SENT)
    assert len(life.sandbox.deliveries()) == 1
    assert other_server.deliveries() == []
    assert life.record(stuck).state is not State.SENT
    for work in (saving, *asking):
        work.cancel()
    await asyncio.gather(saving, *asking, return_exceptions=True)


async def test_a_draft_goes_from_one_server_to_the_other_and_is_sent_there_once(
    life: Life, other_server: RunningSandbox
) -> None:
    name = await life.drafts.begin(WHO, MESSAGE)
    await life.drafts.save(name)
    assert count(life.sandbox, "sofia.lindqvist", "drafts") == 1
    new = await life.drafts.move_to_account(name, OTHER, None)
    record = await life.drafts.save(new)
    assert record is not None
    assert record.saved
    await held(life, new, lambda: count(life.sandbox, "sofia.lindqvist", "drafts") == 0)
    assert count(life.sandbox, "sofia.lindqvist", "deleteditems") == 1
    assert count(other_server, "priya.natarajan", "drafts") == 1
    await life.outbox.send([new], 0)
    await held(life, new, lambda: life.record(new).state is State.SENT)
    assert [row["from_address"] for row in other_server.deliveries()] == ["priya.natarajan@contoso.com"]
    assert life.sandbox.deliveries() == []


async def test_a_draft_that_goes_to_a_dead_server_stays_where_it_is_until_that_answers(
    life: Life, other_server: RunningSandbox
) -> None:
    name = await life.drafts.begin(WHO, MESSAGE)
    await life.drafts.save(name)
    other_server.faults([WRONGS["cut"]])
    new = await life.drafts.move_to_account(name, OTHER, None)
    record = await life.drafts.save(new)
    assert record is not None
    assert not record.saved
    assert count(life.sandbox, "sofia.lindqvist", "drafts") == 1
    other_server.faults([])
    record = await life.drafts.save(new)
    assert record is not None
    assert record.saved
    await held(life, new, lambda: count(life.sandbox, "sofia.lindqvist", "drafts") == 0)
    assert count(other_server, "priya.natarajan", "drafts") == 1
