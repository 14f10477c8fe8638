"""A thread ends in peace while what asked for its work is being destroyed, and its result goes to nobody else."""

from __future__ import annotations

import threading
from functools import partial

import pytest
from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.ui.document.picture_decoder import PictureDecoder
from app.ui.editor.background_work import BackgroundWork
from app.ui.window_thread import WindowThread


def wait_for_threads(name: str) -> None:
    for thread in threading.enumerate():
        if thread.name == name:
            thread.join(20)


@pytest.mark.parametrize("kind", ["editor", "pictures"])
def test_a_pane_is_destroyed_at_the_moment_at_which_its_thread_ends(qapp: QApplication, kind: str) -> None:
    arrived: list[object] = []
    for number in range(1500):
        pane = QWidget()
        kids = [QObject(pane) for _ in range(200)]  # so that destroying it takes as long as the thread does
        if kind == "editor":
            BackgroundWork(pane).run(lambda: sum(range(number * 7919 % 20_000)), arrived.append)  # noqa: B023 - any number will do
        else:
            PictureDecoder(pane).request(b"", 10, arrived.append)
        pane.deleteLater()
        del pane, kids
        for _ in range(3):
            qapp.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
            qapp.processEvents()
    wait_for_threads(kind)
    before = len(arrived)
    qapp.processEvents()
    assert len(arrived) == before


def test_what_is_brought_arrives_in_the_windows_thread_in_its_order(qtbot: QtBot) -> None:
    came: list[tuple[int, bool]] = []
    pane = QObject()
    way = WindowThread(pane)

    def arrive(number: int) -> None:
        came.append((number, threading.current_thread() is threading.main_thread()))

    def work() -> None:
        for number in range(100):
            way.call(partial(arrive, number))

    threading.Thread(target=work).start()
    qtbot.waitUntil(lambda: len(came) == 100)
    assert came == [(number, True) for number in range(100)]
