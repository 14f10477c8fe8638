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
from app.services.html.foreign import read_safe
from app.ui import icons
from app.ui.document.formats import Own
from app.ui.document.html_view import HtmlView
from app.ui.editor.background_work import Behind
from app.ui.widgets import Label

_HEIGHT = 190


class QuoteView(QFrame):
    """The quotation below the text. `dropped` says that it is not to be sent."""

    dropped = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "bar")
        self._behind = Behind(self)
        words = Label(tr("Quoted message; goes out whole"), self)
        words.setProperty("tone", "muted")
        drop = QPushButton(tr("Remove"), self)
        drop.setProperty("kind", "quiet")
        icons.put(drop, "x", "muted", 14)
        drop.setAccessibleName(tr("Remove the quoted message"))
        drop.clicked.connect(self.dropped.emit)
        self.view = HtmlView(self)
        self.view.setAccessibleName(tr("Quoted message"))
        self.view.setFixedHeight(_HEIGHT)
        head = QHBoxLayout()
        head.addWidget(words)
        head.addStretch(1)
        head.addWidget(drop)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 6, 8, 8)
        column.addLayout(head)
        column.addWidget(self.view)

    def show_html(self, html: str) -> None:
        """Show safe HTML; it is read in a thread."""
        if html:
            self._behind.run(lambda: read_safe(html), self._show)
        else:
            self._behind.forget()
            self.view.show_blocks(())

    def _show(self, blocks: Sequence[Block]) -> None:
        self.view.show_blocks(blocks)


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
