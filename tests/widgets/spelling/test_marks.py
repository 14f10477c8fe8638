"""Wavy lines under what no dictionary knows: drawn behind the keys, moved with the text, walked through by key."""

from __future__ import annotations

import pytest
import shiboken6
from PySide6.QtCore import Qt
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QApplication, QLineEdit, QPlainTextEdit, QTextEdit
from pytestqt.qtbot import QtBot

from app.ui.editor.line_marks import LineMarks
from app.ui.editor.spelling_client import Spelling
from app.ui.editor.spelling_marks import SpellingMarks
from tests.widgets.spelling.conftest import FewWords

Editor = QPlainTextEdit | QTextEdit


@pytest.fixture(params=[QPlainTextEdit, QTextEdit])
def editor(request: pytest.FixtureRequest, qtbot: QtBot) -> Editor:
    made: Editor = request.param()
    qtbot.addWidget(made)
    made.resize(500, 300)
    with qtbot.waitActive(made):
        made.show()
        made.activateWindow()
    made.setFocus()
    return made


def marks_on(editor: Editor, few_words: FewWords) -> SpellingMarks:
    return SpellingMarks(editor, few_words)  # type: ignore[arg-type]  # it answers to the same calls


def settle(marks: SpellingMarks, few_words: FewWords, qtbot: QtBot) -> None:
    """Let the pauses pass and the answers come until all is looked at."""

    def done() -> bool:
        few_words.answer()
        return marks.is_done()

    qtbot.waitUntil(done, timeout=10_000)


def words(editor: Editor, marks: SpellingMarks) -> list[str]:
    text = editor.toPlainText()
    return [text[start : start + count] for start, count in marks.places()]


def test_unknown_words_are_underlined_in_every_paragraph(editor: Editor, few_words: FewWords, qtbot: QtBot) -> None:
    editor.setPlainText("good baxd\nfine\n\nwoxrse still")
    marks = marks_on(editor, few_words)
    settle(marks, few_words, qtbot)
    assert words(editor, marks) == ["baxd", "woxrse"]
    assert not editor.document().isUndoAvailable()


def test_the_word_that_is_being_written_is_not_underlined_yet(
    editor: Editor, few_words: FewWords, qtbot: QtBot
) -> None:
    marks = marks_on(editor, few_words)
    qtbot.keyClicks(editor, "a woxrd")
    settle(marks, few_words, qtbot)
    assert words(editor, marks) == []
    qtbot.keyClicks(editor, " b")
    settle(marks, few_words, qtbot)
    assert words(editor, marks) == ["woxrd"]


def test_lines_go_along_with_their_words_before_they_are_looked_at_anew(
    editor: Editor, few_words: FewWords, qtbot: QtBot
) -> None:
    editor.setPlainText("a woxrd here")
    marks = marks_on(editor, few_words)
    settle(marks, few_words, qtbot)
    editor.moveCursor(QTextCursor.MoveOperation.Start)
    qtbot.keyClicks(editor, "Oh, ")
    assert words(editor, marks) == ["woxrd"]


def test_lines_are_moved_along_by_qt_once_one_types_on(editor: Editor, few_words: FewWords, qtbot: QtBot) -> None:
    editor.setPlainText("a woxrd here and axe\nbxe")
    marks = marks_on(editor, few_words)
    settle(marks, few_words, qtbot)
    editor.moveCursor(QTextCursor.MoveOperation.Start)
    for sign in "Oh, ":
        qtbot.keyClicks(editor, sign)
        QApplication.processEvents()
        assert words(editor, marks) == ["woxrd", "axe", "bxe"]
    assert [one.cursor.selectedText() for one in editor.extraSelections()] == ["woxrd", "axe"]
    assert marks.go(1)
    assert editor.textCursor().selectedText() == "woxrd"
    found = marks.word_here()
    assert found is not None
    assert found.selectedText() == "woxrd"
    editor.moveCursor(QTextCursor.MoveOperation.Start)
    settle(marks, few_words, qtbot)
    assert editor.extraSelections() == []
    assert words(editor, marks) == ["woxrd", "axe", "bxe"]


def test_a_word_that_is_removed_while_one_types_takes_its_line_along(
    editor: Editor, few_words: FewWords, qtbot: QtBot
) -> None:
    editor.setPlainText("a woxrd")
    marks = marks_on(editor, few_words)
    settle(marks, few_words, qtbot)
    editor.moveCursor(QTextCursor.MoveOperation.Start)
    qtbot.keyClicks(editor, "b")
    QApplication.processEvents()
    editor.selectAll()
    qtbot.keyClicks(editor, "c")
    assert words(editor, marks) == []
    assert marks.word_here() is None


def test_paragraphs_that_are_gone_are_not_asked_for_again_and_again(
    editor: Editor, few_words: FewWords, qtbot: QtBot
) -> None:
    editor.setPlainText("fine\nfine\na woxrd")
    editor.moveCursor(QTextCursor.MoveOperation.End)
    marks = marks_on(editor, few_words)
    settle(marks, few_words, qtbot)
    editor.selectAll()
    qtbot.keyClick(editor, Qt.Key.Key_Delete)
    settle(marks, few_words, qtbot)
    assert words(editor, marks) == []


def test_after_a_text_in_parts_a_key_is_followed_by_the_same_pause_as_ever(
    editor: Editor, few_words: FewWords, qtbot: QtBot
) -> None:
    editor.setPlainText("\n".join(f"line {n}" for n in range(100)))
    marks = marks_on(editor, few_words)
    settle(marks, few_words, qtbot)
    qtbot.keyClicks(editor, "a")
    assert marks._rest.interval() == 250


def test_an_answer_that_comes_too_late_draws_nothing_wrong(editor: Editor, few_words: FewWords, qtbot: QtBot) -> None:
    editor.setPlainText("woxrd")
    marks = marks_on(editor, few_words)
    qtbot.waitUntil(lambda: bool(few_words.held), timeout=5_000)
    editor.setPlainText("other words")
    few_words.answer()
    assert marks.places() == []
    settle(marks, few_words, qtbot)
    assert words(editor, marks) == []


def test_one_goes_from_one_to_the_next_and_back_round_the_end(
    editor: Editor, few_words: FewWords, qtbot: QtBot
) -> None:
    editor.setPlainText("onxe two\nthrxee\nfoxur")
    marks = marks_on(editor, few_words)
    settle(marks, few_words, qtbot)
    way = []
    for step in (1, 1, 1, 1, -1, -1):
        assert marks.go(step)
        way.append(editor.textCursor().selectedText())
    assert way == ["onxe", "thrxee", "foxur", "onxe", "foxur", "thrxee"]


def test_what_was_meant_is_asked_in_the_language_that_was_noticed(
    editor: Editor, few_words: FewWords, qtbot: QtBot
) -> None:
    editor.setPlainText("woxrd")
    marks = marks_on(editor, few_words)
    settle(marks, few_words, qtbot)
    assert marks.go(1)
    got: list[list[str]] = []
    assert marks.suggest(lambda _cursor, found: got.append(found))
    few_words.answer()
    assert got == [["wosrd", "en-word"]]


def test_a_word_of_ones_own_is_not_underlined_any_more(editor: Editor, few_words: FewWords, qtbot: QtBot) -> None:
    editor.setPlainText("woxrd and woxrd and axe")
    marks = marks_on(editor, few_words)
    settle(marks, few_words, qtbot)
    few_words.add_word("woxrd")
    settle(marks, few_words, qtbot)
    assert words(editor, marks) == ["axe"]


def test_no_spelling_takes_every_line_away(editor: Editor, few_words: FewWords, qtbot: QtBot) -> None:
    editor.setPlainText("woxrd\naxe")
    marks = marks_on(editor, few_words)
    settle(marks, few_words, qtbot)
    marks.language = "none"
    marks.look_again()
    settle(marks, few_words, qtbot)
    assert marks.places() == []


def test_a_long_text_is_asked_for_in_parts_nearest_to_the_cursor_first(
    editor: Editor, few_words: FewWords, qtbot: QtBot
) -> None:
    editor.setPlainText("\n".join(f"line {n}" for n in range(300)))
    editor.moveCursor(QTextCursor.MoveOperation.End)
    marks = marks_on(editor, few_words)
    settle(marks, few_words, qtbot)
    assert max(len(asked) for asked in few_words.asked) <= 40
    assert "line 299" in few_words.asked[0]
    assert sum(len(asked) for asked in few_words.asked) >= 300


def test_the_real_checker_underlines_suggests_and_learns(qtbot: QtBot, spelling: Spelling) -> None:
    pytest.importorskip("hunspell", reason="Hunspell has no wheel for this system")
    editor = QPlainTextEdit("This is the hous that we have on the hill and it is for you")
    qtbot.addWidget(editor)
    marks = SpellingMarks(editor, spelling)
    qtbot.waitUntil(lambda: words(editor, marks) == ["hous"], timeout=30_000)
    assert marks.go(1)
    got: list[str] = []
    assert marks.suggest(lambda _cursor, found: got.extend(found))
    qtbot.waitUntil(lambda: "house" in got, timeout=30_000)
    spelling.add_word("hous")
    qtbot.waitUntil(lambda: words(editor, marks) == [], timeout=30_000)


def test_an_answer_for_a_closed_message_is_let_go(few_words: FewWords, qtbot: QtBot) -> None:
    editor = QPlainTextEdit("woxrd")
    marks = marks_on(editor, few_words)
    qtbot.waitUntil(lambda: bool(few_words.held), timeout=5_000)
    shiboken6.delete(editor)
    few_words.answer()
    assert not shiboken6.isValid(marks)


def test_a_checker_that_cannot_be_started_troubles_nobody(qtbot: QtBot) -> None:
    spelling = Spelling(command=["/nonexistent/checker"])
    editor = QPlainTextEdit("some woxrds")
    qtbot.addWidget(editor)
    marks = SpellingMarks(editor, spelling)
    qtbot.keyClicks(editor, "more")
    qtbot.waitUntil(lambda: not marks._rest.isActive(), timeout=5_000)
    assert not marks.go(1)
    spelling.close()


def test_names_and_quoted_words_are_not_underlined(editor: Editor, few_words: FewWords, qtbot: QtBot) -> None:
    few_words.names = {"Lexvre", "Xaver"}
    editor.setPlainText("Dear Lexvre, Xaver’s and Lexvre-Xaver baxd\n> quoxted words")
    marks = marks_on(editor, few_words)
    settle(marks, few_words, qtbot)
    assert words(editor, marks) == ["baxd"]


def test_a_line_is_underlined_and_mended_too(few_words: FewWords, qtbot: QtBot) -> None:
    line = QLineEdit("For a wxrd of Xaver")
    qtbot.addWidget(line)
    few_words.names = {"Xaver"}
    marks = LineMarks(line, few_words)  # type: ignore[arg-type]  # it answers to the same calls
    few_words.answer()
    assert marks.places() == [(6, 4)]
    marks._replace(6, "wxrd", "word")
    assert line.text() == "For a word of Xaver"
    assert marks.places() == []
    line.undo()
    assert "wxrd" in line.text()
    line.selectAll()
    few_words.answer()
    assert line.hasSelectedText()
    qtbot.waitUntil(lambda: bool(few_words.held))
    few_words.answer()
    assert marks.places() == [(6, 4)]
    assert line.hasSelectedText()
