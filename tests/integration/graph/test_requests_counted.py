"""How many requests each step of a message takes over Graph: what is saved, edited and sent costs what it must."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from app.domain.account import BackendKind
from app.domain.edits import TextSplice
from app.domain.message import Field
from app.domain.state import State
from tests.integration.attachments.conftest import A, Run
from tests.sandbox_fixture import RunningSandbox


@pytest.fixture
async def run(sandbox: RunningSandbox, tmp_path: Path) -> AsyncIterator[Run]:
    """A run that knows its server already."""
    sandbox.spoken = BackendKind.GRAPH
    made = await Run(tmp_path / "data", sandbox).start()
    await made.drafts.asking.ask(A)
    yield made
    await made.end()
    sandbox.spoken = BackendKind.EWS


def asked_since(sandbox: RunningSandbox, count: int) -> list[str]:
    """Return the requests that were made since there were `count`, parts of batches too."""
    return [str(one["operation"]) for one in sandbox.journal()][count:]


async def test_a_new_draft_an_edit_and_a_send_are_one_request_each(run: Run, sandbox: RunningSandbox) -> None:
    before = len(sandbox.journal())
    name = await run.message()
    await run.until_saved(name)
    assert asked_since(sandbox, before) == ["GraphCreateMessage"]
    before = len(sandbox.journal())
    run.drafts.edit(name, TextSplice(Field.SUBJECT, 0, 3, "Another"))
    await run.until_saved(name)
    assert asked_since(sandbox, before) == ["GraphUpdateMessage"]
    before = len(sandbox.journal())
    await run.outbox.send([name], 0.0)
    await run.until(name, State.SENT)
    asked = asked_since(sandbox, before)
    assert asked.count("GraphSend") == 1
    assert asked[: asked.index("GraphSend")] == ["GraphGetMessage"], "it is read back once, and then sent"


async def test_forty_are_sent_in_two_requests_and_looked_for_together(run: Run, sandbox: RunningSandbox) -> None:
    names = [await run.message() for _ in range(40)]
    for name in names:
        await run.until_saved(name)
    before = len(sandbox.journal())
    await run.outbox.send(names, 0.0)
    for name in names:
        await run.until(name, State.SENT)
    bodies = [str(one.get("body")) for one in sandbox.journal(bodies=True)[before:] if one["operation"] == "GraphBatch"]
    sending = [body for body in bodies if '/send"' in body]
    assert [body.count('/send"') for body in sending] == [20, 20]
    looking = asked_since(sandbox, before).count("GraphListMessages")
    assert looking <= 40 // 10 + 40, "ten Message-IDs in each, and no second look at what was found"
    assert len({one["submission"] for one in sandbox.deliveries()}) == 40
