"""Tries one seed after the other at every door, for as long as one likes."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
import traceback
from collections import defaultdict
from pathlib import Path

from app.bootstrap.adapters import LateContent
from app.content.jobs import TooComplex
from tests.fuzz.doors import HERE, THERE
from tests.fuzz.inputs import made


def try_there(door: str, text: str, read: LateContent) -> str:
    """Let the content process read it; return "too complex" where it met a bound. Anything else raises."""
    try:
        read(THERE[door](text))
    except TooComplex:
        return "too complex"
    return ""


def main(arguments: list[str]) -> int:
    """Try seeds until the time is over; print the slowest of each door, and each that failed with its seed."""
    options = argparse.ArgumentParser(prog="python -m tests.fuzz")
    options.add_argument("--seconds", type=float, default=60.0)
    options.add_argument("--first", type=int, default=10_000, help="the first seed")
    options.add_argument("--step", type=int, default=1, help="take each so many, for several at once")
    given = options.parse_args(arguments)
    slowest: dict[str, tuple[float, int]] = defaultdict(lambda: (0.0, 0))
    complex_ones: dict[str, int] = defaultdict(int)
    failed, seed, until = 0, given.first, time.monotonic() + given.seconds
    with tempfile.TemporaryDirectory() as folder:
        read = LateContent(Path(folder))
        while time.monotonic() < until:
            text = made(seed)
            for door in (*HERE, *THERE):
                began = time.perf_counter()
                try:
                    if door in HERE:
                        HERE[door](text)
                    else:
                        complex_ones[door] += try_there(door, text, read) != ""
                except Exception:  # noqa: BLE001 - whatever it is, it is a finding
                    failed += 1
                    print(f"FAILED seed {seed} at {door}:\n{traceback.format_exc(limit=-4)}", flush=True)
                slowest[door] = max(slowest[door], (time.perf_counter() - began, seed))
            seed += given.step
        read.close()
    for door, (seconds, worst) in sorted(slowest.items(), key=lambda one: -one[1][0]):
        print(f"{seconds * 1000:8.0f} ms  seed {worst:<8} {complex_ones.get(door, 0):5} too complex  {door}")
    print(f"{(seed - given.first) // given.step} seeds at {len(HERE) + len(THERE)} doors, {failed} failed")
    return min(failed, 1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
