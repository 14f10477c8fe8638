"""The display is taken away under the running program: it ends, with Qt's sentence and no report of a defect."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_a_display_that_dies_ends_the_program_without_a_traceback(tmp_path: Path) -> None:
    told, tells = os.pipe()
    command = ["Xvfb", "-displayfd", str(tells), "-screen", "0", "800x600x24"]
    display = subprocess.Popen(command, pass_fds=[tells], stderr=subprocess.DEVNULL)
    os.close(tells)
    program = None
    try:
        with os.fdopen(told) as numbers:
            environment = {name: value for name, value in os.environ.items() if not name.startswith(("QT_", "WAYLAND"))}
            environment |= {"DISPLAY": f":{numbers.readline().strip()}", "MAILWRIGHT_DATA": str(tmp_path)}
        program = subprocess.Popen(
            [sys.executable, "-m", "app"], cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True
        )
        search = ["xdotool", "search", "--sync", "--onlyvisible", "--name", "Mailwright"]
        subprocess.run(search, env=environment, check=True, capture_output=True, timeout=60)
        display.kill()
        _, said = program.communicate(timeout=60)
    finally:
        display.kill()
        display.wait()
        if program is not None and program.poll() is None:
            program.kill()
            program.wait()
    assert program.returncode == 1
    assert said, "Qt says that its display is gone"
    assert "Traceback" not in said
