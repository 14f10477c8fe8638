"""What every test of the window is held to: it leaves nothing behind, and nothing warns unless the test says so.

Imported by the conftest of each folder of Qt tests. A test fails that leaves a task, a thread, a running timer or a
window behind, or logs a warning that it did not name (`expected_warnings`). Sockets and files left open are
ResourceWarnings, which are errors here; Qt's own warnings fail by way of pytest-qt.

The loop of these tests is asyncio's own, and `ProgramScene.settle` lets Qt work in turns with it. qasync's loop stands
in one place only (`tests/integration/bootstrap`): what it holds in cycles must not be collected in another thread.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import inspect
import logging
import os
import threading
from collections.abc import AsyncIterator, Iterator

import pytest
import shiboken6
from PySide6.QtCore import QCoreApplication, QEvent, QTimer
from PySide6.QtWidgets import QApplication, QWidget

# Run by itself, without dev.py, a test must not end the whole run for want of a display.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

_PATIENCE = 5.0
"""Seconds in which a thread that has done its work may end."""


class _Warnings(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)


@pytest.fixture
def expected_warnings() -> list[str]:
    """Words of warnings that this test brings about; each that comes must contain one of them."""
    return []


@pytest.fixture(autouse=True)
def nothing_left(request: pytest.FixtureRequest, qapp: QApplication, expected_warnings: list[str]) -> Iterator[None]:
    """Fail the test that leaves something behind."""
    if inspect.iscoroutinefunction(getattr(request, "function", None)):
        request.getfixturevalue("no_task_left")
    # What is there already is not this test's, and need not be looked at again.
    gc.collect()
    gc.freeze()
    gc.disable()  # a collection in another thread would run Qt's destructors there
    threads, windows = set(threading.enumerate()), _windows(qapp)
    heard = _Warnings()
    logging.getLogger().addHandler(heard)
    yield
    logging.getLogger().removeHandler(heard)
    _collect()
    left = [f"thread {thread.name}" for thread in _threads_left(threads)]
    left += [f"window {type(widget).__name__}" for widget in _windows(qapp) - windows]
    left += [f"timer {timer.interval()} ms" for timer in _running_timers()]
    gc.enable()
    warned = [record.getMessage() for record in heard.records]
    left += [f"warning {words!r}" for words in warned if not any(part in words for part in expected_warnings)]
    assert not left, "left behind: " + "; ".join(left)


@pytest.fixture
async def no_task_left() -> AsyncIterator[None]:
    """Fail the test that leaves a task behind."""
    yield
    left = [task.get_name() for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    assert not left, f"tasks left behind: {left}"


def _collect() -> None:
    for _ in range(2):
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        QCoreApplication.processEvents()
        gc.collect()


def _windows(qapp: QApplication) -> set[QWidget]:
    return {widget for widget in qapp.topLevelWidgets() if shiboken6.isValid(widget)}


def _threads_left(before: set[threading.Thread]) -> list[threading.Thread]:
    left = [thread for thread in threading.enumerate() if thread not in before]
    for thread in left:
        with contextlib.suppress(RuntimeError):
            thread.join(_PATIENCE / len(left))
    return [thread for thread in left if thread.is_alive()]


def _running_timers() -> list[QTimer]:
    """Return timers made in this test that still run: frozen objects are older, and not among those asked for."""
    return [
        found for found in gc.get_objects() if type(found) is QTimer and shiboken6.isValid(found) and found.isActive()
    ]
