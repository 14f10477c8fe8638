"""Runs one numbered schedule again and shows each step with the rows after it: `python -m … 1234`."""

from __future__ import annotations

import asyncio
import sys

from app.domain.record import Record
from app.services.text.status_text import state_words
from tests.faults.promise.acts import Acts
from tests.faults.promise.oracle import Oracle
from tests.faults.promise.person import Step, draw_schedule, kinds_of
from tests.faults.promise.trouble import ALL_NAMES, GRAPH_MANNERS, MANNERS, OPERATIONS
from tests.faults.promise.world import Ground, World
from tests.sandbox_fixture import start, stop


async def run_again(number: int) -> None:
    """Run the schedule of this number."""
    sandbox = start()
    ground = Ground(sandbox, kinds_of(number))
    manner, steps = draw_schedule(number)
    world = World(ground, MANNERS[manner], graph_manner=GRAPH_MANNERS[manner])
    oracle = Oracle(world)
    over_graph = f"; over Graph: {GRAPH_MANNERS[manner]}" if ground.server.over_graph else ""
    _say(f"the server's manner: {MANNERS[manner] or 'as Exchange'}{over_graph}")
    try:
        await world.begin()
        acts = Acts(world, oracle)
        for step in steps:
            _say(f"{world.window.clock.now() - 1_800_000_000:8.2f}  {words_of_step(step)}")
            await acts.do(step)
            show_rows(world)
        _say("all trouble ends")
        await oracle.settle()
        show_rows(world)
        for item in world.server.kept():
            _say(f"          {item.user} {item.folder}: {item.subject} {item.body!r} {item.mark[:6]}")
        _say(f"          deliveries: {world.server.deliveries()}")
        await oracle.judge()
        _say("nothing is wrong")
    finally:
        await world.end()
        await ground.close()
        stop(sandbox)


def words_of_step(step: Step) -> str:
    """Return a step in words."""
    if step.what == "trouble":
        return f"trouble: {ALL_NAMES[step.a]} at {OPERATIONS[step.b]} ({step.c})"
    return f"{step.what} {step.a} {step.b} {step.c}"


def show_rows(world: World) -> None:
    """Show each message of this machine, as its row does."""
    for record in world.messages():
        _say(f"          {record.local_id[:6]} {_row(record, world.clock.now())}")


def _row(record: Record, now: float) -> str:
    outcomes = [
        f"{name} {outcome.verdict.value} {outcome.code}"
        for name, outcome in (("save", record.save_outcome), ("send", record.send_outcome))
        if outcome is not None
    ]
    problem = f" ({record.problem})" if record.problem else ""
    return f"{record.state.value}{problem}: {state_words(record, now).text}; {', '.join(outcomes)}"


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201 - what it is for


if __name__ == "__main__":
    asyncio.run(run_again(int(sys.argv[1])))
