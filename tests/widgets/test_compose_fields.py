"""The subject and the body tell every change as a delta: replayed, the deltas give the text that is on the screen."""

from __future__ import annotations

import random

import pytest
from PySide6.QtCore import QMimeData, Qt
from PySide6.QtGui import QGuiApplication, QTextCursor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.core.text import utf16_length
from app.domain.edits import Edit, Replica
from app.domain.message import Content
from app.views.compose.fields import BodyEditor, SubjectField


class Taken:
    """What a field told, replayed as the journal would."""

    def __init__(self, content: Content) -> None:
        self.edits: list[Edit] = []
        self._content = content

    def take(self, edit: object) -> None:
        assert isinstance(edit, Edit)
        self.edits.append(edit)

    def content(self) -> Content:
        replica = Replica(self._content)
        for edit in self.edits:
            replica.apply(edit)
        return replica.content()


@pytest.fixture
def body(qtbot: QtBot) -> BodyEditor:
    editor = BodyEditor()
    qtbot.addWidget(editor)
    editor.resize(600, 400)
    editor.show()
    return editor


def listen(editor: BodyEditor, text: str) -> Taken:
    editor.set_body(text)
    taken = Taken(Content(body=text))
    editor.edited.connect(taken.take)
    return taken


def whole_positions(text: str) -> list[int]:
    """Return where a cursor can stand: no key and no mouse puts it between the halves of a pair."""
    places = [0]
    for character in text:
        places.append(places[-1] + utf16_length(character))
    return places


def test_typed_text_comes_out_as_deltas(body: BodyEditor, qtbot: QtBot) -> None:
    taken = listen(body, "")
    qtbot.keyClicks(body, "Dear Anna,")
    qtbot.keyClick(body, Qt.Key.Key_Return)
    qtbot.keyClicks(body, "bye")
    assert taken.content().body == "Dear Anna,\nbye"


def test_showing_a_message_tells_nothing(body: BodyEditor) -> None:
    taken = listen(body, "")
    body.set_body("from the server")
    assert taken.edits == []


@pytest.mark.parametrize("seed", range(40))
def test_any_editing_replayed_gives_the_text_on_the_screen(body: BodyEditor, seed: int) -> None:
    dice = random.Random(seed)
    taken = listen(body, dice.choice(["", "one line", "zwei\nZeilen\n", "😀 astral 😀\n\nend"]))
    for _ in range(30):
        cursor = body.textCursor()
        whole = whole_positions(body.toPlainText())
        cursor.setPosition(dice.choice(whole))
        cursor.setPosition(dice.choice(whole), QTextCursor.MoveMode.KeepAnchor)
        body.setTextCursor(cursor)
        match dice.randint(0, 6):
            case 0:
                body.undo()
            case 1:
                body.redo()
            case 2:
                cursor.removeSelectedText()
            case 3:
                body.selectAll()
                body.textCursor().removeSelectedText()
            case 4:
                body.cut()
            case _:
                cursor.insertText(dice.choice(["a", "\n", "😀", "línea\nlínea", " x\ty ", "\n\n"]))
        assert taken.content().body == body.toPlainText()


def test_a_paste_of_five_megabytes_goes_in_whole_and_in_turns(body: BodyEditor, qtbot: QtBot) -> None:
    taken = listen(body, "before after")
    cursor = body.textCursor()
    cursor.setPosition(7)
    body.setTextCursor(cursor)
    data = QMimeData()
    data.setText("ninety-nine characters make a line that one can read\n" * 100_000)
    body.insertFromMimeData(data)
    assert body.is_pasting()
    qtbot.waitUntil(lambda: not body.is_pasting(), timeout=30_000)
    assert taken.content().body == "before " + data.text() + "after"
    body.undo()
    assert body.toPlainText() == "before after"
    assert taken.content().body == "before after"


def test_control_characters_and_lone_surrogates_are_put_in_order(body: BodyEditor) -> None:
    taken = listen(body, "")
    data = QMimeData()
    data.setText("a\x00b\x07c\r\nd\ud83d e")
    body.insertFromMimeData(data)
    text = taken.content().body
    assert text == body.toPlainText()
    assert text.startswith("abc\nd")
    assert "\x00" not in text
    text.encode("utf-8")


def test_a_subject_tells_the_smallest_splice(qtbot: QtBot) -> None:
    field = SubjectField()
    qtbot.addWidget(field)
    field.set_subject("Figures for Lisbon")
    taken = Taken(Content(subject="Figures for Lisbon"))
    field.edited.connect(taken.take)
    field.setCursorPosition(0)
    qtbot.keyClicks(field, "Re: ")
    assert taken.content().subject == "Re: Figures for Lisbon"
    assert len(taken.edits) == 4


def test_line_breaks_in_a_pasted_subject_become_spaces(qtbot: QtBot) -> None:
    field = SubjectField()
    qtbot.addWidget(field)
    taken = Taken(Content())
    field.edited.connect(taken.take)
    QGuiApplication.clipboard().setText("first\nsecond\r\nthird\x01\u2028")
    QTest.keyClick(field, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert field.text() == "first second third"
    assert taken.content().subject == "first second third"


@pytest.mark.parametrize("kind", [SubjectField, BodyEditor])
def test_alt_and_a_message_that_nobody_answers_types_nothing(
    qtbot: QtBot, kind: type[SubjectField] | type[BodyEditor]
) -> None:
    field = kind()
    qtbot.addWidget(field)
    qtbot.keyClick(field, Qt.Key.Key_Y, Qt.KeyboardModifier.AltModifier)
    qtbot.keyClick(field, Qt.Key.Key_N)
    assert (field.text() if isinstance(field, SubjectField) else field.toPlainText()) == "n"


def test_no_bar_comes_where_a_blank_hangs_over_the_edge_of_wrapped_text(qtbot: QtBot) -> None:
    editor = BodyEditor()
    qtbot.addWidget(editor)
    editor.show()
    editor.set_body("Typed on a full disk. " * 40)
    for width in range(400, 460):
        editor.resize(width, 300)
        QApplication.processEvents()
        assert not editor.horizontalScrollBar().isVisible()
