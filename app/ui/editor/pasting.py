"""What comes from the clipboard or by drag into formatted text: made safe, without Word's marks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from PySide6.QtCore import QMimeData, QObject, QTimer, Signal
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QTextEdit

from app.core.layout_bounds import editable_end
from app.core.text import clean_text
from app.domain.blocks import Block
from app.services.html.bounds import editable_blocks, editable_text
from app.services.html.foreign import blocks_of_own, read_for_insertion, text_blocks
from app.ui.editor.background_work import BackgroundWork
from app.ui.incoming_files import picture_in

_LARGE: Final = 30_000
"""Characters up to which HTML that was copied in this program is read at once: about ten milliseconds' work."""
_FELT: Final = 50
"""Milliseconds after which `working` says that something is still being read."""
_PICTURES: Final = (".png", ".jpg", ".jpeg", ".gif", ".bmp", ".webp")
_SLICE: Final = 16 * 1024
"""Characters of a long text that go in at one turn of the event loop."""
_AT_ONCE: Final = 5_000
"""Blocks of a paste that are put in as they are, because they come in one step; the rest is kept as its HTML."""


class Pasting(QObject):
    """Takes in what is pasted. Of several at once, each goes where the cursor was when it came."""

    files_brought = Signal(object)
    """Files that are not all pictures were pasted: what is to be attached, as it stands on the clipboard."""
    working = Signal()
    """What was pasted takes a while; until `done` nothing else should go into the message."""
    done = Signal()
    pictures_offered = Signal(list)
    """Pictures that were pasted or dropped: each is (bytes, name), or a path."""

    def __init__(self, editor: QTextEdit, insert_blocks: Callable[[Sequence[Block], QTextCursor | None], None]) -> None:
        """`insert_blocks` puts blocks into `editor` at a cursor, or where its own is (None)."""
        super().__init__(editor)
        self._editor, self._insert_blocks = editor, insert_blocks
        self.read_html: Callable[[str], Sequence[Block]] = read_for_insertion
        """Reads HTML that another program put on the clipboard, in a thread; it is safe after that."""
        self._background = BackgroundWork(self)
        self._waiting: list[tuple[QTextCursor, str]] = []
        self._turn = QTimer(self)
        self._turn.setInterval(0)
        self._turn.timeout.connect(self._insert_slice)
        self._told = False
        self._felt = QTimer(self)
        self._felt.setSingleShot(True)
        self._felt.setInterval(_FELT)
        self._felt.timeout.connect(self._tell_working)

    def is_pasting(self) -> bool:
        """Return whether something is still being read, or put in."""
        return self._background.is_busy() or bool(self._waiting)

    def finish(self) -> None:
        """Put in what is being read, because the message is being closed or sent; its text where that takes long."""
        while self._waiting:
            self._insert_slice()
        self._background.finish()
        self._tell_done()

    def forget(self) -> None:
        """Leave out what is still being read."""
        self._background.forget()
        self._tell_done()

    def _insert_slice(self) -> None:
        """Put in the next part of a long text; the window answers in between, and one undo takes all of it back."""
        if self._waiting:
            place, text = self._waiting.pop(0)
            place.joinPreviousEditBlock()
            place.insertText(text)
            place.endEditBlock()
        if not self._waiting:
            self._turn.stop()

    def can_take(self, source: QMimeData) -> bool:
        """Return whether this can be put into the text: files that are no pictures are for others to take."""
        if source.hasUrls() and any(url.isLocalFile() for url in source.urls()):
            return all(url.toLocalFile().lower().endswith(_PICTURES) for url in source.urls())
        return source.hasText() or source.hasHtml() or source.hasImage()

    def paste(self, source: QMimeData) -> None:
        """Put it in: a picture, formatted text, or text."""
        if not self.can_take(source) and source.hasUrls():
            self.files_brought.emit(source)
        elif source.hasUrls() and any(url.isLocalFile() for url in source.urls()):
            self.pictures_offered.emit([url.toLocalFile() for url in source.urls()])
        elif source.hasHtml() and not _is_one_picture(source):
            self._take_html(source.html())
        elif source.hasImage():
            self.pictures_offered.emit([(picture_in(source), "")])
        elif source.hasText():
            self.take_text(source.text())

    def take_text(self, text: str) -> None:
        """Put plain text in, in the look of where it goes."""
        text = clean_text(text, lines=True)
        cursor = self._editor.textCursor()
        joined = cursor.block().text() + text
        if editable_end(joined) < len(joined):
            cursor.removeSelectedText()
            place = QTextCursor(cursor)
            self._background.run(
                lambda: editable_text(text, "", _AT_ONCE), lambda made: self._insert_blocks(made, place)
            )
        elif len(text) <= _SLICE:
            cursor.insertText(text)
        else:
            cursor.removeSelectedText()
            place = QTextCursor(cursor)
            self._waiting += [(place, text[start : start + _SLICE]) for start in range(0, len(text), _SLICE)]
            self._turn.start()
        self._editor.ensureCursorVisible()

    def _take_html(self, html: str) -> None:
        if len(html) < _LARGE and html == _copied:
            self._insert_blocks(blocks_of_own(html), None)
            return
        cursor = self._editor.textCursor()
        cursor.removeSelectedText()
        place = QTextCursor(cursor)
        # What is typed meanwhile where the cursor stands comes after what was pasted before it.
        place.setKeepPositionOnInsert(True)

        def put(blocks: Sequence[Block]) -> None:
            place.setKeepPositionOnInsert(False)
            place.setPosition(place.position())  # its anchor moved on with what was typed
            self._insert_blocks(blocks, place)
            self._editor.ensureCursorVisible()
            if not self._background.is_busy():
                self._tell_done()

        clean, read = clean_text(html, lines=True), self.read_html
        self._background.run(
            lambda: editable_blocks(read(clean), "", _AT_ONCE),
            put,
            lambda: editable_blocks(text_blocks(clean), "", _AT_ONCE),
        )
        self._felt.start()

    def put_read(
        self, read: Callable[[], Sequence[Block]], instead: Callable[[], Sequence[Block]], place: QTextCursor
    ) -> None:
        """Put blocks, which `read` reads in a thread, in place of what `place` has selected.

        Those of `instead` are put there where the message is closed or sent before they are read.
        """
        self._background.run(read, lambda blocks: self._insert_blocks(blocks, place), instead)

    def _tell_working(self) -> None:
        if self._background.is_busy() and not self._told:
            self._told = True
            self.working.emit()

    def _tell_done(self) -> None:
        self._felt.stop()
        if self._told:
            self._told = False
            self.done.emit()


_copied = ""


def remember_copied(html: str) -> str:
    """Remember HTML that this program puts on the clipboard: it is its own, and need not be read elsewhere."""
    global _copied  # noqa: PLW0603 - there is one clipboard
    _copied = html
    return html


def _is_one_picture(source: QMimeData) -> bool:
    """Return whether a browser's "copy picture" is meant, which brings an element img along."""
    return source.hasImage() and source.html().count("<") < 12 and "<img" in source.html().lower()
