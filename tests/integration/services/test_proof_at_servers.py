"""Doubtful sends at servers that depart from the book: a row says only what is proved there."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any, Final

import pytest

from app.domain.listing import Folder, Mark
from app.domain.message import LocalId
from app.domain.problem import ProblemKind, read_problem
from app.domain.server_traits import ServerTraits
from app.domain.state import State
from app.services.accounts.asking_server import SCRATCH, AskingServer
from tests.integration.services.test_sending_as import MESSAGE, WHO, Life
from tests.sandbox_fixture import RunningSandbox

UNDONE: Final = {"operation": "SendItem", "nth": 1, "action": "reset-before"}
DONE: Final = {"operation": "SendItem", "nth": 1, "action": "reset-after"}


@pytest.fixture
async def life(sandbox: RunningSandbox) -> AsyncIterator[Life]:
    built = await Life(sandbox).start()
    yield built
    await built.end()


async def asked(life: Life) -> ServerTraits:
    await AskingServer(life.mailbox, life.accounts, life.clock).ask(WHO)
    return life.accounts.traits(WHO)


async def doubtful(life: Life, rule: dict[str, Any]) -> LocalId:
    """Return a message whose send got no answer, once it is settled what can be said of it."""
    name = await life.drafts.begin(WHO, MESSAGE)
    await life.drafts.save(name)
    life.sandbox.faults([rule])
    await life.outbox.send([name], 0)
    await life.until(lambda: bool(life.record(name).verified))
    return name


@pytest.mark.parametrize(
    ("manners", "seen"),
    [
        ((), (True, True, True)),
        (("drafts-not-marked",), (True, True, False)),
        (("stale-key-updates",), (False, True, True)),
        (("stale-key-sends",), (True, False, True)),
        (("stale-key-updates", "stale-key-sends", "drafts-not-marked"), (False, False, False)),
    ],
)
async def test_a_server_is_asked_and_nothing_of_it_stays_or_is_delivered(
    life: Life, manners: tuple[str, ...], seen: tuple[bool, ...]
) -> None:
    life.sandbox.manners(*manners)
    traits = await asked(life)
    assert (traits.stale_updates_refused, traits.stale_sends_refused, traits.is_draft_told) == seen
    marked = await life.mailbox.locate(WHO, [Mark(SCRATCH, "")], [Folder.DRAFTS, Folder.SENT, Folder.OUTBOX])
    assert (marked, life.sandbox.deliveries()) == ([], [])
    requests = len(life.sandbox.journal())
    assert await asked(life) == traits
    # Once it is known it is kept, and nothing more is asked.
    again = AskingServer(life.mailbox, life.accounts, life.clock)
    await again.ask(WHO)
    assert len(life.sandbox.journal()) == requests


async def test_what_a_broken_connection_left_behind_is_removed_the_next_time(life: Life) -> None:
    life.sandbox.faults([{"operation": "CreateItem", "nth": 1, "action": "reset-after"}])
    assert (await asked(life)).is_draft_told is None
    assert (await asked(life)).is_draft_told is True
    marked = await life.mailbox.locate(WHO, [Mark(SCRATCH, "")], [Folder.DRAFTS])
    assert marked == []


@pytest.mark.timeout(180)
@pytest.mark.parametrize("rule", [UNDONE, DONE])
async def test_an_unmarked_draft_is_never_taken_for_the_copy(life: Life, rule: dict[str, Any]) -> None:
    life.sandbox.manners("drafts-not-marked", "send-files-nothing")
    record = life.record(await doubtful(life, rule))
    assert record.state is State.UNKNOWN
    assert read_problem(record.problem)[0] is ProblemKind.CANNOT_BE_KNOWN


@pytest.mark.timeout(180)
async def test_at_the_book_s_server_that_took_a_draft_away_a_draft_that_stays_was_not_sent(life: Life) -> None:
    await life.accounts.learn_traits(WHO, send_takes_draft_away=True)
    record = life.record(await doubtful(life, UNDONE))
    assert record.state is State.NEEDS_ATTENTION
    assert read_problem(record.problem)[0] is ProblemKind.NOT_SENT
    assert life.sandbox.deliveries() == []


async def test_a_sure_send_teaches_that_drafts_are_taken_away(life: Life) -> None:
    name = await life.drafts.begin(WHO, MESSAGE)
    await life.outbox.send([name], 0)
    await life.until(lambda: bool(life.record(name).verified))
    assert life.record(name).state is State.SENT
    assert life.accounts.traits(WHO).send_takes_draft_away is True


@pytest.mark.timeout(180)
async def test_where_stale_keys_are_sent_a_draft_that_stays_proves_nothing(life: Life) -> None:
    life.sandbox.manners("stale-key-sends")
    await life.accounts.learn_traits(WHO, send_takes_draft_away=True)
    record = life.record(await doubtful(life, UNDONE))
    assert record.state is State.UNKNOWN
    assert read_problem(record.problem)[0] is ProblemKind.CANNOT_BE_KNOWN
