"""The window's side without its window over Graph: written, saved, sent, and never twice, whatever is lost."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from app.domain.account import BackendKind
from app.domain.edits import TextSplice
from app.domain.listing import Folder
from app.domain.message import Field, LocalId
from app.domain.problem import ProblemKind, read_problem
from app.domain.protocols import PROTOCOLS
from app.domain.record import Record
from app.domain.response_codes import CONFLICT
from app.domain.state import State
from app.services.text.status_text import explain_record, state_words
from tests.integration.attachments.conftest import A, Run, received
from tests.integration.graph.test_drafts import listed
from tests.integration.sandbox.graph import at, client
from tests.sandbox_fixture import RunningSandbox


@pytest.fixture
async def run(sandbox: RunningSandbox, tmp_path: Path) -> AsyncIterator[Run]:
    sandbox.spoken = BackendKind.GRAPH
    run = await Run(tmp_path / "data", sandbox).start()
    yield run
    await run.end()
    sandbox.spoken = BackendKind.EWS


async def begun(run: Run) -> LocalId:
    name = await run.message()
    await run.until_saved(name)
    return name


async def test_a_message_is_taken_and_then_seen_in_sent(run: Run, sandbox: RunningSandbox) -> None:
    name = await begun(run)
    seen: list[State] = []
    run.records.changed.subscribe(lambda record: seen.append(record.state))
    await run.outbox.send([name], 0.0)
    record = await run.until(name, State.SENT, State.SENT_NOT_FILED, State.NEEDS_ATTENTION)
    assert (record.state, record.problem) == (State.SENT, "")
    assert State.TAKEN in seen, "202 is not Sent"
    assert len(received(sandbox)) == 1
    assert len(sandbox.journal("GraphSend")) == 1


async def test_while_the_server_is_at_it_the_row_says_so(run: Run, sandbox: RunningSandbox) -> None:
    sandbox.manners(**{"graph-send-takes": 3.0})
    name = await begun(run)
    await run.outbox.send([name], 0.0)
    record = await run.until(name, State.TAKEN, State.SENT)
    assert record.state is State.TAKEN
    assert state_words(record, run.leaping.now()).text == "Accepted by the server; not yet in Sent"
    await run.until(name, State.SENT)
    assert len(received(sandbox)) == 1


@pytest.mark.parametrize(
    "rule",
    [{"action": "status", "status": 504, "after": True}, {"action": "reset-after"}],
    ids=["504 after the deed", "reset after the deed"],
)
async def test_what_went_without_an_answer_is_found_and_not_sent_again(
    run: Run, sandbox: RunningSandbox, rule: dict[str, object]
) -> None:
    name = await begun(run)
    sandbox.faults([{"operation": "GraphSend", **rule}])
    await run.outbox.send([name], 0.0)
    record = await run.until(name, State.SENT, State.SENT_NOT_FILED, State.NEEDS_ATTENTION)
    assert record.state is State.SENT
    assert len(received(sandbox)) == 1
    assert len(sandbox.journal("GraphSend")) == 1


async def test_what_did_not_go_is_fenced_before_it_is_said(run: Run, sandbox: RunningSandbox) -> None:
    first = await begun(run)
    await run.outbox.send([first], 0.0)
    await run.until(first, State.SENT)
    name = await begun(run)
    before = run.record(name).ref
    sandbox.faults([{"operation": "GraphSend", "action": "reset-before"}])
    await run.outbox.send([name], 0.0)
    record = await run.until(name, State.NEEDS_ATTENTION, State.SENT)
    assert read_problem(record.problem)[0] is ProblemKind.NOT_SENT
    assert before is not None
    assert record.ref is not None
    assert record.ref.item_id != before.item_id, "a late send of the old name meets nothing"
    assert len(received(sandbox)) == 1
    await run.outbox.send([name], 0.0)
    await run.until(name, State.SENT)
    assert len(received(sandbox)) == 2


async def test_a_kill_while_it_is_taken_sends_nothing_again(run: Run, sandbox: RunningSandbox) -> None:
    sandbox.manners(**{"graph-send-takes": 2.0})
    name = await begun(run)
    await run.outbox.send([name], 0.0)
    await run.until(name, State.TAKEN)
    again = await run.restarted()
    try:
        record = await again.until(name, State.SENT, State.SENT_NOT_FILED, State.NEEDS_ATTENTION)
        assert record.state is State.SENT
        assert len(received(sandbox)) == 1
        # A slow machine may bring the question how the server takes stale sends: the server refuses that one.
        assert [one["status"] for one in sandbox.journal("GraphSend")].count(202) == 1
    finally:
        await again.end()


async def test_an_edit_is_one_patch(run: Run, sandbox: RunningSandbox) -> None:
    name = await begun(run)
    run.drafts.edit(name, TextSplice(Field.SUBJECT, 0, 3, "Another"))
    await run.until_saved(name)
    assert len(sandbox.journal("GraphCreateMessage")) == 1
    assert len(sandbox.journal("GraphUpdateMessage")) == 1


async def test_accepted_for_an_hour_and_nowhere_to_be_seen_nobody_knows(run: Run, sandbox: RunningSandbox) -> None:
    sandbox.manners("graph-takes-and-forgets")
    name = await begun(run)
    await run.outbox.send([name], 0.0)
    sent_at = run.leaping.now()
    record = await run.until(name, State.UNKNOWN, State.SENT, State.NEEDS_ATTENTION)
    assert record.state is State.UNKNOWN
    assert run.leaping.now() - sent_at >= PROTOCOLS[BackendKind.GRAPH].taken_for
    assert record.attempts == 1


async def test_a_first_save_without_an_answer_makes_one_draft_and_sends_nothing_unseen(
    run: Run, sandbox: RunningSandbox
) -> None:
    """The service gives text back as HTML: what a reader sees in it says whose it is."""
    sandbox.faults([{"operation": "GraphCreateMessage", "action": "status", "status": 504, "after": True}])
    name = await run.message()
    for _ in range(3):
        await run.drafts.save(name)
    assert listed(sandbox, Folder.DRAFTS).count("The plan") == 1
    assert len(sandbox.journal("GraphCreateMessage")) == 1
    record = run.record(name)
    assert record.saved
    assert sandbox.journal("GraphSend") == []


async def test_a_challenge_for_claims_is_answered_with_a_new_token(run: Run, sandbox: RunningSandbox) -> None:
    name = await begun(run)
    sandbox.faults([{"operation": "GraphSend", "action": "claims-challenge"}])
    await run.outbox.send([name], 0.0)
    await run.until(name, State.SENT)
    assert len(received(sandbox)) == 1


@pytest.mark.parametrize("honoured", [True, False], ids=["If-Match honoured", "If-Match ignored"])
async def test_what_another_client_wrote_is_not_written_over(run: Run, sandbox: RunningSandbox, honoured: bool) -> None:
    """Where the service looks past a stale If-Match, the version is read before it is written."""
    if not honoured:
        sandbox.manners("graph-if-match-ignored")
    await run.drafts.asking.ask(A)
    assert run.accounts.traits(A).stale_updates_refused is honoured
    name = await begun(run)
    ref = run.record(name).ref
    assert ref is not None
    other = client(sandbox, sandbox.first["address"])
    theirs = {"body": {"contentType": "text", "content": "Theirs"}}
    assert other.ask("PATCH", at(ref.item_id), theirs).status == 200
    writes = len(sandbox.journal("GraphUpdateMessage"))
    run.drafts.edit(name, TextSplice(Field.BODY, 0, 0, "Mine. "))
    record = await run.drafts.save(name)
    assert record is not None
    assert record.save_outcome is not None
    assert record.save_outcome.code == CONFLICT
    assert "compare" in (state_words(record, run.leaping.now()).action, explained(record))
    assert len(sandbox.journal("GraphUpdateMessage")) == writes + honoured, "where it is ignored, nothing is written"
    assert "Theirs" in other.get(at(ref.item_id)).json["body"]["content"]


def explained(record: Record) -> str:
    """Return what the pane of a message offers."""
    found = explain_record(record)
    return "" if found is None else found.action
