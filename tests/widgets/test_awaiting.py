"""A letter that has to be fetched before it is written: keys pressed meanwhile are its own, and Escape gives it up."""

from __future__ import annotations

import asyncio

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.domain.errors import Trouble, TroubleKind
from app.domain.listing import Folder
from app.domain.message import Content, Importance
from tests.fakes.mailbox import Gate
from tests.fakes.scene import BEN
from tests.program_scene import ProgramScene

PLAN = Content(to=(BEN,), subject="Plan", body="Dear Ben")


async def at_a_slow_server(scene: ProgramScene, folder: Folder) -> Gate:
    """Let the list stand at a letter of another client that is fetched when it is asked for, and not sooner."""
    scene.on_server(PLAN, folder=folder)
    scene.program.stage.on_reading = lambda _desk, _row: None  # the pane would fetch it too
    room = scene.program.drafts_room if folder is Folder.DRAFTS else scene.program.sent_room
    room.reload()
    await scene.press("Ctrl+2" if folder is Folder.DRAFTS else "Ctrl+3")
    await scene.until(lambda: len(scene.rows) == 1)
    scene.program.stage.desk.list.go_to(0)
    return scene.mailbox.hold("get")


async def asked_for(scene: ProgramScene, key: str, gate: Gate) -> None:
    QTest.keyClicks(scene.focus, key)
    await asyncio.wait_for(gate.reached.wait(), 20)


def typed(scene: ProgramScene, text: str) -> None:
    for letter in text:
        QTest.keyClicks(scene.focus, letter)


def body(scene: ProgramScene) -> str:
    return scene.letter.body.toPlainText() if scene.program.stage.letters else ""


@pytest.mark.parametrize(
    ("key", "folder"), [("o", Folder.DRAFTS), ("l", Folder.DRAFTS), ("e", Folder.SENT)], ids=["open", "last", "anew"]
)
async def test_what_is_typed_while_a_letter_is_fetched_is_typed_into_it(
    program_scene: ProgramScene, key: str, folder: Folder
) -> None:
    scene = program_scene
    gate = await at_a_slow_server(scene, folder)
    await asked_for(scene, key, gate)
    typed(scene, "exceeds#")
    QTest.keyClick(scene.focus, Qt.Key.Key_I, Qt.KeyboardModifier.AltModifier)
    typed(scene, "d")
    assert scene.in_list()
    await scene.until(lambda: "Fetching the message" in scene.foot)
    gate.open.set()
    await scene.until(lambda: body(scene) == "exceeds#dDear Ben")
    await scene.settle()
    assert (await scene.content(scene.letter.session.local_id)).importance is Importance.HIGH
    assert "Fetching" not in scene.foot
    assert len(scene.program.stage.letters) == 1
    assert scene.program.stage.desk.model.marked == set()


async def test_escape_gives_up_a_letter_that_does_not_come(program_scene: ProgramScene) -> None:
    scene = program_scene
    gate = await at_a_slow_server(scene, Folder.SENT)
    await asked_for(scene, "e", gate)
    await scene.until(lambda: "Esc gives it up" in scene.foot)
    QTest.keyClick(scene.focus, Qt.Key.Key_Escape)
    assert "Esc gives it up" not in scene.foot
    await scene.press("G, D")
    assert scene.program.stage.kind == "drafts"
    gate.open.set()
    await scene.settle()
    assert scene.program.stage.letters == []
    assert scene.rows == []


async def test_what_was_typed_for_a_letter_that_cannot_be_had_is_shown(program_scene: ProgramScene) -> None:
    scene = program_scene
    gate = await at_a_slow_server(scene, Folder.DRAFTS)
    scene.mailbox.fail("get", Trouble(TroubleKind.UNREACHABLE))
    await asked_for(scene, "o", gate)
    typed(scene, "Dear zoe")
    gate.open.set()
    await scene.until(lambda: "You typed this meanwhile: “Dear zoe”" in scene.words(scene.window.notice_bar))
    assert scene.program.stage.letters == []
    assert len(scene.rows) == 1


async def test_a_key_that_is_held_down_is_not_typed(program_scene: ProgramScene) -> None:
    scene = program_scene
    gate = await at_a_slow_server(scene, Folder.DRAFTS)
    await asked_for(scene, "o", gate)
    again = QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_O, Qt.KeyboardModifier.NoModifier, "o", autorep=True)
    QApplication.sendEvent(scene.focus, again)
    typed(scene, "x")
    gate.open.set()
    await scene.until(lambda: body(scene) == "xDear Ben")


async def test_asking_for_it_once_more_is_not_typed_into_it(program_scene: ProgramScene) -> None:
    scene = program_scene
    gate = await at_a_slow_server(scene, Folder.DRAFTS)
    await asked_for(scene, "o", gate)
    QTest.keyClick(scene.focus, Qt.Key.Key_Return)
    typed(scene, "x")
    QTest.keyClick(scene.focus, Qt.Key.Key_Return)
    gate.open.set()
    await scene.until(lambda: body(scene) == "x\nDear Ben")
