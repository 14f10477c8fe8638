"""A message that is opened again in the same run stands as one left it: sent and taken back, or closed and opened."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QColor, QGuiApplication, QImage

from app.controllers.compose import compose
from app.domain.message import BodyFormat, Content, Field
from tests.fakes.scene import BEN
from tests.program_scene import ProgramScene

BODIES = {
    BodyFormat.TEXT: "Dear Ben,\n\nthe figures are here.\n\nAnna",
    BodyFormat.HTML: "<p>Dear Ben,</p><p>the figures are here.</p><p>Anna</p>",
}


async def opened(scene: ProgramScene, body: str, body_format: BodyFormat = BodyFormat.TEXT) -> None:
    name = await scene.saved(Content(to=(BEN,), subject="Figures", body=body, body_format=body_format))
    await scene.press("Ctrl+2", "Home")
    scene.parts.compose.open_message(name)
    await scene.until(lambda: scene.parts.compose.current() is not None and scene.message.is_filled)
    scene.message.focus_field(Field.BODY)
    await scene.settle()


@pytest.mark.parametrize("body_format", list(BodyFormat))
@pytest.mark.parametrize(("leave", "back"), [("Ctrl+Return", "Z"), ("Escape", "Return")])
async def test_what_is_typed_next_goes_on_where_one_was(
    program_scene: ProgramScene, body_format: BodyFormat, leave: str, back: str
) -> None:
    scene = program_scene
    await opened(scene, BODIES[body_format], body_format)
    assert scene.message.select_words("figures")
    await scene.press("Right")
    await scene.type(" of May")
    await scene.press(leave)
    await scene.until(lambda: scene.parts.compose.current() is None)
    await scene.press(back)
    await scene.until(lambda: scene.parts.compose.current() is not None and scene.message.is_filled)
    await scene.rest()
    assert scene.field() is Field.BODY
    await scene.type(" and June")
    assert "the figures of May and June are here." in scene.message.body.toPlainText()


async def test_what_was_selected_is_not_so_again_and_no_key_takes_its_place(program_scene: ProgramScene) -> None:
    scene = program_scene
    await opened(scene, BODIES[BodyFormat.TEXT])
    await scene.press("Ctrl+A", "Escape")
    await scene.until(lambda: scene.parts.compose.current() is None)
    await scene.press("Return")
    await scene.until(lambda: scene.parts.compose.current() is not None and scene.message.is_filled)
    await scene.rest()
    await scene.type("!")
    assert scene.message.body.toPlainText().strip() == BODIES[BodyFormat.TEXT] + "!"


async def test_of_so_many_messages_alone_the_place_is_kept(
    program_scene: ProgramScene, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = program_scene
    monkeypatch.setattr(compose, "_CARETS", 2)
    for _ in range(3):
        await opened(scene, BODIES[BodyFormat.TEXT])
        await scene.press("Escape")
        await scene.until(lambda: scene.parts.compose.current() is None)
    assert len(scene.parts.compose._carets) == 2


async def test_a_long_formatted_message_stands_there_once_it_is_all_there(program_scene: ProgramScene) -> None:
    scene = program_scene
    await opened(scene, "".join(f"<p>line {n} of them</p>" for n in range(3000)), BodyFormat.HTML)
    await scene.until(lambda: scene.message.body.rich is not None and not scene.message.body.rich.is_building())
    await scene.press("Ctrl+End")
    await scene.type("!")
    before = scene.message.body.editor.verticalScrollBar().value()
    assert before > 0
    await scene.press("Escape")
    await scene.until(lambda: scene.parts.compose.current() is None)
    await scene.press("Return")
    await scene.until(lambda: scene.parts.compose.current() is not None and scene.message.is_filled)
    await scene.until(lambda: scene.message.body.rich is not None and not scene.message.body.rich.is_building())
    await scene.rest()
    await scene.type("?")
    assert scene.message.body.toPlainText().endswith("line 2999 of them!?")
    assert scene.message.body.editor.verticalScrollBar().value() > 0


async def test_what_another_program_made_shorter_is_no_trouble(program_scene: ProgramScene) -> None:
    scene = program_scene
    await opened(scene, BODIES[BodyFormat.TEXT])
    await scene.press("Ctrl+End", "Escape")
    await scene.until(lambda: scene.parts.compose.current() is None)
    (stored,) = scene.mailbox.items.values()
    scene.mailbox.edit_elsewhere(stored.item_id, Content(to=(BEN,), subject="Figures", body="Short"))
    await scene.press("F5")
    await scene.settle()
    await scene.press("Return")
    await scene.until(lambda: scene.parts.compose.current() is not None and scene.message.is_filled)
    await scene.rest()
    await scene.until(lambda: scene.message.body.toPlainText() == "Short")
    await scene.type("x")
    assert "x" in scene.message.body.toPlainText()


async def test_a_pasted_picture_is_in_sight_with_the_cursor_behind_it(program_scene: ProgramScene) -> None:
    scene = program_scene
    await opened(scene, "".join(f"<p>line {n}</p>" for n in range(60)), BodyFormat.HTML)
    await scene.press("Ctrl+End")
    image = QImage(300, 260, QImage.Format.Format_RGB32)
    image.fill(QColor("red"))
    QGuiApplication.clipboard().setImage(image)
    await scene.press("Ctrl+V")
    rich = scene.message.body.rich
    assert rich is not None
    await scene.until(lambda: "<img" in rich.html())
    await scene.settle()
    caret, room = rich.cursorRect(), rich.viewport().rect()
    assert room.top() <= caret.top()
    assert caret.bottom() <= room.bottom() + 1
    # Of the cursor beside it, no more is seen than in a line of text.
    shot = rich.viewport().grab().toImage()
    ratio = shot.devicePixelRatio()
    pane = shot.pixelColor(int((caret.left() + 12) * ratio), int((caret.top() + 8) * ratio))
    at_top = shot.pixelColor(int(caret.left() * ratio), int((caret.top() + 8) * ratio))
    assert at_top == pane
