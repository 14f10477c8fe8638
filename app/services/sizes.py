"""Sizes in words."""

from __future__ import annotations

from app.domain.i18n import ntr, tr


def size_words(size: int) -> str:
    """Return a size as it is read: in bytes, then in thousands and millions of them."""
    if size < 1000:
        return ntr("{n} byte", "{n} bytes", size)
    for unit, words in ((1_000_000_000, "{n} GB"), (1_000_000, "{n} MB"), (1000, "{n} KB")):
        if size >= unit:
            number = size / unit
            return tr(words, n=f"{number:.1f}" if number < 10 and size >= 1_000_000 else f"{number:.0f}")
    raise AssertionError(size)
