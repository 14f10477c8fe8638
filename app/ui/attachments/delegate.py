"""Draws one attachment: what it is, its name, and what is said of it; and lends a line to type another name in."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, QTimer
from PySide6.QtGui import QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QLineEdit, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from app.core.i18n import tr
from app.services.text.attachment_text import AttachmentRow
from app.ui import icons, theme
from app.ui.attachments.rows import AttachmentRows

WIDTH = 236
HEIGHT = 46
GAP = 6
_ICON = 20
_INSET = 10
_TEXT_LEFT = _INSET + _ICON + 9

_Index = QModelIndex | QPersistentModelIndex


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
        self._paint_words(painter, box, row)
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
        name = QFontMetrics(name_font).elidedText(row.name, Qt.TextElideMode.ElideMiddle, width)
        painter.drawText(QRect(left, box.top() + 3, width, half - 2), flags, name)
        painter.setFont(words_font)
        painter.setPen(theme.color(row.tone))
        words = QFontMetrics(words_font).elidedText(row.words, Qt.TextElideMode.ElideRight, width)
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
            units = len(stem.encode("utf-16-le")) // 2
            QTimer.singleShot(0, editor, lambda: editor.setSelection(0, units))

    def updateEditorGeometry(self, editor: QWidget, option: Any, index: _Index) -> None:
        editor.setGeometry(option.rect.adjusted(_TEXT_LEFT - 12, 2, -GAP - 2, -GAP - 2))


def _row_of(index: _Index) -> AttachmentRow | None:
    model = index.model()
    if isinstance(model, AttachmentRows) and index.isValid() and index.row() < len(model.rows):
        return model.rows[index.row()]
    return None
