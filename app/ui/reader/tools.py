"""The buttons above a message that is read: what the keys do, for the mouse."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from app.core.i18n import mark, tr
from app.ui import icons, keys


class Tool(NamedTuple):
    """A button: the command that it does, its icon, and its words."""

    command: str
    icon: str
    words: str


TOOLS: Final = (
    Tool("list.open", "pen-line", mark("Edit")),
    Tool("received.reply", "reply", mark("Reply")),
    Tool("sent.reply_all", "reply-all", mark("Reply to all")),
    Tool("sent.forward", "forward", mark("Forward")),
    Tool("sent.edit_as_new", "copy", mark("Edit as new")),
    Tool("outbox.retry", "rotate-ccw", mark("Try again")),
    Tool("read.reply", "reply", mark("Reply")),
    Tool("read.reply_all", "reply-all", mark("Reply to all")),
    Tool("read.forward", "forward", mark("Forward")),
    Tool("read.edit_as_new", "copy", mark("Edit as new message")),
    Tool("drafts.discard", "trash-2", mark("Delete")),
)


class ReaderTools(QWidget):
    """A line of buttons. `wanted` carries the command that is to be done, `more_wanted` where its menu opens."""

    wanted = Signal(str)
    more_wanted = Signal(QPoint)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(tr("What can be done with this message"))
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(2)
        self.buttons: dict[str, QPushButton] = {}
        for tool in TOOLS:
            button = self._button(tool.icon, tr(tool.words))
            keys.put_tip(button, tr(tool.words), tool.command)
            button.clicked.connect(lambda _checked=False, command=tool.command: self.wanted.emit(command))
            self.buttons[tool.command] = button
            line.addWidget(button)
        self.more = self._button("ellipsis", tr("More"))
        self.more.setToolTip(tr("More"))
        self.more.clicked.connect(lambda: self.more_wanted.emit(self._below_more()))
        line.addWidget(self.more)

    def _button(self, icon: str, words: str) -> QPushButton:
        button = QPushButton(self)
        button.setProperty("kind", "quiet")
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # keys do all of it, and stay where they are
        button.setAccessibleName(words)
        icons.put(button, icon, "muted")
        return button

    def _below_more(self) -> QPoint:
        return self.more.mapToGlobal(QPoint(0, self.more.height()))

    def offer(self, can: Callable[[str], bool]) -> None:
        """Show the buttons of those commands that `can` be done now."""
        for command, button in self.buttons.items():
            button.setVisible(can(command))
