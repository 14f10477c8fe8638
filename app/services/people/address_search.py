"""Finds people by the start of any part of their name or address, in an index made for it, slips of a key included.

All words that can be searched for stand in one sorted list, so that a prefix is a stretch of it. A slip is looked for
by trying every word that is one slip away from what was typed: some hundred prefixes, which costs less than comparing
with each of a hundred thousand words.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator, Mapping
from heapq import merge, nlargest
from typing import Final

from app.core.lazy_regex import late_pattern
from app.domain.recipient import Recipient

_PARTS: Final = late_pattern(r"[^\W_]+")
_APART: Final = late_pattern(r"[\s,;<>()\"“”]+")
_BEYOND: Final = "\U0010ffff"
_LETTERS: Final = str.maketrans(
    {"\u0131": "i", "ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d"}
)
_UMLAUTS: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe"})
_SLIPS_FROM: Final = 3
"""Letters typed from which on one of them may be wrong; of fewer, anything would be found."""
_WHOLLY_FROM: Final = 4
"""Letters typed from which on the first may be the wrong one."""
_MOST_LETTERS: Final = 48
_MOST_NEAR: Final = 300
"""Entries that are looked at for one word a slip away: further typing leaves fewer."""
_MOST_WORDS: Final = 8
_LONGEST: Final = 80
_SORTED_AT_ONCE: Final = 2_000


def fold(text: str) -> str:
    """Return `text` without capitals and accents, as one types in a hurry."""
    if text.isascii():
        return text.lower()
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(one for one in apart if not unicodedata.combining(one)).translate(_LETTERS)


def search_words(recipient: Recipient) -> set[str]:
    """Return every word by whose start `recipient` is found; those of the domain begin with an @."""
    local, at, domain = recipient.address.rpartition("@")
    found = {fold(recipient.address), *_PARTS.findall(fold(local or domain))}
    for name in (recipient.name, local):
        if not name.isascii():
            found.update(_PARTS.findall(fold(name.casefold().translate(_UMLAUTS))))
    found.update(_PARTS.findall(fold(recipient.name)))
    if at:
        folded = fold(domain)
        labels = folded.split(".")
        found.update("@" + ".".join(labels[number:]) for number in range(max(1, len(labels) - 1)))
    return {word[:_LONGEST] for word in found if word}


def is_begun_by(recipient: Recipient, text: str) -> bool:
    """Return whether the name or the address of `recipient` begins with `text`; each word may begin any of the name's.

    Stricter than finding: a slip of a key, the end of an address or its domain find an entry, and begin none.
    """
    said = [word for word in _APART.split(fold(text)) if word]
    # Servers repeat the address where a person has no name: then its domain is no name either.
    name = "" if "@" in recipient.name else recipient.name
    words = {*fold(name).split(), *_PARTS.findall(fold(name)), fold(recipient.address)}
    if not name.isascii():
        words.update(_PARTS.findall(fold(name.casefold().translate(_UMLAUTS))))
    return bool(said) and all(any(word.startswith(one) for word in words) for one in said)


class AddressIndex:
    """Entries by number, each with its words and its heat (the higher, the earlier it is offered)."""

    def __init__(self) -> None:
        """Begin empty."""
        self._words: list[tuple[str, int]] = []
        self._heat: dict[int, float] = {}
        self._letters: dict[str, int] = {}
        self._nobody = ""

    def fill(self, entries: Mapping[int, tuple[Recipient, float]]) -> None:
        """Begin anew with these; quicker than one by one."""
        words: list[tuple[str, int]] = []
        for number, (recipient, _) in entries.items():
            words += ((word, number) for word in search_words(recipient))
        # Sorting all at once would hold Python's lock, and with it every key, for a tenth of a second.
        pieces = [sorted(words[start : start + _SORTED_AT_ONCE]) for start in range(0, len(words), _SORTED_AT_ONCE)]
        self._words = list(merge(*pieces))
        self._heat = {number: heat for number, (_, heat) in entries.items()}
        self._letters, self._nobody = {}, ""
        for word, _ in words:
            self._count_letters(word)

    def put(self, number: int, recipient: Recipient, heat: float) -> None:
        """Add an entry."""
        for word in search_words(recipient):
            insort(self._words, (word, number))
            self._count_letters(word)
        self._heat[number] = heat
        self._nobody = ""

    def warm(self, number: int, heat: float) -> None:
        """Give an entry that is here another heat."""
        self._heat[number] = heat

    def remove(self, number: int, recipient: Recipient) -> None:
        """Take an entry out."""
        for word in search_words(recipient):
            place = bisect_left(self._words, (word, number))
            if place < len(self._words) and self._words[place] == (word, number):
                del self._words[place]
        self._heat.pop(number, None)

    def find(self, text: str, limit: int) -> list[int]:
        """Return up to `limit` entries, the hottest first: by name and address, then by domain; else with a slip."""
        folded = fold(text)
        if self._nobody and folded.startswith(self._nobody):
            return []
        said = [word[:_LONGEST] for word in _APART.split(folded) if word][:_MOST_WORDS]
        if not said:
            return []
        found: list[int] = []
        plain = [self._starting(word) for word in said]
        self._add(found, set.intersection(*plain), limit)
        if len(found) < limit:
            wide = [hits | self._starting("@" + word) for word, hits in zip(said, plain, strict=True)]
            self._add(found, set.intersection(*wide), limit)
            if not found:
                self._add(found, self._with_a_slip(said, wide), limit)
        if not found and all(len(word) >= _WHOLLY_FROM for word in said):
            # Further typing finds no entry either: a longer word is no nearer to any.
            self._nobody = folded
        return found

    def _with_a_slip(self, said: list[str], hits: list[set[int]]) -> set[int]:
        """Return whom all words mean, where one of them has a slip: the one that finds no entry, if one does."""
        lost = [place for place, found in enumerate(hits) if not found]
        if len(lost) > 1:
            return set()
        found: set[int] = set()
        for place in lost or range(len(said)):
            others = [one for number, one in enumerate(hits) if number != place]
            near = self._near(said[place])
            found |= set.intersection(near, *others) if near else near
        return found

    def _add(self, found: list[int], hits: set[int], limit: int) -> None:
        fresh = hits.difference(found)
        # Of two that are as hot, the one that came first: the list must not look otherwise each time.
        found += nlargest(limit - len(found), fresh, key=lambda number: (self._heat.get(number, 0.0), -number))

    def _starting(self, word: str) -> set[int]:
        return {number for _, number in self._words[slice(*self._stretch(word))]}

    def _stretch(self, word: str) -> tuple[int, int]:
        first = bisect_left(self._words, (word, -1))
        if first == len(self._words) or not self._words[first][0].startswith(word):
            return first, first
        return first, bisect_left(self._words, (word + _BEYOND, -1), first)

    def _near(self, word: str) -> set[int]:
        if len(word) < _SLIPS_FROM:
            return set()
        letters = sorted(self._letters, key=lambda one: -self._letters[one])[:_MOST_LETTERS]
        first = 0 if len(word) >= _WHOLLY_FROM else 1
        found: set[int] = set()
        for other in set(one_slip_away(word, letters, first)):
            start, end = self._stretch(other)
            if start < end:
                found.update(number for _, number in self._words[start : min(end, start + _MOST_NEAR)])
        return found

    def _count_letters(self, word: str) -> None:
        for letter in word:
            self._letters[letter] = self._letters.get(letter, 0) + 1


def one_slip_away(word: str, letters: Iterable[str], first: int = 0) -> Iterator[str]:
    """Yield `word` with a letter left out, doubled, exchanged with its neighbour or wrong, from letter `first` on."""
    for place in range(first, len(word)):
        yield word[:place] + word[place + 1 :]
        if place + 1 < len(word):
            yield word[:place] + word[place + 1] + word[place] + word[place + 2 :]
        for letter in letters:
            yield word[:place] + letter + word[place + 1 :]
            yield word[:place] + letter + word[place:]
