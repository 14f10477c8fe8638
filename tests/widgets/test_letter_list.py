"""The list keeps marks and place by key, whatever changes under it."""

from __future__ import annotations

from typing import NamedTuple

import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from app.ui.letter_list.delegate import initials
from app.ui.letter_list.face import RowFace
from app.ui.letter_list.model import LetterModel
from app.ui.letter_list.view import LetterList


class Line(NamedTuple):
    """A row of the test."""

    key: str
    words: str = ""


def face(row: Line) -> RowFace:
    return RowFace(row.key, "12:03", row.words, "first words", action="Undo" if row.words == "undo" else "")


@pytest.fixture
def shown(qtbot: QtBot) -> LetterList:
    model = LetterModel(face)
    view = LetterList(model, "Drafts")
    qtbot.addWidget(view)
    view.resize(400, 500)
    model.set_rows([Line(name) for name in "abcdef"])
    view.show()
    view.go_to(0)
    return view


def model_of(view: LetterList) -> LetterModel[Line]:
    model = view.model()
    assert isinstance(model, LetterModel)
    return model


def current(view: LetterList) -> str:
    row = view.current_row()
    return row.key if row is not None else ""


def test_the_current_row_stays_the_same_row_when_others_come_before_it(shown: LetterList) -> None:
    shown.go_to(2)
    model_of(shown).set_rows([Line(name) for name in "xyabcdef"])
    assert current(shown) == "c"


def test_when_the_current_row_goes_the_one_in_its_place_becomes_current(shown: LetterList) -> None:
    shown.go_to(2)
    model_of(shown).set_rows([Line(name) for name in "abdef"])
    assert current(shown) == "d"


def test_when_the_last_row_goes_the_one_before_becomes_current(shown: LetterList) -> None:
    shown.go_to(5)
    model_of(shown).set_rows([Line(name) for name in "abcde"])
    assert current(shown) == "e"


def test_marks_stay_with_their_rows_and_go_with_them(shown: LetterList) -> None:
    model = model_of(shown)
    model.mark_range(1, 2)
    model.set_rows([Line(name) for name in "fecba"])
    assert model.marked == {"b", "c"}
    model.set_rows([Line(name) for name in "fea"])
    assert model.marked == set()


@pytest.mark.parametrize("after", ["", "abc", "fedcba", "axbycz", "gh", "bcdefa", "abcabcx"[:6] + "yz"])
def test_any_change_of_rows_leaves_model_and_rows_the_same(shown: LetterList, after: str) -> None:
    rows = [Line(name) for name in dict.fromkeys(after)]
    model_of(shown).set_rows(rows)
    assert model_of(shown).rows() == rows
    assert model_of(shown).rowCount() == len(rows)


def test_a_changed_row_is_drawn_anew(shown: LetterList) -> None:
    model = model_of(shown)
    assert model.face(0).subject == ""
    model.set_rows([Line(name, "new") for name in "abcdef"])
    assert model.face(0).subject == "new"


def test_what_is_chosen_is_the_marked_rows_or_else_the_current(shown: LetterList) -> None:
    shown.go_to(3)
    assert [row.key for row in shown.chosen()] == ["d"]
    model_of(shown).mark_range(4, 5)
    assert [row.key for row in shown.chosen()] == ["e", "f"]


def test_enter_opens_and_letters_are_left_to_commands(shown: LetterList, qtbot: QtBot) -> None:
    with qtbot.waitSignal(shown.opened, timeout=1000):
        qtbot.keyClick(shown, Qt.Key.Key_Return)
    qtbot.keyClick(shown, Qt.Key.Key_E)
    assert current(shown) == "a"


def test_escape_takes_the_marks_away(shown: LetterList, qtbot: QtBot) -> None:
    shown.mark_all()
    qtbot.keyClick(shown, Qt.Key.Key_Escape)
    assert model_of(shown).marked == set()


def test_arrows_move_and_stop_at_the_ends(shown: LetterList, qtbot: QtBot) -> None:
    qtbot.keyClick(shown, Qt.Key.Key_Up)
    assert current(shown) == "a"
    qtbot.keyClick(shown, Qt.Key.Key_Down)
    assert current(shown) == "b"
    qtbot.keyClick(shown, Qt.Key.Key_End, Qt.KeyboardModifier.ControlModifier)
    assert current(shown) == "f"


def test_a_click_on_the_action_asks_for_it(qtbot: QtBot) -> None:
    model = LetterModel(face)
    view = LetterList(model, "Outbox")
    qtbot.addWidget(view)
    view.resize(400, 300)
    model.set_rows([Line("a", "undo")])
    view.show()
    rect = view.visualRect(model.index(0, 0))
    with qtbot.waitSignal(view.action_clicked, timeout=1000):
        place = QPoint(rect.right() - 20, rect.top() + 62)
        qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)


def test_a_screen_reader_hears_the_row_and_its_mark(shown: LetterList) -> None:
    model = model_of(shown)
    index = model.index(0, 0)
    spoken = model.data(index, Qt.ItemDataRole.AccessibleTextRole)
    assert spoken == "a. first words. 12:03"
    shown.toggle_mark()
    assert str(model.data(index, Qt.ItemDataRole.AccessibleTextRole)).startswith("Marked.")


@pytest.mark.parametrize(
    ("who", "letters"),
    [
        ("Anna Lindqvist", "AL"),
        ("jon@x.org", "J"),
        ("", "–"),
        ("(no recipient)", "–"),
        ("anna.l@x", "AL"),
        ("José Álvarez, Tom", "JÁ"),
    ],
)
def test_initials_stand_for_a_name_or_an_address(who: str, letters: str) -> None:
    assert initials(who) == letters
