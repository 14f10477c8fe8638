"""A few scenarios of the key fuzzer (tests/bench/keys), which has a command of its own: docs/benchmarks.md."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest

from tests.bench.keys.answers import Answers
from tests.bench.keys.run import Choice, Runner
from tests.bench.keys.world import Ground
from tests.end2end.desktop import ROOT, Desktop

SEEDS: Final = (0, 5, 6, 9, 12, 14)
"""Fast and slow, with a kept account and with --sandbox, from the start and later; none that takes long."""


@pytest.mark.timeout(300)
def test_every_key_of_some_random_scenarios_lands_where_it_was_meant(desktop: Desktop, tmp_path: Path) -> None:
    ground = Ground(desktop, tmp_path, ROOT)
    with ground.ready(), Answers(desktop.environment["DISPLAY"]) as answers:
        tally = Runner(ground, answers, Choice(slow_disk=0, logs=desktop.shots)).run(SEEDS)
    assert not tally.failed, tally.summary()
