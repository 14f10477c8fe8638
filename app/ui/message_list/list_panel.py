"""Title, bar, rows, and words for an empty list."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedLayout, QVBoxLayout, QWidget

from app.core.i18n import tr
from app.domain.errors import ServerWords, Trouble, TroubleKind
from app.domain.listing import Order
from app.domain.outcome import Outcome, Verdict
from app.services.records.rows import ListRow
from app.services.text.error_text import details_of
from app.ui import icons, theme
from app.ui.bars import MessageBar
from app.ui.message_list.list_view import MessageList
from app.ui.message_list.model import MessageModel
from app.ui.message_list.session import ListSession
from app.ui.widgets import Label

if TYPE_CHECKING:
    from app.domain.query import Completion
    from app.ui.message_list.search_bar import SearchBar


class Empty(NamedTuple):
    """An icon, one sentence, and one key in words. `action` is the command that Enter does, "" for none."""

    icon: str
    sentence: str
    hint: str = ""
    action: str = ""


def why_empty(session: ListSession, nothing: Empty) -> Empty:
    """Return why a list has no rows; `nothing` is what it says where there truly are none."""
    if session.view is None:
        return Empty("user-round", tr("No mailbox is set up yet"), tr("Ctrl+, adds one"))
    if session.searching:
        if session.searched_server:
            return Empty("search", tr("Nothing found, on the server neither"), tr("Esc ends the search"))
        return Empty("search", tr("Nothing found on this computer"), tr("Shift+Enter looks on the server"))
    if session.refusal is not None:
        return Empty("lock-keyhole", tr("The server does not let you look in here"), tr("F5 asks again"))
    if session.trouble is not None:
        return _why_not_known(session.trouble)
    if session.loaded or not session.loading:
        return nothing
    return Empty("loader-circle", tr("Reading what is there…"), tr("C writes a message meanwhile"))


def _why_not_known(trouble: Trouble) -> Empty:
    again = tr("F5 tries again")
    match trouble.kind:
        case TroubleKind.SIGN_IN:
            return Empty("lock-keyhole", tr("Waiting for your sign-in"), tr("Enter asks for it"), "account.sign_in")
        case TroubleKind.NOT_GENUINE:
            return Empty("lock-keyhole", tr("The server could not show that it is genuine"), again)
        case TroubleKind.SERVICE_OFF:
            return Empty("cloud-off", tr("Your organisation has turned this connection off"), again)
        case TroubleKind.SERVER:
            return Empty("cloud-off", tr("The server is not well"), again)
        case _:
            return Empty("cloud-off", tr("The server cannot be reached"), again)


class EmptyState(QWidget):
    """Draws it. It can take the focus, so that keys of the list work on nothing too."""

    escaped = Signal()
    acted = Signal(str)

    def __init__(self, empty: Empty, parent: QWidget) -> None:
        super().__init__(parent)
        self.shown = empty
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._icon = Label(self)
        self._icon.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._sentence = Label(self)
        self._sentence.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._sentence.setWordWrap(True)
        self._sentence.setProperty("tone", "muted")
        self._hint = Label(self)
        self._hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._hint.setProperty("tone", "faint")
        column = QVBoxLayout(self)
        column.setContentsMargins(32, 0, 32, 80)
        column.setSpacing(10)
        column.addStretch(1)
        for label in (self._icon, self._sentence, self._hint):
            column.addWidget(label)
        column.addStretch(1)
        self.show_empty(empty)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.escaped.emit()
        elif event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and self.shown.action:
            self.acted.emit(self.shown.action)
            return
        super().keyPressEvent(event)

    def show_empty(self, empty: Empty) -> None:
        """Show `empty`."""
        self.shown = empty
        icons.put(self._icon, empty.icon, "faint", 36)
        self._sentence.setText(empty.sentence)
        self._hint.setText(empty.hint)
        self._hint.setVisible(bool(empty.hint))
        ended = empty.sentence if empty.sentence.endswith("…") else f"{empty.sentence}."
        self.setAccessibleName(f"{ended} {empty.hint}" if empty.hint else empty.sentence)


_GATHERED = 16
"""Milliseconds for which changes are gathered: one frame."""
_UNSEEN = 100
"""The same of a list that is not shown: it costs what the one that is shown needs."""


class ListPanel(QWidget):
    """Header, bar, list; or header, bar, and one sentence. `refreshed` comes after what is shown was drawn anew."""

    refreshed = Signal()
    acted = Signal(str)
    search_keys = ""
    """What Enter and Shift+Enter do in the line in which one types, where that is not the usual."""

    def __init__(self, title: str, session: ListSession, empty: Empty, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.setObjectName("listSide")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName(title)
        self.title = Label(title, self)
        self.title.setFont(theme.font(size=18, semibold=True))
        self.count = Label(self)
        self.count.setProperty("tone", "faint")
        self.bar = MessageBar(self)
        self.model: MessageModel[ListRow] = MessageModel(session, session.face)
        self.list = MessageList(self.model, title, self)
        self.list.escaped.connect(self._escape)
        self._nothing = empty
        self._refusal: ServerWords | None = None
        self._empty = EmptyState(empty, self)
        self._empty.escaped.connect(self.end_search)
        self._empty.acted.connect(self.acted)
        self._lay_out()
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.timeout.connect(self._catch_up)
        self._moved = False
        self._newest = 0.0
        """The time of the newest row when the list was left, in seconds since the epoch; 0 before that."""
        self._stale: set[int] = set()
        self._order = session.order
        session.changed.subscribe(lambda _: self._gather())
        session.told.subscribe(self._told)
        self.model.marks_changed.connect(self._say_count)
        self.refresh()

    def call(self, title: str) -> None:
        """Call the list otherwise."""
        self.title.setText(title)
        self.setAccessibleName(title)

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(18, 16, 16, 8)
        head.addWidget(self.title)
        head.addStretch(1)
        head.addWidget(self.count, 0, Qt.AlignmentFlag.AlignBottom)
        bar = QVBoxLayout()
        bar.setContentsMargins(10, 0, 10, 4)
        bar.addWidget(self.bar)
        self.place_for_keys = QWidget(self)
        """Where the keys of lists count: not in the line in which one types what to look for."""
        self._stack = QStackedLayout(self.place_for_keys)
        self._stack.addWidget(self.list)
        self._stack.addWidget(self._empty)
        self._find: SearchBar | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 0, 1, 0)  # beside the lines at both edges
        column.setSpacing(0)
        column.addLayout(head)
        column.addLayout(bar)
        column.addWidget(self.place_for_keys, 1)
        self._column = column

    def _gather(self) -> None:
        """Draw a batch of changes once, not a hundred times; but the first rows at once."""
        self._moved = True
        if self.session.ids() and not self.model.ids:
            self._catch_up()
        else:
            self._start()

    def _start(self) -> None:
        if not self._soon.isActive():
            self._soon.start(_GATHERED if self.isVisible() else _UNSEEN)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._soon.isActive():
            self._soon.stop()
            self._catch_up()

    def refresh(self) -> None:
        """Draw what the session says: rows, count, or why there are none."""
        self._moved = False
        had_focus = self.holds_focus()
        rows = self.session.ids()
        self.list.show_ids(rows)
        self._show_headings()
        self.model.forget_faces()
        self.list.show_sought(self.session.sought)
        self._say_count()
        if not rows:
            self._empty.show_empty(why_empty(self.session, self._nothing))
        self._say_refused(listed=bool(rows))
        self._stack.setCurrentWidget(self.list if rows else self._empty)
        self.setFocusProxy(self.list if rows else self._empty)
        if rows and not self.list.selectionModel().hasSelection():
            # Qt makes a row current when the list takes the focus, but selects none.
            self.list.go_to(max(0, self.list.current_number()))
        if self.session.order is not self._order:
            # The person asked for another order, and the current row must stay in sight.
            self._order = self.session.order
            self.list.scrollTo(self.list.currentIndex())
        if had_focus:
            self.take_focus()
        self.refreshed.emit()

    def _say_count(self) -> None:
        """Say how many there are, and before it how many are marked: those that a key acts on may be out of sight."""
        words = self.session.count_words() if self.model.ids else ""
        marked = len(self.model.marked)
        self.count.setText(tr("{n} marked · {words}", n=marked, words=words) if marked else words)

    def _say_refused(self, *, listed: bool) -> None:
        """Say over rows that are only remembered why they are no longer kept true."""
        refusal = self.session.refusal if listed else None
        if refusal is not self._refusal:
            self._refusal = refusal
            if refusal is None:
                self.bar.clear()
            else:
                words = tr("You may not look in here any more: this is what was there before. F5 asks again.")
                self.bar.show_sentence(words, tone="warn", details=details_of(Outcome(Verdict.REFUSED, words=refusal)))

    def _show_headings(self) -> None:
        numbers = self.session.headings()
        if not numbers and not self.model.headed:
            return
        self.list.show_headings(numbers, self.session.heading)

    def _told(self, row_ids: frozenset[int]) -> None:
        self._stale |= row_ids
        self._start()

    def _catch_up(self) -> None:
        """Draw what changed. The reader is notified where the current row is there now, or says something else."""
        stale, self._stale = self._stale, set()
        if self._moved:
            self.refresh()
        else:
            self.model.forget_faces(stale)
        if self.list.current_id() in stale:
            self.list.current_changed.emit()
            self.refreshed.emit()

    # --- what is new ------------------------------------------------------------------------------------------------

    def remember_newest(self) -> None:
        """Note, where one leaves the list, how new its newest row is."""
        self._newest = self._newest_now() or self._newest

    def show_newest(self) -> None:
        """Stand at the first row where a newer one came since the list was left: one comes to see that."""
        if self._moved:
            self.refresh()
        if self._newest_now() > self._newest:
            self.list.go_to(0)
            self.list.scrollToTop()

    def _newest_now(self) -> float:
        """Return the time of the first row, 0 where the first is not the newest, or is still read."""
        newest_first = self.session.order is Order.NEWEST and not self.session.searching
        row = self.model.row(0) if self.model.ids and newest_first else None
        return 0.0 if row is None else row.when

    # --- looking for something --------------------------------------------------------------------------------------

    def begin_search(self) -> None:
        """Open the line in which one types what to look for."""
        if self._find is None:
            from app.ui.message_list.search_bar import SearchBar

            self._find = find = SearchBar(self, self.search_keys)
            self._column.insertWidget(1, find)
            find.asked.connect(self.look_for)
            find.offer_wanted.connect(self._offer)
            find.left.connect(self._come_from_search)
            find.entered.connect(self.enter_from_search)
            find.ended.connect(self.end_search)
            find.server_wanted.connect(self.search_server)
        self._find.begin()

    def look_for(self, text: str) -> None:
        """Show what `text` finds alone, from its first row on."""
        self.session.find(text)
        if text:
            self.session.once_found(self._show_first)

    def _show_first(self) -> None:
        """Stand at the first row of what was found: what was current before may be far down, or half in sight."""
        if self._moved:
            self.refresh()
        if self.model.ids and self.session.text:
            self.list.go_to(0)
            self.list.scrollToTop()

    def enter_from_search(self) -> None:
        """Do what Enter does in the line in which one types: go to what was found."""
        self._come_from_search()

    def _escape(self) -> None:
        """Take back what is being done with rows, if anything is; else show everything again."""
        doing = self.session.notes.newest()
        if doing is not None:
            doing.take_back()
        else:
            self.end_search()

    def _come_from_search(self) -> None:
        self.list.choose()  # going from the search line to what was found chooses the row
        self.take_focus()

    def end_search(self) -> bool:
        """Show everything again; return whether something was looked for."""
        if self._find is None or not self._find.isVisible():
            return False
        self._find.end()
        self.session.find("")
        self._come_from_search()
        return True

    def search_server(self) -> None:
        """Look for the same on the server."""
        self.session.find_on_server()
        self.take_focus()

    def _offer(self, text: str) -> None:
        def show(offers: Sequence[Completion]) -> None:
            if self._find is not None and self._find.line.text() == text:
                self._find.offer(offers)

        self.session.complete(text, show)

    # --- the rows ---------------------------------------------------------------------------------------------------

    def take_focus(self) -> None:
        """Put the focus where this list's keys count, rows or none."""
        shown = self._stack.currentWidget()
        if shown is not None:
            shown.setFocus(Qt.FocusReason.OtherFocusReason)

    def holds_focus(self) -> bool:
        """Return whether the focus is in this list."""
        focus: QWidget | None = self.place_for_keys.focusWidget()
        return focus is not None and focus.hasFocus()

    def current(self) -> ListRow | None:
        """Return the row one is at; None where there is none, or where it is still read."""
        row_id = self.list.current_id()
        return None if row_id is None else self.session.row(row_id)

    def chosen_ids(self) -> list[int]:
        """Return what names that on which a command acts: the marked rows, or else the current one."""
        return self.list.chosen_ids()

    def problems(self) -> list[int]:
        """Return the numbers of the rows that need the person and are listed, ascending."""
        return sorted(n for one in self.session.problems() if (n := self.model.number_of(one)) >= 0)

    def next_problem(self, step: int, *, around: bool = True) -> bool:
        """Go to the next row that needs the person; with `around`, past the end too. False where there is none."""
        numbers = self.problems()
        here = self.list.current_number()
        ahead = [n for n in numbers if n > here] if step > 0 else [n for n in reversed(numbers) if n < here]
        if not ahead and not (around and numbers):
            return False
        self.list.choose()
        self.list.go_to(ahead[0] if ahead else (numbers[0] if step > 0 else numbers[-1]))
        return True

    def first_problem(self, step: int) -> None:
        """Go to the first row that needs the person, or to the last one for a step back."""
        numbers = self.problems()
        if numbers:
            self.list.choose()
            self.list.go_to(numbers[0] if step > 0 else numbers[-1])
