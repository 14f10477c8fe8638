"""A line to type in and the rows it finds: command palette and picker."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPersistentModelIndex, QPoint, QRect, QSize, Qt
from PySide6.QtGui import QColor, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QFrame,
    QGraphicsDropShadowEffect,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPlainTextEdit,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTextEdit,
    QVBoxLayout,
    QWidget,
)

from app.commands.command import Command, Handler
from app.commands.search import rank
from app.core.i18n import tr
from app.ui import keys, theme
from app.ui.document.formats import shown_color
from app.ui.elision import elided, one_line
from app.ui.widgets import FocusReturn, Label

_Index = QModelIndex | QPersistentModelIndex
_DETAIL = Qt.ItemDataRole.UserRole + 1
_SWATCH = Qt.ItemDataRole.UserRole + 2
_SWATCH_SIZE = 14


def _shade() -> QColor:
    return QColor(0, 0, 0, 190) if theme.scheme().dark else QColor(22, 32, 56, 110)


class Measures(NamedTuple):
    """How large a chooser is, in pixels; `shown` counts rows."""

    line: int
    type: int
    row: int
    shown: int


class Chooser(QFrame):
    """A sheet over `pane`. Escape gives the focus back; `chooses` are the keys that take the row one is at."""

    chooses = frozenset({Qt.Key.Key_Return, Qt.Key.Key_Enter})

    def __init__(self, pane: QWidget, elsewhere: Callable[[], None], measures: Measures) -> None:
        """`elsewhere` takes the focus when where it came from is gone."""
        super().__init__(pane)
        self.measures = measures
        self._way_back = FocusReturn(self, elsewhere)
        self.setProperty("kind", "popup")
        self.line = QLineEdit(self)
        self.line.setFont(theme.font(size=measures.type))
        self.line.setFixedHeight(measures.line)
        self.line.setTextMargins(8, 0, 8, 0)
        self.line.textChanged.connect(self.fill)
        self.line.installEventFilter(self)
        self.list = QListWidget(self)
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        self.list.setItemDelegate(_Row(self.list, measures.row))
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setStyleSheet("QListWidget { background: transparent; }")
        self.list.itemClicked.connect(lambda _item: self.choose())
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(8, 6, 8, 8)
        self.column.setSpacing(4)
        self.column.addWidget(self.line)
        self.column.addWidget(self.list)
        self._shadow = QGraphicsDropShadowEffect(self)
        self._shadow.setBlurRadius(38)
        self._shadow.setOffset(0, 7)
        self._shadow.setColor(_shade())
        self.setGraphicsEffect(self._shadow)
        self.hide()

    def changeEvent(self, event: QEvent) -> None:
        """Cast the shadow of the scheme in force: that of the light one would shine on a dark ground."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange and hasattr(self, "_shadow"):
            self._shadow.setColor(_shade())

    def fill(self, query: str) -> None:
        """Offer what `query` finds: `put` adds a row."""
        raise NotImplementedError

    def choose_row(self, thing: object) -> bool:
        """Do what choosing a row means; False where it cannot be chosen. The sheet is closed before it is done."""
        raise NotImplementedError

    def put(self, title: str, thing: object, detail: str, swatch: str = "") -> None:
        """Add a row; `detail` stands quietly at its right, and the colour `swatch` (CSS) before it."""
        item = QListWidgetItem(title, self.list)
        item.setData(Qt.ItemDataRole.UserRole, (thing,))
        item.setData(_DETAIL, detail)
        item.setData(_SWATCH, swatch)
        item.setData(Qt.ItemDataRole.AccessibleDescriptionRole, detail)

    def titles(self) -> list[str]:
        """Return what is offered now, in its order."""
        return [self.list.item(row).text() for row in range(self.list.count())]

    def remember(self) -> None:
        """Remember where the focus is to go back to."""
        self._way_back.remember()

    def show_sheet(self) -> None:
        """Show it over everything, ready to be typed in."""
        self.show()
        self.raise_()
        self.line.setFocus(Qt.FocusReason.PopupFocusReason)

    def close_sheet(self) -> None:
        """Give the focus back, and hide: hidden first, it would leave the focus to whatever comes next."""
        self._way_back.go()
        self.hide()

    def choose(self) -> None:
        """Take the row one is at."""
        if self.list.count():
            (thing,) = self.list.currentItem().data(Qt.ItemDataRole.UserRole)
            self.choose_row(thing)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.FocusOut and self.isVisible():
            self.hide()
        if event.type() != QEvent.Type.KeyPress or not isinstance(event, QKeyEvent):
            return super().eventFilter(watched, event)
        page = self.measures.shown
        steps = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: page, Qt.Key.Key_PageUp: -page}
        step = steps.get(Qt.Key(event.key()))
        if step is not None:
            self.list.setCurrentRow(max(0, min(self.list.currentRow() + step, self.list.count() - 1)))
        elif event.key() in self.chooses:
            self.choose()
        elif event.key() == Qt.Key.Key_Escape:
            self.close_sheet()
        else:
            return super().eventFilter(watched, event)
        return True


class _Row(QStyledItemDelegate):
    """A name, and what belongs to it in quiet type at the right."""

    def __init__(self, parent: QWidget, height: int) -> None:
        super().__init__(parent)
        self._height = height

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        rect: QRect = option.rect
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("selected"))
            painter.drawRoundedRect(rect, theme.RADIUS, theme.RADIUS)
        within = rect.adjusted(12, 0, -12, 0)
        detail = index.data(_DETAIL) or ""
        taken = min(painter.fontMetrics().horizontalAdvance(one_line(detail)) + 1, within.width() // 2)
        painter.setPen(theme.color("faint"))
        right = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight)
        elide = Qt.TextElideMode.ElideRight
        painter.drawText(within, right, elided(painter.fontMetrics(), detail, elide, taken))
        painter.setPen(theme.color("text"))
        title = within.adjusted(0, 0, -(taken + 12), 0)
        if swatch := str(index.data(_SWATCH) or ""):
            self._paint_swatch(painter, title, swatch)
            title.setLeft(title.left() + _SWATCH_SIZE + 10)
        place = int(Qt.AlignmentFlag.AlignVCenter)
        painter.drawText(title, place, elided(painter.fontMetrics(), index.data(), elide, title.width()))
        painter.restore()

    def _paint_swatch(self, painter: QPainter, row: QRect, css: str) -> None:
        painter.save()
        painter.setPen(theme.color("edge"))
        painter.setBrush(shown_color(css) or Qt.BrushStyle.NoBrush)
        top = row.top() + (row.height() - _SWATCH_SIZE) // 2
        painter.drawEllipse(QRect(row.left(), top, _SWATCH_SIZE, _SWATCH_SIZE))
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        size = super().sizeHint(option, index)
        size.setHeight(self._height)
        return size


_PALETTE_WIDTH = 560
_PALETTE_MEASURES = Measures(line=44, type=15, row=36, shown=9)


class CommandPalette(Chooser):
    """A sheet over the window. Escape gives the focus back to where it was."""

    def __init__(
        self,
        window: QWidget,
        commands: Callable[[], Iterable[tuple[Command, Handler]]],
        elsewhere: Callable[[], None],
    ) -> None:
        """`commands` is asked at each opening: what can be done depends on where the person is.

        `elsewhere` takes the focus when where it came from is gone.
        """
        self._offered: list[tuple[Command, Handler]] = []
        self._window = window
        super().__init__(window, elsewhere, _PALETTE_MEASURES)
        self._commands = commands
        self.setAccessibleName(tr("Commands"))
        self.line.setPlaceholderText(tr("Type what you want to do"))
        self.line.setAccessibleName(tr("Command"))
        self.list.setAccessibleName(tr("Commands found"))

    def show_palette(self) -> None:
        """Show the palette over the window, with every command that can be done now."""
        window = self._window
        self.remember()
        self._offered = list(self._commands())
        self.line.clear()
        self.fill("")
        width = min(_PALETTE_WIDTH, window.width() - 40)
        self.setGeometry((window.width() - width) // 2, 72, width, self.height())
        self._fit()
        self.show_sheet()

    def _fit(self) -> None:
        """Be as high as what is found."""
        rows = max(1, min(self.list.count(), _PALETTE_MEASURES.shown))
        self.resize(self.width(), min(60 + _PALETTE_MEASURES.row * rows, self._window.height() - 92))

    def fill(self, query: str) -> None:
        """Offer the commands that are found and can be done now."""
        self.list.clear()
        possible = [(command.shown_title(), (command, handler)) for command, handler in self._offered]
        for command, handler in rank(query, possible):
            if handler.enabled():
                self.put(command.shown_title(), handler, keys.shown(command))
        self.list.setCurrentRow(0)
        self._fit()

    def choose_row(self, thing: object) -> bool:
        """Do a command."""
        self.close_sheet()
        if isinstance(thing, tuple):
            Handler(*thing).run()
        return True


_PICKER_WIDTH = 460
_PICKER_TOP = 44
_PICKER_MEASURES = Measures(line=38, type=14, row=34, shown=8)


class Pick(NamedTuple):
    """One thing to choose: `thing` is handed back, `detail` stands quietly at the right. None for `thing` only says.

    `swatch` is a colour in CSS, as it is drawn in the scheme of now.
    """

    title: str
    thing: object
    detail: str = ""
    swatch: str = ""


class Picker(Chooser):
    """Made once for a pane, and opened for whatever is to be chosen there. Escape gives the focus back."""

    chooses = Chooser.chooses | {Qt.Key.Key_Tab}

    def __init__(self, pane: QWidget, elsewhere: Callable[[], None]) -> None:
        """`elsewhere` takes the focus when where it came from is gone."""
        self._caret: QRect | None = None
        self._picks: list[Pick] = []
        self._chosen: Callable[[object], None] = lambda _thing: None
        self._made: Callable[[str], Pick | None] = lambda _typed: None
        super().__init__(pane, elsewhere, _PICKER_MEASURES)
        self._pane = pane
        self._note = Label(self)
        self._note.setProperty("tone", "muted")
        self._note.setWordWrap(True)
        self._note.setContentsMargins(12, 4, 12, 6)
        self.column.addWidget(self._note)

    def show_picks(
        self,
        title: str,
        picks: Sequence[Pick],
        chosen: Callable[[object], None],
        note: str = "",
        made: Callable[[str], Pick | None] = lambda _typed: None,
    ) -> None:
        """Ask for one of `picks`, or for what `made` makes of the words that were typed.

        `chosen` is called with its thing once the list is closed.
        """
        self.remember()
        self._caret = self._find_caret()
        self._chosen, self._made = chosen, made
        self.setAccessibleName(title)
        self.line.setPlaceholderText(title)
        self.line.setAccessibleName(title)
        self.list.setAccessibleName(title)
        self.line.clear()
        self.offer(picks, note)
        self.show_sheet()
        self._fit()

    def offer(self, picks: Iterable[Pick], note: str = "") -> None:
        """Offer these instead: the server's answer came later. What was typed, and the row one is at, stay."""
        current = self.list.currentItem() if self.list.count() else None
        title = "" if current is None else current.text()
        self._picks = list(picks)
        self.fill(self.line.text())
        found = next((row for row in range(self.list.count()) if self.list.item(row).text() == title), 0)
        self.list.setCurrentRow(found)
        self._note.setText(note)
        self._note.setVisible(bool(note))
        self._fit()

    def fill(self, query: str) -> None:
        """Offer what is found, and what is made of the words that were typed."""
        self.list.clear()
        made = self._made(query) if query.strip() else None
        others = [pick for pick in self._picks if made is None or pick.thing != made.thing]
        found = rank(query, [(f"{pick.title} {pick.detail}", pick) for pick in others])
        for pick in [*([] if made is None else [made]), *found]:
            self.put(pick.title, pick.thing, pick.detail, pick.swatch)
        self.list.setCurrentRow(0)
        self._fit()

    def _fit(self) -> None:
        """Be as high as what is offered, and no higher than there is room."""
        self.list.setFixedHeight(_PICKER_MEASURES.row * max(1, min(self.list.count(), _PICKER_MEASURES.shown)) + 4)
        width = min(_PICKER_WIDTH, self._pane.width() - 24)
        height = min(self._height(width), self._pane.height() - 60)
        self.setGeometry(QRect(self._place_for(width, height), QSize(width, height)))

    def _find_caret(self) -> QRect | None:
        """Return where the cursor of the pane's text is; None where another field has the focus."""
        focus: QWidget | None = self._pane.window().focusWidget()
        if focus is not None and self.isAncestorOf(focus):
            return self._caret  # one question follows another
        if not isinstance(focus, QTextEdit | QPlainTextEdit) or not self._pane.isAncestorOf(focus):
            return None
        here = focus.cursorRect()
        return QRect(focus.viewport().mapTo(self._pane, here.topLeft()), here.size())

    def _place_for(self, width: int, height: int) -> QPoint:
        """Return where the list opens: below the cursor of the text, above it, or at the head of the pane."""
        middle = (self._pane.width() - width) // 2
        if self._caret is None:
            return QPoint(middle, _PICKER_TOP)
        left = max(12, min(self._caret.left() - 16, self._pane.width() - width - 12))
        if self._caret.bottom() + 8 + height <= self._pane.height() - 12:
            return QPoint(left, self._caret.bottom() + 8)
        if self._caret.top() - 8 - height >= 12:
            return QPoint(left, self._caret.top() - 8 - height)
        return QPoint(middle, _PICKER_TOP)

    def _height(self, width: int) -> int:
        room = self._note.heightForWidth(width - 40) + 4 if self._note.text() else 0
        return self.line.height() + self.list.height() + room + 22

    def choose_row(self, thing: object) -> bool:
        """Hand back what was chosen; None for a row that only says something."""
        if thing is None:
            return False
        self.close_sheet()
        self._chosen(thing)
        return True
