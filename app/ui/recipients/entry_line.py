"""The line in which a recipient is typed; recipients on the clipboard."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from threading import Thread
from typing import Final

import msgspec
from PySide6.QtCore import QEvent, QMimeData, QRect, Qt, Signal
from PySide6.QtGui import (
    QClipboard,
    QContextMenuEvent,
    QFocusEvent,
    QGuiApplication,
    QInputMethodEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
)
from PySide6.QtWidgets import QLineEdit, QWidget

from app.core.text import split_at
from app.domain.recipient import Recipient, address_problem, format_recipients
from app.ui.widgets import is_access_key
from app.ui.window_thread import WindowThread

MIME_TYPE: Final = "application/x-mailwright-recipients"
LONG_TEXT: Final = 6_000
"""Characters from which on reading a list would be felt, and leaves the UI thread."""

RunOffThread = Callable[[Callable[[], list[Recipient]], Callable[[list[Recipient]], None]], None]
"""Runs the first elsewhere and hands its result to the second on the UI thread."""


def to_mime(recipients: Sequence[Recipient]) -> QMimeData:
    """Return `recipients` as our own data and as text."""
    mime = QMimeData()
    mime.setData(MIME_TYPE, msgspec.json.encode(recipients))
    mime.setText(format_recipients(recipients))
    return mime


def on_clipboard(mode: QClipboard.Mode = QClipboard.Mode.Clipboard) -> QMimeData | None:
    """Return what the clipboard holds; None where it holds nothing (PySide6's own annotation leaves that out)."""
    held: QMimeData | None = QGuiApplication.clipboard().mimeData(mode)
    return held


def read_recipients(text: str) -> list[Recipient]:
    """Return the recipients that `text` stands for. The reader of addresses is loaded for the first."""
    from app.domain.address_parser import parse_recipients

    return parse_recipients(text)


def from_mime(mime: QMimeData) -> list[Recipient]:
    """Return the recipients that one of our fields put there; none where others did, or what came is not in order."""
    if not mime.hasFormat(MIME_TYPE):
        return []
    try:
        return msgspec.json.decode(bytes(mime.data(MIME_TYPE).data()), type=list[Recipient])
    except msgspec.DecodeError:
        return []


def run_in_thread(work: Callable[[], list[Recipient]], deliver: Callable[[list[Recipient]], None]) -> None:
    """Read in a thread that ends with the program, whose journal has the text already. It may outlive its field."""
    window_thread = WindowThread(None)

    def read() -> None:
        found = work()
        window_thread.call(lambda: deliver(found))

    Thread(target=read, name="recipients", daemon=True).start()


_LONGEST = 10_000_000
_LONGEST_ONE = 1_000
_SIGNS = "<>()[]{},;:\"'"
"""What parts an address from words as well as a blank does."""
_LEAVING = frozenset(
    {
        Qt.FocusReason.TabFocusReason,
        Qt.FocusReason.BacktabFocusReason,
        Qt.FocusReason.MouseFocusReason,
        Qt.FocusReason.ShortcutFocusReason,
        Qt.FocusReason.OtherFocusReason,
    }
)


def _take_no_key(_event: QKeyEvent) -> bool:
    return False


class EntryLine(QLineEdit):
    """A line without a frame. `left` says that the focus went elsewhere in the window (not to a menu or program),
    `blurred` that it went, wherever to.
    """

    left = Signal()
    blurred = Signal()
    composing_near = Signal()
    """An input method is about to change the line, or what it holds."""
    composing_begun = Signal()
    pasted = Signal(QMimeData)
    menu_wanted = Signal(QContextMenuEvent)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setFrame(False)
        # What is dropped here is dropped on the field: it may be a list.
        self.setAcceptDrops(False)
        self.setMaxLength(_LONGEST)
        self.setTextMargins(2, 0, 2, 0)
        self.take_key: Callable[[QKeyEvent], bool] = _take_no_key
        """Returns whether the field dealt with the key."""
        self.wants_key: Callable[[QKeyEvent], bool] = _take_no_key
        """Returns whether the key is for the field, not for a shortcut of the window."""
        self.take_command: Callable[[QKeyEvent], bool] = _take_no_key
        """Returns whether the key was a command of the field; asked before Alt and a key is left to the window."""
        self.composing = False
        """True while an input method holds what is typed: no key is a command then."""
        self._quiet = False

    def go_on(self, *, forward: bool) -> None:
        """Go to the next field of the window, or the one before, as Tab does."""
        self.focusNextPrevChild(forward)

    def set_quiet(self, quiet: bool) -> None:
        """Hide the text cursor while the cursor is on a chip; the line keeps the focus and the input method."""
        if quiet != self._quiet:
            self._quiet = quiet
            self.update()

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and not self.composing:
            if event.type() == QEvent.Type.ShortcutOverride and self.wants_key(event):
                event.accept()
                return True
            # Qt moves the focus on Tab before any key handler is asked.
            tab = event.key() in {Qt.Key.Key_Tab, Qt.Key.Key_Backtab}
            if tab and event.type() == QEvent.Type.KeyPress and self.take_key(event):
                event.accept()
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self.composing and self.take_command(event):
            event.accept()
        elif is_access_key(event):
            event.ignore()
        elif self.composing:
            super().keyPressEvent(event)
        elif self.take_key(event):
            event.accept()
        else:
            super().keyPressEvent(event)

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        if event.preeditString() or event.commitString():
            self.composing_near.emit()
        if event.preeditString() and not self.composing:
            self.composing_begun.emit()
        self.composing = bool(event.preeditString())
        super().inputMethodEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.blurred.emit()
        if event.reason() in _LEAVING:
            self.left.emit()

    def paste_from_clipboard(self) -> None:
        """Hand what the clipboard holds to the field."""
        self._tell_pasted(QClipboard.Mode.Clipboard)

    def _tell_pasted(self, mode: QClipboard.Mode) -> None:
        held = on_clipboard(mode)
        if held is not None:
            self.pasted.emit(held)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.MiddleButton and QGuiApplication.clipboard().supportsSelection():
            self.setCursorPosition(self.cursorPositionAt(event.position().toPoint()))
            self._tell_pasted(QClipboard.Mode.Selection)
            event.accept()
        else:
            super().mouseReleaseEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.menu_wanted.emit(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._quiet:
            super().paintEvent(event)
            return
        painter = QPainter(self)
        painter.setPen(self.palette().text().color())
        place = QRect(self.rect()).adjusted(4, 0, -4, 0)
        painter.drawText(place, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, self.text()[:400])
        painter.end()


def ends_an_entry(text: str) -> bool:
    """Return whether a comma, a semicolon or a line end in `text` parts entries, and does not stand within quotes."""
    from app.domain.address_lexer import TokenKind, tokenize  # loaded with the first key

    if not any(token.kind in {TokenKind.COMMA, TokenKind.SEMICOLON, TokenKind.LINE} for token in tokenize(text)):
        return False
    return not _is_open(text)


def has_grown(words: str, text: str) -> bool:
    """Return whether something was written right before or behind the `words` within `text`, without a blank."""
    head, _, tail = text.partition(words)
    return any(one and not one.isspace() and one not in _SIGNS for one in (head[-1:], tail[:1]))


def insert_apart(line: QLineEdit, text: str) -> None:
    """Insert `text` at the cursor of `line`, an address apart from the words of a name beside it.

    A piece of an address goes on with what stands there, and so does what follows a single word: "james." may
    be a name or not. Without the blank, the last word of a name would become part of the address.
    """
    start, length = line.selectionStart(), line.selectionLength()
    start = line.cursorPosition() if start < 0 else start
    if _is_whole(text):
        head, tail = split_at(line.text(), start)[0], split_at(line.text(), start + length)[1]
        text = (" " if head[-1:].isalnum() and " " in head.strip() else "") + text
        text += " " if tail[:1].isalnum() and " " in tail.strip() else ""
    line.insert(text)


def _is_whole(text: str) -> bool:
    if len(text) > _LONGEST_ONE:
        return False
    found = read_recipients(text)
    return len(found) == 1 and not address_problem(found[0].address) and not text[:1].isspace()


def _is_open(text: str) -> bool:
    """Return whether quotes, brackets or a comment that were begun are still to be closed."""
    quoted, depth, angle = False, 0, False
    escaped, before = False, ""
    for character in text:
        last, before = before, character
        if escaped:
            escaped = False
        elif character == "\\":
            escaped = quoted
        elif character == '"':
            # Within a word it is a sign like any other (5"), as `address_lexer` has it.
            quoted = not quoted and not last.isalnum()
        elif not quoted:
            depth = max(0, depth + (character == "(") - (character == ")"))
            angle = character == "<" or (angle and character != ">")
    return quoted or depth > 0 or angle
