"""Some hundred cases of each door, the same ones each time: none fails, and none takes longer than by its length."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.bootstrap.adapters import LateContent
from tests.fuzz.doors import HERE, THERE
from tests.fuzz.inputs import made
from tests.fuzz.run import try_there

CASES = 60
MOST_LOOKS = 2_000
"""How often a door may look at each character: ten times the slowest. A square would be 100 000 times."""


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LateContent]:
    place: Path = tmp_path_factory.mktemp("marks")
    processes = LateContent(place)
    yield processes
    processes.close()


def _seconds(work: Callable[[str], object], text: str) -> float:
    began = time.process_time()
    work(text)
    return time.process_time() - began


def _look_at_each_character(text: str) -> int:
    return sum(character.isalnum() for character in text)


@pytest.mark.parametrize("door", HERE)
def test_what_is_read_here_takes_a_time_like_its_length(door: str) -> None:
    for seed in range(CASES):
        text = made(seed).ljust(1_000)  # of less, both times are none
        HERE[door](text[:10])  # what is loaded late is no part of the time
        # Both are measured in one breath: what holds the machine up holds up both.
        times = min(_seconds(HERE[door], text) / max(_seconds(_look_at_each_character, text), 1e-6) for _ in range(2))
        assert times < MOST_LOOKS, f"seed {seed}: each of {len(text)} characters was looked at {times:.0f} times"


@pytest.mark.parametrize("door", THERE)
def test_what_is_read_there_comes_back_or_is_too_complex(door: str, read: LateContent) -> None:
    for seed in range(0, CASES, 3):
        try_there(door, made(seed), read)
    assert len(read.pids) <= 3
