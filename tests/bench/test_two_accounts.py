"""Two accounts at two servers: what the second costs, and whether the first is as fast as alone when it is not well.

One engine for both, or one for each, was decided by this (`docs/decisions/one-engine.md`): memory of either, and how
long saving takes in the healthy account while the other's server is slow, refuses, is dead, takes no password, or
sends rows without end.
"""

from __future__ import annotations

import asyncio
import contextlib
import statistics
import time
from collections.abc import AsyncIterator, Awaitable, Callable

import msgspec
import pytest

from app.domain.account import Account
from app.domain.errors import MailError
from app.domain.listing import Folder
from app.domain.message import AccountId, Content, NewDraft, message_id_for, new_local_id
from app.domain.recipient import Recipient
from app.engine.client import EngineClient
from tests.bench.test_at_rest import _megabytes
from tests.sandbox_fixture import RunningSandbox, start, stop

pytestmark = [pytest.mark.bench, pytest.mark.timeout(900)]

SAVES = 60
AT_ONCE = 3
"""Requests that the other account has under way all the while: more than any list asks for."""
STALL = [{"action": "stall", "seconds": 20, "operation": "*", "nth": "every"}]
REFUSE = [{"action": "status", "status": 503, "operation": "*", "nth": "every"}]


def account_of(sandbox: RunningSandbox, name: str) -> tuple[Account, str]:
    """Return an account at a sandbox, and its password."""
    who = sandbox.account(name)
    return Account(AccountId(name), who["address"], sandbox.url, who["user"], ca_file=sandbox.ca_file), who["password"]


async def saves(engine: EngineClient, account_id: AccountId) -> list[float]:
    """Return how long each of some saves took, in milliseconds."""
    taken = []
    for number in range(SAVES):
        local_id = new_local_id()
        content = Content(to=(Recipient("james.okafor@contoso.com"),), subject=f"Save {number}", body="Some words")
        draft = NewDraft(local_id, message_id_for(local_id, "a@b.example"), content)
        began = time.perf_counter()
        answer = (await engine.save(account_id, [draft]))[0]
        taken.append((time.perf_counter() - began) * 1000)
        assert answer.accepted
    return taken


@contextlib.asynccontextmanager
async def busy(ask: Callable[[], Awaitable[object]] | None) -> AsyncIterator[None]:
    """Let the other account ask without end, several at a time."""

    async def go_on() -> None:
        while ask is not None:
            with contextlib.suppress(MailError):
                await ask()
            await asyncio.sleep(0.01)

    works = [asyncio.create_task(go_on()) for _ in range(AT_ONCE)]
    await asyncio.sleep(0.5)
    try:
        yield
    finally:
        for work in works:
            work.cancel()
        await asyncio.gather(*works, return_exceptions=True)


def told(name: str, taken: list[float], alone: list[float]) -> None:
    """Print one line of the table."""
    ratio = statistics.median(taken) / statistics.median(alone)
    worst = sorted(taken)[int(len(taken) * 0.95)]
    print(f"{name:38} median {statistics.median(taken):6.1f} ms  p95 {worst:6.1f}  of alone {ratio:.2f}")


async def test_a_second_account_that_is_not_well_does_not_slow_the_first() -> None:
    here, there = start(), start()
    engine, second = EngineClient(), EngineClient()
    print()
    try:
        await measure(engine, second, here, there)
    finally:
        await engine.close()
        await second.close()
        stop(here)


async def measure(engine: EngineClient, second: EngineClient, here: RunningSandbox, there: RunningSandbox) -> None:
    """Save at `here` while the other account, at `there`, is in each kind of trouble; `there` ends with it."""
    healthy, secret = account_of(here, "clara.fontaine@contoso.com")
    other, other_secret = account_of(there, "sofia.lindqvist@contoso.com")
    wrong = msgspec.structs.replace(other, account_id=AccountId("wrong"))

    def ask(by: EngineClient, account: Account) -> Callable[[], Awaitable[object]]:
        return lambda: by.list_folder(account.account_id, Folder.DRAFTS, 0, 200)

    async def told_beside(name: str, asking: Callable[[], Awaitable[object]]) -> None:
        async with busy(asking):
            told(name, await saves(engine, healthy.account_id), alone)

    await engine.open_account(healthy, secret)
    await saves(engine, healthy.account_id)
    one = _megabytes(_pid(engine))
    alone = await saves(engine, healthy.account_id)
    told("alone", alone, alone)
    await engine.open_account(other, other_secret)
    await saves(engine, other.account_id)
    two = _megabytes(_pid(engine))
    await second.open_account(other, other_secret)
    for _ in range(5):
        await saves(second, other.account_id)
    print(f"engine, MB (PSS): one account {one:.0f}, two {two:.0f}; a second engine {_megabytes(_pid(second)):.0f}")
    await told_beside("the other lists 200 rows without end", ask(engine, other))
    await told_beside("the same, in an engine of its own", ask(second, other))
    for name, rules in (("the other is slow", STALL), ("the other refuses (503)", REFUSE)):
        there.faults(rules)
        await told_beside(name, ask(engine, other))
    there.faults([])
    await engine.open_account(wrong, "wrong")
    await told_beside("the other's password is wrong", ask(engine, wrong))
    stop(there)
    await told_beside("the other is dead", ask(engine, other))


def _pid(engine: EngineClient) -> int:
    assert engine.pid is not None
    return engine.pid
