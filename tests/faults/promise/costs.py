"""What a draft and a send cost in requests at a server of each manner, without any trouble: `python -m … costs`.

One message is saved, changed, saved again and sent; what is asked of the server meanwhile is listed. Before that the
server was asked what it does, which is not counted. First comes the server that keeps the book.
"""

from __future__ import annotations

import asyncio
import sys
from typing import Any

import msgspec

from app.domain.record import Record
from app.sandbox.manners import TIMED, Manner
from tests.faults.promise.acts import Acts
from tests.faults.promise.oracle import Oracle
from tests.faults.promise.person import Step
from tests.faults.promise.world import Ground, World
from tests.sandbox_fixture import start, stop

EACH = tuple(one for one in Manner if not one.value.startswith("graph"))


class Costs(msgspec.Struct, frozen=True):
    """What was asked of the server, in order: for a first save, for a save of a change, and for a send."""

    first_save: list[str]
    save: list[str]
    send: list[str]
    message: Record


async def costs_of(ground: Ground, manners: dict[str, Any], messages: int = 1) -> Costs:
    """Write, save, change, save and send so many messages at a server of these manners."""
    world = World(ground, manners=manners)
    acts = Acts(world, Oracle(world))
    await world.begin()
    try:
        for account in ground.accounts:
            await world.act(world.window.drafts.asking.ask_all(account.account_id))
        await world.clock.advance(100.0)
        before = len(world.server.operations())
        for _ in range(messages):
            await acts.do(Step("begin", 0, 1))
        await world.clock.advance(30.0)
        saved = len(world.server.operations())
        for one in range(messages):
            await acts.do(Step("type", one))
        await world.clock.advance(30.0)
        changed = len(world.server.operations())
        await acts.do(Step("send several", messages, 0))
        await world.clock.advance(60.0)
        asked = world.server.operations()
        return Costs(asked[before:saved], asked[saved:changed], asked[changed:], world.messages()[0])
    finally:
        await world.end()


async def _all() -> None:
    sandbox = start()
    ground = Ground(sandbox)
    try:
        for one in (None, *EACH):
            manners: dict[str, Any] = {} if one is None else {one.value: 0 if one in TIMED else True}
            costs = await costs_of(ground, manners)
            for what in ("first_save", "save", "send"):
                asked = getattr(costs, what)
                print(f"{one or 'the book':27} {what:10} {len(asked)}  {', '.join(asked)}", file=sys.stdout, flush=True)  # noqa: T201 - what it is for
    finally:
        await ground.close()
        stop(sandbox)


if __name__ == "__main__":
    asyncio.run(_all())
