"""Runs scenarios by their seeds, several in one world, and tells of each that failed."""

from __future__ import annotations

import random
import re
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NamedTuple

from tests.bench.keys.answers import Answers
from tests.bench.keys.intentions import draw
from tests.bench.keys.kept import messages_here
from tests.bench.keys.plan import Plan
from tests.bench.keys.play import Look, Outcome, Player, percentile, told
from tests.bench.keys.world import DATABASE, HARMLESS, Ground, World
from tests.end2end import seen
from tests.end2end.desktop import wait_until

IN_ONE_WORLD: Final = 8
"""So many seeds have one world, unless something went wrong in it: a start costs as much as a scenario."""
HOLD: Final = 1.5
SLOW_DISKS: Final = (0, 0, 0, 0, 0, 30, 100)


_THROWN_AWAY: Final = 14.0
"""Seconds after which what was thrown away is gone from the server, if it can be reached."""
_LOG = 60_000
"""Bytes of the program's log that are kept of a scenario that failed."""


class Choice(NamedTuple):
    """What is run. `slow_disk` is in milliseconds; None draws it."""

    kept: bool | None = None
    slow_disk: int | None = None
    tabs: bool = True
    gap: int | None = None
    trouble: str | None = None
    logs: Path | None = None


@dataclass
class Tally:
    """What became of all of them."""

    scenarios: int = 0
    failed: list[str] = field(default_factory=list)
    kinds: Counter[str] = field(default_factory=Counter)
    met: Counter[str] = field(default_factory=Counter)
    answers: list[float] = field(default_factory=list)
    seconds: float = 0.0

    def add(self, name: str, plan: Plan, outcome: Outcome) -> None:
        """Count one."""
        self.scenarios += 1
        self.met.update(plan.names)
        self.met[f"server {plan.trouble}"] += 1
        if plan.trouble == "normal":
            self.answers += outcome.answers
        if outcome.failures:
            self.failed.append(name)
            self.kinds.update({one.kind for one in outcome.failures})

    def summary(self) -> str:
        """Return the last lines of a run."""
        times = sorted(one for one in self.answers if one != float("inf"))
        late = sum(one > 0.1 for one in self.answers)
        share = [f"{1000 * percentile(times, one):.0f}" for one in (0.5, 0.99, 1.0)]
        met = ", ".join(f"{count} {what}" for what, count in self.met.most_common())
        kinds = ", ".join(f"{count} {kind}" for kind, count in self.kinds.most_common())
        return (
            f"met: {met}\n"
            f"answers to {len(self.answers)} keys with the server as it should be: median {share[0]} ms, "
            f"p99 {share[1]} ms, largest {share[2]} ms; {late} later than 100 ms\n"
            f"{self.scenarios} scenarios, {len(self.failed)} failed, {self.seconds:.0f} s"
            + (f"; failures: {kinds}; failed: {' '.join(self.failed)}" if self.failed else "")
        )


class Runner:
    """Runs scenarios on one ground."""

    def __init__(self, ground: Ground, answers: Answers, choice: Choice) -> None:
        """Nothing is started yet."""
        self.ground, self.answers, self.choice = ground, answers, choice
        self.tally = Tally()
        self._world: World | None = None
        self._of = -1
        self._last_log: list[str] = []
        self._earlier: set[str] = set()
        self._own = Look(*ground.first_look())

    def run(self, seeds: Iterable[int]) -> Tally:
        """Run the scenarios of these seeds."""
        began = time.monotonic()
        try:
            for seed in seeds:
                self._run_seed(seed)
        finally:
            self.end_world()
            self.tally.seconds += time.monotonic() - began
        return self.tally

    def _run_seed(self, seed: int) -> None:
        if self._world is None or seed // IN_ONE_WORLD != self._of:
            self.end_world()
            self._of = seed // IN_ONE_WORLD
            dice = random.Random(f"world {self._of}")
            kept, slow = dice.random() < 0.6, dice.choice(SLOW_DISKS)
            kept = kept if self.choice.kept is None else self.choice.kept
            self._world = self.begin_world(kept=kept, slow_disk=slow)
        world, running = self._world, self._world.is_running()
        before = self.look()
        lists = {"drafts": before.of("drafts"), "sent": before.of("sentitems")}
        plan = draw(
            seed,
            running=running,
            lists=lists,
            hold=world.hold,
            kept=world.kept,
            tabs=self.choice.tabs,
            gap=self.choice.gap,
            trouble=self.choice.trouble,
        )
        outcome = self.play(plan, before, random.Random(f"hands {seed}"))
        self.tell(str(seed), plan, outcome)
        if outcome.failures or plan.trouble not in HARMLESS or "the window dies" in plan.names:
            # What waits for its time, or is asked for once more, would happen in the next scenario.
            self.end_world()

    def begin_world(self, *, kept: bool, slow_disk: int = 0, hold: float = HOLD) -> World:
        """Begin a world in which nothing was done yet."""
        if self.choice.slow_disk is not None:
            slow_disk = self.choice.slow_disk
        self._world = World(self.ground, kept=kept, hold=hold, slow_disk=slow_disk)
        return self._world

    def end_world(self) -> None:
        """End the world that there is."""
        if self._world is not None:
            self._world.end()
        self._world = None
        self._last_log = []

    def wait_for_lists(self) -> None:
        """Wait until the program has read the lists, and shows them."""
        world = self._world
        assert world is not None
        assert world.process is not None
        pid = world.process.pid
        desktop = self.ground.desktop
        wait_until(lambda: " messages" in seen.all_words(desktop.look(pid)), "the lists are there", 30)

    def look(self) -> Look:
        """Return everything that there is now."""
        assert self._world is not None
        if not self._world.kept and not self._world.starts:
            return self._own
        keeper, database = self._world.keeper, self._world.data / DATABASE
        # What the scenario before threw away leaves the server when the time for undo is over, and not in the next one.
        deadline = time.monotonic() + _THROWN_AWAY
        while time.monotonic() < deadline and any(o.rest["discarded"] and o.item_id for o in messages_here(database)):
            time.sleep(0.2)
        return Look(keeper.items(), len(keeper.deliveries()), messages_here(database))

    def play(self, plan: Plan, before: Look, dice: random.Random) -> Outcome:
        """Play a plan in the world that there is."""
        assert self._world is not None
        earlier = frozenset(self._earlier)
        self._earlier.update(word for one in plan.meant for word in one.tokens)
        return Player(self._world, plan, before, self.answers, dice, earlier).play()

    def tell(self, name: str, plan: Plan, outcome: Outcome) -> None:
        """Count a scenario, and say one line of it where it failed."""
        self.tally.add(name, plan, outcome)
        if outcome.failures:
            assert self._world is not None
            disk = f", disk +{self._world.slow_disk} ms" if self._world.slow_disk else ""
            way = "kept" if self._world.kept else "--sandbox"
            print(f"FAILED {name} ({way}{disk}, {plan.told()}): {told(outcome.failures)}", flush=True)
            self._keep_log(name, outcome)
        self._last_log = outcome.log

    def _keep_log(self, name: str, outcome: Outcome) -> None:
        if self.choice.logs is not None:
            self.choice.logs.mkdir(parents=True, exist_ok=True)
            failures = [f"{one.kind}: {one.words}" for one in outcome.failures]
            before = ["", "the scenario before it:", *self._last_log] if self._last_log else []
            words = "\n".join([*outcome.log, "", *failures, *before, ""])
            short = re.sub(r"\W+", "-", name)
            (self.choice.logs / f"{short}.keys").write_text(words, "utf-8")
            self.ground.desktop.shoot(f"keys-{short}")
            assert self._world is not None
            log = self._world.data / "logs" / "window.log"
            if log.exists():
                (self.choice.logs / f"{short}.log").write_bytes(log.read_bytes()[-_LOG:])
