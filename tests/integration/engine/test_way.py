"""A message's way through the engine to the sandbox, and the engine's own beginning and end."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from app.domain.errors import SignInRefused
from app.domain.listing import Folder, Mark
from app.domain.message import AccountId, Content, DraftUpdate, Field
from app.domain.outcome import Verdict
from app.domain.record import CopyTo
from app.engine.client import Deadlines, EngineClient
from app.engine.link import command_line
from app.services.ports import Mailbox
from tests.integration.engine.conftest import A, OpenOn, account_on, draft, runs, save, wait_until
from tests.sandbox_fixture import RunningSandbox

ON_LINUX = pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="looks into /proc")


def seen_from_outside(pid: int) -> list[bytes]:
    return [Path(f"/proc/{pid}/{name}").read_bytes() for name in ("cmdline", "environ")]


async def test_a_message_goes_its_whole_way_through_the_port(client: EngineClient, sandbox: RunningSandbox) -> None:
    mailbox: Mailbox = client
    new = draft()
    ref = await save(client, new)
    outcome = (await mailbox.update(A, [DraftUpdate(ref, Content(subject="Other"), frozenset({Field.SUBJECT}))]))[0]
    assert outcome.ref is not None
    fetched = (await mailbox.get(A, [outcome.ref]))[0].item
    assert fetched is not None
    assert fetched.content.subject == "Other"
    rows = (await mailbox.list_folder(A, Folder.DRAFTS)).rows
    assert new.local_id in {row.local_id for row in rows}
    assert (await mailbox.send(A, [outcome.ref], CopyTo()))[0].accepted
    sightings = await mailbox.locate(A, [Mark(new.local_id, new.message_id)], [Folder.DRAFTS, Folder.SENT])
    assert [one.folder for one in sightings] == [Folder.SENT]
    assert (await mailbox.delete(A, [sightings[0].ref], for_good=True))[0].accepted
    assert len(sandbox.deliveries()) == 1


async def test_a_cold_start_to_the_first_draft_takes_one_request(client: EngineClient, sandbox: RunningSandbox) -> None:
    await save(client)
    assert [entry["operation"] for entry in sandbox.journal()] == ["CreateItem"]


async def test_nothing_asked_is_nothing_sent(client: EngineClient, sandbox: RunningSandbox) -> None:
    assert await client.save(A, []) == []
    assert await client.send(A, [], CopyTo()) == []
    assert await client.get(A, []) == []
    assert await client.locate(A, [], [Folder.DRAFTS]) == []
    assert client.pid is None
    assert sandbox.journal() == []


async def test_a_probe_tells_its_steps_and_needs_no_open_account(open_on: OpenOn, sandbox: RunningSandbox) -> None:
    client = await open_on()
    account = account_on(sandbox)
    steps = [step.name async for step in client.probe(account, sandbox.first["password"])]
    assert steps == ["name", "connect", "tls", "sign-in", "ews", "drafts", "person"]
    failed = [step async for step in client.probe(account, "wrong")][-1]
    assert (failed.name, failed.passed) == ("sign-in", False)


async def test_an_account_opened_anew_uses_its_new_password(client: EngineClient, sandbox: RunningSandbox) -> None:
    await save(client)
    await client.open_account(account_on(sandbox), "wrong")
    with pytest.raises(SignInRefused):
        await client.list_folder(A, Folder.DRAFTS)
    await client.open_account(account_on(sandbox), sandbox.first["password"])
    await save(client)


async def test_a_large_body_with_odd_characters_arrives(client: EngineClient, sandbox: RunningSandbox) -> None:
    new = draft()
    body = "Grüße \U0001f600\x0b\ud800 " * 300_000
    large = type(new)(new.local_id, new.message_id, Content(body=body))
    ref = await save(client, large)
    fetched = (await client.get(A, [ref]))[0].item
    assert fetched is not None
    assert fetched.content.body.rstrip() == body.replace("\x0b", "\ufffd").replace("\ud800", "\ufffd").rstrip()


@ON_LINUX
async def test_the_secret_is_in_no_argument_and_no_environment(client: EngineClient, sandbox: RunningSandbox) -> None:
    await save(client)
    secret = sandbox.first["password"].encode()
    assert client.pid is not None
    assert [seen for seen in seen_from_outside(client.pid) if secret in seen] == []


async def test_what_prints_in_the_engine_does_not_reach_the_pipe(sandbox: RunningSandbox) -> None:
    noisy = (
        "import os, sys, app.engine.server as s, app.engine.__main__ as m\n"
        "quiet = s.Engine._run\n"
        "def noise(self, *given):\n"
        "    print('noise'); os.write(1, b'noise' * 20000)\n"
        "    quiet(self, *given)\n"
        "s.Engine._run = noise\n"
        "os._exit(m.main())"
    )
    client = EngineClient([sys.executable, "-c", noisy])
    await client.open_account(account_on(sandbox), sandbox.first["password"])
    for _ in range(3):
        await save(client)
    await client.close()


@ON_LINUX
async def test_close_ends_the_engine_and_later_calls_are_not_attempted(
    client: EngineClient, sandbox: RunningSandbox
) -> None:
    await save(client)
    pid = client.pid
    assert pid is not None
    await client.close()
    assert not runs(pid)
    assert (await client.save(A, [draft()]))[0].verdict is Verdict.NOT_ATTEMPTED
    assert len(sandbox.journal()) == 1


@ON_LINUX
async def test_close_ends_an_engine_that_does_not_listen(client: EngineClient) -> None:
    await save(client)
    pid = client.pid
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    await client.close()
    assert not runs(pid)


async def test_close_answers_for_what_is_in_flight(client: EngineClient, sandbox: RunningSandbox) -> None:
    sandbox.faults([{"action": "stall", "operation": "CreateItem", "seconds": 30}])
    task = asyncio.create_task(client.save(A, [draft()]))
    await wait_until(lambda: sandbox.journal("CreateItem"))
    await client.close()
    assert (await task)[0].verdict is Verdict.UNKNOWN


@ON_LINUX
def test_an_engine_does_not_outlive_a_window_that_was_killed() -> None:
    window = (
        "import asyncio\n"
        "from app.engine.client import EngineClient\n"
        "async def main():\n"
        "    client = EngineClient(); client.start()\n"
        "    while client.pid is None: await asyncio.sleep(0.01)\n"
        "    print(client.pid, flush=True)\n"
        "    await asyncio.sleep(60)\n"
        "asyncio.run(main())"
    )
    with subprocess.Popen([sys.executable, "-c", window], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        pid = int(process.stdout.readline())
        assert runs(pid)
        process.kill()
    while runs(pid):
        time.sleep(0.01)


def test_the_frozen_program_starts_itself_as_its_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    assert command_line() == [sys.executable, "-P", "-m", "app.engine"]
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert command_line() == [sys.executable, "--engine"]


async def test_two_accounts_do_not_wait_for_each_other(client: EngineClient, sandbox: RunningSandbox) -> None:
    other = AccountId("b")
    second = sandbox.accounts[1]
    account = type(account_on(sandbox))(other, second["address"], sandbox.url, second["user"], ca_file=sandbox.ca_file)
    await client.open_account(account, second["password"])
    sandbox.faults([{"action": "stall", "operation": "CreateItem", "user": sandbox.first["user"], "seconds": 30}])
    stuck = asyncio.create_task(client.save(A, [draft()]))
    await wait_until(lambda: sandbox.journal("CreateItem"))
    await save(client, account_id=other)
    assert not stuck.done()
    stuck.cancel()
    with pytest.raises(asyncio.CancelledError):
        await stuck


async def test_the_loop_is_free_while_the_engine_starts(open_on: OpenOn, sandbox: RunningSandbox) -> None:
    client = await open_on(sandbox, Deadlines())
    before = time.monotonic()
    client.start()
    task = asyncio.create_task(save(client))
    turns = 0
    while not task.done():
        await asyncio.sleep(0)
        turns += 1
    assert turns > 100, time.monotonic() - before
    await task
