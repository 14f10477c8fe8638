"""Pictures in signatures, and those that other programs wrote out in a text (data:): attached, by keys alone."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QUrl
from PySide6.QtGui import QColor, QGuiApplication, QImage
from PySide6.QtWidgets import QApplication, QFileDialog

from app.domain.message import BodyFormat, Content, Field, LocalId
from app.domain.state import State
from app.services.accounts.signatures import Snippet, SnippetKind
from app.ui.incoming_files import as_png, picture_in
from app.views.settings.snippets_page import SnippetsPage
from tests.fakes.scene import ANNA, BEN
from tests.program_scene import HOLD, ProgramScene
from tests.widgets.test_account_pages import snippets, tab_to


def red(width: int = 40, height: int = 20) -> QImage:
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(QColor("red"))
    return image


def png(image: QImage) -> bytes:
    mime = QMimeData()
    mime.setImageData(image)
    return as_png(picture_in(mime))


ADDRESS = f"data:image/png;base64,{base64.b64encode(png(red())).decode()}"
LOGO = Snippet(
    "1",
    name="Logo",
    text="Anna Lind\n\ufffc\nPartnerships",
    html=f'<div>Anna Lind</div><div><img src="{ADDRESS}" width="40" height="20" alt=""></div><div>Partnerships</div>',
    for_new=True,
    for_replies=True,
)
PLAIN = Snippet("2", name="Plain", text="A.")


async def in_form(scene: ProgramScene) -> SnippetsPage:
    """Begin a signature, with the focus in its text."""
    page = await snippets(scene)
    await scene.press("Return")
    await scene.type("Logo")
    await tab_to(scene, "Text")
    await scene.type("Anna ")
    return page


async def kept(scene: ProgramScene, page: SnippetsPage) -> Snippet:
    await scene.until(lambda: "<img" in page.form.text.html())
    await scene.press("Ctrl+Return")
    (made,) = scene.parts.aids.signatures.all(ANNA)
    return made


async def begun(scene: ProgramScene) -> LocalId:
    await scene.press("C")
    await scene.until(lambda: scene.parts.compose.current() is not None)
    return scene.message.session.local_id


async def attached(scene: ProgramScene, name: LocalId) -> Content:
    """Return the message once its picture is attached, and held against what its text says."""
    await scene.until(lambda: "cid:" in scene.message.body.rich.html() if scene.message.body.rich else False)
    content = await scene.content(name)
    (one,) = content.attachments
    assert (one.inline, one.content_type) == (True, "image/png")
    assert f'<img src="cid:{one.content_id}"' in content.body
    assert "data:" not in content.body
    return content


async def test_a_picture_is_pasted_into_a_signature_and_kept_with_it(program_scene: ProgramScene) -> None:
    scene = program_scene
    page = await in_form(scene)
    QGuiApplication.clipboard().setImage(red())
    await scene.press("Ctrl+V")
    made = await kept(scene, page)
    assert 'Anna <img src="data:image/png;base64,' in made.html
    assert 'width="40" height="20"' in made.html
    assert made.name == "Logo"


async def test_a_picture_is_chosen_for_a_signature_by_the_key_of_a_message(
    program_scene: ProgramScene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = program_scene
    file = tmp_path / "logo.png"
    file.write_bytes(png(red(800, 400)))
    page = await in_form(scene)
    opened: list[QFileDialog] = []
    monkeypatch.setattr(QFileDialog, "open", lambda dialog: opened.append(dialog))  # noqa: PLW0108 - a method
    assert "Ctrl+Shift+G" in page.form.tools._buttons["picture"].toolTip()
    await scene.press("Ctrl+Shift+G")
    (dialog,) = opened
    dialog.filesSelected.emit([str(file)])
    dialog.finished.emit(1)
    made = await kept(scene, page)
    assert 'width="560" height="280"' in made.html


async def test_a_picture_is_dropped_on_a_signature_and_a_large_one_is_made_smaller(
    program_scene: ProgramScene, tmp_path: Path
) -> None:
    scene = program_scene
    image = QImage(1500, 1500, QImage.Format.Format_RGB32)
    for place in range(1500 * 30):  # what does not compress
        image.setPixelColor(place % 1500, (place * 7919) % 1500, QColor.fromRgb((place * 2654435761) & 0xFFFFFF))
    (tmp_path / "photo.png").write_bytes(png(image) + b"\0" * 400_000)
    page = await in_form(scene)
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(tmp_path / "photo.png"))])
    page.form.text.insertFromMimeData(mime)
    made = await kept(scene, page)
    assert '<img src="data:image/jpeg;base64,' in made.html
    data = made.html.partition("base64,")[2].partition('"')[0]
    smaller = QImage.fromData(base64.b64decode(data))
    assert (smaller.width(), smaller.height()) == (1120, 1120)


async def test_a_picture_alone_is_a_signature(program_scene: ProgramScene) -> None:
    scene = program_scene
    page = await snippets(scene)
    await scene.press("Return")
    await tab_to(scene, "Text")
    QGuiApplication.clipboard().setImage(red())
    await scene.press("Ctrl+V")
    made = await kept(scene, page)
    assert (made.name, made.kind, made.for_new) == ("Picture", SnippetKind.SIGNATURE, True)
    await scene.press("Ctrl+N")
    await scene.until(lambda: scene.parts.compose.current() is not None)
    assert "<img" in (await scene.content(scene.message.session.local_id)).body
    await scene.press("Escape")
    assert scene.mailbox.items == {}, "nothing was written"


async def test_a_message_that_nobody_wrote_in_vanishes_with_the_picture_of_its_signature(
    program_scene: ProgramScene,
) -> None:
    scene = program_scene
    await scene.parts.aids.signatures.keep_snippet(ANNA, LOGO)
    name = await begun(scene)
    assert scene.message.body.is_formatted()
    await scene.settle()
    assert (await scene.content(name)).attachments == ()
    await scene.press("Escape")
    assert scene.parts.records.get(name) is None
    assert scene.mailbox.items == {}


async def test_the_picture_of_a_signature_leaves_as_an_attachment_that_the_text_names(
    program_scene: ProgramScene,
) -> None:
    scene = program_scene
    await scene.parts.aids.signatures.keep_snippet(ANNA, LOGO)
    name = await begun(scene)
    await scene.type("ben@example.org")
    await scene.press("Tab")
    scene.message.focus_field(Field.BODY)
    await scene.type("Hello")
    content = await attached(scene, name)
    scene.message.focus_field(Field.SUBJECT)
    await scene.type("Hello")
    await scene.press("Ctrl+Return")
    await scene.passes(HOLD + 1)
    await scene.until(lambda: scene.record(name).state is State.SENT)
    (sent,) = scene.mailbox.delivered
    assert sent.content.body == content.body
    assert [(one.content_id, one.inline) for one in sent.content.attachments] == [
        (content.attachments[0].content_id, True)
    ]


async def test_another_signature_takes_the_place_of_one_with_a_picture_and_back(program_scene: ProgramScene) -> None:
    scene = program_scene
    for one in (LOGO, PLAIN):
        await scene.parts.aids.signatures.keep_snippet(ANNA, one)
    name = await begun(scene)
    scene.message.focus_field(Field.BODY)
    await scene.type("Hello")
    await attached(scene, name)
    await scene.press("Ctrl+T")
    await scene.type("plain")
    await scene.press("Return")
    assert scene.message.body.toPlainText() == "Hello\n\nA."
    await scene.press("Ctrl+T")
    await scene.type("logo")
    await scene.press("Return")
    await scene.until(lambda: "cid:" in scene.message.body.rich.html() if scene.message.body.rich else False)
    assert scene.message.body.toPlainText() == "Hello\n\nAnna Lind\n\ufffc\nPartnerships"


async def test_in_plain_text_a_signature_with_a_picture_is_its_words(program_scene: ProgramScene) -> None:
    scene = program_scene
    name = await begun(scene)
    await scene.parts.aids.signatures.keep_snippet(ANNA, LOGO)
    scene.message.focus_field(Field.BODY)
    await scene.type("Hello")
    await scene.press("Ctrl+T")
    await scene.type("logo")
    await scene.press("Return")
    content = await scene.content(name)
    assert (content.body_format, content.body) == (BodyFormat.TEXT, "Hello\n\nAnna Lind\nPartnerships")


async def test_a_picture_written_out_in_an_opened_draft_is_seen_and_attached_once_one_writes(
    program_scene: ProgramScene,
) -> None:
    scene = program_scene
    body = f'<html><body><p>See <img src="{ADDRESS}" width="40" height="20" alt="Red"></p></body></html>'
    name = await scene.saved(Content(to=(BEN,), subject="Hello", body=body, body_format=BodyFormat.HTML))
    scene.parts.compose.open_message(name)
    await scene.until(lambda: scene.parts.compose.current() is not None)
    scene.message.focus_field(Field.BODY)
    await scene.settle()
    assert scene.record(name).saved, "looking changes nothing"

    def seen() -> set[str]:
        shot = scene.message.body.editor.viewport().grab().toImage()
        return {shot.pixelColor(x, y).name() for x in range(0, shot.width(), 4) for y in range(0, shot.height(), 4)}

    await scene.until(lambda: "#ff0000" in seen())
    await scene.type("!")
    await attached(scene, name)
    QApplication.processEvents()
    assert 'alt="Red"' in (await scene.content(name)).body
