"""A few scenarios of the key fuzzer (tests/bench/keys), which has a command of its own: docs/benchmarks.md."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest

from tests.bench.keys.answers import Answers
from tests.bench.keys.hands import Hands
from tests.bench.keys.run import Choice, Runner
from tests.bench.keys.world import Ground
from tests.end2end.desktop import ROOT, Desktop, wait_until
from tests.end2end.program import Launcher

SEEDS: Final = (0, 5, 10, 12, 16, 17)
"""Fast and slow, with a kept account and with --sandbox, from the start and later; none that takes long."""


def test_hands_that_type_as_soon_as_a_window_has_the_keys_lose_nothing_in_a_bare_one(
    desktop: Desktop, mailwright: Launcher
) -> None:
    words = "sofia.lindqvist@contoso.com 1, 2"
    hands = Hands(desktop.environment["DISPLAY"])
    try:
        program = mailwright.start_command("-m", "tests.end2end.demo_window")
        wait_until(lambda: hands.active_process() == program.process.pid, "the window has the keys")
        for sign in words:
            hands.press(sign)
    finally:
        hands.close()
    assert program.wait_until_accessible(words, role="text")["text"] == words


@pytest.mark.timeout(300)
def test_every_key_of_some_random_scenarios_lands_where_it_was_meant(desktop: Desktop, tmp_path: Path) -> None:
    ground = Ground(desktop, tmp_path, ROOT)
    with ground.ready(), Answers(desktop.environment["DISPLAY"]) as answers:
        tally = Runner(ground, answers, Choice(slow_disk=0, logs=desktop.shots)).run(SEEDS)
    assert not tally.failed, tally.summary()
