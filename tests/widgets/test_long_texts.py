"""Texts that would keep Qt waiting are shown in parts and pieces, and edited up to a bound; what is sent stays whole.

What is counted here is what Qt lays out at once: the blocks of a document, and the characters and runs of each.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, Qt
from PySide6.QtGui import QFontMetrics, QGuiApplication, QTextCursor, QTextDocument
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.content.html.clean import clean
from app.content.html.parse import parse_showing
from app.core.layout_bounds import LONGEST_PART, MOST_LINES
from app.domain.edits import Edit, Replica
from app.domain.message import BodyFormat, Content
from app.domain.visible_text import plain_text
from app.services.html.prepare import open_html
from app.ui.document.html_view import HtmlView
from app.ui.document.piece_bar import PieceBar
from app.ui.document.plain_view import PlainView
from app.ui.editor.quote_view import QuoteView
from app.ui.elision import elided
from app.ui.reader.reader import Reader, ShownMessage
from app.views.compose.body import BodyField
from app.views.compose.fields import SubjectField
from tests.program_scene import ProgramScene

LINES = {
    "one word": "x" * 300_000,
    "marks of direction": "\u202ea\u202c" * 48_000,
    "two directions": "a\u05d0" * 50_000,
    "empty lines": "\n" * 1_000_000,
}
SPANS = "".join(f'<span style="color:#{number % 2 * 8}{number % 9}0">ab </span>' for number in range(20_000))
FORMATTED = {name: f"<pre>{text[:300_000]}</pre>" for name, text in LINES.items()} | {"spans": f"<p>{SPANS}</p>"}
MOST_BLOCKS = MOST_LINES + 10


def laid_out(document: QTextDocument) -> tuple[int, int, int]:
    """Return how many blocks a document has, and the most characters and runs in one."""
    block, characters, runs = document.begin(), 0, 0
    while block.isValid():
        count, walk = 0, block.begin()
        while not walk.atEnd():
            count += 1
            walk += 1
        characters, runs = max(characters, block.length()), max(runs, count)
        block = block.next()
    return document.blockCount(), characters, runs


def assert_light(document: QTextDocument) -> None:
    blocks, characters, runs = laid_out(document)
    assert blocks <= MOST_BLOCKS
    assert characters <= LONGEST_PART + 1
    assert runs <= 200


class Written:
    """A body field, and what its edits make of a message."""

    def __init__(self, qtbot: QtBot, content: Content) -> None:
        self.field = BodyField(lambda _name: None)
        qtbot.addWidget(self.field)
        self.field.resize(600, 600)
        self.field.show()
        if content.body_format is BodyFormat.TEXT:
            self.field.set_body(content.body)
        else:
            self.field.open_formatted(open_html(content.body))
            self.field.finish_pasting()
        self._replica = Replica(content)
        self.field.edited.connect(self._take)

    def _take(self, edit: object) -> None:
        assert isinstance(edit, Edit)
        self._replica.apply(edit)

    def body(self) -> str:
        self.field.finish_pasting()
        return self._replica.content().body

    def paste(self, text: str) -> None:
        data = QMimeData()
        data.setText(text)
        self.field.editor.insertFromMimeData(data)


# --- reading --------------------------------------------------------------------------------------------------------


@pytest.fixture
def reader(qtbot: QtBot) -> Reader:
    pane = Reader()
    qtbot.addWidget(pane)
    pane.resize(600, 500)
    pane.show()
    return pane


def read(reader: Reader, text: str, html: str = "") -> None:
    blocks = tuple(parse_showing(clean(html).html)) if html else ()
    reader.show_reading(ShownMessage("m", "Subject", "To Ben", "now", text, blocks=blocks))


@pytest.mark.parametrize("text", LINES.values(), ids=LINES.keys())
def test_plain_text_is_read_in_parts_and_pieces(reader: Reader, text: str) -> None:
    read(reader, text)
    assert_light(reader._body.document())
    seen = ""
    while True:
        reader._body.selectAll()
        seen += reader._body.createMimeDataFromSelection().text()
        if not reader._body.has_more():
            break
        assert reader._body_pieces.isVisible()
        reader._body_pieces.more.click()
        seen += "" if reader._body.begins_within_a_line() else "\n"
    assert seen == text


@pytest.mark.parametrize("html", FORMATTED.values(), ids=FORMATTED.keys())
def test_formatted_text_is_read_in_parts_and_pieces(reader: Reader, html: str) -> None:
    read(reader, "", html)
    page = reader._page
    assert page is not None
    page.wait_until_built()
    assert_light(page.document())


def test_a_text_in_pieces_goes_on_and_back(reader: Reader) -> None:
    read(reader, "\n".join(str(number) for number in range(50_000)))
    bar = reader._body_pieces
    assert bar.isVisible()
    assert not bar.back.isVisible()
    first = reader._body.toPlainText()
    bar.more.click()
    assert reader._body.toPlainText().startswith(f"{first.count(chr(10)) + 1}\n")
    assert bar.back.isVisible()
    bar.back.click()
    assert reader._body.toPlainText() == first
    read(reader, "short")
    assert not bar.isVisible()


def test_a_piece_is_shown_from_its_start(qtbot: QtBot) -> None:
    page = HtmlView()
    qtbot.addWidget(page)
    page.resize(500, 300)
    page.show()
    page.show_blocks(parse_showing("<p>a line</p>" * 30_000))
    qtbot.waitUntil(lambda: not page.is_building())
    page.resize(400, 300)
    page.show_piece(1)
    page.wait_until_built()
    page.resize(500, 300)
    assert page.verticalScrollBar().maximum() > 1_000
    assert page.verticalScrollBar().value() == 0
    assert not page.textCursor().hasSelection()


def test_the_line_about_pieces_is_of_the_text_that_is_seen(reader: Reader) -> None:
    read(reader, "short", "<p>x</p>" * 50_000)
    assert reader._page is not None
    assert reader._page_pieces.isVisible()
    reader.toggle_plain()
    assert not reader._page_pieces.isVisible()
    assert not reader._body_pieces.isVisible()


def test_what_is_copied_of_a_formatted_text_has_no_break_that_is_for_the_eye(qtbot: QtBot) -> None:
    page = HtmlView()
    qtbot.addWidget(page)
    page.show_blocks(parse_showing(f"<p>one</p><p>{'x' * 9_000}</p><p>two</p>"))
    page.wait_until_built()
    page.selectAll()
    assert page.createMimeDataFromSelection().text() == f"one\n{'x' * 9_000}\ntwo"


def test_an_ordinary_copy_keeps_its_formatting(qtbot: QtBot) -> None:
    page = HtmlView()
    qtbot.addWidget(page)
    page.show_blocks(parse_showing("<p>one <b>two</b></p>"))
    page.wait_until_built()
    page.selectAll()
    assert page.createMimeDataFromSelection().hasHtml()


def test_a_long_subject_and_long_names_are_shown_shortened(reader: Reader) -> None:
    reader.show_reading(ShownMessage("m", "s" * 300_000, "w" * 300_000, "now", "text"))
    assert len(reader._subject.text()) <= 2_000
    assert len(reader._who.text()) <= 2_000


def test_a_quotation_is_shown_in_parts(qtbot: QtBot) -> None:
    quote = QuoteView()
    qtbot.addWidget(quote)
    quote.show_html(f"<div>{LINES['one word']}</div>")
    qtbot.waitUntil(lambda: quote.view.document().blockCount() > 1)
    quote.view.wait_until_built()
    assert_light(quote.view.document())


# --- writing --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", LINES.values(), ids=LINES.keys())
def test_a_plain_message_is_edited_up_to_a_bound_and_stays_what_it_is(qtbot: QtBot, text: str) -> None:
    written = Written(qtbot, Content(body=text))
    field = written.field
    assert_light(field.plain.document())
    assert field.toPlainText() == text
    assert field.rest is not None
    assert field.rest.isVisible()
    assert_light(field.rest.view.document())
    qtbot.keyClicks(field.plain, "Hi ")
    assert written.body() == f"Hi {text}"
    qtbot.keyClick(field.plain, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert written.body() == field.toPlainText() == text


def test_the_end_of_what_is_edited_is_before_what_is_not(qtbot: QtBot) -> None:
    written = Written(qtbot, Content(body=f"one\n{'x' * 300_000}\nlast"))
    written.field.plain.moveCursor(QTextCursor.MoveOperation.End)
    qtbot.keyClick(written.field.plain, Qt.Key.Key_Backspace)
    qtbot.keyClicks(written.field.plain, "!")
    assert written.body() == f"one\n{'x' * 1_999}!{'x' * 298_000}\nlast"


@pytest.mark.parametrize("text", LINES.values(), ids=LINES.keys())
def test_a_long_paste_goes_in_whole_and_is_undone(qtbot: QtBot, text: str) -> None:
    written = Written(qtbot, Content(body="before after"))
    plain = written.field.plain
    cursor = plain.textCursor()
    cursor.setPosition(7)
    plain.setTextCursor(cursor)
    written.paste(text)
    assert_light(plain.document())
    assert written.body() == written.field.toPlainText() == f"before {text}after"
    qtbot.keyClick(plain, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert written.body() == written.field.toPlainText() == "before after"
    assert written.field.rest is not None
    assert not written.field.rest.isVisible()


def test_pastes_that_together_are_one_long_line_are_bounded_too(qtbot: QtBot) -> None:
    written = Written(qtbot, Content())
    for _ in range(10):
        written.paste("x" * 5_000)
    assert_light_enough(written.field.plain.document())
    assert written.body() == written.field.toPlainText() == "x" * 50_000


def assert_light_enough(document: QTextDocument) -> None:
    assert laid_out(document)[1] <= 8_001


def test_the_rest_can_be_taken_out(qtbot: QtBot) -> None:
    written = Written(qtbot, Content(body="one\n" + "y" * 300_000))
    assert written.field.rest is not None
    written.field.rest.dropped.emit()
    assert written.body() == written.field.toPlainText() == "one\n" + "y" * 2_000
    assert not written.field.rest.isVisible()


def test_the_rest_stays_while_the_message_is_on_its_way(qtbot: QtBot) -> None:
    text = "y" * 300_000
    written = Written(qtbot, Content(body=text))
    written.field.setReadOnly(True)
    assert written.field.rest is not None
    written.field.rest.dropped.emit()
    assert written.field.toPlainText() == written.body() == text


@pytest.mark.parametrize("html", FORMATTED.values(), ids=FORMATTED.keys())
def test_a_formatted_message_is_edited_around_what_is_too_long(qtbot: QtBot, html: str) -> None:
    whole = f"<p>Dear Anna</p>{html}<p>bye</p>"
    written = Written(qtbot, Content(body=whole, body_format=BodyFormat.HTML))
    rich = written.field.rich
    assert rich is not None
    assert_light(rich.document())
    qtbot.keyClicks(rich, "Oh ")
    assert plain_text(written.body()) == "Oh " + plain_text(whole)


@pytest.mark.parametrize("text", [*LINES.values(), "a line\n" * 10_000], ids=[*LINES.keys(), "lines"])
def test_a_long_paste_into_formatted_text_goes_in_whole(qtbot: QtBot, text: str) -> None:
    empty = "<div>before</div><div><br></div>"
    written = Written(qtbot, Content(body=empty, body_format=BodyFormat.HTML))
    rich = written.field.rich
    assert rich is not None
    rich.moveCursor(QTextCursor.MoveOperation.End)
    written.paste(text)
    body = written.body()
    assert laid_out(rich.document())[0] <= MOST_BLOCKS
    assert laid_out(rich.document())[1] <= LONGEST_PART
    assert plain_text(body) == plain_text(f"<pre>before\n{text}</pre>")


def test_plain_text_with_a_long_line_is_made_formatted_and_plain_again(qtbot: QtBot) -> None:
    text = f"one\n{'x' * 300_000}\nlast"
    written = Written(qtbot, Content(body=text))
    written.field.switch_format()
    qtbot.waitUntil(lambda: written.field.is_formatted() and not written.field.turning.is_busy)
    assert plain_text(written.body()) == text
    written.field.make_plain()
    qtbot.waitUntil(lambda: not written.field.is_formatted())
    assert written.body() == written.field.toPlainText() == text


@pytest.mark.parametrize("text", ["s" * 300_000, "a\u05d0" * 50_000], ids=["one word", "two directions"])
def test_a_long_subject_is_edited_at_its_start_and_stays_whole(qtbot: QtBot, text: str) -> None:
    field = SubjectField()
    qtbot.addWidget(field)
    field.show()
    field.set_subject(text)
    replica = Replica(Content(subject=text))
    field.edited.connect(replica.apply)
    assert len(field.text()) <= LONGEST_PART
    qtbot.keyClicks(field, "Re: ")
    assert replica.content().subject == f"Re: {text}"
    field.selectAll()
    qtbot.keyClick(field, Qt.Key.Key_Delete)
    assert replica.content().subject == ""
    qtbot.keyClick(field, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert replica.content().subject == f"Re: {text}"


def test_a_long_subject_that_is_pasted_stays_whole(qtbot: QtBot) -> None:
    field = SubjectField()
    qtbot.addWidget(field)
    field.show()
    replica = Replica(Content())
    field.edited.connect(replica.apply)
    QGuiApplication.clipboard().setText("x" * 300_000)
    field.paste()
    assert replica.content().subject == "x" * 300_000
    assert len(field.text()) <= LONGEST_PART


def test_a_view_without_pieces_has_no_line_about_them(qtbot: QtBot) -> None:
    view = PlainView()
    bar = PieceBar(view)
    qtbot.addWidget(view)
    qtbot.addWidget(bar)
    view.show_text("short")
    assert not bar.isVisible()
    QApplication.processEvents()


class Counting(QFontMetrics):
    """Notes the longest text that Qt was asked to cut."""

    longest = 0

    def elidedText(self, text: str, mode: Qt.TextElideMode, width: int, flags: int | None = 0) -> str:
        self.longest = max(self.longest, len(text))
        return super().elidedText(text, mode, width)


@pytest.mark.parametrize(
    "mode", [Qt.TextElideMode.ElideLeft, Qt.TextElideMode.ElideMiddle, Qt.TextElideMode.ElideRight]
)
def test_no_more_of_a_name_is_handed_to_qt_than_a_line_can_hold(qtbot: QtBot, mode: Qt.TextElideMode) -> None:
    metrics = Counting(QGuiApplication.font())
    name = f"start{'x' * 300_000}end"
    shown = elided(metrics, name, mode, 200)
    assert metrics.longest <= 1_001
    assert shown.startswith("start") == (mode is not Qt.TextElideMode.ElideLeft)
    assert shown.endswith("end") == (mode is not Qt.TextElideMode.ElideRight)
    assert elided(metrics, "short", mode, 200) == "short"


def names_that_elide(source: Path) -> bool:
    return ".elidedText(" in source.read_text(encoding="utf-8")


def test_names_of_others_are_cut_in_one_place() -> None:
    own = {"ui/elision.py", "views/compose/options_panel.py", "views/shell/sidebar.py", "ui/recipients/suggestions.py"}
    root = Path(__file__).parents[2] / "app"
    assert {str(path.relative_to(root)) for path in root.rglob("*.py") if names_that_elide(path)} <= own


async def test_a_message_of_one_long_line_is_opened_saved_and_sent_as_it_is(program_scene: ProgramScene) -> None:
    scene = program_scene
    text = f"Dear Ben,\n{'x' * 300_000}"
    name = await scene.saved(Content(to=(), subject="Long", body=text))
    scene.parts.compose.open_message(name)
    await scene.until(lambda: scene.parts.compose.current() is not None)
    await scene.settle()
    assert scene.record(name).saved, "looking changes nothing"
    assert (await scene.content(name)).body == text
