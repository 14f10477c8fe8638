"""A question with several answers that has the window to itself: each is a button, and Escape is the last of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from app.core.i18n import tr
from app.core.text import shortened
from app.ui import icons, theme, widgets
from app.ui.widgets import FocusReturn, Label, say_aloud

_LONGEST = 90
"""Messages of a line: a subject may be of any length."""


class Choice(NamedTuple):
    """One answer: the words on its button, and what it does."""

    words: str
    act: Callable[[], None]


class ChoiceBar(QFrame):
    """Keeps every key while it has the focus: no shortcut of the window fires behind its back."""

    def __init__(self, parent: QWidget, elsewhere: Callable[[], None]) -> None:
        """`elsewhere` takes the focus when where it came from is gone."""
        super().__init__(parent)
        self.setProperty("kind", "bar")
        self._way_back = FocusReturn(self, elsewhere)
        self._icon = Label(self)
        self._words = Label(self)
        self._words.setWordWrap(True)
        self._words.setFont(theme.font(semibold=True))
        self._lines = Label(self)
        self._lines.setProperty("tone", "muted")
        self._lines.setWordWrap(True)
        self._buttons: list[QPushButton] = []
        texts = QVBoxLayout()
        texts.setSpacing(2)
        texts.addWidget(self._words)
        texts.addWidget(self._lines)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(14, 10, 10, 10)
        self._row.setSpacing(10)
        self._row.addWidget(self._icon)
        self._row.addLayout(texts, 1)
        self.hide()

    def ask(self, sentence: str, lines: Sequence[str], choices: Sequence[Choice], *, urgent: bool = True) -> None:
        """Ask `sentence`, with `lines` below it. The first choice has the focus: it is the one that is meant.

        What is not `urgent` is said rather than asked: no choice is meant, and Escape's has the focus.
        """
        tone = "warn" if urgent else "info"
        self.setProperty("tone", tone)
        self.style().unpolish(self)
        self.style().polish(self)
        icons.put(self._icon, "triangle-alert" if urgent else "info", "warn" if urgent else "accent", 18)
        if not self.isVisible():
            self._way_back.remember()
        self._words.setText(sentence)
        self.show_lines(lines)
        self._offer(choices, urgent=urgent)
        self.show()
        self.take_focus()
        say_aloud(self, self.accessibleName())

    def show_lines(self, lines: Sequence[str]) -> None:
        """Show other lines below the question: how things stand now."""
        short = [shortened(line, _LONGEST) for line in lines]
        self._lines.setText("\n".join(short))
        self._lines.setVisible(bool(short))
        upright = Qt.AlignmentFlag.AlignTop if short else Qt.AlignmentFlag.AlignVCenter
        self._row.setAlignment(self._icon, upright)
        self.setAccessibleName(" ".join([self._words.text(), *short]))

    def take_focus(self) -> None:
        """Put the focus on the choice that does no harm."""
        if self._buttons:
            self._buttons[0 if self.property("tone") == "warn" else -1].setFocus(Qt.FocusReason.PopupFocusReason)

    def leave(self) -> None:
        """Ask nothing more; the focus goes back to where it was."""
        self.hide()
        self._way_back.go()

    def _offer(self, choices: Sequence[Choice], *, urgent: bool) -> None:
        for button in self._buttons:
            button.hide()
            button.deleteLater()
        self._buttons = []
        for number, choice in enumerate(choices):
            button = QPushButton(choice.words, self)
            button.setProperty("kind", "primary" if number == 0 and urgent else "")
            button.setAccessibleDescription(self.accessibleName())
            if number == len(choices) - 1:
                button.setToolTip(tr("Esc"))
            button.clicked.connect(choice.act)
            self._row.addWidget(button, 0, Qt.AlignmentFlag.AlignVCenter)
            button.show()  # else a layout shows it later, and until then it takes no focus
            self._buttons.append(button)

    def event(self, event: QEvent) -> bool:
        """Take every key before it is a shortcut."""
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape is the last choice, Enter the one that has the focus; no other key goes on from here."""
        if event.key() == Qt.Key.Key_Escape and self._buttons:
            self._buttons[-1].click()
        elif not widgets.presses(self.window(), event):
            event.accept()
