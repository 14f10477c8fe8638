"""What comes by the clipboard or by drag is made clean, goes in as one step, and fetches nothing."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QMimeData, QUrl
from PySide6.QtGui import QColor, QGuiApplication, QImage, QTextCursor, QTextDocument
from pytestqt.qtbot import QtBot

from app.content.ask import use
from app.content.jobs import Answer, Job, ReadHtml, Want
from app.content.work import perform
from app.ui.incoming_files import as_png
from tests.html_corpus import HOSTILE, ORDINARY, Case
from tests.widgets.editor.conftest import EditorScene, Written


def html(text: str) -> QMimeData:
    data = QMimeData()
    data.setHtml(text)
    data.setText("plain words")
    return data


def paste(written: Written, data: QMimeData) -> None:
    written.editor.insertFromMimeData(data)
    written.editor.pasting.finish()


class SlowReader:
    """Reads what is pasted or only shown once it may, as a process that is starting or busy."""

    def __init__(self) -> None:
        self.may = threading.Event()
        self.asked = 0

    def __call__(self, job: Job) -> Answer:
        if isinstance(job, ReadHtml) and job.want in {Want.INSERT, Want.SHOW}:
            self.asked += 1
            assert self.may.wait(20)
        return perform(job)


@pytest.fixture
def slow() -> Iterator[SlowReader]:
    reader = SlowReader()
    use(reader)
    yield reader
    reader.may.set()
    use(None)


@pytest.mark.parametrize("case", HOSTILE + ORDINARY, ids=lambda case: case.name)
def test_whatever_is_pasted_is_safe_and_told_to_the_journal(panel: EditorScene, case: Case) -> None:
    written = panel.begin("before after")
    written.editor.moveCursor(QTextCursor.MoveOperation.End)
    paste(written, html(case.html))
    assert written.body() == written.whole()
    assert [word for word in case.gone if word in written.body()] == []
    assert "<script" not in written.body()
    if case.html.strip():
        written.editor.undo()
        assert written.editor.toPlainText() == "before after"


def test_words_pasted_into_a_line_stay_in_that_line(panel: EditorScene) -> None:
    written = panel.begin("one two")
    cursor = written.editor.textCursor()
    cursor.setPosition(4)
    written.editor.setTextCursor(cursor)
    paste(written, html("<span style='font-weight:bold'>bold</span>"))
    assert written.inner() == "<div>one <b>bold</b>two</div>"


def test_a_spreadsheet_becomes_a_table(panel: EditorScene) -> None:
    written = panel.begin("")
    excel = next(case for case in ORDINARY if case.name == "Excel")
    paste(written, html(excel.html))
    assert written.body().count("<tr>") == 2
    assert "North" in written.body()


def test_plain_paste_takes_the_words_alone(panel: EditorScene) -> None:
    written = panel.begin("")
    written.editor.pasting.take_text("<b>not bold</b>\nsecond\x00")
    assert written.inner() == "<div>&lt;b&gt;not bold&lt;/b&gt;</div><div>second</div>"


def test_a_large_paste_is_read_behind_and_goes_where_the_cursor_was(panel: EditorScene, qtbot: QtBot) -> None:
    written = panel.begin("before after")
    cursor = written.editor.textCursor()
    cursor.setPosition(7)
    written.editor.setTextCursor(cursor)
    written.editor.insertFromMimeData(html("<p>line of a newsletter</p>" * 3_000))
    assert written.editor.pasting.is_pasting()
    written.editor.moveCursor(QTextCursor.MoveOperation.End)
    qtbot.keyClicks(written.editor, "!")
    qtbot.waitUntil(lambda: not written.editor.pasting.is_pasting(), timeout=20_000)
    text = written.editor.toPlainText()
    assert text.startswith("before line of a newsletter")
    assert text.endswith("after!")
    assert written.body() == written.whole()


def test_a_paste_of_any_size_waits_for_its_reader_and_what_is_typed_comes_after_it(
    panel: EditorScene, qtbot: QtBot, slow: SlowReader
) -> None:
    written = panel.begin("before ")
    written.editor.moveCursor(QTextCursor.MoveOperation.End)
    told: list[str] = []
    written.editor.pasting.working.connect(lambda: told.append("working"))
    written.editor.pasting.done.connect(lambda: told.append("done"))
    written.editor.insertFromMimeData(html("<b>pasted</b>"))
    qtbot.keyClicks(written.editor, " typed")
    qtbot.waitUntil(lambda: told == ["working"])
    assert written.editor.toPlainText() == "before  typed"
    slow.may.set()
    qtbot.waitUntil(lambda: told == ["working", "done"])
    assert written.inner() == "<div>before&nbsp;<b>pasted</b> typed</div>"


def test_a_paste_that_is_not_read_soon_goes_in_as_text_where_the_message_is_closed(
    panel: EditorScene, slow: SlowReader
) -> None:
    written = panel.begin("")
    written.editor.insertFromMimeData(html("<b>pasted</b><script>evil()</script>"))
    written.editor.finish()
    assert written.inner() == "<div>pasted</div>"
    assert not written.editor.pasting.is_pasting()


def test_a_paste_that_was_given_up_does_not_arrive(panel: EditorScene, qtbot: QtBot, slow: SlowReader) -> None:
    written = panel.begin("text")
    written.editor.insertFromMimeData(html("<b>pasted</b>"))
    written.editor.pasting.forget()
    slow.may.set()
    qtbot.wait(50)
    assert written.editor.toPlainText() == "text"


def test_what_was_copied_here_asks_nobody(panel: EditorScene, slow: SlowReader) -> None:
    written = panel.open("<p>a <b>bold</b></p>")
    written.editor.selectAll()
    written.editor.copy()
    written.editor.paste()
    assert slow.asked == 0
    assert "<b>bold</b>" in written.body()


def test_what_the_editor_cannot_hold_is_drawn_as_its_text_until_it_is_read(
    panel: EditorScene, qtbot: QtBot, slow: SlowReader
) -> None:
    kept = "<table><tr><td>outer<table><tr><td>within</td><td>beside</td></tr></table></td></tr></table>"
    written = panel.open(f"<div>text</div>{kept}")
    written.editor.show()
    written.editor.grab()
    qtbot.waitUntil(lambda: slow.asked == 1)
    before = written.editor.document().size().height()
    slow.may.set()
    qtbot.waitUntil(lambda: written.editor.document().size().height() != before)
    written.editor.grab()
    assert slow.asked == 1
    assert "outer<table>" in written.whole()


def test_a_large_plain_paste_goes_in_whole(panel: EditorScene) -> None:
    written = panel.begin("")
    words = "a line that one can read\n" * 8_000
    data = QMimeData()
    data.setText(words)
    paste(written, data)
    assert written.editor.toPlainText() == words
    assert written.body() == written.whole()


def test_what_is_copied_carries_our_html_and_comes_back_the_same(panel: EditorScene) -> None:
    written = panel.open("<p>a <b>bold</b></p><ul><li>item</li></ul>")
    written.editor.selectAll()
    written.editor.copy()
    data = QGuiApplication.clipboard().mimeData()
    assert "-qt-" not in data.html()
    assert "DOCTYPE" not in data.html()
    other = panel.begin("")
    other.editor.paste()
    assert "<p>a <b>bold</b></p><ul><li>item</li></ul>" in other.body()


def test_a_picture_is_offered_to_be_attached_and_nothing_goes_in_before(panel: EditorScene) -> None:
    written = panel.begin("text")
    offered: list[list[object]] = []
    written.editor.pictures_offered.connect(offered.append)
    image = QImage(8, 8, QImage.Format.Format_RGB32)
    image.fill(QColor("red"))
    data = QMimeData()
    data.setImageData(image)
    paste(written, data)
    dropped = QMimeData()
    dropped.setUrls([QUrl.fromLocalFile("/home/anna/chart.png")])
    assert written.editor.canInsertFromMimeData(dropped)
    paste(written, dropped)
    first, second = offered[0][0], offered[1][0]
    assert isinstance(first, tuple)
    assert as_png(first[0]).startswith(b"\x89PNG")
    assert second == "/home/anna/chart.png"
    written.editor.tell_now()
    assert written.edits == []


def test_a_picture_that_comes_as_a_file_is_not_decoded_in_the_windows_thread(panel: EditorScene) -> None:
    class Clipboard(QMimeData):
        """What another program offers: Qt decodes it where it is asked for an image."""

        def retrieveData(self, form: str, kind: object) -> object:
            assert form != "application/x-qt-image"
            return super().retrieveData(form, kind)  # type: ignore[arg-type]  # the stub is wrong

    written = panel.begin("text")
    offered: list[list[object]] = []
    written.editor.pictures_offered.connect(offered.append)
    data = Clipboard()
    data.setData("application/x-qt-image", b"")
    data.setData("image/jpeg", b"\xff\xd8\xff and so on")
    paste(written, data)
    assert offered == [[(b"\xff\xd8\xff and so on", "")]]
    assert as_png(None) == as_png(b"no picture") == b""


def test_files_that_are_no_pictures_are_left_to_the_attachments(panel: EditorScene) -> None:
    written = panel.begin("text")
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile("/home/anna/report.pdf")])
    assert not written.editor.canInsertFromMimeData(data)


@pytest.mark.parametrize(
    "address", ["file:///etc/hostname", "/etc/hostname", "https://example.org/x.png", "cid:unknown", "qrc:/x.png"]
)
def test_a_picture_that_is_not_the_messages_own_is_never_loaded(panel: EditorScene, address: str) -> None:
    written = panel.begin("text")
    document = written.editor.document()
    for kind in (QTextDocument.ResourceType.ImageResource, QTextDocument.ResourceType.StyleSheetResource):
        got = document.resource(kind, QUrl(address))
        assert isinstance(got, QImage)
        assert got.size().width() == 24
