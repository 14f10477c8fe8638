"""Generated messages in the true program: each is read, answered, forwarded and written anew, by keys.

    python -m tests.bench.hostile --seeds 0:500 --shard 1/2            offscreen
    python -m tests.bench.hostile --seeds 0:60 --window                in a window on a display of its own

A message is made of its seed (`hostile_messages.py`). For each step it is measured how long the window's event loop
did not turn, by the clock and by the processor, and seen whether the message, or why it is not whole, stands there. A
step fails where that was more than 100 ms of the processor, where nothing came in a minute, and where the program said
that something in it went wrong. What is reported by the clock alone may be other work on the machine.
"""

from __future__ import annotations

import argparse
import base64
import contextlib
import json
import os
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from tests.bench.children import Home
from tests.bench.hostile_messages import message_of
from tests.end2end import processes
from tests.integration.sandbox import soap
from tests.sandbox_fixture import ROOT, RunningSandbox, start, stop

BATCH: Final = 25
"""Messages in one run of the program; the next run finds an empty folder."""
FELT: Final = 100.0
"""Milliseconds for which the window's thread may work without a look at the keys."""
MEMORY: Final = 250.0
"""Megabytes that window and engine may take, each."""
_LONGEST_RUN: Final = 1500.0


def put(sandbox: RunningSandbox, seeds: Sequence[int]) -> None:
    """Put the messages into an empty Sent, as another client would, so that none is a draft."""
    sandbox.reset(messages=False)
    flags = (
        '<t:ExtendedProperty><t:ExtendedFieldURI PropertyTag="0x0E07" PropertyType="Integer"/>'
        "<t:Value>1</t:Value></t:ExtendedProperty>"
    )
    for seed in seeds:
        raw = base64.b64encode(message_of(seed)).decode()
        item = f'<t:Message><t:MimeContent CharacterSet="UTF-8">{raw}</t:MimeContent>{flags}</t:Message>'
        codes = sandbox.post(soap.create(item, folder=soap.folder("sentitems"))).codes
        assert codes == ["NoError"], (seed, codes)


def steps_of(sandbox: RunningSandbox, home: Home, seeds: Sequence[int], logs: Path) -> Iterator[dict[str, Any]]:
    """Yield what became of each step of each message."""
    put(sandbox, seeds)
    command = [sys.executable, "-m", "tests.bench.hostile_player", str(len(seeds)), str(logs)]
    environment = {**home.environment(), "MAILWRIGHT_HOLD": "20"}
    playing = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)
    assert playing.stdout is not None
    try:
        for line in playing.stdout:
            if line.startswith("{"):
                yield json.loads(line)
    finally:
        family = list(processes.below(playing.pid))
        playing.kill()
        playing.wait()
        for pid in family:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, 9)


class Tally:
    """What was seen of all steps."""

    def __init__(self) -> None:
        """Nothing was seen yet."""
        self.steps = 0
        self.failed: list[str] = []
        self.told: dict[str, int] = defaultdict(int)
        self.worst: dict[str, dict[str, tuple[float, int]]] = defaultdict(dict)
        self.seen: set[int] = set()

    def take(self, step: dict[str, Any]) -> None:
        """Count one step."""
        if "memory" in step:
            for name, megabytes in step["memory"].items():
                self._note("memory, MB", name, megabytes, step["seed"])
                if name in {"window", "engine"} and megabytes > MEMORY:
                    self.failed.append(f"{name} took {megabytes:.0f} MB by seed {step['seed']}")
            return
        self.steps += 1
        self.seen.add(step["seed"])
        self._note("processor, ms", step["what"], step["work"], step["seed"])
        self._note("clock, ms", step["what"], step["gap"], step["seed"])
        self._note("window, MB", step["what"], step["window"], step["seed"])
        self.told[step["told"]] += 1
        wrong = [
            words
            for words, so in (
                (f"{step['work']:.0f} ms of the processor", step["work"] > FELT),
                ("nothing came", step["stuck"]),
                ("something in the program went wrong", step["defect"]),
                ("nothing is shown", step["empty"]),
            )
            if so
        ]
        if wrong:
            self.failed.append(f"seed {step['seed']}, {step['what']}: {', '.join(wrong)}")
            print(f"FAILED {self.failed[-1]}; {step['where'] or 'in one go'}", flush=True)

    def _note(self, kind: str, what: str, value: float, seed: int) -> None:
        self.worst[kind][what] = max(self.worst[kind].get(what, (0.0, 0)), (value, seed))

    def summary(self) -> str:
        """Return it in words."""
        lines = [
            f"{kind}: " + ", ".join(f"{what} {value:.0f} (seed {seed})" for what, (value, seed) in found.items())
            for kind, found in sorted(self.worst.items())
        ]
        lines += [f"{count:6} x {words or 'shown whole'}" for words, count in sorted(self.told.items())]
        return "\n".join([*lines, f"{len(self.seen)} messages, {self.steps} steps, {len(self.failed)} failed"])


def main(given: Sequence[str] | None = None) -> int:
    """Run; return 1 where anything failed."""
    parser = argparse.ArgumentParser("python -m tests.bench.hostile", description=__doc__)
    parser.add_argument("--seeds", default="0:50", help="FIRST:END, or one seed")
    parser.add_argument("--shard", default="1/1", help="K/N: the K-th of N parts, which may run side by side")
    parser.add_argument("--window", action="store_true", help="in a window on a display of its own")
    parser.add_argument("--logs", type=Path, default=Path("hostile-logs"), help="folder for pictures of what got stuck")
    told = parser.parse_args(given)
    first, _, end = told.seeds.partition(":")
    number, _, count = told.shard.partition("/")
    seeds = list(range(int(first), int(end) if end else int(first) + 1))[int(number) - 1 :: int(count)]
    told.logs.mkdir(exist_ok=True, parents=True)
    tally = Tally()
    with contextlib.ExitStack() as stack:
        display = {"QT_QPA_PLATFORM": "offscreen"}
        if told.window:
            from devtools.display import virtual_display

            display = dict(stack.enter_context(virtual_display()))
        sandbox = start()
        stack.callback(stop, sandbox)
        place = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="mailwright-hostile-")))
        home = Home(place, display, sandbox)
        for begin in range(0, len(seeds), BATCH):
            batch = seeds[begin : begin + BATCH]
            seen: set[int] = set()
            for step in steps_of(sandbox, home, batch, told.logs):
                tally.take(step)
                seen.add(step["seed"])
            for seed in sorted(set(batch) - seen):
                tally.failed.append(f"seed {seed}: the program ended, or never came to it")
                print(f"FAILED {tally.failed[-1]}", flush=True)
    print(tally.summary(), flush=True)
    return 1 if tally.failed else 0


if __name__ == "__main__":
    sys.exit(main())
