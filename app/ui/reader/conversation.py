"""Draws of which conversation a message is: one line, and below it, on demand, the messages of it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from app.core.i18n import tr
from app.services.reader.message_reader import ConversationLine
from app.ui import icons, theme
from app.ui.elision import elided
from app.ui.widgets import Label

_ROW = 28
_SHOWN = 6
_Index = QModelIndex | QPersistentModelIndex
_DATA = Qt.ItemDataRole.UserRole


class ConversationArea(QWidget):
    """Hidden where a message is alone. `chosen` carries the number of the message to read."""

    chosen = Signal(int)
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._words = Label(self)
        self._words.setProperty("tone", "muted")
        self.opener = QPushButton(self)
        self.opener.setProperty("kind", "link")
        self._name_opener(shown=False)
        self.opener.clicked.connect(self.toggle)
        self.list = _KinList(self)
        self.list.setAccessibleName(tr("Messages of the conversation"))
        self.list.hide()
        self.list.itemActivated.connect(lambda item: self.chosen.emit(self.list.row(item)))
        self.list.itemClicked.connect(lambda item: self.chosen.emit(self.list.row(item)))
        self.list.escaped.connect(self._close)
        picture = Label(self)
        icons.put(picture, "list", "muted", 14)
        line = QHBoxLayout()
        line.setContentsMargins(0, 0, 12, 0)
        line.setSpacing(6)
        line.addWidget(picture)
        line.addWidget(self._words, 1)
        line.addWidget(self.opener)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 2)
        column.setSpacing(2)
        column.addLayout(line)
        column.addWidget(self.list)
        self.hide()

    def show_rows(self, words: str, rows: Sequence[ConversationLine]) -> None:
        """Show these messages, none to show nothing."""
        self._words.setText(words)
        had_focus, stood = self.list.hasFocus(), self._key_here()
        self.list.clear()
        for row in rows:
            item = QListWidgetItem(row.words, self.list)
            item.setData(_DATA, row)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, row.spoken)
        here = next((number for number, row in enumerate(rows) if row.here), 0)
        # Others may come above the one at which the person stands.
        kept = [number for number, row in enumerate(rows) if had_focus and row.key == stood]
        self.list.setCurrentRow(kept[0] if kept else here)
        self.list.setFixedHeight(_ROW * max(1, min(len(rows), _SHOWN)) + 2)
        if not rows and self.list.isVisibleTo(self):
            self.list.hide()
            self._name_opener(shown=False)
        self.setVisible(bool(rows))

    def _key_here(self) -> str:
        row = self.list.currentIndex().data(_DATA)
        return row.key if isinstance(row, ConversationLine) else ""

    def toggle(self) -> None:
        """Show the messages and go there, or hide them again."""
        if self.list.isVisible():
            self._close()
        elif self.isVisible():
            self.list.show()
            self._name_opener(shown=True)
            self.list.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _close(self) -> None:
        self.list.hide()
        self._name_opener(shown=False)
        self.left.emit()

    def _name_opener(self, *, shown: bool) -> None:
        self.opener.setText(tr("Hide") if shown else tr("Show"))
        full = tr("Hide the messages of the conversation") if shown else tr("Show the messages of the conversation")
        self.opener.setAccessibleName(full)


class _KinList(QListWidget):
    """Lines as high as they need, walked with the arrow keys; letters are commands here, not a search."""

    escaped = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setItemDelegate(_KinDelegate(self))
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setStyleSheet("QListWidget { background: transparent; }")
        self.setTabKeyNavigation(False)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.escaped.emit()
        elif event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and self.currentItem() is not None:
            self.itemActivated.emit(self.currentItem())
        elif event.text() and event.text().isprintable() and event.modifiers() == Qt.KeyboardModifier.NoModifier:
            event.ignore()
        else:
            super().keyPressEvent(event)


class _KinDelegate(QStyledItemDelegate):
    """When, to whom, and the first words; the message that is read bears a mark at its left."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        row, rect = index.data(_DATA), QRect(option.rect)
        if not isinstance(row, ConversationLine):
            return
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        if option.widget.hasFocus() and option.state & QStyle.StateFlag.State_Selected:
            painter.setBrush(theme.color("selected"))
            painter.drawRoundedRect(rect.adjusted(0, 1, -12, -1), theme.RADIUS, theme.RADIUS)
        if row.here:
            painter.setBrush(theme.color("accent"))
            painter.drawRoundedRect(QRect(rect.left(), rect.top() + 6, 3, rect.height() - 12), 1.5, 1.5)
        left, right = rect.left() + 12, rect.right() - 24
        share = max(90, (right - left) // 3)
        self._draw(painter, QRect(left, rect.top(), share - 8, rect.height()), row.who, "text", bold=row.here)
        painter.setFont(theme.font(size=12))
        width = painter.fontMetrics().horizontalAdvance(row.when)
        self._draw(painter, QRect(right - width, rect.top(), width + 1, rect.height()), row.when, "faint")
        middle = QRect(left + share, rect.top(), right - width - 12 - left - share, rect.height())
        self._draw(painter, middle, row.words, "muted")
        painter.restore()

    def _draw(self, painter: QPainter, rect: QRect, words: str, tone: str, *, bold: bool = False) -> None:
        painter.setFont(theme.font(size=12, semibold=bold))
        painter.setPen(theme.color(tone))
        shown = elided(painter.fontMetrics(), words, Qt.TextElideMode.ElideRight, rect.width())
        painter.drawText(rect, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft), shown)

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        return QSize(200, _ROW)
