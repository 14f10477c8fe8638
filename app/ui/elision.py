"""Words that are cut to the room there is for them.

Qt shapes all of a text before it cuts it: a name of 300 000 letters would take a tenth of a second each time it is
drawn. So no more is handed to it than any room can hold.
"""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics

_MOST: Final = 1_000
"""Characters; no line of a window is as wide."""


def one_line(words: str) -> str:
    """Return as much of the start of `words` as one line can need."""
    return words[:_MOST]


def elided(metrics: QFontMetrics, words: str, mode: Qt.TextElideMode, width: int) -> str:
    """Return `words` as far as `width` pixels go, with "…" where something is left out."""
    if len(words) > _MOST and mode is Qt.TextElideMode.ElideMiddle:
        words = f"{words[: _MOST // 2]}…{words[-_MOST // 2 :]}"
    elif len(words) > _MOST:
        words = words[-_MOST:] if mode is Qt.TextElideMode.ElideLeft else words[:_MOST]
    return metrics.elidedText(words, mode, width)
