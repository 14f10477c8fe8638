"""What is handed to the writer: in order, at once where somebody waits, and without waking it for each key."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator

import pytest

from app.storage import write_queue
from app.storage.write_queue import WriteQueue

KEY, TASK, STOP = "key", "task", "stop"


@pytest.fixture
def door() -> WriteQueue[str]:
    return WriteQueue(hurried=lambda entry: not entry.startswith(KEY), last=lambda entry: entry == STOP)


@pytest.fixture
def later() -> Iterator[Callable[[float, Callable[[], None]], None]]:
    timers: list[threading.Timer] = []

    def start(seconds: float, act: Callable[[], None]) -> None:
        timers.append(threading.Timer(seconds, act))
        timers[-1].start()

    yield start
    for timer in timers:
        timer.join()


def test_what_lies_there_is_taken_in_its_order(door: WriteQueue[str]) -> None:
    for entry in ("key 1", TASK, "key 2"):
        door.put(entry)
    assert door.take_all(1) == ["key 1", TASK, "key 2"]
    assert not door.waits()


def test_nothing_comes_and_patience_ends(door: WriteQueue[str]) -> None:
    assert door.take_all(0.01) == []


def test_it_waits_for_what_comes(door: WriteQueue[str], later: Callable[[float, Callable[[], None]], None]) -> None:
    later(0.05, lambda: door.put(TASK))
    assert door.take_all(10) == [TASK]


def test_keys_that_come_together_are_taken_together(door: WriteQueue[str]) -> None:
    door.put("key 1")
    threading.Timer(write_queue.GATHER / 5, lambda: door.put("key 2")).start()
    taken = door.take_all(1)
    assert taken + ([] if len(taken) == 2 else door.take_all(1)) == ["key 1", "key 2"]


def test_a_key_of_somebody_who_types_wakes_nobody_and_is_taken_all_the_same(
    door: WriteQueue[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(write_queue, "RESTED", 60.0)
    door.put("key 1")
    assert door.take_all(None) == ["key 1"]
    waiting = threading.Thread(target=lambda: taken.append(door.take_all(None)))
    taken: list[list[str]] = []
    waiting.start()
    door.put("key 2")
    assert not door._hurry.is_set()
    waiting.join(10)
    assert taken == [["key 2"]]


def test_what_somebody_waits_for_is_taken_at_once_while_one_types(
    door: WriteQueue[str],
    monkeypatch: pytest.MonkeyPatch,
    later: Callable[[float, Callable[[], None]], None],
) -> None:
    monkeypatch.setattr(write_queue, "GATHER", 60.0)
    door.put(TASK)
    door.put("key 1")
    assert door.take_all(None) == [TASK, "key 1"]
    door.put(TASK)
    assert door.take_all(None) == [TASK]
    later(0.05, lambda: door.put(TASK))
    assert door.take_all(None) == [TASK], "it did not wait out the time for which keys gather"


def test_once_one_rests_a_key_wakes_again(door: WriteQueue[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(write_queue, "RESTED", 0.02)
    door.put("key 1")
    assert door.take_all(None) == ["key 1"]
    assert door.take_all(0.1) == []
    door.put("key 2")
    assert door.take_all(None) == ["key 2"]


def test_nothing_is_taken_after_the_last_but_what_came_is_not_forgotten(door: WriteQueue[str]) -> None:
    for entry in ("key 1", STOP, "key 2", TASK):
        door.put(entry)
    assert door.take_all(None) == ["key 1", STOP]
    assert door.rest() == ["key 2", TASK]
    door.put(STOP)
    door.put("key 3")
    assert door.take_all(None) == [STOP]
    assert door.rest() == ["key 3"]


def test_nothing_is_taken_after_the_last_where_nobody_typed_either(door: WriteQueue[str]) -> None:
    door.put(STOP)
    door.put("key 1")
    assert door.take_all(None) == [STOP]
    assert door.rest() == ["key 1"]


def test_many_hands_at_once_lose_nothing(door: WriteQueue[str]) -> None:
    def work(hand: int) -> None:
        for number in range(300):
            door.put(f"{KEY if number % 3 else TASK} {hand} {number}")
            if number % 50 == 0:
                time.sleep(0.001)

    hands = [threading.Thread(target=work, args=(hand,)) for hand in range(4)]
    for hand in hands:
        hand.start()
    taken: list[str] = []
    while len(taken) < 1200:
        batch = door.take_all(10)
        assert batch, "what was handed over did not arrive"
        taken += batch
    for number in range(4):
        mine = [int(entry.split()[2]) for entry in taken if int(entry.split()[1]) == number]
        assert mine == list(range(300))
