"""The names of the actions on formatted text, for code that must know them before the editor is loaded."""

from __future__ import annotations

from typing import Final

FORMATTING: Final = frozenset(
    {
        *("bold", "italic", "underline", "strike", "clear", "numbers", "bullets", "quote", "further", "back", "table"),
        *("row", "column", "remove_row", "remove_column", "rule", "direction"),
        *("column_wider", "column_narrower", "columns_even"),
        *("heading_1", "heading_2", "heading_3", "body_text", "align_left", "align_center", "align_right"),
        *("row_above", "column_before", "header_row", "remove_table"),
        *("picture_small", "picture_medium", "picture_large", "picture_own_size"),
    }
)
"""Each is what the command `text.<name>` does by `deeds.do`."""
