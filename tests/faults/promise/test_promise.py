"""Random people, random trouble, sudden ends: what every row says is held against the server's record of deliveries.

The machine is Hypothesis's: a schedule that fails shrinks to the steps that matter, and is printed. The numbered
schedules beside it are those of the bench (`tests/bench/test_promise.py`), which runs thousands.
"""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from collections.abc import Iterator
from typing import Final

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from tests.faults.promise.acts import Acts
from tests.faults.promise.oracle import Oracle
from tests.faults.promise.person import (
    RANGES,
    WITH_ANSWERS,
    WITH_BOTH,
    WITH_GRAPH,
    WITH_LATER_KINDS,
    Step,
    draw_schedule,
    kinds_of,
)
from tests.faults.promise.schedule import Run, run_schedule
from tests.faults.promise.trouble import GRAPH_MANNERS, MANNERS
from tests.faults.promise.world import Ground, World, standing_ground

EXAMPLES: Final = int(os.environ.get("MAILWRIGHT_SCHEDULES", "80"))
FOUND: Final = (100075, 100675, 102192, 102422, 103257, 1000102, 1000385, 1000453, 1000660, 1000723, 1002339, 1005630)
"""Schedules of the bench that found something, in the program or in what judges it."""
_COUNT: Final = int(os.environ.get("MAILWRIGHT_NUMBERED_SCHEDULES", "80"))
_BEGINS: Final = (WITH_LATER_KINDS, WITH_ANSWERS)
FOUND_GRAPH: Final = (4000008, 4000020, 4000029, 4000050)
"""The same over Graph."""
_SOME: Final = _COUNT // 8
NUMBERED: Final = {
    "ews": (*range(_COUNT), *(n for first in _BEGINS for n in range(first, first + _COUNT // 4)), *FOUND),
    "graph": (*range(WITH_GRAPH, WITH_GRAPH + _SOME), *FOUND_GRAPH),
    "one of each": tuple(range(WITH_BOTH, WITH_BOTH + _SOME)),
}
"""By the kinds of the two accounts, the schedules that run with every test."""
FATE: Final = ("trouble", "calm", "kill window", "kill engine", "wait")
OTHERS: Final = tuple(what for what in RANGES if what.startswith("other "))
PERSON: Final = tuple(what for what in RANGES if what not in (*FATE, *OTHERS))


@pytest.fixture(scope="module", params=NUMBERED)
def ground(request: pytest.FixtureRequest) -> Iterator[tuple[asyncio.Runner, Ground, str]]:
    """One sandbox, one engine and one loop for all schedules of each kind."""
    with standing_ground(kinds_of(NUMBERED[request.param][0])) as (runner, made):
        yield runner, made, request.param


def steps(*what: str) -> st.SearchStrategy[Step]:
    """Steps of these kinds."""

    def numbers(kind: str) -> st.SearchStrategy[Step]:
        _, *ranges = RANGES[kind]
        return st.builds(Step, st.just(kind), *(st.integers(0, max(0, size - 1)) for size in ranges))

    return st.sampled_from(what).flatmap(numbers)


class Promise(RuleBasedStateMachine):
    """One schedule. Its steps are plain data and depend on nothing, so that each can be left out by itself."""

    runner: asyncio.Runner
    ground: Ground

    @initialize(manner=st.integers(0, len(MANNERS) - 1), account=st.integers(0, 1))
    def begin(self, manner: int, account: int) -> None:
        """The program starts, and somebody begins to write."""
        self.world = World(self.ground, MANNERS[manner], graph_manner=GRAPH_MANNERS[manner])
        self.oracle = Oracle(self.world)
        self.acts = Acts(self.world, self.oracle)
        self.runner.run(self.world.begin())
        self.runner.run(self.acts.do(Step("begin", account, 1)))

    @rule(step=steps(*PERSON))
    def person(self, step: Step) -> None:
        """The person does something."""
        self.runner.run(self.acts.do(step))

    @rule(step=steps(*OTHERS))
    def other_client(self, step: Step) -> None:
        """Another client does something."""
        self.runner.run(self.acts.do(step))

    @rule(step=steps(*FATE))
    def fate(self, step: Step) -> None:
        """Trouble comes or goes, something is killed, time passes."""
        self.runner.run(self.acts.do(step))

    def teardown(self) -> None:
        """All trouble ends, time passes, and everything is looked at."""
        if not hasattr(self, "world"):
            return
        try:
            self.runner.run(self.oracle.settle())
            self.runner.run(self.oracle.judge())
        finally:
            self.runner.run(self.world.end())


@pytest.mark.timeout(600)
def test_what_a_row_says_is_what_the_server_did_whatever_people_and_fate_do(
    ground: tuple[asyncio.Runner, Ground, str],
) -> None:
    runner, made, kinds = ground
    kind = type("OnThisGround", (Promise,), {"runner": runner, "ground": made})
    run_state_machine_as_test(
        kind,
        settings=settings(
            max_examples=EXAMPLES if kinds == "ews" else EXAMPLES // 8,
            stateful_step_count=18,
            derandomize=True,
            deadline=None,
            database=None,
            # Sockets and processes take their time; explaining would run each failing schedule hundreds of times.
            suppress_health_check=list(HealthCheck),
            phases=(Phase.explicit, Phase.generate, Phase.shrink),
        ),
    )


@pytest.mark.timeout(600)
def test_no_message_of_the_numbered_schedules_is_lost_or_sent_twice(
    ground: tuple[asyncio.Runner, Ground, str],
) -> None:
    runner, made, kinds = ground
    met: Counter[str] = Counter()
    told: Counter[str] = Counter()
    for number in NUMBERED[kinds]:
        run = Run()
        try:
            runner.run(run_schedule(made, *draw_schedule(number), run))
        except AssertionError as error:
            error.add_note(f"python -m tests.faults.promise.again {number}")
            raise
        met.update(run.met)
        told.update(run.told)
    # The schedules are worth something only if trouble came and messages went.
    some = kinds != "ews"
    assert len([name for name, count in met.items() if count]) > (10 if some else 15)
    assert met["window killed"] > (2 if some else 5)
    assert told["sent"] > (20 if some else 50)
