"""The strip of attachments: model, painting, keys."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QItemSelectionModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import (
    QContextMenuEvent,
    QFocusEvent,
    QFontMetrics,
    QHelpEvent,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QLineEdit,
    QListView,
    QSizePolicy,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QToolTip,
    QWidget,
)

from app.core.i18n import ntr, tr
from app.core.text import utf16_length
from app.services.text.attachment_text import AttachmentRow
from app.ui import icons, theme
from app.ui.elision import elided
from app.ui.widgets import is_access_key, plain_tip, say_aloud

_Index = QModelIndex | QPersistentModelIndex


class AttachmentRows(QAbstractListModel):
    """The model. `named` carries the key and the new name that was typed for it."""

    named = Signal(str, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.rows: list[AttachmentRow] = []
        self.editable = True

    def show_rows(self, rows: Sequence[AttachmentRow]) -> None:
        """Show other rows; those that are still there stay where they are."""
        before, after = [one.key for one in self.rows], [one.key for one in rows]
        if len(before) == len(after):
            # Another name or other bytes make another key: to the person it is the same row.
            others = set(before) | set(after)
            others -= set(before) & set(after)
            before = [new if {old, new} <= others else old for old, new in zip(before, after, strict=True)]
            self.rows = [msgspec.structs.replace(row, key=key) for row, key in zip(self.rows, before, strict=True)]
        if before != after:
            self._match(after, {one.key: one for one in rows})
        for place, row in enumerate(rows):
            if self.rows[place] != row:
                self.rows[place] = row
                self.dataChanged.emit(self.index(place), self.index(place))

    def _match(self, keys: Sequence[str], rows: dict[str, AttachmentRow]) -> None:
        """Take away and put in row by row, because Qt needs a signal for each."""
        for place in range(len(self.rows) - 1, -1, -1):
            if self.rows[place].key not in rows:
                self.beginRemoveRows(QModelIndex(), place, place)
                del self.rows[place]
                self.endRemoveRows()
        for place, key in enumerate(keys):
            if place < len(self.rows) and self.rows[place].key == key:
                continue
            known = next((n for n, one in enumerate(self.rows) if one.key == key), None)
            if known is not None:
                self.beginRemoveRows(QModelIndex(), known, known)
                del self.rows[known]
                self.endRemoveRows()
            self.beginInsertRows(QModelIndex(), place, place)
            self.rows.insert(place, rows[key])
            self.endInsertRows()

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(self.rows)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or index.row() >= len(self.rows):
            return None
        row = self.rows[index.row()]
        if role in {Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole}:
            return row.name
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return row.spoken
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tip(f"{row.name}\n{row.words}")
        return None

    def setData(self, index: _Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        if role == Qt.ItemDataRole.EditRole and index.isValid():
            self.named.emit(self.rows[index.row()].key, str(value))
        return False

    def flags(self, index: _Index) -> Qt.ItemFlag:
        found = super().flags(index)
        return found | Qt.ItemFlag.ItemIsEditable if self.editable else found


WIDTH = 236
HEIGHT = 46
GAP = 6
_ICON = 20
_INSET = 10
_TEXT_LEFT = _INSET + _ICON + 9
_CROSS = 28
"""Pixels at the right of a row in which the mouse takes it away."""


def _cross(row: QRect) -> QRect:
    """Return where the mouse takes a row away, for the rectangle of the row."""
    box = row.adjusted(0, 0, -GAP, -GAP)
    return QRect(box.right() - _CROSS - 3, box.top() + (box.height() - _CROSS) // 2, _CROSS, _CROSS)


class AttachmentDelegate(QStyledItemDelegate):
    """Draws rows of AttachmentRows. What has a sentence to say is as wide as the strip."""

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        view = self.parent()
        wide = view.viewport().width() if isinstance(view, QListView) else WIDTH
        row = _row_of(index)
        width = wide if row is not None and row.trouble else min(WIDTH, wide)
        return QSize(max(width, 80), HEIGHT)

    def paint(self, painter: QPainter, option: Any, index: _Index) -> None:
        row = _row_of(index)
        if row is None:
            return
        box: QRect = option.rect.adjusted(0, 0, -GAP, -GAP)
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        focused = bool(option.state & QStyle.StateFlag.State_HasFocus)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_ground(painter, box, row, selected=selected, focused=focused)
        ratio = painter.device().devicePixelRatioF() if painter.device() is not None else 1.0
        tone = row.tone if row.trouble else "muted"
        picture = icons.pixmap(row.icon, tone, _ICON, ratio)
        painter.drawPixmap(box.left() + _INSET, box.center().y() - _ICON // 2, picture)
        model = index.model()
        under = bool(option.state & QStyle.StateFlag.State_MouseOver)
        offered = under and isinstance(model, AttachmentRows) and model.editable
        self._paint_words(painter, box.adjusted(0, 0, -_CROSS if offered else 0, 0), row)
        if offered:
            middle = _cross(option.rect).center()
            painter.drawPixmap(middle.x() - 7, middle.y() - 7, icons.pixmap("x", "text", 14, ratio))
        if row.share >= 0:
            self._paint_share(painter, box, row.share)
        painter.restore()

    def _paint_ground(
        self, painter: QPainter, box: QRect, row: AttachmentRow, *, selected: bool, focused: bool
    ) -> None:
        ground = "accent_soft" if selected else f"{row.tone}_soft" if row.trouble else "list_ground"
        painter.setBrush(theme.color(ground))
        painter.setPen(QPen(theme.color("accent" if focused else "line"), 2 if focused else 1))
        half = 1.0 if focused else 0.5
        painter.drawRoundedRect(box.toRectF().adjusted(half, half, -half, -half), theme.RADIUS, theme.RADIUS)

    def _paint_words(self, painter: QPainter, box: QRect, row: AttachmentRow) -> None:
        left, width = box.left() + _TEXT_LEFT, box.width() - _TEXT_LEFT - _INSET
        name_font, words_font = theme.font(size=13, semibold=True), theme.font(size=12)
        half = box.height() // 2
        flags = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine)
        painter.setFont(name_font)
        painter.setPen(theme.color("text"))
        name = elided(QFontMetrics(name_font), row.name, Qt.TextElideMode.ElideMiddle, width)
        painter.drawText(QRect(left, box.top() + 3, width, half - 2), flags, name)
        painter.setFont(words_font)
        painter.setPen(theme.color(row.tone))
        words = elided(QFontMetrics(words_font), row.words, Qt.TextElideMode.ElideRight, width)
        painter.drawText(QRect(left, box.top() + half - 1, width, half - 2), flags, words)

    def _paint_share(self, painter: QPainter, box: QRect, share: float) -> None:
        bar = QRect(box.left() + _INSET, box.bottom() - 4, box.width() - 2 * _INSET, 2)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("line"))
        painter.drawRoundedRect(bar, 1, 1)
        painter.setBrush(theme.color("accent"))
        painter.drawRoundedRect(QRect(bar.left(), bar.top(), round(bar.width() * share), bar.height()), 1, 1)

    # --- another name -----------------------------------------------------------------------------------------------

    def createEditor(self, parent: QWidget, option: Any, index: _Index) -> QWidget:
        line = QLineEdit(parent)
        line.setAccessibleName(tr("New name"))
        line.setProperty("kind", "box")
        line.setFont(theme.font(size=13))
        return line

    def setEditorData(self, editor: QWidget, index: _Index) -> None:
        if isinstance(editor, QLineEdit):
            name = str(index.data(Qt.ItemDataRole.EditRole))
            editor.setText(name)
            stem = name.rpartition(".")[0] or name
            # The ending stays, unless one means to change it. Qt selects all once this has returned.
            units = utf16_length(stem)
            QTimer.singleShot(0, editor, lambda: editor.setSelection(0, units))

    def updateEditorGeometry(self, editor: QWidget, option: Any, index: _Index) -> None:
        editor.setGeometry(option.rect.adjusted(_TEXT_LEFT - 12, 2, -GAP - 2, -GAP - 2))


def _row_of(index: _Index) -> AttachmentRow | None:
    model = index.model()
    if isinstance(model, AttachmentRows) and index.isValid() and index.row() < len(model.rows):
        return model.rows[index.row()]
    return None


_LINES = 3
_ENTER = {Qt.Key.Key_Return, Qt.Key.Key_Enter}


class AttachmentStrip(QListView):
    """Shows AttachmentRows. Each signal is an action of the person; keys are those of the selected rows."""

    opened = Signal(str)
    removed = Signal(list)
    kept = Signal(list)
    undone = Signal()
    pasted = Signal()
    menu_wanted = Signal(object)

    def __init__(self, model: AttachmentRows, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        # A viewport of ours: to wrap one that Qt made, PySide6 loads every class of widget that it could be (20 ms).
        self.setViewport(QWidget(self))
        self.viewport().setMouseTracking(True)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_Hover)
        self._model = model
        self.setModel(model)
        self.setItemDelegate(AttachmentDelegate(self))
        self.setAccessibleName(tr("Attachments"))
        self.setFlow(QListView.Flow.LeftToRight)
        self.setWrapping(True)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.EditKeyPressed)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setMovement(QListView.Movement.Static)
        self.setDragDropMode(QAbstractItemView.DragDropMode.NoDragDrop)
        self.setTabKeyNavigation(False)
        self.viewport().setAutoFillBackground(False)
        self.doubleClicked.connect(self._open)
        self._laid: list[bool] = []
        for told in (model.rowsInserted, model.rowsRemoved, model.dataChanged):
            told.connect(lambda *_: self._fit_again())

    # --- how large it is ----------------------------------------------------------------------------------------------

    def _fit_again(self) -> None:
        """Lay the rows out where their number or their width changed; a byte more moves nothing."""
        wide = [row.trouble for row in self._model.rows]
        if wide != self._laid:
            self._laid = wide
            self.fit()

    def fit(self) -> None:
        """Be as high as the rows need, up to three lines."""
        self.scheduleDelayedItemsLayout()
        lines = min(max(self.lines(), 1), _LINES)
        self.setFixedHeight(lines * HEIGHT)
        count = ntr("{n} attachment", "{n} attachments", self._model.rowCount())
        self.setAccessibleDescription(count)

    def lines(self) -> int:
        """Return how many lines the rows take at this width."""
        width = max(self.viewport().width(), 1)
        lines = left = 0
        for row in self._model.rows:
            wide = width if row.trouble else min(WIDTH, width)
            if left == 0 or left + wide > width:
                lines, left = lines + 1, 0
            left += wide
        return lines

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.oldSize().width() != event.size().width():
            self.fit()

    def sizeHint(self) -> QSize:
        return QSize(WIDTH, self.height())

    # --- where one is -------------------------------------------------------------------------------------------------

    def chosen(self) -> list[str]:
        """Return the keys of what is selected, in order."""
        numbers = sorted(index.row() for index in self.selectionModel().selectedIndexes())
        return [self._model.rows[number].key for number in numbers if number < len(self._model.rows)]

    def go_to(self, number: int) -> None:
        """Stand at a row, and select it alone."""
        number = min(max(number, 0), self._model.rowCount() - 1)
        if number >= 0:
            index = self._model.index(number)
            self.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if not self.chosen():
            self.go_to(self.currentIndex().row() if self.currentIndex().isValid() else 0)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() is not Qt.FocusReason.PopupFocusReason and not self._is_naming():
            self.clearSelection()

    def _is_naming(self) -> bool:
        return self.state() is QAbstractItemView.State.EditingState

    def currentChanged(self, current: _Index, previous: _Index) -> None:
        super().currentChanged(current, previous)
        if self.hasFocus() and current.isValid():
            number, count = current.row() + 1, self._model.rowCount()
            spoken = self._model.rows[current.row()].spoken
            say_aloud(self, tr("{what}, {n} of {count}", what=spoken, n=number, count=count))

    # --- what is done -------------------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take a row away by the cross in it; where one stands, and what is selected, does not count then."""
        place = event.position().toPoint()
        index = self.indexAt(place)
        pressed = event.button() == Qt.MouseButton.LeftButton and self._model.editable and index.isValid()
        if pressed and _cross(self.visualRect(index)).contains(place):
            self.removed.emit([self._model.rows[index.row()].key])
        else:
            super().mousePressEvent(event)

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() is QEvent.Type.ToolTip and isinstance(event, QHelpEvent) and self._model.editable:
            index = self.indexAt(event.pos())
            if index.isValid() and _cross(self.visualRect(index)).contains(event.pos()):
                QToolTip.showText(event.globalPos(), tr("Remove"), self)
                return True
        return super().viewportEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if is_access_key(event) or event.key() == Qt.Key.Key_Escape or self._is_naming():
            event.ignore()  # also what the line for a name has left over
        elif event.matches(QKeySequence.StandardKey.Undo):
            self.undone.emit()
        elif event.matches(QKeySequence.StandardKey.Paste):
            self.pasted.emit()
        elif event.modifiers() & ~(Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier):
            # Ctrl+A and its like are the list's; what it does not know is for the message's commands.
            super().keyPressEvent(event)
        elif event.key() in {Qt.Key.Key_Delete, Qt.Key.Key_Backspace}:
            self.removed.emit(self.chosen())
        elif event.key() in _ENTER:
            self._open(self.currentIndex())
        elif event.key() == Qt.Key.Key_Space:
            self.kept.emit(self.chosen())
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        if event.type() is QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            own = event.matches(QKeySequence.StandardKey.Undo) or event.matches(QKeySequence.StandardKey.Paste)
            if own or (event.key() == Qt.Key.Key_F2 and not event.modifiers()):
                event.accept()
                return True
        return super().event(event)

    def rename(self) -> None:
        """Let the current one be given another name."""
        if self.currentIndex().isValid():
            self.edit(self.currentIndex())

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        index = self.indexAt(event.pos())
        if event.reason() is QContextMenuEvent.Reason.Mouse and index.isValid() and not self._is_selected(index):
            self.go_to(index.row())
        if self.chosen():
            place = event.globalPos()
            if event.reason() is QContextMenuEvent.Reason.Keyboard:
                place = self.viewport().mapToGlobal(self.visualRect(self.currentIndex()).bottomLeft())
            self.menu_wanted.emit(place)

    def _is_selected(self, index: QModelIndex) -> bool:
        return self.selectionModel().isSelected(index)

    def _open(self, index: QModelIndex) -> None:
        if index.isValid() and index.row() < len(self._model.rows):
            self.opened.emit(self._model.rows[index.row()].key)
