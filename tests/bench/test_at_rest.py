"""What the running program costs: memory, work while nobody does anything, and the time to one more message.

Aimed at: 150 MB for window and engine together, 0.15 % of one processor when idle, 0.1 s from the key to a message that
takes keys.
"""

from __future__ import annotations

import os
import statistics
import time
from pathlib import Path

import pytest

from tests.bench.children import Child, Home
from tests.bench.keyboard import Keyboard

pytestmark = [pytest.mark.bench, pytest.mark.timeout(600)]

SETTLES = 8.0
"""Seconds after the list is there before the program counts as idle."""
IDLE = 30.0
MESSAGES = 9


def test_memory_idle_work_and_one_more_message(keyboard: Keyboard, home: Home) -> None:
    child = Child(home.environment(), "program")
    try:
        while not child.rows("Drafts"):
            time.sleep(0.2)
        time.sleep(SETTLES)
        family = {"window": child.process.pid, "engine": child.engine()}
        before = {name: _ticks(pid) for name, pid in family.items()}
        time.sleep(IDLE)
        idle = {
            name: 100 * (_ticks(pid) - before[name]) / os.sysconf("SC_CLK_TCK") / IDLE for name, pid in family.items()
        }
        memory = {name: _megabytes(pid) for name, pid in family.items()}
        taken = [_one_more_message(keyboard, child) for _ in range(MESSAGES)]
    finally:
        child.end()
    print("\nmemory (PSS), MB: " + _told(memory, "{:.0f}"))
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
