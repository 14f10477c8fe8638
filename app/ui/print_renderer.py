"""Puts messages on paper, or into a PDF, in small steps: each is built and drawn between two turns of the event loop.

A thread would not do: Qt lays out and draws with Python's lock held, for as long as a whole message takes. So the work
is cut where it can be, a few paragraphs and a page at a time. A PDF is made in memory, and each message of it taken
from there as it is done: no disk is waited for here.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QBuffer, QIODevice, QRectF, QUrl
from PySide6.QtGui import (
    QAbstractTextDocumentLayout,
    QFontMetrics,
    QImage,
    QPagedPaintDevice,
    QPainter,
    QPalette,
    QPdfWriter,
    QTextCursor,
)

from app.core.i18n import tr
from app.domain.blocks import Block
from app.services.html.bounds import shown_blocks
from app.ui import theme
from app.ui.document.document_builder import DocumentBuilder
from app.ui.document.formats import INDENT
from app.ui.document.pictures import SafeDocument, stand_in

if TYPE_CHECKING:
    from PySide6.QtPrintSupport import QPrinter

_SLICE: Final = 0.005
"""Seconds of work at one turn of the event loop: less than a frame."""
_STEP: Final = 0.00005
"""Seconds of building before Qt lays out what was built."""
_EDGE: Final = 1.5 / 2.54
"""Inches of white paper around what is printed."""


class PrintedDocument(SafeDocument):
    """A message on its way to paper: it knows the message's own pictures, and loads nothing."""

    def __init__(self, images: Mapping[str, QImage]) -> None:
        super().__init__()
        self._images = images
        self.setUndoRedoEnabled(False)
        self.setDocumentMargin(0)
        self.setIndentWidth(INDENT)
        self.setDefaultFont(theme.font(size=14))

    def loadResource(self, type: int, name: QUrl | str) -> object:  # noqa: A002 - Qt's signature
        picture = self._images.get(name.toString() if isinstance(name, QUrl) else name)
        return stand_in() if picture is None else picture


class PrintJob:
    """One print of many messages, each on pages of its own. `begin`, then `message` for each, then `end`."""

    def __init__(self, printer: QPrinter) -> None:
        """Print where `printer` says; a file is not written here, see `taken`."""
        self._buffer: QBuffer | None = None
        self._device: QPagedPaintDevice = printer
        self.file = printer.outputFileName()
        """The PDF that is to be written, "" where it goes to paper."""
        if self.file:
            self._buffer = QBuffer()
            self._buffer.open(QIODevice.OpenModeFlag.WriteOnly)
            writer = QPdfWriter(self._buffer)
            writer.setResolution(printer.resolution())
            writer.setPageLayout(printer.pageLayout())
            writer.setTitle(printer.docName())
            self._device = writer
        self._ranges = printer.pageRanges()
        self._painter = QPainter()
        self._page = 0
        self.drawn = 0
        """How many pages there are: a person may want some only."""
        self.failed = False
        """Whether the printer took no more."""

    def begin(self) -> bool:
        """Begin; False where the printer takes nothing."""
        return self._painter.begin(self._device)

    def message(self, blocks: Sequence[Block], images: Mapping[str, QImage]) -> Iterator[None]:
        """Print a message, a little at each step; after the last, `failed` says whether the printer refused it."""
        sheet = PrintedDocument(images)
        area = self._area()
        sheet.documentLayout().setPaintDevice(self._device)
        sheet.setPageSize(area.size())
        builder = DocumentBuilder(QTextCursor(sheet), list(shown_blocks(blocks)))
        while not self._built(builder, sheet):
            yield
        pages = sheet.pageCount()
        for number in range(pages):
            yield
            if not self._put(sheet, area, number, pages):
                self.failed = True
                return

    def _built(self, builder: DocumentBuilder, sheet: PrintedDocument) -> bool:
        """Build for one slice; what was built is laid out at once, which takes longer than building it."""
        end = time.perf_counter() + _SLICE
        with theme.on_paper():
            while time.perf_counter() < end:
                if builder.go_on(_STEP):
                    return True
                sheet.documentLayout().blockBoundingRect(sheet.lastBlock())
        return False

    def _put(self, sheet: PrintedDocument, area: QRectF, number: int, pages: int) -> bool:
        self._page += 1
        if not self._ranges.isEmpty() and not self._ranges.contains(self._page):
            return True
        if self.drawn and not self._device.newPage():
            return False
        self.drawn += 1
        view = QRectF(0, number * area.height(), area.width(), area.height())
        context = QAbstractTextDocumentLayout.PaintContext()
        context.clip = view
        with theme.on_paper():
            ink, faint = theme.color("text"), theme.color("faint")
        palette = QPalette()
        palette.setColor(QPalette.ColorRole.Text, ink)
        palette.setColor(QPalette.ColorRole.WindowText, faint)  # what Qt draws a line across in
        context.palette = palette
        painter = self._painter
        painter.save()
        painter.translate(area.topLeft() - view.topLeft())
        painter.setClipRect(view)
        sheet.documentLayout().draw(painter, context)
        painter.restore()
        if pages > 1:
            painter.setPen(faint)
            painter.setFont(theme.font(size=11))
            words = tr("{n} of {count}", n=number + 1, count=pages)
            width = QFontMetrics(painter.font(), self._device).horizontalAdvance(words)
            painter.drawText(round(area.right() - width), round(area.bottom() + self._edge() * 0.7), words)
        return True

    def _edge(self) -> float:
        return _EDGE * self._device.logicalDpiY()

    def _area(self) -> QRectF:
        """Return where on a page a message stands: what margins the paper has already count as white."""
        layout, dpi = self._device.pageLayout(), self._device.logicalDpiX()
        kept = layout.marginsPoints()
        sides = [max(0.0, self._edge() - side * dpi / 72) for side in (kept.left(), kept.top(), kept.right())]
        left, top, right = sides
        below = max(0.0, self._edge() - kept.bottom() * dpi / 72)
        return QRectF(0, 0, self._device.width(), self._device.height()).adjusted(left, top, -right, -below)

    def taken(self) -> bytes:
        """Return what of the PDF was made since the last time: it belongs behind what was returned before."""
        if self._buffer is None:
            return b""
        made = bytes(self._buffer.data().data())
        self._buffer.buffer().clear()
        self._buffer.seek(0)
        return made

    def end(self) -> bool:
        """End: a printer gets all of it now, and may take its time. False where it did not take it."""
        return self._painter.end()
