"""The program's own life on the window's own loop: a real disk, a real engine, no server; it ends with all on disk.

It runs as a process: qasync's loop holds Qt timers in cycles, which must not be collected among other tests.
"""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

LIFE = """
import sys
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from app.bootstrap import running
from app.bootstrap.dress import dress
from app.bootstrap.options import parse
from app.views.shell.view import Window

qt = QApplication(sys.argv[:1])
dress(qt)
window = Window()
window.show()
window.activateWindow()
{steps}
sys.exit(running.run(qt, window, parse([])))
"""


def live(folder: Path, steps: str, *, hold: str = "1") -> subprocess.CompletedProcess[str]:
    """Run the program, with `steps` begun before its loop."""
    environment = os.environ | {
        "QT_QPA_PLATFORM": "offscreen",
        "MAILWRIGHT_DATA": str(folder),
        "MAILWRIGHT_HOLD": hold,
        "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
    }
    program = LIFE.format(steps=textwrap.dedent(steps))
    command = [sys.executable, "-W", "always::ResourceWarning", "-c", program]
    return subprocess.run(command, check=False, env=environment, capture_output=True, text=True, timeout=50)


def said(done: subprocess.CompletedProcess[str]) -> str:
    """Return what went to standard error that nobody expects."""
    known = ("propagateSizeHints", "XDG_RUNTIME_DIR")
    return "\n".join(line for line in done.stderr.splitlines() if not any(part in line for part in known))


def test_it_starts_on_nothing_shows_the_form_and_ends_clean(tmp_path: Path) -> None:
    done = live(
        tmp_path,
        """
        def look():
            if type(window.pages.currentWidget()).__name__ == "QSplitter":
                QTimer.singleShot(50, look)
                return
            print(type(window.pages.currentWidget()).__name__)
            window.close()
        QTimer.singleShot(50, look)
        """,
    )
    assert (done.returncode, done.stdout.strip(), said(done)) == (0, "SettingsView", "")
    assert (tmp_path / "mailwright.sqlite").stat().st_mode & 0o077 == 0


def test_closed_at_once_it_ends_clean(tmp_path: Path) -> None:
    done = live(tmp_path, "QTimer.singleShot(0, window.close)")
    assert (done.returncode, said(done)) == (0, "")


@pytest.mark.parametrize("name", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_clean(tmp_path: Path, name: signal.Signals) -> None:
    done = live(tmp_path, f"import os; QTimer.singleShot(1000, lambda: os.kill(os.getpid(), {int(name)}))")
    assert (done.returncode, said(done)) == (0, "")


def test_a_database_of_a_newer_program_is_told_in_the_window_and_not_touched(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "mailwright.sqlite") as newer:
        newer.execute("PRAGMA user_version = 9999")
        newer.execute("CREATE TABLE letters (words)")
    newer.close()
    before = (tmp_path / "mailwright.sqlite").read_bytes()
    done = live(
        tmp_path,
        """
        def look():
            if not window.notice_bar.isVisible():
                QTimer.singleShot(50, look)
                return
            print(window.notice_bar.isVisible(), window.notice_bar.accessibleName())
            window.close()
        QTimer.singleShot(50, look)
        """,
    )
    assert (done.returncode, said(done)) == (1, "")
    assert done.stdout.startswith("True ")
    assert (tmp_path / "mailwright.sqlite").read_bytes() == before
