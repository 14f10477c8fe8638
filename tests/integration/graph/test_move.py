"""An account of EWS goes on by Graph: drafts, outbox and cache kept; killed at each step, and nothing twice or lost."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from app.domain.account import Account, BackendKind
from app.domain.edits import TextSplice
from app.domain.listing import Folder, Place
from app.domain.message import Field, LocalId
from app.domain.state import State
from app.services.accounts.accounts import Accounts
from app.services.drafts.id_translation import IdTranslation
from app.services.ports import Settings
from app.storage.cache import SqliteCache
from app.storage.settings import SqliteSettings
from tests.graph_account import graph_account, refresh_token
from tests.integration.attachments.conftest import MESSAGE, A, LeapingClock, Run, received
from tests.integration.sandbox import soap
from tests.sandbox_fixture import RunningSandbox

DRAFTS = Place(Folder.DRAFTS)


class MovingRun(Run):
    """A run of the program that keeps its accounts on disk, and begins with one of EWS."""

    async def settings(self, account: Account) -> Settings:
        """Return the settings on disk; an account that moved there is signed in by a token."""
        settings = SqliteSettings(self.store)
        (kept,) = await settings.accounts() or [account]
        await settings.keep_account(kept)
        if kept.backend is BackendKind.GRAPH:
            await self.secrets.keep_secret(A, refresh_token(self.sandbox, kept.address))
        return settings

    def clock(self) -> LeapingClock:
        """Return a time that leaps, because Graph is given minutes."""
        self.time = LeapingClock()
        return self.time

    def begin_more(self) -> None:
        """Translate ids where that is to be done."""
        self.cache = SqliteCache(self.folder / "cache.sqlite")
        services = self.records, self.accounts, self.mailbox, self.engine, self.cache, self.time, self.spawn
        self.translation = IdTranslation(*services)

    async def fill_cache(self) -> None:
        """Know the drafts of the server, as the program does."""
        page = await self.engine.sync(A, DRAFTS, "", 100)
        await self.cache.put(A, DRAFTS, [one.row for one in page.changes if one.row is not None])

    async def move(self) -> None:
        """Let the account go on by Graph, as its form does."""
        who = self.sandbox.first["address"]
        account = replace(graph_account(self.sandbox, who), account_id=A)
        await self.accounts.add(account, refresh_token(self.sandbox, who))

    async def until_moved(self) -> None:
        """Wait until it goes on."""
        async with asyncio.timeout(300):
            while self.accounts.is_moving(A):  # noqa: ASYNC110 - as the person sees it
                await asyncio.sleep(0.01)

    async def numbers(self) -> set[str]:
        """Return what the account's own interface calls the drafts."""
        page = await self.engine.sync(A, DRAFTS, "", 100)
        return {one.ref.item_id for one in page.changes}


@pytest.fixture
async def run(sandbox: RunningSandbox, tmp_path: Path) -> AsyncIterator[MovingRun]:
    run = await MovingRun(tmp_path / "data", sandbox).start()
    yield run
    await run.end()


def drafts_called(sandbox: RunningSandbox, subject: str) -> int:
    """Return how many drafts of the first account bear a subject."""
    where = soap.equals(soap.field("item:Subject"), subject)
    return len(sandbox.post(soap.find("drafts", base="IdOnly", restriction=where)).ids())


async def goes_on(run: MovingRun, name: LocalId, waiting: LocalId) -> None:
    """Hold a moved account to its promises: the draft is the one that it was, and what waited went once."""
    await run.until_moved()
    account = run.accounts.get(A)
    assert account is not None
    assert account.backend is BackendKind.GRAPH
    ref = run.record(name).ref
    assert ref is not None
    numbers = await run.numbers()
    assert ref.item_id in numbers, "Graph knows the draft by the name that is kept here"
    kept = set((await run.cache.item_ids(A))[""])
    assert ref.item_id in kept
    assert len(kept - numbers) <= 1, "the cache names every draft as Graph does, but for what was sent meanwhile"
    assert (await run.cache.standing(A, DRAFTS)).state == "", "what EWS said of changes is none of Graph's"
    run.drafts.edit(name, TextSplice(Field.BODY, 0, 0, "Moved. "))
    await run.until_saved(name)
    assert drafts_called(run.sandbox, MESSAGE.subject) == 1
    assert "GraphUpdateMessage" in {one["operation"] for one in run.sandbox.journal()}
    await run.until(waiting, State.SENT)
    assert len(received(run.sandbox, "Waiting")) == 1


async def begun(run: MovingRun) -> tuple[LocalId, LocalId]:
    """Return a saved draft with a file, and a message that waits in the Outbox."""
    (run.folder / "notes.txt").write_text("notes")
    name = await run.message(run.folder / "notes.txt")
    waiting = await run.message(content=replace(MESSAGE, subject="Waiting"))
    await run.until_saved(name)
    await run.until_saved(waiting)
    await run.fill_cache()
    return name, waiting


async def test_drafts_outbox_and_cache_go_on_by_graph(run: MovingRun) -> None:
    name, waiting = await begun(run)
    before = run.record(name)
    await run.move()
    await run.until_moved()
    after = run.record(name)
    assert before.ref is not None
    assert after.ref is not None
    assert after.ref.change_key == before.ref.change_key
    assert [one.key for one in after.held] == [one.key for one in before.held]
    await run.outbox.send([waiting], 0.0)
    await goes_on(run, name, waiting)
    assert await run.attached_on_server(name) == ["notes.txt"]


@pytest.mark.parametrize(
    ("owner", "step"),
    [
        (MovingRun, "translate"),
        (SqliteCache, "item_ids"),
        (SqliteCache, "rename"),
        (Accounts, "settle_ids"),
    ],
)
async def test_a_move_that_is_killed_goes_on_at_the_next_start(
    run: MovingRun, monkeypatch: pytest.MonkeyPatch, owner: type, step: str
) -> None:
    name, waiting = await begun(run)
    await run.outbox.send([waiting], 0.0) if step == "rename" else None
    here = asyncio.Event()

    async def never(*_: object) -> None:
        here.set()
        await asyncio.Event().wait()

    with monkeypatch.context() as patched:
        if owner is MovingRun:
            patched.setattr(type(run.engine), "translate_ids", never)
        else:
            patched.setattr(owner, step, never)
        await run.move()
        async with asyncio.timeout(120):
            await here.wait()
        assert run.accounts.is_paused(A), "nothing is asked of its messages meanwhile"
        await run.kill()
    again = await MovingRun(run.folder, run.sandbox).start()
    try:
        if step != "rename":
            await again.until_moved()
            await again.outbox.send([waiting], 0.0)
        await goes_on(again, name, waiting)
    finally:
        await again.end()


async def test_what_was_sent_without_an_answer_over_ews_is_found_over_graph_and_not_sent_again(
    run: MovingRun, sandbox: RunningSandbox
) -> None:
    _, waiting = await begun(run)
    never_found = {"operation": "FindItem", "nth": "every", "action": "status", "status": 503}
    sandbox.faults([{"operation": "SendItem", "action": "reset-after"}, never_found])
    await run.outbox.send([waiting], 0.0)
    await run.until(waiting, State.UNKNOWN, State.SENT)
    await run.move()
    await run.until_moved()
    await run.until(waiting, State.SENT)
    sandbox.faults([])
    assert len(received(sandbox, "Waiting")) == 1
    assert sandbox.journal("GraphSend") == []
