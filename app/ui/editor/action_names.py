"""The names of the actions on formatted text, for code that must know them before the editor is loaded."""

from __future__ import annotations

from typing import Final

IN_TABLE: Final = frozenset(
    {
        *("row", "row_above", "column", "column_before", "remove_row", "remove_column", "remove_table", "header_row"),
        *("column_wider", "column_narrower", "columns_even"),
    }
)
"""What changes the table one stands in."""
FORMATTING: Final = IN_TABLE | {
    *("bold", "italic", "underline", "strike", "clear", "numbers", "bullets", "quote", "further", "back", "table"),
    *("heading_1", "heading_2", "heading_3", "body_text", "align_left", "align_center", "align_right"),
    *("rule", "direction"),
    *("picture_small", "picture_medium", "picture_large", "picture_own_size"),
}
"""Each is what the command `text.<name>` does by `deeds.do`."""
