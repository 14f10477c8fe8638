"""What a key costs, and a start, where every fsync takes 100 ms longer: beside the same on the disk as it is.

A small library is preloaded into window and engine (`slow_disk.c`; skipped where there is no C compiler). A key is
pressed by XTEST and answered when the X server says that something was drawn. Both kinds are measured in turns.
`MAILWRIGHT_BENCH_OTHER` names another folder with the program's source: its starts are measured in the same turns.
"""

from __future__ import annotations

import os
import statistics
import time
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import pytest

from tests.bench.children import Child, Home
from tests.bench.keyboard import Keyboard
from tests.bench.keys.answers import Answers
from tests.bench.slow_disk import build, slowed

pytestmark = [pytest.mark.bench, pytest.mark.timeout(0)]

LONGER: Final = 100
"""Milliseconds that every wait for the disk takes longer."""
ROUNDS: Final = int(os.environ.get("MAILWRIGHT_BENCH_ROUNDS", "3"))
STARTS: Final = int(os.environ.get("MAILWRIGHT_BENCH_STARTS", "7"))
LETTERS: Final = "the quick brown fox jumps over the lazy dog while it rains"
GAP: Final = 0.06
SETTLED: Final = 1.0
COMMANDS: Final = ("Ctrl+2", "Down", "Down", "c", "Escape", "Ctrl+n", "Ctrl+Shift+d", "z", "Ctrl+3", "Down", "Ctrl+1")
"""Each changes what is on the screen: lists, rows, messages that are begun, left, thrown away and brought back."""


class Elsewhere(Child):
    """A watched program of another folder."""

    source = Path(os.environ.get("MAILWRIGHT_BENCH_OTHER", "."))


@pytest.fixture
def library(tmp_path: Path) -> Path:
    """What makes the disk slow."""
    found = build(tmp_path)
    if found is None:
        pytest.skip("there is no C compiler")
    return found


def test_a_key_is_answered_as_soon_on_a_slow_disk(
    display: dict[str, str], keyboard: Keyboard, home: Home, library: Path
) -> None:
    took: dict[tuple[str, str], list[float]] = defaultdict(list)
    with Answers(display["DISPLAY"]) as answers:
        for _ in range(ROUNDS):
            for disk in ("as it is", "slow"):
                environment = home.environment()
                if disk == "slow":
                    environment = slowed(environment, library, LONGER)
                child = Child({**environment, "MAILWRIGHT_HOLD": "5"}, "program", "--compose")
                try:
                    child.when("ready")
                    time.sleep(SETTLED)
                    took["letters", disk] += _typed(keyboard, answers)
                    took["commands", disk] += _commanded(keyboard, answers)
                finally:
                    child.end()
    print(f"\nfrom a key to the first drawing after it, milliseconds, with every fsync {LONGER} ms longer and without")
    for what in ("letters", "commands"):
        slow, quick = sorted(took[what, "slow"]), sorted(took[what, "as it is"])
        ratio = statistics.median(slow) / statistics.median(quick)
        print(f"  {what}: {_told(slow)}; as it is {_told(quick)}; ratio of medians {ratio:.2f}")
        assert slow[-1] != float("inf"), f"a key of the {what} was never answered"


def _typed(keyboard: Keyboard, answers: Answers) -> list[float]:
    keyboard.press("Alt+m")
    time.sleep(SETTLED)
    return _answered(keyboard, answers, ["space" if sign == " " else sign for sign in LETTERS], GAP)


def _commanded(keyboard: Keyboard, answers: Answers) -> list[float]:
    return _answered(keyboard, answers, COMMANDS, SETTLED / 2)


def _answered(keyboard: Keyboard, answers: Answers, chords: Sequence[str], gap: float) -> list[float]:
    pressed = []
    answers.forget()
    for chord in chords:
        pressed.append(keyboard.press(chord) / 1e9)
        time.sleep(gap)
    time.sleep(SETTLED)
    return [1000 * one for one in answers.to(pressed)]


def _told(times: Sequence[float]) -> str:
    late = sum(one > 100 for one in times)
    p99 = times[min(len(times) - 1, int(0.99 * len(times)))]
    return f"median {statistics.median(times):.1f}, p99 {p99:.0f}, {late} of {len(times)} later than 100"


def test_a_start_on_a_slow_disk(display: dict[str, str], home: Home, library: Path) -> None:
    kinds: list[tuple[str, type[Child]]] = [("this one", Child)]
    if "MAILWRIGHT_BENCH_OTHER" in os.environ:
        kinds.append((str(Elsewhere.source), Elsewhere))
    took: dict[tuple[str, str, str], list[float]] = defaultdict(list)
    for number in range(STARTS + 1):
        for name, kind in kinds:
            for disk in ("as it is", "slow"):
                environment = home.environment()
                if disk == "slow":
                    environment = slowed(environment, library, LONGER)
                child = kind(environment, "program", "--compose")
                try:
                    found = {what: child.when(word) for what, word in (("picture", "painted"), ("keys", "ready"))}
                finally:
                    child.end()
                if number:  # the first fills the caches
                    for what, milliseconds in found.items():
                        took[name, disk, what].append(milliseconds)
    print(f"\nmedians of {STARTS} starts in turns, milliseconds: first picture, takes keys")
    for name, _ in kinds:
        for disk in ("as it is", "slow"):
            one = [f"{statistics.median(took[name, disk, what]):.0f}" for what in ("picture", "keys")]
            print(f"  {name}, disk {disk}: {', '.join(one)}")
