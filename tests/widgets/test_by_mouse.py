"""What the mouse is offered: menus and buttons that do what the keys do, of what can be done and of nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import (
    QContextMenuEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QHelpEvent,
    QImage,
    QTextCursor,
)
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QToolTip, QWidget
from pytestqt.qtbot import QtBot

from app.domain.blocks import Picture
from app.domain.listing import Folder
from app.domain.message import BodyFormat, Content, Field
from app.domain.recipient import Recipient
from app.services.html.prepare import open_own
from app.ui import theme
from app.ui.drop_hint import DropHint
from app.ui.editor import format_actions
from tests.fakes.mailbox import words
from tests.fakes.scene import ANNA, BEN, MESSAGE
from tests.program_scene import ProgramScene
from tests.widgets.spelling.conftest import FewWords

pytestmark = [
    pytest.mark.qt_log_ignore("This plugin does not support", extend=True),
]


def right_click(widget: QWidget, place: QPoint) -> None:
    """Press the right button, and let what is below the mouse be asked for its menu, as X11 does."""
    QTest.mouseClick(widget, Qt.MouseButton.RightButton, pos=place)
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, place, widget.mapToGlobal(place))
    QApplication.sendEvent(widget, event)


def shown_menu() -> QMenu:
    """Return the menu that is open."""
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    return menu


def titles(menu: QMenu) -> list[str]:
    """Return what a menu and those within it offer, without the keys."""
    found = []
    for action in menu.actions():
        inner = action.menu()
        if isinstance(inner, QMenu):
            found += titles(inner)
        elif not action.isSeparator() and action.isEnabled():
            found.append(action.text().partition("\t")[0].replace("&", ""))
    return found


async def choose(scene: ProgramScene, title: str) -> None:
    """Choose what a menu calls `title`."""

    def look(menu: QMenu) -> bool:
        for action in menu.actions():
            inner = action.menu()
            if isinstance(inner, QMenu) and look(inner):
                return True
            if action.text().partition("\t")[0].replace("&", "") == title:
                action.trigger()
                return True
        return False

    menu = shown_menu()
    assert look(menu), (title, titles(menu))
    menu.close()
    await scene.settle()


async def test_a_right_click_on_a_row_offers_what_can_be_done_with_it_and_does_it(program_scene: ProgramScene) -> None:
    first, second = await program_scene.saved(MESSAGE, subject="One"), await program_scene.saved(MESSAGE, subject="Two")
    await program_scene.press("Ctrl+2", "Home")
    shown = program_scene.parts.workspace.panel.list
    numbers = {program_scene.rows[n].subject: n for n in range(2)}
    rect = shown.visualRect(shown.model().index(numbers["One"], 0))
    right_click(shown.viewport(), rect.center())
    offered = titles(shown_menu())
    assert {"Open", "Delete", "Send selected", "Print", "Sort: newest first"} <= set(offered)
    assert not {"Reply", "Try again", "It was sent"} & set(offered)
    assert program_scene.current.subject == "One"
    await choose(program_scene, "Delete")
    assert program_scene.record(first).discarded
    assert not program_scene.record(second).discarded


async def test_the_menu_key_asks_for_the_same_and_a_marked_row_speaks_for_all_that_are_marked(
    program_scene: ProgramScene,
) -> None:
    for subject in ("One", "Two", "Three"):
        await program_scene.saved(MESSAGE, subject=subject)
    await program_scene.press("Ctrl+2", "Home", "Shift+Down")
    shown = program_scene.parts.workspace.panel.list
    assert len(shown.chosen_ids()) == 2
    event = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, QPoint(5, 5), shown.mapToGlobal(QPoint(5, 5)))
    QApplication.sendEvent(shown.viewport(), event)
    assert "Send selected" in titles(shown_menu())
    shown_menu().close()
    right_click(shown.viewport(), shown.visualRect(shown.model().index(0, 0)).center())
    assert len(shown.chosen_ids()) == 2
    shown_menu().close()
    right_click(shown.viewport(), shown.visualRect(shown.model().index(2, 0)).center())
    assert len(shown.chosen_ids()) == 1
    shown_menu().close()


async def test_the_reader_has_buttons_for_what_fits_its_message(program_scene: ProgramScene) -> None:
    program_scene.on_server(MESSAGE, folder=Folder.SENT)
    await program_scene.press("Ctrl+3", "F5")
    await program_scene.until(lambda: bool(program_scene.rows))
    await program_scene.press("Home")
    await program_scene.rest()
    tools = program_scene.parts.reader.tools
    shown = {name for name, button in tools.buttons.items() if button.isVisible()}
    assert shown == {"sent.reply_all", "sent.forward", "sent.edit_as_new", "drafts.discard"}
    await program_scene.click(tools.buttons["sent.edit_as_new"])
    await program_scene.until(lambda: program_scene.parts.compose.current() is not None)
    assert program_scene.message.session.content.subject == MESSAGE.subject


async def test_more_opens_the_menu_of_the_message_that_is_read(program_scene: ProgramScene) -> None:
    await program_scene.saved()
    await program_scene.press("Ctrl+2", "Home")
    await program_scene.rest()
    await program_scene.click(program_scene.parts.reader.tools.more)
    assert {"Open", "Show or hide headers", "Delete"} <= set(titles(shown_menu()))
    shown_menu().close()


async def opened(scene: ProgramScene, content: Content) -> None:
    """Open a draft with the focus in its text."""
    name = await scene.saved(content)
    scene.parts.compose.open_message(name)
    await scene.until(lambda: scene.parts.compose.current() is not None and scene.message.is_filled)
    scene.message.focus_field(Field.BODY)
    await scene.settle()


async def test_a_right_click_on_a_marked_word_offers_what_was_meant(program_scene: ProgramScene) -> None:
    words = FewWords()
    program_scene.parts.compose.begin_spelling(words)  # type: ignore[arg-type]  # fulfils what is asked of it
    await opened(program_scene, Content(to=(BEN,), subject="Hello", body="a wxrd here"))
    marks = program_scene.message.body.marks
    assert marks is not None
    await program_scene.until(lambda: bool(words.held))
    words.answer()
    editor = program_scene.message.body.editor
    ((start, length),) = marks.places()
    cursor = QTextCursor(editor.document())
    cursor.setPosition(start + length // 2)
    right_click(editor.viewport(), editor.cursorRect(cursor).center())
    words.answer()
    await program_scene.until(lambda: QApplication.activePopupWidget() is not None)
    offered = titles(shown_menu())
    assert "Add “wxrd” to my words" in offered
    assert "Paste as plain text" in offered
    await choose(program_scene, offered[0])
    assert program_scene.message.body.toPlainText() == f"a {offered[0]} here"


TABLE = Content(
    to=(BEN,),
    subject="Hello",
    body='<table border="1"><tr><td>a</td><td>b</td></tr><tr><td>c</td><td>d</td></tr></table><p>x</p>',
    body_format=BodyFormat.HTML,
)


async def test_a_table_gets_rows_columns_and_a_header_and_goes_again(program_scene: ProgramScene) -> None:
    await opened(program_scene, TABLE)
    rich = program_scene.message.body.rich
    assert rich is not None
    cursor = rich.document().find("c")
    cursor.clearSelection()
    rich.setTextCursor(cursor)
    run = program_scene.parts.registry.run
    assert run("text.row_above")
    assert run("text.column_before")
    assert run("text.header_row")
    await program_scene.settle()
    table = format_actions.table_here(rich)
    assert table is not None
    assert (table.rows(), table.columns()) == (3, 3)
    assert rich.html().count("<th") == 3
    assert run("text.header_row")
    assert "<th" not in rich.html()
    assert run("text.remove_table")
    await program_scene.settle()
    assert "<table" not in rich.html()
    assert not run("text.row_above")


async def test_a_picture_gets_a_size_and_words(program_scene: ProgramScene) -> None:
    await opened(program_scene, Content(to=(BEN,), subject="Hello", body="<p>x</p>", body_format=BodyFormat.HTML))
    rich = program_scene.message.body.rich
    assert rich is not None
    image = QImage(800, 400, QImage.Format.Format_RGB32)
    rich.insert_picture(Picture("cid:a@b", "", 800, 400), image)
    run = program_scene.parts.registry.run
    assert run("text.picture_small")
    assert 'width="200" height="100"' in rich.html()
    assert run("text.picture_own_size")
    assert 'width="800" height="400"' in rich.html()
    assert run("text.picture_words")
    await program_scene.settle()
    await program_scene.type("A chart")
    await program_scene.press("Return")
    assert 'alt="A chart"' in rich.html()
    assert not run("text.row")


def test_what_is_put_into_an_empty_line_keeps_the_form_of_its_first_paragraph(qtbot: QtBot) -> None:
    from app.services.html.prepare import open_text
    from app.ui.editor.rich import RichEditor

    for html, expected in (
        ("<h2>Prices</h2><p>x</p>", "<h2>Prices</h2><p>x</p>"),
        ("<hr><p>x</p>", "<hr><p>x</p>"),
        ('<p align="center">c</p>', '<p style="text-align:center">c</p>'),
    ):
        editor = RichEditor()
        qtbot.addWidget(editor)
        editor.open_body(open_text("before\n"))
        editor.finish()  # it is built slice by slice, each as long as a busy machine lets it be
        editor.moveCursor(QTextCursor.MoveOperation.End)
        editor.insert_blocks(open_own(html).body.blocks)
        assert f"<div>before</div>{expected}" in editor.html()
        editor.undo()
        assert "<div>before</div><div><br></div>" in editor.html()


def dragged(paths: list[str]) -> QMimeData:
    """Return what a file manager brings."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(path) for path in paths])
    return data


async def test_files_that_are_dragged_over_a_message_are_told_where_they_go(
    program_scene: ProgramScene, tmp_path: Path
) -> None:
    await opened(program_scene, MESSAGE)
    view = program_scene.message
    file = tmp_path / "a.txt"
    file.write_text("x")
    data = dragged([str(file)])
    place, copy = QPoint(40, 40), Qt.DropAction.CopyAction
    buttons, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(view, QDragEnterEvent(place, copy, data, buttons, none))
    (hint,) = view.findChildren(DropHint)
    assert hint.isVisible()
    assert "attach" in hint.accessibleName()
    QApplication.sendEvent(view, QDragLeaveEvent())
    assert not hint.isVisible()
    QApplication.sendEvent(view, QDragEnterEvent(place, copy, data, buttons, none))
    QApplication.sendEvent(view, QDropEvent(QPointF(place), copy, data, buttons, none))
    assert not hint.isVisible()
    await program_scene.until(lambda: len(view.session.files.rows()) == 1)
    words = QMimeData()
    words.setText("words")
    QApplication.sendEvent(view, QDragEnterEvent(place, copy, words, buttons, none))
    assert not hint.isVisible()


async def test_from_that_comes_to_be_known_late_moves_nothing_under_the_hands(program_scene: ProgramScene) -> None:
    await opened(program_scene, MESSAGE)
    view = program_scene.message
    top = view.subject.mapTo(view, QPoint(0, 0)).y()
    program_scene.mailbox.people = [Recipient("sales@example.org", "Sales")]
    await program_scene.parts.aids.identities.add(ANNA, "sales@example.org")
    view.refresh()
    await program_scene.settle()
    assert not view.from_line.isVisible()
    assert view.subject.mapTo(view, QPoint(0, 0)).y() == top
    await program_scene.press("Escape", "Return")
    await program_scene.settle()
    await opened(program_scene, Content(to=(BEN,), subject="Other", body="x"))
    assert program_scene.message.from_line.isVisible()


async def test_text_is_shown_larger_everywhere_is_sent_as_before_and_stays_so(program_scene: ProgramScene) -> None:
    await opened(program_scene, TABLE)
    view = program_scene.message
    before = view.body.editor.font().pixelSize()
    assert view.body.rich is not None
    html = view.body.rich.html()
    try:
        await program_scene.press("Ctrl++", "Ctrl+=")
        assert view.body.editor.font().pixelSize() > before
        assert "130 %" in program_scene.status_bar
        assert view.body.rich.html() == html
        await program_scene.settle()
        assert await program_scene.settings.read_setting("text_size") == "130"
        await program_scene.press("Ctrl+-", "Ctrl+0")
        assert view.body.editor.font().pixelSize() == before
    finally:
        theme.set_text_scale(1.0)


def test_a_dialog_opens_where_files_were_chosen_last_and_the_next_run_knows(tmp_path: Path) -> None:
    from app.ui import folders

    told: list[tuple[str, str]] = []
    (tmp_path / "a").mkdir()
    folders.begin({"test one": str(tmp_path), "test two": ""}, lambda purpose, folder: told.append((purpose, folder)))
    assert folders.last("test one") == str(tmp_path)
    assert Path(folders.last("test two")).is_dir()
    folders.remember("test one", str(tmp_path / "a"))
    folders.remember("test one", str(tmp_path / "a"))
    assert told == [("test one", str(tmp_path / "a"))]
    assert folders.last("test one") == str(tmp_path / "a")
    (tmp_path / "a").rmdir()
    assert Path(folders.last("test one")).is_dir()
    folders.begin({}, lambda *_: None)


async def test_a_row_under_the_mouse_offers_what_is_done_with_it_alone(program_scene: ProgramScene) -> None:
    for subject in ("One", "Two", "Three"):
        await program_scene.saved(MESSAGE, subject=subject)
    await program_scene.press("Ctrl+2", "Home", "Shift+Down")
    shown = program_scene.parts.workspace.panel.list
    gone = program_scene.rows[2]
    rect = shown.visualRect(shown.model().index(2, 0))
    trash = QPoint(rect.right() - 12 - 28 - 14, rect.top() + 20)
    more = QPoint(rect.right() - 12 - 14, rect.top() + 20)
    help_event = QHelpEvent(QEvent.Type.ToolTip, trash, shown.viewport().mapToGlobal(trash))
    QApplication.sendEvent(shown.viewport(), help_event)
    assert QToolTip.text() == "Delete"
    QToolTip.hideText()
    QTest.mouseClick(shown.viewport(), Qt.MouseButton.LeftButton, pos=more)
    assert "Delete" in titles(shown_menu())
    shown_menu().close()
    QTest.mouseClick(shown.viewport(), Qt.MouseButton.LeftButton, pos=trash)
    await program_scene.settle()
    left = [row.subject for row in program_scene.rows]
    assert len(left) == 2
    assert gone.subject not in left


async def test_what_a_row_has_no_room_for_is_said_whole_under_the_mouse(program_scene: ProgramScene) -> None:
    scene = program_scene
    first, _ = await scene.saved(MESSAGE, subject="One"), await scene.saved(MESSAGE, subject="Two")
    scene.mailbox.refuse("send", 0, words("ErrorItemNotFound"))
    await scene.parts.outbox.send([first], 0)
    await scene.settle()
    await scene.press("Ctrl+2", "Home")
    shown = scene.parts.workspace.panel.list

    def tip(subject: str) -> str:
        number = [row.subject for row in scene.rows].index(subject)
        at = shown.visualRect(shown.model().index(number, 0)).center()
        event = QHelpEvent(QEvent.Type.ToolTip, at, shown.viewport().mapToGlobal(at))
        QApplication.sendEvent(shown.viewport(), event)
        said = QToolTip.text() if QToolTip.isVisible() else ""
        QToolTip.hideText()
        return said

    assert tip("Two") == ""
    assert tip("One").startswith("This draft cannot be found: deleted, moved")


async def test_a_place_at_the_left_edge_offers_what_can_be_done_there(program_scene: ProgramScene) -> None:
    scene = program_scene
    await scene.saved(MESSAGE)
    sidebar = scene.window.sidebar
    sent = sidebar._buttons["sent"]
    right_click(
        sidebar, sent.geometry().center() if sent.parentWidget() is sidebar else sent.mapTo(sidebar, QPoint(9, 9))
    )
    assert scene.parts.workspace.place == "sent"
    assert {"Find", "Settings", "Look for changes on the server"} <= set(titles(shown_menu()))
    shown_menu().close()
    drafts = sidebar._buttons["drafts"]
    right_click(sidebar, drafts.mapTo(sidebar, QPoint(9, 9)))
    assert {"New message", "Open the last draft"} <= set(titles(shown_menu()))
    await choose(scene, "New message")
    assert scene.parts.compose.current() is not None
    right_click(sidebar, QPoint(sidebar.width() // 2, sidebar.height() - 120))
    assert "New message" in titles(shown_menu())
    assert scene.parts.compose.current() is not None
    shown_menu().close()


async def test_the_cross_on_an_attachment_takes_it_away(program_scene: ProgramScene, tmp_path: Path) -> None:
    scene = program_scene
    await opened(scene, MESSAGE)
    view = scene.message
    paths = []
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text(name)
        paths.append(str(tmp_path / name))
    view.session.files.add(paths)
    await scene.until(lambda: len(view.session.files.rows()) == 2 and view.attachments.strip is not None)
    strip = view.attachments.strip
    assert strip is not None
    await scene.until(strip.isVisible)
    rect = strip.visualRect(strip.model().index(0, 0))
    cross = QPoint(rect.right() - 6 - 17, rect.center().y() - 3)
    QTest.mouseMove(strip.viewport(), cross)
    help_event = QHelpEvent(QEvent.Type.ToolTip, cross, strip.viewport().mapToGlobal(cross))
    QApplication.sendEvent(strip.viewport(), help_event)
    assert QToolTip.text() == "Remove"
    QToolTip.hideText()
    QTest.mouseClick(strip.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(rect.left() + 60, cross.y()))
    assert len(view.session.files.rows()) == 2
    QTest.mouseClick(strip.viewport(), Qt.MouseButton.LeftButton, pos=cross)
    await scene.until(lambda: [row.name for row in view.session.files.rows()] == ["b.txt"])


async def test_a_link_is_put_with_its_words_and_what_is_linked_stays_in_sight(program_scene: ProgramScene) -> None:
    scene = program_scene
    body = "".join(f"<p>line {n}</p>" for n in range(60)) + "<p>last here</p>"
    await opened(scene, Content(to=(BEN,), subject="Hello", body=body, body_format=BodyFormat.HTML))
    rich = scene.message.body.rich
    assert rich is not None
    rich.setTextCursor(rich.document().find("here"))
    await scene.press("Ctrl+K")
    bar = scene.message.body.link_bar
    assert bar is not None
    assert (bar.words.text(), bar.address.text()) == ("here", "")
    assert bar.address.hasFocus()
    assert rich.viewport().rect().contains(rich.cursorRect().center())
    await scene.type("x.example")
    await scene.press("Shift+Tab")
    assert bar.words.hasFocus()
    await scene.press("Ctrl+A")
    await scene.type("this")
    await scene.press("Return")
    assert 'last <a href="https://x.example">this</a>' in rich.html()


async def test_an_emoji_is_found_by_its_words_in_plain_text_and_in_formatted(program_scene: ProgramScene) -> None:
    scene = program_scene
    await opened(scene, Content(to=(BEN,), subject="Hello", body="ok "))
    await scene.press("Ctrl+End", "Ctrl+;")
    await scene.type("thumbs up")
    await scene.press("Return")
    assert scene.message.body.toPlainText() == "ok 👍"
    assert scene.message.body.editor.hasFocus()


async def test_dictionaries_of_the_computer_are_offered_a_moment_later(program_scene: ProgramScene) -> None:
    scene = program_scene
    words = FewWords()
    scene.parts.compose.begin_spelling(words)  # type: ignore[arg-type]  # fulfils what is asked of it
    await opened(scene, Content(to=(BEN,), subject="Hello", body="a word"))
    await scene.until(lambda: scene.message.body.marks is not None)
    await scene.press("Ctrl+Shift+Y")
    words.answer()
    await scene.settle()
    picker = scene.message.picking.picker
    shown = [picker.list.item(n).text() for n in range(picker.list.count())]
    assert shown[-1] == "Look at no spelling"
    assert any("spañol" in one for one in shown)
    await scene.type("espa")
    await scene.press("Return")
    assert scene.message.body.marks is not None
    assert scene.message.body.marks.language == "es_ES"
