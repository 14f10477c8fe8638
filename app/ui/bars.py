"""Bars that say something beside the matter itself: never a dialog in the way, never gone before it was read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from app.core.i18n import tr
from app.ui import icons, keys
from app.ui.widgets import FocusReturn, Label, say_aloud

_LONGEST_WORD = 36
"""Messages of a word in the details from which on it stands below its name and not beside it."""
_PRESSES = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)
_ICONS = {"bad": "circle-alert", "warn": "triangle-alert", "info": "info", "good": "circle-check"}


class MessageBar(QFrame):
    """One sentence with one action, and under Details what the server said, word for word.

    `closable` gives it a button that takes it away: for what nothing else will ever take back. Escape does the same
    in the window, unless `by_escape` is False. What it says, a screen reader says when it comes, as the focus stays
    where it is; not where `heard` is False: because the row that one is at says the same, or each key changes it.
    """

    action_wanted = Signal(str)
    dismissed = Signal()
    """The person took the bar away."""

    def __init__(
        self, parent: QWidget | None = None, *, closable: bool = False, by_escape: bool = True, heard: bool = True
    ) -> None:
        super().__init__(parent)
        self.setProperty("kind", "bar")
        self._heard, self._said = heard, ""
        self._action_id = ""
        self._details: list[tuple[str, str]] = []
        self._icon = Label(self)
        self._sentence = Label(self)
        self._sentence.setWordWrap(True)
        self._sentence.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._action = QPushButton(self)
        self._action.setProperty("kind", "link")
        self._action.clicked.connect(lambda: self.action_wanted.emit(self._action_id))
        self._more = QPushButton(tr("Details"), self)
        self._more.setProperty("kind", "quiet")
        self._more.setCheckable(True)
        self._more.toggled.connect(self._show_details)
        self._panel, self._grid = self._details_panel()
        line = QHBoxLayout()
        line.setSpacing(8)
        line.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignVCenter)
        line.addWidget(self._sentence, 1)
        line.addWidget(self._action)
        self._others: list[QPushButton] = []
        self._line = line
        line.addWidget(self._more)
        self._close = self._close_button(by_escape=by_escape)
        self._close.setVisible(closable)
        line.addWidget(self._close)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 6, 8, 6)
        column.addLayout(line)
        column.addWidget(self._panel)
        self._panel.hide()
        self._more.hide()
        self.hide()

    def _details_panel(self) -> tuple[QWidget, QGridLayout]:
        panel = QWidget(self)
        grid = QGridLayout(panel)
        grid.setContentsMargins(26, 0, 0, 4)
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(1, 1)
        return panel, grid

    def _close_button(self, *, by_escape: bool) -> QPushButton:
        button = QPushButton(self)
        button.setProperty("kind", "quiet")
        button.setAccessibleName(tr("Close"))
        button.setToolTip(keys.with_keys(tr("Close"), "Esc") if by_escape else tr("Close"))
        icons.put(button, "x", "muted", 14)
        button.clicked.connect(self.dismiss)
        return button

    def show_sentence(
        self,
        sentence: str,
        *,
        tone: str = "info",
        action: tuple[str, str] | None = None,
        details: Sequence[tuple[str, str]] = (),
        more: Sequence[tuple[str, str]] = (),
    ) -> None:
        """Show `sentence`. `action` is its id and its words; `details` are labels with the server's own words.

        `more` are other actions, where only the person can know which is the right one.
        """
        self.setProperty("tone", tone)
        self.style().unpolish(self)
        self.style().polish(self)
        icons.put(self._icon, _ICONS[tone], "accent" if tone == "info" else tone, 18)
        self._sentence.setText(sentence)
        self.setAccessibleName(sentence)
        self._action_id = action[0] if action else ""
        self._action.setText(action[1] if action else "")
        self._action.setVisible(action is not None)
        self._offer(more)
        self._fill(list(details))
        self.show()
        if self._heard and sentence != self._said:
            say_aloud(self, f"{sentence} {action[1]}" if action else sentence)
        self._said = sentence

    def _offer(self, more: Sequence[tuple[str, str]]) -> None:
        if [words for _, words in more] == [button.text() for button in self._others]:
            return
        for button in self._others:
            button.hide()
            button.deleteLater()
        self._others = []
        for number, (action, words) in enumerate(more, start=1):
            button = QPushButton(words, self)
            button.setProperty("kind", "link")
            button.clicked.connect(partial(self.action_wanted.emit, action))
            self._line.insertWidget(self._line.indexOf(self._action) + number, button)
            self._others.append(button)

    def dismiss(self) -> None:
        """Hide, because the person has read it; the focus goes on if it was here."""
        focus: QWidget | None = self.window().focusWidget()
        if focus is not None and self.isAncestorOf(focus):
            self.focusNextChild()
        self.clear()
        self.dismissed.emit()

    def hear_again(self) -> None:
        """Let a screen reader say the sentence once more when it is shown next: the person asked for the same again."""
        self._said = ""

    def clear(self) -> None:
        """Say nothing."""
        self._said = ""
        self._more.setChecked(False)
        self.hide()

    def focus_action(self) -> None:
        """Put the focus on the one thing that helps."""
        (self._action if self._action_id else self._more).setFocus(Qt.FocusReason.ShortcutFocusReason)

    def show_details(self) -> None:
        """Open or close Details."""
        if self._details:
            self._more.toggle()

    def _fill(self, details: list[tuple[str, str]]) -> None:
        if details == self._details:
            return
        self._details = details
        while (item := self._grid.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        for number, (label, value) in enumerate(details):
            name = Label(label, self._panel)
            name.setProperty("tone", "muted")
            words = Label(value, self._panel)
            words.setWordWrap(True)
            words.setTextInteractionFlags(
                Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
            )
            words.setAccessibleName(f"{label}: {value}")
            # What cannot be broken (a Message-ID) has the whole width, below its name.
            long = max(map(len, value.split()), default=0) > _LONGEST_WORD
            self._grid.addWidget(name, 2 * number, 0, 1, 2 if long else 1, Qt.AlignmentFlag.AlignTop)
            self._grid.addWidget(words, 2 * number + long, 1 - long, 1, 1 + long)
        if details and self._action_id != "copy-details":
            copy = QPushButton(tr("Copy details"), self._panel)
            copy.setProperty("kind", "link")
            copy.clicked.connect(self.copy_details)
            self._grid.addWidget(copy, 2 * len(details), 1, Qt.AlignmentFlag.AlignLeft)
        self._more.setVisible(bool(details))
        if not details:
            self._more.setChecked(False)

    def _show_details(self, shown: bool) -> None:
        self._panel.setVisible(shown)
        if shown:
            say_aloud(self._panel, ". ".join(f"{label}: {value}" for label, value in self._details))

    def copy_details(self) -> None:
        """Put sentence and details on the clipboard, as text for the server's administrator."""
        lines = [self._sentence.text(), *(f"{label}: {value}" for label, value in self._details)]
        QGuiApplication.clipboard().setText("\n".join(lines))


class ActionBar(QFrame):
    """A short word in the status bar with one way back: "Sending 3 messages in 5 s — Undo"."""

    action_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "popup")
        self._words = Label(self)
        self._action = QPushButton(self)
        self._action.setProperty("kind", "link")
        self._action.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._action.clicked.connect(self.action_wanted)
        self._line = QHBoxLayout(self)
        self._line.setSpacing(12)
        self._line.addWidget(self._words)
        self._line.addWidget(self._action)
        self._words.setMinimumHeight(self._action.sizeHint().height())  # as high with a button as without one
        self.hide()

    def show_words(self, words: str, action: str = "") -> None:
        """Show `words`, with the words of the way back if there is one."""
        self._words.setText(words)
        self._action.setText(action)
        self._action.setVisible(bool(action))
        self._line.setContentsMargins(14, 6, 8 if action else 14, 6)
        self.setAccessibleName(words)
        self.adjustSize()
        self.show()
        self.raise_()

    def fit(self, room: int) -> None:
        """Be as wide as the words, and no wider than `room` pixels: what is longer goes on below."""
        self._words.setWordWrap(False)
        self._words.setFixedWidth(self._words.sizeHint().width())
        self.adjustSize()
        over = self.width() - room
        if over > 0:
            self._words.setWordWrap(True)
            self._words.setFixedWidth(max(120, self._words.width() - over))
            self.adjustSize()


class _AnswerButton(QPushButton):
    """Is pressed by a key that was meant for it: not by one that is still down, nor by Ctrl+Enter pressed once more."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if event.key() in _PRESSES and not (plain and not event.isAutoRepeat()):
            event.accept()
        else:
            super().keyPressEvent(event)


class QuestionBar(QFrame):
    """A question with one button that has the focus: Enter does it, Escape leaves it."""

    def __init__(self, parent: QWidget, elsewhere: Callable[[], None]) -> None:
        """`elsewhere` takes the focus when where it came from is gone."""
        super().__init__(parent)
        self.setProperty("kind", "bar")
        self._act: Callable[[], None] = lambda: None
        self._way_back = FocusReturn(self, elsewhere)
        self._words = Label(self)
        self._yes = _AnswerButton(self)
        self._yes.setProperty("kind", "primary")
        self._yes.setAutoDefault(True)
        self._yes.clicked.connect(self._do)
        self._no = QPushButton(tr("Not now"), self)
        self._no.setProperty("kind", "quiet")
        self._no.clicked.connect(self._leave)
        line = QHBoxLayout(self)
        line.setContentsMargins(14, 8, 10, 8)
        line.addWidget(self._words, 1)
        line.addWidget(self._no)
        line.addWidget(self._yes)
        self.hide()

    def ask(self, question: str, yes: str, act: Callable[[], None]) -> None:
        """Ask `question`; `act` is done on Enter or a click on `yes`."""
        self._act = act
        self._way_back.remember()
        self._words.setText(question)
        self._yes.setText(yes)
        self.setAccessibleName(question)
        self.show()
        self._yes.setFocus(Qt.FocusReason.PopupFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self._leave()
        else:
            super().keyPressEvent(event)

    def _do(self) -> None:
        self._leave()
        self._act()

    def _leave(self) -> None:
        self._way_back.go()  # before it is hidden, which would leave the focus to whatever comes next
        self.hide()
