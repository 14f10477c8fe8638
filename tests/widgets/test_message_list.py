"""The list keeps marks and place by name, whatever changes under it, and shows what it has while it reads the rest."""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from typing import NamedTuple

import pytest
from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.ui import theme
from app.ui.icons import initials
from app.ui.message_list.list_view import HEADING_HEIGHT, MessageDelegate, MessageList, _Type
from app.ui.message_list.model import MessageModel
from app.ui.message_list.row_face import RowFace


class Line(NamedTuple):
    """A row of the test."""

    name: str
    words: str = ""


class Lines:
    """Where the rows of a test come from: names are messages, or numbers; `unread` are those still to be read."""

    def __init__(self) -> None:
        self.words: dict[int, str] = {}
        self.unread: set[int] = set()
        self.prepared: set[int] = set()

    def row(self, row_id: int) -> Line | None:
        return None if row_id in self.unread else Line(name_of(row_id), self.words.get(row_id, ""))

    def prepare(self, row_ids: Iterable[int]) -> None:
        self.prepared.update(row_ids)


def name_of(row_id: int) -> str:
    return chr(row_id) if row_id < 128 else str(row_id)


def ids(names: str) -> array[int]:
    return array("q", [ord(name) for name in names])


def face(row: Line) -> RowFace:
    return RowFace(row.name, "12:03", row.words, "first words", action="Undo" if row.words == "undo" else "")


@pytest.fixture
def lines() -> Lines:
    return Lines()


@pytest.fixture
def shown(qtbot: QtBot, lines: Lines) -> MessageList:
    model: MessageModel[Line] = MessageModel(lines, face)
    view = MessageList(model, "Drafts")
    qtbot.addWidget(view)
    view.resize(400, 500)
    view.show_ids(ids("abcdef"))
    view.show()
    view.go_to(0)
    return view


def model_of(view: MessageList) -> MessageModel[Line]:
    model = view.model()
    assert isinstance(model, MessageModel)
    return model


def current(view: MessageList) -> str:
    row_id = view.current_id()
    return "" if row_id is None else name_of(row_id)


def test_the_current_row_stays_the_same_row_when_others_come_before_it(shown: MessageList) -> None:
    shown.go_to(2)
    shown.show_ids(ids("xyabcdef"))
    assert current(shown) == "c"


def test_when_the_current_row_goes_the_one_in_its_place_becomes_current(shown: MessageList) -> None:
    shown.go_to(2)
    shown.show_ids(ids("abdef"))
    assert current(shown) == "d"


def test_when_the_last_row_goes_the_one_before_becomes_current(shown: MessageList) -> None:
    shown.go_to(5)
    shown.show_ids(ids("abcde"))
    assert current(shown) == "e"


def test_marks_stay_with_their_rows_and_go_with_them(shown: MessageList) -> None:
    model = model_of(shown)
    model.mark_range(1, 2)
    shown.show_ids(ids("fecba"))
    assert model.marked == set(ids("bc"))
    assert [name_of(one) for one in shown.chosen_ids()] == ["c", "b"]
    shown.show_ids(ids("fea"))
    assert model.marked == set()


@pytest.mark.parametrize("after", ["", "abc", "fedcba", "axbycz", "gh", "bcdefa", "abcdyz", "zabcdef", "abcdefz"])
def test_any_change_of_rows_leaves_model_and_rows_the_same(shown: MessageList, after: str) -> None:
    shown.show_ids(ids(after))
    assert model_of(shown).ids == ids(after)
    assert model_of(shown).rowCount() == len(after)
    assert not after or current(shown)


def test_a_changed_row_is_drawn_anew(shown: MessageList, lines: Lines) -> None:
    model = model_of(shown)
    assert model.face(0).subject == ""
    lines.words[ord("a")] = "new"
    model.forget_faces([ord("a")])
    assert model.face(0).subject == "new"


def test_a_row_that_is_still_read_is_blank_and_then_is_not(shown: MessageList, lines: Lines) -> None:
    model = model_of(shown)
    lines.unread = {ord("b")}
    model.forget_faces()
    assert model.face(1).blank
    lines.unread.clear()
    assert not model.face(1).blank


# --- many rows --------------------------------------------------------------------------------------------------------

MANY = array("q", range(1000, 101_000))


def test_what_one_sees_stays_where_it_is_when_rows_come_above_it(shown: MessageList) -> None:
    shown.show_ids(MANY)
    shown.go_to(500)
    shown.verticalScrollBar().setValue(480 * theme.row_height() + 17)
    top = shown.rowAt(0)
    seen = (model_of(shown).ids[top], shown.rowViewportPosition(top))
    shown.show_ids(array("q", range(200, 300)) + MANY)
    top = shown.rowAt(0)
    assert (model_of(shown).ids[top], shown.rowViewportPosition(top)) == seen
    assert shown.current_id() == 1500


def test_the_current_row_stays_where_it_is_seen_when_rows_around_it_go(shown: MessageList) -> None:
    rows = array("q", range(1000, 2000))
    shown.show_ids(rows)
    shown.go_to(500)
    shown.verticalScrollBar().setValue(shown.verticalScrollBar().value() + theme.row_height() + 7)
    shown.go_to(498)
    at = shown.rowViewportPosition(shown.current_number())
    top = shown.rowAt(0)
    assert top < 498
    gone = {rows[top], rows[top + 1], rows[3], rows[700]} - {1498}
    shown.show_ids(array("q", [one for one in (*range(100, 120), *rows) if one not in gone]))
    assert shown.current_id() == 1498
    assert shown.rowViewportPosition(shown.current_number()) == at


def test_at_the_end_of_the_list_the_current_row_stays_where_it_is_seen_when_rows_come_above(shown: MessageList) -> None:
    rows = array("q", range(1000, 2000))
    shown.show_ids(rows)
    shown.go_to(999)
    at = shown.rowViewportPosition(999)
    shown.show_ids(array("q", [7, 8, 9, *rows]))
    assert shown.current_id() == 1999
    assert shown.rowViewportPosition(1002) == at


def test_when_the_row_at_the_top_goes_the_others_stay_where_they_are_seen(shown: MessageList) -> None:
    rows = array("q", range(1000, 2000))
    shown.show_ids(rows)
    shown.verticalScrollBar().setValue(theme.row_height() * 300 + 5)
    top = shown.rowAt(0)
    seen = rows[top + 1]
    at = shown.rowViewportPosition(top + 1)
    shown.show_ids(array("q", [one for one in rows if one not in {1100, rows[top]}]))
    assert shown.rowViewportPosition(model_of(shown).number_of(seen)) == at


def test_when_the_current_row_goes_with_a_hundred_others_the_next_one_that_stays_becomes_current(
    shown: MessageList,
) -> None:
    rows = array("q", range(1000, 2000))
    shown.show_ids(rows)
    shown.go_to(500)
    shown.show_ids(array("q", [one for one in rows if not 1450 <= one < 1550 and one not in range(1000, 1100)]))
    assert shown.current_id() == 1550


def test_at_the_top_what_is_new_appears_at_the_top(shown: MessageList) -> None:
    shown.show_ids(MANY)
    shown.go_to(0)
    shown.show_ids(array("q", [7]) + MANY)
    assert shown.rowAt(0) == 0
    assert shown.verticalScrollBar().value() == 0
    assert shown.current_id() == 1000


def test_rows_beyond_what_is_shown_are_prepared(shown: MessageList, lines: Lines) -> None:
    shown.show_ids(MANY)
    lines.prepared.clear()
    shown.verticalScrollBar().setValue(1000 * theme.row_height())
    assert {2000, 2006, 2012, 1990} <= lines.prepared
    assert len(lines.prepared) < 60


@pytest.mark.parametrize(
    ("key", "there"),
    [(Qt.Key.Key_End, 99_999), (Qt.Key.Key_Home, 0), (Qt.Key.Key_PageDown, 505), (Qt.Key.Key_PageUp, 495)],
)
def test_home_end_and_pages_move_the_current_row(shown: MessageList, qtbot: QtBot, key: Qt.Key, there: int) -> None:
    shown.show_ids(MANY)
    shown.go_to(500)
    qtbot.keyClick(shown, key)
    assert shown.current_number() == there
    assert shown.visualRect(shown.currentIndex()).intersects(shown.viewport().rect())


def test_shift_and_end_mark_all_to_the_end(shown: MessageList, qtbot: QtBot) -> None:
    shown.go_to(3)
    qtbot.keyClick(shown, Qt.Key.Key_End, Qt.KeyboardModifier.ShiftModifier)
    assert model_of(shown).marked == set(ids("def"))


def test_all_of_a_hundred_thousand_are_marked_and_stay_so(shown: MessageList) -> None:
    shown.show_ids(MANY)
    shown.mark_all()
    assert shown.chosen_ids() == list(MANY)
    shown.show_ids(array("q", [7]) + MANY[:-1])
    assert len(model_of(shown).marked) == 99_999


# --- headings ---------------------------------------------------------------------------------------------------------


def test_a_heading_stands_over_its_row_and_is_spoken(shown: MessageList) -> None:
    shown.show_headings([0, 2], lambda row: f"Group {row.name}")
    heights = [shown.rowHeight(number) for number in range(6)]
    assert heights == [theme.row_height() + (HEADING_HEIGHT if number in {0, 2} else 0) for number in range(6)]
    model = model_of(shown)
    assert str(model.data(model.index(2, 0), Qt.ItemDataRole.AccessibleTextRole)).startswith("Group c. c")
    shown.show_headings([], lambda _row: "")
    assert {shown.rowHeight(number) for number in range(6)} == {theme.row_height()}


def test_what_is_chosen_is_the_marked_rows_or_else_the_current(shown: MessageList) -> None:
    shown.go_to(3)
    assert shown.chosen_ids() == [ord("d")]
    model_of(shown).mark_range(4, 5)
    assert shown.chosen_ids() == [ord("e"), ord("f")]


def test_enter_opens_and_messages_are_left_to_commands(shown: MessageList, qtbot: QtBot) -> None:
    with qtbot.waitSignal(shown.opened, timeout=1000):
        qtbot.keyClick(shown, Qt.Key.Key_Return)
    qtbot.keyClick(shown, Qt.Key.Key_E)
    assert current(shown) == "a"


def test_escape_takes_the_marks_away(shown: MessageList, qtbot: QtBot) -> None:
    shown.mark_all()
    qtbot.keyClick(shown, Qt.Key.Key_Escape)
    assert model_of(shown).marked == set()


def test_arrows_move_and_stop_at_the_ends(shown: MessageList, qtbot: QtBot) -> None:
    qtbot.keyClick(shown, Qt.Key.Key_Up)
    assert current(shown) == "a"
    qtbot.keyClick(shown, Qt.Key.Key_Down)
    assert current(shown) == "b"
    qtbot.keyClick(shown, Qt.Key.Key_End)
    assert current(shown) == "f"


def test_a_click_on_the_action_asks_for_it(qtbot: QtBot) -> None:
    lines = Lines()
    lines.words[ord("a")] = "undo"
    model: MessageModel[Line] = MessageModel(lines, face)
    view = MessageList(model, "Outbox")
    qtbot.addWidget(view)
    view.resize(400, 300)
    view.show_ids(ids("a"))
    view.show()
    rect = view.visualRect(model.index(0, 0))
    with qtbot.waitSignal(view.action_clicked, timeout=1000):
        place = QPoint(rect.right() - 20, rect.top() + 62)
        qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)


def test_a_screen_reader_hears_the_row_and_its_mark(shown: MessageList) -> None:
    model = model_of(shown)
    index = model.index(0, 0)
    spoken = model.data(index, Qt.ItemDataRole.AccessibleTextRole)
    assert spoken == "a. first words. 12:03"
    shown.toggle_mark()
    assert str(model.data(index, Qt.ItemDataRole.AccessibleTextRole)).startswith("Marked.")


@pytest.mark.parametrize(
    ("who", "messages"),
    [
        ("Anna Lindqvist", "AL"),
        ("jon@x.org", "J"),
        ("", "–"),
        ("(no recipient)", "–"),
        ("anna.l@x", "AL"),
        ("José Álvarez, Tom", "JÁ"),
    ],
)
def test_initials_stand_for_a_name_or_an_address(who: str, messages: str) -> None:
    assert initials(who) == messages


# --- what is looked for, and what is cut ------------------------------------------------------------------------------


def marked_columns(words: str, sought: str, width: int = 400) -> list[int]:
    """Return in which columns of a line a word is marked."""
    image = QImage(width, 40, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.white)
    painter = QPainter(image)
    _Type(theme.font()).mark(painter, QRect(0, 10, width, 18), words, frozenset({sought}))
    painter.end()
    line = theme.color("warn")
    return [x for x in range(width) if any(image.pixelColor(x, y) == line for y in range(40))]


@pytest.mark.parametrize(
    ("words", "sought", "is_at_left"),
    [
        ("plan of May", "plan", True),
        ("Other plan", "plan", False),
        ("\U0001f642\U0001f642\U0001f642 plan", "plan", False),
        ("\u05e9\u05dc\u05d5\u05dd plan", "plan", True),
        ("\u05e9\u05dc\u05d5\u05dd plan", "\u05e9\u05dc\u05d5\u05dd", False),
    ],
)
def test_a_word_that_is_looked_for_is_marked_whichever_way_its_line_runs(
    qapp: QApplication, words: str, sought: str, is_at_left: bool
) -> None:
    theme.dress(qapp, "light")
    columns, whole = marked_columns(words, sought), _Type(theme.font()).width(words)
    assert 0 < len(columns) < whole - 10
    assert (columns[0] == 0) is is_at_left
    assert (abs(columns[-1] - whole) <= 3) is not is_at_left


@pytest.mark.parametrize("scheme", ["light", "dark", "contrast"])
def test_what_marks_a_word_is_seen_in_every_scheme(qapp: QApplication, scheme: str) -> None:
    theme.dress(qapp, scheme)
    try:
        assert theme.color("warn") != theme.color("list_ground")
        assert marked_columns("Other plan", "plan")
    finally:
        theme.dress(qapp, "light")


def test_a_word_that_is_cut_off_is_not_marked_where_it_would_stand(qapp: QApplication) -> None:
    theme.dress(qapp, "light")
    assert marked_columns("A subject that goes on and on until its plan", "plan", width=120) == []


@pytest.mark.parametrize(
    ("height", "categories", "is_cut"), [(82, (), False), (58, (), True), (82, ("Urgent",), False)]
)
def test_what_is_the_matter_is_cut_where_the_subject_stands_beside_it(
    qapp: QApplication, height: int, categories: tuple[str, ...], is_cut: bool
) -> None:
    theme.dress(qapp, "light")
    owner = QWidget()
    delegate = MessageDelegate(owner, lambda: True)
    why = "This draft cannot be found: deleted, moved, or no longer shared with you."
    face = RowFace("Ben", "12:03", "The figures of May", why, "bad", "circle-alert", categories=categories)
    width = delegate._small.width(why) + 110
    assert delegate.is_cut(face, QSize(width, height)) is is_cut
    assert delegate.is_cut(face, QSize(width - 60, height))
    owner.deleteLater()
