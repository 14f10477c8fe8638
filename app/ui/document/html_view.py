"""Shows the body of a message formatted and safe: built block by block, so that the window never waits for it.

It is given blocks, never HTML: what Qt would make of hostile HTML does not arise. Nothing is fetched: Qt asks here for
each picture, and gets one of the message's own or an empty one. A link is opened by the person's own key or click,
after its true address was shown.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from PySide6.QtCore import QEvent, QMimeData, QTimer, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QImage, QPaintEvent, QTextBlock, QTextCursor, QTextDocument
from PySide6.QtWidgets import QTextBrowser, QTextEdit, QWidget

from app.core.i18n import tr
from app.domain.blocks import Block
from app.domain.html_rules import is_link
from app.services.html.bounds import PIECE, ShownPieces
from app.ui import theme
from app.ui.document.document_builder import DocumentBuilder
from app.ui.document.document_pictures import DocumentPictures
from app.ui.document.formats import INDENT, Own, unbroken
from app.ui.document.quote_bars import paint_quotes

_SLICE: Final = 0.006
"""Seconds of building at one turn of the event loop: less than a frame."""


class HtmlView(QTextBrowser):
    """A read-only page. `pointed` carries the address under the mouse or the keyboard's mark, "" for none.

    A long text is shown in pieces: `pieces_changed` says that another one is shown.
    """

    pointed = Signal(str)
    pieces_changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._blocks: Iterable[Block] = ()
        self._pieces = ShownPieces(())
        self.piece = 0
        self.piece_weight = PIECE
        self._build_document: DocumentBuilder | None = None
        self._pictures = DocumentPictures(self.document, self)
        self._turn = QTimer(self)
        self._turn.setInterval(0)
        self._turn.timeout.connect(self._build_on)
        self.setOpenLinks(False)
        self.setOpenExternalLinks(False)
        self.setUndoRedoEnabled(False)
        self.setFrameShape(QTextEdit.Shape.NoFrame)
        self.verticalScrollBar().rangeChanged.connect(self._make_room)
        self._make_room(0, 0)
        theme.wear_text_font(self)
        self.setTabChangesFocus(True)
        self.setAccessibleName(tr("Text of the message"))
        self.document().setDocumentMargin(0)
        self.document().setIndentWidth(INDENT)
        self.anchorClicked.connect(self.open_link)
        self.highlighted.connect(lambda url: self.pointed.emit(bytes(url.toEncoded().data()).decode()))

    def _make_room(self, _least: int, most: int) -> None:
        """Let the text end where all else does, beside a scroll bar or not."""
        self.setViewportMargins(0, 0, theme.margin_of_text(scrolls=most > 0), 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        paint_quotes(self, event.rect())

    def show_blocks(self, blocks: Iterable[Block]) -> None:
        """Show these, from the first on; what is shown already stays as it is."""
        if blocks is self._blocks:
            return
        self._blocks = blocks
        self._pieces = ShownPieces(blocks, self.piece_weight)
        self.show_piece(0)

    def has_more(self) -> bool:
        """Return whether more comes behind the piece that is shown."""
        return self._pieces.has_more(self.piece)

    def show_piece(self, number: int) -> None:
        """Show another piece of what is shown."""
        self.piece = number
        self._begin()
        self.pieces_changed.emit()

    def is_building(self) -> bool:
        """Return whether not all is there yet."""
        return self._build_document is not None

    def _begin(self) -> None:
        self._turn.stop()
        self.clear()
        self._build_document = DocumentBuilder(QTextCursor(self.document()), self._pieces.piece(self.piece))
        self._build_on()
        self.moveCursor(QTextCursor.MoveOperation.Start)  # it went along with what was put in, and the view with it
        if self._build_document is not None:
            self._turn.start()

    def _build_on(self) -> None:
        if self._build_document is None or self._build_document.go_on(_SLICE):
            self._build_document = None
            self._turn.stop()

    # --- links and pictures ------------------------------------------------------------------------------------------

    def open_link(self, url: QUrl) -> None:
        """Hand an address to the desktop, if it is one that a link may have."""
        if is_link(url.toString()):
            QDesktopServices.openUrl(url)

    def focusNextPrevChild(self, next: bool) -> bool:  # noqa: A002 - Qt's signature
        moved = super().focusNextPrevChild(next)
        # Qt reports only links under the mouse; Tab selects the one it goes to.
        cursor = self.textCursor()
        self.pointed.emit(cursor.charFormat().anchorHref() if moved and cursor.hasSelection() else "")
        return moved

    def doSetSource(
        self,
        name: QUrl | str,
        type: QTextDocument.ResourceType = QTextDocument.ResourceType.UnknownResource,  # noqa: A002 - Qt's signature
    ) -> None:
        """Load nothing: the program sets the page itself."""

    def put_image(self, source: str, image: QImage) -> None:
        """Show a picture of the message's own."""
        self._pictures.put(source, image)

    def forget_images(self) -> None:
        """Show no picture any more that was put in: another message comes."""
        self._pictures.forget()

    def loadResource(self, type: int, name: QUrl | str) -> object:  # noqa: A002 - Qt's signature
        return self._pictures.at(name)

    def createMimeDataFromSelection(self) -> QMimeData:
        cursor = self.textCursor()
        block, cut = self.document().findBlock(cursor.selectionStart()), False
        while block.isValid() and block.position() < cursor.selectionEnd() and not cut:
            block = block.next()
            cut = _goes_on(block)
        if not cut:
            return super().createMimeDataFromSelection()
        data = QMimeData()
        data.setText(unbroken(cursor, _goes_on))
        return data

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange and self._blocks:
            self._begin()  # colours are mirrored where it is dark

    def wait_until_built(self) -> None:
        """Build the rest of the document at once; for tests and for printing."""
        while self._build_document is not None:
            self._build_on()


def _goes_on(block: QTextBlock) -> bool:
    """Return whether a block goes on in the line in which the one before ended: long lines are shown in parts."""
    return bool(block.blockFormat().property(Own.CONTINUES))
