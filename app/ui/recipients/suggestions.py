"""People offered while one types."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from PySide6.QtCore import QPoint, QRect, Qt, Signal
from PySide6.QtGui import QCursor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from app.core.events import Event
from app.core.i18n import ntr, tr
from app.domain.people import PERSONAL_LIST
from app.domain.recipient import Recipient, format_recipient
from app.ui import icons, theme
from app.ui.recipients.chips import Chip
from app.ui.recipients.editing import ChipEditing
from app.ui.recipients.entry_line import EntryLine
from app.ui.recipients.suggestions_session import MOST_ROWS, Origin, Suggestion, SuggestionSource, SuggestionsSession
from app.ui.widgets import Label, say_aloud

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


_Key = Qt.Key
_ENTER = (_Key.Key_Return, _Key.Key_Enter)
_COMMANDS = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.MetaModifier


class Suggesting:
    """The suggestions of one field. Its keys are asked before the field's own."""

    def __init__(self, field: ChipEditing, source: SuggestionSource) -> None:
        """Offer in `field` whom `source` knows."""
        self.session = SuggestionsSession(source)
        self._field = field
        self._popup: SuggestionsPopup | None = None
        self._line: EntryLine = field.words
        self._chip: Chip | None = None
        self._heard = ""
        self.list_chosen: Event[tuple[Recipient, Chip | None]] = Event()
        """A personal list was chosen, which cannot be written to itself: for the words, or for a chip."""
        self.session.changed.subscribe(lambda _: self._show())
        self.watch(field.words)

    def watch(self, line: EntryLine) -> None:
        """Offer for what is typed into `line`, as long as it lives."""
        line.textEdited.connect(lambda text: self._typed(line, text))
        line.textChanged.connect(lambda text: None if text.strip() else self.close())
        line.blurred.connect(self.close)
        line.composing_begun.connect(self.close)

    @property
    def is_open(self) -> bool:
        """Return whether something is offered now."""
        return self.session.is_open

    def close(self) -> None:
        """Offer nothing."""
        self._chip = None
        self.session.close()

    def offer_for(self, index: int, people: Iterable[Suggestion]) -> None:
        """Offer `people` for the chip `index`, which the name on it may mean."""
        self._chip, self._line = self._field.chips.items[index], self._field.words
        self.session.offer(people)

    def _typed(self, line: EntryLine, text: str) -> None:
        # A separator made a chip of the words before this signal: then there are none to offer for.
        self._line, self._chip = line, None
        self.session.type(text if line.text() == text else "")

    # --- keys -------------------------------------------------------------------------------------------------------

    def wants(self, event: QKeyEvent) -> bool:
        """Return whether a key is for the rows, whatever shortcut the window has on it."""
        if not self.is_open or event.modifiers() & _COMMANDS:
            return False
        return event.key() in {_Key.Key_Down, _Key.Key_Up, _Key.Key_Escape, _Key.Key_Delete, *_ENTER}

    def take_key(self, event: QKeyEvent) -> bool:
        """Deal with a key, if it is for the rows."""
        if event.modifiers() & _COMMANDS:
            return False
        if not self.is_open:
            return event.key() == _Key.Key_Down and self._open_again()
        shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if event.key() == _Key.Key_Down:
            self.session.move(1)
        elif event.key() == _Key.Key_Up:
            self.session.move(-1)
        elif event.key() == _Key.Key_Escape:
            self.close()
        elif event.key() == _Key.Key_Delete:
            return self._forget(by_force=shift)
        elif event.key() in _ENTER and not shift:
            return self._accept(self.session.row())
        elif event.key() == _Key.Key_Tab and not shift:
            # Whichever row is taken, the field still has to go on to the next one.
            self._accept(self.session.row_for_tab())
            return False
        else:
            return False
        return True

    def _open_again(self) -> bool:
        line = self._field.editor or self._field.words
        text = line.text().strip()
        if not text or self._field.chips.current >= 0:
            return False
        self._typed(line, line.text())
        return self.is_open

    def _forget(self, *, by_force: bool) -> bool:
        at_end = self._line.cursorPosition() == len(self._line.text()) and not self._line.hasSelectedText()
        if not (by_force or (self.session.chosen_by_hand and at_end)) or self._chip is not None:
            return False
        gone = self.session.forget()
        if gone is not None:
            say_aloud(self._field.words, tr("{recipient} is forgotten", recipient=format_recipient(gone)))
        return gone is not None

    def _accept(self, row: Suggestion | None) -> bool:
        if row is None:
            self.close()
            return False
        self.accept(row)
        return True

    def accept(self, row: Suggestion) -> None:
        """Take `row` in place of the words, or of the chip."""
        chip = self._chip
        self.close()
        if row.recipient.routing == PERSONAL_LIST:
            self.list_chosen.emit((row.recipient, chip))
        elif chip is not None:
            self._field.take_for_chip(chip, (row.recipient,))
            self._field.go_to_words()
        elif self._line is self._field.editor:
            self._field.take_for_edit(row.recipient)
        else:
            self._field.take_for_words(row.recipient)

    # --- what is seen and heard -------------------------------------------------------------------------------------

    def _show(self) -> None:
        session = self.session
        if not session.is_open:
            self._heard = ""
            if self._popup is not None:
                self._popup.hide()
                self._field.describe_words()
            return
        self._made().show_rows(session.rows, session.current, self._hint(), self._below())
        self._tell()

    def _made(self) -> SuggestionsPopup:
        """Return the sheet, made when it is first wanted, and anew where the field is in another window now."""
        window = self._field.window()
        if self._popup is None or self._popup.parentWidget() is not window:
            if self._popup is not None:
                self._popup.deleteLater()
            self._popup = SuggestionsPopup(window)
            self._popup.clicked.connect(self._clicked)
            self._popup.pointed.connect(self.session.point_at)
            self._field.destroyed.connect(self._popup.deleteLater)
        return self._popup

    def _hint(self) -> str:
        row = self.session.row()
        if self._chip is not None:
            return tr("Enter takes one, Escape leaves it open")
        if row is not None and row.origin is Origin.MACHINE and self.session.chosen_by_hand:
            return tr("Delete forgets this one")
        return ""

    def _below(self) -> QPoint:
        field = self._field
        if self._chip is not None and self._chip in field.chips.items:
            field.finish_placing()
            corner = field.chip_rect(field.chips.items.index(self._chip)).bottomLeft()
            return field.viewport().mapTo(field.window(), corner + QPoint(0, 4))
        return self._line.mapTo(field.window(), QPoint(0, self._line.height() + 4))

    def _tell(self) -> None:
        """Let a screen reader say the row: the focus stays in the words."""
        session = self.session
        row = session.row()
        count = ntr("{n} suggestion", "{n} suggestions", len(session.rows))
        if row is None:
            words = count
        else:
            words = tr("{row}, {n} of {count}", row=row_words(row), n=session.current + 1, count=len(session.rows))
        self._line.setAccessibleDescription(words)
        if words != self._heard:
            self._heard = words
            say_aloud(self._line, words)

    def _clicked(self, number: int) -> None:
        self.session.point_at(number)
        row = self.session.row()
        if row is not None:
            self.accept(row)
