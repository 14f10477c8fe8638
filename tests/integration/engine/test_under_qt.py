"""The client on the loop that the window runs on: qasync's, not asyncio's own."""

from __future__ import annotations

import asyncio
import gc
import os
import threading

import qasync
from PySide6.QtWidgets import QApplication

from app.domain.listing import Folder
from app.engine.client import EngineClient
from tests.integration.engine.conftest import A, account_on, save
from tests.sandbox_fixture import RunningSandbox

# Run by itself, without dev.py, it must not end the whole run for want of a display.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")


def test_calls_and_close_work_on_the_windows_loop(qapp: QApplication, sandbox: RunningSandbox) -> None:
    before = set(threading.enumerate())

    async def use() -> int:
        client = EngineClient()
        await client.open_account(account_on(sandbox), sandbox.first["password"])
        client.start()
        await save(client)
        page = await client.list_folder(A, Folder.DRAFTS)
        steps = [step async for step in client.probe(account_on(sandbox), "wrong")]
        assert [step.passed for step in steps] == [True, True, True, False]
        await client.close()
        return page.total

    with asyncio.Runner(loop_factory=lambda: qasync.QEventLoop(qapp)) as runner:
        assert runner.run(use()) > 0
    # qasync's loop holds Qt timers in cycles: collected here, or later in a thread of another test, where Qt objects.
    del runner
    gc.collect()
    assert set(threading.enumerate()) <= before
