"""Messages in windows of their own: taken out of the main window by key, and put back by the same key.

The pane itself moves, with its text, its caret and what can be undone in it. A crash, or the end of the program, opens
all messages again in the main window: where they stood is not worth a second truth on disk.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QApplication, QWidget

from app.commands.command import Command, Context, does
from app.controllers.shell import Shell, ShellController
from app.controllers.why_not import list_is_shown, no_single_row
from app.core.i18n import mark
from app.services.records.rows import ListRow
from app.ui.keyboard.come_forward import close_in_a_pause, come_forward, when_active

if TYPE_CHECKING:
    from app.views.compose.view import ComposeView
    from app.views.shell.message_window import MessageWindow


_ASIDE = 64
"""Pixels by which each window stands aside from the main one, so that none hides another."""


class OpenMessages(Protocol):
    """The messages that are being written, as far as their windows have to know them."""

    def current(self) -> ComposeView | None:
        """Return the message in front."""
        ...

    def leave(self, view: ComposeView) -> None:
        """Leave a message: it is kept, and saved."""
        ...

    def open_and_then(self, what: ListRow, then: Callable[[ComposeView], None]) -> None:
        """Open a message, and do something with it."""
        ...


class MessageWindows(ShellController):
    """The windows of single messages."""

    def __init__(self, shell: Shell, open_messages: OpenMessages) -> None:
        """Begin with none."""
        self._shell, self._open = shell, open_messages
        self.windows: list[MessageWindow] = []
        self._leaving: list[MessageWindow] = []
        """Those whose message is gone, until they are."""

    def current(self) -> ComposeView | None:
        """Return the message of the window that has the focus, None where that is the main window."""
        active = QApplication.activeWindow()
        window = next((one for one in self.windows if one is active), None)
        return None if window is None else _message_of(window)

    def _is_writing(self) -> bool:
        return self._open.current() is not None

    @does(
        Command(
            "compose.window",
            mark("Into a window of its own, or back"),
            ("Ctrl+Shift+W",),
            Context.COMPOSE,
            mark("Closing that window saves the message."),
        ),
        enabled=_is_writing,
    )
    def toggle(self) -> None:
        """Give the message that is written a window of its own, or put it back into the main window."""
        view = self._open.current()
        if view is None:
            return
        window = self._window_of(view)
        if window is None:
            self.pop_out(view)
        else:
            self.put_back(window)

    def pop_out(self, view: ComposeView) -> None:
        """Give a message a window of its own."""
        from app.views.shell.message_window import MessageWindow

        focus = view.focusWidget()
        shell = self._shell
        shell.workspace.give_up(view)
        window = MessageWindow(view, shell.registry, shell.window.gate, lambda: self._open.leave(view))
        self.windows.append(window)
        view.session.changed.subscribe(lambda _: self._name(view))
        self._name(view)
        window.move(shell.window.frameGeometry().topLeft() + QPoint(_ASIDE, _ASIDE) * len(self.windows))
        view.show()
        come_forward(window, shell.window.gate)
        self._focus(view, focus)

    def put_back(self, window: MessageWindow) -> None:
        """Put a message back into the main window."""
        self.windows.remove(window)
        view = _message_of(window)
        if view is None:
            return
        focus: QWidget | None = view.focusWidget()
        come_forward(self._shell.window, self._shell.window.gate)
        window.give_back()
        self._take_leave(window)
        self._shell.workspace.show_message(view)
        self._focus(view, focus)

    def show(self, view: ComposeView) -> bool:
        """Bring a message's own window to the front; False where it has none."""
        window = self._window_of(view)
        if window is None:
            return False
        come_forward(window, self._shell.window.gate)
        return True

    def drop(self, view: ComposeView) -> bool:
        """Close the window of a message that has ended; False where it has none."""
        window = self._window_of(view)
        if window is None:
            return False
        self.windows.remove(window)
        if not window.isActiveWindow():
            window.go()
            return True
        # The main window first: a key that comes while no window is active would be lost.
        hold = self._shell.window.gate.begin()
        self._shell.window.activateWindow()
        self._shell.window.rest_focus()

        def gone() -> None:
            hold.release()
            self._take_leave(window)

        when_active(self._shell.window, gone)
        return True

    def _take_leave(self, window: MessageWindow) -> None:
        """Close a window in a pause: its keys go to the main window by now."""
        self._leaving.append(window)

        def close() -> None:
            if window in self._leaving:
                self._leaving.remove(window)
                window.go()

        close_in_a_pause(window, self._shell.window.gate, close)

    def close_all(self) -> None:
        """Close every window: the program ends, and its messages are kept."""
        windows, self.windows, self._leaving = [*self.windows, *self._leaving], [], []
        for window in windows:
            window.go()

    @does(
        Command("list.open_in_window", mark("Open in a window of its own"), ("Shift+O",), Context.LIST, on_row=True),
        enabled=list_is_shown,
        why_not=no_single_row,
    )
    def open_row(self) -> None:
        """Open the current row in a window of its own, where it can be written on."""
        row = self._shell.workspace.panel.current()
        if row is not None and row.is_draft:
            self._open.open_and_then(row, self._pop_out_once)

    def _pop_out_once(self, view: ComposeView) -> None:
        if self._window_of(view) is None:
            self.pop_out(view)

    def _focus(self, view: ComposeView, before: QWidget | None) -> None:
        if before is not None and view.isAncestorOf(before):
            before.setFocus()
        else:
            view.focus_best()

    def _name(self, view: ComposeView) -> None:
        window = self._window_of(view)
        if window is not None:
            window.name(view.session.content.subject)

    def _window_of(self, view: QWidget) -> MessageWindow | None:
        return next((window for window in self.windows if window.message() is view), None)


def _message_of(window: MessageWindow) -> ComposeView | None:
    from app.views.compose.view import ComposeView  # there is none before the first message

    message = window.message()
    return message if isinstance(message, ComposeView) else None
