"""What comes from the clipboard or by drag into formatted text: made safe, without Word's marks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QMimeData, QObject, Signal
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QTextEdit

from app.domain.blocks import Block, Paragraph, Run
from app.domain.text import clean_text
from app.services.html.foreign import read_for_insertion
from app.ui.editor.background_work import Behind
from app.ui.incoming_files import png_in

_LARGE: Final = 30_000
"""Characters from which on HTML is read in a thread: about ten milliseconds' work."""
_PICTURES: Final = (".png", ".jpg", ".jpeg", ".gif", ".bmp", ".webp")
_SLICE: Final = 64 * 1024


class Pasting(QObject):
    """Takes in what is pasted. Of several at once, each goes where the cursor was when it came."""

    files_brought = Signal(object)
    """Files that are not all pictures were pasted: what is to be attached, as it stands on the clipboard."""
    pictures_offered = Signal(list)
    """Pictures that were pasted or dropped: each is (bytes, name), or a path."""

    def __init__(self, editor: QTextEdit, insert_blocks: Callable[[list[Block], QTextCursor | None], None]) -> None:
        """`insert_blocks` puts blocks into `editor` at a cursor, or where its own is (None)."""
        super().__init__(editor)
        self._editor, self._insert_blocks = editor, insert_blocks
        self._behind = Behind(self)

    def is_pasting(self) -> bool:
        """Return whether something is still being read."""
        return self._behind.is_busy()

    def finish(self) -> None:
        """Wait for what is being read, because the message is being closed or sent."""
        self._behind.finish()

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
            self.pictures_offered.emit([(png_in(source), "")])
        elif source.hasText():
            self.take_text(source.text())

    def take_text(self, text: str) -> None:
        """Put plain text in, in the look of where it goes."""
        text = clean_text(text, lines=True)
        cursor = self._editor.textCursor()
        if len(text) <= _SLICE:
            cursor.insertText(text)
        else:
            lines = text.split("\n")
            self._insert_blocks([Paragraph((Run(line),) if line else ()) for line in lines], None)
        self._editor.ensureCursorVisible()

    def _take_html(self, html: str) -> None:
        if len(html) < _LARGE:
            self._insert_blocks(_read_html(html), None)
            return
        cursor = self._editor.textCursor()
        cursor.removeSelectedText()
        place = QTextCursor(cursor)
        self._behind.run(lambda: _read_html(html), lambda blocks: self._insert_blocks(blocks, place))


def _read_html(html: str) -> list[Block]:
    return read_for_insertion(clean_text(html, lines=True))


def _is_one_picture(source: QMimeData) -> bool:
    """Return whether a browser's "copy picture" is meant, which brings an element img along."""
    return source.hasImage() and source.html().count("<") < 12 and "<img" in source.html().lower()
