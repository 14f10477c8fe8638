"""Rows by name, marks by name: a list that is reloaded, reordered or changed elsewhere keeps its marks and its place.

The model holds what names each row, in order, and nothing of what it says: that is asked for when it is painted.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Sequence
from typing import Generic, Protocol, TypeVar

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal

from app.core.i18n import tr
from app.ui.message_list.row_face import BLANK, RowFace

R = TypeVar("R")
R_co = TypeVar("R_co", covariant=True)
Index = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()
_FACES = 1_000


class RowSource(Protocol[R_co]):
    """Where rows come from."""

    def row(self, row_id: int) -> R_co | None:
        """Return a row, None where it has to be read first."""
        ...

    def prepare(self, row_ids: Iterable[int]) -> None:
        """Read rows that are likely to be shown next."""
        ...


class MessageModel(QAbstractTableModel, Generic[R]):
    """Holds the order of one list and which rows of it are marked; `marks_changed` says that others are."""

    marks_changed = Signal()

    def __init__(self, source: RowSource[R], face: Callable[[R], RowFace]) -> None:
        """`face` returns what a row shows; it is called for visible rows, and its answer kept until the row changes."""
        super().__init__()
        self._source = source
        self._face = face
        self.ids: array[int] = array("q")
        self._faces: dict[int, RowFace] = {}
        self.headed: frozenset[int] = frozenset()
        """Rows over which a heading stands."""
        self._heading: Callable[[R], str] = lambda _row: ""
        self.marked: set[int] = set()
        self.action_key: Callable[[], str] = lambda: ""
        """Returns the key that does what a row offers, as it is said with that; "" for none."""

    def rowCount(self, parent: Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(self.ids)

    def columnCount(self, parent: Index = _ROOT) -> int:
        return 0 if parent.isValid() else 1

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid() or index.row() >= len(self.ids):
            return None
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            heading = self.heading(index.row())
            spoken = self.face(index.row()).spoken(self.action_key())
            spoken = f"{heading}. {spoken}" if heading else spoken
            return tr("Marked. {row}", row=spoken) if self.is_marked(index.row()) else spoken
        return None

    def row(self, number: int) -> R | None:
        """Return one row, None where it is still read. Raises IndexError where there is none."""
        return self._source.row(self.ids[number])

    def face(self, number: int) -> RowFace:
        """Return what one row shows; a blank one while it is read."""
        row_id = self.ids[number]
        known = self._faces.get(row_id)
        if known is None:
            row = self._source.row(row_id)
            if row is None:
                return BLANK
            if len(self._faces) >= _FACES:
                self._faces.clear()
            known = self._faces[row_id] = self._face(row)
        return known

    def heading(self, number: int) -> str:
        """Return what stands over a row, with which a group begins; "" over most."""
        row = self.row(number) if number in self.headed else None
        return "" if row is None else self._heading(row)

    def set_headings(self, numbers: Iterable[int], heading: Callable[[R], str]) -> None:
        """Say which rows have a heading, and which function returns it."""
        self.headed, self._heading = frozenset(numbers), heading

    def prepare(self, first: int, last: int) -> None:
        """Let rows be read that are about to be shown."""
        self._source.prepare(self.ids[max(0, first) : max(0, last + 1)])

    def number_of(self, row_id: int) -> int:
        """Return where a row stands, -1 where it is not listed."""
        try:
            return self.ids.index(row_id)
        except ValueError:
            return -1

    def is_marked(self, number: int) -> bool:
        """Return whether a row is marked."""
        return bool(self.marked) and self.ids[number] in self.marked

    def set_ids(self, ids: array[int]) -> None:
        """Show these. What stands on both sides of a change keeps its place; marks stay with their rows."""
        fresh = ids[:]
        head = _same_start(self.ids, fresh)
        tail = _same_end(self.ids, fresh, head)
        gone, come = self.ids[head : len(self.ids) - tail], fresh[head : len(fresh) - tail]
        if self.marked and gone:
            before = len(self.marked)
            self.marked -= set(gone) - set(come)
            if len(self.marked) != before:
                self.marks_changed.emit()
        if gone:
            self.beginRemoveRows(_ROOT, head, head + len(gone) - 1)
            del self.ids[head : head + len(gone)]
            self.endRemoveRows()
        if come:
            self.beginInsertRows(_ROOT, head, head + len(come) - 1)
            self.ids = fresh
            self.endInsertRows()

    def repaint_all(self) -> None:
        """Say, in one range, that every row may look different (times grow older, marks change)."""
        if self.ids:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self.ids) - 1, 0))

    def forget_faces(self, row_ids: Iterable[int] | None = None) -> None:
        """Ask for faces anew: of some rows, or of all where the words changed with time or language."""
        if row_ids is None:
            self._faces.clear()
        else:
            for row_id in row_ids:
                self._faces.pop(row_id, None)
        self.repaint_all()

    def toggle_mark(self, number: int) -> None:
        """Mark a row, or take its mark away."""
        self.marked ^= {self.ids[number]}
        self.dataChanged.emit(self.index(number, 0), self.index(number, 0))
        self.marks_changed.emit()

    def mark_range(self, first: int, last: int) -> None:
        """Mark all rows from `first` to `last`, whichever is the greater."""
        low, high = sorted((first, last))
        self.marked.update(self.ids[low : high + 1])
        self.dataChanged.emit(self.index(low, 0), self.index(high, 0))
        self.marks_changed.emit()

    def marked_in_order(self) -> list[int]:
        """Return what is marked, as it is listed."""
        return [row_id for row_id in self.ids if row_id in self.marked] if self.marked else []

    def clear_marks(self) -> bool:
        """Take all marks away; return whether there were any."""
        had = bool(self.marked)
        self.marked.clear()
        if had:
            self.repaint_all()
            self.marks_changed.emit()
        return had


def _same_start(old: array[int], new: array[int]) -> int:
    """Return how many rows are the same from the start: by halves, each compared by the machine as bytes."""
    return _most(min(len(old), len(new)), lambda count: (old, 0, new, 0, count))


def _same_end(old: array[int], new: array[int], head: int) -> int:
    limit = min(len(old), len(new)) - head
    return _most(limit, lambda count: (old, len(old) - count, new, len(new) - count, count))


def _most(limit: int, stretch: Callable[[int], tuple[array[int], int, array[int], int, int]]) -> int:
    low, high = 0, limit
    while low < high:
        middle = (low + high + 1) // 2
        if _same(*stretch(middle)):
            low = middle
        else:
            high = middle - 1
    return low


def _same(one: array[int], one_at: int, other: array[int], other_at: int, count: int) -> bool:
    return _bytes(one, one_at, count) == _bytes(other, other_at, count)


def _bytes(ids: Sequence[int], at: int, count: int) -> memoryview:
    size = 8
    return memoryview(ids).cast("B")[at * size : (at + count) * size]  # type: ignore[arg-type]  # an array is a buffer
