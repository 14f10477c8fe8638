"""What the program asks of Windows, against a stand-in for kernel32: it was never tried on Windows itself."""

from __future__ import annotations

import ctypes
import io
import sys
from types import SimpleNamespace
from typing import Any

import pytest

from app.bootstrap import windows
from app.bootstrap.options import parse
from app.bootstrap.start import _read


class Kernel32:
    """Records what it is asked, and answers as it is told."""

    def __init__(self, *, restart: int = 0, console: int = 1) -> None:
        self._restart, self._console = restart, console
        self.asked: list[tuple[Any, ...]] = []

    def RegisterApplicationRestart(self, line: str, flags: int) -> int:
        self.asked.append((line, flags))
        return self._restart

    def AttachConsole(self, process: int) -> int:
        self.asked.append((process,))
        return self._console


def test_an_installer_that_closes_the_program_starts_it_again_and_nothing_else_does() -> None:
    kernel32 = Kernel32()
    assert windows.register_restart(kernel32, ["--sandbox", "--sandbox-info", r"C:\A folder\info"])
    assert kernel32.asked == [(r'--sandbox --sandbox-info "C:\A folder\info"', 1 | 2 | 8)]
    assert not windows.register_restart(Kernel32(restart=-2147024809), [])


def test_a_line_that_windows_would_not_keep_is_not_given_to_it() -> None:
    kernel32 = Kernel32()
    assert not windows.register_restart(kernel32, ["x" * 1024])
    assert kernel32.asked == []


@pytest.mark.parametrize("word", ["--version", "--help", "-h", "--vers", "--h"])
def test_words_alone_are_asked_for(word: str) -> None:
    assert windows.only_prints(["--sandbox", word])
    with pytest.raises(SystemExit) as ended:
        parse([word])
    assert ended.value.code == 0, "argparse takes it for the same"


def test_a_window_that_is_asked_for_gets_no_console() -> None:
    """The console's Ctrl+C would end it, and so would closing the console."""
    assert not windows.only_prints(["--sandbox", "--compose", "mailto:a@example.org", "--", ""])


def test_words_go_to_the_console_that_it_was_started_from(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    monkeypatch.setattr(sys, "stderr", None)
    kernel32, console = Kernel32(), io.StringIO()
    assert windows.attach_console(kernel32, lambda: console)
    assert kernel32.asked == [(0xFFFFFFFF,)]
    with pytest.raises(SystemExit):
        parse(["--version"])
    assert console.getvalue().startswith("Mailwright ")


def test_without_a_console_nothing_is_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    assert not windows.attach_console(Kernel32(console=0), lambda: pytest.fail("opened"))
    assert sys.stdout is None


def test_output_that_leads_to_a_file_stays_there(monkeypatch: pytest.MonkeyPatch) -> None:
    file = io.StringIO()
    monkeypatch.setattr(sys, "stdout", file)
    monkeypatch.setattr(sys, "stderr", None)
    windows.attach_console(Kernel32(), io.StringIO)
    assert sys.stdout is file


def test_a_start_on_windows_asks_for_both(monkeypatch: pytest.MonkeyPatch) -> None:
    kernel32, console = Kernel32(), io.StringIO()
    monkeypatch.setattr(ctypes, "windll", SimpleNamespace(kernel32=kernel32), raising=False)
    monkeypatch.setattr(windows, "_console", lambda: console)
    monkeypatch.setattr(sys, "platform", "win32")
    assert _read(["--sandbox", "--compose"]).sandbox
    ((line, _),) = kernel32.asked
    assert line.endswith("--sandbox"), "as it was started, without what it was asked to do first"
    monkeypatch.setattr(sys, "stdout", None)
    with pytest.raises(SystemExit):
        _read(["--version"])
    assert console.getvalue().startswith("Mailwright ")
