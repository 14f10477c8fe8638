"""The ways back: newest first, as far as they still lead anywhere, and not without end."""

from __future__ import annotations

from app.services.outbox.undoing import MOST, UndoStack


def test_what_was_done_last_is_undone_first() -> None:
    undoing, done = UndoStack(), list[str]()
    for word in ("send", "discard", "move"):
        undoing.push(lambda word=word: done.append(word))  # type: ignore[misc]  # a default binds it
    while (way := undoing.pop()) is not None:
        way.back()
    assert done == ["move", "discard", "send"]
    assert undoing.newest() is None


def test_what_cannot_be_undone_any_more_is_passed_over() -> None:
    undoing, waits = UndoStack(), [True]
    undoing.push(lambda: None, "discard")
    undoing.push(lambda: None, "send", still=lambda: waits[0])
    assert (undoing.newest() or undoing).words == "send"  # type: ignore[union-attr]  # there is one
    waits[0] = False
    way = undoing.pop()
    assert way is not None
    assert way.words == "discard"


def test_their_number_is_bounded_and_the_oldest_goes_first() -> None:
    undoing = UndoStack()
    for number in range(MOST + 5):
        undoing.push(lambda: None, str(number))
    words = []
    while (way := undoing.pop()) is not None:
        words.append(way.words)
    assert (len(words), words[0], words[-1]) == (MOST, str(MOST + 4), "5")


def test_one_that_was_undone_by_other_means_is_forgotten() -> None:
    undoing = UndoStack()
    way = undoing.push(lambda: None)
    other = undoing.push(lambda: None)
    undoing.forget(way)
    undoing.forget(way)
    assert undoing.pop() is other
    assert undoing.pop() is None


def test_changes_are_told() -> None:
    undoing, told = UndoStack(), list[None]()
    undoing.changed.subscribe(told.append)
    undoing.pop()
    assert told == []
    undoing.push(lambda: None)
    undoing.pop()
    assert len(told) == 2
