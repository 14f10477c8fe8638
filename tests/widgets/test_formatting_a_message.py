"""The body of a message in the window: plain and formatted, told to the journal, found in, and nothing lost unsaid."""

from __future__ import annotations

import base64

import pytest
from PySide6.QtCore import QMimeData, Qt
from PySide6.QtGui import QColor, QGuiApplication, QImage
from PySide6.QtWidgets import QApplication

from app.domain.message import BodyFormat, Content, Field, LocalId
from app.ui.editor.rich import RichEditor
from app.ui.incoming_files import as_png, picture_in
from tests.fakes.scene import BEN, MESSAGE
from tests.program_scene import HOLD, ProgramScene
from tests.widgets.spelling.conftest import FewWords

DRESSED = Content(
    to=(BEN,),
    subject="Hello",
    body='<p>Dear <b>Ben</b></p><ul><li>one</li></ul><table border="1"><tr><td>cell</td></tr></table>',
    body_format=BodyFormat.HTML,
)

CTRL_SHIFT = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier


async def opened(scene: ProgramScene, content: Content = MESSAGE) -> LocalId:
    """Return a saved draft, open in the pane with the focus in its body."""
    name = await scene.saved(content)
    scene.parts.compose.open_message(name)
    await scene.until(lambda: scene.parts.compose.current() is not None)
    scene.message.focus_field(Field.BODY)
    await scene.settle()
    return name


async def body(scene: ProgramScene) -> str:
    content = await scene.content(scene.message.session.local_id)
    assert content.body_format is BodyFormat.HTML
    return content.body


async def test_the_first_bold_word_makes_a_plain_message_formatted_and_the_cursor_stays(
    program_scene: ProgramScene,
) -> None:
    scene = program_scene
    await opened(scene, Content(to=(BEN,), subject="Hello", body="Dear Ben"))
    await scene.press("Ctrl+End")
    await scene.type(", it is ")
    await scene.press("Ctrl+B")
    await scene.type("urgent")
    assert "<div>Dear Ben, it is <b>urgent</b></div>" in await body(scene)
    assert scene.field() is Field.BODY


@pytest.mark.parametrize(
    ("keys", "html"),
    [
        ("Ctrl+B", "<b>Dear</b>"),
        ("Ctrl+I", "<i>Dear</i>"),
        ("Ctrl+U", "<u>Dear</u>"),
        ("Ctrl+Shift+X", "<s>Dear</s>"),
        ("Ctrl+Shift+7", "<ol><li>Dear</li></ol>"),
        ("Ctrl+Shift+8", "<ul><li>Dear</li></ul>"),
        ("Ctrl+Shift+9", "<div>Dear</div></blockquote>"),
        ("Ctrl+Shift+L", "<table"),
    ],
)
async def test_each_key_does_its_formatting(program_scene: ProgramScene, keys: str, html: str) -> None:
    scene = program_scene
    await opened(scene, Content(to=(BEN,), subject="Hello", body="Dear"))
    await scene.press("Ctrl+A", keys)
    assert html in await body(scene)


async def test_a_colour_is_chosen_by_typing_its_name(program_scene: ProgramScene) -> None:
    scene = program_scene
    await opened(scene, Content(to=(BEN,), subject="Hello", body="Dear"))
    await scene.press("Ctrl+A", "Ctrl+Shift+K")
    await scene.type("gree")
    await scene.press("Return")
    assert '<span style="color:#2e7d32">Dear</span>' in await body(scene)
    assert scene.field() is Field.BODY


async def test_a_link_is_put_by_key_alone(program_scene: ProgramScene) -> None:
    scene = program_scene
    await opened(scene, Content(to=(BEN,), subject="Hello", body="Dear"))
    await scene.press("Ctrl+A", "Ctrl+K")
    await scene.type("javascript:x")
    await scene.press("Return")
    assert "no address" in scene.words(scene.message.body)
    await scene.press("Ctrl+A")
    await scene.type("example.org")
    await scene.press("Return")
    assert '<a href="https://example.org">Dear</a>' in await body(scene)
    assert scene.field() is Field.BODY


async def test_what_plain_text_would_lose_is_said_first_and_can_be_brought_back(program_scene: ProgramScene) -> None:
    scene = program_scene
    name = await opened(scene, DRESSED)
    await scene.press("Ctrl+Shift+H")
    said = scene.words(scene.message.body.bar)
    assert "1 table" in said
    assert "lists" in said
    assert (await scene.content(name)).body_format is BodyFormat.HTML
    await scene.press("Alt+A")
    content = await scene.content(name)
    assert content.body_format is BodyFormat.TEXT
    assert content.body == scene.message.body.toPlainText()
    assert "Dear Ben" in content.body
    await scene.press("Alt+A")
    content = await scene.content(name)
    assert content.body_format is BodyFormat.HTML
    assert "<b>Ben</b>" in content.body


async def test_pressing_the_key_again_makes_it_plain_and_escape_lets_it_be(program_scene: ProgramScene) -> None:
    scene = program_scene
    name = await opened(scene, DRESSED)
    await scene.press("Ctrl+Shift+H", "Escape")
    assert not scene.message.body.bar.isVisible()
    assert scene.field() is Field.BODY
    await scene.press("Ctrl+Shift+H", "Ctrl+Shift+H")
    assert (await scene.content(name)).body_format is BodyFormat.TEXT


async def test_a_message_without_formatting_goes_back_and_forth_without_a_word_lost(
    program_scene: ProgramScene,
) -> None:
    scene = program_scene
    name = await opened(scene, Content(to=(BEN,), subject="Hello", body="one\n\n  two  <three> & four\n"))
    await scene.press("Ctrl+Shift+H")
    assert (await scene.content(name)).body_format is BodyFormat.HTML
    await scene.press("Ctrl+Shift+H")
    content = await scene.content(name)
    assert content.body_format is BodyFormat.TEXT
    assert content.body.split() == ["one", "two", "<three>", "&", "four"]


LONG = "".join(f"Line {number} of a long message, with words in it.\n" for number in range(22_000))


async def long_message(scene: ProgramScene) -> LocalId:
    """Return a plain message of a megabyte, open, with the cursor at its end."""
    name = await opened(scene, Content(to=(BEN,), subject="Hello", body=LONG))
    await scene.press("Ctrl+End")
    return name


async def test_a_long_text_is_turned_in_a_thread_and_the_deed_waits_for_it(program_scene: ProgramScene) -> None:
    scene = program_scene
    name = await long_message(scene)
    scene.tap(Qt.Key.Key_B, Qt.KeyboardModifier.ControlModifier)
    body = scene.message.body
    assert body.turning.is_busy
    assert body.editor.isReadOnly(), "nothing typed meanwhile could be lost"
    await scene.until(lambda: not body.turning.is_busy)
    assert not body.bar.isVisible()
    assert scene.field() is Field.BODY
    await scene.type("end")
    assert (await scene.content(name)).body.endswith("<div><b>end</b></div></div></body></html>")
    await scene.press("Ctrl+Z", "Ctrl+Z")
    content = await scene.content(name)
    assert (content.body_format, content.body) == (BodyFormat.TEXT, LONG), "undo goes back before the turning"
    assert scene.field() is Field.BODY
    await scene.type("end")
    assert (await scene.content(name)).body == LONG + "end"


@pytest.mark.parametrize("pouring", [False, True])
async def test_escape_stops_the_turning_of_a_long_text_and_nothing_is_changed(
    program_scene: ProgramScene, *, pouring: bool
) -> None:
    scene = program_scene
    name = await long_message(scene)
    body = scene.message.body
    scene.tap(Qt.Key.Key_H, CTRL_SHIFT)
    if pouring:
        while body.rich is None or not body.rich.is_building():
            QApplication.processEvents()
    body.turning._say()
    assert "Escape leaves it" in scene.words(body.bar)
    scene.tap(Qt.Key.Key_Escape)
    await scene.settle()
    assert not body.turning.is_busy
    assert not body.bar.isVisible()
    assert scene.field() is Field.BODY
    await scene.type("end")
    content = await scene.content(name)
    assert (content.body_format, content.body) == (BodyFormat.TEXT, LONG + "end")
    await scene.press("Ctrl+Shift+H")
    await scene.until(body.is_formatted)
    await scene.until(lambda: not body.turning.is_busy)
    assert (await scene.content(name)).body.endswith("<div>end</div></div></body></html>")


async def test_a_long_formatted_text_is_made_plain_in_a_thread_and_undo_brings_it_back(
    program_scene: ProgramScene,
) -> None:
    scene = program_scene
    html = "".join(f"<p>Line {number} with a <b>bold</b> word</p>" for number in range(20_000))
    name = await opened(scene, Content(to=(BEN,), subject="Hello", body=html, body_format=BodyFormat.HTML))
    body = scene.message.body
    await scene.until(lambda: body.rich is not None and not body.rich.is_building())
    await scene.press("Ctrl+Shift+H")
    await scene.until(lambda: body.bar.isVisible() and not body.turning.is_busy and scene.window.gate.is_open)
    scene.tap(Qt.Key.Key_H, CTRL_SHIFT)
    assert body.turning.is_busy
    await scene.until(lambda: not body.is_formatted())
    assert (await scene.content(name)).body.startswith("Line 0 with a bold word\n\nLine 1 with")
    await scene.press("Ctrl+Home", "Ctrl+Z")
    content = await scene.content(name)
    assert content.body_format is BodyFormat.HTML
    assert content.body.count("<b>bold</b>") == 20_000
    assert not body.bar.isVisible()
    assert scene.field() is Field.BODY


async def test_a_long_message_that_is_sent_while_it_is_turned_goes_out_whole_and_formatted(
    program_scene: ProgramScene,
) -> None:
    scene = program_scene
    await long_message(scene)
    scene.tap(Qt.Key.Key_H, CTRL_SHIFT)
    scene.tap(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    await scene.until(lambda: scene.parts.compose.current() is None)
    await scene.passes(HOLD + 1)
    await scene.until(lambda: bool(scene.mailbox.delivered))  # the words of long HTML are read in a thread before
    sent = scene.mailbox.delivered[0].content
    assert sent.body_format is BodyFormat.HTML
    assert "Line 21999 of" in sent.body


async def test_find_and_replace_by_key_alone(program_scene: ProgramScene) -> None:
    scene = program_scene
    name = await opened(scene, Content(to=(BEN,), subject="Hello", body="red and Red and green"))
    await scene.press("Ctrl+F")
    await scene.type("red")
    assert "2 places" in scene.words(scene.message.body)
    await scene.press("Return")
    assert scene.message.body.editor.textCursor().selectedText() == "Red"
    await scene.press("Escape")
    assert scene.field() is Field.BODY
    await scene.press("Ctrl+H", "Tab")
    await scene.type("blue")
    await scene.press("Tab", "Tab", "Space")
    assert (await scene.content(name)).body == "blue and blue and green"
    await scene.press("Escape", "Ctrl+Z")
    assert (await scene.content(name)).body == "red and Red and green"


async def test_every_key_in_formatted_text_is_on_disk_at_once(program_scene: ProgramScene) -> None:
    scene = program_scene
    name = await opened(scene, DRESSED)
    await scene.press("Ctrl+Home", "End")
    for sign in "!?":
        await scene.type(sign)
        kept = (await scene.journal.after_crash().read_message(scene.message.session.local_id)).content
        assert f"<b>Ben{'!?'[: '!?'.index(sign) + 1]}</b>" in kept.body
    assert name


async def test_a_pasted_picture_is_attached_and_stands_in_the_text(program_scene: ProgramScene) -> None:
    scene = program_scene
    name = await opened(scene, Content(to=(BEN,), subject="Hello", body="See: "))
    await scene.press("Ctrl+End")
    image = QImage(40, 20, QImage.Format.Format_RGB32)
    image.fill(QColor("red"))
    QGuiApplication.clipboard().setImage(image)
    await scene.press("Ctrl+V")
    await scene.until(lambda: "<img" in scene.message.body.rich.html() if scene.message.body.rich else False)
    content = await scene.content(name)
    assert len(content.attachments) == 1
    assert content.attachments[0].inline
    assert f'<img src="cid:{content.attachments[0].content_id}"' in content.body
    assert 'width="40" height="20"' in content.body


async def test_a_picture_that_is_written_out_in_what_is_pasted_is_attached_because_outlook_shows_no_other(
    program_scene: ProgramScene,
) -> None:
    scene = program_scene
    name = await opened(scene, Content(to=(BEN,), subject="Hello", body="See: "))
    await scene.press("Ctrl+Shift+H", "Ctrl+End")
    image = QImage(800, 20, QImage.Format.Format_RGB32)
    image.fill(QColor("red"))
    mime = QMimeData()
    mime.setImageData(image)
    address = f"data:image/png;base64,{base64.b64encode(as_png(picture_in(mime))).decode()}"
    mime = QMimeData()
    mime.setHtml(f'<p>before <img src="{address}" alt="Red"> after <img src="{address}" width="30" height="10"></p>')
    QGuiApplication.clipboard().setMimeData(mime)
    await scene.press("Ctrl+V")
    await scene.until(lambda: "cid:" in scene.message.body.rich.html() if scene.message.body.rich else False)
    content = await scene.content(name)
    (attached,) = content.attachments
    assert (attached.inline, attached.content_type) == (True, "image/png")
    assert "data:" not in content.body
    source = f'<img src="cid:{attached.content_id}"'
    assert f'before {source} alt="Red" width="560" height="14"> after {source} alt="" width="30"' in content.body
    await scene.press("Ctrl+Z")
    assert "before" not in (await scene.content(name)).body


async def test_a_formatted_message_is_sent_as_it_was_written(program_scene: ProgramScene) -> None:
    scene = program_scene
    await opened(scene, DRESSED)
    await scene.press("Ctrl+End")
    await scene.type("bye")
    await scene.press("Ctrl+Return")
    await scene.passes(HOLD + 1)
    sent = scene.mailbox.delivered[0].content
    assert sent.body_format is BodyFormat.HTML
    assert sent.body.endswith("<div>bye</div></div></body></html>")


async def test_a_formatted_message_on_its_way_cannot_be_edited(program_scene: ProgramScene) -> None:
    scene = program_scene
    name = await opened(scene, DRESSED)
    await scene.parts.outbox.send([name], HOLD)
    await scene.settle()
    before = await scene.content(name)
    await scene.press("Alt+M", "Ctrl+A", "Ctrl+B", "Del", "Ctrl+Shift+H", "Ctrl+Shift+L")
    await scene.type("x")
    assert await scene.content(name) == before


async def test_a_plain_message_has_no_editor_of_formatted_text(program_scene: ProgramScene) -> None:
    scene = program_scene
    await opened(scene)
    assert scene.message.body.rich is None
    await scene.press("Ctrl+Shift+H")
    assert isinstance(scene.message.body.editor, RichEditor)


async def test_misspellings_are_gone_through_and_mended_by_key_alone(program_scene: ProgramScene) -> None:
    scene = program_scene
    few_words = FewWords()
    scene.parts.compose.begin_spelling(few_words)  # type: ignore[arg-type]  # it answers to the same calls
    name = await opened(scene, Content(to=(BEN,), subject="Hello", body="a woxrd and an axe here"))
    marks = scene.message.body.marks
    assert marks is not None

    def looked_at() -> bool:
        few_words.answer()
        return marks.is_done()

    await scene.until(looked_at)
    await scene.press("Ctrl+Home", "F7", "F7")
    assert scene.message.body.editor.textCursor().selectedText() == "axe"
    await scene.press("Shift+F7")
    assert scene.message.body.editor.textCursor().selectedText() == "woxrd"
    await scene.press("Ctrl+.")
    few_words.answer()
    assert scene.message.picking.picker.titles()[0] == "wosrd"
    await scene.press("Return")
    assert (await scene.content(name)).body == "a wosrd and an axe here"
    assert scene.field() is Field.BODY
    await scene.press("F7", "Ctrl+.")
    few_words.answer()
    await scene.type("Add")
    await scene.press("Return")
    await scene.until(looked_at)
    assert few_words.own == {"axe"}
    assert marks.places() == []
