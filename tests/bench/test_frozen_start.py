"""From the start of the process to the first picture: the frozen program beside the source tree, in turn.

Nothing in a frozen program can be watched from inside, so that both are watched from outside: Qt is asked by its own
logging rules to say when it hands a picture to the display. What is aimed at: 1.1 times the source tree.
"""

from __future__ import annotations

import os
import signal
import statistics
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.bench.children import start_environment
from tests.end2end import processes
from tests.sandbox_fixture import ROOT

pytestmark = [pytest.mark.bench, pytest.mark.timeout(900)]

PAIRS = 11
FROZEN = Path(os.environ.get("MAILWRIGHT_FROZEN") or ROOT / "build/frozen/mailwright/mailwright")
SAY = {
    "QT_LOGGING_RULES": "qt.widgets.painting=true",
    "QT_FORCE_STDERR_LOGGING": "1",
    # Where the cache of compiled Python is held to what is in the tree, as for a person who starts it daily.
    "PYTHONDONTWRITEBYTECODE": "",
}


def _first_picture(command: list[str], environment: dict[str, str]) -> float:
    """Start once and return milliseconds to the first picture; everything is ended again."""
    began = time.monotonic_ns()
    child = subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL)
    assert child.stderr is not None
    try:
        for line in child.stderr:
            if b"Flushing" in line:
                return (time.monotonic_ns() - began) / 1e6
        raise AssertionError(f"it ended with {child.wait()} before it was painted")
    finally:
        family = list(processes.below(child.pid))
        child.kill()
        child.wait()
        child.stderr.close()
        for pid in family:
            processes.signal_one(pid, signal.SIGKILL)


@pytest.mark.skipif(not FROZEN.exists(), reason="nothing was frozen (python3 dev.py package bundle)")
def test_the_frozen_program_beside_the_source_tree(display: dict[str, str], tmp_path: Path) -> None:
    source, frozen = [], []
    for number in range(PAIRS + 1):
        environment = {**start_environment(display), **SAY, "HOME": str(tmp_path)}
        environment["MAILWRIGHT_DATA"] = str(tmp_path / f"data-{number}")
        one = _first_picture([sys.executable, "-m", "app"], environment)
        environment["MAILWRIGHT_DATA"] = str(tmp_path / f"frozen-{number}")
        other = _first_picture([str(FROZEN)], environment)
        if number:  # the first fills the caches of files
            source.append(one)
            frozen.append(other)
    ratio = statistics.median(theirs / ours for ours, theirs in zip(source, frozen, strict=True))
    print(f"\nmedians of {PAIRS} pairs, milliseconds from the start of the process to the first picture")
    print(f"  source tree {statistics.median(source):.0f} ({min(source):.0f} to {max(source):.0f})")
    print(f"  frozen {statistics.median(frozen):.0f} ({min(frozen):.0f} to {max(frozen):.0f}); ratio {ratio:.2f}")
