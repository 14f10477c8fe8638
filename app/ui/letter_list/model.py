"""Rows by key, marks by key: a list that is reloaded, reordered or changed elsewhere keeps its marks and its place."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Generic, Protocol, TypeVar

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt

from app.domain.i18n import tr
from app.ui.letter_list.face import RowFace


class Keyed(Protocol):
    """A row that is the same row as long as its key is the same."""

    @property
    def key(self) -> str:
        """Return what names the row."""
        ...


R = TypeVar("R", bound=Keyed)
Index = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()


class LetterModel(QAbstractTableModel, Generic[R]):
    """Holds the rows of one list and which of them are marked."""

    def __init__(self, face: Callable[[R], RowFace]) -> None:
        """`face` tells what a row shows; it is asked for visible rows only, and remembered until the row changes."""
        super().__init__()
        self._face = face
        self._rows: list[R] = []
        self._faces: dict[str, RowFace] = {}
        self.marked: set[str] = set()

    def rowCount(self, parent: Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = _ROOT) -> int:
        return 0 if parent.isValid() else 1

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid() or index.row() >= len(self._rows):
            return None
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            spoken = self.face(index.row()).spoken()
            return tr("Marked. {row}", row=spoken) if self.is_marked(index.row()) else spoken
        return None

    def row(self, number: int) -> R:
        """Return one row. Raises IndexError where there is none."""
        return self._rows[number]

    def rows(self) -> list[R]:
        """Return all rows, in order."""
        return self._rows

    def face(self, number: int) -> RowFace:
        """Return what one row shows."""
        row = self._rows[number]
        known = self._faces.get(row.key)
        if known is None:
            known = self._faces[row.key] = self._face(row)
        return known

    def number_of(self, key: str) -> int:
        """Return where the row with this key stands, -1 where there is none."""
        return next((number for number, row in enumerate(self._rows) if row.key == key), -1)

    def is_marked(self, number: int) -> bool:
        """Tell whether a row is marked."""
        return self._rows[number].key in self.marked

    def set_rows(self, rows: Sequence[R]) -> None:
        """Show `rows`. What stands on both sides of a change keeps its place; marks stay with their rows."""
        fresh = list(rows)
        keys = {row.key for row in fresh}
        self.marked &= keys
        self._faces = {}
        if [row.key for row in fresh] == [row.key for row in self._rows]:
            self._rows = fresh
            self.repaint_all()
            return
        head = _same_start(self._rows, fresh)
        tail = _same_end(self._rows, fresh, head)
        gone, come = len(self._rows) - head - tail, len(fresh) - head - tail
        if gone:
            self.beginRemoveRows(_ROOT, head, head + gone - 1)
            del self._rows[head : head + gone]
            self.endRemoveRows()
        if come:
            self.beginInsertRows(_ROOT, head, head + come - 1)
            self._rows[head:head] = fresh[head : head + come]
            self.endInsertRows()
        self._rows = fresh
        self.repaint_all()

    def repaint_all(self) -> None:
        """Say, in one range, that every row may look different (times grow older, marks change)."""
        if self._rows:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._rows) - 1, 0))

    def forget_faces(self) -> None:
        """Ask for every face anew: the words changed with time or language."""
        self._faces = {}
        self.repaint_all()

    def toggle_mark(self, number: int) -> None:
        """Mark a row, or take its mark away."""
        self.marked ^= {self._rows[number].key}
        self.dataChanged.emit(self.index(number, 0), self.index(number, 0))

    def mark_range(self, first: int, last: int) -> None:
        """Mark all rows from `first` to `last`, whichever is the greater."""
        low, high = sorted((first, last))
        self.marked |= {row.key for row in self._rows[low : high + 1]}
        self.dataChanged.emit(self.index(low, 0), self.index(high, 0))

    def clear_marks(self) -> bool:
        """Take all marks away; tell whether there were any."""
        had = bool(self.marked)
        self.marked.clear()
        if had:
            self.repaint_all()
        return had


def _same_start(old: Sequence[Keyed], new: Sequence[Keyed]) -> int:
    count = 0
    for before, after in zip(old, new, strict=False):
        if before.key != after.key:
            break
        count += 1
    return count


def _same_end(old: Sequence[Keyed], new: Sequence[Keyed], head: int) -> int:
    count = 0
    limit = min(len(old), len(new)) - head
    while count < limit and old[-1 - count].key == new[-1 - count].key:
        count += 1
    return count
