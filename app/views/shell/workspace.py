"""What is in front of the person: which list, which message, and where the focus goes when one of them leaves."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QWidget

from app.commands.command import Context
from app.core.events import Event
from app.domain.message import AccountId, LocalId
from app.services.records.rows import ListRow
from app.ui.message_list.list_panel import ListPanel
from app.views.shell.main_window import Window

if TYPE_CHECKING:
    from app.ui.reader.reader import Reader

_PAUSE = 120
"""Milliseconds without a step before a message is fetched for the reader: walking through a list fetches nothing."""


class MessagePane(Protocol):
    """A message being written, as far as the stage has to know it."""

    def focus_best(self) -> None:
        """Take the focus where it is wanted."""
        ...


class Workspace:
    """Shows lists and panes in the window. `reading` carries the row that the reader is to show."""

    reader: Reader

    def __init__(self, window: Window, panels: dict[str, ListPanel]) -> None:
        """Arrange `panels`, by the names of their places; `take_reader` adds what messages are read in."""
        self.window = window
        self.panels = panels
        self.place = ""
        self.repeating: set[str] = set()
        """The lists whose rows another list shows too: one account's part of that of all."""
        self.place_of: Callable[[AccountId, str, str], str] = lambda _account_id, kind, mailbox: (
            f"{kind}:{mailbox.casefold()}" if mailbox else kind
        )
        """The place of an account's list of a kind, of a mailbox by its address or ("") of its own."""
        self.messages: list[QWidget] = []
        self.reads_other: Callable[[], bool] = lambda: False
        """Whether the reader shows a message that is in no list."""
        self.line_in_focus: Callable[[], ListRow | None] = lambda: None
        """The message of a conversation at which the person stands in the reader, beside the one that is read."""
        self._at = ""
        self._listeners: list[Callable[[ListPanel], None]] = []
        self.reading: Event[tuple[ListPanel, ListRow | None]] = Event()
        self.arrived: Event[str] = Event()
        """The list that was gone to."""
        self._rest = QTimer(window)
        self._rest.setSingleShot(True)
        self._rest.setInterval(_PAUSE)
        self._rest.timeout.connect(self.read_now)
        for panel in panels.values():
            panel.list.current_changed.connect(self._moved)
            window.lists.addWidget(panel)

    def take_reader(self, reader: Reader) -> None:
        """Let messages be read in `reader`; no list is gone to before."""
        self.reader = reader
        self.window.show_pane(reader)
        self.window.pane.currentChanged.connect(lambda _: self._pane_changed())
        self.window.sidebar.chosen.connect(self.go)

    @property
    def panel(self) -> ListPanel:
        """Return the list that is shown."""
        return self.panels[self.place]

    @property
    def kind(self) -> str:
        """Return what kind of list is shown: "drafts", "outbox", "sent"; "" before the first."""
        return self.place.partition(":")[0]

    def for_each_list(self, listen: Callable[[ListPanel], None]) -> None:
        """Call `listen` with each list that is there, and with each one that is added later."""
        self._listeners.append(listen)
        for panel in self.panels.values():
            listen(panel)

    def add_panel(self, place: str, panel: ListPanel, *, repeats: bool = False) -> None:
        """Take in one more list; its name is that of its kind, and after a colon whose it is. `repeats` says that all
        its rows are in another list too.
        """
        self.panels[place] = panel
        if repeats:
            self.repeating.add(place)
        panel.list.current_changed.connect(self._moved)
        self.window.lists.addWidget(panel)
        for listen in self._listeners:
            listen(panel)

    def remove_panel(self, place: str) -> None:
        """Let go of a list; where it is shown, one's own of its kind takes its place."""
        if self.place == place:
            self._go(self.kind)
        panel = self.panels.pop(place)
        self.repeating.discard(place)
        self.window.lists.removeWidget(panel)
        panel.deleteLater()

    def go(self, place: str) -> None:
        """Show a list, with its message beside it, and give it the focus: the person went there."""
        self.window.come_forward()
        self._go(place)

    def _go(self, place: str) -> None:
        self.show_place(place)
        self.window.show_pane(self.reader)
        self.panel.take_focus()
        self.read_now()  # with the focus in the list: what the reader kept in front of it goes
        self.panel.list.choose()

    def show_place(self, place: str) -> None:
        """Show a list without moving the focus."""
        moved = place != self.place
        if moved and self.kind == "sent":
            self.panel.remember_newest()
        self.place = place
        if moved and self.kind == "sent":
            self.panel.show_newest()
        self.window.show_list(self.panel)
        self.window.sidebar.show_place(place)
        if moved:
            self.arrived.emit(place)

    def contexts(self) -> frozenset[Context]:
        """Return whose commands make sense where the focus is: the list's, or those of the message in the pane."""
        if self.message() is not None and not self.in_list():
            return frozenset({Context.WINDOW, Context.COMPOSE, Context.RECIPIENTS})
        reads_other = self.reads_other() and not self.in_list()
        return frozenset({Context.WINDOW, Context.READING if reads_other else Context.LIST})

    def in_list(self) -> bool:
        """Return whether the focus is in a list."""
        return bool(self.place) and self.panel.holds_focus()

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
        self.window.make_room(on=True)

    def _pane_changed(self) -> None:
        if self.message() is None:
            self.window.make_room(on=False)

    def give_up(self, pane: QWidget) -> None:
        """Take a message out of the pane for another window; the reader is there again."""
        if pane in self.messages:
            self.messages.remove(pane)
        if self.window.pane.currentWidget() is pane:
            self.window.pane.setCurrentWidget(self.reader)
            self.read_now()
        self.window.pane.removeWidget(pane)

    def drop_message(self, pane: QWidget) -> None:
        """Take a message out of the pane; the focus goes back to what is behind it if it was in the message."""
        had_focus = pane.isAncestorOf(QApplication.focusWidget() or self.window) or self.window.gate.holds_focus()
        if pane in self.messages:
            self.messages.remove(pane)
        if self.window.pane.currentWidget() is pane:
            self.window.pane.setCurrentWidget(self.reader)  # a page over the lists stays where it is
            if not self.reads_other():  # that stays: it is what was answered
                self.read_now()
        self.window.drop_pane(pane)
        if had_focus or QApplication.focusWidget() is None:
            self._rest_focus()

    def _rest_focus(self) -> None:
        """Put the focus in the list, or in the message in the reader that was answered and is in no list."""
        if self.reads_other() and self.window.pane.currentWidget() is self.reader:
            self.reader.focus_text()
        else:
            self.panel.take_focus()

    def last_message(self) -> QWidget | None:
        """Return the message that was opened last and is still open."""
        return self.messages[-1] if self.messages else None

    # --- the reader -----------------------------------------------------------------------------------------------

    def show_reader(self) -> None:
        """Show the reader in the pane."""
        self.window.show_pane(self.reader)
        self.read_now()

    def reads_soon(self) -> bool:
        """Return whether the row at which the list stands now is about to be read."""
        return self._rest.isActive()

    def read_now(self) -> None:
        """Show the current row in the reader at once."""
        self._rest.stop()
        if self.place:
            self.reading.emit((self.panel, self.panel.current()))

    def follow(self, local_id: LocalId) -> None:
        """Let the list stand at the message in the pane, unless the person is in the list."""
        if self.in_list():
            return
        row_id = self.panel.session.id_of(local_id)
        number = -1 if row_id is None else self.panel.model.number_of(row_id)
        if number >= 0 and number != self.panel.list.current_number():
            self.panel.list.go_to(number)

    def _moved(self) -> None:
        row = self.panel.current() if self.place else None
        key = "" if row is None else row.key
        if not self.place or key == self._at:
            return  # the same row, in another place of the list
        self._at = key
        if self.message() is not None:
            if not self.in_list():
                return
            self.window.show_pane(self.reader)  # walking through the list is for reading; the message stays open
        self._rest.start()
