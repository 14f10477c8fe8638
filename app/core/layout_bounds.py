"""How much text is laid out at once: lines, runs, words and characters.

Qt lays a line out whole, and its time grows with the square of what has no break: a word of 300 000 letters takes
seconds, and so do letters of two directions by turns. So what is longer is shown in parts, and is edited only up to
where it would make keys wait. Nothing here changes a text: it says where one may be cut to be shown.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from app.core.lazy_regex import late_pattern

LONGEST_PART: Final = 4_000
"""Characters of a line that are laid out as one."""
_WORD_PART: Final = 2_000
_LONG_WORD: Final = 1_000
"""The same where there is a word of so many characters: such a line takes Qt four times as long at twice the length."""
_BLANK_PART: Final = 500
"""The same where there are `_MANY_BLANKS` in a row: Qt takes the square of their number, for they end no line."""
_MANY_BLANKS: Final = 200
MOST_BLANKS: Final = 4_000
"""Blanks in a row, in a line that is edited as it is."""
_TURNING_PART: Final = 1_000
"""The same where the direction of reading changes again and again."""
_MANY_TURNS: Final = 300
LONGEST_LINE: Final = 60_000
"""Characters of a line that is edited as it is."""
LONGEST_WORD: Final = 8_000
"""Characters without a blank in it."""
MOST_RUNS: Final = 1_000
"""Changes of direction, or of formatting, in it."""
MOST_LINES: Final = 25_000
MOST_CHARACTERS: Final = 1_200_000
_BACK: Final = 200
"""Characters that a part may be shorter to end at a blank."""

_LEFTWARD: Final = "\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff\U00010800-\U00010fff\U0001e800-\U0001efff"
_MARKS: Final = "\u200e\u200f\u202a-\u202e\u2066-\u2069\u061c"
_NEUTRAL: Final = "\\x00-/:-@\\[-`{-\xbf\u2000-\u200d\u2010-\u2029\u202f-\u2065\u3000-\u303f"
_NEUTRALS: Final = late_pattern(f"[{_NEUTRAL}]+")
_BLANKS: Final = late_pattern(r"\s+")
_STRETCHES: Final = late_pattern(f"[{_MARKS}]|[{_LEFTWARD}]+|[^{_MARKS}{_LEFTWARD}]+")


def direction_runs(text: str) -> int:
    """Return how many stretches of one direction stand in `text`; each mark that sets a direction counts as one."""
    return 1 if text.isascii() else len(_STRETCHES.findall(_NEUTRALS.sub("", text)))


def parts_of_line(line: str) -> Iterator[str]:
    """Return a line in parts, each of which can be laid out at once; a short line is one part."""
    at = 0
    while True:
        part = line[at : at + LONGEST_PART]
        if len(part) > _TURNING_PART and direction_runs(part) > _MANY_TURNS:
            part = part[:_TURNING_PART]
        elif len(part) > _BLANK_PART and _has_blanks(part, _MANY_BLANKS):
            part = part[:_BLANK_PART]
        elif len(part) > _WORD_PART and _longest_word(part) > _LONG_WORD:
            part = part[:_WORD_PART]
        if at + len(part) < len(line):
            blank = max(part.rfind(sign, max(1, len(part) - _BACK)) for sign in (" ", "\u2028"))
            part = part[: blank + 1] if blank > 0 else part
        yield part
        at += len(part)
        if at >= len(line):
            return


def _longest_word(line: str) -> int:
    """Return how many characters stand without a break between them; Qt breaks at none of Python's other blanks."""
    return max(map(len, line.replace("\t", " ").replace("\u2028", " ").split(" ")))


def _has_blanks(line: str, count: int) -> bool:
    return any(len(found.group()) >= count for found in _BLANKS.finditer(line))


def shown_lines(text: str) -> Iterator[tuple[str, bool]]:
    """Return the lines of `text` in parts, and of each part whether it goes on where the one before ended."""
    at = 0
    while at >= 0:
        end = text.find("\n", at)
        line = text[at:] if end < 0 else text[at:end]
        for number, part in enumerate(parts_of_line(line)):
            yield part, number > 0
        at = end + 1 if end >= 0 else -1


def is_editable_line(line: str) -> bool:
    """Return whether a line can be laid out anew at every key."""
    if len(line) <= MOST_RUNS:
        return True
    if len(line) > LONGEST_LINE or direction_runs(line) > MOST_RUNS or _has_blanks(line, MOST_BLANKS):
        return False
    return len(line) <= LONGEST_WORD or _longest_word(line) <= LONGEST_WORD


def editable_end(text: str, lines: int = MOST_LINES, characters: int = MOST_CHARACTERS) -> int:
    """Return up to which character `text` can be edited as it is: its length, where nothing is too long."""
    found = text.split("\n", lines)
    end = len(text)
    if len(found) > lines:
        end -= len(found.pop()) + 1
    if max(map(len, found)) > MOST_RUNS:
        at = 0
        for line in found:
            if not is_editable_line(line):
                end = at + len(next(parts_of_line(line)))
                break
            at += len(line) + 1
    if end > characters:
        end = max(text.rfind("\n", 0, characters), 0)
    return end
