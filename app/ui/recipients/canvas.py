"""Lays out and paints the chips.

Ten thousand chips take longer than one frame to measure, so the work can be done in slices.
"""

from __future__ import annotations

import time
from bisect import bisect_right
from collections.abc import Callable, Container

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, Qt, QTimer
from PySide6.QtGui import QColor, QFontMetrics, QHelpEvent, QPainter, QPaintEvent, QPalette, QPen, QResizeEvent
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QSizePolicy, QToolTip, QWidget

from app.core.i18n import tr
from app.domain.people import key_of
from app.domain.recipient import Recipient, format_recipient
from app.services.text.recipient_notes import Note
from app.ui import icons, theme
from app.ui.elision import elided, one_line
from app.ui.recipients.chips import Chip, Chips
from app.ui.recipients.entry_line import EntryLine

CHIP_HEIGHT = 24
GAP = 4
MARGIN = 4
PITCH = CHIP_HEIGHT + GAP
_LOOK_AT_CLOCK_EVERY = 32


class Flow:
    """Places of chips in a field of `width` pixels. Chips before `laid` have one."""

    def __init__(self) -> None:
        """Start with nothing placed."""
        self.width = 0
        self.laid = 0
        self._x: list[int] = []
        self._starts: list[int] = []
        self._next = 0

    @property
    def rows(self) -> int:
        """The number of rows that hold chips."""
        return len(self._starts)

    def forget_from(self, index: int) -> None:
        """Forget the places of the chip `index` and all after it, and of the row before: its end may have room."""
        row = max(0, bisect_right(self._starts, min(index, self.laid)) - 2)
        keep = self._starts[row] if row < len(self._starts) else 0
        del self._x[keep:]
        del self._starts[row:]
        self.laid = keep
        self._next = self.width + 1

    def lay(self, count: int, width_of: Callable[[int], int], seconds: float) -> bool:
        """Place chips up to `count`, for about `seconds`; return whether all have their place."""
        end = time.perf_counter() + seconds
        x = self._next
        while self.laid < count:
            width = width_of(self.laid)
            if not self._starts or x + width > self.width:
                self._starts.append(self.laid)
                x = 0
            self._x.append(x)
            x += width + GAP
            self.laid += 1
            if self.laid % _LOOK_AT_CLOCK_EVERY == 0 and time.perf_counter() > end:
                break
        self._next = x
        return self.laid >= count

    def place(self, index: int) -> tuple[int, int]:
        """Return left and top of a chip that has its place, in pixels of the contents."""
        return self._x[index], MARGIN + self.row_of(index) * PITCH

    def row_of(self, index: int) -> int:
        """Return the row that a chip stands in."""
        return bisect_right(self._starts, index) - 1

    def chips_in(self, first_row: int, last_row: int) -> range:
        """Return the chips of some rows, both ends included."""
        first, last = max(0, first_row), min(last_row, self.rows - 1)
        if first > last:
            return range(0)
        end = self._starts[last + 1] if last + 1 < self.rows else self.laid
        return range(self._starts[first], end)

    def tail(self, needed: int) -> tuple[int, int]:
        """Return left and row of what follows the chips and is at least `needed` wide."""
        if not self._starts:
            return 0, 0
        return (self._next, self.rows - 1) if self._next + needed <= self.width else (0, self.rows)


_PADDING = 11
_SIGN = 13
_SIGN_GAP = 5
_NOTE_ICON = 13
_NOTE_GAP = 8
_WIDEST = 320
_WIDEST_WITH_ADDRESS = 480
_ADDRESS_GAP = 7
_LEAST_NAME, _LEAST_LOCAL = 88, 48
"""Pixels of a name, and of the part before the @, that stay to be read where there is no room for all."""


def chip_colors(palette: QPalette, bad: bool, selected: bool) -> tuple[QColor, QColor, QColor]:
    """Return fill, text and border of a chip on the ground of `palette`, light or dark."""
    dark = palette.color(QPalette.ColorRole.Base).lightness() < 128
    worn = theme.scheme()
    scheme = worn if worn.dark is dark else theme.DARK if dark else theme.LIGHT
    if selected:
        fill = QColor(scheme.bad) if bad else palette.color(QPalette.ColorRole.Highlight)
        return fill, QColor(scheme.on_accent), fill
    if bad:
        ink = QColor(scheme.bad)
        return QColor(scheme.bad_soft), ink, _mix(QColor(scheme.bad_soft), ink, 0.35)
    ground, ink = palette.color(QPalette.ColorRole.Base), palette.color(QPalette.ColorRole.Text)
    border = ink if scheme.contrast else _mix(ground, ink, 0.17 if scheme.dark else 0.12)
    return _mix(ground, ink, 0.08 if scheme.dark else 0.055), ink, border


def shown_words(chip: Chip) -> str:
    """Return the words on a chip."""
    return tr("Reading the list…") if chip.reading else chip.shown()


def measure(chip: Chip, metrics: QFontMetrics) -> int:
    """Return the width of a chip in pixels."""
    sign = _SIGN + _SIGN_GAP if chip.sentence() else 0
    around = 2 * _PADDING + sign + _note_width(chip, metrics)
    name, address = _parts(chip)
    words, beside = _advance(metrics, name), _advance(metrics, address)
    if not address:
        return min(words + around, _WIDEST)
    gap = _ADDRESS_GAP if name else 0
    least = min(words, _LEAST_NAME) + gap + min(beside, _LEAST_LOCAL + _advance(metrics, _domain_of(address)))
    return max(min(words + gap + beside + around, _WIDEST_WITH_ADDRESS), least + around)


def _advance(metrics: QFontMetrics, words: str) -> int:
    """Return the pixels that `words` need to stay whole: Qt rounds their width down."""
    return metrics.horizontalAdvance(one_line(words)) + 1 if words else 0


def _parts(chip: Chip) -> tuple[str, str]:
    """Return name and address as they stand on a chip, each "" for none; words that are no address are a name."""
    words, beside = shown_words(chip), chip.shown_beside()
    return ("", words) if not chip.recipient.name and "@" in words and not chip.reading else (words, beside)


def _domain_of(address: str) -> str:
    return address[address.rfind("@") :]


def elided_address(address: str, metrics: QFontMetrics, width: int) -> str:
    """Return as much of `address` as goes into `width` pixels: less of the part before the @, and its domain whole.

    Where not even that has room, the end of the domain stays, which says whose it is.
    """
    if _advance(metrics, address) <= width:
        return address
    domain = _domain_of(address)
    room = width - _advance(metrics, domain)
    local = elided(metrics, address[: -len(domain)], Qt.TextElideMode.ElideRight, room) if room > 0 else ""
    return local + domain if local else elided(metrics, address, Qt.TextElideMode.ElideLeft, width)


def _note_width(chip: Chip, metrics: QFontMetrics) -> int:
    """Return what the word at the end of a chip takes, with its icon and the gap before it."""
    if chip.note is None or chip.sentence():
        return 0
    return _NOTE_GAP + _NOTE_ICON + _SIGN_GAP + metrics.horizontalAdvance(chip.note.word)


def draw_chip(painter: QPainter, place: QRect, chip: Chip, palette: QPalette, *, selected: bool, ringed: bool) -> None:
    """Draw `chip` in `place`. `ringed` shows the cursor among several that are selected."""
    bad = bool(chip.sentence())
    fill, ink, border = chip_colors(palette, bad, selected)
    outline = QRectF(place).adjusted(0.5, 0.5, -0.5, -0.5)
    painter.setPen(QPen(palette.color(QPalette.ColorRole.Text), 2) if ringed else QPen(border, 1))
    painter.setBrush(fill)
    painter.drawRoundedRect(outline, CHIP_HEIGHT / 2, CHIP_HEIGHT / 2)
    text = place.adjusted(_PADDING, 0, -_PADDING, 0)
    if bad:
        _draw_sign(painter, QRectF(text.left() - 2, place.center().y() - _SIGN / 2 + 0.5, _SIGN, _SIGN), ink)
        text.setLeft(text.left() + _SIGN + _SIGN_GAP - 2)
    if chip.note is not None and not bad and _has_room_beside_note(chip, painter.fontMetrics(), text.width()):
        text.setRight(text.right() - _draw_note(painter, text, chip, "on_accent" if selected else chip.note.tone))
    _draw_words(painter, text, chip, ink, ink if bad or selected else theme.color("muted"))


def _draw_words(painter: QPainter, text: QRect, chip: Chip, ink: QColor, beside: QColor) -> None:
    """Draw name and address from the left end of `text`. Where it is narrow, the name gives way to the domain."""
    metrics, (name, address) = painter.fontMetrics(), _parts(chip)
    gap = _ADDRESS_GAP if name and address else 0
    wanted, width = _advance(metrics, name), text.width() + 1
    if address:
        wanted = min(wanted, max(width - gap - _advance(metrics, address), min(wanted, _LEAST_NAME)))
        if wanted + gap + _least_of(metrics, address) > width:
            name, wanted, gap = "", 0, 0
    place = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
    if name:
        mode = Qt.TextElideMode.ElideRight if chip.recipient.name else Qt.TextElideMode.ElideMiddle
        painter.setPen(ink)
        painter.drawText(text, place, elided(metrics, name, mode, min(wanted, width)))
    if address:
        rest = text.adjusted(wanted + gap, 0, 0, 0)
        painter.setPen(beside if name else ink)
        painter.drawText(rest, place, elided_address(address, metrics, rest.width() + 1))


def _has_room_beside_note(chip: Chip, metrics: QFontMetrics, width: int) -> bool:
    """Return whether the domain stays whole beside the note; the tip and the screen reader say the note in any case."""
    address = _parts(chip)[1]
    return not address or _least_of(metrics, address) + _note_width(chip, metrics) <= width + 1


def _least_of(metrics: QFontMetrics, address: str) -> int:
    """Return the pixels that an address needs with its domain whole."""
    domain = _domain_of(address)
    return min(_advance(metrics, address), _advance(metrics, domain) + _advance(metrics, "…"))


def _draw_note(painter: QPainter, text: QRect, chip: Chip, tone: str) -> int:
    """Draw icon and word at the right end of `text`: what is known must not be shown by colour alone."""
    note, width = chip.note, _note_width(chip, painter.fontMetrics())
    if note is not None:
        left = text.right() + 1 - width + _NOTE_GAP
        painter.drawPixmap(left, text.center().y() - _NOTE_ICON // 2, icons.pixmap(note.icon, tone, _NOTE_ICON))
        painter.setPen(theme.color(tone))
        place = QRect(left + _NOTE_ICON + _SIGN_GAP, text.top(), width, text.height())
        painter.drawText(place, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, note.word)
    return width


def draw_edited(painter: QPainter, place: QRect, palette: QPalette) -> None:
    """Draw the outline around the line in which a chip is edited."""
    painter.setPen(QPen(palette.color(QPalette.ColorRole.Highlight), 1.5))
    painter.setBrush(palette.color(QPalette.ColorRole.Base))
    outline = QRectF(place).adjusted(0.75, 0.75, -0.75, -0.75)
    painter.drawRoundedRect(outline, CHIP_HEIGHT / 2, CHIP_HEIGHT / 2)


def _draw_sign(painter: QPainter, place: QRectF, ink: QColor) -> None:
    """Draw an exclamation mark in a circle: what is wrong must not be shown by colour alone."""
    painter.setPen(QPen(ink, 1.3))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawEllipse(place.adjusted(0.7, 0.7, -0.7, -0.7))
    middle = place.center()
    pen = QPen(ink, 1.5)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    painter.setPen(pen)
    painter.drawLine(middle + QPointF(0, -2.9), middle + QPointF(0, 0.4))
    painter.drawPoint(middle + QPointF(0, 2.9))


def _mix(ground: QColor, ink: QColor, share: float) -> QColor:
    def channel(a: float, b: float) -> float:
        return a + (b - a) * share

    return QColor.fromRgbF(
        channel(ground.redF(), ink.redF()),
        channel(ground.greenF(), ink.greenF()),
        channel(ground.blueF(), ink.blueF()),
    )


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
        self.words = EntryLine(self.viewport())
        self.editor: EntryLine | None = None
        """The line that stands in place of the chip `editing`, while one is edited."""
        self.editing = -1
        self.note_for: Callable[[Recipient], Note | None] = lambda _recipient: None
        """Returns what is good to know of a recipient; called again after `refresh_notes`."""
        self.is_familiar: Callable[[Recipient], bool] = lambda _recipient: False
        """Returns whether a recipient's name is enough on a chip; called again with the notes."""
        self._flow = Flow()
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
        self.verticalScrollBar().setSingleStep(PITCH)

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
            chip.width = measure(chip, self.fontMetrics())
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
        top = MARGIN + row * PITCH - bar.value()
        self.words.setGeometry(left, top, max(self._flow.width - left, 1), CHIP_HEIGHT)
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
        top, bottom = row * PITCH, _height_of(row + 1)
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
        return QRect(left, top - self.verticalScrollBar().value(), self._width_of(index), CHIP_HEIGHT)

    def chip_at(self, point: QPoint) -> int:
        """Return the chip under `point` of the viewport, or -1."""
        row = (point.y() + self.verticalScrollBar().value() - MARGIN) // PITCH
        for index in self._flow.chips_in(row, row):
            if self.chip_rect(index).contains(point):
                return index
        return -1

    def gap_at(self, point: QPoint) -> int:
        """Return before which chip something dropped at `point` goes."""
        row = (point.y() + self.verticalScrollBar().value() - MARGIN) // PITCH
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
        scrolled = self.verticalScrollBar().value() - MARGIN
        first = (event.rect().top() + scrolled) // PITCH
        last = (event.rect().bottom() + scrolled) // PITCH
        for index in self._flow.chips_in(first, last):
            place = self.chip_rect(index)
            if not place.intersects(event.rect()):
                continue
            if index == self.editing:
                draw_edited(painter, place, palette)
            else:
                selected = index in self.chips.selected
                ringed = selected and index == self.chips.current and len(self.chips.selected) > 1
                chip = self.chips.items[index]
                draw_chip(painter, place, chip, palette, selected=selected, ringed=ringed)
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
    return 2 * MARGIN + rows * PITCH - GAP
