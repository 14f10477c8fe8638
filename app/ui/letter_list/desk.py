"""A list as a working desk: its name and count, a word on the whole, the rows, and what is said when there are none."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QStackedLayout, QVBoxLayout, QWidget

from app.ui import icons, theme
from app.ui.bars import MessageBar
from app.ui.letter_list.face import RowFace
from app.ui.letter_list.model import LetterModel, R
from app.ui.letter_list.view import LetterList


class Empty(NamedTuple):
    """What a list says when it has no rows: an icon, one sentence, and one key that helps."""

    icon: str
    sentence: str
    hint: str = ""


class ListDesk(QWidget):
    """Header, bar, list; or header, bar, and one sentence."""

    def __init__(self, title: str, face: Callable[[R], RowFace], empty: Empty, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("listSide")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName(title)
        self.title = QLabel(title, self)
        self.title.setFont(theme.font(size=18, semibold=True))
        self.count = QLabel(self)
        self.count.setProperty("tone", "faint")
        self.bar = MessageBar(self)
        self.model = LetterModel(face)
        self.list = LetterList(self.model, title, self)
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
        self.setFocusProxy(self.list)

    def show_count(self, words: str) -> None:
        """Show how many there are, in words."""
        self.count.setText(words)

    def show_rows(self, *, any_rows: bool) -> None:
        """Show the list, or what is said when it is empty."""
        self._stack.setCurrentWidget(self.list if any_rows else self._empty)
        if any_rows and self.list.current_number() < 0:
            self.list.go_to(0)

    def say_when_empty(self, empty: Empty) -> None:
        """Change what is said when there are no rows: loading, offline, nothing here."""
        self._empty.say(empty)


class _EmptyState(QWidget):
    """An icon, a sentence, a hint; it can take the focus, so that keys of the list work on nothing too."""

    def __init__(self, empty: Empty, parent: QWidget) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._icon = QLabel(self)
        self._icon.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._sentence = QLabel(self)
        self._sentence.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._sentence.setWordWrap(True)
        self._sentence.setProperty("tone", "muted")
        self._hint = QLabel(self)
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
        self._icon.setPixmap(icons.pixmap(empty.icon, "faint", 36))
        self._sentence.setText(empty.sentence)
        self._hint.setText(empty.hint)
        self._hint.setVisible(bool(empty.hint))
        self.setAccessibleName(f"{empty.sentence} {empty.hint}".strip())
