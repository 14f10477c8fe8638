"""Shows a letter that is not being written: what it says, how it stands, and the one thing that helps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPlainTextEdit, QStackedLayout, QVBoxLayout, QWidget

from app.domain.i18n import tr
from app.ui import icons, theme
from app.ui.bars import MessageBar
from app.ui.label import Label

_SIDE = 32


class Notice(NamedTuple):
    """What a bar says of one letter: a sentence, its tone, one action, the details, and other actions."""

    sentence: str
    tone: str = "info"
    action: tuple[str, str] | None = None
    details: Sequence[tuple[str, str]] = ()
    more: Sequence[tuple[str, str]] = ()


class Reading(NamedTuple):
    """A letter as the reader shows it. `body` is None while it is fetched."""

    subject: str
    who: str
    when: str
    body: str | None
    hint: str = ""
    notice: Notice | None = None


class Reader(QWidget):
    """The pane beside a list. It shows plain text only: nothing in a letter is ever fetched or run."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("pane")
        self.setAccessibleName(tr("Message"))
        self.bar = MessageBar(self)
        self._subject = Label(self)
        self._subject.setFont(theme.font(size=20, semibold=True))
        self._who, self._when, self._hint = Label(self), Label(self), Label(self)
        self._body = QPlainTextEdit(self)
        self._body.setReadOnly(True)
        self._body.setFont(theme.font(size=14))
        self._body.setAccessibleName(tr("Text of the message"))
        self._body.setTabChangesFocus(True)
        self._body.document().setDocumentMargin(0)
        for label, tone in ((self._who, "muted"), (self._when, "faint"), (self._hint, "faint")):
            label.setProperty("tone", tone)
        for label in (self._subject, self._who):
            label.setWordWrap(True)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._stack = QStackedLayout(self)
        self._stack.addWidget(self._blank())
        self._stack.addWidget(self._letter())

    def show_reading(self, reading: Reading | None) -> None:
        """Show a letter, or the quiet picture of none."""
        self._stack.setCurrentIndex(0 if reading is None else 1)
        if reading is None:
            return
        self._subject.setText(reading.subject)
        self._who.setText(reading.who)
        self._when.setText(reading.when)
        self._hint.setText(reading.hint)
        body = tr("Fetching the message…") if reading.body is None else reading.body
        if self._body.toPlainText() != body:
            self._body.setPlainText(body)
        if reading.notice is None:
            self.bar.clear()
        else:
            notice = reading.notice
            self.bar.say(
                notice.sentence, tone=notice.tone, action=notice.action, details=notice.details, more=notice.more
            )

    def _letter(self) -> QWidget:
        sheet = QWidget(self)
        column = QVBoxLayout(sheet)
        column.setContentsMargins(_SIDE, 18, 12, 12)
        column.setSpacing(6)
        line = QFrame(sheet)
        line.setProperty("kind", "line")
        line.setFixedHeight(1)
        bar = QVBoxLayout()
        bar.setContentsMargins(0, 0, 12, 0)
        bar.addWidget(self.bar)
        column.addLayout(bar)
        column.addSpacing(4)
        column.addWidget(self._subject)
        column.addWidget(self._who)
        times = QHBoxLayout()
        times.addWidget(self._when, 1)
        times.addWidget(self._hint)
        column.addLayout(times)
        column.addSpacing(6)
        column.addWidget(line)
        column.addSpacing(10)
        column.addWidget(self._body, 1)
        return sheet

    def _blank(self) -> QWidget:
        sheet = QWidget(self)
        picture = Label(sheet)
        icons.put(picture, "mail", "line", 72)
        picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        words = Label(tr("Choose a message, or press C to write one"), sheet)
        words.setProperty("tone", "faint")
        words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        column = QVBoxLayout(sheet)
        column.addStretch(1)
        column.addWidget(picture)
        column.addWidget(words)
        column.addStretch(1)
        return sheet
