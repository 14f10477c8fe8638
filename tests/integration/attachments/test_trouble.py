"""Lost answers, dead engines, kills and full disks: each attachment is on the server once, or said not to be."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from app.domain.errors import StorageError
from app.domain.state import State
from app.services.attachments.fetch import Name
from app.storage import attachment_files as storage
from tests.integration.attachments.conftest import Run, received
from tests.sandbox_fixture import RunningSandbox

BEFORE: dict[str, Any] = {"action": "reset-before", "operation": "CreateAttachment"}
AFTER: dict[str, Any] = {"action": "reset-after", "operation": "CreateAttachment"}


def files(folder: Path, count: int = 3, size: int = 20_000) -> list[Path]:
    paths = [folder / f"{number}.bin" for number in range(count)]
    for path in paths:
        path.write_bytes(os.urandom(size))
    return paths


def in_message(sandbox: RunningSandbox) -> list[tuple[str | None, bytes]]:
    """What the one message that James received has attached."""
    [message] = received(sandbox)
    return [(part.get_filename(), bytes(part.get_payload(decode=True) or b"")) for part in message.iter_attachments()]


@pytest.mark.parametrize(
    "faults",
    [
        [BEFORE],
        [AFTER],
        [BEFORE, {**AFTER, "nth": 2}],
        [{**AFTER, "nth": "every", "times": 2}],
        [AFTER, {"action": "reset-before", "operation": "GetItem", "nth": "every", "times": 2}],
        [{"action": "cut", "operation": "CreateAttachment", "bytes": 300}],
        [{"action": "garbage", "operation": "CreateAttachment"}],
        [{"action": "status", "operation": "CreateAttachment", "status": 503}],
        [{"action": "code", "operation": "CreateAttachment", "item": 1, "code": "ErrorServerBusy"}],
        [{"action": "code", "operation": "CreateAttachment", "item": 1, "code": "ErrorInternalServerError"}],
        [{"action": "code", "operation": "CreateAttachment", "item": 1, "code": "ErrorTimeoutExpired", "after": True}],
        [{"action": "code", "operation": "CreateAttachment", "item": 0, "code": "ErrorServerBusy", "stop": True}],
    ],
    ids=lambda faults: "+".join(f"{one['action']}-{one.get('code', '')}-{one.get('nth', 1)}" for one in faults),
)
async def test_an_upload_in_trouble_is_there_once_in_the_end_and_so_at_the_recipient(
    run: Run, sandbox: RunningSandbox, tmp_path: Path, faults: list[dict[str, Any]]
) -> None:
    paths = files(tmp_path)
    name = await run.message(*paths)
    sandbox.faults(faults)
    for _ in range(6):
        await run.drafts.save(name)
    sandbox.faults([])
    for key in [one.key for one in run.record(name).refused]:
        await run.attachments.retry(name, key)
    await run.until_saved(name)
    assert sorted(await run.attached_on_server(name)) == [path.name for path in paths]
    await run.outbox.send([name], 0.0)
    await run.until(name, State.SENT)
    assert sorted(in_message(sandbox)) == [(path.name, path.read_bytes()) for path in paths]


@pytest.mark.parametrize("fault", ["reset-before", "reset-after"])
async def test_a_removal_in_trouble_is_done_once_it_can_be(
    run: Run, sandbox: RunningSandbox, tmp_path: Path, fault: str
) -> None:
    name = await run.message(*files(tmp_path))
    await run.until_saved(name)
    sandbox.faults([{"action": fault, "operation": "DeleteAttachment"}])
    run.attachments.remove(name, [run.attachments.of(name)[0].key])
    await run.until_saved(name)
    assert await run.attached_on_server(name) == ["1.bin", "2.bin"]


async def test_an_engine_that_is_killed_in_the_midst_of_an_upload_costs_nothing(
    run: Run, sandbox: RunningSandbox, tmp_path: Path
) -> None:
    [path] = files(tmp_path, 1, 6_000_000)
    name = await run.message(path)
    killed = asyncio.Event()

    def kill(where: Name) -> None:
        moving = run.drafts.fetching.moving.get(where)
        if moving is not None and moving.up and moving.done > 1_000_000 and not killed.is_set():
            killed.set()
            assert run.engine.pid is not None
            os.kill(run.engine.pid, signal.SIGKILL)

    run.drafts.fetching.moved.subscribe(kill)
    await run.drafts.save(name)
    assert killed.is_set()
    await run.until_saved(name)
    await run.outbox.send([name], 0.0)
    await run.until(name, State.SENT)
    assert in_message(sandbox) == [("0.bin", path.read_bytes())]


@pytest.mark.parametrize("operation", ["CreateItem", "CreateAttachment", "GetItem"])
@pytest.mark.parametrize("after", [False, True])
async def test_a_program_that_is_killed_at_any_request_goes_on_where_it_was(
    run: Run, sandbox: RunningSandbox, tmp_path: Path, operation: str, after: bool
) -> None:
    paths = files(tmp_path)
    name = await run.message(*paths)
    for path in paths:
        path.rename(path.with_suffix(".moved"))
    sandbox.faults([{"action": "stall", "operation": operation, "seconds": 30, "after": after}])
    saving = asyncio.ensure_future(run.drafts.save(name))
    while not any(entry["operation"] == operation for entry in sandbox.journal()):  # noqa: ASYNC110 - another process
        await asyncio.sleep(0.01)
    sandbox.faults([])
    again = await run.restarted()
    saving.cancel()
    await asyncio.gather(saving, return_exceptions=True)
    try:
        await again.until_saved(name)
        assert sorted(await again.attached_on_server(name)) == [path.name for path in paths]
        await again.outbox.send([name], 0.0)
        await again.until(name, State.SENT)
        assert sorted(in_message(sandbox)) == [(path.name, path.with_suffix(".moved").read_bytes()) for path in paths]
    finally:
        await again.end()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a full disk is made by Linux's /dev/full")
async def test_a_disk_that_is_full_loses_no_message_and_attaches_nothing(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = await run.message()
    real = storage._private_file
    monkeypatch.setattr(storage, "_private_file", lambda _: os.fdopen(os.open("/dev/full", os.O_WRONLY), "wb"))
    [error] = await run.attachments.add_files(name, files(tmp_path, 1))
    assert isinstance(error, StorageError)
    assert "The disk is full" in str(error)
    assert (await run.records.read_message(name)).content.attachments == ()
    monkeypatch.setattr(storage, "_private_file", real)
    [failed] = run.attachments.failed(name)
    await run.attachments.retry(name, failed.attached.key)
    await run.until_saved(name)
    assert await run.attached_on_server(name) == ["0.bin"]


@pytest.fixture
async def slow(sandbox: RunningSandbox) -> AsyncIterator[None]:
    """A server that takes its time with each attachment."""
    sandbox.faults([{"action": "stall", "operation": "CreateAttachment", "seconds": 1, "nth": "every"}])
    yield
    sandbox.faults([])


async def test_what_is_stopped_on_its_way_up_does_not_stay(
    run: Run, slow: None, sandbox: RunningSandbox, tmp_path: Path
) -> None:
    name = await run.message(*files(tmp_path, 2, 3_000_000))
    saving = asyncio.ensure_future(run.drafts.save(name))
    first = run.attachments.of(name)[0]
    while run.attachments.moving(name, first.key) is None:  # noqa: ASYNC110 - another process uploads
        await asyncio.sleep(0.005)
    run.attachments.remove(name, [first.key])
    await saving
    sandbox.faults([])
    await run.until_saved(name)
    assert await run.attached_on_server(name) == ["1.bin"]
