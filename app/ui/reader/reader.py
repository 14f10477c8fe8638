"""Shows a message that is not being written: what it says, how it stands, and the one thing that helps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent
from PySide6.QtWidgets import QAbstractSlider, QFrame, QHBoxLayout, QMenu, QStackedLayout, QVBoxLayout, QWidget

from app.core.i18n import ntr, tr
from app.core.text import shortened
from app.ui import icons, theme
from app.ui.bars import MessageBar
from app.ui.document.piece_bar import PieceBar
from app.ui.document.plain_view import PlainView
from app.ui.reader.links import is_look_alike, shown_link
from app.ui.reader.tools import ReaderTools
from app.ui.widgets import Label

if TYPE_CHECKING:
    from PySide6.QtGui import QImage

    from app.domain.blocks import Block
    from app.ui.document.html_view import HtmlView

_SIDE = 28
"""As where a message is written, so that nothing jumps from one to the other."""
_MARGIN = 28
_BAR = 8
"""Pixels right of the text, in which its scroll bar stands."""
_LONGEST_LABEL = 2_000
"""Characters of a subject, or of names, that are shown above a message."""


def _inset(part: QWidget | QHBoxLayout) -> QHBoxLayout:
    """Let what stands above the text end where the text does, beside whose scroll bar the pane goes on."""
    line = QHBoxLayout()
    line.setContentsMargins(0, 0, _MARGIN - _BAR, 0)
    if isinstance(part, QWidget):
        line.addWidget(part)
    else:
        line.addLayout(part, 1)
    return line


class Notice(NamedTuple):
    """What a bar says of one message: a sentence, its tone, one action, the details, and other actions."""

    sentence: str
    tone: str = "info"
    action: tuple[str, str] | None = None
    details: Sequence[tuple[str, str]] = ()
    more: Sequence[tuple[str, str]] = ()


class ShownMessage(NamedTuple):
    """A message as the reader shows it. `body` is None while it is fetched; `blocks` is its formatted text, if any.

    `message` names it: what a person asked to see of a message holds while that one is shown, whatever comes of it.
    `remote` counts the pictures that lie elsewhere and are not loaded. `reduced` says why only its text is here.
    """

    message: str
    subject: str
    who: str
    when: str
    body: str | None
    hint: str = ""
    notice: Notice | None = None
    blocks: Sequence[Block] = ()
    remote: int = 0
    reduced: str = ""
    headers: Sequence[tuple[str, str]] = ()


class Reader(QWidget):
    """The pane beside a list. Formatted text is shown safe, or as plain text on demand; nothing is fetched or run."""

    escaped = Signal()
    shown = Signal()
    """Another message is shown, or the same as it is now."""
    menu_wanted = Signal(QPoint)
    """What can be done with the message is asked for, at a place of the screen."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("pane")
        self.setAccessibleName(tr("Message"))
        self.tools = ReaderTools(self)
        self.tools.more_wanted.connect(self.menu_wanted)
        self.bar = MessageBar(self, heard=False)
        self._reading: ShownMessage | None = None
        self._plain_wanted = False
        self._headers_wanted = False
        self._subject = Label(self)
        self._subject.setFont(theme.font(size=17, semibold=True))
        self._who, self._when, self._hint, self._told = Label(self), Label(self), Label(self), Label(self)
        self._body = self._text_field(tr("Text of the message"))
        self._body_pieces = PieceBar(self._body, self)
        self._page: HtmlView | None = None
        self._headers: PlainView | None = None
        for label, tone in ((self._who, "muted"), (self._when, "faint"), (self._hint, "faint"), (self._told, "faint")):
            label.setProperty("tone", tone)
        for label in (self._subject, self._who):
            label.setWordWrap(True)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._stack = QStackedLayout(self)
        self._stack.addWidget(self._blank())
        self._stack.addWidget(self._message())

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.menu_wanted.emit(event.globalPos())

    def text_menu(self) -> QMenu | None:
        """Return Qt's own menu for the text that has the focus (copying, links), None where there is none."""
        shown = self._page if self._page is not None and self._page.isVisibleTo(self) else self._body
        return shown.createStandardContextMenu() if shown.hasFocus() else None

    def _text_field(self, name: str) -> PlainView:
        field = PlainView(self)
        theme.wear_text_font(field)
        field.setAccessibleName(name)
        field.setTabChangesFocus(True)
        field.document().setDocumentMargin(0)
        field.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)  # the reader's own holds what Qt's would
        return field

    def show_reading(self, reading: ShownMessage | None) -> None:
        """Show a message, or the quiet picture of none."""
        before, self._reading = self._reading, reading
        self._stack.setCurrentIndex(0 if reading is None else 1)
        if reading is None:
            return
        self._subject.setText(shortened(reading.subject, _LONGEST_LABEL))
        self._who.setText(shortened(reading.who, _LONGEST_LABEL))
        self._when.setText(reading.when)
        self._hint.setText(reading.hint)
        if before is None or before.message != reading.message:
            self._plain_wanted = self._headers_wanted = False
        if self._page is not None and (before is None or before.blocks is not reading.blocks):
            self._page.forget_images()
        self._show_body(reading)
        if reading.notice is None:
            self.bar.clear()
        else:
            notice = reading.notice
            self.bar.show_sentence(
                notice.sentence, tone=notice.tone, action=notice.action, details=notice.details, more=notice.more
            )
        self.shown.emit()

    def _show_body(self, reading: ShownMessage) -> None:
        formatted = bool(reading.blocks) and not self._plain_wanted
        if formatted:
            self._made_page().show_blocks(reading.blocks)
        else:
            body = tr("Fetching the message…") if reading.body is None else reading.body
            self._body.show_text(body)
        self._swap(formatted=formatted)
        self._say_told("")
        self._show_headers(reading)

    def _swap(self, *, formatted: bool) -> None:
        if self._page is None:
            return
        self._body_pieces.set_shown(not formatted)
        self._page_pieces.set_shown(formatted)
        gone, here = (self._body, self._page) if formatted else (self._page, self._body)
        had_focus = gone.hasFocus()
        gone.setVisible(False)
        here.setVisible(True)
        if had_focus:
            here.setFocus(Qt.FocusReason.OtherFocusReason)

    def _made_page(self) -> HtmlView:
        if self._page is None:
            from app.ui.document.html_view import HtmlView

            self._page = HtmlView(self)
            self._page.pointed.connect(self._say_told)
            self._page.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
            self._column.insertWidget(self._column.indexOf(self._body), self._page, 1)
            self._page_pieces = PieceBar(self._page, self)
            self._column.insertWidget(self._column.indexOf(self._page) + 1, self._page_pieces)
        return self._page

    def _say_told(self, address: str) -> None:
        """Say where a link leads; without one, what of the message is not shown."""
        remote = 0 if self._reading is None else self._reading.remote
        words = ntr("{n} picture elsewhere was not loaded", "{n} pictures elsewhere were not loaded", remote)
        if self._reading is not None and self._reading.reduced:
            words, remote = self._reading.reduced, 1
        if address:
            words = shown_link(address)
            if is_look_alike(address):
                words = tr("{address} · The letters of this host look like those of another.", address=words)
        self._told.setText(words if address or remote else "")
        self._told.setVisible(bool(self._told.text()))

    # --- parts and focus ----------------------------------------------------------------------------------------------

    def add_part(self, part: QWidget) -> None:
        """Show a part of its own between the head of the message and its text."""
        self._column.insertLayout(self._column.indexOf(self._text_line) + 1, _inset(part))

    def focus_text(self) -> None:
        """Put the focus in the message's text."""
        self._shown_text().setFocus(Qt.FocusReason.OtherFocusReason)

    def _shown_text(self) -> HtmlView | PlainView:
        return self._page if self._page is not None and self._page.isVisibleTo(self) else self._body

    def read_on(self) -> bool:
        """Go a page further down in the text; return whether there was more of it."""
        bar = self._shown_text().verticalScrollBar()
        before = bar.value()
        bar.triggerAction(QAbstractSlider.SliderAction.SliderPageStepAdd)
        return bar.value() != before

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.escaped.emit()
        else:
            super().keyPressEvent(event)

    # --- on demand ---------------------------------------------------------------------------------------------------

    def put_image(self, source: str, image: QImage) -> None:
        """Show a picture of the message's own in its text."""
        if self._page is not None:
            self._page.put_image(source, image)

    def has_formatting(self) -> bool:
        """Return whether there is something that can be shown formatted and plain; also where it is still to come."""
        return self._reading is not None and (bool(self._reading.blocks) or self._reading.body is None)

    def toggle_plain(self) -> None:
        """Show formatted text as plain text, or formatted again."""
        if self._reading is not None and self.has_formatting():
            self._plain_wanted = not self._plain_wanted
            self._show_body(self._reading)

    def toggle_headers(self) -> None:
        """Show or hide all that is known of the message, and the headers that it came with."""
        if self._reading is not None:
            self._headers_wanted = not self._headers_wanted
            self._show_headers(self._reading)

    def _show_headers(self, reading: ShownMessage) -> None:
        wanted = self._headers_wanted
        if wanted and self._headers is None:
            self._headers = self._text_field(tr("Headers"))
            self._headers.setProperty("kind", "box")
            self._headers.document().setDocumentMargin(6)
            self._headers.setProperty("message_text", False)
            self._headers.setFont(theme.font(size=12))
            self._headers.setFixedHeight(180)
            self._column.insertLayout(self._column.indexOf(self._body), _inset(self._headers))
        if self._headers is None:
            return
        if wanted:
            lines = [f"{name}: {value}" if name else "" for name, value in reading.headers]
            none = tr("Fetching the message…") if reading.body is None else tr("No headers are known of this message.")
            text = "\n".join(lines) or none
            self._headers.show_text(text)
        self._headers.setVisible(wanted)

    def _message(self) -> QWidget:
        sheet = QWidget(self)
        column = QVBoxLayout(sheet)
        column.setContentsMargins(_SIDE, 12, _BAR, 12)
        column.setSpacing(6)
        line = QFrame(sheet)
        line.setProperty("kind", "line")
        line.setFixedHeight(1)
        strip = QHBoxLayout()
        strip.setSpacing(10)
        strip.addWidget(self._when)
        strip.addWidget(self._hint)
        strip.addStretch(1)
        strip.addWidget(self.tools)
        self.tools.setFixedHeight(28)
        column.addLayout(_inset(strip))
        column.addLayout(_inset(self.bar))
        column.addSpacing(3)
        self._who.setMinimumHeight(36)  # as the field To, so that the subject stands where it is written
        column.addLayout(_inset(self._who))
        column.addSpacing(4)
        column.addLayout(_inset(self._subject))
        column.addSpacing(2)
        self._text_line = _inset(line)
        column.addLayout(self._text_line)
        column.addSpacing(8)
        column.addWidget(self._body, 1)
        column.addWidget(self._body_pieces)
        column.addWidget(self._told)
        self._told.hide()
        self._column = column
        return sheet

    def _blank(self) -> QWidget:
        sheet = QWidget(self)
        picture = Label(sheet)
        icons.put(picture, "mail", "line", 72)
        picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        words = Label(tr("Choose a message, or press C to write one"), sheet)
        words.setProperty("tone", "faint")
        words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        column = QVBoxLayout(sheet)
        column.addStretch(1)
        column.addWidget(picture)
        column.addWidget(words)
        column.addStretch(1)
        return sheet
