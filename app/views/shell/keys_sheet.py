"""Every command with its keys, on a sheet over the window; Escape closes it.

It is one list under headings, as screen readers walk it; letters go to the line that begins with them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QHeaderView, QTreeWidget, QTreeWidgetItem, QVBoxLayout, QWidget

from app.commands.command import CONTEXT_TITLES, Command, Context
from app.commands.reference import lines
from app.core.i18n import tr
from app.ui import theme
from app.ui.widgets import FocusReturn, Label, plain_tip

_MARGIN = 48
_WIDEST = 920
_NOTES_FROM = 720
"""Pixels of the sheet from which on there is room for notes beside the keys."""
_HEADING = 40
_LINE = 26


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
        self.list = self._make_list(commands)
        self.setFocusProxy(self.list)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(28, 22, 20, 22)
        whole.setSpacing(14)
        whole.addLayout(head)
        whole.addWidget(self.list, 1)
        self.hide()

    def _make_list(self, commands: Sequence[Command]) -> QTreeWidget:
        made = QTreeWidget(self)
        made.setAccessibleName(tr("Keyboard shortcuts"))
        made.setFrameShape(QFrame.Shape.NoFrame)
        made.setColumnCount(3)
        made.setHeaderHidden(True)
        made.setRootIsDecorated(False)
        made.setItemsExpandable(False)
        made.setIndentation(0)
        made.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        made.header().setStretchLastSection(False)
        for context in Context:
            _add_section(made, tr(CONTEXT_TITLES[context]), lines(commands, context))
        made.expandAll()
        made.installEventFilter(self)
        return made

    def show_sheet(self) -> None:
        """Show the sheet over the window."""
        self._way_back.remember()
        room = self._window.rect().adjusted(_MARGIN, _MARGIN, -_MARGIN, -_MARGIN)
        width = min(room.width(), _WIDEST)
        self.setGeometry(room.left() + (room.width() - width) // 2, room.top(), width, room.height())
        self._dress(notes=width >= _NOTES_FROM)
        self.list.setCurrentIndex(self.list.model().index(0, 0))
        self.show()
        self.raise_()
        self.list.setFocus(Qt.FocusReason.PopupFocusReason)

    def _dress(self, *, notes: bool) -> None:
        """Wear the scheme of now, and give each column its share."""
        scheme, header = theme.scheme(), self.list.header()
        self.list.setStyleSheet(
            "QTreeWidget { background: transparent; border: none; outline: none; show-decoration-selected: 1; }"
            "QTreeWidget::item { border: none; padding: 0 12px 0 8px; }"
            "QTreeWidget::item:hover { background: transparent; }"
            f"QTreeWidget::item:selected {{ background: {scheme.selected}; color: {scheme.text}; }}"
        )
        self.list.setColumnHidden(2, not notes)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(2, QHeaderView.ResizeMode.Stretch)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self._way_back.go()
            self.hide()
        else:
            super().keyPressEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Close when the focus goes elsewhere in the window: what has the focus must not lie under a sheet."""
        if isinstance(event, QFocusEvent) and event.lostFocus():
            stays = {Qt.FocusReason.ActiveWindowFocusReason, Qt.FocusReason.PopupFocusReason}
            if event.reason() not in stays:
                self.hide()
        return super().eventFilter(watched, event)


def _add_section(made: QTreeWidget, title: str, rows: Sequence[tuple[str, str, str]]) -> None:
    head = QTreeWidgetItem(made, [title])
    head.setFirstColumnSpanned(True)
    head.setFont(0, theme.font(semibold=True))
    head.setSizeHint(0, QSize(0, _HEADING))
    for name, keys, note in rows:
        line = QTreeWidgetItem(head, [name, keys, note])
        line.setSizeHint(0, QSize(0, _LINE))
        said = f"{name}: {keys}" if keys else name
        line.setData(0, Qt.ItemDataRole.AccessibleTextRole, f"{said}. {note}" if note else said)
        line.setData(2, Qt.ItemDataRole.ToolTipRole, plain_tip(note))
