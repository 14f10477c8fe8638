"""Keys between the one that begins a letter and its first field belong to the letter."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from app.domain.message import Field
from app.ui.type_ahead import Wish
from app.views.compose.view import ComposeView
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
    scene.program.writing.ahead.hold(Wish(), 3_000)
    QTest.keyClicks(scene.focus, "x")
    scene.program.writing.ahead._limit.timeout.emit()
    await scene.press("C")
    assert scene.field() is Field.TO


async def test_a_letter_is_made_filled_shown_and_painted_each_in_a_turn_of_the_loop_of_its_own(
    program_scene: ProgramScene, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene, loop = program_scene, asyncio.get_running_loop()
    steps: list[tuple[str, int]] = []
    turn, counts = 0, True

    def count() -> None:
        nonlocal turn
        turn += 1
        if counts:
            loop.call_soon(count)

    def noted(name: str, method: Callable[..., None]) -> Callable[..., None]:
        def note(self: QWidget, *rest: object) -> None:
            steps.append((name, turn))
            method(self, *rest)

        return note

    monkeypatch.setattr(ComposeView, "_build", noted("made", ComposeView._build))
    monkeypatch.setattr(ComposeView, "fill", noted("filled", ComposeView.fill))
    monkeypatch.setattr(ComposeView, "focus_best", noted("shown", ComposeView.focus_best))
    monkeypatch.setattr(
        ComposeView, "setUpdatesEnabled", noted("painted", ComposeView.setUpdatesEnabled), raising=False
    )
    count()
    QTest.keyClicks(scene.focus, "c")
    async with asyncio.timeout(10):
        for _ in iter(lambda: len(steps) < 5, False):
            await asyncio.sleep(0)
    counts = False
    await scene.settle()
    assert [name for name, _ in steps] == ["made", "filled", "painted", "shown", "painted"]
    made, filled, _, shown, painted = (at for _, at in steps)
    assert made < filled < shown < painted
    assert scene.letter.updatesEnabled()


async def test_a_letter_that_ends_before_it_is_shown_is_not_shown(
    program_scene: ProgramScene, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene, fill = program_scene, ComposeView.fill

    def ended(self: ComposeView) -> None:
        fill(self)
        self.session.end("gone")

    monkeypatch.setattr(ComposeView, "fill", ended)
    await scene.press("C")
    assert scene.program.stage.letters == []
    assert scene.in_list()
