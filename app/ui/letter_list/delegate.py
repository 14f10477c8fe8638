"""Paints a row: whom it goes to and when, the subject, and one line that says how it stands."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any, cast

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPixmap, QStaticText, QTransform
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from app.ui import icons, theme
from app.ui.initials import initials
from app.ui.letter_list.face import RowFace
from app.ui.letter_list.model import LetterModel

HEADING_HEIGHT = 30
_MARGIN = 14
_AVATAR = 34
_TEXT_LEFT = _MARGIN + _AVATAR + 12
_CATEGORIES_SHARE = 150
"""Pixels of a row that categories may take."""


class _Type:
    """A font, its measures, and the lines that were set in it lately: setting a line costs more than drawing it."""

    def __init__(self, font: QFont) -> None:
        self._font = font
        self._metrics = QFontMetrics(font)
        self._height = self._metrics.height()
        self._set = lru_cache(maxsize=512)(self._shape)
        self.width = lru_cache(maxsize=512)(self._measure)

    def _measure(self, words: str) -> int:
        # A function of ours, and not Qt's own: lru_cache copies the docstring of what it wraps, and for that of a
        # method of Qt's, PySide6 loads its parser of signatures (40 ms).
        return self._metrics.horizontalAdvance(words)

    def draw(self, painter: QPainter, rect: QRect, words: str, tone: str) -> None:
        """Draw one line in the middle of `rect`, elided at its right."""
        painter.setFont(self._font)
        painter.setPen(theme.color(tone))
        top = rect.top() + (rect.height() - self._height) // 2
        painter.drawStaticText(rect.left(), top, self._set(words, rect.width()))

    def _shape(self, words: str, width: int) -> QStaticText:
        shaped = QStaticText(self._metrics.elidedText(words, Qt.TextElideMode.ElideRight, width))
        shaped.setTextFormat(Qt.TextFormat.PlainText)
        shaped.prepare(QTransform(), self._font)
        return shaped


class LetterDelegate(QStyledItemDelegate):
    """Draws faces. Fonts, measures and set lines are kept: a row costs a fraction of a millisecond."""

    def __init__(self, parent: QWidget, is_chosen: Callable[[], bool]) -> None:
        """`is_chosen` tells whether the person chose the current row; one that nobody chose is only outlined."""
        super().__init__(parent)
        self._is_chosen = is_chosen
        self._plain = _Type(theme.font())
        self._bold = _Type(theme.font(semibold=True))
        self._small = _Type(theme.font(size=12))
        self._small_bold = _Type(theme.font(size=12, semibold=True))

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(200, theme.ROW_HEIGHT)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        model = cast("LetterModel[Any]", index.model())
        face = model.face(index.row())
        rect = QRect(option.rect)
        painter.save()
        heading = model.heading(index.row())
        if heading:
            self._heading(painter, QRect(rect.left(), rect.top(), rect.width(), HEADING_HEIGHT), heading)
            rect.setTop(rect.top() + HEADING_HEIGHT)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        current = bool(option.state & QStyle.StateFlag.State_Selected)
        hovered = bool(option.state & QStyle.StateFlag.State_MouseOver)
        self._ground(painter, rect, current=current, focused=option.widget.hasFocus(), hovered=hovered)
        if face.blank:
            self._blank(painter, rect)
        else:
            self._avatar(painter, rect, face, marked=model.is_marked(index.row()))
            self._words(painter, rect, face, offered=current or hovered)
        painter.restore()

    def _heading(self, painter: QPainter, rect: QRect, words: str) -> None:
        line = rect.bottom() - 3
        self._small_bold.draw(painter, rect.adjusted(_MARGIN + 2, 6, -_MARGIN, 0), words, "muted")
        painter.fillRect(QRect(rect.left() + _MARGIN, line + 2, rect.width() - 2 * _MARGIN, 1), theme.color("line"))

    def _blank(self, painter: QPainter, rect: QRect) -> None:
        """Draw the shape of a row that is still read: it is there, and its words are about to be."""
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("line"))
        painter.drawEllipse(QRectF(rect.left() + _MARGIN, rect.top() + 14, _AVATAR, _AVATAR))
        left, width = rect.left() + _TEXT_LEFT, rect.width() - _TEXT_LEFT - 16
        for top, share in ((16, 0.45), (37, 0.8), (57, 0.65)):
            painter.drawRoundedRect(QRectF(left, rect.top() + top, width * share, 9), 4, 4)

    def _ground(self, painter: QPainter, rect: QRect, *, current: bool, focused: bool, hovered: bool) -> None:
        chosen = current and self._is_chosen()
        if chosen or hovered:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("selected" if chosen else "hover"))
            painter.drawRoundedRect(QRectF(rect.adjusted(6, 2, -6, -2)), theme.RADIUS, theme.RADIUS)
        if current and not chosen:
            painter.setPen(theme.color("line"))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(rect).adjusted(6.5, 2.5, -6.5, -2.5), theme.RADIUS, theme.RADIUS)
        if chosen and focused:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("accent"))
            painter.drawRoundedRect(QRectF(rect.left() + 6, rect.top() + 24, 3, rect.height() - 48), 1.5, 1.5)

    def _avatar(self, painter: QPainter, rect: QRect, face: RowFace, *, marked: bool) -> None:
        circle = QRectF(rect.left() + _MARGIN, rect.top() + 14, _AVATAR, _AVATAR)
        painter.setPen(Qt.PenStyle.NoPen)
        if marked:
            painter.setBrush(theme.color("accent"))
            painter.drawEllipse(circle)
            _icon(painter, circle.center() - QPointF(9, 9), "check", "on_accent", 18)
            return
        ratio = painter.device().devicePixelRatioF()
        picture = _avatar(initials(face.who), theme.avatar_color(face.who).name(), theme.scheme().dark, ratio)
        painter.drawPixmap(circle.topLeft(), picture)

    def _words(self, painter: QPainter, rect: QRect, face: RowFace, *, offered: bool) -> None:
        """Draw the three lines. The action stands on the row one is at; on the others the sentence has the room."""
        left, right = rect.left() + _TEXT_LEFT, rect.right() - 16
        top = rect.top() + 12
        end_of_who = self._when(painter, face, right, top)
        self._bold.draw(painter, QRect(left, top, end_of_who - left, 18), face.who, "text")
        end_of_subject = self._categories(painter, face, right, top + 20)
        self._plain.draw(painter, QRect(left, top + 20, end_of_subject - left, 18), face.subject, "text")
        third = QRect(left, top + 40, right - left, 18)
        if face.action and offered:
            width = self._small_bold.width(face.action)
            self._small_bold.draw(painter, QRect(right - width, third.top(), width + 1, 18), face.action, "accent")
            third.setRight(right - width - 10)
        if face.icon:
            _icon(painter, QPointF(third.left(), third.top() + 2), face.icon, face.tone, 14)
            third.setLeft(third.left() + 20)
        self._small.draw(painter, third, face.line, face.tone)

    def _categories(self, painter: QPainter, face: RowFace, right: int, top: int) -> int:
        """Draw categories from the right, as far as there is room; return where the subject must end."""
        room = right - _CATEGORIES_SHARE
        for name in reversed(face.categories):
            width = self._small.width(name) + 14
            if right - width < room:
                break
            ground = theme.avatar_color(name)
            ground.setAlpha(60)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(ground)
            painter.drawRoundedRect(QRectF(right - width, top + 1, width, 17), 8, 8)
            self._small.draw(painter, QRect(right - width + 7, top, width - 13, 18), name, "muted")
            right -= width + 4
        return right

    def _when(self, painter: QPainter, face: RowFace, right: int, top: int) -> int:
        """Draw time and marks from the right; return where the name must end."""
        width = self._small.width(face.when)
        self._small.draw(painter, QRect(right - width, top, width + 1, 18), face.when, "faint")
        right -= width + 8
        if face.size:
            width = self._small.width(face.size)
            self._small.draw(painter, QRect(right - width, top, width + 1, 18), face.size, "faint")
            right -= width + 8
        marks = (
            (face.attachment, "paperclip", "faint"),
            (face.flagged, "flag", "warn"),
            (face.important, "circle-alert", "bad"),
        )
        for shown, name, tone in marks:
            if shown:
                _icon(painter, QPointF(right - 14, top + 2), name, tone, 14)
                right -= 20
        return right


def _icon(painter: QPainter, at: QPointF, name: str, tone: str, size: int) -> None:
    painter.drawPixmap(at, icons.pixmap(name, tone, size, painter.device().devicePixelRatioF()))


@lru_cache(maxsize=256)
def _avatar(letters: str, colour: str, dark: bool, ratio: float) -> QPixmap:
    """Return the circle that stands for somebody."""
    picture = QPixmap(QSize(_AVATAR, _AVATAR) * ratio)
    picture.setDevicePixelRatio(ratio)
    picture.fill(Qt.GlobalColor.transparent)
    ink, ground = QColor(colour), QColor(colour)
    ground.setAlpha(52 if dark else 34)
    circle = QRectF(0, 0, _AVATAR, _AVATAR)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ground)
    painter.drawEllipse(circle)
    painter.setPen(ink.lighter(135) if dark else ink.darker(120))
    painter.setFont(theme.font(size=12, semibold=True))
    painter.drawText(circle, Qt.AlignmentFlag.AlignCenter, letters)
    painter.end()
    return picture
