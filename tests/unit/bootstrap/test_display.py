"""Without a display the program says so in one sentence, and ends with 1: Qt would abort."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from app.bootstrap.display import why_no_display

ROOT = Path(__file__).resolve().parents[3]
pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="displays of Linux")


def test_which_displays_are_asked_for() -> None:
    assert why_no_display({}, "linux").startswith("Mailwright needs a display")
    assert why_no_display({"DISPLAY": ":63999"}, "linux") == "Mailwright cannot reach the display :63999."
    assert not why_no_display({"QT_QPA_PLATFORM": "offscreen"}, "linux")
    assert not why_no_display({"DISPLAY": "elsewhere:0"}, "linux")
    assert not why_no_display({}, "darwin")


def test_a_wayland_display_that_answers_is_enough(tmp_path: Path) -> None:
    environment = {"WAYLAND_DISPLAY": "w", "XDG_RUNTIME_DIR": str(tmp_path)}
    assert why_no_display(environment, "linux") == "Mailwright cannot reach the display w."
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "w"))
        listening.listen()
        assert not why_no_display(environment, "linux")


@pytest.mark.parametrize("display", ["", ":63999"])
def test_the_program_ends_with_one_sentence(tmp_path: Path, display: str) -> None:
    gone = {"QT_QPA_PLATFORM", "WAYLAND_DISPLAY", "DISPLAY"}
    environment = {name: value for name, value in os.environ.items() if name not in gone}
    environment |= {"MAILWRIGHT_DATA": str(tmp_path), **({"DISPLAY": display} if display else {})}
    ended = subprocess.run(
        [sys.executable, "-m", "app"], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 1
    assert ended.stderr.startswith("Mailwright ")
    assert ended.stderr.count("\n") == 1
