"""The quoted message: found, and shown in small."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtGui import QTextBlock, QTextDocument
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from app.core.i18n import tr
from app.domain.blocks import Block
from app.domain.html_rules import is_quote_head
from app.services.html.bounds import plain_blocks
from app.services.html.foreign import read_safe
from app.ui import icons
from app.ui.document.formats import Own
from app.ui.document.html_view import HtmlView
from app.ui.document.piece_bar import PieceBar
from app.ui.editor.background_work import BackgroundWork
from app.ui.widgets import Label

_HEIGHT = 190
_PIECE = 400_000
"""Weight of what is shown at once: a few screens of so small a view."""


class TextBelow(QFrame):
    """Text below the editor that goes out as it is. `dropped` says that it is not to be sent."""

    dropped = Signal()

    def __init__(self, words: str, name: str, remove: str, parent: QWidget | None = None) -> None:
        """Say `words` above it; `name` and `remove` are what a screen reader calls the text and its button."""
        super().__init__(parent)
        self.setProperty("kind", "bar")
        self._text = ""
        title = Label(words, self)
        title.setProperty("tone", "muted")
        drop = QPushButton(tr("Remove"), self)
        drop.setProperty("kind", "quiet")
        icons.put(drop, "x", "muted", 14)
        drop.setAccessibleName(remove)
        drop.clicked.connect(self.dropped.emit)
        self.view = HtmlView(self)
        self.view.setAccessibleName(name)
        self.view.setFixedHeight(_HEIGHT)
        self.view.piece_weight = _PIECE
        head = QHBoxLayout()
        head.addWidget(title)
        head.addStretch(1)
        head.addWidget(drop)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 6, 8, 8)
        column.addLayout(head)
        column.addWidget(self.view)
        column.addWidget(PieceBar(self.view, self))

    def show_text(self, text: str) -> None:
        """Show plain text."""
        if text != self._text:
            self._text = text
            self.view.show_blocks(plain_blocks(text))


class QuoteView(TextBelow):
    """The quotation below the text."""

    def __init__(self, parent: QWidget | None = None) -> None:
        words = tr("Quoted message; goes out whole")
        super().__init__(words, tr("Quoted message"), tr("Remove the quoted message"), parent)
        self._background = BackgroundWork(self)

    def show_html(self, html: str) -> None:
        """Show safe HTML; it is read in a thread."""
        if html:
            self._background.run(lambda: read_safe(html), self._show)
        else:
            self._background.forget()
            self.view.show_blocks(())

    def _show(self, blocks: Sequence[Block]) -> None:
        self.view.show_blocks(blocks)


class RestView(TextBelow):
    """The rest of a plain text that is too long to be edited as it is."""

    def __init__(self, parent: QWidget | None = None) -> None:
        words = tr("The text goes on; this part is too long to be changed here, and goes out whole")
        super().__init__(words, tr("Rest of the text"), tr("Remove the rest of the text"), parent)


_LONGEST_HEAD: Final = 2000


def own_end(document: QTextDocument) -> int:
    """Return the position at which one's own words end: with the line that says whose words follow, or a rule there."""
    block, before = document.begin(), QTextBlock()
    while block.isValid():
        drawn = block.blockFormat()
        if drawn.property(Own.QUOTE):
            introduced = before.isValid() and before.text().rstrip().endswith(":")
            return before.position() if introduced else block.position()
        ruled = before.isValid() and bool(before.blockFormat().property(Own.RULE))
        if is_quote_head(block.text()[:_LONGEST_HEAD], ruled=ruled):
            return before.position() if ruled else block.position()
        if block.length() > 1 or drawn.property(Own.RULE):
            before = block
        block = block.next()
    return document.characterCount() - 1
