"""The word in the status bar of the window: its seconds are true, and Undo means what it says."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from app.domain.message import LocalId
from app.views.shell.main_window import Window
from app.views.shell.status_bar import StatusBar

A, B = LocalId("a"), LocalId("b")


class Seen:
    """A foot in a window, with a clock that a test sets."""

    def __init__(self, qtbot: QtBot) -> None:
        self.window = Window()
        qtbot.addWidget(self.window)
        self.window.show()
        self.time = 100.0
        self.status_bar = StatusBar(self.window, lambda: self.time)
        self.undone: list[str] = []

    def undo(self, what: str) -> None:
        self.undone.append(what)

    def passes(self, seconds: int) -> None:
        for _ in range(seconds):
            self.time += 1
            if self.status_bar._tick.isActive():
                self.status_bar._tick.timeout.emit()

    @property
    def words(self) -> str:
        labels = self.window.status_bar.findChildren(QLabel)
        return labels[0].text() if self.window.status_bar.isVisible() else ""

    @property
    def idle(self) -> bool:
        return not self.status_bar._tick.isActive()


@pytest.fixture
def seen(qtbot: QtBot) -> Seen:
    return Seen(qtbot)


def test_the_seconds_grow_fewer_and_the_clock_stops_with_them(seen: Seen) -> None:
    ticks: list[None] = []
    seen.status_bar.ticked.subscribe(ticks.append)
    seen.status_bar.count_down((A,), 103.0, lambda: seen.undo("send"))
    said = [seen.words]
    for _ in range(3):
        seen.passes(1)
        said.append(seen.words)
    assert said == ["Sending in 3 s", "Sending in 2 s", "Sending in 1 s", "Sending…"]
    assert not seen.status_bar.can_undo()
    assert seen.idle
    assert len(ticks) == 4


def test_undo_is_done_once(seen: Seen) -> None:
    seen.status_bar.count_down((A,), 105.0, lambda: seen.undo("send"))
    seen.status_bar.undo()
    seen.status_bar.undo()
    assert seen.undone == ["send"]
    assert seen.words == ""


def test_another_word_does_not_take_the_undo_of_a_send_that_waits(seen: Seen) -> None:
    seen.status_bar.count_down((A,), 105.0, lambda: seen.undo("send"))
    seen.status_bar.show_words("Details copied")
    seen.passes(1)
    assert seen.words == "Details copied"
    seen.status_bar.undo()
    assert seen.undone == ["send"]


def test_a_newer_undo_takes_the_place_of_an_older_one(seen: Seen) -> None:
    seen.status_bar.count_down((A,), 105.0, lambda: seen.undo("send"))
    seen.status_bar.show_words("Discarded", lambda: seen.undo("discard"))
    seen.status_bar.undo()
    assert seen.undone == ["discard"]


def test_when_the_time_is_over_behind_another_word_that_word_stays(seen: Seen) -> None:
    seen.status_bar.count_down((A,), 102.0, lambda: seen.undo("send"))
    seen.status_bar.show_words("Details copied")
    seen.passes(3)
    assert seen.words == "Details copied"
    assert seen.idle
    assert not seen.status_bar.can_undo()


def test_what_is_taken_back_by_other_means_is_counted_no_more(seen: Seen) -> None:
    seen.status_bar.count_down((A, B), 105.0, lambda: seen.undo("send"))
    assert seen.words == "Sending 2 messages in 5 s"
    seen.status_bar.went(A, back=True)
    assert seen.words == "Sending in 5 s"
    seen.status_bar.went(B, back=True)
    assert seen.words == ""
    assert not seen.status_bar.can_undo()


def test_what_is_sent_at_once_by_other_means_is_said_to_be_on_its_way(seen: Seen) -> None:
    seen.status_bar.count_down((A,), 105.0, lambda: seen.undo("send"))
    seen.status_bar.went(A, back=False)
    assert seen.words == "Sending…"
    assert not seen.status_bar.can_undo()
    assert seen.idle


def test_a_message_that_the_foot_does_not_count_changes_nothing(seen: Seen) -> None:
    seen.status_bar.show_words("Discarded", lambda: seen.undo("discard"))
    seen.status_bar.went(A, back=True)
    assert seen.words == "Discarded"
    assert seen.status_bar.can_undo()


@pytest.mark.parametrize(
    ("sent", "failed", "words"),
    [
        ((A,), 0, "Sent"),
        ((A, B), 0, "2 messages sent"),
        ((A,), 2, "1 sent, 2 need attention"),
        ((), 1, "1 needs attention"),
    ],
)
def test_what_became_of_a_batch_is_summed_up(seen: Seen, sent: tuple[LocalId, ...], failed: int, words: str) -> None:
    seen.status_bar.sent(sent, failed)
    assert seen.words == words


def test_what_failed_is_named(seen: Seen) -> None:
    seen.status_bar.sent((), 1, ["Offer"], "Nothing was sent.")
    assert seen.words == "“Offer”: Nothing was sent."
    seen.status_bar.sent((A,), 1, ["Offer"], "Nothing was sent.")
    assert seen.words == "1 sent, 1 needs attention (Offer)"
    seen.status_bar.keep_back(1)
    seen.status_bar.sent((A,), 1, ["Offer"], "Nothing was sent.")
    assert seen.words == "1 sent, 2 need attention"


def test_what_was_done_before_is_undone_after_it(seen: Seen) -> None:
    seen.status_bar.show_words("Discarded", lambda: seen.undo("discard"))
    seen.status_bar.show_words("Moved", lambda: seen.undo("move"))
    seen.status_bar.show_words("Details copied")
    for _ in range(3):
        seen.status_bar.undo()
    assert seen.undone == ["move", "discard"]


def test_a_send_that_waits_is_counted_on_after_another_deed_was_undone(seen: Seen) -> None:
    seen.status_bar.count_down((A,), 160.0, lambda: seen.undo("send"))
    seen.status_bar.show_words("Discarded", lambda: seen.undo("discard"))
    seen.status_bar.undo()
    assert seen.words == "Sending in 60 s"
    seen.passes(1)
    assert seen.words == "Sending in 59 s"
    seen.status_bar.undo()
    assert seen.undone == ["discard", "send"]
    assert seen.words == ""
    assert seen.idle


def test_two_sends_that_wait_are_undone_one_by_one_the_last_first(seen: Seen) -> None:
    seen.status_bar.count_down((A,), 105.0, lambda: seen.undo("a"))
    seen.passes(2)
    seen.status_bar.count_down((B,), 107.0, lambda: seen.undo("b"))
    assert seen.words == "Sending in 5 s"
    seen.status_bar.undo()
    assert seen.words == "Sending in 3 s"
    seen.status_bar.undo()
    assert seen.undone == ["b", "a"]


def test_a_word_gives_way_to_the_count_when_it_was_read(seen: Seen) -> None:
    seen.status_bar.count_down((A,), 160.0, lambda: seen.undo("send"))
    seen.status_bar.show_words("Details copied")
    seen.status_bar._leave.timeout.emit()
    assert seen.words == "Sending in 60 s"


def test_a_send_that_has_gone_is_no_way_back_any_more_and_an_older_discard_is(seen: Seen) -> None:
    seen.status_bar.show_words("Discarded", lambda: seen.undo("discard"))
    seen.status_bar.count_down((A,), 102.0, lambda: seen.undo("send"))
    seen.passes(3)
    seen.status_bar.undo()
    assert seen.undone == ["discard"]


# --- a hint ----------------------------------------------------------------------------------------------------------

NOTHING = "Nothing was sent: no draft is open"


def test_a_hint_stands_beside_the_countdown_and_goes_by_itself(seen: Seen) -> None:
    seen.status_bar.count_down((A,), 105.0, lambda: seen.undo("send"))
    seen.status_bar.hint(NOTHING)
    assert seen.words == f"{NOTHING}  ·  Sending in 5 s"
    seen.passes(1)
    assert seen.words == f"{NOTHING}  ·  Sending in 4 s"
    seen.status_bar._hinted.timeout.emit()
    assert seen.words == "Sending in 4 s"
    seen.status_bar.undo()
    assert seen.undone == ["send"]


def test_a_hint_outlives_what_the_program_says_by_itself(seen: Seen) -> None:
    """Also where the countdown ends, and the message goes, at once after it: the person reads it for its own time."""
    seen.status_bar.count_down((A,), 101.0, lambda: seen.undo("send"))
    seen.status_bar.hint(NOTHING)
    seen.passes(1)
    assert seen.words == f"{NOTHING}  ·  Sending…"
    seen.status_bar.sent((A,), 0)
    assert seen.words == f"{NOTHING}  ·  Sent"
    seen.status_bar._hinted.timeout.emit()
    assert seen.words == "Sent"
    seen.status_bar._leave.timeout.emit()
    assert seen.words == ""


def test_a_hint_that_stands_alone_stays_beside_what_comes(seen: Seen) -> None:
    seen.status_bar.hint(NOTHING)
    seen.status_bar.count_down((A,), 105.0, lambda: seen.undo("send"))
    assert seen.words == f"{NOTHING}  ·  Sending in 5 s"
    seen.status_bar.went(A, back=True)
    assert seen.words == NOTHING
    seen.status_bar._hinted.timeout.emit()
    assert seen.words == ""


def test_a_hint_takes_the_place_of_what_was_done_and_leaves_it_undoable(seen: Seen) -> None:
    seen.status_bar.show_words("Discarded", lambda: seen.undo("discard"))
    seen.status_bar.hint(NOTHING)
    assert seen.words == NOTHING
    seen.status_bar.undo()
    assert seen.undone == ["discard"]
    assert seen.words == ""


def test_a_hint_leaves_what_can_be_stopped(seen: Seen) -> None:
    seen.status_bar.busy("Sending: 1 of 9", lambda: seen.undo("stop"))
    seen.status_bar.hint(NOTHING)
    seen.status_bar.busy("Sending: 2 of 9", lambda: seen.undo("stop"))
    assert seen.words == f"{NOTHING}  ·  Sending: 2 of 9"
    seen.window.status_bar.action_wanted.emit()
    assert seen.undone == ["stop"]


def test_a_hint_ends_with_what_the_person_does_next(seen: Seen) -> None:
    seen.status_bar.hint(NOTHING)
    seen.status_bar.show_words("Discarded", lambda: seen.undo("discard"))
    assert seen.words == "Discarded"
    seen.status_bar.hint(NOTHING)
    seen.status_bar.offer("Moved", None)
    assert seen.words == "Moved"
