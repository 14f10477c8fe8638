"""The small parts of the start: what may be said on the command line, signals, the collector, work off the thread."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import threading
from pathlib import Path

import pytest
from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.bootstrap.options import parse
from app.bootstrap.run import GarbageCollector
from app.bootstrap.sandbox_process import SandboxProcess
from app.bootstrap.signals import ending_on_signals, note_signals
from app.commands.command import Command, Context, Handler
from app.core import memory
from app.core.background import run_in_thread
from app.domain.errors import BadInput, MailError, StorageError
from app.domain.startup_request import CommandLine, StartupRequest
from app.ui import keys
from app.ui.tasks import Tasks

# --- options ----------------------------------------------------------------------------------------------------------


def test_without_a_word_the_run_is_the_ordinary_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MAILWRIGHT_DATA", raising=False)
    monkeypatch.delenv("MAILWRIGHT_HOLD", raising=False)
    assert parse([]) == CommandLine()


def test_what_is_said_is_taken(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("MAILWRIGHT_DATA", str(tmp_path))
    monkeypatch.setenv("MAILWRIGHT_HOLD", "1.5")
    options = parse(["--sandbox", "--sandbox-info", "info.json", "--compose"])
    assert options == CommandLine(True, Path("info.json"), StartupRequest(compose=True), tmp_path, 1.5)


@pytest.mark.parametrize("hold", ["soon", "-1", "nan", "inf", "1e9"])
def test_a_time_for_undo_that_is_none_is_refused_in_words(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], hold: str
) -> None:
    monkeypatch.setenv("MAILWRIGHT_HOLD", hold)
    with pytest.raises(SystemExit) as ended:
        parse([])
    assert ended.value.code == 2
    assert f"MAILWRIGHT_HOLD is not a number of seconds: {hold}" in capsys.readouterr().err


# --- signals ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_program_while_qt_waits(qtbot: QtBot, name: signal.Signals) -> None:
    ended: list[bool] = []
    before = signal.getsignal(name)
    with ending_on_signals(lambda: ended.append(True)):
        os.kill(os.getpid(), name)
        qtbot.waitUntil(lambda: bool(ended), timeout=5000)
    assert signal.getsignal(name) is before
    assert signal.set_wakeup_fd(-1) == -1


def test_a_signal_that_came_before_anything_could_end_counts_afterwards(qtbot: QtBot) -> None:
    """On a busy machine it came between the first picture and this, and killed the program with what was typed."""
    ended: list[bool] = []
    before = {name: signal.getsignal(name) for name in (signal.SIGTERM, signal.SIGINT)}
    try:
        note_signals()
        os.kill(os.getpid(), signal.SIGTERM)
        with ending_on_signals(lambda: ended.append(True)):
            qtbot.waitUntil(lambda: bool(ended), timeout=5000)
        assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL, "what hangs afterwards can be ended"
    finally:
        for name, handler in before.items():
            signal.signal(name, handler)


# --- the collector ----------------------------------------------------------------------------------------------------


class _Cycle:
    def __init__(self, gone_in: list[int]) -> None:
        self.itself = self
        self._gone_in = gone_in

    def __del__(self) -> None:
        self._gone_in.append(threading.get_ident())


def test_garbage_is_collected_on_this_thread_alone(qtbot: QtBot) -> None:
    gone_in: list[int] = []
    owner = QObject()
    collector = GarbageCollector(owner)
    try:
        assert not gc.isenabled()
        _Cycle(gone_in)
        worker = threading.Thread(target=lambda: [[] for _ in range(50_000)] and None)
        worker.start()
        worker.join()
        kept: list[list[int]] = [[] for _ in range(5_000)]
        assert gone_in == [], "nothing is collected in the worker"
        for _ in range(3):
            collector.look()
        assert gone_in == [threading.get_ident()]
        assert len(kept) == 5_000
    finally:
        collector.end()
    assert gc.isenabled()
    assert not collector._timer.isActive()
    gc.disable()  # as the rules of these tests have it


def test_memory_that_grew_is_looked_through_though_few_objects_were_made(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A closed message of many lines is a few cycles, and a hundred megabytes."""
    held = [100_000_000]
    monkeypatch.setattr(memory, "resident", lambda: held[0])
    gone_in: list[int] = []
    owner = QObject()
    collector = GarbageCollector(owner)
    try:
        collector.look()
        _Cycle(gone_in)
        collector.look()
        assert not gone_in, "nothing has grown"
        held[0] += 30_000_000
        collector.look()
        assert gone_in == [threading.get_ident()]
        _Cycle(gone_in)
        collector.look()
        assert len(gone_in) == 1, "it has not grown since"
    finally:
        collector.end()
    gc.disable()  # as the rules of these tests have it


# --- work and its errors ----------------------------------------------------------------------------------------------


async def test_work_off_the_thread_brings_its_result_or_its_error() -> None:
    assert await run_in_thread(threading.get_ident) != threading.get_ident()

    def fail() -> int:
        raise BadInput("No.")

    with pytest.raises(BadInput, match="No"):
        await run_in_thread(fail)


async def test_work_off_the_thread_that_nobody_waits_for_any_more_disturbs_nobody() -> None:
    may_end = threading.Event()
    task = asyncio.get_running_loop().create_task(run_in_thread(may_end.wait))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    may_end.set()


async def test_the_end_of_every_task_is_looked_at() -> None:
    tasks = Tasks()
    told: list[MailError] = []
    defects: list[BaseException] = []
    tasks.on_mail_error, tasks.on_defect = told.append, defects.append

    async def meet(error: BaseException | None) -> None:
        if error is not None:
            raise error
        await asyncio.Event().wait()

    for error in (BadInput("No."), KeyError("gone"), None):
        tasks.spawn(meet(error), "a task of the test")
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert [str(error) for error in told] == ["No."]
    assert [type(error) for error in defects] == [KeyError]
    assert len(tasks) == 1
    await tasks.end()
    assert len(tasks) == 0
    assert len(defects) == 1, "to be cancelled is no defect"


# --- the sandbox's process --------------------------------------------------------------------------------------------


async def test_a_sandbox_that_cannot_be_started_is_told_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, expected_warnings: list[str]
) -> None:
    expected_warnings.append("the sandbox did not start")
    (tmp_path / "file").write_text("in the way")
    for data in (tmp_path / "file" / "exchange", tmp_path / "exchange"):
        monkeypatch.setattr("sys.executable", str(tmp_path / "no such program"))
        async with asyncio.timeout(10):
            with pytest.raises(StorageError, match="did not start"):
                await SandboxProcess(data).start()


# --- keys -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("system", "wanted"), [("darwin", "Ctrl+Shift+Backspace"), ("linux", "Ctrl+Shift+D")])
def test_a_command_has_the_keys_of_the_system(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, system: str, wanted: str
) -> None:
    monkeypatch.setattr("sys.platform", system)
    command = Command("x", "X", ("Ctrl+Shift+D",), Context.WINDOW, keys_mac=("Ctrl+Shift+Backspace",))
    widget = QWidget()
    qtbot.addWidget(widget)
    keys.bind(widget, [(command, Handler(lambda: None))], Context.WINDOW, lambda _command, handler: handler.run())
    (action,) = widget.findChildren(QAction)
    assert action.shortcuts() == [QKeySequence(wanted)]
