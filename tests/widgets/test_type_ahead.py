"""Keys between the one that begins a letter and its first field belong to the letter."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app.domain.message import Field
from tests.program_scene import ProgramScene


async def test_what_is_typed_before_the_letter_is_there_is_typed_into_it(program_scene: ProgramScene) -> None:
    scene = program_scene
    kept = await scene.saved()
    scene.program.stage.desk.list.go_to(0)
    QTest.keyClicks(scene.focus, "c")
    for letter in "box#e@x.org":
        QTest.keyClicks(scene.focus, letter)
    QTest.keyClick(scene.focus, Qt.Key.Key_Backspace)
    QTest.keyClick(scene.focus, Qt.Key.Key_Tab)
    QTest.keyClick(scene.focus, Qt.Key.Key_Tab)
    QTest.keyClicks(scene.focus, "Hi")
    await scene.settle()
    content = await scene.content(scene.letter.session.local_id)
    assert ([one.address for one in content.to], content.subject) == (["box#e@x.or"], "Hi")
    assert scene.record(kept).discarded == 0.0
    assert scene.program.stage.desk.model.marked == set()
    await scene.press("Escape", "C")
    assert len(scene.program.stage.letters) == 1


async def test_a_disk_that_takes_too_long_gives_the_keys_back(program_scene: ProgramScene) -> None:
    scene = program_scene
    scene.program.writing.ahead.hold()
    QTest.keyClicks(scene.focus, "x")
    scene.program.writing.ahead._limit.timeout.emit()
    await scene.press("C")
    assert scene.field() is Field.TO
