"""Draws one chip: quiet, rounded, and with a sign beside its colour where something is wrong."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPalette, QPen

from app.core.i18n import tr
from app.ui import icons, theme
from app.ui.recipients.chips import Chip
from app.ui.recipients.flow import CHIP_HEIGHT

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
    scheme = theme.DARK if palette.color(QPalette.ColorRole.Base).lightness() < 128 else theme.LIGHT
    if selected:
        fill = QColor(scheme.bad) if bad else palette.color(QPalette.ColorRole.Highlight)
        return fill, QColor(scheme.on_accent), fill
    if bad:
        ink = QColor(scheme.bad)
        return QColor(scheme.bad_soft), ink, _mix(QColor(scheme.bad_soft), ink, 0.35)
    ground, ink = palette.color(QPalette.ColorRole.Base), palette.color(QPalette.ColorRole.Text)
    return _mix(ground, ink, 0.08 if scheme.dark else 0.055), ink, _mix(ground, ink, 0.17 if scheme.dark else 0.12)


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
    return metrics.horizontalAdvance(words) + 1 if words else 0


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
    local = metrics.elidedText(address[: -len(domain)], Qt.TextElideMode.ElideRight, room) if room > 0 else ""
    return local + domain if local else metrics.elidedText(address, Qt.TextElideMode.ElideLeft, width)


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
        painter.drawText(text, place, metrics.elidedText(name, mode, min(wanted, width)))
    if address:
        rest = text.adjusted(wanted + gap, 0, 0, 0)
        painter.setPen(beside if name else ink)
        painter.drawText(rest, place, elided_address(address, metrics, rest.width() + 1))


def _has_room_beside_note(chip: Chip, metrics: QFontMetrics, width: int) -> bool:
    """Tell whether the domain stays whole beside the note; the tip and the screen reader say the note in any case."""
    address = _parts(chip)[1]
    return not address or _least_of(metrics, address) + _note_width(chip, metrics) <= width + 1


def _least_of(metrics: QFontMetrics, address: str) -> int:
    """Return the pixels that an address needs with its domain whole."""
    domain = _domain_of(address)
    return min(_advance(metrics, address), _advance(metrics, domain) + _advance(metrics, "…"))


def _draw_note(painter: QPainter, text: QRect, chip: Chip, tone: str) -> int:
    """Draw icon and word at the right end of `text`: what is known must not be told by colour alone."""
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
    """Draw an exclamation mark in a circle: what is wrong must not be told by colour alone."""
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
