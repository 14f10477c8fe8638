"""The sheet under the words: a row for each person, drawn, and readable for a screen reader row by row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QPoint, QRect, Qt, Signal
from PySide6.QtGui import QCursor, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from app.core.i18n import tr
from app.ui import icons, theme
from app.ui.label import Label
from app.ui.suggestions.session import MOST_ROWS, Origin, Suggestion

_ROW: Final = 34
_EDGE: Final = 5
_SIDE: Final = 10
_ICON: Final = 15
_WIDE: Final = 460
_NARROWEST: Final = 260


def row_words(row: Suggestion) -> str:
    """Return a row as it is read aloud."""
    name, address = shown_parts(row)
    parts = [f"{name}, {address}" if address else name]
    if row.is_group:
        parts.append(tr("group"))
    if row.origin is Origin.DIRECTORY:
        parts.append(tr("from the directory"))
    return ", ".join(parts)


def shown_parts(row: Suggestion) -> tuple[str, str]:
    """Return the two parts of a row: name and address, and not twice the same."""
    name, address = row.recipient.name, row.recipient.address
    if row.recipient.routing != "SMTP":
        return name or address, ""
    return (name, address) if name and name.casefold() != address.casefold() else (address, "")


class SuggestionRow(QWidget):
    """One person."""

    def __init__(self, number: int, popup: SuggestionsPopup) -> None:
        super().__init__(popup)
        self._number, self._popup = number, popup
        self._row: Suggestion | None = None
        self._current = False
        self.setFixedHeight(_ROW)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setMouseTracking(True)

    def show_row(self, row: Suggestion, *, current: bool) -> None:
        """Show `row`."""
        self._row, self._current = row, current
        self.setAccessibleName(row_words(row))
        self.setAccessibleDescription(tr("chosen") if current else "")
        self.show()
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        row = self._row
        if row is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._current:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("selected"))
            painter.drawRoundedRect(self.rect(), theme.RADIUS, theme.RADIUS)
        place = self.rect().adjusted(_SIDE, 0, -_SIDE, 0)
        if row.origin is Origin.DIRECTORY:
            place.setRight(self._draw_right(painter, place, tr("Directory")))
        if row.is_group:
            top = place.center().y() - _ICON // 2
            painter.drawPixmap(place.left(), top, icons.pixmap("users-round", "muted", _ICON))
            place.setLeft(place.left() + _ICON + 7)
        name, address = shown_parts(row)
        room = place.width() if not address else max(place.width() // 2, place.width() - self._width(address) - 12)
        left = self._draw_left(painter, QRect(place.left(), place.top(), room, place.height()), name, "text")
        if address:
            rest = QRect(left + 12, place.top(), max(place.right() - left - 12, 0), place.height())
            self._draw_left(painter, rest, address, "muted")
        painter.end()

    def _width(self, words: str) -> int:
        return self.fontMetrics().horizontalAdvance(words[:400])

    def _draw_left(self, painter: QPainter, place: QRect, words: str, tone: str) -> int:
        painter.setPen(theme.color(tone))
        shown = self.fontMetrics().elidedText(words[:400], Qt.TextElideMode.ElideRight, place.width())
        painter.drawText(place, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)
        return place.left() + self._width(shown)

    def _draw_right(self, painter: QPainter, place: QRect, words: str) -> int:
        painter.setPen(theme.color("faint"))
        painter.drawText(place, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, words)
        return place.right() - self._width(words) - 12

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        # A sheet that opens under a resting mouse must not take its place for a choice.
        if event.globalPosition().toPoint() != self._popup.mouse_rests_at:
            self._popup.pointed.emit(self._number)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._popup.clicked.emit(self._number)


class SuggestionsPopup(QFrame):
    """A sheet in the window, not a window of its own: the words keep the focus and the input method."""

    clicked = Signal(int)
    pointed = Signal(int)

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.setProperty("kind", "popup")
        self.setAccessibleName(tr("Suggestions"))
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._window = window
        self.mouse_rests_at = QPoint()
        self._rows = [SuggestionRow(number, self) for number in range(MOST_ROWS)]
        self._hint = Label(self)
        self._hint.setProperty("tone", "faint")
        self._hint.setContentsMargins(_SIDE, 2, _SIDE, 3)
        column = QVBoxLayout(self)
        column.setContentsMargins(_EDGE, _EDGE, _EDGE, _EDGE)
        column.setSpacing(0)
        for row in self._rows:
            column.addWidget(row)
        column.addWidget(self._hint)
        self.hide()

    def show_rows(self, rows: Sequence[Suggestion], current: int, hint: str, below: QPoint) -> None:
        """Show `rows` with their top left at `below`, a point of the window."""
        for number, widget in enumerate(self._rows):
            if number < len(rows):
                widget.show_row(rows[number], current=number == current)
            else:
                widget.hide()
        self._hint.setText(hint)
        self._hint.setVisible(bool(hint))
        width = max(min(_WIDE, self._window.width() - 24), _NARROWEST)
        height = _ROW * len(rows) + 2 * _EDGE + (self._hint.sizeHint().height() if hint else 0)
        left = min(below.x(), max(self._window.width() - width - 12, 0))
        self.setGeometry(left, below.y(), width, height)
        if not self.isVisible():
            self.mouse_rests_at = QCursor.pos()
            self.show()
            self.raise_()
