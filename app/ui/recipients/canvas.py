"""Shows the chips of a field and the words after them: painted, not a widget each, so that ten thousand stay light."""

from __future__ import annotations

from collections.abc import Callable, Container

from PySide6.QtCore import QEvent, QPoint, QRect, Qt, QTimer
from PySide6.QtGui import QHelpEvent, QPainter, QPaintEvent, QPalette, QResizeEvent
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QSizePolicy, QToolTip, QWidget

from app.domain.people import key_of
from app.domain.recipient import Recipient, format_recipient
from app.services.text.recipient_notes import Note
from app.ui.recipients import flow, paint
from app.ui.recipients.chips import Chip, Chips
from app.ui.recipients.words import WordsEdit

_ROWS_SHOWN = 4
_WORDS_NEED = 140
_EDITOR_INSET = 6
_EDITOR_PADDING = 2 * _EDITOR_INSET + 16
_SLICE = 0.006
"""Seconds of work on places at a time: within a frame of 16 ms, with room for the painting."""


class ChipCanvas(QAbstractScrollArea):
    """Chips in rows, as high as they need up to four rows, then scrolled. `words` is the line after them."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        # A viewport of ours: to wrap one that Qt made, PySide6 loads every class of widget that it could be (20 ms).
        self.setViewport(QWidget(self))
        self.chips = Chips()
        self.words = WordsEdit(self.viewport())
        self.editor: WordsEdit | None = None
        """The line that stands in place of the chip `editing`, while one is edited."""
        self.editing = -1
        self.note_for: Callable[[Recipient], Note | None] = lambda _recipient: None
        """Says what is good to know of a recipient; asked again after `refresh_notes`."""
        self.is_familiar: Callable[[Recipient], bool] = lambda _recipient: False
        """Tells whose name is enough on a chip; asked again with the notes."""
        self._flow = flow.Flow()
        self._more = QTimer(self, interval=0, singleShot=True)
        self._more.timeout.connect(self._go_on_placing)
        self._follow = True
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(_height_of(1))
        self.setFocusProxy(self.words)
        # Not even a click on the scroll bar may take the focus from the words.
        self.viewport().setFocusProxy(self.words)
        self.viewport().setCursor(Qt.CursorShape.IBeamCursor)
        self.viewport().setMouseTracking(True)
        self.viewport().setAutoFillBackground(False)
        self.verticalScrollBar().setSingleStep(flow.PITCH)

    # Places ----------------------------------------------------------------------------------------------------------

    def place_from(self, index: int, *, follow: bool = True) -> None:
        """Work out the places of the chip `index` and all after it; `follow` keeps the words or the cursor in sight."""
        self._follow = follow
        self._flow.forget_from(index)
        self._go_on_placing()

    def finish_placing(self) -> None:
        """Place every chip now, where a place is needed at once."""
        if self._flow.laid < len(self.chips):
            self._more.stop()
            self._flow.lay(len(self.chips), self._width_of, float("inf"))
            self._arrange()

    def _go_on_placing(self) -> None:
        if not self._flow.lay(len(self.chips), self._width_of, _SLICE):
            self._more.start()
        self._arrange()

    def _width_of(self, index: int) -> int:
        if index == self.editing and self.editor is not None:
            words = self.editor.fontMetrics().horizontalAdvance(self.editor.text()[-400:])
            return min(max(words + _EDITOR_PADDING, _WORDS_NEED), max(self._flow.width, 1))
        chip = self.chips.items[index]
        if not chip.width:
            chip.note = None if chip.reading else self.note_for(chip.recipient)
            chip.strange = not (chip.reading or self.is_familiar(chip.recipient))
            chip.width = paint.measure(chip, self.fontMetrics())
        return min(chip.width, max(self._flow.width, 1))

    def refresh_notes(self, keys: Container[str] | None = None) -> None:
        """Ask anew what is known of these recipients (`key_of`), or of all."""
        stale = [n for n, chip in enumerate(self.chips.items) if keys is None or key_of(chip.recipient) in keys]
        for index in stale:
            self.chips.items[index].width = 0
        if stale:
            self.place_from(stale[0], follow=False)

    def _arrange(self, *, redraw: bool = True) -> None:
        """Put the lines where they belong, and give the field its height and the scroll bar its range.

        Without `redraw` the chips are drawn anew only if they moved: while one types they mostly stay.
        """
        before = (self.height(), self.verticalScrollBar().value())
        left, row = self._flow.tail(self._words_need())
        rows = max(row + 1, self._flow.rows)
        self.setFixedHeight(_height_of(min(rows, _ROWS_SHOWN)))
        bar = self.verticalScrollBar()
        bar.setPageStep(_height_of(min(rows, _ROWS_SHOWN)))
        bar.setRange(0, max(0, _height_of(rows) - _height_of(_ROWS_SHOWN)))
        if self._follow:
            self._bring_into_sight(self._flow.row_of(self._focus_chip()) if self._focus_chip() >= 0 else row)
        top = flow.MARGIN + row * flow.PITCH - bar.value()
        self.words.setGeometry(left, top, max(self._flow.width - left, 1), flow.CHIP_HEIGHT)
        if self.editor is not None and self.editing < self._flow.laid:
            self.editor.setGeometry(self.chip_rect(self.editing).adjusted(_EDITOR_INSET, 1, -_EDITOR_INSET, -1))
        if redraw or before != (self.height(), bar.value()):
            self.viewport().update()

    def _words_need(self) -> int:
        words = self.words.text()
        if not words:
            return 24 if len(self.chips) else 0
        return max(_WORDS_NEED, self.words.fontMetrics().horizontalAdvance(words[-400:]) + 16)

    def _focus_chip(self) -> int:
        index = self.editing if self.editing >= 0 else self.chips.current
        return index if index < self._flow.laid else -1

    def _bring_into_sight(self, row: int) -> None:
        bar = self.verticalScrollBar()
        top, bottom = row * flow.PITCH, _height_of(row + 1)
        highest = bottom - _height_of(_ROWS_SHOWN)
        bar.setValue(min(top, max(highest, bar.value())))
        # Only a person's own scrolling ends the following.
        self._follow = True

    def show_cursor(self) -> None:
        """Scroll to the chip under the cursor, or to the words."""
        if self.chips.current >= self._flow.laid:
            self.finish_placing()
        self._follow = True
        self._arrange()

    def chip_rect(self, index: int) -> QRect:
        """Return where a chip stands in the viewport."""
        left, top = self._flow.place(index)
        return QRect(left, top - self.verticalScrollBar().value(), self._width_of(index), flow.CHIP_HEIGHT)

    def chip_at(self, point: QPoint) -> int:
        """Return the chip under `point` of the viewport, or -1."""
        row = (point.y() + self.verticalScrollBar().value() - flow.MARGIN) // flow.PITCH
        for index in self._flow.chips_in(row, row):
            if self.chip_rect(index).contains(point):
                return index
        return -1

    def gap_at(self, point: QPoint) -> int:
        """Return before which chip something dropped at `point` goes."""
        row = (point.y() + self.verticalScrollBar().value() - flow.MARGIN) // flow.PITCH
        for index in self._flow.chips_in(row, row):
            if point.x() < self.chip_rect(index).center().x():
                return index
        return self._flow.chips_in(0, row).stop if row >= 0 else 0

    def chip_beside(self, index: int, rows: int) -> int:
        """Return the chip nearest to `index` that many rows further down, or -1 where there is no such row."""
        self.finish_placing()
        middle = self.chip_rect(index).center().x()
        row = self._flow.row_of(index) + rows
        candidates = self._flow.chips_in(row, row) if 0 <= row < self._flow.rows else range(0)
        return min(candidates, key=lambda other: abs(self.chip_rect(other).center().x() - middle), default=-1)

    # Drawing ---------------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(self.font())
        palette = QPalette(self.palette())
        palette.setCurrentColorGroup(QPalette.ColorGroup.Active if self.isEnabled() else QPalette.ColorGroup.Disabled)
        scrolled = self.verticalScrollBar().value() - flow.MARGIN
        first = (event.rect().top() + scrolled) // flow.PITCH
        last = (event.rect().bottom() + scrolled) // flow.PITCH
        for index in self._flow.chips_in(first, last):
            place = self.chip_rect(index)
            if not place.intersects(event.rect()):
                continue
            if index == self.editing:
                paint.draw_edited(painter, place, palette)
            else:
                selected = index in self.chips.selected
                ringed = selected and index == self.chips.current and len(self.chips.selected) > 1
                chip = self.chips.items[index]
                paint.draw_chip(painter, place, chip, palette, selected=selected, ringed=ringed)
        painter.end()

    def resizeEvent(self, event: QResizeEvent) -> None:
        if self.viewport().width() != self._flow.width:
            self._flow.width = self.viewport().width()
            self.place_from(0)

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        self._follow = False
        self._arrange()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in {QEvent.Type.FontChange, QEvent.Type.StyleChange, QEvent.Type.ApplicationFontChange}:
            for chip in self.chips.items:
                chip.width = 0
            self.place_from(0)

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            index = self.chip_at(event.pos())
            if index < 0:
                QToolTip.hideText()
            else:
                QToolTip.showText(event.globalPos(), tooltip(self.chips.items[index]), self.viewport())
            return True
        return super().viewportEvent(event)


def tooltip(chip: Chip) -> str:
    """Return the full address and what is wrong with it. Escaped: Qt would take a name with tags in it for HTML."""
    if chip.reading:
        return ""
    lines = [format_recipient(chip.recipient)[:1000], *chip.told()]
    import html  # its table of entities is large, and a tip is seldom wanted

    return "<br>".join(f"<span>{html.escape(line)}</span>" for line in lines if line)


def _height_of(rows: int) -> int:
    return 2 * flow.MARGIN + rows * flow.PITCH - flow.GAP
