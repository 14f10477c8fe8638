"""Schedules at servers that depart from the book in random ways: `python -m tests.faults.promise.departures 0 5000 1`.

The numbers are first, end and step, so that processes share them; `--again N` runs one and shows each step. What cannot
be known is counted by cause, and is a fault where the server does all that would prove it. `--without` leaves out
schedules with these manners. The last line is JSON: among it what was asked of the servers, by operation, beside how
many drafts there were and how often a message went. That is with all trouble; `costs.py` counts without any.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import sys
from collections import Counter
from dataclasses import replace
from typing import Any, Final, NamedTuple

from app.domain.message import Content
from app.domain.problem import ProblemKind, read_problem
from app.domain.record import CopyKind, Record
from app.domain.state import State
from app.sandbox.manners import TIMED, Manner
from app.services.accounts.asking_server import SCRATCH
from tests.faults.promise.acts import Acts
from tests.faults.promise.again import show_rows, words_of_step
from tests.faults.promise.oracle import READERS, Oracle
from tests.faults.promise.person import WITH_ANSWERS, WITH_LATER_KINDS, WITH_MOVES, Step, draw_schedule, of
from tests.faults.promise.schedule import Run
from tests.faults.promise.server import Kept
from tests.faults.promise.verdict import Broken
from tests.faults.promise.world import Ground, World
from tests.sandbox_fixture import start, stop

_PATIENCE: Final = 900.0
"""Seconds that a schedule may take by the wall's clock: longer is a hang."""
_FADES: Final = 0.3
"""Seconds of the wall's clock after which attachments vanish at some of these servers; the fake clock is not theirs."""
_KINDS: Final = (0, WITH_LATER_KINDS, WITH_ANSWERS, WITH_MOVES)
"""From where on the steps are drawn, in turns: some requests are processed late, messages answer others, and move."""
_WENT: Final = frozenset({State.SENT, State.SENT_NOT_FILED})
_OF_DRAFTS: Final = ("CreateItem", "UpdateItem", "CreateAttachment", "DeleteAttachment", "DeleteItem", "MoveItem")
_OF_SENDS: Final = ("GetItem", "SendItem", "FindItem")
_LEAVING: Final = frozenset({Manner.SEND_FILES_NOTHING, Manner.LEAVE_DRAFT, Manner.FILE_ELSEWHERE})
"""A draft that stays proves nothing at a server of these manners."""


class Departure(NamedTuple):
    """One schedule: the server's manners, whether it is asked what it does at the start, and the steps."""

    manners: dict[str, Any]
    asked: bool
    steps: list[Step]


def draw_departure(number: int) -> Departure:
    """Return the schedule of this number. The same one each time."""
    dice = random.Random(f"departure {number}")
    share = dice.choice((0.08, 0.2, 0.4))
    plain = [one for one in Manner if one not in TIMED and not one.value.startswith("graph")]
    manners: dict[str, Any] = {one.value: True for one in plain if dice.random() < share}
    if dice.random() < share:
        manners[Manner.ATTACHMENTS_FADE.value] = dice.choice((0, _FADES - 0.1))
    _, drawn = draw_schedule(_KINDS[number % len(_KINDS)] + number)
    steps: list[Step] = []
    for step in drawn:
        if dice.random() < 0.15:
            steps.append(of(dice.choice(("retitle", "invite", "save")), dice))
        steps.append(step)
    return Departure(manners, dice.random() < 0.8, steps)


class DepartureOracle(Oracle):
    """Judges by where things lie: at such a server no item says of itself what it is."""

    @property
    def manners(self) -> frozenset[str]:
        """Return the names of the server's manners."""
        return frozenset(self.world.manners or ())

    def _check_drafts(self, kept: list[Kept]) -> None:
        """Look at all but the drafts that a server is asked with: they go with the next question."""
        mine = [one for one in kept if one.mark != SCRATCH]
        super()._check_drafts([replace(one, is_draft=one.folder == "drafts") for one in mine])

    def attached_elsewhere(self, item: Kept, name: str, size: int) -> None:
        """Another client attached a file; what it attaches to such a server is lost, whatever this program does."""
        super().attached_elsewhere(item, name, size)
        if Manner.ATTACHMENTS_FADE in self.manners:
            self.detached(name)

    def kept_here_alone(self, record: Record, meant: Content, item: Kept) -> Counter[str]:
        """A server that was not seen yet to lose files may have lost those of a draft: they are on this machine."""
        kept = self.world.window.accounts.traits(record.account_id).attachments_kept
        if item.folder != "drafts" or kept is False or Manner.ATTACHMENTS_FADE not in self.manners:
            return Counter()
        return Counter(one.name for one in meant.attachments if one.file)

    async def judge(self) -> None:
        """Look at everything, and at what was delivered too."""
        await super().judge()
        messages = {one.local_id: await self.world.content_of(one.local_id) for one in self.world.messages()}
        received = self.world.server.received(READERS)
        times = self.world.server.deliveries()
        for record in self.world.messages():
            if record.state in _WENT and not self.is_meddled(record):
                self._check_arrived(record, messages[record.local_id], received, times)

    def _check_arrived(self, record: Record, meant: Content, received: list[Kept], times: Any) -> None:
        """What arrived is what the person wrote, and it arrived at those it was written to."""
        went = self.times_of(record, times)
        whom = {one for each in went.values() for one in each}
        wanted = {one.address for one in meant.to}
        if went and whom != wanted:
            raise self.broken("lost", record, f"it went to {sorted(whom)}, not to {sorted(wanted)}")
        for item in received:
            if item.mark == record.local_id and item.subject != meant.subject:
                raise self.broken("wrong words", record, f"it arrived as {item.subject!r}, not as {meant.subject!r}")
            words = set(meant.body.split()) - self.world.lost_words
            if item.mark == record.local_id and not words <= set(item.body.split()):
                raise self.broken("lost", record, f"it arrived with {item.body!r}")

    def _check_unknown(self, record: Record, mine: list[Kept]) -> None:
        if read_problem(record.problem)[0] is not ProblemKind.CANNOT_BE_KNOWN:
            raise self.broken("stuck", record, record.send_outcome)
        if any(one.folder == "sentitems" for one in mine) and not self.is_meddled(record):
            raise self.broken("wrong words", record, "a copy is there")
        self.world.met[f"cannot be known: {self._cause(record, mine)}"] += 1

    def _cause(self, record: Record, mine: list[Kept]) -> str:
        traits = self.world.window.accounts.traits(record.account_id)
        if record.copy_to.kind is CopyKind.NONE:
            return "no copy was wanted"
        if not any(one.folder == "drafts" for one in mine):
            return "neither a draft nor a copy is there"
        if _LEAVING & self.manners:
            return "the server leaves the draft behind, or files it there"
        if Manner.STALE_KEY_SENDS in self.manners:
            return "the server carries out a late request"
        if traits.send_takes_draft_away is None:
            return "no send was seen yet to take its draft away"
        if traits.stale_sends_refused is None:
            return "the server could not be asked yet"
        return "other"

    def _check_filed(self, record: Record, mine: list[Kept]) -> None:
        if self.is_meddled(record) or record.local_id in self.said_so:
            return
        if not record.verified:
            raise self.broken("stuck", record, "never verified")
        found = read_problem(record.problem)[0]
        copies = [one for one in mine if one.folder == "sentitems"]
        drafts = [one for one in mine if one.folder == "drafts"]
        wants_copy = record.copy_to.kind is not CopyKind.NONE
        if record.state is State.SENT and found is None and wants_copy and len(copies) != 1:
            raise self.broken("wrong words", record, f"{len(copies)} copies")
        if record.state is State.SENT_NOT_FILED and copies:
            raise self.broken("wrong words", record, "the copy is there")
        elsewhere = Manner.FILE_ELSEWHERE in self.manners and found is ProblemKind.COPY_ELSEWHERE
        if not elsewhere and (found is ProblemKind.LEFT_IN_DRAFTS) != bool(drafts):
            raise self.broken("wrong words", record, f"{len(drafts)} drafts")


async def run_departure(ground: Ground, departure: Departure, run: Run, *, show: bool = False) -> None:
    """Do all steps and judge. Raises Broken."""
    world = World(ground, manners=departure.manners)
    oracle = DepartureOracle(world)
    run.met, run.told = world.met, oracle.told
    await world.begin()
    try:
        acts = Acts(world, oracle)
        for account in ground.accounts if departure.asked else ():
            await world.act(world.window.drafts.asking.ask_all(account.account_id))
        await asyncio.sleep(_FADES if departure.manners.get(Manner.ATTACHMENTS_FADE.value) else 0.0)
        await world.clock.advance(100.0)
        asked = len(world.server.operations())
        for step in departure.steps:
            if show:
                _say(f"{world.window.clock.now() - 1_800_000_000:8.2f}  {words_of_step(step)}")
            await acts.do(step)
            if show:
                show_rows(world)
        await oracle.settle()
        run.requests = Counter(world.server.operations()[asked:])
        world.met["drafts on the server"] += sum(one.saved for one in world.messages())
        world.met["times that a message went"] += sum(map(len, world.server.deliveries().values()))
        if show:
            _say("all trouble is over")
            show_rows(world)
            for item in world.server.kept():
                files = [one.name for one in item.files]
                _say(f"    {item.user} {item.folder}: {item.subject!r} {item.body!r} {files} {item.mark[:6]}")
            for account in ground.accounts:
                _say(f"    {world.window.accounts.traits(account.account_id)}")
            _say(f"    {world.server.deliveries()}")
        await oracle.judge()
    finally:
        await world.end()


async def run_many(numbers: range, without: frozenset[str]) -> dict[str, Any]:
    """Run the schedules of these numbers."""
    sandbox = start()
    ground = Ground(sandbox)
    met: Counter[str] = Counter()
    told: Counter[str] = Counter()
    requests: Counter[str] = Counter()
    broken: Counter[str] = Counter()
    failures: list[str] = []
    done = 0
    try:
        for number in numbers:
            run, departure = Run(), draw_departure(number)
            if without & departure.manners.keys():
                continue
            try:
                await asyncio.wait_for(run_departure(ground, departure, run), _PATIENCE)
            except Exception as error:  # noqa: BLE001 - whatever it is, it counts, and the others go on
                broken[error.kind if isinstance(error, Broken) else "broke down"] += 1
                failures.append(f"{number}: {type(error).__name__}: {str(error)[:400]} {sorted(departure.manners)}")
                _say(failures[-1], error=True)
            met.update(run.met)
            told.update(run.told)
            requests.update(run.requests)
            done += 1
            if done % 50 == 0:
                _say(f"{number}: {done} done, {dict(broken)}", error=True)
    finally:
        await ground.close()
        stop(sandbox)
    per = {
        "per draft": sum(requests[name] for name in _OF_DRAFTS) / max(1, met["drafts on the server"]),
        "per send": sum(requests[name] for name in _OF_SENDS) / max(1, met["times that a message went"]),
    }
    found = {"done": done, "met": met, "told": told, "broken": broken, "failures": failures}
    return {**found, "requests": requests, **{name: round(number, 2) for name, number in per.items()}}


async def run_again(number: int) -> None:
    """Run one schedule and show each step."""
    sandbox = start()
    ground = Ground(sandbox)
    departure = draw_departure(number)
    _say(f"manners: {departure.manners}; asked: {departure.asked}")
    run = Run()
    try:
        await run_departure(ground, departure, run, show=True)
        _say("nothing is wrong")
    finally:
        await ground.close()
        stop(sandbox)


def _say(text: str, *, error: bool = False) -> None:
    print(text, file=sys.stderr if error else sys.stdout, flush=True)


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("numbers", nargs="*", type=int, default=[0, 200, 1])
    parser.add_argument("--again", type=int)
    parser.add_argument("--without", nargs="*", default=[])
    options = parser.parse_args()
    if options.again is not None:
        asyncio.run(run_again(options.again))
        return
    found = asyncio.run(run_many(range(*options.numbers), frozenset(options.without)))
    _say(json.dumps(found))


if __name__ == "__main__":
    main()
