"""What a key costs with the journal on, beside the same key with the journal off: same window, same message, same run.

The window is the program's own, offscreen, over the fakes of its ports; the journal is the real one, on disk. Blocks of
keys are typed with the one and with the other in turn. Aimed at: at most 1.1 times.
"""

from __future__ import annotations

import os
import statistics
import time
from pathlib import Path
from typing import Final

import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.domain.edits import Edit
from app.domain.message import Content, Field, LocalId
from app.storage.store import SqliteJournal, Store
from tests.fakes.scene import ACCOUNT, BEN
from tests.program_scene import ProgramScene

pytestmark = [pytest.mark.bench, pytest.mark.timeout(0)]

BLOCKS: Final = int(os.environ.get("MAILWRIGHT_BENCH_BLOCKS", "60"))
KEYS: Final = 60
PAUSE: Final = 0.02
"""Seconds between two keys: a fast typist; the writer's thread is at work meanwhile, and again with the next key."""


class Switched(SqliteJournal):
    """The journal, which can be told to pass over edits."""

    on = True

    def append_edit(self, local_id: LocalId, edit: Edit) -> None:
        if self.on:
            super().append_edit(local_id, edit)


@pytest.mark.parametrize("length", [200, 50_000], ids=["a short message", "a long message"])
async def test_the_cost_of_a_key_with_the_journal_on_and_off(
    qtbot: QtBot, qapp: QApplication, tmp_path: Path, length: int
) -> None:
    store = await Store.open_database(tmp_path / "own" / "mailwright.sqlite")
    scene = ProgramScene(qtbot, qapp, ACCOUNT)
    journal = scene.parts.records._journal = Switched(store)
    await scene.start()
    try:
        name = await scene.saved(Content(to=(BEN,), subject="Long", body="Some words here. " * (length // 17)))
        scene.parts.compose.open_message(name)
        await scene.until(lambda: scene.parts.compose.current() is not None)
        scene.message.focus_field(Field.BODY)
        await scene.settle()
        field = scene.focus
        took: dict[bool, list[tuple[float, float]]] = {True: [], False: []}
        _type(qapp, field)  # fills the caches
        for number in range(BLOCKS):
            journal.on = bool(number % 2)
            took[journal.on] += _type(qapp, field)
            await scene.settle()
    finally:
        await scene.end()
        await store.close()
    _tell(length, took)


def _type(qapp: QApplication, field: QWidget) -> list[tuple[float, float]]:
    """Type a block; return for each key how long the UI thread took, by the wall's clock and of the processor."""
    took = []
    for message in ("a few words typed at a fair pace by somebody who knows how ")[:KEYS]:
        time.sleep(PAUSE)
        wall, worked = time.perf_counter_ns(), time.thread_time_ns()
        QTest.keyClicks(field, message)
        qapp.processEvents()
        took.append(((time.perf_counter_ns() - wall) / 1e3, (time.thread_time_ns() - worked) / 1e3))
    return took


def _tell(length: int, took: dict[bool, list[tuple[float, float]]]) -> None:
    print(f"\na message of {length} characters, {len(took[True])} keys with the journal and as many without")
    for place, what in enumerate(("by the clock", "of the processor")):
        on, off = ([one[place] for one in took[way]] for way in (True, False))
        middle = statistics.median(on), statistics.median(off)
        mean = statistics.fmean(on), statistics.fmean(off)
        print(
            f"  {what}: median {middle[0]:.0f} and {middle[1]:.0f} us, {middle[0] / middle[1]:.3f} times;"
            f" mean {mean[0]:.0f} and {mean[1]:.0f} us, {mean[0] / mean[1]:.3f} times"
        )
