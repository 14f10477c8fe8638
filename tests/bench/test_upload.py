"""How late a 5 ms heartbeat of the UI thread comes while 30 MB go up and somebody types, beside the same typing alone.

A bare window of Qt's beside it, which does nothing at all, has the same heartbeat in the same seconds: what it shows is
the machine's own noise. Aimed at: typing is as quick while the attachment goes up as it is without.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.bench.children import Child, Home, start_environment
from tests.bench.keyboard import Keyboard
from tests.sandbox_fixture import RunningSandbox

pytestmark = [pytest.mark.bench, pytest.mark.timeout(600)]

SIZE = 30_000_000
WORDS = "a letter is typed while a film goes up and nothing may hold up a key "
ALONE, UPLOADING = "type alone", "type while 30 MB go up"


@pytest.fixture
def film(tmp_path: Path) -> Path:
    """A file of 30 MB."""
    path = tmp_path / "film.mp4"
    path.write_bytes(os.urandom(1_000_000) * (SIZE // 1_000_000))
    return path


@pytest.fixture
def beside(display: dict[str, str]) -> Iterator[Child]:
    """A bare window that does nothing, started first, so that the program's window has the keys."""
    child = Child(start_environment(display), "bare")
    child.when("ready")
    yield child
    child.end()


def test_the_heartbeat_while_an_attachment_goes_up(
    keyboard: Keyboard, server: RunningSandbox, beside: Child, home: Home, film: Path
) -> None:
    alone = _typed(keyboard, server, beside, home, ALONE)
    uploading = _typed(keyboard, server, beside, home, UPLOADING, "--attach", str(film))
    noise = beside.ask("report")
    print("\nby how many milliseconds a 5 ms heartbeat came late: p50, p95, p99, largest, and how many by more than 16")
    for beat, late in ((ALONE, alone), (UPLOADING, uploading)):
        print(f"  {beat}: {_told(late)}; the bare window meanwhile {_told(noise[beat])}")
    assert len(server.journal("CreateAttachment")) == 1


def _typed(
    keyboard: Keyboard, server: RunningSandbox, beside: Child, home: Home, beat: str, *arguments: str
) -> list[float]:
    """Type for as long as what is attached takes, or for a while; return by how much each heartbeat came late."""
    child = Child(home.environment(), "program", "--compose", *arguments)
    try:
        child.when("ready")
        for one in (child, beside):
            one.order(f"beat {beat}")
        deadline = time.monotonic() + (120 if arguments else 10)
        while time.monotonic() < deadline and not (arguments and server.journal("CreateAttachment")):
            keyboard.type(WORDS, 0.05)
        late: list[float] = child.ask("report")[beat]
        return late
    finally:
        child.end()


def _told(late: list[float]) -> str:
    ordered = sorted(late)
    middle, most, nearly_all = (ordered[len(ordered) * share // 100] for share in (50, 95, 99))
    return f"{middle:.1f}, {most:.1f}, {nearly_all:.1f}, {ordered[-1]:.1f}, {sum(one > 16 for one in ordered)}"
