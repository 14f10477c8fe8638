"""What palette and picker have in common: a line to type in, the rows that it finds, and the keys that walk them."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QColor, QKeyEvent, QPainter
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

from app.ui import theme
from app.ui.way_back import WayBack

_Index = QModelIndex | QPersistentModelIndex
_DETAIL = Qt.ItemDataRole.UserRole + 1


def _shade() -> QColor:
    return QColor(0, 0, 0, 190) if theme.scheme().dark else QColor(22, 32, 56, 110)


class Measures(NamedTuple):
    """How large a chooser is, in pixels; `shown` counts rows."""

    line: int
    type: int
    row: int
    shown: int


class Chooser(QFrame):
    """A sheet over `pane`. Escape gives the focus back; `chooses` are the keys that take the row one is at."""

    chooses = frozenset({Qt.Key.Key_Return, Qt.Key.Key_Enter})

    def __init__(self, pane: QWidget, elsewhere: Callable[[], None], measures: Measures) -> None:
        """`elsewhere` takes the focus when where it came from is gone."""
        super().__init__(pane)
        self.measures = measures
        self._way_back = WayBack(self, elsewhere)
        self.setProperty("kind", "popup")
        self.line = QLineEdit(self)
        self.line.setFont(theme.font(size=measures.type))
        self.line.setFixedHeight(measures.line)
        self.line.setTextMargins(8, 0, 8, 0)
        self.line.textChanged.connect(self.fill)
        self.line.installEventFilter(self)
        self.list = QListWidget(self)
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        self.list.setItemDelegate(_Row(self.list, measures.row))
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setStyleSheet("QListWidget { background: transparent; }")
        self.list.itemClicked.connect(lambda _item: self.choose())
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(8, 6, 8, 8)
        self.column.setSpacing(4)
        self.column.addWidget(self.line)
        self.column.addWidget(self.list)
        self._shadow = QGraphicsDropShadowEffect(self)
        self._shadow.setBlurRadius(38)
        self._shadow.setOffset(0, 7)
        self._shadow.setColor(_shade())
        self.setGraphicsEffect(self._shadow)
        self.hide()

    def changeEvent(self, event: QEvent) -> None:
        """Cast the shadow of the scheme in force: that of the light one would shine on a dark ground."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange and hasattr(self, "_shadow"):
            self._shadow.setColor(_shade())

    def fill(self, query: str) -> None:
        """Offer what `query` finds: `put` adds a row."""
        raise NotImplementedError

    def take(self, thing: object) -> bool:
        """Do what choosing a row means; False where it cannot be chosen. The sheet is closed before it is done."""
        raise NotImplementedError

    def put(self, title: str, thing: object, detail: str) -> None:
        """Add a row; `detail` stands quietly at its right."""
        item = QListWidgetItem(title, self.list)
        item.setData(Qt.ItemDataRole.UserRole, (thing,))
        item.setData(_DETAIL, detail)
        item.setData(Qt.ItemDataRole.AccessibleDescriptionRole, detail)

    def titles(self) -> list[str]:
        """Return what is offered now, in its order."""
        return [self.list.item(row).text() for row in range(self.list.count())]

    def remember(self) -> None:
        """Take down where the focus is to go back to."""
        self._way_back.remember()

    def show_sheet(self) -> None:
        """Show it over everything, ready to be typed in."""
        self.show()
        self.raise_()
        self.line.setFocus(Qt.FocusReason.PopupFocusReason)

    def close_sheet(self) -> None:
        """Hide, and give the focus back."""
        self.hide()
        self._way_back.go()

    def choose(self) -> None:
        """Take the row one is at."""
        if self.list.count():
            (thing,) = self.list.currentItem().data(Qt.ItemDataRole.UserRole)
            self.take(thing)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.FocusOut and self.isVisible():
            self.hide()
        if event.type() != QEvent.Type.KeyPress or not isinstance(event, QKeyEvent):
            return super().eventFilter(watched, event)
        page = self.measures.shown
        steps = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: page, Qt.Key.Key_PageUp: -page}
        step = steps.get(Qt.Key(event.key()))
        if step is not None:
            self.list.setCurrentRow(max(0, min(self.list.currentRow() + step, self.list.count() - 1)))
        elif event.key() in self.chooses:
            self.choose()
        elif event.key() == Qt.Key.Key_Escape:
            self.close_sheet()
        else:
            return super().eventFilter(watched, event)
        return True


class _Row(QStyledItemDelegate):
    """A name, and what belongs to it in quiet type at the right."""

    def __init__(self, parent: QWidget, height: int) -> None:
        super().__init__(parent)
        self._height = height

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        rect: QRect = option.rect
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("selected"))
            painter.drawRoundedRect(rect, theme.RADIUS, theme.RADIUS)
        within = rect.adjusted(12, 0, -12, 0)
        detail = index.data(_DETAIL) or ""
        taken = min(painter.fontMetrics().horizontalAdvance(detail), within.width() // 2)
        painter.setPen(theme.color("faint"))
        right = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight)
        elide = Qt.TextElideMode.ElideRight
        painter.drawText(within, right, painter.fontMetrics().elidedText(detail, elide, taken))
        painter.setPen(theme.color("text"))
        title = within.adjusted(0, 0, -(taken + 12), 0)
        place = int(Qt.AlignmentFlag.AlignVCenter)
        painter.drawText(title, place, painter.fontMetrics().elidedText(index.data(), elide, title.width()))
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        size = super().sizeHint(option, index)
        size.setHeight(self._height)
        return size
