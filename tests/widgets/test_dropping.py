"""Files and links dropped beside the messages: messages are read or written on, all else is refused in words."""

from __future__ import annotations

from email.message import EmailMessage
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QWidget

from app.controllers.startup_requests import arrival_of
from app.domain.startup_request import StartupRequest
from tests.program_scene import ProgramScene

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support raise", extend=True)


@pytest.fixture
async def scene(program_scene: ProgramScene) -> ProgramScene:
    await program_scene.parts.startup_requests.begin(StartupRequest())
    return program_scene


def drop(target: QWidget, *urls: QUrl) -> bool:
    """Drag over a widget and drop there; tell whether it takes that."""
    mime = QMimeData()
    mime.setUrls(list(urls))
    left, nothing, copy = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, Qt.DropAction.CopyAction
    middle = target.rect().center()
    enter = QDragEnterEvent(middle, copy | Qt.DropAction.MoveAction, mime, left, nothing)
    enter.ignore()
    QApplication.sendEvent(target, enter)
    if not enter.isAccepted():
        return False
    assert enter.dropAction() is copy, "what is dropped stays where it is"
    QApplication.sendEvent(target, QDropEvent(QPointF(middle), copy, mime, left, nothing))
    return True


@pytest.mark.parametrize("unsent", ["1", "0"])
async def test_a_message_dropped_on_the_list_is_read_and_a_draft_is_written_on(
    scene: ProgramScene, tmp_path: Path, unsent: str
) -> None:
    message = EmailMessage()
    message["To"], message["Subject"], message["X-Unsent"] = "a@x.example", "Dropped", unsent
    message.set_content("Its text")
    file = tmp_path / "x.EML"
    file.write_bytes(bytes(message))
    assert drop(scene.window.lists, QUrl.fromLocalFile(str(file)))
    if unsent == "0":
        await scene.until(lambda: scene.parts.attachment_viewer.front() is not None)
        assert scene.parts.workspace.messages == []
        return
    await scene.until(lambda: len(scene.parts.workspace.messages) == 1)
    assert scene.message.session.content.subject == "Dropped"


async def test_a_link_dropped_on_the_reader_begins_a_message(scene: ProgramScene) -> None:
    assert drop(scene.parts.reader, QUrl("mailto:a@x.example?subject=S%20T"))
    await scene.until(lambda: len(scene.parts.workspace.messages) == 1)
    assert scene.message.session.content.subject == "S T"


async def test_other_files_are_refused_in_words(scene: ProgramScene, tmp_path: Path) -> None:
    assert drop(scene.window.sidebar, QUrl.fromLocalFile(str(tmp_path / "picture.png")))
    await scene.settle()
    assert "Only messages" in scene.status_bar
    assert scene.parts.workspace.messages == []


async def test_words_without_an_address_are_not_for_us(scene: ProgramScene) -> None:
    mime = QMimeData()
    mime.setText("words")
    middle = scene.window.lists.rect().center()
    enter = QDragEnterEvent(
        middle, Qt.DropAction.CopyAction, mime, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    )
    enter.ignore()
    QApplication.sendEvent(scene.window.lists, enter)
    assert not enter.isAccepted()


def test_what_lies_elsewhere_is_not_fetched() -> None:
    assert not arrival_of(["https://x.example/a.eml", "relative.eml", "ftp://x/y.eml"]).begins_messages()
