"""The names of the deeds on formatted text, for those who must know them before there is any."""

from __future__ import annotations

from typing import Final

FORMATTING: Final = frozenset(
    {
        *("bold", "italic", "underline", "strike", "clear", "numbers", "bullets", "quote", "further", "back", "table"),
        *("row", "column", "remove_row", "remove_column", "rule"),
    }
)
"""Each is what the command `text.<name>` does by `deeds.do`."""
