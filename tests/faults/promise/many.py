"""Runs many schedules by number and says what came of them, as JSON in the last line: a process of the bench."""

from __future__ import annotations

import asyncio
import json
import sys
from collections import Counter
from typing import Any

from tests.faults.promise.person import draw_schedule, kinds_of
from tests.faults.promise.schedule import Run, run_schedule
from tests.faults.promise.verdict import Broken
from tests.faults.promise.world import Ground
from tests.sandbox_fixture import start, stop

_PATIENCE = 900.0
"""Seconds that a schedule may take by the wall's clock: longer is a hang."""


async def run_many(numbers: range) -> dict[str, Any]:
    """Run the schedules of these numbers."""
    sandbox = start()
    ground = Ground(sandbox, kinds_of(numbers.start))
    met: Counter[str] = Counter()
    told: Counter[str] = Counter()
    broken: Counter[str] = Counter()
    failures: list[str] = []
    done = 0
    try:
        for number in numbers:
            run = Run()
            try:
                await asyncio.wait_for(run_schedule(ground, *draw_schedule(number), run), _PATIENCE)
            except Exception as error:  # noqa: BLE001 - whatever it is, it counts, and the others go on
                broken[error.kind if isinstance(error, Broken) else "broke down"] += 1
                failures.append(f"{number}: {type(error).__name__}: {str(error)[:300]}")
                print(failures[-1], file=sys.stderr, flush=True)  # noqa: T201 - a run of hours is looked at while it runs
            met.update(run.met)
            told.update(run.told)
            done += 1
            if done % 100 == 0:
                print(f"{number}: {done} done", file=sys.stderr, flush=True)  # noqa: T201 - as above
    finally:
        await ground.close()
        stop(sandbox)
    return {"done": done, "met": met, "told": told, "broken": broken, "failures": failures}


if __name__ == "__main__":
    print(json.dumps(asyncio.run(run_many(range(*map(int, sys.argv[1:4]))))))  # noqa: T201 - what it is for
