"""Random people and trouble at servers that depart from the book in random ways, and what that costs in requests."""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from collections.abc import Iterator
from typing import Any, Final

import pytest

from app.domain.state import State
from app.sandbox.manners import Manner
from tests.faults.promise.costs import Costs, costs_of
from tests.faults.promise.departures import draw_departure, run_departure
from tests.faults.promise.schedule import Run
from tests.faults.promise.world import Ground, standing_ground

NUMBERED: Final = int(os.environ.get("MAILWRIGHT_NUMBERED_SCHEDULES", "80")) // 4
FOUND: Final = (24, 125, 606)
"""Schedules that found something, in the program or in what judges it."""
WORST: Final[dict[str, Any]] = {
    Manner.DRAFTS_NOT_MARKED.value: True,
    Manner.RESPONSES_RENAMED.value: True,
    Manner.SEND_FILES_NOTHING.value: True,
    Manner.STALE_KEY_UPDATES.value: True,
    Manner.STALE_KEY_SENDS.value: True,
    Manner.RECIPIENTS_RESTORE_TEXT.value: True,
    Manner.OLD_KEY_RETURNED.value: True,
    Manner.ATTACHMENTS_FADE.value: 0,
    Manner.BATCH_ENDS_IN_FAULT.value: True,
    Manner.SECOND_REPLY_AFTER_FAULT.value: True,
    Manner.DEFERRAL_IGNORED.value: True,
    Manner.MESSAGE_ID_DROPPED.value: True,
}
"""All that the first independent server did."""


@pytest.fixture(scope="module")
def ground() -> Iterator[tuple[asyncio.Runner, Ground]]:
    """One sandbox, one engine and one loop for all schedules."""
    with standing_ground() as stands:
        yield stands


def costs(ground: tuple[asyncio.Runner, Ground], manners: dict[str, Any], messages: int = 1) -> Costs:
    runner, made = ground
    return runner.run(costs_of(made, manners, messages))


@pytest.mark.timeout(600)
def test_no_message_is_lost_or_sent_twice_at_servers_that_depart(ground: tuple[asyncio.Runner, Ground]) -> None:
    runner, made = ground
    told: Counter[str] = Counter()
    for number in (*range(NUMBERED), *FOUND):
        run = Run()
        try:
            runner.run(run_departure(made, draw_departure(number), run))
        except AssertionError as error:
            error.add_note(f"python -m tests.faults.promise.departures --again {number}")
            raise
        told.update(run.told)
    # The schedules are worth something only if messages went.
    assert told["sent"] > NUMBERED // 2


@pytest.mark.parametrize("messages", [1, 3])
def test_at_the_book_s_server_a_batch_costs_one_request_more_than_it_must(
    ground: tuple[asyncio.Runner, Ground], messages: int
) -> None:
    found = costs(ground, {}, messages)
    assert found.first_save == ["CreateItem"] * messages
    assert found.save == ["UpdateItem"] * messages
    assert found.send == ["GetItem", "SendItem", "FindItem"]
    assert (found.message.state, found.message.problem) == (State.SENT, "")


def test_at_the_worst_server_a_message_goes_and_its_row_says_so(ground: tuple[asyncio.Runner, Ground]) -> None:
    found = costs(ground, WORST)
    assert found.first_save == ["CreateItem"]
    # Before the update, because it takes stale keys; after it, because it may bring older text back.
    assert found.save == ["GetItem", "UpdateItem", "GetItem"]
    assert found.send.count("SendItem") + found.send.count("UpdateItem") == 1
    assert found.message.state in {State.SENT, State.SENT_NOT_FILED}
