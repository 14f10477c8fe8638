"""What differs between two texts: line beside line, and within a changed line the words.

Python's own difflib finds it. Its time grows with the square of what differs, so that is bounded: past the bounds two
stretches are set side by side whole, which is true too, and only less fine.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import Final

import msgspec

from app.core.lazy_regex import late_pattern

MOST_LINES: Final = 1500
"""Lines of each side that are compared, after what is equal at both ends is set aside."""
_MOST_WORDS: Final = 400
_MOST_PAIRS: Final = 900
"""Pairs of lines within one changed stretch of which it is asked whether one became the other."""
_ALIKE: Final = 0.3
"""Two lines that share less than this are not one line changed, but two lines."""
_WORD: Final = late_pattern(r"\w+|\s+|[^\w\s]")


class Piece(msgspec.Struct, frozen=True):
    """Words of a line; `own` says that the other side does not have them."""

    text: str
    own: bool = False


Line = tuple[Piece, ...]


class Pair(msgspec.Struct, frozen=True):
    """One line of each side; None where the other side has no such line."""

    ours: Line | None
    theirs: Line | None

    @property
    def same(self) -> bool:
        """Return whether both sides have this line."""
        return self.ours == self.theirs


def compare_texts(ours: str, theirs: str) -> tuple[Pair, ...]:
    """Return all lines of both sides in order, each beside what it became."""
    mine, other = ours.split("\n"), theirs.split("\n")
    start = _common(mine, other)
    end = _common(mine[start:][::-1], other[start:][::-1])
    middle = _middle(mine[start : len(mine) - end], other[start : len(other) - end])
    return (*map(_same, mine[:start]), *middle, *map(_same, mine[len(mine) - end :]))


def _common(mine: Sequence[str], other: Sequence[str]) -> int:
    length = 0
    for one, two in zip(mine, other, strict=False):
        if one != two:
            break
        length += 1
    return length


def _same(line: str) -> Pair:
    piece = (Piece(line),)
    return Pair(piece, piece)


def _middle(mine: list[str], other: list[str]) -> Iterator[Pair]:
    if len(mine) > MOST_LINES or len(other) > MOST_LINES:
        yield from _beside(mine, other)
        return
    for kind, first, last, from_there, to_there in SequenceMatcher(None, mine, other).get_opcodes():
        if kind == "equal":
            yield from map(_same, mine[first:last])
        else:
            yield from _beside(mine[first:last], other[from_there:to_there])


def _beside(mine: list[str], other: list[str]) -> Iterator[Pair]:
    """Set two stretches side by side: each line beside the next one that it can have become; the rest stands alone."""
    if len(mine) * len(other) > _MOST_PAIRS:
        yield from (Pair((Piece(line, own=True),), None) for line in mine)
        yield from (Pair(None, (Piece(line, own=True),)) for line in other)
        return
    place = 0
    for line in mine:
        for number in range(place, len(other)):
            ours, theirs = compare_words(line, other[number])
            if ours is not None and theirs is not None:
                yield from (Pair(None, (Piece(alone, own=True),)) for alone in other[place:number])
                yield Pair(ours, theirs)
                place = number + 1
                break
        else:
            yield Pair((Piece(line, own=True),), None)
    yield from (Pair(None, (Piece(line, own=True),)) for line in other[place:])


def _likeness(matcher: SequenceMatcher[str], mine: Sequence[str], other: Sequence[str]) -> float:
    """Return how much of the words is shared, from 0 to 1; blanks and marks between them count for nothing."""
    shared = sum(_count(mine[block.a : block.a + block.size]) for block in matcher.get_matching_blocks())
    both = _count(mine) + _count(other)
    return 2 * shared / both if both else float(bool(mine) == bool(other))


def _count(words: Sequence[str]) -> int:
    return sum(word[0].isalnum() for word in words)


def compare_words(one: str, two: str) -> tuple[Line | None, Line | None]:
    """Return both lines with the words marked that the other lacks; None for both where they share too little."""
    mine, other = _WORD.findall(one), _WORD.findall(two)
    if len(mine) > _MOST_WORDS or len(other) > _MOST_WORDS:
        # Too long to look into: beside each other where they begin or end alike.
        alike = mine[:20] == other[:20] or mine[-20:] == other[-20:]
        return ((Piece(one, own=True),), (Piece(two, own=True),)) if alike else (None, None)
    matcher = SequenceMatcher(None, mine, other, autojunk=False)
    if _likeness(matcher, mine, other) < _ALIKE:
        return None, None
    left: list[Piece] = []
    right: list[Piece] = []
    for kind, first, last, from_there, to_there in matcher.get_opcodes():
        own = kind != "equal"
        if last > first:
            left.append(Piece("".join(mine[first:last]), own))
        if to_there > from_there:
            right.append(Piece("".join(other[from_there:to_there]), own))
    return tuple(left), tuple(right)
