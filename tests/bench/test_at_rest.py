"""What the running program costs: memory, work while nobody does anything, and the time to one more message.

Aimed at: 150 MB for all processes of the program together, spelling and content too; 0.15 % of one processor when idle;
0.1 s from the key to a message that takes keys. The sandbox, which stands for the server, is not the program's.
"""

from __future__ import annotations

import os
import statistics
import time
from pathlib import Path

import pytest

from tests.bench.children import Child, Home
from tests.bench.keyboard import Keyboard
from tests.end2end import processes

pytestmark = [pytest.mark.bench, pytest.mark.timeout(600)]

SETTLES = 8.0
"""Seconds after the list is there before the program counts as idle."""
IDLE = 30.0
MESSAGES = 9
CONTENT_ENDS = 40.0
"""Seconds after which no content process is left, where nothing was read."""


def test_memory_idle_work_and_one_more_message(keyboard: Keyboard, home: Home) -> None:
    child = Child(home.environment(), "program")
    try:
        while not child.rows("Drafts"):
            time.sleep(0.2)
        child.engine()
        time.sleep(SETTLES)
        family = _family(child)
        fresh = {name: _megabytes(pid) for name, pid in family.items()}
        before = {name: _ticks(pid) for name, pid in family.items()}
        time.sleep(IDLE)
        family = _family(child)  # a content process may have ended: nothing was read for long enough
        idle = {
            name: 100 * (_ticks(pid) - before.get(name, 0)) / os.sysconf("SC_CLK_TCK") / IDLE
            for name, pid in family.items()
        }
        memory = {name: _megabytes(pid) for name, pid in family.items()}
        taken = [_one_more_message(keyboard, child) for _ in range(MESSAGES)]
        written = {name: _megabytes(pid) for name, pid in _family(child).items()}
        time.sleep(CONTENT_ENDS)
        afterwards = {name: _megabytes(pid) for name, pid in _family(child).items()}
    finally:
        child.end()
    print("\nmemory (PSS), MB, as soon as it is idle: " + _told(fresh, "{:.0f}"))
    print(f"  {IDLE:g} s later: " + _told(memory, "{:.0f}"))
    print(f"  after {MESSAGES} messages were written: " + _told(written, "{:.0f}"))
    print(f"  {CONTENT_ENDS:g} s later: " + _told(afterwards, "{:.0f}"))
    print(f"processor, % of one over {IDLE:g} idle s: " + _told(idle, "{:.2f}"))
    first, *rest = taken
    print(
        f"from C to a message that takes keys, ms: first {first:.0f}, median of the rest {statistics.median(rest):.0f}"
    )


def _one_more_message(keyboard: Keyboard, child: Child) -> float:
    pressed = keyboard.press("c")
    ready = (int(child.wait_for("ready")) - pressed) / 1e6
    keyboard.press("x")
    child.wait_for("key")
    time.sleep(0.2)
    keyboard.press("Escape")
    time.sleep(0.5)
    return ready


def _family(child: Child) -> dict[str, int]:
    """Return the processes of the program by what they are for."""
    kinds = {"app.engine": "engine", "app.spelling": "spelling", "app.content": "content"}
    found = {"window": child.process.pid}
    for pid, line in processes.below(child.process.pid).items():
        name = next((name for part, name in kinds.items() if part in line), "")
        if name:
            number = sum(other.startswith(name) for other in found)
            found[f"{name} {number + 1}" if number else name] = pid
    return found


def _ticks(pid: int) -> int:
    """Return the processor time that a process has used, in clock ticks."""
    fields = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


def _megabytes(pid: int) -> float:
    """Return the proportional set size: pages shared with others count by their share."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text("utf-8").splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1000
    raise AssertionError("no Pss")


def _told(parts: dict[str, float], shape: str) -> str:
    each = ", ".join(f"{name} {shape.format(value)}" for name, value in parts.items())
    return f"{shape.format(sum(parts.values()))} ({each})"
