"""Finds in a document where the older letter begins that is quoted, or passed on, below one's own words."""

from __future__ import annotations

from typing import Final

from PySide6.QtGui import QTextBlock, QTextDocument

from app.services.html.quotes import is_head
from app.ui.editor.formats import Own

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
        if is_head(block.text()[:_LONGEST_HEAD], ruled=ruled):
            return before.position() if ruled else block.position()
        if block.length() > 1 or drawn.property(Own.RULE):
            before = block
        block = block.next()
    return document.characterCount() - 1
