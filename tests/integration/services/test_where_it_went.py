"""Servers with other habits than Exchange: a success that left the draft, or filed the copy elsewhere, is named."""

from __future__ import annotations

from collections.abc import AsyncIterator

import msgspec
import pytest

from app.domain.problem import ProblemKind, read_problem
from app.domain.server_traits import BY_THE_BOOK
from app.domain.state import State
from tests.integration.services.test_sending_as import MESSAGE, WHO, Life
from tests.sandbox_fixture import RunningSandbox


@pytest.fixture
async def life(sandbox: RunningSandbox) -> AsyncIterator[Life]:
    built = await Life(sandbox).start()
    known = msgspec.structs.replace(BY_THE_BOOK, asked_at=built.clock.now())
    await built.accounts.learn_traits(WHO, **msgspec.structs.asdict(known))
    yield built
    await built.end()


@pytest.mark.parametrize(
    ("manner", "state", "problem", "copies"),
    [
        ("leave-draft", State.SENT, ProblemKind.LEFT_IN_DRAFTS, 1),
        ("file-elsewhere", State.SENT_NOT_FILED, ProblemKind.COPY_ELSEWHERE, 0),
    ],
)
async def test_where_a_sent_message_went_is_seen_and_named(
    life: Life, manner: str, state: State, problem: ProblemKind, copies: int
) -> None:
    life.sandbox.faults([{"operation": "SendItem", "action": manner}])
    name = await life.drafts.begin(WHO, MESSAGE)
    await life.outbox.send([name], 0)
    await life.until(lambda: bool(life.record(name).verified))
    record = life.record(name)
    assert (record.state, read_problem(record.problem)[0]) == (state, problem)
    assert (life.count("drafts"), life.count("sentitems")) == (1, copies)
    assert len(life.sandbox.deliveries()) == 1
    assert len(life.sandbox.journal("SendItem")) == 1
