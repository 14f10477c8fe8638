"""Every command with its keys, on a sheet over the window; Escape closes it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from app.commands.command import CONTEXT_TITLES, Command, Context
from app.commands.reference import lines
from app.core.i18n import tr
from app.ui import theme
from app.ui.widgets import FocusReturn, Label

_MARGIN = 48


class KeysSheet(QFrame):
    """The keyboard reference, made of the commands themselves."""

    def __init__(self, window: QWidget, commands: Sequence[Command], elsewhere: Callable[[], None]) -> None:
        """`elsewhere` takes the focus when where it came from is gone."""
        super().__init__(window)
        self._window = window
        self._way_back = FocusReturn(self, elsewhere)
        self.setProperty("kind", "popup")
        self.setAccessibleName(tr("Keyboard shortcuts"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        title = Label(tr("Keyboard shortcuts"), self)
        title.setFont(theme.font(size=18, semibold=True))
        hint = Label(tr("Escape closes"), self)
        hint.setProperty("tone", "faint")
        head = QHBoxLayout()
        head.addWidget(title)
        head.addStretch(1)
        head.addWidget(hint)
        columns = QHBoxLayout()
        columns.setSpacing(36)
        for context in Context:
            columns.addWidget(self._column(commands, context), 1, Qt.AlignmentFlag.AlignTop)
        inner = QWidget()
        inner.setLayout(columns)
        self._area = QScrollArea(self)
        self._area.setWidgetResizable(True)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setWidget(inner)
        self._area.setStyleSheet("QScrollArea, QScrollArea > QWidget > QWidget { background: transparent; }")
        whole = QVBoxLayout(self)
        whole.setContentsMargins(28, 22, 28, 22)
        whole.setSpacing(14)
        whole.addLayout(head)
        whole.addWidget(self._area, 1)
        self.hide()

    def show_sheet(self) -> None:
        """Show the sheet over the window."""
        self._way_back.remember()
        self.setGeometry(self._window.rect().adjusted(_MARGIN, _MARGIN, -_MARGIN, -_MARGIN))
        self.show()
        self.raise_()
        self.setFocus(Qt.FocusReason.PopupFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        bar = self._area.verticalScrollBar()
        if event.key() == Qt.Key.Key_Escape:
            self.hide()
            self._way_back.go()
        elif event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up, Qt.Key.Key_PageDown, Qt.Key.Key_PageUp):
            step = bar.pageStep() if event.key() in (Qt.Key.Key_PageDown, Qt.Key.Key_PageUp) else 40
            bar.setValue(bar.value() + (step if event.key() in (Qt.Key.Key_Down, Qt.Key.Key_PageDown) else -step))
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Close when the focus goes elsewhere in the window: what has the focus must not lie under a sheet."""
        super().focusOutEvent(event)
        if event.reason() not in {Qt.FocusReason.ActiveWindowFocusReason, Qt.FocusReason.PopupFocusReason}:
            self.hide()

    @staticmethod
    def _column(commands: Sequence[Command], context: Context) -> QWidget:
        column = QWidget()
        grid = QGridLayout(column)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(14)
        grid.setVerticalSpacing(7)
        grid.setColumnStretch(0, 1)
        head = Label(tr(CONTEXT_TITLES[context]))
        head.setFont(theme.font(semibold=True))
        grid.addWidget(head, 0, 0, 1, 2)
        for row, (title, keys, _note) in enumerate(lines(commands, context), start=1):
            name, shown = Label(title), Label(keys)
            name.setWordWrap(True)
            shown.setProperty("tone", "faint")
            grid.addWidget(name, row, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(shown, row, 1, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop)
        return column
