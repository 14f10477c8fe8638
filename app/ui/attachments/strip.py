"""The strip of attachments: walked with the arrow keys, a line as high as it needs, three lines and then scrolled."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QItemSelectionModel, QModelIndex, QPersistentModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QFocusEvent, QKeyEvent, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QListView, QSizePolicy, QWidget

from app.core.i18n import ntr, tr
from app.ui.access_keys import is_access_key
from app.ui.announcing import say_aloud
from app.ui.attachments.delegate import HEIGHT, WIDTH, AttachmentDelegate
from app.ui.attachments.rows import AttachmentRows

_Index = QModelIndex | QPersistentModelIndex
_LINES = 3
_ENTER = {Qt.Key.Key_Return, Qt.Key.Key_Enter}


class AttachmentStrip(QListView):
    """Shows AttachmentRows. Each signal is a wish of the person's; keys are those of the rows that are selected."""

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

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if is_access_key(event) or event.key() == Qt.Key.Key_Escape or self._is_naming():
            event.ignore()  # also what the line for a name has left over
        elif event.matches(QKeySequence.StandardKey.Undo):
            self.undone.emit()
        elif event.matches(QKeySequence.StandardKey.Paste):
            self.pasted.emit()
        elif event.modifiers() & ~(Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier):
            # Ctrl+A and its like are the list's; what it does not know is for the letter's commands.
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
