"""Notices go to the desktop's own service over a real bus, and come back when the person acts on them."""

from __future__ import annotations

import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.ui.desktop_notices import DesktopNotice, DesktopNotices

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or shutil.which("dbus-daemon") is None, reason="needs a message bus"
)


class Service:
    """org.freedesktop.Notifications: keeps what it is asked, and lets the person act on a notice."""

    def __init__(self) -> None:
        from jeepney.io.blocking import open_dbus_connection

        self.asked: list[tuple[Any, ...]] = []
        self._connection = open_dbus_connection("SESSION")
        self._act = {1: "default", 2: "do"}
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def start(self) -> None:
        from jeepney import message_bus
        from jeepney.io.blocking import Proxy

        Proxy(message_bus, self._connection).RequestName("org.freedesktop.Notifications")
        self._thread.start()

    def end(self) -> None:
        self._thread.join(10)
        self._connection.close()

    def _serve(self) -> None:
        from jeepney import DBusAddress, MessageType, new_method_return, new_signal

        place = DBusAddress("/org/freedesktop/Notifications", interface="org.freedesktop.Notifications")
        while True:
            try:
                message = self._connection.receive()
            except ConnectionError:
                return  # the bus has ended
            if message.header.message_type is not MessageType.method_call or message.header.fields.get(3) != "Notify":
                continue
            self.asked.append(message.body)
            number = len(self.asked)
            self._connection.send(new_method_return(message, "u", (number,)))
            self._connection.send(new_signal(place, "ActionInvoked", "us", (number, self._act[number])))


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    """The service, on a bus of its own."""
    command = ["dbus-daemon", "--session", "--nofork", "--print-address=1"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as daemon:
        assert daemon.stdout is not None
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", daemon.stdout.readline().strip())
        made = Service()
        made.start()
        yield made
        daemon.terminate()
        daemon.wait()
        made.end()


@pytest.fixture
def notices(qtbot: QtBot) -> Iterator[DesktopNotices]:
    window = QWidget()
    qtbot.addWidget(window)
    made = DesktopNotices(window)
    yield made
    made.close()


def test_a_notice_has_its_button_and_comes_back_by_a_click_or_by_the_button(
    service: Service, notices: DesktopNotices, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(notices.opened) as clicked:
        notices.show_notice(DesktopNotice("one", "“Prices” was returned", "To <ben@x> & others", "Write to them again"))
    with qtbot.waitSignal(notices.acted) as pressed:
        notices.show_notice(DesktopNotice("two", "Nobody has answered", "“Prices”", "Follow up"))
    assert (clicked.args, pressed.args) == (["one"], ["two"])
    _, _, _, title, words, actions, _, _ = service.asked[0]
    assert (title, words) == ("“Prices” was returned", "To &lt;ben@x&gt; &amp; others")
    assert actions == ["default", "Show", "do", "Write to them again"]


def test_without_a_bus_nothing_is_shown_and_nothing_breaks(
    notices: DesktopNotices, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere")
    shown: list[DesktopNotice] = []
    monkeypatch.setattr(notices, "_show_in_tray", shown.append)
    notices.show_notice(DesktopNotice("one", "Title", "Words"))
    qtbot.waitUntil(lambda: bool(shown), timeout=20000)
