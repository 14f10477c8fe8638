"""An editor of formatted text, and the journal's view of it: what it told, replayed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.domain.edits import Edit, Replica
from app.domain.message import BodyFormat, Content
from app.services.html.prepare import html_of_text, open_html
from app.ui.editor.fragments import Fragments
from app.ui.editor.rich import RichEditor
from tests.qt_rules import expected_warnings, no_task_left, nothing_left

__all__ = ["EditorScene", "Written", "expected_warnings", "no_task_left", "nothing_left", "panel"]


class Written:
    """An editor with a message in it, and what it told."""

    def __init__(self, editor: RichEditor, html: str) -> None:
        self.editor = editor
        self.edits: list[Edit] = []
        self._content = Content(body=html, body_format=BodyFormat.HTML)
        editor.edited.connect(self._take)

    def _take(self, edit: object) -> None:
        assert isinstance(edit, Edit)
        self.edits.append(edit)

    def body(self) -> str:
        """The body as the journal has it."""
        self.editor.tell_now()
        replica = Replica(self._content)
        for edit in self.edits:
            replica.apply(edit)
        return replica.content().body

    def whole(self) -> str:
        """The body read anew from the whole document: what the deltas must come to."""
        fragments = Fragments(self.editor.document(), self.editor.fragments.base)
        fragments.quote = self.editor.fragments.quote
        return fragments.read_all()

    def inner(self) -> str:
        """What stands in the one element around all."""
        body = self.body()
        return body[body.index("<div") :].partition(">")[2].removesuffix("</div></body></html>")


class EditorScene:
    """Opens messages."""

    def __init__(self, qtbot: QtBot) -> None:
        self.qtbot = qtbot

    def open(self, html: str) -> Written:
        editor = RichEditor()
        self.qtbot.addWidget(editor)
        editor.resize(700, 500)
        with self.qtbot.waitActive(editor):
            editor.show()
            editor.activateWindow()
        written = Written(editor, html)
        editor.open_body(open_html(html))
        editor.finish()
        editor.setFocus()
        return written

    def begin(self, text: str = "") -> Written:
        return self.open(html_of_text(text))


@pytest.fixture
def panel(qtbot: QtBot, qapp: QApplication) -> Iterator[EditorScene]:
    clipboard = QGuiApplication.clipboard()
    clipboard.clear()
    yield EditorScene(qtbot)
    clipboard.clear()
