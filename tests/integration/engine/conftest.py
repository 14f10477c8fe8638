"""A client with its engine, opened on the sandbox's first account."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from app.domain.account import Account
from app.domain.message import AccountId, Content, ItemRef, LocalId, NewDraft, message_id_for, new_local_id
from app.domain.recipient import Recipient
from app.engine.client import Deadlines, EngineClient
from tests.protocols import account_at
from tests.sandbox_fixture import RunningSandbox

A = AccountId("a")
OpenOn = Callable[..., Awaitable[EngineClient]]


def account_on(sandbox: RunningSandbox, account_id: AccountId = A) -> Account:
    return signed_in(sandbox, account_id)[0]


def signed_in(sandbox: RunningSandbox, account_id: AccountId = A) -> tuple[Account, str]:
    """Return the account of the first person, and its secret."""
    return account_at(sandbox, sandbox.first["address"], account_id)


def draft(local_id: LocalId | None = None) -> NewDraft:
    local_id = local_id or new_local_id()
    content = Content(to=(Recipient("james.okafor@contoso.com"),), subject="Hello", body="Dear James")
    return NewDraft(local_id, message_id_for(local_id, "anna@contoso.com"), content)


async def save(client: EngineClient, new: NewDraft | None = None, account_id: AccountId = A) -> ItemRef:
    outcome = (await client.save(account_id, [new or draft()]))[0]
    assert outcome.ref is not None, outcome
    return outcome.ref


async def wait_until(holds: Callable[[], object]) -> None:
    """Wait for something of another process, as long as the test may take."""
    while not holds():  # noqa: ASYNC110 - what is waited for is in another process: nothing here can set an event
        await asyncio.sleep(0.01)


def runs(pid: int) -> bool:
    """Tell whether a process is there and no corpse."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in {"Z", "X"}
    except OSError:
        return False


@pytest.fixture
async def open_on() -> AsyncIterator[OpenOn]:
    """Make clients; each is closed at the end, and must leave no thread."""
    made: list[EngineClient] = []
    before = set(threading.enumerate())

    async def open_client(
        sandbox: RunningSandbox | None = None, deadlines: Deadlines | None = None, grace: float = 10.0
    ) -> EngineClient:
        made.append(EngineClient(deadlines=deadlines, grace=grace))
        if sandbox is not None:
            await made[-1].open_account(*signed_in(sandbox))
        return made[-1]

    yield open_client
    for client in made:
        await client.close()
    assert [thread.name for thread in threading.enumerate() if thread not in before] == []


@pytest.fixture
async def client(sandbox: RunningSandbox, open_on: OpenOn) -> EngineClient:
    return await open_on(sandbox)
