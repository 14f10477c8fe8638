"""When the server of an account is asked what it does: a minute after it works, and at once where it was tested."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest

from app.bootstrap import background_start
from app.domain.message import AccountId
from tests.fakes.clock import settle
from tests.fakes.scene import ANNA, CLARA, Scene, Spawned


class Sleeps:
    """Stands for asyncio.sleep where the start of the program uses it; `end` lets all of them end."""

    def __init__(self) -> None:
        self.seconds: list[float] = []
        self._over = asyncio.Event()

    async def sleep(self, seconds: float) -> None:
        self.seconds.append(seconds)
        await self._over.wait()

    def end(self) -> None:
        self._over.set()


@pytest.fixture
def asked(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> tuple[Sleeps, list[tuple[AccountId, bool]]]:
    found: list[tuple[AccountId, bool]] = []
    sleeps = Sleeps()

    async def ask_all(account_id: AccountId, *, anew: bool = False) -> None:
        found.append((account_id, anew))

    monkeypatch.setattr(scene.drafts.asking, "ask_all", ask_all)
    monkeypatch.setattr(background_start, "asyncio", SimpleNamespace(sleep=sleeps.sleep))
    parts: Any = SimpleNamespace(accounts=scene.accounts, drafts=scene.drafts, tasks=SimpleNamespace(spawn=Spawned()))
    background_start._ask_servers(parts)
    return sleeps, found


async def test_each_account_that_works_is_asked_once_after_a_minute(
    scene: Scene, asked: tuple[Sleeps, list[tuple[AccountId, bool]]]
) -> None:
    sleeps, found = asked
    for account_id in (ANNA, ANNA, CLARA):
        scene.accounts.well.emit(account_id)
    await settle()
    assert (sleeps.seconds, found) == ([60.0, 60.0], [])
    sleeps.end()
    await settle()
    assert sorted(found) == [(ANNA, False), (CLARA, False)]


async def test_an_account_whose_connection_was_tested_is_asked_at_once_and_anew(
    scene: Scene, asked: tuple[Sleeps, list[tuple[AccountId, bool]]]
) -> None:
    sleeps, found = asked
    account = scene.accounts.get(ANNA)
    assert account is not None
    steps = [step async for step in scene.accounts.probe(account, "secret")]
    await settle()
    assert steps[-1].passed
    assert (found, sleeps.seconds) == ([(ANNA, True)], [])
    await scene.accounts.add(account, "secret")
    await settle()
    assert found == [(ANNA, True), (ANNA, True)]


async def test_one_that_was_tested_before_it_was_kept_is_asked_when_it_is(
    scene: Scene, asked: tuple[Sleeps, list[tuple[AccountId, bool]]]
) -> None:
    account = scene.accounts.get(ANNA)
    assert account is not None
    new = msgspec.structs.replace(account, account_id=AccountId("new"), endpoint="https://new.example/EWS")
    # The form tests without an id: nothing is kept yet.
    probed = msgspec.structs.replace(new, account_id=AccountId("probe"))
    assert [step async for step in scene.accounts.probe(probed, "secret")][-1].passed
    await settle()
    assert asked[1] == []
    await scene.accounts.add(new, "secret")
    await settle()
    assert asked[1] == [(new.account_id, True)]


async def test_one_that_is_kept_without_a_test_is_not_asked_at_once(
    scene: Scene, asked: tuple[Sleeps, list[tuple[AccountId, bool]]]
) -> None:
    account = scene.accounts.get(ANNA)
    assert account is not None
    await scene.accounts.add(account, "secret")
    await settle()
    assert asked[1] == []


async def test_a_test_that_fails_asks_nothing(scene: Scene, asked: tuple[Sleeps, list[tuple[AccountId, bool]]]) -> None:
    account = scene.accounts.get(ANNA)
    assert account is not None
    last = scene.mailbox.probe_steps[-1]
    scene.mailbox.probe_steps[-1] = type(last)(last.name, passed=False, detail="No.")
    assert not [step async for step in scene.accounts.probe(account, "secret")][-1].passed
    await settle()
    assert asked[1] == []
