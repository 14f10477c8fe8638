"""The program is killed at random moments while it writes: text older than 100 ms is on disk, in order, without a gap.

Each edit carries the moment it was typed, by the child's own clock; the last one that the child is known to have typed
is told by pipe, which is read to its end after the kill.
"""

from __future__ import annotations

import asyncio
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from app.domain.message import LocalId
from app.storage.store import SqliteJournal, Store

ROOT = Path(__file__).parents[2]
_ROUNDS = 20
_PROMISE = 0.1

_TYPIST = """
import asyncio, random, sys, time
from pathlib import Path
from app.domain.message import Content
from app.storage.store import SqliteJournal
from app.storage import writer
from app.storage.store import Store
from tests.unit.storage.messages import new_record, typed

writer.QUIET = 0.004

async def run():
    store = await Store.open_database(Path(sys.argv[1]))
    journal = SqliteJournal(store)
    await journal.turn_versions(on=True)
    known = {record.local_id for record in await journal.records()}
    texts = {}
    for name in ("one", "two"):
        if name not in known:
            await journal.create(new_record(name), Content())
        texts[name] = len((await journal.read_message(name)).content.body)
    dice = random.Random(int(sys.argv[2]))
    number = 0
    print("typing", flush=True)
    while True:
        name = dice.choice(["one", "two"])
        text = f"{sys.argv[2]} {number} {time.monotonic():.6f}\\n" + "." * dice.choice([0, 0, 0, 5000]) + "\\n"
        journal.append_edit(name, typed(text, texts[name]))
        texts[name] += len(text)
        print(f"{number} {time.monotonic():.6f}", flush=True)
        if dice.random() < 0.1:
            journal.mark_version(name, "template")
        number += 1
        await asyncio.sleep(dice.choice([0, 0, 0.001, 0.01, 0.03]))

asyncio.run(run())
"""


async def type_and_kill(path: Path, number: int, dice: random.Random) -> tuple[float, list[tuple[int, float]]]:
    """Let a child type, kill it; return when it was killed and what it had typed by then, with the moments."""
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _TYPIST, str(path), str(number), stdout=subprocess.PIPE, cwd=ROOT
    )
    assert child.stdout is not None
    try:
        assert (await asyncio.wait_for(child.stdout.readline(), 30)).strip() == b"typing"
        reading = asyncio.ensure_future(child.stdout.read())
        await asyncio.sleep(dice.uniform(0.02, 0.4))
    finally:
        killed = time.monotonic()
        child.kill()
        await child.wait()
    lines = (await reading).decode().splitlines(keepends=True)
    typed = [line.split() for line in lines if line.endswith("\n")]
    return killed, [(int(count), float(moment)) for count, moment in typed]


@pytest.mark.skipif(sys.platform != "linux", reason="parent and child have one monotonic clock on Linux only")
@pytest.mark.timeout(120)
async def test_text_older_than_a_tenth_of_a_second_survives_every_kill(tmp_path: Path) -> None:
    path = tmp_path / "own" / "mailwright.sqlite"
    dice = random.Random(2026)
    survived = versions = 0
    for number in range(_ROUNDS):
        killed, typed = await type_and_kill(path, number, dice)
        store = await Store.open_database(path)
        assert store.damaged is None
        journal = SqliteJournal(store)
        kept = [one for name in ("one", "two") for one in await journal.versions(LocalId(name))]
        bodies = [(await journal.read_message(LocalId(name))).content.body for name in ("one", "two")]
        await store.close()
        lines = [line.split() for body in bodies for line in body.splitlines() if line.startswith(f"{number} ")]
        found = sorted(int(count) for _, count, _ in lines)
        old = [count for count, moment in typed if moment < killed - _PROMISE]
        assert found == list(range(len(found)))
        assert len(found) >= len(old)
        survived += len(old)
        versions += len(kept)
    assert survived > 100
    assert versions > 0, "versions are made and written meanwhile"
