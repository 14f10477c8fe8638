"""A defect reaches the crash report from wherever it happens, by its place and without its words."""

from __future__ import annotations

import gc
import sys
import threading
from collections.abc import Iterator

import pytest

from app.core import defects
from app.core.events import Event

SECRET = "the words of a message"


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The places that the person is shown."""
    for name in ("excepthook", "unraisablehook"):
        monkeypatch.setattr(sys, name, getattr(sys, name))
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    told: list[str] = []
    defects.show_with(told.append)
    defects.catch_all()
    yield told
    defects.show_with(None)


def failing() -> None:
    raise ValueError(SECRET)


def only(shown: list[str]) -> str:
    assert len(shown) == 1
    assert SECRET not in shown[0]
    assert "ValueError" in shown[0]
    assert "in failing" in shown[0]
    return shown[0]


def test_of_a_listener_and_the_others_are_called_all_the_same(shown: list[str]) -> None:
    event: Event[int] = Event()
    heard: list[int] = []
    event.subscribe(lambda _: failing())
    event.subscribe(heard.append)
    event.emit(7)
    assert heard == [7]
    assert "core/events.py" in only(shown)


def test_of_a_thread(shown: list[str]) -> None:
    thread = threading.Thread(target=failing)
    thread.start()
    thread.join()
    only(shown)


def test_of_the_hook_that_qt_calls_for_a_slot(shown: list[str]) -> None:
    try:
        failing()
    except ValueError as error:
        sys.excepthook(ValueError, error, error.__traceback__)
    only(shown)


def test_of_a_destructor(shown: list[str]) -> None:
    class Dying:
        def __del__(self) -> None:
            failing()

    one = Dying()
    del one
    gc.collect()
    only(shown)


def test_the_same_defect_is_shown_once(shown: list[str]) -> None:
    event: Event[int] = Event()
    event.subscribe(lambda _: failing())
    for number in range(5):
        event.emit(number)
    only(shown)


def test_what_a_defect_came_of_is_told_too_and_no_folder_of_the_person(shown: list[str]) -> None:
    def outer() -> None:
        try:
            failing()
        except ValueError:
            raise RuntimeError(SECRET) from None

    def with_cause() -> None:
        try:
            failing()
        except ValueError as error:
            raise KeyError(SECRET) from error

    for act in (outer, with_cause):
        try:
            act()
        except (RuntimeError, KeyError) as error:
            defects.report(error)
    assert "ValueError" not in shown[0], "it was left out on purpose"
    assert "KeyError" in shown[1]
    assert "ValueError" in shown[1]
    assert not any(SECRET in one or "/home" in one or "/root" in one for one in shown)


def test_an_end_by_the_person_is_no_defect(shown: list[str]) -> None:
    for end in (KeyboardInterrupt(), SystemExit(3)):
        sys.excepthook(type(end), end, None)
    assert shown == []
