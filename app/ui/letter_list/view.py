"""The list a person works in: one current row, marks on many, all of it by key or by mouse."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from PySide6.QtCore import QItemSelectionModel, QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from app.ui import theme
from app.ui.letter_list.delegate import HEADING_HEIGHT, LetterDelegate
from app.ui.letter_list.model import LetterModel

_AHEAD = 2
"""Screens that are read beyond the one that is shown, so that who scrolls meets no blank rows."""
_JUMPS = {Qt.Key.Key_Home, Qt.Key.Key_End, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown}

_STEPS = {Qt.Key.Key_Up, Qt.Key.Key_Down}
_GONE_TO = {
    Qt.FocusReason.TabFocusReason,
    Qt.FocusReason.BacktabFocusReason,
    Qt.FocusReason.ShortcutFocusReason,
    Qt.FocusReason.MouseFocusReason,
}
"""By which the person, and not the program, gave the list the focus."""


class _Place(NamedTuple):
    """Where a person is: what is seen and how far below the top, nearest to the eye first, and the current row.

    `seen` is empty at the top of the list, where what is new appears.
    """

    seen: tuple[tuple[int, int], ...]
    current: int
    number: int


class LetterList(QTableView):
    """Shows a LetterModel. `opened` is Enter or a double click."""

    opened = Signal()
    current_changed = Signal()
    action_clicked = Signal()
    escaped = Signal()

    def __init__(self, model: LetterModel[Any], name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._chosen = False
        self._only: int | None = None
        self.setAccessibleName(name)
        self.setModel(model)
        self.setItemDelegate(LetterDelegate(self, lambda: self.chosen))
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
        self.verticalScrollBar().valueChanged.connect(self._prepare)

    @property
    def chosen(self) -> bool:
        """Whether the person chose the row at which the list stands: by key, by mouse or by going to the list.

        Commands that act on a row ask for it. The program may put the focus here too, and that chooses nothing.
        """
        return self._chosen and (self._only is None or self._only == self.current_id())

    def choose(self) -> None:
        """Take it that the person is here on purpose."""
        self._choose(chosen=True, only=None)

    def choose_only(self, row_id: int | None) -> None:
        """Take it that the person chose this one row, or none: what he did there is done, and no other row is meant."""
        self._choose(chosen=row_id is not None, only=row_id)

    def _choose(self, *, chosen: bool, only: int | None) -> None:
        if (chosen, only) != (self._chosen, self._only):
            self._chosen, self._only = chosen, only
            self.viewport().update()  # a row that nobody chose is drawn differently

    def current_number(self) -> int:
        """Return the number of the current row, -1 for none."""
        index = self.currentIndex()
        return index.row() if index.isValid() and index.row() < self._model.rowCount() else -1

    def current_id(self) -> int | None:
        """Return what names the current row, None for none."""
        number = self.current_number()
        return self._model.ids[number] if number >= 0 else None

    def chosen_ids(self) -> list[int]:
        """Return what a command acts on: the marked rows in their order, or else the current one."""
        if self._model.marked:
            return self._model.marked_in_order()
        current = self.current_id()
        return [] if current is None else [current]

    def show_ids(self, ids: array[int]) -> None:
        """Show other rows, or the same in another order: the person stays at the row where he is, and so does what he
        sees, unless he is at the top, where what is new appears.
        """
        place = self._place()._replace(current=self._heir(ids))
        self.setAutoScroll(False)
        try:
            if self._model.headed:
                self._set_heights(self._model.headed, theme.ROW_HEIGHT)
                self._model.set_headings((), lambda _row: "")
            self._model.set_ids(ids)
            self._return_to(place)
        finally:
            self.setAutoScroll(True)

    def show_headings(self, numbers: Sequence[int], heading: Callable[[Any], str]) -> None:
        """Put headings over the rows with which groups begin."""
        place = self._place()
        self._set_heights(self._model.headed, theme.ROW_HEIGHT)
        self._model.set_headings(numbers, heading)
        self._set_heights(numbers, theme.ROW_HEIGHT + HEADING_HEIGHT)
        self.scheduleDelayedItemsLayout()
        self.executeDelayedItemsLayout()
        self._return_to(place)

    def _set_heights(self, numbers: Iterable[int], height: int) -> None:
        header = self.verticalHeader()
        header.blockSignals(True)  # thousands of rows, and the view need hear of them but once
        for number in numbers:
            header.resizeSection(number, height)
        header.blockSignals(False)

    def _place(self) -> _Place:
        number, top = self.current_number(), self.rowAt(0)
        if top < 0 or not self.verticalScrollBar().value():
            return _Place((), self.current_id() or 0, number)
        last = self.rowAt(self.viewport().height() - 1)
        rows = range(top, (last if last >= 0 else self._model.rowCount() - 1) + 1)
        # The current row, where it is seen, is what one looks at; else the first that is still there.
        nearest = [number, *rows] if number in rows else rows
        seen = tuple((self._model.ids[row], self.rowViewportPosition(row)) for row in nearest)
        return _Place(seen, self.current_id() or 0, number)

    def _heir(self, ids: array[int]) -> int:
        """Return the current row, or, where `ids` has it no more, the next one that is still there; 0 for none."""
        current = self.current_id()
        if current is None or current in ids:
            return current or 0
        there = set(ids)
        return next((one for one in self._model.ids[self.current_number() :] if one in there), 0)

    def _return_to(self, place: _Place) -> None:
        """Keep the current row under another client's changes: the same row, or the one that took its place."""
        if not self._model.rowCount():
            return
        here = self._model.number_of(place.current) if place.current else -1
        if here < 0 and place.number >= 0:
            here = self._model.rowCount() - 1
        if here >= 0 and (here != self.current_number() or not self.selectionModel().hasSelection()):
            self.select(here)
        self.updateGeometries()  # what was added counts for how far one can scroll
        if not place.seen:
            self.verticalScrollBar().setValue(0)
        for row_id, below in place.seen:
            number = self._model.number_of(row_id)
            if number >= 0:
                self.verticalScrollBar().setValue(self.verticalHeader().sectionPosition(number) - below)
                break

    def select(self, number: int) -> None:
        """Make a row the current one."""
        flags = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
        self.selectionModel().setCurrentIndex(self._model.index(number, 0), flags)

    def go_to(self, number: int) -> None:
        """Make a row the current one, within the list's bounds, and show it."""
        if self._model.rowCount():
            self.select(max(0, min(number, self._model.rowCount() - 1)))
            self.scrollTo(self.currentIndex())

    def step(self, by: int) -> None:
        """Move the current row by `by`, as the person asked."""
        self.choose()
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
        """Mark every row that is listed: where something is looked for, all that was found."""
        self.choose()
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
        if event.key() == Qt.Key.Key_Escape:
            if not self.clear_marks():
                self.escaped.emit()
                event.ignore()  # what else it may close is not the list's to say
            return
        if event.text() and event.modifiers() == Qt.KeyboardModifier.NoModifier and event.text().isprintable():
            event.ignore()  # letters are commands here, not a search by first letter
            return
        if event.key() in _JUMPS and not event.modifiers() & ~Qt.KeyboardModifier.ShiftModifier:
            self._jump(event)
            return
        if event.key() in _STEPS:
            self.choose()
        super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        if event.reason() in _GONE_TO:
            self.choose()
        super().focusInEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.choose()
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
        rect.setTop(rect.bottom() - theme.ROW_HEIGHT)
        width = self.fontMetrics().horizontalAdvance(face.action) + 24
        return at.y() > rect.top() + 48 and at.x() > rect.right() - width

    def _jump(self, event: QKeyEvent) -> None:
        """Home, End and by pages; with Shift, mark all that lies between. Qt's own move columns, of which is one."""
        self.choose()
        here = max(0, self.current_number())
        page = max(1, self.viewport().height() // theme.ROW_HEIGHT - 1)
        there = {
            Qt.Key.Key_Home: 0,
            Qt.Key.Key_End: self._model.rowCount() - 1,
            Qt.Key.Key_PageUp: here - page,
        }.get(Qt.Key(event.key()), here + page)
        self.go_to(there)
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier and self._model.rowCount():
            self._model.mark_range(here, self.current_number())

    def _current_moved(self, now: QModelIndex, _before: QModelIndex) -> None:
        self.current_changed.emit()

    def _prepare(self) -> None:
        first, last = self.rowAt(0), self.rowAt(self.viewport().height() - 1)
        if first >= 0:
            last = last if last >= 0 else self._model.rowCount() - 1
            ahead = _AHEAD * (last - first + 1)
            self._model.prepare(first - ahead, last + ahead)
