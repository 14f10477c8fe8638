"""Recipients by keyboard and mouse: what is on the screen, what the journal is told, and that both are the same."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import (
    QAction,
    QColor,
    QDragEnterEvent,
    QDropEvent,
    QGuiApplication,
    QHelpEvent,
    QInputMethodEvent,
    QKeyEvent,
    QPalette,
)
from PySide6.QtWidgets import QApplication, QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from app.domain.edits import Edit, Pending, RecipientSplice, Replica
from app.domain.message import Content, Field
from app.domain.recipient import Recipient
from app.ui import theme
from app.ui.recipients import entry_line
from app.ui.recipients.canvas import elided_address, tooltip
from app.ui.recipients.chips import Chip
from app.ui.recipients.field import RecipientsField, chip_colors

Key = Qt.Key
CONTROL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
ANA, BOB, CAT = Recipient("ana@x", "Ana"), Recipient("bob@x"), Recipient("cat@x", "Cat, C")


class Elsewhere:
    """Reading that happens elsewhere, and ends when the test says so."""

    def __init__(self) -> None:
        self.waiting: list[tuple[Callable[[], list[Recipient]], Callable[[list[Recipient]], None]]] = []

    def run(self, work: Callable[[], list[Recipient]], deliver: Callable[[list[Recipient]], None]) -> None:
        self.waiting.append((work, deliver))

    def end(self, which: int = 0) -> None:
        work, deliver = self.waiting.pop(which)
        deliver(work())


class Scene:
    """A window with the field and a subject after it; what the field tells is replayed as the journal would."""

    def __init__(self, qtbot: QtBot) -> None:
        self.elsewhere = Elsewhere()
        self.window = QWidget()
        self.field = RecipientsField(Field.TO, "To", run_off_thread=self.elsewhere.run)
        self.other = RecipientsField(Field.CC, "Cc")
        self.subject = QLineEdit()
        column = QVBoxLayout(self.window)
        for widget in (self.field, self.other, self.subject):
            column.addWidget(widget)
        column.addStretch(1)
        qtbot.addWidget(self.window)
        self.qtbot = qtbot
        self.edits: list[Edit] = []
        self._before: tuple[tuple[Recipient, ...], str] = ((), "")
        self.field.edited.connect(self._take)
        self.window.resize(600, 400)
        self.window.show()
        self.window.activateWindow()
        qtbot.waitActive(self.window).__enter__()
        self.field.focus_input()

    def _take(self, edit: object) -> None:
        assert isinstance(edit, RecipientSplice | Pending)
        assert edit.field is Field.TO
        self.edits.append(edit)

    def start(self, *recipients: Recipient, pending: str = "") -> None:
        self.field.set_recipients(recipients, pending)
        self._before = (recipients, pending)
        assert self.edits == []

    def press(self, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        focused = QApplication.focusWidget()
        assert focused is not None
        self.qtbot.keyClick(focused, key, modifier)

    def type(self, text: str) -> None:
        for character in text:
            focused = QApplication.focusWidget()
            assert focused is not None
            self.qtbot.keyClicks(focused, character)

    def told(self) -> tuple[tuple[Recipient, ...], str]:
        """Return what a replay of the journal would show."""
        recipients, pending = self._before
        replica = Replica(Content(to=recipients), {Field.TO: pending})
        for edit in self.edits:
            replica.apply(edit)
        return replica.content().to, replica.pending[Field.TO]


@pytest.fixture
def scene(qtbot: QtBot) -> Iterator[Scene]:
    QGuiApplication.clipboard().clear()
    scene = Scene(qtbot)
    yield scene
    # Whatever a test did, the journal knows exactly what is on the screen.
    assert scene.told() == (scene.field.recipients(), scene.field.pending())


def clip(text: str) -> None:
    QGuiApplication.clipboard().setText(text)


@pytest.mark.parametrize("key", [Key.Key_Comma, Key.Key_Semicolon, Key.Key_Return, Key.Key_Enter])
def test_a_comma_a_semicolon_and_enter_make_a_chip_of_what_is_typed(scene: Scene, key: Qt.Key) -> None:
    scene.type("Ana <ana@x>")
    scene.press(key)
    assert scene.field.recipients() == (ANA,)
    assert scene.field.words.text() == ""
    assert scene.field.words.hasFocus()


def test_what_is_typed_is_told_message_by_message_and_the_chip_before_the_words_go(scene: Scene) -> None:
    scene.type("a@x;")
    assert scene.edits == [
        *(Pending(Field.TO, "a@x;"[:n]) for n in range(1, 5)),
        RecipientSplice(Field.TO, 0, 0, (Recipient("a@x"),)),
        Pending(Field.TO, ""),
    ]


def test_tab_makes_a_chip_of_what_is_typed_and_goes_on(scene: Scene) -> None:
    scene.type("Ana <ana@x>")
    scene.press(Key.Key_Tab)
    assert (scene.field.recipients(), scene.field.words.text()) == ((ANA,), "")
    assert scene.other.words.hasFocus()
    scene.type("half")
    scene.press(Key.Key_Tab)
    assert (scene.other.recipients(), scene.other.problems()) == ((Recipient("half"),), [0])
    assert scene.subject.hasFocus()


def test_tab_moves_on_when_nothing_is_typed(scene: Scene) -> None:
    scene.start(ANA)
    scene.press(Key.Key_Tab)
    assert scene.other.words.hasFocus()


def test_a_comma_within_quotes_is_part_of_the_name(scene: Scene) -> None:
    scene.type('"Cat, C" <cat@x>,')
    assert scene.field.recipients() == (CAT,)


def test_leaving_by_shift_tab_or_mouse_finishes_what_was_typed(scene: Scene) -> None:
    scene.type("bob@x")
    scene.subject.setFocus(Qt.FocusReason.MouseFocusReason)
    assert scene.field.recipients() == (BOB,)


def test_another_window_in_front_leaves_what_was_typed_alone(scene: Scene) -> None:
    scene.type("bob@x")
    scene.subject.setFocus(Qt.FocusReason.ActiveWindowFocusReason)
    assert (scene.field.recipients(), scene.field.pending()) == ((), "bob@x")


def test_enter_alone_is_kept_from_the_window_only_while_it_completes(scene: Scene) -> None:
    fired: list[str] = []
    for keys in ("Return", "Ctrl+Return"):
        action = QAction(scene.window)
        action.setShortcut(keys)
        action.triggered.connect(lambda _=False, keys=keys: fired.append(keys))
        scene.window.addAction(action)
    scene.type("bob@x")
    scene.press(Key.Key_Return)
    assert (scene.field.recipients(), fired) == ((BOB,), [])
    scene.press(Key.Key_Return, CONTROL)
    assert fired == ["Ctrl+Return"]


@pytest.mark.parametrize(
    ("key", "current"), [(Key.Key_Left, 2), (Key.Key_Backspace, 2), (Key.Key_Home, 0), (Key.Key_Delete, 2)]
)
def test_left_home_and_backspace_lead_from_the_start_of_the_words_into_the_chips(
    scene: Scene, key: Qt.Key, current: int
) -> None:
    scene.start(ANA, BOB, CAT)
    scene.press(key)
    assert (scene.field.chips.current, scene.field.chips.selected) == (current, {current})
    assert scene.field.recipients() == (ANA, BOB, CAT)


def test_the_first_backspace_selects_and_the_next_removes(scene: Scene) -> None:
    scene.start(ANA, BOB)
    scene.press(Key.Key_Backspace)
    assert scene.field.recipients() == (ANA, BOB)
    scene.press(Key.Key_Backspace)
    assert scene.field.recipients() == (ANA,)
    assert scene.field.chips.current == -1


def test_backspace_held_down_stops_at_the_chips(scene: Scene) -> None:
    scene.start(ANA)
    event = QKeyEvent(QKeyEvent.Type.KeyPress, Key.Key_Backspace, Qt.KeyboardModifier.NoModifier, "\b", True)
    QApplication.sendEvent(scene.field.words, event)
    assert (scene.field.recipients(), scene.field.chips.current) == ((ANA,), -1)


def test_backspace_within_words_deletes_words(scene: Scene) -> None:
    scene.start(ANA)
    scene.type("bo")
    scene.press(Key.Key_Backspace)
    assert (scene.field.words.text(), scene.field.chips.current) == ("b", -1)


def test_arrows_home_and_end_move_and_shift_extends(scene: Scene) -> None:
    scene.start(ANA, BOB, CAT)
    scene.press(Key.Key_Home)
    scene.press(Key.Key_Right)
    assert scene.field.chips.selected == {1}
    scene.press(Key.Key_End, SHIFT)
    assert scene.field.chips.selected == {1, 2}
    scene.press(Key.Key_Left, SHIFT)
    assert scene.field.chips.selected == {1}
    scene.press(Key.Key_Home, SHIFT)
    assert scene.field.chips.selected == {0, 1}
    scene.press(Key.Key_End)
    assert scene.field.chips.selected == {2}
    scene.press(Key.Key_Right)
    assert (scene.field.chips.selected, scene.field.chips.current) == (set(), -1)


def test_up_and_down_move_between_rows(scene: Scene) -> None:
    people = tuple(Recipient(f"person{n}@example.com") for n in range(12))
    scene.start(*people)
    scene.press(Key.Key_Home)
    scene.press(Key.Key_Down)
    below = scene.field.chips.current
    assert scene.field.chip_rect(below).left() == scene.field.chip_rect(0).left()
    assert below > 0
    scene.press(Key.Key_Up)
    assert scene.field.chips.current == 0


def test_control_a_takes_the_words_first_and_then_all_chips(scene: Scene) -> None:
    scene.start(ANA, BOB, pending="typed")
    scene.press(Key.Key_A, CONTROL)
    assert (scene.field.words.selectedText(), scene.field.chips.selected) == ("typed", set())
    scene.press(Key.Key_A, CONTROL)
    assert scene.field.chips.selected == {0, 1}
    scene.press(Key.Key_Delete)
    assert (scene.field.recipients(), scene.field.pending()) == ((), "typed")


@pytest.mark.parametrize("key", [Key.Key_Return, Key.Key_F2])
def test_enter_or_f2_edits_a_chip_in_place(scene: Scene, key: Qt.Key) -> None:
    scene.start(ANA, Recipient("jon"), BOB)
    scene.press(Key.Key_Left)
    scene.press(Key.Key_Left)
    scene.press(key)
    scene.type("@x")
    # What is typed into a chip is told before it is finished.
    assert scene.told()[0] == (ANA, Recipient("jon@x"), BOB)
    scene.press(Key.Key_Return)
    assert scene.field.recipients() == (ANA, Recipient("jon@x"), BOB)
    assert (scene.field.chips.current, scene.field.problems()) == (1, [])
    assert scene.field.words.hasFocus()


@pytest.mark.parametrize("there", ["before", "after"])
def test_tab_in_a_chip_ends_the_editing_and_goes_to_the_field_beside(scene: Scene, there: str) -> None:
    scene.start(ANA, Recipient("jon"))
    if there == "before":
        QWidget.setTabOrder(scene.subject, scene.field)
    scene.field.edit_chip(1)
    scene.type("@x")
    scene.press(*((Key.Key_Backtab, SHIFT) if there == "before" else (Key.Key_Tab,)))
    assert scene.field.recipients() == (ANA, Recipient("jon@x"))
    assert (scene.field.editor, scene.field.chips.current) == (None, -1)
    assert (scene.subject if there == "before" else scene.other.words).hasFocus()


def test_a_chip_that_is_mended_anew_gives_way_to_what_is_typed(scene: Scene) -> None:
    scene.start(Recipient("Marc Lefèvre"))
    scene.field.edit_chip(0, anew=True)
    scene.type("marc@x.example")
    scene.press(Key.Key_Return)
    assert scene.field.recipients() == (Recipient("marc@x.example"),)
    assert scene.field.undo()
    assert scene.field.recipients() == (Recipient("Marc Lefèvre"),)


@pytest.mark.parametrize("name", ["Marc Lefevre", "Marc Lefèvre"])
@pytest.mark.parametrize(
    ("key", "grown"), [(Key.Key_End, "{name}marc@x.example"), (Key.Key_Home, "marc@x.example{name}")]
)
def test_an_address_typed_right_beside_the_words_of_a_chip_takes_none_of_them_in(
    scene: Scene, name: str, key: Qt.Key, grown: str
) -> None:
    scene.start(Recipient(name))
    scene.field.edit_chip(0)
    scene.press(key)
    scene.type("marc@x.example")
    scene.press(Key.Key_Return)
    text = grown.format(name=name)
    assert (scene.field.recipients(), scene.field.problems()) == ((Recipient(text),), [0])
    # It can be put right where it stands.
    scene.field.edit_chip(0)
    assert scene.field.editor is not None
    assert scene.field.editor.text() == text
    place = text.index("marc@") if key is Key.Key_End else text.index(name)
    scene.field.editor.setCursorPosition(place)
    scene.type(" ")
    scene.press(Key.Key_Return)
    assert scene.field.recipients() == (Recipient("marc@x.example", name),)


def test_words_of_a_chip_that_were_typed_over_may_stand_in_an_address(scene: Scene) -> None:
    scene.start(Recipient("Marc Lefevre"))
    scene.field.edit_chip(0, anew=True)
    scene.type("Marc Lefevre.marc@x.example,")
    assert scene.field.recipients() == (Recipient("Lefevre.marc@x.example", "Marc"),)


def test_an_address_pasted_beside_a_name_stays_apart_from_it(scene: Scene) -> None:
    scene.start(Recipient("Marc Lefèvre"))
    clip("marc@x.example")
    scene.field.edit_chip(0)
    scene.press(Key.Key_V, CONTROL)
    scene.press(Key.Key_Return)
    scene.press(Key.Key_Right)
    scene.type("Marc Lefevre")
    scene.press(Key.Key_V, CONTROL)
    scene.press(Key.Key_Return)
    assert scene.field.recipients() == (
        Recipient("marc@x.example", "Marc Lefèvre"),
        Recipient("marc@x.example", "Marc Lefevre"),
    )
    clip("okafor@x.example")
    scene.type("james.")
    scene.press(Key.Key_V, CONTROL)
    assert scene.field.pending() == "james.okafor@x.example", "what follows one word goes on with it"


def test_escape_leaves_the_editing_and_the_chip_as_it_was(scene: Scene) -> None:
    scene.start(CAT)
    scene.field.edit_chip(0)
    scene.type("zzz")
    scene.press(Key.Key_Escape)
    assert scene.field.recipients() == (CAT,)


def test_a_chip_edited_into_a_list_becomes_several_and_an_emptied_one_goes(scene: Scene) -> None:
    scene.start(BOB, CAT)
    scene.field.edit_chip(0)
    scene.type(" ana@y,")
    assert scene.field.recipients() == (BOB, Recipient("ana@y"), CAT)
    scene.field.edit_chip(0)
    scene.press(Key.Key_A, CONTROL)
    scene.press(Key.Key_Delete)
    scene.press(Key.Key_Return)
    assert scene.field.recipients() == (Recipient("ana@y"), CAT)
    scene.press(Key.Key_Z, CONTROL)
    scene.press(Key.Key_Z, CONTROL)
    assert scene.field.recipients() == (BOB, CAT)


def test_an_edit_that_changes_nothing_keeps_even_a_routing_that_text_cannot_say(scene: Scene) -> None:
    group = Recipient("my group", "Friends", "MAPIPDL")
    scene.start(group)
    scene.field.edit_chip(0)
    scene.press(Key.Key_Return)
    assert scene.field.recipients() == (group,)
    assert scene.edits == []


def test_escape_is_taken_only_while_there_is_a_selection_to_leave(scene: Scene) -> None:
    escaped: list[bool] = []
    action = QAction(scene.window)
    action.setShortcut("Esc")
    action.triggered.connect(lambda: escaped.append(True))
    scene.window.addAction(action)
    scene.start(ANA)
    scene.press(Key.Key_Left)
    scene.press(Key.Key_Escape)
    assert (scene.field.chips.current, escaped) == (-1, [])
    scene.press(Key.Key_Escape)
    assert escaped == [True]


def test_a_message_typed_on_a_chip_goes_to_the_words(scene: Scene) -> None:
    scene.start(ANA, pending="bo")
    scene.press(Key.Key_Home)
    scene.press(Key.Key_Left)
    assert scene.field.chips.current == 0
    scene.type("b")
    assert (scene.field.pending(), scene.field.chips.current) == ("bob", -1)


def test_copied_chips_are_text_for_others_and_exact_for_us(scene: Scene) -> None:
    scene.start(ANA, Recipient("/o=Org/cn=x y", "Chef", "EX"), CAT)
    scene.press(Key.Key_A, CONTROL)
    scene.press(Key.Key_C, CONTROL)
    assert QGuiApplication.clipboard().text() == 'Ana <ana@x>; Chef <EX:/o=Org/cn=x y>; "Cat, C" <cat@x>'
    assert entry_line.from_mime(QGuiApplication.clipboard().mimeData()) == list(scene.field.recipients())


def test_chips_move_to_another_field_by_cut_tab_and_paste(scene: Scene) -> None:
    scene.start(ANA, BOB)
    scene.press(Key.Key_Left)
    scene.press(Key.Key_X, CONTROL)
    scene.press(Key.Key_Tab)
    scene.press(Key.Key_V, CONTROL)
    assert (scene.field.recipients(), scene.other.recipients()) == ((ANA,), (BOB,))


def test_a_pasted_list_becomes_chips_and_what_cannot_be_read_a_red_one(scene: Scene) -> None:
    clip('"Cat, C" <cat@x>; bob@x\nnobody here\tmailto:ana@y')
    scene.press(Key.Key_V, CONTROL)
    assert scene.field.recipients() == (CAT, BOB, Recipient("ana@y", "nobody here"))
    clip("jon exmaple; z@x")
    scene.press(Key.Key_V, CONTROL)
    assert scene.field.problems() == [3]


def test_a_list_pasted_beside_typed_words_leaves_the_words_alone(scene: Scene) -> None:
    scene.type("half")
    clip("ana@x, bob@x")
    scene.press(Key.Key_V, CONTROL)
    assert (scene.field.recipients(), scene.field.pending()) == ((Recipient("ana@x"), BOB), "half")


def test_a_pasted_piece_of_an_address_joins_what_is_typed(scene: Scene) -> None:
    scene.type("bob@")
    clip("x\n")
    scene.press(Key.Key_V, CONTROL)
    assert (scene.field.recipients(), scene.field.pending()) == ((), "bob@x")


def test_a_list_pasted_into_a_chip_that_is_edited_keeps_everyone(scene: Scene) -> None:
    scene.start(BOB)
    scene.field.edit_chip(0)
    scene.press(Key.Key_A, CONTROL)
    clip("Ana <ana@x>\nJon Doe\n")
    scene.press(Key.Key_V, CONTROL)
    scene.field.complete_pending()
    assert scene.field.recipients() == (ANA, Recipient("Jon Doe"))


def test_undo_takes_back_chips_and_gives_the_typed_words_back(scene: Scene) -> None:
    scene.start(ANA)
    scene.type("bob@x,")
    scene.press(Key.Key_Z, CONTROL)
    assert (scene.field.recipients(), scene.field.pending()) == ((ANA,), "bob@x,")
    scene.press(Key.Key_Z, CONTROL | SHIFT)
    assert (scene.field.recipients(), scene.field.pending()) == ((ANA, BOB), "")


def test_removing_scattered_chips_is_taken_back_as_one(scene: Scene) -> None:
    scene.start(ANA, BOB, CAT)
    scene.field.go_to_chip(0)
    scene.field.chips.toggle(2)
    scene.press(Key.Key_Delete)
    assert scene.field.recipients() == (BOB,)
    assert scene.field.undo()
    assert scene.field.recipients() == (ANA, BOB, CAT)
    assert scene.field.redo()
    assert scene.field.recipients() == (BOB,)
    assert not scene.field.redo()


def test_composition_never_completes_a_chip(scene: Scene) -> None:
    scene.start(ANA)
    QApplication.sendEvent(scene.field.words, QInputMethodEvent("にほん,", []))
    for key in (Key.Key_Return, Key.Key_Left, Key.Key_Backspace, Key.Key_Comma):
        scene.press(key)
    assert scene.field.recipients() == (ANA,)
    assert scene.field.chips.current == -1
    commit = QInputMethodEvent()
    commit.setCommitString("李@例え.jp；")  # noqa: RUF001 - the semicolon an input method gives
    scene.field.words.setText("")
    QApplication.sendEvent(scene.field.words, commit)
    assert scene.field.recipients() == (ANA, Recipient("李@例え.jp"))


def test_a_red_chip_says_why_and_so_does_a_mark_of_the_servers(scene: Scene) -> None:
    scene.start(ANA, Recipient("jon"), Recipient("<b>@x", "<b>Bold</b>"))
    assert scene.field.problems() == [1, 2]
    scene.field.mark_problem(0, "This mailbox is full.")
    assert scene.field.problems() == [0, 1, 2]
    assert "This mailbox is full." in tooltip(scene.field.chips.items[0])
    assert "“jon” is not a complete address." in tooltip(scene.field.chips.items[1])
    assert "<b>" not in tooltip(scene.field.chips.items[2])
    scene.field.mark_problem(0, "")
    assert scene.field.problems() == [1, 2]


def test_the_screen_reader_hears_label_number_and_the_chip_under_the_cursor(scene: Scene) -> None:
    scene.start(ANA, Recipient("jon"))
    assert (scene.field.accessibleName(), scene.field.accessibleDescription()) == ("To", "2 recipients")
    scene.press(Key.Key_Left)
    heard = "jon, 2 of 2. “jon” is not a complete address."
    assert scene.field.words.accessibleName() == heard
    assert scene.field.accessibleDescription() == "2 recipients. " + heard
    scene.press(Key.Key_Left, SHIFT)
    assert scene.field.words.accessibleName() == "Ana <ana@x>, 1 of 2. 2 selected"
    scene.press(Key.Key_Escape)
    assert scene.field.words.accessibleName() == "To"


def test_a_long_paste_is_read_elsewhere_and_keeps_its_place(scene: Scene) -> None:
    many = [Recipient(f"person{n}@example.com") for n in range(10_000)]
    scene.start(ANA)
    clip("\n".join(recipient.address for recipient in many))
    scene.press(Key.Key_V, CONTROL)
    scene.type("bob@x,half")
    # Already safe in the journal, though not read yet.
    assert many[-1].address in scene.told()[0][1].address
    assert (len(scene.field.recipients()), scene.field.problems()) == (3, [])
    scene.elsewhere.end()
    assert scene.field.recipients() == (ANA, *many, BOB)
    assert scene.field.pending() == "half"
    scene.qtbot.waitUntil(lambda: scene.field._flow.laid == 10_002)
    assert scene.field.words.geometry().intersects(scene.field.viewport().rect())
    assert scene.field.height() < 130


def test_a_long_paste_can_be_sent_before_it_is_read_and_taken_back_as_one(scene: Scene) -> None:
    clip("\n".join(f"person{n}@example.com" for n in range(1_000)))
    scene.press(Key.Key_V, CONTROL)
    assert scene.field.complete_pending()
    assert len(scene.field.recipients()) == 1_000
    scene.elsewhere.end()
    assert len(scene.field.recipients()) == 1_000
    assert scene.field.undo()
    assert scene.field.recipients() == ()


def test_a_long_paste_is_read_in_a_thread_by_itself(qtbot: QtBot) -> None:
    field = RecipientsField(Field.TO, "To")
    qtbot.addWidget(field)
    field.insert_list("\n".join(f"person{n}@example.com" for n in range(2_000)), 0)
    qtbot.waitUntil(lambda: len(field.recipients()) == 2_000)


def _drop(field: RecipientsField, point: QPoint, mime: QMimeData) -> Qt.DropAction:
    move = Qt.DropAction.MoveAction
    enter = QDragEnterEvent(point, move, mime, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(field.viewport(), enter)
    assert enter.isAccepted()
    event = QDropEvent(QPointF(point), move, mime, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(field.viewport(), event)
    return event.dropAction() if event.isAccepted() else Qt.DropAction.IgnoreAction


def test_a_chip_dragged_to_another_field_moves_there(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    scene.start(ANA, BOB)

    def carry(recipients: tuple[Recipient, ...]) -> Qt.DropAction:
        return _drop(scene.other, QPoint(300, 10), entry_line.to_mime(recipients))

    # The desktop's part of a drag.
    monkeypatch.setattr(scene.field.pointer, "run_drag", carry)
    viewport, start = scene.field.viewport(), scene.field.chip_rect(0).center()
    scene.qtbot.mousePress(viewport, Qt.MouseButton.LeftButton, pos=start)
    scene.qtbot.mouseMove(viewport, start + QPoint(40, 0))
    scene.qtbot.mouseRelease(viewport, Qt.MouseButton.LeftButton, pos=start + QPoint(40, 0))
    assert (scene.field.recipients(), scene.other.recipients()) == ((BOB,), (ANA,))


def test_text_dropped_on_the_field_is_read_like_a_paste(scene: Scene) -> None:
    scene.start(BOB)
    mime = QMimeData()
    mime.setText("mailto:ana@x")
    _drop(scene.field, scene.field.chip_rect(0).topLeft(), mime)
    assert scene.field.recipients() == (Recipient("ana@x"), BOB)


def test_a_click_selects_control_adds_shift_extends_and_a_double_click_edits(scene: Scene) -> None:
    scene.start(ANA, BOB, CAT)
    viewport, left = scene.field.viewport(), Qt.MouseButton.LeftButton
    places = [scene.field.chip_rect(index).center() for index in range(3)]
    scene.qtbot.mouseClick(viewport, left, pos=places[0])
    assert scene.field.chips.selected == {0}
    scene.qtbot.mouseClick(viewport, left, CONTROL, places[2])
    assert scene.field.chips.selected == {0, 2}
    scene.qtbot.mouseClick(viewport, left, pos=places[0])
    scene.qtbot.mouseClick(viewport, left, SHIFT, places[1])
    assert scene.field.chips.selected == {0, 1}
    scene.qtbot.mouseDClick(viewport, left, pos=places[1])
    assert scene.field.editing == 1
    scene.qtbot.mouseClick(viewport, left, pos=QPoint(500, 10))
    assert (scene.field.editing, scene.field.chips.selected) == (-1, set())


def test_the_menu_edits_copies_cuts_and_removes(scene: Scene) -> None:
    scene.start(ANA, BOB)
    scene.field.go_to_chip(1)
    menu = scene.field.open_chip_menu()
    actions = {action.text(): action for action in menu.actions() if action.text()}
    assert list(actions) == ["Edit", "Cut", "Copy", "Paste", "Remove"]
    actions["Cut"].trigger()
    assert (scene.field.recipients(), QGuiApplication.clipboard().text()) == ((ANA,), "bob@x")
    menu.deleteLater()


def test_the_field_grows_to_four_rows_and_then_scrolls(scene: Scene) -> None:
    heights = []
    for count in (0, 1, 8, 16, 100):
        scene.start(*(Recipient(f"person{n}@example.com") for n in range(count)))
        scene.field.finish_placing()
        heights.append(scene.field.height())
    assert heights[0] == heights[1] == 32
    assert heights == sorted(heights)
    assert heights[-1] == 116
    assert scene.field.verticalScrollBar().maximum() > 0


def test_a_field_that_is_switched_off_takes_nothing(scene: Scene) -> None:
    scene.start(ANA)
    scene.field.setEnabled(False)
    scene.qtbot.mouseDClick(scene.field.viewport(), Qt.MouseButton.LeftButton, pos=scene.field.chip_rect(0).center())
    assert (scene.field.editing, scene.field.recipients()) == (-1, (ANA,))


def test_the_tooltip_is_that_of_the_chip_under_the_mouse(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[str] = []
    # The platform of the tests has no windows to raise, and says so.
    monkeypatch.setattr(
        "app.ui.recipients.canvas.QToolTip.showText", lambda _point, words, _widget: shown.append(words)
    )
    scene.start(ANA)
    point = scene.field.chip_rect(0).center()
    event = QHelpEvent(QHelpEvent.Type.ToolTip, point, scene.field.viewport().mapToGlobal(point))
    assert QApplication.sendEvent(scene.field.viewport(), event)
    assert shown == ["<span>Ana &lt;ana@x&gt;</span>"]


@pytest.mark.parametrize("scheme", [theme.LIGHT, theme.DARK])
@pytest.mark.parametrize("bad", [False, True])
@pytest.mark.parametrize("selected", [False, True])
def test_words_on_chips_have_the_contrast_that_wcag_asks_for(scheme: theme.Scheme, bad: bool, selected: bool) -> None:
    palette = QPalette()
    palette.setColor(QPalette.ColorRole.Base, QColor(scheme.pane))
    palette.setColor(QPalette.ColorRole.Text, QColor(scheme.text))
    palette.setColor(QPalette.ColorRole.Highlight, QColor(scheme.accent))
    fill, ink, _ = chip_colors(palette, bad, selected)

    def luminance(color: QColor) -> float:
        parts = (color.redF(), color.greenF(), color.blueF())
        red, green, blue = (c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    darker, lighter = sorted((luminance(fill), luminance(ink)))
    assert (lighter + 0.05) / (darker + 0.05) >= 4.5


# --- whose address is seen -------------------------------------------------------------------------------------------


def chip_of(scene: Scene, recipient: Recipient, *, familiar: bool = False) -> Chip:
    scene.field.is_familiar = lambda _recipient: familiar
    scene.start(recipient)
    (chip,) = scene.field.chips.items
    return chip


@pytest.mark.parametrize(
    ("recipient", "familiar", "beside"),
    [
        (ANA, False, "ana@x"),
        (ANA, True, ""),
        (BOB, False, ""),
        (Recipient("/o=Org/cn=x", "Chef", "EX"), False, ""),
        (Recipient("a@xn--bcher-kva.example", "A"), False, "a@bücher.example"),
    ],
)
def test_a_name_alone_stands_only_on_the_chip_of_somebody_familiar(
    scene: Scene, recipient: Recipient, familiar: bool, beside: str
) -> None:
    assert chip_of(scene, recipient, familiar=familiar).shown_beside() == beside


def test_what_is_wrong_with_an_address_is_seen_beside_a_name_too(scene: Scene) -> None:
    chip = chip_of(scene, Recipient("jon@exmaple,com", "Jon"), familiar=True)
    assert chip.shown_beside() == "jon@exmaple,com"


@pytest.mark.parametrize("name", ["", "Ana", "A name as long as no field is wide, of a whole department and its head"])
@pytest.mark.parametrize("domain", ["x.example", "mail.northern-region.a-very-long-organisation.example"])
def test_a_domain_is_never_cut_as_long_as_the_field_has_room(scene: Scene, name: str, domain: str) -> None:
    recipient = Recipient(f"{'someone.' * 7}s@{domain}", name)
    chip = chip_of(scene, recipient)
    metrics = scene.field.fontMetrics()
    around = 2 * 11 + (7 + metrics.horizontalAdvance(name[:20]) if name else 0)
    room = scene.field.chip_rect(0).width() - min(around, 2 * 11 + 7 + 48)
    shown = elided_address(recipient.address, metrics, room)
    assert shown.endswith(f"@{domain}")
    assert chip.width <= scene.field.viewport().width()


def test_where_not_even_the_domain_has_room_its_end_is_seen(scene: Scene) -> None:
    metrics = scene.field.fontMetrics()
    shown = elided_address(
        "ana@mail.northern-region.example", metrics, metrics.horizontalAdvance("…region.example") + 6
    )
    assert shown.startswith("…")
    assert shown.endswith("region.example")
