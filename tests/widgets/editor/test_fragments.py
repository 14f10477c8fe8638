"""Whatever is done to formatted text, the deltas that it told come to the HTML that the whole document would give."""

# ruff: noqa: E501 - HTML in one line is easier to compare

from __future__ import annotations

import random

import pytest
from PySide6.QtGui import QTextCursor

from app.content.html.clean import clean
from app.content.html.parse import parse_body
from app.content.jobs import Remote
from app.domain.edits import BodyReplaced, TextSplice
from app.services.html.prepare import html_of_text
from app.services.html.write import write_body
from app.ui.editor import block_keys
from tests.html_corpus import ALL, Case
from tests.html_everything import HTML
from tests.widgets.editor.conftest import EditorScene, Written

MIXED = """<p>First <b>bold <i>both</i></b> &amp; more</p><ul><li>one<ol><li>inner</li><li>second</li></ol></li><li>two</li></ul>
<blockquote>quoted<blockquote>deeper</blockquote></blockquote><table border="1"><tr><td>a</td><td>b</td></tr><tr><td>c</td>
<td><p>d1</p><p>d2</p></td></tr></table><hr><h2>Head</h2><div style="text-align:center"><a href="https://x.example">link</a></div>
<table><tr><td><table><tr><td>kept whole</td></tr></table></td></tr></table><div>last 😀</div>"""


def lines_and_lists(cursor: QTextCursor, dice: random.Random) -> None:
    """Do one of the things that change what a block is."""
    match dice.randint(0, 5):
        case 0:
            cursor.insertBlock()
        case 1:
            block_keys.put_lists(cursor, dice.choice(["", "u", "o", "uo"]))
        case 2:
            block_keys.put_quote(cursor, dice.randint(0, 2))
        case 3:
            block_keys.begin_line(cursor)
        case 4:
            block_keys.take_back_line(cursor)
        case _:
            block_keys.shift_item(cursor, dice.choice([-1, 1]))


def step(written: Written, dice: random.Random) -> None:
    """Do one thing that a person could do, anywhere."""
    editor = written.editor
    cursor = editor.textCursor()
    length = editor.document().characterCount()
    cursor.setPosition(dice.randrange(length))
    if dice.random() < 0.4:
        cursor.setPosition(min(length - 1, cursor.position() + dice.randrange(60)), QTextCursor.MoveMode.KeepAnchor)
    editor.setTextCursor(cursor)
    match dice.randint(0, 8):
        case 0:
            editor.undo()
        case 1:
            editor.redo()
        case 2:
            cursor.removeSelectedText()
        case 3:
            cursor.deletePreviousChar()
        case 4:
            editor.insert_blocks(list(parse_body(clean(dice.choice(PASTED)).html).blocks))
        case 5 | 6:
            lines_and_lists(cursor, dice)
        case _:
            cursor.insertText(dice.choice(["a", "word ", "😀", "two\nlines", "  ", "<b>&amp;"]))


PASTED = [
    "<p>pasted</p>",
    "<ul><li>x</li><li>y</li></ul>",
    "<table><tr><td>1</td><td>2</td></tr></table>",
    "<b>in</b>line",
]


@pytest.mark.parametrize("seed", range(60))
def test_any_editing_replayed_gives_the_html_of_the_whole_document(panel: EditorScene, seed: int) -> None:
    dice = random.Random(seed)
    written = panel.open(dice.choice([MIXED, html_of_text("one\ntwo"), html_of_text(""), "<p>other client</p>"]))
    for _ in range(25):
        step(written, dice)
        if dice.random() < 0.3:
            continue  # what comes before the next turn of the loop is told together
        written.editor.tell_now()
        if written.edits:
            assert written.body() == written.whole()
    assert written.body() == written.whole() or not written.edits


@pytest.mark.parametrize("case", ALL, ids=lambda case: case.name)
def test_the_document_gives_the_html_that_it_was_poured_from(panel: EditorScene, case: Case) -> None:
    body = write_body(parse_body(clean(case.html, Remote.KEPT).html))
    written = panel.open(body)
    assert written.editor.fragments.html() == written.whole()
    written.editor.tell_now()
    assert written.edits == []


def test_a_key_in_a_message_of_ours_is_one_small_splice(panel: EditorScene) -> None:
    written = panel.begin("Dear Anna,\n\n" + "a line like many others\n" * 2_000)
    cursor = written.editor.textCursor()
    cursor.setPosition(10)
    cursor.insertText("x")
    written.editor.tell_now()
    assert [type(edit) for edit in written.edits] == [TextSplice]
    edit = written.edits[0]
    assert isinstance(edit, TextSplice)
    assert (edit.removed, edit.added) == (0, "x")
    assert written.body() == written.whole()


def test_another_programs_message_is_told_whole_once_and_by_splices_after_that(panel: EditorScene) -> None:
    written = panel.open("<html><body><p class=MsoNormal>Dear <b>Ben</b></p></body></html>")
    cursor = written.editor.textCursor()
    for sign in "abc":
        cursor.insertText(sign)
        written.editor.tell_now()
    assert [type(edit) for edit in written.edits] == [BodyReplaced, TextSplice, TextSplice]
    assert written.inner() == "<p>abcDear <b>Ben</b></p>"


def test_opening_and_looking_tells_nothing(panel: EditorScene) -> None:
    written = panel.open(MIXED)
    written.editor.selectAll()
    written.editor.copy()
    written.editor.tell_now()
    assert written.edits == []


def test_what_is_written_carries_no_marks_of_qts(panel: EditorScene) -> None:
    written = panel.open(MIXED)
    written.editor.textCursor().insertText("x")
    for mark in ("-qt-", "margin-top:0px", "<style", "p, li", "Inter"):
        assert mark not in written.body()


def test_a_large_quotation_stands_apart_and_goes_out_whole(panel: EditorScene) -> None:
    news = "<table><tr><td><table><tr><td>News</td></tr></table></td></tr></table>" * 400
    written = panel.open(f"<div>My answer</div><blockquote>{news}</blockquote>")
    editor = written.editor
    assert "News" not in editor.toPlainText()
    assert "News" in editor.fragments.quote
    editor.textCursor().insertText("Well: ")
    assert written.body().count("News") == 400
    assert "Well: My answer" in written.body()
    editor.drop_quote()
    assert "News" not in written.body()
    assert written.body() == written.whole()


def test_who_answers_between_the_lines_of_a_quotation_can_write_there(panel: EditorScene) -> None:
    quoted = "<blockquote>" + "<p>A line of the older message</p>" * 500 + "</blockquote>"
    written = panel.open(f"{quoted}<p>My answer</p>{quoted}<p>Another</p>")
    assert written.editor.fragments.quote == ""
    assert "My answer" in written.editor.toPlainText()


@pytest.mark.parametrize(
    "head", ["<hr><div><b>From:</b> Ben</div>", '<div style="border-top:solid 1px"><b>Von:</b> B</div>']
)
def test_what_stands_behind_the_head_of_an_older_message_is_its_quotation(panel: EditorScene, head: str) -> None:
    written = panel.open(f"<p>Mine</p>{head}" + "<p>A line of the older message</p>" * 900)
    assert written.editor.toPlainText() == "Mine"
    assert written.editor.fragments.quote.count("older message") == 900


def test_a_message_with_everything_is_written_as_it_was(panel: EditorScene) -> None:
    written = panel.open(HTML)
    written.editor.insertPlainText("x")
    written.editor.tell_now()
    written.editor.undo()
    assert written.editor.html() == written.body() == HTML
    assert written.editor.fragments.read_all() == HTML
