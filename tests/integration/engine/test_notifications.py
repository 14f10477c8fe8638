"""What another client changes is told through the engine, which may die meanwhile."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Sequence

import pytest

from app.domain.errors import EngineLost
from app.domain.listing import Folder, Place
from app.engine.client import EngineClient
from tests.integration.engine.conftest import A, runs, save, wait_until
from tests.integration.sandbox import soap
from tests.sandbox_fixture import RunningSandbox

DRAFTS, SENT = Place(Folder.DRAFTS), Place(Folder.SENT)


async def test_changes_are_told_while_all_else_goes_on(client: EngineClient, sandbox: RunningSandbox) -> None:
    told: list[Sequence[Place]] = []
    listening = asyncio.ensure_future(client.notices(A, [DRAFTS, SENT], told.append))
    await asyncio.wait_for(wait_until(lambda: told), 20)
    assert list(told.pop()) == [DRAFTS, SENT]
    sandbox.post(soap.create(soap.message("From elsewhere")))
    await asyncio.wait_for(wait_until(lambda: told), 20)
    assert list(told[0]) == [DRAFTS]
    await save(client)
    assert (await client.list_folder(A, Folder.DRAFTS)).total > 0
    listening.cancel()
    with pytest.raises(asyncio.CancelledError):
        await listening
    before = len(told)
    await save(client)
    await asyncio.sleep(0.3)
    assert len(told) == before


async def test_who_stops_listening_can_begin_again_at_once(client: EngineClient) -> None:
    for _ in range(3):
        told: list[Sequence[Place]] = []
        listening = asyncio.ensure_future(client.notices(A, [DRAFTS], told.append))
        await asyncio.wait_for(wait_until(lambda told=told: told), 20)  # type: ignore[misc]  # mypy knows no such lambda
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)


async def test_an_engine_that_dies_ends_the_listening_in_words(client: EngineClient) -> None:
    told: list[Sequence[Place]] = []
    listening = asyncio.ensure_future(client.notices(A, [DRAFTS], told.append))
    await asyncio.wait_for(wait_until(lambda: told), 20)
    pid = client.pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    with pytest.raises(EngineLost):
        await asyncio.wait_for(listening, 20)
    await asyncio.wait_for(wait_until(lambda: not runs(pid)), 10)
