"""A list over a pane from which one thing is chosen by typing a part of its name: a mailbox, a folder, a template."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

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

from app.commands.search import rank
from app.ui import theme
from app.ui.label import Label
from app.ui.way_back import WayBack

_WIDTH = 460
_ROW = 34
_SHOWN = 8
_Index = QModelIndex | QPersistentModelIndex
_DETAIL = Qt.ItemDataRole.UserRole + 1


class Pick(NamedTuple):
    """One thing to choose: `thing` is handed back, `detail` stands quietly at the right. None for `thing` only says."""

    title: str
    thing: object
    detail: str = ""


class Picker(QFrame):
    """Made once for a pane, and opened for whatever is to be chosen there. Escape gives the focus back."""

    def __init__(self, pane: QWidget, elsewhere: Callable[[], None]) -> None:
        """`elsewhere` takes the focus when where it came from is gone."""
        super().__init__(pane)
        self._pane = pane
        self._picks: list[Pick] = []
        self._chosen: Callable[[object], None] = lambda _thing: None
        self._made: Callable[[str], Pick | None] = lambda _typed: None
        self._way_back = WayBack(self, elsewhere)
        self.setProperty("kind", "popup")
        self.line = QLineEdit(self)
        self.line.setFont(theme.font(size=14))
        self.line.setFixedHeight(38)
        self.line.setTextMargins(8, 0, 8, 0)
        self.line.textChanged.connect(self._fill)
        self.line.installEventFilter(self)
        self.list = QListWidget(self)
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        self.list.setItemDelegate(_PickRow(self.list))
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setStyleSheet("QListWidget { background: transparent; }")
        self.list.itemClicked.connect(lambda _item: self._choose())
        self._note = Label(self)
        self._note.setProperty("tone", "muted")
        self._note.setWordWrap(True)
        self._note.setContentsMargins(12, 4, 12, 6)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 6, 8, 8)
        column.setSpacing(4)
        column.addWidget(self.line)
        column.addWidget(self.list)
        column.addWidget(self._note)
        shadow = QGraphicsDropShadowEffect(self)
        shadow.setBlurRadius(36)
        shadow.setOffset(0, 6)
        shadow.setColor(Qt.GlobalColor.black if theme.scheme().dark else Qt.GlobalColor.darkGray)
        self.setGraphicsEffect(shadow)
        self.hide()

    def open(
        self,
        title: str,
        picks: Sequence[Pick],
        chosen: Callable[[object], None],
        note: str = "",
        made: Callable[[str], Pick | None] = lambda _typed: None,
    ) -> None:
        """Ask for one of `picks`, or for what `made` makes of the words that were typed.

        `chosen` is called with its thing once the list is closed.
        """
        self._way_back.remember()
        self._chosen, self._made = chosen, made
        self.setAccessibleName(title)
        self.line.setPlaceholderText(title)
        self.line.setAccessibleName(title)
        self.list.setAccessibleName(title)
        self.line.clear()
        self.offer(picks, note)
        self.show()
        self._fit()
        self.raise_()
        self.line.setFocus(Qt.FocusReason.PopupFocusReason)

    def offer(self, picks: Iterable[Pick], note: str = "") -> None:
        """Offer these instead: what the server told came later. What was typed, and the row one is at, stay."""
        current = self.list.currentItem() if self.list.count() else None
        title = "" if current is None else current.text()
        self._picks = list(picks)
        self._fill(self.line.text())
        found = next((row for row in range(self.list.count()) if self.list.item(row).text() == title), 0)
        self.list.setCurrentRow(found)
        self._note.setText(note)
        self._note.setVisible(bool(note))
        self._fit()

    def titles(self) -> list[str]:
        """Return what is offered now, in its order."""
        return [self.list.item(row).text() for row in range(self.list.count())]

    def close_list(self) -> None:
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
            self.list.setCurrentRow(max(0, min(self.list.currentRow() + step, self.list.count() - 1)))
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab):
            self._choose()
        elif event.key() == Qt.Key.Key_Escape:
            self.close_list()
        else:
            return super().eventFilter(watched, event)
        return True

    def _fill(self, query: str) -> None:
        self.list.clear()
        made = self._made(query) if query.strip() else None
        others = [pick for pick in self._picks if made is None or pick.thing != made.thing]
        found = rank(query, [(f"{pick.title} {pick.detail}", pick) for pick in others])
        for pick in [*([] if made is None else [made]), *found]:
            item = QListWidgetItem(pick.title, self.list)
            item.setData(Qt.ItemDataRole.UserRole, (pick.thing,))
            item.setData(_DETAIL, pick.detail)
            item.setData(Qt.ItemDataRole.AccessibleDescriptionRole, pick.detail)
        self.list.setCurrentRow(0)
        self._fit()

    def _fit(self) -> None:
        """Be as high as what is offered, and no higher than there is room."""
        self.list.setFixedHeight(_ROW * max(1, min(self.list.count(), _SHOWN)) + 4)
        width = min(_WIDTH, self._pane.width() - 24)
        self.setGeometry(
            (self._pane.width() - width) // 2, 44, width, min(self._height(width), self._pane.height() - 60)
        )

    def _height(self, width: int) -> int:
        room = self._note.heightForWidth(width - 40) + 4 if self._note.text() else 0
        return self.line.height() + self.list.height() + room + 22

    def _choose(self) -> None:
        if not self.list.count():
            return
        (thing,) = self.list.currentItem().data(Qt.ItemDataRole.UserRole)
        if thing is not None:
            self.close_list()
            self._chosen(thing)


class _PickRow(QStyledItemDelegate):
    """A name, and what belongs to it in quiet type at the right."""

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
        size.setHeight(_ROW)
        return size
