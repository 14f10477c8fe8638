"""The list and its painted rows."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Any, NamedTuple, cast

from PySide6.QtCore import (
    QEvent,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QPointF,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QFocusEvent,
    QFont,
    QFontMetrics,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPen,
    QPixmap,
    QStaticText,
    QTextLayout,
    QTransform,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QToolTip,
    QWidget,
)

from app.core.i18n import tr
from app.core.text import utf16_length
from app.services.folders.search import places_of
from app.ui import icons, theme
from app.ui.elision import elided, one_line
from app.ui.icons import initials
from app.ui.message_list.model import MessageModel
from app.ui.message_list.row_face import RowFace
from app.ui.widgets import plain_tip, say_aloud

HEADING_HEIGHT = 30
_MARGIN = 14
_AVATAR = 34
_TEXT_LEFT = _MARGIN + _AVATAR + 12
CATEGORY_TINT = 44
"""How much of its colour stands behind a category, of 255: its name must be read there."""
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
        return self._metrics.horizontalAdvance(one_line(words))

    def draw(self, painter: QPainter, rect: QRect, words: str, tone: str) -> None:
        """Draw one line in the middle of `rect`, elided at its right."""
        painter.setFont(self._font)
        painter.setPen(theme.color(tone))
        top = rect.top() + (rect.height() - self._height) // 2
        painter.drawStaticText(rect.left(), top, self._set(words, rect.width()))

    def mark(self, painter: QPainter, rect: QRect, words: str, sought: frozenset[str]) -> None:
        """Draw ground and line of the words that were looked for, where `draw` draws `words`."""
        shown = self._set(words, rect.width()).text()
        places = places_of(sought, shown)
        if not places:
            return
        # Laid out as it is drawn: a line may run from right to left, or partly so.
        layout = QTextLayout(shown, self._font)
        layout.beginLayout()
        line = layout.createLine()
        layout.endLayout()
        top = rect.top() + (rect.height() - self._height) // 2
        for start, length in places:
            for run in line.glyphRuns(utf16_length(shown[:start]), utf16_length(shown[start : start + length])):
                drawn = run.boundingRect()
                ground = QRectF(rect.left() + drawn.left() - 1, top, drawn.width() + 2, self._height)
                painter.fillRect(ground, theme.color("warn_soft"))
                # The ground alone differs little from that of the row, and not at all where contrast is high.
                painter.fillRect(ground.adjusted(0, self._height - 2, 0, 0), theme.color("warn"))

    def _shape(self, words: str, width: int) -> QStaticText:
        shaped = QStaticText(elided(self._metrics, words, Qt.TextElideMode.ElideRight, width))
        shaped.setTextFormat(Qt.TextFormat.PlainText)
        shaped.prepare(QTransform(), self._font)
        return shaped


class RowTool(NamedTuple):
    """What a row offers under the mouse: a command, its icon, and its words. No command means the row's menu."""

    command: str
    icon: str
    words: str


_COMPACT = 70
"""Pixels of a row in which there is room for two lines, and not for three."""
_TOOL = 16
_TOOL_STEP = 28


def _tool_places(row: QRect, count: int) -> list[QRect]:
    """Return where the tools of a row stand, in the place of its time; each can be hit around its icon too."""
    top, right = row.top() + (8 if row.height() > _COMPACT else 5), row.right() - 12
    return [QRect(right - (count - number) * _TOOL_STEP, top, _TOOL_STEP, 26) for number in range(count)]


class MessageDelegate(QStyledItemDelegate):
    """Draws faces. Fonts, measures and set lines are kept: a row costs a fraction of a millisecond."""

    def __init__(self, parent: QWidget, is_chosen: Callable[[], bool]) -> None:
        """`is_chosen` returns whether the person chose the current row; one that was not chosen is only outlined."""
        super().__init__(parent)
        self._is_chosen = is_chosen
        self.tools: Sequence[RowTool] = ()
        self.sought: frozenset[str] = frozenset()
        """The words that are looked for: they are marked where they stand."""
        self._plain = _Type(theme.font())
        self._bold = _Type(theme.font(semibold=True))
        self._small = _Type(theme.font(size=12))
        self._small_bold = _Type(theme.font(size=12, semibold=True))

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(200, theme.row_height())

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        model = cast("MessageModel[Any]", index.model())
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
            self._words(painter, rect, face, offered=current or hovered, hovered=hovered)
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
        if chosen:  # the ground alone differs too little from that of the list
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("accent" if focused else "edge"))
            painter.drawRoundedRect(QRectF(rect.left() + 6, rect.top() + 14, 3, rect.height() - 28), 1.5, 1.5)

    def _avatar(self, painter: QPainter, rect: QRect, face: RowFace, *, marked: bool) -> None:
        circle = QRectF(rect.left() + _MARGIN, rect.top() + _above(rect) + 2, _AVATAR, _AVATAR)
        painter.setPen(Qt.PenStyle.NoPen)
        if marked:
            painter.setBrush(theme.color("accent"))
            painter.drawEllipse(circle)
            _icon(painter, circle.center() - QPointF(9, 9), "check", "on_accent", 18)
            return
        ratio = painter.device().devicePixelRatioF()
        picture = _avatar(initials(face.who), theme.avatar_color(face.who).name(), theme.scheme().dark, ratio)
        painter.drawPixmap(circle.topLeft(), picture)
        if face.account is not None:
            _account_dot(painter, circle.bottomRight(), face.account.color)

    def _words(self, painter: QPainter, rect: QRect, face: RowFace, *, offered: bool, hovered: bool) -> None:
        """Draw the lines. The action stands on the row one is at; on the others the sentence has the room."""
        left, right = rect.left() + _TEXT_LEFT, rect.right() - 16
        top = rect.top() + _above(rect)
        if hovered and self.tools:
            places = _tool_places(rect, len(self.tools))
            for place, tool in zip(places, self.tools, strict=True):
                half = QPointF(_TOOL / 2, _TOOL / 2)
                _icon(painter, QRectF(place).center() - half, tool.icon, "muted", _TOOL)
            end_of_who = places[0].left() - 4
        else:
            end_of_who = self._when(painter, face, right, top)
        self._text(painter, self._bold, QRect(left, top, end_of_who - left, 18), face.who)
        end_of_subject = self._categories(painter, face, right, top + 20)
        if rect.height() > _COMPACT:
            self._text(painter, self._plain, QRect(left, top + 20, end_of_subject - left, 18), face.subject)
            third = QRect(left, top + 40, right - left, 18)
        else:
            third = self._beside(painter, QRect(left, top + 20, end_of_subject - left, 18), face)
        if face.action and offered:
            width = self._small_bold.width(face.action)
            self._small_bold.draw(painter, QRect(right - width, third.top(), width + 1, 18), face.action, "accent")
            third.setRight(right - width - 10)
        if face.icon:
            _icon(painter, QPointF(third.left(), third.top() + 2), face.icon, face.tone, 14)
            third.setLeft(third.left() + 20)
            self._small.draw(painter, third, face.line, face.tone)
        else:
            self._text(painter, self._small, third, face.line, face.tone)

    def _text(self, painter: QPainter, kind: _Type, rect: QRect, words: str, tone: str = "text") -> None:
        """Draw words of the message, with those marked that are looked for."""
        if self.sought:
            kind.mark(painter, rect, words, self.sought)
        kind.draw(painter, rect, words, tone)

    def is_cut(self, face: RowFace, row: QSize) -> bool:
        """Return whether what is the matter with a message has no room in its row, of this size in pixels, beside what
        the row offers under the mouse.
        """
        room = row.width() - _TEXT_LEFT - 16
        if row.height() <= _COMPACT:
            room -= sum(width + 4 for _, width in self._fitting(face))
            room -= self._width_beside(face, room) + 8
        action = self._small_bold.width(face.action) + 10 if face.action else 0
        return self._small.width(face.line) > room - 20 - action

    def _beside(self, painter: QPainter, line: QRect, face: RowFace) -> QRect:
        """Draw the subject where there are two lines alone; return the room beside it."""
        width = self._width_beside(face, line.width())
        self._text(painter, self._plain, QRect(line.left(), line.top(), width, 18), face.subject)
        return QRect(line.left() + width + 8, line.top(), max(0, line.width() - width - 8), 18)

    def _width_beside(self, face: RowFace, room: int) -> int:
        """Return the pixels of a subject with other words beside it: what is the matter has the most of its line."""
        most = room * (0.4 if face.icon else 0.7)
        return min(self._plain.width(face.subject) + 1, int(most))

    def _fitting(self, face: RowFace) -> list[tuple[str, int]]:
        """Return the categories for which there is room, from the last, with their widths in pixels."""
        fitting, room = [], _CATEGORIES_SHARE
        for name in reversed(face.categories):
            width = self._small.width(name) + 14
            if width > room:
                break
            fitting.append((name, width))
            room -= width + 4
        return fitting

    def _categories(self, painter: QPainter, face: RowFace, right: int, top: int) -> int:
        """Draw categories from the right, as far as there is room; return where the subject must end."""
        for name, width in self._fitting(face):
            ground = theme.avatar_color(name)
            ground.setAlpha(CATEGORY_TINT)
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


def _above(row: QRect) -> int:
    """Return the pixels between the top of a row and its first line: its lines stand in its middle."""
    lines = 58 if row.height() > _COMPACT else 38
    return max(8, (row.height() - lines) // 2)


def _account_dot(painter: QPainter, corner: QPointF, color: str) -> None:
    """Say by its colour whose a row is, at the picture of the person."""
    painter.setBrush(theme.account_color(color))
    painter.setPen(QPen(theme.color("list_ground"), 2))
    painter.drawEllipse(corner - QPointF(5, 5), 6.0, 6.0)


def _icon(painter: QPainter, at: QPointF, name: str, tone: str, size: int) -> None:
    painter.drawPixmap(at, icons.pixmap(name, tone, size, painter.device().devicePixelRatioF()))


@lru_cache(maxsize=256)
def _avatar(messages: str, colour: str, dark: bool, ratio: float) -> QPixmap:
    """Return the circle that stands for a person."""
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
    painter.drawText(circle, Qt.AlignmentFlag.AlignCenter, messages)
    painter.end()
    return picture


_AHEAD = 2
"""Screens that are read beyond the one that is shown, so that scrolling meets no blank rows."""
_JUMPS = {Qt.Key.Key_Home, Qt.Key.Key_End, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown}

_STEPS = {Qt.Key.Key_Up, Qt.Key.Key_Down}
_GONE_TO = {
    Qt.FocusReason.TabFocusReason,
    Qt.FocusReason.BacktabFocusReason,
    Qt.FocusReason.ShortcutFocusReason,
    Qt.FocusReason.MouseFocusReason,
}
"""By which the person, and not the program, gave the list the focus."""


class _Place(NamedTuple):
    """The position of the view: visible rows and how far below the top, the current one first; and the current row.

    `seen` is empty at the top of the list, where what is new appears.
    """

    seen: tuple[tuple[int, int], ...]
    current: int
    number: int


class MessageList(QTableView):
    """Shows a MessageModel. `opened` is Enter or a double click."""

    opened = Signal()
    current_changed = Signal()
    action_clicked = Signal()
    escaped = Signal()
    tool_clicked = Signal(str)
    """A command is to be done with the row under the mouse alone, which is the current one now."""
    menu_wanted = Signal(QPoint)
    """What can be done with the chosen rows is asked for, at a place of the screen."""

    def __init__(self, model: MessageModel[Any], name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._chosen = False
        self._only: int | None = None
        self.setAccessibleName(name)
        self.setModel(model)
        self._delegate = MessageDelegate(self, lambda: self.chosen)
        self.setItemDelegate(self._delegate)
        self.horizontalHeader().setVisible(False)
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.verticalHeader().setVisible(False)
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setDefaultSectionSize(theme.row_height())
        self.setShowGrid(False)
        self.setMouseTracking(True)
        self.setTabKeyNavigation(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.doubleClicked.connect(lambda _index: self.opened.emit())
        self.selectionModel().currentRowChanged.connect(self._current_moved)
        self.verticalScrollBar().valueChanged.connect(self._prepare)

    @property
    def chosen(self) -> bool:
        """Whether the person chose the row at which the list stands: by key, by mouse or by going to the list.

        Commands that act on a row ask for it. The program may put the focus here too, and that chooses nothing.
        """
        return self._chosen and (self._only is None or self._only == self.current_id())

    def choose(self) -> None:
        """Take it that the person is here on purpose."""
        self._choose(chosen=True, only=None)

    def choose_only(self, row_id: int | None) -> None:
        """Note that the person chose this one row, or none: what was done there is done, and no other row is meant."""
        self._choose(chosen=row_id is not None, only=row_id)

    def _choose(self, *, chosen: bool, only: int | None) -> None:
        if (chosen, only) != (self._chosen, self._only):
            self._chosen, self._only = chosen, only
            self.viewport().update()  # a row that the person did not choose is drawn differently

    def current_number(self) -> int:
        """Return the number of the current row, -1 for none."""
        index = self.currentIndex()
        return index.row() if index.isValid() and index.row() < self._model.rowCount() else -1

    def current_id(self) -> int | None:
        """Return what names the current row, None for none."""
        number = self.current_number()
        return self._model.ids[number] if number >= 0 else None

    def chosen_ids(self) -> list[int]:
        """Return what a command acts on: the marked rows in their order, or else the current one."""
        if self._model.marked:
            return self._model.marked_in_order()
        current = self.current_id()
        return [] if current is None else [current]

    def show_ids(self, ids: array[int]) -> None:
        """Show other rows, or the same in another order: the current row and the view stay, unless the view is at the
        top, where what is new appears.
        """
        place = self._place()._replace(current=self._heir(ids))
        self.setAutoScroll(False)
        try:
            if self._model.headed:
                self._set_heights(self._model.headed, theme.row_height())
                self._model.set_headings((), lambda _row: "")
            self._model.set_ids(ids)
            self._return_to(place)
        finally:
            self.setAutoScroll(True)

    def show_headings(self, numbers: Sequence[int], heading: Callable[[Any], str]) -> None:
        """Put headings over the rows with which groups begin."""
        place = self._place()
        self._set_heights(self._model.headed, theme.row_height())
        self._model.set_headings(numbers, heading)
        self._set_heights(numbers, theme.row_height() + HEADING_HEIGHT)
        self.scheduleDelayedItemsLayout()
        self.executeDelayedItemsLayout()
        self._return_to(place)

    def _set_heights(self, numbers: Iterable[int], height: int) -> None:
        header = self.verticalHeader()
        header.blockSignals(True)  # thousands of rows, and the view need hear of them but once
        for number in numbers:
            header.resizeSection(number, height)
        header.blockSignals(False)

    def _place(self) -> _Place:
        number, top = self.current_number(), self.rowAt(0)
        if top < 0 or not self.verticalScrollBar().value():
            return _Place((), self.current_id() or 0, number)
        last = self.rowAt(self.viewport().height() - 1)
        rows = range(top, (last if last >= 0 else self._model.rowCount() - 1) + 1)
        # The current row, where it is seen, is what one looks at; else the first that is still there.
        nearest = [number, *rows] if number in rows else rows
        seen = tuple((self._model.ids[row], self.rowViewportPosition(row)) for row in nearest)
        return _Place(seen, self.current_id() or 0, number)

    def _heir(self, ids: array[int]) -> int:
        """Return the current row, or, where `ids` has it no more, the next one that is still there; 0 for none."""
        current = self.current_id()
        if current is None or current in ids:
            return current or 0
        there = set(ids)
        return next((one for one in self._model.ids[self.current_number() :] if one in there), 0)

    def _return_to(self, place: _Place) -> None:
        """Keep the current row under another client's changes: the same row, or the one that took its place."""
        if not self._model.rowCount():
            return
        here = self._model.number_of(place.current) if place.current else -1
        if here < 0 and place.number >= 0:
            here = self._model.rowCount() - 1
        if here >= 0 and (here != self.current_number() or not self.selectionModel().hasSelection()):
            self.select(here)
        self.updateGeometries()  # what was added counts for how far one can scroll
        if not place.seen:
            self.verticalScrollBar().setValue(0)
        for row_id, below in place.seen:
            number = self._model.number_of(row_id)
            if number >= 0:
                self.verticalScrollBar().setValue(self.verticalHeader().sectionPosition(number) - below)
                break

    def select(self, number: int) -> None:
        """Make a row the current one."""
        flags = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
        self.selectionModel().setCurrentIndex(self._model.index(number, 0), flags)

    def go_to(self, number: int) -> None:
        """Make a row the current one, within the list's bounds, and show it."""
        if self._model.rowCount():
            self.select(max(0, min(number, self._model.rowCount() - 1)))
            self.scrollTo(self.currentIndex())

    def step(self, by: int) -> None:
        """Move the current row by `by`, as the person asked."""
        self.choose()
        before = self.current_number()
        self.go_to(before + by if before >= 0 else 0)
        self._say_end(before, by)

    def _say_end(self, before: int, by: int) -> None:
        """Say that there is no further row, where a step led to none."""
        if by and before >= 0 and before == self.current_number():
            say_aloud(self, tr("End of the list") if by > 0 else tr("Start of the list"))

    def show_sought(self, words: frozenset[str]) -> None:
        """Mark these words in the rows: they are what is looked for."""
        if words != self._delegate.sought:
            self._delegate.sought = words
            self.viewport().update()

    def toggle_mark(self) -> None:
        """Mark the current row, or take its mark away."""
        if self.current_number() >= 0:
            self._model.toggle_mark(self.current_number())

    def mark_and_step(self, by: int) -> None:
        """Mark the current row and the next one, and move there: Shift+Down."""
        here = self.current_number()
        if here >= 0:
            self.step(by)
            self._model.mark_range(here, self.current_number())

    def mark_all(self) -> None:
        """Mark every row that is listed: where something is looked for, all that was found."""
        self.choose()
        if self._model.rowCount():
            self._model.mark_range(0, self._model.rowCount() - 1)

    def clear_marks(self) -> bool:
        """Take all marks away; return whether there were any."""
        return self._model.clear_marks()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and event.modifiers() in (
            Qt.KeyboardModifier.NoModifier,
            Qt.KeyboardModifier.KeypadModifier,
        ):
            self.opened.emit()
            return
        if event.key() == Qt.Key.Key_Escape:
            if not self.clear_marks():
                self.escaped.emit()
                event.ignore()  # what else it may close is not the list's to say
            return
        if event.text() and event.modifiers() == Qt.KeyboardModifier.NoModifier and event.text().isprintable():
            event.ignore()  # letters are commands here, not a search by first letter
            return
        if event.key() in _JUMPS and not event.modifiers() & ~Qt.KeyboardModifier.ShiftModifier:
            self._jump(event)
            return
        before = self.current_number()
        if event.key() in _STEPS:
            self.choose()
        super().keyPressEvent(event)
        if event.key() in _STEPS:
            self._say_end(before, 1 if event.key() == Qt.Key.Key_Down else -1)

    def focusInEvent(self, event: QFocusEvent) -> None:
        if event.reason() in _GONE_TO:
            self.choose()
        super().focusInEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.choose()
        index = self.indexAt(event.position().toPoint())
        if index.isValid() and event.button() == Qt.MouseButton.LeftButton:
            if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
                self.go_to(index.row())
                self.toggle_mark()
                return
            if event.modifiers() & Qt.KeyboardModifier.ShiftModifier and self.current_number() >= 0:
                self._model.mark_range(self.current_number(), index.row())
                self.go_to(index.row())
                return
            tool = self._tool_at(index, event.position().toPoint())
            if tool is not None:
                self._use_tool(index, tool, event.globalPosition().toPoint())
                return
            if self._on_action(index, event.position().toPoint()):
                self.go_to(index.row())
                self.action_clicked.emit()
                return
        super().mousePressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Ask what can be done with the row under the mouse, or with all that are marked where it is one of them."""
        if event.reason() is QContextMenuEvent.Reason.Mouse:
            index = self.indexAt(event.pos())
            if not index.isValid():
                return
            if not self._model.is_marked(index.row()):
                self.clear_marks()
            self.go_to(index.row())
            place = event.globalPos()
        else:
            here = self.visualRect(self.currentIndex()).bottomLeft() + QPoint(_TEXT_LEFT, -8)
            place = self.viewport().mapToGlobal(here)
        self.choose()
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        self.menu_wanted.emit(place)

    def redress(self) -> None:
        """Take the height of rows that is in force now; what is in sight stays there."""
        header = self.verticalHeader()
        if header.defaultSectionSize() == theme.row_height():
            return
        place = self._place()
        header.setDefaultSectionSize(theme.row_height())
        self._set_heights(self._model.headed, theme.row_height() + HEADING_HEIGHT)
        self.scheduleDelayedItemsLayout()
        self.executeDelayedItemsLayout()
        self._return_to(place)

    def offer_tools(self, tools: Sequence[RowTool]) -> None:
        """Let each row offer these under the mouse."""
        self._delegate.tools = tools
        self.viewport().update()

    def _tool_at(self, index: QModelIndex, at: QPoint) -> RowTool | None:
        rect = self.visualRect(index)
        rect.setTop(rect.bottom() - theme.row_height() + 1)
        tools = self._delegate.tools
        places = _tool_places(rect, len(tools))
        return next((tool for tool, place in zip(tools, places, strict=True) if place.contains(at)), None)

    def _use_tool(self, index: QModelIndex, tool: RowTool, place: QPoint) -> None:
        """Do it with this row: what is marked elsewhere is not meant."""
        self.clear_marks()
        self.go_to(index.row())
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        if tool.command:
            self.tool_clicked.emit(tool.command)
        else:
            self.menu_wanted.emit(place)

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() is QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            index = self.indexAt(event.pos())
            QToolTip.showText(event.globalPos(), plain_tip(self._tip_at(index, event.pos())), self)
            return True
        return super().viewportEvent(event)

    def _tip_at(self, index: QModelIndex, at: QPoint) -> str:
        """Return what the tool there is for, or all that the row says of its message where that is cut; or ""."""
        if not index.isValid():
            return ""
        tool = self._tool_at(index, at)
        if tool is not None:
            return tool.words
        face = self._model.face(index.row())
        row = QSize(self.viewport().width(), theme.row_height())
        return face.line if face.icon and self._delegate.is_cut(face, row) else ""

    def _on_action(self, index: QModelIndex, at: QPoint) -> bool:
        face = self._model.face(index.row())
        if not face.action:
            return False
        rect = self.visualRect(index)
        rect.setTop(rect.bottom() - theme.row_height())
        width = self.fontMetrics().horizontalAdvance(face.action) + 24
        return at.y() > rect.bottom() - 34 and at.x() > rect.right() - width

    def _jump(self, event: QKeyEvent) -> None:
        """Home, End and by pages; with Shift, mark all that lies between. Qt's own move columns, of which is one."""
        self.choose()
        here = max(0, self.current_number())
        page = max(1, self.viewport().height() // theme.row_height() - 1)
        there = {
            Qt.Key.Key_Home: 0,
            Qt.Key.Key_End: self._model.rowCount() - 1,
            Qt.Key.Key_PageUp: here - page,
        }.get(Qt.Key(event.key()), here + page)
        self.go_to(there)
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier and self._model.rowCount():
            self._model.mark_range(here, self.current_number())

    def _current_moved(self, now: QModelIndex, _before: QModelIndex) -> None:
        self.current_changed.emit()

    def _prepare(self) -> None:
        first, last = self.rowAt(0), self.rowAt(self.viewport().height() - 1)
        if first >= 0:
            last = last if last >= 0 else self._model.rowCount() - 1
            ahead = _AHEAD * (last - first + 1)
            self._model.prepare(first - ahead, last + ahead)
