"""Mailwright's services under the very troubles of `plain.py`, with the same person who presses send again."""

from __future__ import annotations

import asyncio
import json
import sys
from collections import Counter
from typing import Any

from app.domain.state import State
from tests.faults.promise.acts import Acts
from tests.faults.promise.oracle import Oracle
from tests.faults.promise.person import Step
from tests.faults.promise.plain import MESSAGES, PRESSES, matrix
from tests.faults.promise.verdict import Broken
from tests.faults.promise.world import Ground, World
from tests.sandbox_fixture import start, stop


async def run_ours(rounds: int) -> dict[str, Any]:
    """Meet each trouble; return what was counted, in the words of `plain.py`."""
    sandbox = start()
    ground = Ground(sandbox)
    counts: Counter[str] = Counter()
    by_trouble: dict[str, Counter[str]] = {}
    try:
        for name, manner, rule in matrix(rounds):
            found = await _meet(ground, manner, rule)
            counts.update(found)
            by_trouble.setdefault(name, Counter()).update(found)
    finally:
        await ground.close()
        stop(sandbox)
    return {"way": "Mailwright", "policy": "", "counts": counts, "by_trouble": by_trouble}


async def _meet(ground: Ground, manner: str, rule: dict[str, Any]) -> Counter[str]:
    world = World(ground, manner)
    oracle = Oracle(world)
    acts = Acts(world, oracle)
    found: Counter[str] = Counter({"messages": MESSAGES, "hung": 0, "twice": 0, "lost": 0, "wrong": 0})
    await world.begin()
    try:
        for _ in range(MESSAGES):
            await acts.do(Step("begin", 0, 1))
        world.set_rules([rule])
        await acts.do(Step("send several", MESSAGES, 1))
        for _ in range(PRESSES - 1):
            await acts.do(Step("wait", 6))
            for record in world.messages():
                if record.state is State.NEEDS_ATTENTION:
                    await world.act(world.window.outbox.retry([record.local_id]))
            await oracle.look_at_rows()
        await oracle.settle()
        await oracle.judge()
    except Broken as broken:
        found["wrong" if broken.kind == "wrong words" else broken.kind] += 1
        print(manner, rule, broken, file=sys.stderr)  # noqa: T201 - as below
    finally:
        await world.end()
    return found


if __name__ == "__main__":
    print(json.dumps(asyncio.run(run_ours(int(sys.argv[1])))))  # noqa: T201 - what it is for
