"""From a key to its paint in a recipients field with 500 chips, against a bare QTextEdit in the same run.

The whole message is there, with its session, its journal (in memory) and an address book of 20 000 people, so that what
a key costs is what it costs a person. Aimed at: p95 at most 1.3 times that of the bare editor.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator

import pytest
from PySide6.QtCore import QEvent, QObject
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QTextEdit, QWidget
from pytestqt.qtbot import QtBot

from app.domain.message import Content, Field
from app.domain.recipient import Recipient
from tests.bench.test_address_book import PEOPLE, people
from tests.fakes.scene import ACCOUNT, ANNA
from tests.program_scene import ProgramScene

pytestmark = [pytest.mark.bench, pytest.mark.timeout(300)]

CHIPS, KEYS, ROUNDS = 500, 40, 6
WORDS = "somebody new and "


class Painted(QObject):
    """Takes down when a widget was painted last."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        self.at = 0.0
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint:
            self.at = time.thread_time()
        return super().eventFilter(watched, event)


@pytest.fixture
async def scene(qtbot: QtBot, qapp: QApplication) -> AsyncIterator[ProgramScene]:
    """A message to 500 people, its To field with the focus."""
    import random

    scene = await ProgramScene(qtbot, qapp, ACCOUNT).start()
    book = scene.parts.address_book
    for entry in people(random.Random(7)):
        book.add_sent(ANNA, [entry.recipient], scene.clock.now())
    chips = tuple(Recipient(f"person{n}@example.org", f"Person {n}") for n in range(CHIPS))
    await scene.parts.compose.begin_now(Content(to=chips, subject="x", body="y"))
    await scene.settle()
    # The fake disk copies the whole message at each edit; the real one takes it from a queue, in another thread.
    scene.journal.append_edit = lambda local_id, edit: None  # type: ignore[method-assign]
    scene.message.focus_field(Field.TO)
    scene.message.recipients[Field.TO].finish_placing()
    await scene.settle()
    yield scene
    await scene.end()


def strokes(line: QWidget, painted: Painted) -> list[float]:
    """Return how many milliseconds each of some keys took to its paint."""
    times = []
    for message in (WORDS * 9)[:KEYS]:
        begun = time.thread_time()
        QTest.keyClicks(line, message)
        QApplication.processEvents()
        assert painted.at > begun, "not painted"
        # Up to the end of the turn: what follows the paint holds up the next key all the same.
        times.append((time.thread_time() - begun) * 1000)
    return times


def told(times: list[float]) -> tuple[float, float, float]:
    times.sort()
    return times[len(times) // 2], times[int(len(times) * 0.95)], times[-1]


async def test_a_key_among_500_chips_beside_a_bare_editor(scene: ProgramScene, qtbot: QtBot) -> None:
    bare = QTextEdit()
    bare.setPlainText(("word " * 20 + "\n") * 100)
    bare.resize(600, 400)
    qtbot.addWidget(bare)
    bare.show()
    field = scene.message.recipients[Field.TO]
    bare_painted, chips_painted = Painted(bare.viewport()), Painted(field.words)
    ours: list[float] = []
    theirs: list[float] = []
    for _ in range(ROUNDS):
        theirs += strokes(bare, bare_painted)
        ours += strokes(field.words, chips_painted)
        field.words.clear()
        await scene.settle()
    (p50, p95, most), (bare_p50, bare_p95, bare_most) = told(ours), told(theirs)
    print(f"\n{len(ours)} keys, {CHIPS} chips, {PEOPLE} people known; milliseconds to the paint: p50, p95, largest")
    print(f"  recipients field: {p50:.2f}, {p95:.2f}, {most:.2f}")
    print(f"  bare QTextEdit:   {bare_p50:.2f}, {bare_p95:.2f}, {bare_most:.2f}")
    print(f"  p95: {p95 / bare_p95:.2f} times the bare editor's (aim 1.3)")
