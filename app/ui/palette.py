"""The command palette: every command by a few letters of its name, with its keys beside it, so that they are learnt."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QFrame,
    QGraphicsDropShadowEffect,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from app.commands.command import Command, Handler
from app.commands.search import rank
from app.domain.i18n import tr
from app.ui import keys, theme
from app.ui.way_back import WayBack

_WIDTH = 560
_ROW = 36
_SHOWN = 9
_Index = QModelIndex | QPersistentModelIndex
_KEYS_ROLE = Qt.ItemDataRole.UserRole + 1


class CommandPalette(QFrame):
    """A sheet over the window. Escape gives the focus back to where it was."""

    def __init__(
        self,
        window: QWidget,
        commands: Callable[[], Iterable[tuple[Command, Handler]]],
        elsewhere: Callable[[], None],
    ) -> None:
        """`commands` is asked at each opening: what can be done depends on where the person is.

        `elsewhere` takes the focus when where it came from is gone.
        """
        super().__init__(window)
        self._window = window
        self._commands = commands
        self._offered: list[tuple[Command, Handler]] = []
        self._way_back = WayBack(self, elsewhere)
        self.setProperty("kind", "popup")
        self.setAccessibleName(tr("Commands"))
        self._query = QLineEdit(self)
        self._query.setPlaceholderText(tr("Type what you want to do"))
        self._query.setAccessibleName(tr("Command"))
        self._query.setFont(theme.font(size=15))
        self._query.setFixedHeight(44)
        self._query.setTextMargins(8, 0, 8, 0)
        self._query.textChanged.connect(self._fill)
        self._query.installEventFilter(self)
        self._list = QListWidget(self)
        self._list.setAccessibleName(tr("Commands found"))
        self._list.setFrameShape(QFrame.Shape.NoFrame)
        self._list.setItemDelegate(_PaletteRow(self._list))
        self._list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.setStyleSheet("QListWidget { background: transparent; }")
        self._list.itemClicked.connect(lambda _item: self._run())
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 6, 8, 8)
        column.setSpacing(4)
        column.addWidget(self._query)
        column.addWidget(self._list)
        shadow = QGraphicsDropShadowEffect(self)
        shadow.setBlurRadius(40)
        shadow.setOffset(0, 8)
        shadow.setColor(Qt.GlobalColor.black if theme.scheme().dark else Qt.GlobalColor.darkGray)
        self.setGraphicsEffect(shadow)
        self.hide()

    def open(self) -> None:
        """Show the palette over the window, with every command that can be done now."""
        window = self._window
        self._way_back.remember()
        self._offered = list(self._commands())
        self._query.clear()
        self._fill("")
        width = min(_WIDTH, window.width() - 40)
        self.setGeometry((window.width() - width) // 2, 72, width, 60 + _ROW * _SHOWN)
        self.show()
        self.raise_()
        self._query.setFocus(Qt.FocusReason.PopupFocusReason)

    def close_sheet(self) -> None:
        """Hide, and give the focus back."""
        self.hide()
        self._way_back.go()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.FocusOut and self.isVisible():
            self.hide()
        if event.type() != QEvent.Type.KeyPress or not isinstance(event, QKeyEvent):
            return super().eventFilter(watched, event)
        steps = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: _SHOWN, Qt.Key.Key_PageUp: -_SHOWN}
        step = steps.get(Qt.Key(event.key()))
        if step is not None:
            row = max(0, min(self._list.currentRow() + step, self._list.count() - 1))
            self._list.setCurrentRow(row)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._run()
        elif event.key() == Qt.Key.Key_Escape:
            self.close_sheet()
        else:
            return super().eventFilter(watched, event)
        return True

    def _fill(self, query: str) -> None:
        self._list.clear()
        possible = [(command.shown_title(), (command, handler)) for command, handler in self._offered]
        for command, handler in rank(query, possible):
            if handler.enabled():
                item = QListWidgetItem(command.shown_title(), self._list)
                item.setData(Qt.ItemDataRole.UserRole, handler)
                item.setData(_KEYS_ROLE, keys.shown(command))
                item.setData(Qt.ItemDataRole.AccessibleDescriptionRole, keys.shown(command))
        self._list.setCurrentRow(0)

    def _run(self) -> None:
        item = self._list.currentItem()
        if not self._list.count():
            return
        handler = item.data(Qt.ItemDataRole.UserRole)
        self.close_sheet()
        Handler(*handler).run()


class _PaletteRow(QStyledItemDelegate):
    """A command, and its keys in quiet type at the right."""

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        rect: QRect = option.rect
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("selected"))
            painter.drawRoundedRect(rect, theme.RADIUS, theme.RADIUS)
        place = int(Qt.AlignmentFlag.AlignVCenter)
        painter.setPen(theme.color("text"))
        painter.drawText(rect.adjusted(12, 0, -12, 0), place, index.data())
        painter.setPen(theme.color("faint"))
        right = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight)
        painter.drawText(rect.adjusted(12, 0, -12, 0), right, index.data(_KEYS_ROLE) or "")
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        size = super().sizeHint(option, index)
        size.setHeight(_ROW)
        return size
