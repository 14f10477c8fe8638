"""The engine, the server or the network ends in the midst of each call: one truth for each item, and life goes on."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from app.domain.errors import AccountError, EngineLost, TroubleKind, Unreachable
from app.domain.listing import Folder, Mark
from app.domain.message import Content, DraftUpdate, Field, ItemRef
from app.domain.outcome import Outcome, Verdict
from app.domain.record import CopyTo
from app.engine.client import Deadlines, EngineClient
from tests.integration.engine.conftest import A, OpenOn, account_on, draft, runs, save, wait_until
from tests.sandbox_fixture import RunningSandbox, start, stop

Write = Callable[[EngineClient, ItemRef], Awaitable[list[Outcome]]]
Read = Callable[[EngineClient, ItemRef], Awaitable[Any]]

WRITES: dict[str, Write] = {
    "CreateItem": lambda client, _: client.save(A, [draft()]),
    "UpdateItem": lambda client, ref: client.update(
        A, [DraftUpdate(ref, Content(subject="x"), frozenset({Field.SUBJECT}))]
    ),
    "SendItem": lambda client, ref: client.send(A, [ref], CopyTo()),
    "DeleteItem": lambda client, ref: client.delete(A, [ref]),
}
READS: dict[str, Read] = {
    "GetItem": lambda client, ref: client.get(A, [ref]),
    "FindItem": lambda client, _: client.list_folder(A, Folder.DRAFTS),
}
EACH_WRITE = pytest.mark.parametrize("operation", WRITES)
EACH_READ = pytest.mark.parametrize("operation", READS)
STALL = {"action": "stall", "seconds": 30}


def kill_engine(client: EngineClient) -> None:
    assert client.pid is not None
    os.kill(client.pid, signal.SIGKILL)


async def unknown(task: Awaitable[list[Outcome]], kind: TroubleKind) -> None:
    outcome = (await task)[0]
    assert outcome.verdict is Verdict.UNKNOWN
    assert outcome.trouble is not None
    assert outcome.trouble.kind is kind
    assert outcome.trouble.may_have_been_processed


# --- the engine is killed -------------------------------------------------------------------------------------------


@EACH_WRITE
@pytest.mark.parametrize("after", [False, True])
async def test_a_write_in_flight_when_the_engine_is_killed_is_unknown_and_not_sent_again(
    client: EngineClient, sandbox: RunningSandbox, operation: str, after: bool
) -> None:
    ref = await save(client)
    earlier = len(sandbox.journal(operation))
    sandbox.faults([{**STALL, "operation": operation, "after": after}])
    task = asyncio.ensure_future(WRITES[operation](client, ref))
    await wait_until(lambda: len(sandbox.journal(operation)) > earlier)
    kill_engine(client)
    await unknown(task, TroubleKind.ENGINE)
    sandbox.faults([])
    await save(client)
    assert len(sandbox.journal(operation)) == earlier + 1 + (operation == "CreateItem")


@EACH_READ
async def test_a_read_in_flight_when_the_engine_is_killed_is_answered_by_the_next(
    client: EngineClient, sandbox: RunningSandbox, operation: str
) -> None:
    ref = await save(client)
    sandbox.faults([{**STALL, "operation": operation}])
    task = asyncio.ensure_future(READS[operation](client, ref))
    await wait_until(lambda: sandbox.journal(operation))
    sandbox.faults([])
    kill_engine(client)
    await task
    assert len(sandbox.journal(operation)) == 2


@EACH_READ
async def test_a_read_that_a_second_engine_does_not_survive_says_so(
    client: EngineClient, sandbox: RunningSandbox, operation: str
) -> None:
    ref = await save(client)
    sandbox.faults([{**STALL, "operation": operation, "nth": nth} for nth in (1, 2)])
    task = asyncio.ensure_future(READS[operation](client, ref))
    await wait_until(lambda: len(sandbox.journal(operation)) == 1)
    kill_engine(client)
    await wait_until(lambda: len(sandbox.journal(operation)) == 2)
    kill_engine(client)
    with pytest.raises(EngineLost):
        await task
    sandbox.faults([])
    assert (await client.get(A, [ref]))[0].item is not None


async def test_a_probe_under_way_when_the_engine_is_killed_says_so(
    client: EngineClient, sandbox: RunningSandbox
) -> None:
    sandbox.faults([{**STALL, "operation": "FindItem"}])
    steps = []

    async def probe() -> None:
        async for step in client.probe(account_on(sandbox), sandbox.first["password"]):
            steps.append(step.name)  # noqa: PERF401 - a comprehension would lose those that came before the end

    task = asyncio.ensure_future(probe())
    await wait_until(lambda: sandbox.journal("FindItem"))
    kill_engine(client)
    with pytest.raises(EngineLost):
        await task
    assert steps == ["name", "connect", "tls"]


async def test_a_sent_message_whose_engine_was_killed_is_found_by_its_mark(
    client: EngineClient, sandbox: RunningSandbox
) -> None:
    new = draft()
    ref = await save(client, new)
    sandbox.faults([{**STALL, "operation": "SendItem", "after": True}])
    task = asyncio.ensure_future(client.send(A, [ref], CopyTo()))
    await wait_until(sandbox.deliveries)
    kill_engine(client)
    await unknown(task, TroubleKind.ENGINE)
    found = await client.locate(A, [Mark(new.local_id, new.message_id)], [Folder.DRAFTS, Folder.SENT])
    assert [one.folder for one in found] == [Folder.SENT]
    assert len(sandbox.deliveries()) == 1


async def test_a_write_still_queued_when_the_engine_is_killed_was_not_attempted(
    client: EngineClient, sandbox: RunningSandbox
) -> None:
    sandbox.faults([{**STALL, "operation": "CreateItem"}])
    first = asyncio.ensure_future(client.save(A, [draft()]))
    await wait_until(lambda: sandbox.journal("CreateItem"))
    second = asyncio.ensure_future(client.save(A, [draft(), draft()]))
    await client.list_folder(A, Folder.DRAFTS)  # behind it on the pipe: the engine has read it
    kill_engine(client)
    await unknown(first, TroubleKind.ENGINE)
    assert [outcome.verdict for outcome in await second] == [Verdict.NOT_ATTEMPTED] * 2
    assert len(sandbox.journal("CreateItem")) == 1


# --- deadlines ----------------------------------------------------------------------------------------------------


@EACH_WRITE
async def test_a_write_past_its_deadline_is_unknown_and_the_same_engine_goes_on(
    open_on: OpenOn, sandbox: RunningSandbox, operation: str
) -> None:
    client = await open_on(sandbox)
    ref = await save(client)
    pid = client.pid
    client._deadlines = Deadlines(write=0.5, send=0.5, read=0.5)
    sandbox.faults([{**STALL, "operation": operation}])
    await unknown(WRITES[operation](client, ref), TroubleKind.DEADLINE)
    client._deadlines = Deadlines()
    sandbox.faults([])
    await save(client)
    assert client.pid == pid


async def test_a_reply_that_trickles_past_the_deadline_is_cut(open_on: OpenOn, sandbox: RunningSandbox) -> None:
    client = await open_on(sandbox)
    await save(client)
    pid = client.pid
    client._deadlines = Deadlines(write=0.5, read=0.5)
    sandbox.faults([{"action": "trickle", "operation": "FindItem", "seconds": 60}])
    with pytest.raises(EngineLost):
        await client.list_folder(A, Folder.DRAFTS)
    client._deadlines = Deadlines()
    await client.list_folder(A, Folder.DRAFTS)
    assert client.pid == pid


async def test_an_engine_that_stands_still_is_killed_and_each_call_in_flight_is_answered(
    open_on: OpenOn, sandbox: RunningSandbox
) -> None:
    client = await open_on(sandbox, grace=0.2)
    ref = await save(client)
    pid = client.pid
    assert pid is not None
    sandbox.faults([{**STALL, "operation": "CreateItem"}, {**STALL, "operation": "GetItem"}])
    write = asyncio.ensure_future(client.save(A, [draft()]))
    read = asyncio.ensure_future(client.get(A, [ref]))
    await wait_until(lambda: sandbox.journal("GetItem") and len(sandbox.journal("CreateItem")) == 2)
    os.kill(pid, signal.SIGSTOP)
    client._deadlines = Deadlines(read=0.1)
    with pytest.raises(EngineLost) as past:
        await client.list_folder(A, Folder.DRAFTS)
    assert past.value.trouble.kind is TroubleKind.DEADLINE
    assert not past.value.trouble.may_have_been_processed
    await unknown(write, TroubleKind.ENGINE)
    with pytest.raises(EngineLost):
        await read
    assert not runs(pid)
    client._deadlines = Deadlines()
    sandbox.faults([])
    await save(client)


async def test_a_cancelled_write_is_cancelled_in_the_engine_and_the_next_goes_on(
    client: EngineClient, sandbox: RunningSandbox
) -> None:
    ref = await save(client)
    pid = client.pid
    sandbox.faults([{**STALL, "operation": "SendItem"}])
    task = asyncio.ensure_future(client.send(A, [ref], CopyTo()))
    await wait_until(lambda: sandbox.journal("SendItem"))
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await save(client)  # in the same lane: it would stand behind the stalled one
    assert client.pid == pid
    assert len(sandbox.journal("SendItem")) == 1


# --- the server, the network ------------------------------------------------------------------------------------------


@EACH_WRITE
@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ({"action": "reset-before"}, TroubleKind.UNREACHABLE),
        ({"action": "reset-after"}, TroubleKind.UNREACHABLE),
        ({"action": "cut", "bytes": 0}, TroubleKind.SERVER),
        ({"action": "cut", "bytes": 200}, TroubleKind.SERVER),
        ({"action": "wrong-length", "bytes": 50}, None),
        ({"action": "garbage"}, TroubleKind.SERVER),
        ({"action": "html"}, TroubleKind.SERVER),
        ({"action": "status", "status": 503, "headers": {"Retry-After": "3"}}, TroubleKind.SERVER),
    ],
    ids=lambda value: "-".join(map(str, value.values())) if isinstance(value, dict) else "",
)
async def test_a_write_whose_answer_is_lost_is_unknown_and_asked_once(
    client: EngineClient, sandbox: RunningSandbox, operation: str, fault: dict[str, Any], kind: TroubleKind | None
) -> None:
    ref = await save(client)
    earlier = len(sandbox.journal(operation))
    sandbox.faults([{**fault, "operation": operation}])
    outcome = (await WRITES[operation](client, ref))[0]
    assert outcome.verdict is Verdict.UNKNOWN
    assert outcome.trouble is not None
    assert kind is None or outcome.trouble.kind in {kind, TroubleKind.UNREACHABLE}
    assert len(sandbox.journal(operation)) == earlier + 1
    await save(client)


@EACH_READ
@pytest.mark.parametrize("action", ["reset-before", "reset-after", "garbage", "html", "status"])
async def test_a_read_whose_answer_is_lost_raises_and_the_next_one_works(
    client: EngineClient, sandbox: RunningSandbox, operation: str, action: str
) -> None:
    ref = await save(client)
    sandbox.faults([{"action": action, "operation": operation}])
    with pytest.raises(AccountError):
        await READS[operation](client, ref)
    assert len(sandbox.journal(operation)) == 1
    await READS[operation](client, ref)


@EACH_WRITE
async def test_a_server_that_is_killed_in_the_midst_leaves_an_unknown_and_then_nothing_is_attempted(
    open_on: OpenOn, operation: str
) -> None:
    own = start()
    try:
        client = await open_on(own)
        ref = await save(client)
        earlier = len(own.journal(operation))
        own.faults([{**STALL, "operation": operation}])
        task = asyncio.ensure_future(WRITES[operation](client, ref))
        await wait_until(lambda: len(own.journal(operation)) > earlier)
        own.process.kill()
        await unknown(task, TroubleKind.UNREACHABLE)
        outcome = (await WRITES[operation](client, ref))[0]
        assert outcome.verdict is Verdict.NOT_ATTEMPTED
        with pytest.raises(Unreachable):
            await client.list_folder(A, Folder.DRAFTS)
    finally:
        stop(own)


# --- engines that do not work -----------------------------------------------------------------------------------------


async def test_an_engine_that_ends_at_once_is_not_started_over_and_over(tmp_path: Path) -> None:
    starts = tmp_path / "starts"
    client = EngineClient([sys.executable, "-c", f"open({str(starts)!r}, 'a').write('x')"])
    for _ in range(8):
        outcome = (await client.save(A, [draft()]))[0]
        assert outcome.verdict is Verdict.NOT_ATTEMPTED
        assert outcome.trouble is not None
        assert outcome.trouble.kind is TroubleKind.ENGINE
    assert starts.read_text() == "xxx"
    with pytest.raises(EngineLost):
        await client.list_folder(A, Folder.DRAFTS)
    await client.close()


async def test_an_engine_that_cannot_be_started_is_told() -> None:
    client = EngineClient(["/nowhere/engine"])
    outcome = (await client.save(A, [draft()]))[0]
    assert outcome.verdict is Verdict.NOT_ATTEMPTED
    assert outcome.trouble is not None
    assert "FileNotFoundError" in outcome.trouble.detail
    await client.close()


@pytest.mark.parametrize("words", ["hello, I am no engine, and I talk for a while", "\\0\\0\\0\\5nine."])
async def test_an_engine_that_talks_nonsense_is_ended(words: str) -> None:
    client = EngineClient(
        [sys.executable, "-c", f"import sys; sys.stdout.write('{words}' * 99); sys.stdout.flush(); sys.stdin.read()"]
    )
    outcome = (await client.save(A, [draft()]))[0]
    assert outcome.verdict is Verdict.NOT_ATTEMPTED
    await client.close()
