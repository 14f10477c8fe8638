"""One schedule from its first step to the verdict."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.faults.promise.acts import Acts
from tests.faults.promise.oracle import Oracle
from tests.faults.promise.person import Step
from tests.faults.promise.trouble import GRAPH_MANNERS, MANNERS
from tests.faults.promise.world import Ground, World


@dataclass
class Run:
    """What a schedule met, what its rows said, and what it asked of the server, also where it broke."""

    met: Counter[str] = field(default_factory=Counter)
    told: Counter[str] = field(default_factory=Counter)
    requests: Counter[str] = field(default_factory=Counter)


async def run_schedule(ground: Ground, manner: int, steps: Sequence[Step], run: Run | None = None) -> None:
    """Do all steps and judge. Raises Broken."""
    world = World(ground, MANNERS[manner], graph_manner=GRAPH_MANNERS[manner])
    oracle = Oracle(world)
    if run is not None:
        run.met, run.told = world.met, oracle.told
    await world.begin()
    try:
        acts = Acts(world, oracle)
        for step in steps:
            await acts.do(step)
        await oracle.settle()
        await oracle.judge()
    finally:
        await world.end()
