"""Both versions of a draft that was changed elsewhere, side by side."""
