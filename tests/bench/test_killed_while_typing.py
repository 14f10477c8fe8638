"""The window killed by SIGKILL at random moments while real keys are typed: what is older than 100 ms is never gone.

`MAILWRIGHT_BENCH_KILLS` says how often (500 unless told), `MAILWRIGHT_SEED` draws other moments. A key counts from the
moment at which it arrived in the field, by the window's own clock. All kills befall one person's folder: each start
finds what the last one left, and the last finds every message.
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
import time
from pathlib import Path
from typing import Final, NamedTuple

import pytest

from app.storage.store import SqliteJournal, Store
from tests.bench.children import Child, Home
from tests.bench.keyboard import Keyboard
from tests.end2end import processes

pytestmark = [pytest.mark.bench, pytest.mark.timeout(0)]

KILLS: Final = int(os.environ.get("MAILWRIGHT_BENCH_KILLS", "500"))
SEED: Final = int(os.environ.get("MAILWRIGHT_SEED", "2026"))
PROMISE: Final = 0.1
HOPELESS: Final = 2.0
"""Seconds: what is gone though it is older was never on its way to the disk, however busy the machine."""
TO_THE_BODY: Final = ("Tab", "Tab")
LETTERS: Final = "abcdefghijklmnopqrstuvwxyz"


class Killed(NamedTuple):
    """One round: what was typed, and how old each message that had arrived was at the end, in seconds."""

    typed: str
    ages: list[float]


def test_text_older_than_a_tenth_of_a_second_is_never_gone(keyboard: Keyboard, home: Home) -> None:
    dice = random.Random(SEED)
    environment = home.environment()
    data = Path(environment["MAILWRIGHT_DATA"])
    old = young = lost = 0
    late: list[float] = []
    began = time.monotonic()
    before = ""
    for number in range(KILLS):
        # The first begins the message; each later start brings it back, open.
        child = Child(environment, "program", *([] if number else ["--compose"]))
        killed = _type_and_kill(child, keyboard, dice)
        (body,) = asyncio.run(_bodies(data))
        fresh = body.removeprefix(before)
        assert body.startswith(before), f"round {number}: what was there before is gone"
        assert killed.typed.startswith(fresh), f"round {number}: {fresh!r} is not what was typed: {killed.typed!r}"
        gone = killed.ages[len(fresh) :]
        assert max(gone, default=0.0) < HOPELESS, f"round {number}: {max(gone):.3f} s old, and gone"
        before = body
        old += sum(age > PROMISE for age in killed.ages)
        young += sum(age <= PROMISE for age in killed.ages)
        late += [age for age in gone if age > PROMISE]
        lost += len(gone)
        if number % 20 == 19:
            print(f"\n{number + 1} kills, {time.monotonic() - began:.0f} s, late: {late}", end="", flush=True)
    print(f"\n{KILLS} kills: of {old} messages older than 100 ms {len(late)} are gone;")
    print(f"the oldest of those was {max(late, default=0.0) * 1000:.0f} ms old")
    print(f"of {young} younger ones {lost - len(late)} are gone")
    assert old > KILLS


def _type_and_kill(child: Child, keyboard: Keyboard, dice: random.Random) -> Killed:
    child.when("ready")
    for key in TO_THE_BODY:
        keyboard.press(key)
        child.when("ready")  # the next field has the focus, and was painted
    keyboard.press("Ctrl+End")
    child.when("key")  # Ctrl
    child.when("key")
    typed = ""
    for _ in range(dice.randrange(10, 70)):
        letter = dice.choice(LETTERS)
        keyboard.press(letter)
        typed += letter
        time.sleep(dice.choice((0, 0.005, 0.01, 0.03, 0.06)))
    time.sleep(dice.uniform(0, 0.15))
    family = list(processes.below(child.process.pid))
    killed = time.monotonic_ns()
    child.process.send_signal(signal.SIGKILL)
    arrived = child.rest_of("key")
    child.end()
    # The engine ends with the window, by itself.
    deadline = time.monotonic() + 30
    while any(processes.is_running(pid) for pid in family):
        assert time.monotonic() < deadline, "the engine outlives its window"
        time.sleep(0.02)
    return Killed(typed, [(killed - moment) / 1e9 for moment in arrived])


async def _bodies(data: Path) -> list[str]:
    """Return the text of every message that the disk has."""
    store = await Store.open_database(data / "mailwright.sqlite")
    try:
        assert store.damaged is None
        journal = SqliteJournal(store)
        return [(await journal.read_message(record.local_id)).content.body for record in await journal.records()]
    finally:
        await store.close()
