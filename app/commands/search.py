"""Finds commands by what a person types into the palette: starts of words first, then letters in order."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

T = TypeVar("T")


def score(query: str, title: str) -> int | None:
    """Return how well `title` answers `query`, the smaller the better; None if it does not."""
    wanted = query.casefold().split()
    words = title.casefold().split()
    text = " ".join(words)
    total = 0
    for part in wanted:
        if any(word.startswith(part) for word in words):
            total += next(index for index, word in enumerate(words) if word.startswith(part))
        elif part in text:
            total += 10 + text.index(part)
        elif _in_order(part, text):
            total += 100 + len(text)
        else:
            return None
    return total


def _in_order(letters: str, text: str) -> bool:
    rest = iter(text)
    return all(letter in rest for letter in letters)


def rank(query: str, titled: Iterable[tuple[str, T]]) -> list[T]:
    """Return what answers `query`, best first; all in their order where nothing was typed."""
    scored = [
        (found, index, thing)
        for index, (title, thing) in enumerate(titled)
        if (found := score(query, title)) is not None
    ]
    return [thing for _, _, thing in sorted(scored, key=lambda entry: entry[:2])]
