"""What a person does to formatted text, by keys where there are any, and the HTML that comes of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage, QTextCursor
from pytestqt.qtbot import QtBot

from app.domain.blocks import Picture
from app.ui import theme
from app.ui.editor import format_actions
from tests.widgets.editor.conftest import EditorScene, Written


def select(written: Written, words: str) -> None:
    found = written.editor.document().find(words)
    assert not found.isNull(), words
    written.editor.setTextCursor(found)


def holds(written: Written, html: str) -> None:
    """The journal and the document agree, and the body holds `html`."""
    assert written.body() == written.whole()
    assert html in written.body()


@pytest.mark.parametrize(("what", "tag"), [("bold", "b"), ("italic", "i"), ("underline", "u"), ("strike", "s")])
def test_characters_are_dressed_and_undressed(panel: EditorScene, what: str, tag: str) -> None:
    written = panel.begin("Dear good Anna")
    select(written, "good")
    format_actions.toggle(written.editor, what)
    holds(written, f"<div>Dear <{tag}>good</{tag}> Anna</div>")
    format_actions.toggle(written.editor, what)
    holds(written, "<div>Dear good Anna</div>")


def test_bold_before_a_word_is_typed_makes_that_word_bold(panel: EditorScene, qtbot: QtBot) -> None:
    written = panel.begin("")
    qtbot.keyClicks(written.editor, "so ")
    format_actions.toggle(written.editor, "bold")
    qtbot.keyClicks(written.editor, "bold")
    format_actions.toggle(written.editor, "bold")
    qtbot.keyClicks(written.editor, " no")
    holds(written, "<div>so <b>bold</b> no</div>")


def test_colours_and_marks_are_told_as_css_and_go_with_the_formatting(panel: EditorScene) -> None:
    written = panel.begin("one red word")
    select(written, "red")
    format_actions.put_color(written.editor, "#c00000")
    format_actions.put_color(written.editor, "#fff176", ground=True)
    holds(written, '<span style="color:#c00000;background-color:#fff176">red</span>')
    format_actions.clear_formatting(written.editor)
    holds(written, "<div>one red word</div>")


def test_lists_begin_go_on_and_end_by_key(panel: EditorScene, qtbot: QtBot) -> None:
    written = panel.begin("one")
    editor = written.editor
    editor.moveCursor(QTextCursor.MoveOperation.End)
    format_actions.toggle_list(editor, "u")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.keyClicks(editor, "two")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.keyClick(editor, Qt.Key.Key_Tab)
    qtbot.keyClicks(editor, "inner")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.keyClicks(editor, "after")
    holds(written, "<ul><li>one</li><li>two<ul><li>inner</li></ul></li></ul><div>after</div>")


def test_backspace_at_the_start_of_an_item_takes_it_out_of_its_list(panel: EditorScene, qtbot: QtBot) -> None:
    written = panel.open("<ol><li>a</li><li>b</li></ol>")
    editor = written.editor
    select(written, "b")
    editor.moveCursor(QTextCursor.MoveOperation.StartOfBlock)
    qtbot.keyClick(editor, Qt.Key.Key_Backspace)
    holds(written, "<ol><li>a</li></ol><div>b</div>")


def test_several_paragraphs_become_numbers_then_bullets_then_none(panel: EditorScene) -> None:
    written = panel.begin("a\nb\nc")
    written.editor.selectAll()
    format_actions.toggle_list(written.editor, "o")
    holds(written, "<ol><li>a</li><li>b</li><li>c</li></ol>")
    format_actions.toggle_list(written.editor, "u")
    holds(written, "<ul><li>a</li><li>b</li><li>c</li></ul>")
    format_actions.toggle_list(written.editor, "u")
    holds(written, "<div>a</div><div>b</div><div>c</div>")


def test_a_quotation_is_put_around_and_left_by_enter_twice(panel: EditorScene, qtbot: QtBot) -> None:
    written = panel.begin("said")
    editor = written.editor
    editor.moveCursor(QTextCursor.MoveOperation.End)
    format_actions.toggle_quote(editor)
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.keyClicks(editor, "mine")
    holds(written, "<div>said</div></blockquote><div>mine</div>")


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("example.org/a b", "https://example.org/a b"),
        ("https://example.org", "https://example.org"),
        ("anna@example.org", "mailto:anna@example.org"),
        ("mailto:anna@example.org", "mailto:anna@example.org"),
    ],
)
def test_a_link_is_put_on_what_is_selected_and_taken_off(panel: EditorScene, typed: str, address: str) -> None:
    written = panel.begin("see here now")
    select(written, "here")
    assert format_actions.put_link(written.editor, typed)
    holds(written, f'see <a href="{address}">here</a> now')
    select(written, "er")
    assert format_actions.link_here(written.editor) == address
    written.editor.moveCursor(QTextCursor.MoveOperation.Left)
    format_actions.put_link(written.editor, "")
    holds(written, "<div>see here now</div>")


@pytest.mark.parametrize("address", ["javascript:alert(1)", "file:///etc/passwd", "data:text/html,x"])
def test_a_link_to_where_no_link_may_lead_is_refused(panel: EditorScene, address: str) -> None:
    written = panel.begin("here")
    written.editor.selectAll()
    assert not format_actions.put_link(written.editor, address)
    written.editor.tell_now()
    assert written.edits == []


def test_what_is_typed_behind_a_link_is_not_part_of_it(panel: EditorScene, qtbot: QtBot) -> None:
    written = panel.open('<div><a href="https://x.example">link</a></div>')
    written.editor.moveCursor(QTextCursor.MoveOperation.End)
    qtbot.keyClicks(written.editor, " on")
    holds(written, '<a href="https://x.example">link</a> on')


def test_a_table_is_put_in_walked_through_by_tab_and_grows(panel: EditorScene, qtbot: QtBot) -> None:
    written = panel.begin("above")
    editor = written.editor
    editor.moveCursor(QTextCursor.MoveOperation.End)
    format_actions.insert_table(editor, 1, 2)
    qtbot.keyClicks(editor, "a")
    qtbot.keyClick(editor, Qt.Key.Key_Tab)
    qtbot.keyClicks(editor, "b")
    qtbot.keyClick(editor, Qt.Key.Key_Tab)
    qtbot.keyClicks(editor, "c")
    qtbot.keyClick(editor, Qt.Key.Key_Backtab)
    qtbot.keyClicks(editor, "B")
    assert written.body() == written.whole()
    words = written.body()
    assert words.count("<tr>") == 2
    for cell in (">a</td>", ">Bb</td>", ">c</td>"):
        assert cell in words


@pytest.mark.parametrize(
    ("what", "rows", "cells"), [("row", 3, 6), ("column", 2, 6), ("remove_row", 1, 2), ("remove_column", 2, 2)]
)
def test_rows_and_columns_come_and_go(panel: EditorScene, what: str, rows: int, cells: int) -> None:
    written = panel.open("<table border=1><tr><td>a<td>b<tr><td>c<td>d</table>")
    select(written, "a")
    format_actions.change_table(written.editor, what)
    assert written.body() == written.whole()
    assert (written.body().count("<tr>"), written.body().count("<td")) == (rows, cells)


def test_everything_can_be_undone_to_the_message_it_was(panel: EditorScene) -> None:
    written = panel.begin("one\ntwo")
    before = written.editor.html()
    editor = written.editor
    editor.selectAll()
    acts: list[Callable[[], object]] = [
        lambda: format_actions.toggle(editor, "bold"),
        lambda: format_actions.toggle_list(editor, "o"),
        lambda: format_actions.toggle_quote(editor),
        lambda: format_actions.insert_rule(editor),
        lambda: format_actions.insert_table(editor),
    ]
    for act in acts:
        act()
        assert written.body() == written.whole()
    while editor.document().isUndoAvailable():
        editor.undo()
        assert written.body() == written.whole()
    assert written.body() == before


@pytest.mark.parametrize(
    ("name", "html"),
    [
        ("heading_1", "<h1>one <i>two</i></h1>"),
        ("heading_3", "<h3>one <i>two</i></h3>"),
        ("align_center", '<div style="text-align:center">one <i>two</i></div>'),
        ("align_right", '<div style="text-align:right">one <i>two</i></div>'),
        ("align_left", "<div>one <i>two</i></div>"),
    ],
)
def test_a_paragraph_is_a_heading_or_aligned_and_ordinary_again(panel: EditorScene, name: str, html: str) -> None:
    written = panel.open("<div>one <i>two</i></div>")
    format_actions.do(written.editor, name)
    holds(written, html)
    format_actions.do(written.editor, "body_text")
    format_actions.do(written.editor, "align_left")
    holds(written, "<div>one <i>two</i></div>")


def test_a_size_is_put_beside_what_else_a_style_says_and_is_taken_off(panel: EditorScene) -> None:
    written = panel.open('<div>a <span style="font-family:Georgia">one</span></div>')
    written.editor.selectAll()
    format_actions.put_size(written.editor, 18)
    holds(written, "font-family:Georgia;font-size:18pt")
    format_actions.put_size(written.editor, 0)
    assert "font-size:18pt" not in written.editor.html()
    assert "font-family:Georgia" in written.editor.html()


def test_an_item_of_a_list_is_aligned_and_stays_an_item(panel: EditorScene) -> None:
    written = panel.open("<ul><li>one</li></ul>")
    format_actions.do(written.editor, "align_center")
    format_actions.do(written.editor, "heading_1")
    holds(written, '<li style="text-align:center">one</li>')


def test_a_link_gets_other_words(panel: EditorScene) -> None:
    written = panel.begin("see here now")
    select(written, "here")
    assert format_actions.words_of_link(written.editor) == "here"
    assert format_actions.put_link(written.editor, "x.example", "this page")
    holds(written, 'see <a href="https://x.example">this page</a> now')
    select(written, "page")
    written.editor.moveCursor(QTextCursor.MoveOperation.Left)
    assert format_actions.words_of_link(written.editor) == "this page"
    assert format_actions.put_link(written.editor, "https://y.example", "that")
    holds(written, 'see <a href="https://y.example">that</a> now')
    written.editor.moveCursor(QTextCursor.MoveOperation.End)
    assert format_actions.words_of_link(written.editor) == ""
    assert format_actions.put_link(written.editor, "z.example", "more")
    holds(written, '<a href="https://z.example">more</a>')


def test_words_over_two_paragraphs_stay_as_they_are(panel: EditorScene) -> None:
    written = panel.begin("one\ntwo")
    written.editor.selectAll()
    assert format_actions.words_of_link(written.editor) is None


def test_paragraphs_go_from_right_to_left_and_back(panel: EditorScene) -> None:
    written = panel.begin("שלום\nhello")
    written.editor.moveCursor(QTextCursor.MoveOperation.Start)
    format_actions.do(written.editor, "direction")
    holds(written, '<div style="direction:rtl">שלום</div><div>hello</div>')
    assert written.editor.textCursor().blockFormat().layoutDirection() == Qt.LayoutDirection.RightToLeft
    written.editor.undo()
    holds(written, "<div>שלום</div><div>hello</div>")
    written.editor.redo()
    again = panel.open(written.inner())
    assert again.editor.document().begin().blockFormat().layoutDirection() == Qt.LayoutDirection.RightToLeft
    again.editor.moveCursor(QTextCursor.MoveOperation.Start)
    format_actions.do(again.editor, "direction")
    holds(again, "<div>שלום</div><div>hello</div>")


def test_columns_grow_shrink_and_become_alike(panel: EditorScene) -> None:
    written = panel.open('<table border="1"><tr><td>a</td><td>b</td></tr></table><div>x</div>')
    select(written, "a")
    format_actions.do(written.editor, "column_wider")
    holds(written, 'width="55%"')
    holds(written, 'width="45%"')
    format_actions.do(written.editor, "column_narrower")
    format_actions.do(written.editor, "column_narrower")
    holds(written, 'width="45%"')
    written.editor.undo()
    assert written.body() == written.whole()
    format_actions.do(written.editor, "columns_even")
    holds(written, 'width="50%"')
    for _ in range(30):
        format_actions.do(written.editor, "column_wider")
    holds(written, 'width="95%"')


def test_the_cursor_beside_a_picture_is_as_high_as_text(panel: EditorScene, qtbot: QtBot) -> None:
    written = panel.begin("ab")
    editor = written.editor
    image = QImage(60, 90, QImage.Format.Format_RGB32)
    image.fill(QColor("#ff0000"))
    editor.moveCursor(QTextCursor.MoveOperation.End)
    editor.insert_picture(Picture("cid:p@x", "", 60, 90), image)
    editor.resize(400, 300)
    editor.show()
    editor.setFocus()
    qtbot.waitUntil(editor.hasFocus)
    editor.moveCursor(QTextCursor.MoveOperation.End)
    here, high = editor.cursorRect(), editor.fontMetrics().height()
    assert here.height() > high
    drawn = editor.viewport().grab().toImage()
    ground = theme.color("pane").rgb()
    above = [drawn.pixel(here.left(), y) for y in range(here.top() + 1, here.bottom() - high - 1)]
    assert set(above) == {ground}
