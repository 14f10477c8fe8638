"""What is in front of the person: which list, which message, and where the focus goes when one of them leaves."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QWidget

from app.commands.command import Context
from app.core.events import Event
from app.domain.message import LocalId
from app.services.records.rows import ListRow
from app.ui.message_list.list_panel import ListPanel
from app.views.shell.main_window import Window

if TYPE_CHECKING:
    from app.ui.reader.reader import Reader

_PAUSE = 120
"""Milliseconds of rest before a message is fetched for the reader: who walks through a list fetches nothing."""


class MessagePane(Protocol):
    """A message being written, as far as the stage has to know it."""

    def focus_best(self) -> None:
        """Take the focus where it is wanted."""
        ...


class Workspace:
    """Shows lists and panes in the window. `reading` tells which row the reader is to show."""

    reader: Reader

    def __init__(self, window: Window, desks: dict[str, ListPanel]) -> None:
        """Arrange `desks`, by the names of their places; `take_reader` adds what messages are read in."""
        self.window = window
        self.desks = desks
        self.place = ""
        self.messages: list[QWidget] = []
        self._at = ""
        self._listeners: list[Callable[[ListPanel], None]] = []
        self.reading: Event[tuple[ListPanel, ListRow | None]] = Event()
        self.arrived: Event[str] = Event()
        """Tells to which list one went."""
        self._rest = QTimer(window)
        self._rest.setSingleShot(True)
        self._rest.setInterval(_PAUSE)
        self._rest.timeout.connect(self.read_now)
        for desk in desks.values():
            desk.list.current_changed.connect(self._moved)
            window.lists.addWidget(desk)

    def take_reader(self, reader: Reader) -> None:
        """Let messages be read in `reader`; nobody goes to a list before."""
        self.reader = reader
        self.window.show_pane(reader)
        self.window.rail.chosen.connect(self.go)

    @property
    def desk(self) -> ListPanel:
        """Return the list that is shown."""
        return self.desks[self.place]

    @property
    def kind(self) -> str:
        """Return what kind of list is shown: "drafts", "outbox", "sent"; "" before the first."""
        return self.place.partition(":")[0]

    def for_each_list(self, listen: Callable[[ListPanel], None]) -> None:
        """Call `listen` with each list that is there, and with each one that is added later."""
        self._listeners.append(listen)
        for desk in self.desks.values():
            listen(desk)

    def add_desk(self, place: str, desk: ListPanel) -> None:
        """Take in one more list; its name is that of its kind, and after a colon whose it is."""
        self.desks[place] = desk
        desk.list.current_changed.connect(self._moved)
        self.window.lists.addWidget(desk)
        for listen in self._listeners:
            listen(desk)

    def remove_desk(self, place: str) -> None:
        """Let go of a list; where it is shown, one's own of its kind takes its place."""
        if self.place == place:
            self._go(self.kind)
        desk = self.desks.pop(place)
        self.window.lists.removeWidget(desk)
        desk.deleteLater()

    def go(self, place: str) -> None:
        """Show a list, with its message beside it, and give it the focus: the person went there."""
        self.window.come_forward()
        self._go(place)

    def _go(self, place: str) -> None:
        self.show_place(place)
        self.show_reader()
        self.desk.take_focus()
        self.desk.list.choose()

    def show_place(self, place: str) -> None:
        """Show a list without moving the focus."""
        moved = place != self.place
        self.place = place
        self.window.show_list(self.desk)
        self.window.rail.show_place(place)
        if moved:
            self.arrived.emit(place)

    def contexts(self) -> frozenset[Context]:
        """Tell which commands make sense where the focus is: those of the list, or those of the message in the pane."""
        writing = self.message() is not None and not self.in_list()
        return frozenset({Context.WINDOW, *((Context.COMPOSE, Context.RECIPIENTS) if writing else (Context.LIST,))})

    def in_list(self) -> bool:
        """Tell whether the focus is in a list."""
        return bool(self.place) and self.desk.holds_focus()

    # --- messages being written ------------------------------------------------------------------------------------

    def message(self) -> QWidget | None:
        """Return the message in the pane, None while the reader is there."""
        shown = self.window.pane.currentWidget()
        return shown if shown in self.messages else None

    def show_message(self, pane: QWidget) -> None:
        """Show a message being written and give it the focus: the person went there."""
        self.window.come_forward()
        if pane not in self.messages:
            self.messages.append(pane)
        self.window.show_pane(pane)
        focus_best = getattr(pane, "focus_best", None)
        if focus_best is not None:
            focus_best()

    def give_up(self, pane: QWidget) -> None:
        """Take a message out of the pane for another window; the reader is there again."""
        if pane in self.messages:
            self.messages.remove(pane)
        if self.window.pane.currentWidget() is pane:
            self.window.pane.setCurrentWidget(self.reader)
            self.read_now()
        self.window.pane.removeWidget(pane)

    def drop_message(self, pane: QWidget) -> None:
        """Take a message out of the pane; the focus goes to the list if it was in the message."""
        had_focus = pane.isAncestorOf(QApplication.focusWidget() or self.window) or self.window.gate.holds_focus()
        if pane in self.messages:
            self.messages.remove(pane)
        if self.window.pane.currentWidget() is pane:
            self.window.pane.setCurrentWidget(self.reader)  # a page over the lists stays where it is
            self.read_now()
        self.window.drop_pane(pane)
        if had_focus or QApplication.focusWidget() is None:
            self.desk.take_focus()

    def last_message(self) -> QWidget | None:
        """Return the message that was opened last and is still open."""
        return self.messages[-1] if self.messages else None

    # --- the reader -----------------------------------------------------------------------------------------------

    def show_reader(self) -> None:
        """Show the reader in the pane."""
        self.window.show_pane(self.reader)
        self.read_now()

    def reads_soon(self) -> bool:
        """Tell whether the row at which the list stands now is about to be read."""
        return self._rest.isActive()

    def read_now(self) -> None:
        """Show the current row in the reader at once."""
        self._rest.stop()
        if self.place:
            self.reading.emit((self.desk, self.desk.current()))

    def follow(self, local_id: LocalId) -> None:
        """Let the list stand at the message in the pane, unless the person is in the list."""
        if self.in_list():
            return
        row_id = self.desk.session.id_of(local_id)
        number = -1 if row_id is None else self.desk.model.number_of(row_id)
        if number >= 0 and number != self.desk.list.current_number():
            self.desk.list.go_to(number)

    def _moved(self) -> None:
        row = self.desk.current() if self.place else None
        key = "" if row is None else row.key
        if not self.place or key == self._at:
            return  # the same row, in another place of the list
        self._at = key
        if self.message() is not None:
            if not self.in_list():
                return
            self.window.show_pane(self.reader)  # who walks through the list wants to read; the message stays open
        self._rest.start()
