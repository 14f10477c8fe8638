"""Notices of the desktop: by its own service where there is one (Linux, by D-Bus), else by the system's tray.

The service is the one of the Desktop Notifications Specification (org.freedesktop.Notifications, 1.2). It is spoken to
in a thread of its own, which begins with the first notice: a bus may not answer, and the window never waits.
"""

from __future__ import annotations

import contextlib
import html
import logging
import queue
import sys
import threading
from functools import partial
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from PySide6.QtCore import QObject, Signal

from app.core.i18n import tr
from app.ui.window_thread import WindowThread

if TYPE_CHECKING:
    from PySide6.QtWidgets import QSystemTrayIcon, QWidget

log = logging.getLogger(__name__)

_SERVICE: Final = "org.freedesktop.Notifications"
_PATH: Final = "/org/freedesktop/Notifications"
_OPEN: Final = "default"
"""The key of what a click on the notice itself does, as the specification names it."""
_DO: Final = "do"
_PATIENCE: Final = 10.0
"""Seconds for which the bus is waited for, in its thread."""


class DesktopNotice(NamedTuple):
    """One notice. `key` is handed back when the person acts on it; `action` stands on its button, "" for none."""

    key: str
    title: str
    words: str
    action: str = ""


class DesktopNotices(QObject):
    """Shows notices. A trouble with the desktop is logged, and is no trouble of the person's."""

    opened = Signal(str)
    """The person clicked on the notice of this key."""
    acted = Signal(str)
    """The person pressed the button of the notice of this key."""

    def __init__(self, window: QWidget) -> None:
        """Show nothing yet. `window` has the icon of the program."""
        super().__init__(window)
        self._window = window
        self._waiting: queue.SimpleQueue[DesktopNotice] = queue.SimpleQueue()
        self._bus: threading.Thread | None = None
        self._connection: Any = None
        self._ends = False
        self._tray: QSystemTrayIcon | None = None
        self._in_tray = DesktopNotice("", "", "")
        self._window_thread = WindowThread(self)

    def show_notice(self, notice: DesktopNotice) -> None:
        """Show a notice, as far as the desktop has a place for it."""
        if sys.platform != "linux":
            self._show_in_tray(notice)
            return
        self._waiting.put(notice)
        if self._bus is None or not self._bus.is_alive():
            self._bus = threading.Thread(target=self._speak, name="desktop notices", daemon=True)
            self._bus.start()
        self._wake()

    def close(self) -> None:
        """End the thread; what the person does with a notice is not heard any more."""
        self._ends = True
        if self._bus is not None:
            self._wake()
            self._bus.join(_PATIENCE)

    def _wake(self) -> None:
        connection = self._connection
        if connection is not None:
            with contextlib.suppress(OSError):
                connection.interrupt()

    # --- D-Bus, in its thread ---------------------------------------------------------------------------------------

    def _speak(self) -> None:
        """Show what waits, and hear what the person does with it, as long as there is a bus."""
        try:
            from jeepney.io.threading import open_dbus_connection

            with contextlib.closing(open_dbus_connection(bus="SESSION")) as connection:
                self._connection = connection
                self._talk(connection)
        except Exception as error:  # noqa: BLE001 - there is no bus, or none any more, in whatever way: a tray may be there
            log.info("the desktop shows no notices by D-Bus: %s", type(error).__name__)
            while not self._waiting.empty():
                self._window_thread.call(partial(self._show_in_tray, self._waiting.get()))
        finally:
            self._connection = None

    def _talk(self, connection: Any) -> None:
        from jeepney import MatchRule, message_bus
        from jeepney.io.threading import ReceiveStopped

        connection.send(message_bus.AddMatch(MatchRule(type="signal", interface=_SERVICE, path=_PATH)))
        asked: dict[int, DesktopNotice] = {}
        shown: dict[int, str] = {}
        while not self._ends:
            while not self._waiting.empty():
                notice, serial = self._waiting.get(), next(connection.outgoing_serial)
                asked[serial] = notice
                connection.send(_request(notice), serial=serial)
            try:
                message = connection.receive()
            except ReceiveStopped:
                connection.reset_interrupt()
            else:
                self._take_in(message, asked, shown)

    def _take_in(self, message: Any, asked: dict[int, DesktopNotice], shown: dict[int, str]) -> None:
        """Take in a reply, or what the person did; all else on the bus is of no interest."""
        from jeepney import HeaderFields, MessageType

        fields, kind = message.header.fields, message.header.message_type
        notice = asked.pop(fields.get(HeaderFields.reply_serial, 0), None)
        if notice is not None and kind is MessageType.method_return:
            shown[int(message.body[0])] = notice.key
        elif notice is not None:
            self._window_thread.call(partial(self._show_in_tray, notice))  # the desktop refused it
        elif kind is MessageType.signal and fields.get(HeaderFields.member) == "ActionInvoked":
            number, action = message.body
            if number in shown:
                (self.opened if action == _OPEN else self.acted).emit(shown[number])

    # --- the tray ---------------------------------------------------------------------------------------------------

    def _show_in_tray(self, notice: DesktopNotice) -> None:
        """Show it by an icon in the tray: it has no button there, and a click shows the message."""
        from PySide6.QtWidgets import QSystemTrayIcon

        if not QSystemTrayIcon.isSystemTrayAvailable():
            return
        if self._tray is None:
            self._tray = QSystemTrayIcon(self._window.windowIcon(), self)
            self._tray.messageClicked.connect(lambda: self.opened.emit(self._in_tray.key))
        self._in_tray = notice
        self._tray.show()
        self._tray.showMessage(notice.title, notice.words, self._window.windowIcon())


def _request(notice: DesktopNotice) -> Any:
    """Return the call of Notify."""
    from jeepney import DBusAddress, new_method_call

    actions = [_OPEN, tr("Show"), *([_DO, notice.action] if notice.action else [])]
    hints = {"desktop-entry": ("s", "mailwright"), "category": ("s", "email")}
    body = ("Mailwright", 0, "mailwright", notice.title, html.escape(notice.words, quote=False), actions, hints, -1)
    where = DBusAddress(_PATH, bus_name=_SERVICE, interface=_SERVICE)
    return new_method_call(where, "Notify", "susssasa{sv}i", body)
