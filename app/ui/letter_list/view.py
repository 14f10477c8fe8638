"""The list a person works in: one current row, marks on many, all of it by key or by mouse."""

from __future__ import annotations

from PySide6.QtCore import QItemSelectionModel, QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from app.ui import theme
from app.ui.letter_list.delegate import LetterDelegate
from app.ui.letter_list.model import Keyed, LetterModel, R


class LetterList(QTableView):
    """Shows a LetterModel. `opened` is Enter or a double click, `end_reached` a wish for the next page."""

    opened = Signal()
    current_changed = Signal()
    action_clicked = Signal()
    end_reached = Signal()

    def __init__(self, model: LetterModel[R], name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._kept_key = ""
        self._kept_number = 0
        self.setAccessibleName(name)
        self.setModel(model)
        self.setItemDelegate(LetterDelegate(self))
        self.horizontalHeader().setVisible(False)
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.verticalHeader().setVisible(False)
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setDefaultSectionSize(theme.ROW_HEIGHT)
        self.setShowGrid(False)
        self.setMouseTracking(True)
        self.setTabKeyNavigation(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.doubleClicked.connect(lambda _index: self.opened.emit())
        self.selectionModel().currentRowChanged.connect(self._current_moved)
        self.verticalScrollBar().valueChanged.connect(self._scrolled)
        model.rowsAboutToBeRemoved.connect(self._remember)
        model.rowsRemoved.connect(self._restore)
        model.rowsInserted.connect(self._restore)

    def current_number(self) -> int:
        """Return the number of the current row, -1 for none."""
        index = self.currentIndex()
        return index.row() if index.isValid() and index.row() < self._model.rowCount() else -1

    def current_row(self) -> Keyed | None:
        """Return the current row, or None."""
        number = self.current_number()
        return self._model.row(number) if number >= 0 else None

    def chosen(self) -> list[Keyed]:
        """Return what a command acts on: the marked rows in their order, or else the current one."""
        if self._model.marked:
            return [row for row in self._model.rows() if row.key in self._model.marked]
        row = self.current_row()
        return [row] if row is not None else []

    def go_to(self, number: int) -> None:
        """Make a row the current one, within the list's bounds."""
        if self._model.rowCount():
            number = max(0, min(number, self._model.rowCount() - 1))
            flags = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
            self.selectionModel().setCurrentIndex(self._model.index(number, 0), flags)
            self._stay_at_end()

    def step(self, by: int) -> None:
        """Move the current row by `by`."""
        self.go_to(self.current_number() + by if self.current_number() >= 0 else 0)

    def toggle_mark(self) -> None:
        """Mark the current row, or take its mark away."""
        if self.current_number() >= 0:
            self._model.toggle_mark(self.current_number())

    def mark_and_step(self, by: int) -> None:
        """Mark the current row and the next one, and move there: Shift+Down."""
        here = self.current_number()
        if here >= 0:
            self.step(by)
            self._model.mark_range(here, self.current_number())

    def mark_all(self) -> None:
        """Mark every row that is loaded."""
        if self._model.rowCount():
            self._model.mark_range(0, self._model.rowCount() - 1)

    def clear_marks(self) -> bool:
        """Take all marks away; tell whether there were any."""
        return self._model.clear_marks()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and event.modifiers() in (
            Qt.KeyboardModifier.NoModifier,
            Qt.KeyboardModifier.KeypadModifier,
        ):
            self.opened.emit()
            return
        if event.key() == Qt.Key.Key_Escape and self.clear_marks():
            return
        if event.text() and event.modifiers() == Qt.KeyboardModifier.NoModifier and event.text().isprintable():
            event.ignore()  # letters are commands here, not a search by first letter
            return
        super().keyPressEvent(event)
        self._stay_at_end()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        index = self.indexAt(event.position().toPoint())
        if index.isValid() and event.button() == Qt.MouseButton.LeftButton:
            if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
                self.go_to(index.row())
                self.toggle_mark()
                return
            if event.modifiers() & Qt.KeyboardModifier.ShiftModifier and self.current_number() >= 0:
                self._model.mark_range(self.current_number(), index.row())
                self.go_to(index.row())
                return
            if self._on_action(index, event.position().toPoint()):
                self.go_to(index.row())
                self.action_clicked.emit()
                return
        super().mousePressEvent(event)

    def _on_action(self, index: QModelIndex, at: QPoint) -> bool:
        face = self._model.face(index.row())
        if not face.action:
            return False
        rect = self.visualRect(index)
        width = self.fontMetrics().horizontalAdvance(face.action) + 24
        return at.y() > rect.top() + 48 and at.x() > rect.right() - width

    def _current_moved(self, now: QModelIndex, _before: QModelIndex) -> None:
        if now.isValid():
            self._kept_key, self._kept_number = self._model.row(now.row()).key, now.row()
        self.current_changed.emit()

    def _remember(self) -> None:
        row = self.current_row()
        if row is not None:
            self._kept_key, self._kept_number = row.key, self.current_number()

    def _restore(self) -> None:
        """Keep the current row under another client's changes: the same row, or the one that took its place."""
        if not self._kept_key or not self._model.rowCount():
            return
        here = self._model.number_of(self._kept_key)
        if here >= 0:
            if here != self.current_number():
                self.go_to(here)
        elif not 0 <= self.current_number() < self._model.rowCount():
            self.go_to(self._kept_number)

    def _stay_at_end(self) -> None:
        """At the last row, show it and wish for more: where nothing moves, nothing scrolls."""
        if self._model.rowCount() and self.current_number() == self._model.rowCount() - 1:
            self.scrollTo(self.currentIndex())
            self.end_reached.emit()

    def _scrolled(self, value: int) -> None:
        bar = self.verticalScrollBar()
        if bar.maximum() and value >= bar.maximum() - 10 * theme.ROW_HEIGHT:
            self.end_reached.emit()
