"""Finds the words of a text that are worth looking up, and notices which language they are in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

_SKIPPED: Final = re.compile(
    r"(?:https?://|www\.|mailto:)\S+|\S+@\S+|[\w.-]+\.(?:com|org|net|de|fr|eu|uk|ch|at)\b|[\\/]\S*"
)
_WORD: Final = re.compile(r"[^\W\d_]+(?:['’\-\u00ad][^\W\d_]+)*", re.UNICODE)

_ENGLISH: Final = """the of and to in is that it for you with this are be on have we as not at your will from can or
has by would an"""
_FRENCH: Final = """le la les de des du un une et est en que qui pour dans vous nous je il elle pas sur avec ce cette
au aux par plus"""
_GERMAN: Final = """der die das und ist nicht ein eine zu den dem mit sie wir ich auf für von im auch es sich des an
werden haben bei"""
FREQUENT: Final = {
    "en": frozenset(_ENGLISH.split()),
    "fr": frozenset(_FRENCH.split()),
    "de": frozenset(_GERMAN.split()),
}
"""The words that a text of a language is full of; together they tell it from others within a sentence."""


def words_in(text: str) -> Iterator[tuple[int, str]]:
    """Give each word with where it begins. Addresses, names with digits and words in capitals are left out."""
    spaces = [(found.start(), found.end()) for found in _SKIPPED.finditer(text)]
    for found in _WORD.finditer(text):
        start, end = found.span()
        if any(first <= start < last for first, last in spaces):
            continue
        word = found[0]
        beside = text[start - 1 : start] + text[end : end + 1]
        if len(word) > 1 and not word.isupper() and not any(sign.isdigit() or sign == "_" for sign in beside):
            yield start, word


def notice_language(words: list[str], usual: str) -> str:
    """Return the language that these words are most likely in; `usual` where they do not tell."""
    small = [word.lower() for word in words[:200]]
    counts = {name: sum(1 for word in small if word in frequent) for name, frequent in FREQUENT.items()}
    best = max(counts, key=lambda name: (counts[name], name == usual))
    others = max(count for name, count in counts.items() if name != best)
    return best if counts[best] >= 2 and counts[best] > others else usual


def units_before(text: str, place: int) -> int:
    """Return `place` in UTF-16 units, as Qt counts."""
    return place + sum(1 for sign in text[:place] if sign > "\uffff")
