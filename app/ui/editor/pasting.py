"""What comes from the clipboard or by drag into formatted text: made safe, without Word's marks."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMimeData, QObject, Signal
from PySide6.QtGui import QImage, QTextCursor

from app.domain.text import clean_text
from app.services.html.blocks import Block, Paragraph, Run
from app.services.html.clean import clean
from app.services.html.parse import parse_piece

if TYPE_CHECKING:
    from app.ui.editor.rich import RichEditor

_LARGE: Final = 30_000
"""Characters from which on HTML is read in a thread: about ten milliseconds' work."""
_PICTURES: Final = (".png", ".jpg", ".jpeg", ".gif", ".bmp", ".webp")
_SLICE: Final = 64 * 1024


class Pasting(QObject):
    """Takes in what is pasted. Of several at once, each goes where the cursor was when it came."""

    _read = Signal(object, object)

    def __init__(self, editor: RichEditor) -> None:
        super().__init__(editor)
        self._editor = editor
        self._waiting: dict[int, tuple[threading.Thread, QTextCursor, list[list[Block]]]] = {}
        self._count = 0
        self._read.connect(self._arrived)

    def is_pasting(self) -> bool:
        """Tell whether something is still being read."""
        return bool(self._waiting)

    def finish(self) -> None:
        """Wait for what is being read, because the letter is being closed or sent."""
        for number, (thread, _, read) in list(self._waiting.items()):
            thread.join()
            self._arrived(number, read[0] if read else [])

    def can_take(self, source: QMimeData) -> bool:
        """Tell whether this can be put into the text: files that are no pictures are for others to take."""
        if source.hasUrls() and any(url.isLocalFile() for url in source.urls()):
            return all(url.toLocalFile().lower().endswith(_PICTURES) for url in source.urls())
        return source.hasText() or source.hasHtml() or source.hasImage()

    def take(self, source: QMimeData) -> None:
        """Put it in: a picture, formatted text, or text."""
        if source.hasUrls() and any(url.isLocalFile() for url in source.urls()):
            self._editor.pictures_offered.emit([url.toLocalFile() for url in source.urls()])
        elif source.hasHtml() and not _is_one_picture(source):
            self._take_html(source.html())
        elif source.hasImage():
            self._editor.pictures_offered.emit([(_png(source), "")])
        elif source.hasText():
            self.take_text(source.text())

    def take_text(self, text: str) -> None:
        """Put plain text in, in the look of where it goes."""
        text = clean_text(text, lines=True)
        cursor = self._editor.textCursor()
        if len(text) <= _SLICE:
            cursor.insertText(text)
        else:
            self._editor.insert_blocks([Paragraph((Run(line),) if line else ()) for line in text.split("\n")])
        self._editor.ensureCursorVisible()

    def _take_html(self, html: str) -> None:
        if len(html) < _LARGE:
            self._editor.insert_blocks(_read_html(html))
            return
        cursor = self._editor.textCursor()
        cursor.removeSelectedText()
        self._count += 1
        number, read = self._count, list[list[Block]]()

        def work() -> None:
            read.append(_read_html(html))
            self._read.emit(number, read[0])

        thread = threading.Thread(target=work, name="paste", daemon=True)
        self._waiting[number] = (thread, QTextCursor(cursor), read)
        thread.start()

    def _arrived(self, number: object, blocks: object) -> None:
        waiting = self._waiting.pop(number, None) if isinstance(number, int) else None
        if waiting is not None and isinstance(blocks, list):
            self._editor.insert_blocks(blocks, waiting[1])


def _read_html(html: str) -> list[Block]:
    return parse_piece(clean(clean_text(html, lines=True)).html)


def _is_one_picture(source: QMimeData) -> bool:
    """Tell whether a browser's "copy picture" is meant, which brings an element img along."""
    return source.hasImage() and source.html().count("<") < 12 and "<img" in source.html().lower()


def _png(source: QMimeData) -> bytes:
    image = source.imageData()
    if not isinstance(image, QImage):
        return b""
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]  # the stubs know file names only
    return bytes(data.data())
