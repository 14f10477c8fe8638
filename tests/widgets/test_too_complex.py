"""A message that met a bound is told so in one sentence, and its text is there to be read, answered and edited."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QFileDialog

from app.content.ask import use
from app.content.jobs import Answer, Job, TooComplex, Unavailable
from app.domain.listing import Folder
from app.domain.message import BodyFormat, Content
from tests.fakes.scene import BEN
from tests.program_scene import ProgramScene

HTML = "<p>Dear <b>Ben</b></p><script>evil()</script><p>second</p>"
MESSAGE = Content(to=(BEN,), subject="Hard", body=HTML, body_format=BodyFormat.HTML)
WORDS = {TooComplex: "too complex", Unavailable: "Restart Mailwright"}


@pytest.fixture(params=WORDS, ids=lambda kind: kind.__name__)
def words(request: pytest.FixtureRequest) -> Iterator[str]:
    def refuse(job: Job) -> Answer:
        raise request.param

    use(refuse)
    yield WORDS[request.param]
    use(None)


async def test_it_is_read_as_its_text_and_says_so(program_scene: ProgramScene, words: str) -> None:
    scene = program_scene
    scene.on_server(MESSAGE, folder=Folder.SENT)
    await scene.press("Ctrl+3", "F5", "Home")
    await scene.settle()
    await scene.until(lambda: words in scene.words(scene.parts.reader))
    reader = scene.parts.reader
    assert reader._body.toPlainText().split() == ["Dear", "Ben", "second"]
    assert reader.bar._action.text() == "Save the original"
    await scene.click(reader.bar._action)
    dialog = scene.window.findChild(QFileDialog, "exportTo")
    assert dialog is not None
    dialog.reject()
    await scene.settle()


async def test_it_is_edited_as_its_text_and_stays_as_it_is_until_then(program_scene: ProgramScene, words: str) -> None:
    scene = program_scene
    name = await scene.saved(MESSAGE)
    await scene.press("Ctrl+2", "Home", "Enter")
    await scene.settle()
    await scene.until(lambda: words in scene.words(scene.message))
    assert scene.message.body.toPlainText().split() == ["Dear", "Ben", "second"]
    assert (await scene.parts.records.read_message(name)).content.body == HTML
