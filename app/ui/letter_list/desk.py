"""A list as a working desk: its name and count, a word on the whole, the rows, and what is said when there are none."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QStackedLayout, QVBoxLayout, QWidget

from app.domain.errors import TroubleKind
from app.domain.i18n import tr
from app.services.rows import ListRow
from app.ui import icons, theme
from app.ui.bars import MessageBar
from app.ui.label import Label
from app.ui.letter_list.model import LetterModel
from app.ui.letter_list.session import ListSession
from app.ui.letter_list.view import LetterList

_GATHERED = 16
"""Milliseconds for which changes are gathered: one frame."""


class Empty(NamedTuple):
    """What a list says when it has no rows: an icon, one sentence, and one key that helps."""

    icon: str
    sentence: str
    hint: str = ""


class ListDesk(QWidget):
    """Header, bar, list; or header, bar, and one sentence. `refreshed` comes after what is shown was drawn anew."""

    refreshed = Signal()

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
        self.model: LetterModel[ListRow] = LetterModel(session.face)
        self.list = LetterList(self.model, title, self)
        self._nothing = empty
        self._empty = _EmptyState(empty, self)
        head = QHBoxLayout()
        head.setContentsMargins(18, 16, 16, 8)
        head.addWidget(self.title)
        head.addStretch(1)
        head.addWidget(self.count, 0, Qt.AlignmentFlag.AlignBottom)
        bar = QVBoxLayout()
        bar.setContentsMargins(10, 0, 10, 4)
        bar.addWidget(self.bar)
        self._stack = QStackedLayout()
        self._stack.addWidget(self.list)
        self._stack.addWidget(self._empty)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addLayout(bar)
        column.addLayout(self._stack, 1)
        self.list.end_reached.connect(session.load_more)
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(_GATHERED)
        self._soon.timeout.connect(self.refresh)
        session.changed.subscribe(lambda _: self._gather())
        self.refresh()

    def _gather(self) -> None:
        """Draw a batch of changes once, not a hundred times."""
        if not self._soon.isActive():
            self._soon.start()

    def refresh(self) -> None:
        """Draw what the session says: rows, count, or why there are none."""
        had_focus = self.holds_focus()
        rows = self.session.rows()
        self.model.set_rows(rows)
        self.count.setText(self.session.count_words() if rows else "")
        if not rows:
            self._empty.say(self._why_empty())
        self._stack.setCurrentWidget(self.list if rows else self._empty)
        if rows and not self.list.selectionModel().hasSelection():
            # Qt makes a row current when the list takes the focus, but selects none.
            self.list.go_to(max(0, self.list.current_number()))
        if had_focus:
            self.take_focus()
        self.refreshed.emit()

    def _why_empty(self) -> Empty:
        trouble = self.session.trouble
        if trouble is not None and trouble.kind is TroubleKind.SIGN_IN:
            return Empty("lock-keyhole", tr("Waiting for your password"))
        if trouble is not None:
            return Empty("cloud-off", tr("The server cannot be reached"), tr("F5 tries again"))
        if self.session.loaded or not self.session.loading:
            return self._nothing
        return Empty("loader-circle", tr("Looking…"))

    def take_focus(self) -> None:
        """Put the focus where this desk's keys count, rows or none."""
        shown = self._stack.currentWidget()
        if shown is not None:
            shown.setFocus(Qt.FocusReason.OtherFocusReason)

    def holds_focus(self) -> bool:
        """Tell whether the focus is in this desk."""
        focus: QWidget | None = self.focusWidget()
        return focus is not None and focus.hasFocus()

    def current(self) -> ListRow | None:
        """Return the row one is at."""
        row = self.list.current_row()
        return row if isinstance(row, ListRow) else None

    def chosen(self) -> list[ListRow]:
        """Return what a command acts on: the marked rows, or else the current one."""
        return [row for row in self.list.chosen() if isinstance(row, ListRow)]

    def next_problem(self, step: int) -> bool:
        """Go to the next row that needs the person, round the end; False where there is none."""
        numbers = self.session.problems()
        if not numbers:
            return False
        here = self.list.current_number()
        ahead = [n for n in numbers if n > here] if step > 0 else [n for n in reversed(numbers) if n < here]
        self.list.go_to(ahead[0] if ahead else (numbers[0] if step > 0 else numbers[-1]))
        return True


class _EmptyState(QWidget):
    """An icon, a sentence, a hint; it can take the focus, so that keys of the list work on nothing too."""

    def __init__(self, empty: Empty, parent: QWidget) -> None:
        super().__init__(parent)
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
        self.say(empty)

    def say(self, empty: Empty) -> None:
        """Show `empty`."""
        icons.put(self._icon, empty.icon, "faint", 36)
        self._sentence.setText(empty.sentence)
        self._hint.setText(empty.hint)
        self._hint.setVisible(bool(empty.hint))
        self.setAccessibleName(f"{empty.sentence} {empty.hint}".strip())
