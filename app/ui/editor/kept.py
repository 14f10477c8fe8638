"""Draws HTML that is kept as it is: in small, as it will look, within the text, and never laid out again at a key."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, QRectF, QSizeF
from PySide6.QtGui import QAbstractTextDocumentLayout, QPainter, QPen, QPyTextObject, QTextCursor, QTextDocument
from PySide6.QtGui import QTextFormat as _Format

from app.services.html.parse import parse_showing
from app.ui import theme
from app.ui.editor.formats import Own
from app.ui.editor.pictures import SafeDocument
from app.ui.editor.pour import Pour

_WIDTH = 560.0
_TALLEST = 360.0
_LONGEST = 60_000
"""Characters of HTML that are drawn; more would be cut at the height anyway."""
_BLOCKS = 40


class KeptObject(QPyTextObject):
    """What stands for a table or layout that the editor cannot hold. The same HTML is laid out once."""

    def __init__(self, parent: QTextDocument) -> None:
        super().__init__(parent)
        self._made: dict[tuple[str, bool], QTextDocument] = {}

    def intrinsicSize(self, doc: QTextDocument, posInDocument: int, format: _Format) -> QSizeF:  # noqa: A002, N803
        size = self._document(format).size()
        return QSizeF(_WIDTH, min(size.height() + 12, _TALLEST))

    def drawObject(
        self,
        painter: QPainter,
        rect: QRectF | QRect,
        doc: QTextDocument,
        posInDocument: int,  # noqa: N803
        format: _Format,  # noqa: A002
    ) -> None:
        document = self._document(format)
        rect = QRectF(rect)
        painter.save()
        painter.setPen(QPen(theme.color("line"), 1))
        painter.setBrush(theme.color("list_ground"))
        painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        painter.setClipRect(rect.adjusted(1, 1, -1, -1))
        painter.translate(rect.topLeft() + QPointF(8, 6))
        context = QAbstractTextDocumentLayout.PaintContext()
        context.palette.setColor(context.palette.ColorRole.Text, theme.color("text"))
        document.documentLayout().draw(painter, context)
        painter.restore()

    def _document(self, format: _Format) -> QTextDocument:  # noqa: A002 - Qt's name
        html = str(format.property(Own.KEPT) or "")
        key = (html, theme.scheme().dark)
        if key not in self._made:
            made = SafeDocument(self)
            made.setDefaultFont(theme.font(size=13))
            made.setDocumentMargin(0)
            made.setTextWidth(_WIDTH - 16)
            Pour(QTextCursor(made), parse_showing(html[:_LONGEST])[:_BLOCKS]).finish()
            self._made[key] = made
        return self._made[key]
