"""The rows of a strip of attachments for Qt: kept by key, so that a byte more does not move anybody."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from app.services.text.attachment_text import AttachmentRow

_Index = QModelIndex | QPersistentModelIndex


class AttachmentRows(QAbstractListModel):
    """The model. `named` tells the key and the new name that was typed for it."""

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
        """Take away and put in row by row, as Qt wants it told."""
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
            return f"{row.name}\n{row.words}"
        return None

    def setData(self, index: _Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        if role == Qt.ItemDataRole.EditRole and index.isValid():
            self.named.emit(self.rows[index.row()].key, str(value))
        return False

    def flags(self, index: _Index) -> Qt.ItemFlag:
        found = super().flags(index)
        return found | Qt.ItemFlag.ItemIsEditable if self.editable else found
