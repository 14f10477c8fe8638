"""The promise in numbers: thousands of schedules of people, trouble and sudden ends, and plain exchangelib beside them.

`MAILWRIGHT_BENCH_SCHEDULES` says how many schedules (10 000 unless told), `MAILWRIGHT_BENCH_FIRST` where they begin,
`MAILWRIGHT_BENCH_WORKERS` how many run side by side: most of a schedule's time is waiting. Each has a number, and is
the same one in each run; `tests/faults/promise/again.py` runs one of them again and shows each step.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any, Final

import pytest

ROOT: Final = Path(__file__).parents[2]
SCHEDULES: Final = int(os.environ.get("MAILWRIGHT_BENCH_SCHEDULES", "10000"))
FIRST: Final = int(os.environ.get("MAILWRIGHT_BENCH_FIRST", "0"))
WORKERS: Final = int(os.environ.get("MAILWRIGHT_BENCH_WORKERS", "4"))
COUNTED: Final = ("lost", "twice", "wrong words", "drafts multiplied", "stuck")

pytestmark = [pytest.mark.bench, pytest.mark.timeout(0)]


def _run(module: str, first: int, count: int, workers: int) -> list[dict[str, Any]]:
    """Share `count` schedules out among processes, each with a server of its own; return what each found."""
    share = [range(first + worker, first + count, workers) for worker in range(workers)]
    running = [
        subprocess.Popen(
            [sys.executable, "-m", module, str(part.start), str(part.stop), str(part.step)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        for part in share
    ]
    found = []
    for process in running:
        out, _ = process.communicate()
        assert process.returncode == 0, out[-2000:]
        found.append(json.loads(out.splitlines()[-1]))
    return found


def test_no_message_is_lost_or_sent_twice_and_no_word_is_wrong() -> None:
    began = time.monotonic()
    met: Counter[str] = Counter()
    told: Counter[str] = Counter()
    broken: Counter[str] = Counter()
    failures: list[str] = []
    done = 0
    for part in _run("tests.faults.promise.many", FIRST, SCHEDULES, WORKERS):
        met.update(part["met"])
        told.update(part["told"])
        broken.update(part["broken"])
        failures += part["failures"]
        done += part["done"]
    print(f"\n{done} schedules in {time.monotonic() - began:.0f} s")
    print("rows read: " + ", ".join(f"{what} {count}" for what, count in told.most_common()))
    for what, count in met.most_common():
        print(f"  {count:6}  {what}")
    print(", ".join(f"{broken[kind]} {kind}" for kind in COUNTED))
    assert failures == []
    assert done == SCHEDULES


def test_the_same_troubles_with_plain_exchangelib() -> None:
    """Two ways of sending, two policies; a person who presses send again. No aim: it is for comparison."""
    rounds = os.environ.get("MAILWRIGHT_BENCH_ROUNDS", "1")
    ways = [(way, policy) for way in ("bulk", "send_and_save") for policy in ("FailFast", "FaultTolerance")]
    commands = [["tests.faults.promise.plain", way, policy, rounds] for way, policy in ways]
    commands.append(["tests.faults.promise.ours", rounds])
    table = []
    for command in commands:
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "-m", *command], cwd=ROOT, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr[-2000:]
        table.append(json.loads(done.stdout.splitlines()[-1]))
    columns = ("messages", "twice", "lost", "wrong", "drafts multiplied", "hung")
    print("\n" + " ".join(f"{column:>18}" for column in columns))
    for row in table:
        numbers = " ".join(f"{row['counts'].get(column, 0):>18}" for column in columns)
        print(f"{numbers}  {row['way']} {row['policy']}")
    ours = table[-1]["counts"]
    assert not any(ours.get(kind, 0) for kind in ("twice", "lost", "wrong", "drafts multiplied", "stuck"))
    # The troubles were there: whoever looks at nothing meets them.
    assert all(row["counts"]["wrong"] for row in table[:-1])
