"""Text that comes in from outside is put in order here once, so that no later layer gets what it cannot carry.

Exchange speaks XML 1.0, which has no place for most C0 controls, for U+FFFE and U+FFFF, or for half a surrogate pair
(XML 1.0 section 2.2). Nothing that can be seen is lost: controls show nothing and go, the rest becomes U+FFFD.
"""

from __future__ import annotations

from typing import Final

from app.core.lazy_regex import late_pattern

_LINE_BREAKS: Final = "\n\v\f\x85\u2028\u2029"
_SEPARATORS: Final = "\x1c\x1d\x1e\x1f"
_CONTROLS: Final = {
    **dict.fromkeys((*range(32), 127)),
    **dict.fromkeys(map(ord, _LINE_BREAKS), "\n"),
    **dict.fromkeys(map(ord, _SEPARATORS), " "),
    ord("\t"): "\t",
    0xFFFE: "\ufffd",
    0xFFFF: "\ufffd",
}
_TO_MEND: Final = late_pattern("[\x00-\x08\x0b-\x1f\x7f\x85\u2028\u2029\ufffe\uffff]")


def clean_text(text: str, lines: bool) -> str:
    r"""Return `text` as a field can hold it: of many lines with "\n" between them, or of one line.

    Every kind of line break becomes "\n"; for one line, breaks with the blanks around them become one space, and
    breaks at the ends go. Tabs stay in many lines and are spaces in one. Text that is in order comes back unchanged.
    """
    text = mend_surrogates(text)
    if _TO_MEND.search(text):
        text = text.replace("\r\n", "\n").replace("\r", "\n").translate(_CONTROLS)
    if lines:
        return text
    text = text.strip("\n").replace("\t", " ")
    if "\n" not in text:
        return text
    first, *middle, last = text.split("\n")
    pieces = (first.rstrip(), *map(str.strip, middle), last.lstrip())
    return " ".join(piece for piece in pieces if piece)


def mend_surrogates(text: str) -> str:
    """Return `text` with every lone surrogate made U+FFFD; pairs given as two surrogates become their character."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


def utf16_length(text: str) -> int:
    """Return the length of `text` as Qt counts it."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def split_at(text: str, units: int) -> tuple[str, str]:
    """Return what stands before and after a position of Qt's, in UTF-16 units; half a pair there becomes U+FFFD."""
    written = text.encode("utf-16-le", "surrogatepass")
    head, tail = written[: 2 * units], written[2 * units :]
    return head.decode("utf-16-le", "replace"), tail.decode("utf-16-le", "replace")


def shortened(text: str, longest: int) -> str:
    """Return `text`, or as much of its start as fits into `longest` characters with the "…" behind it."""
    return text if len(text) <= longest else f"{text[: longest - 1].rstrip()}…"


_TURNING: Final = dict.fromkeys(map(ord, "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"))


def isolated(words: str) -> str:
    """Return words from outside for one line of a text of ours: their direction changes nothing around them.

    Marks that turn what follows are left out; what is not of one script alone stands between isolates (UAX 9, 2.4.2).
    """
    words = clean_text(words, lines=False).translate(_TURNING)
    return words if words.isascii() else f"\u2068{words}\u2069"
