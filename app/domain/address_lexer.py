"""Cuts a pasted list of recipients into tokens, in linear time whatever was pasted, and without losing a character.

RFC 5322 section 3.4 is the base; mail programs and people write more than that (Outlook's "[SMTP:…]", unpaired
quotes, other scripts' commas), so what is no syntax here is a word. The tokens, joined, are the text again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import IntEnum, auto
from typing import Final, NamedTuple

from app.core.lazy_regex import late_pattern


class TokenKind(IntEnum):
    """What a token is. Numbers, since kinds are looked up in sets for every token, and a number is its own hash."""

    LINE = auto()
    TAB = auto()
    SEMICOLON = auto()
    COMMA = auto()
    BLANK = auto()
    MAILTO = auto()
    ANGLE = auto()
    QUOTED = auto()
    COMMENT = auto()
    WORD = auto()


class Token(NamedTuple):
    """A piece of the text as it stood (`raw`), and what it says without its brackets or quotes (`value`)."""

    kind: TokenKind
    raw: str
    value: str


_BREAKS: Final = r"\r\n\v\f\x1c-\x1e\x85\u2028\u2029"
_TOKEN: Final = late_pattern(
    rf"""(?P<LINE>\r\n|[{_BREAKS}])
    |(?P<TAB>\t)
    |(?P<SEMICOLON>[;；؛])
    |(?P<COMMA>[,，、،])
    |(?P<BLANK>[^\S\t{_BREAKS}]+)
    |(?P<MAILTO>mailto:[^\s<>"()\[\]]+)
    |(?P<BRACKET>\[(?:mailto|smtp|ex):[^\[\]<>{_BREAKS}]*+\])
    |(?P<OPEN>["“<()])
    |(?P<WORD>[^\s"“<>(),;，、،；؛\[]+|.)""",  # noqa: RUF001 - the commas and semicolons of other scripts
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)
# A line break inside is a folded header line (RFC 5322 section 2.2.3): the next line starts with a blank.
_QUOTED: Final = {
    '"': late_pattern(rf'"(?:[^"\\{_BREAKS}]|\\[^{_BREAKS}]|\r?\n[ \t])*+'),
    "“": late_pattern(rf"“(?:[^“”{_BREAKS}]|\r?\n[ \t])*+"),
}
_CLOSE: Final = {'"': '"', "“": "”"}
_IN_ANGLE: Final = late_pattern(rf'[^<>"{_BREAKS}]*+')
_ESCAPED: Final = late_pattern(r'\\(["\\])')


def tokenize(text: str) -> Iterator[Token]:
    """Yield the tokens of `text`, which hold all of it in order.

    Line by line, so that a list of megabytes never stands in memory as tokens: letting go of millions of them is one
    long step that no other thread gets into.
    """
    line: list[Token] = []
    for token in _Lexer(text).read_tokens():
        line.append(token)
        if token.kind is TokenKind.LINE:
            yield from _collect_comments(line)
            line = []
    yield from _collect_comments(line)


def unescape(quoted: str) -> str:
    r"""Return what a quoted string says. Only \" and \\ are escapes: the backslash of DOMAIN\name must stay."""
    return _ESCAPED.sub(r"\1", quoted)


class _Lexer:
    """One pass over a text. No character is looked at more than a fixed number of times."""

    def __init__(self, text: str) -> None:
        self._text = text
        # Up to here it is known that quotes do not pair: looking again for each would cost the square of the length.
        self._unpaired_until = dict.fromkeys(_QUOTED, 0)

    def read_tokens(self) -> Iterator[Token]:
        text, position, end = self._text, 0, len(self._text)
        while position < end:
            match = _TOKEN.match(text, position)
            assert match is not None  # noqa: S101 - WORD takes any character
            assert match.lastgroup is not None  # noqa: S101 - all alternatives are named
            group, raw = match.lastgroup, match.group()
            if group == "OPEN":
                token = self._read_opening(position, raw)
            elif group == "BRACKET":
                token = Token(TokenKind.ANGLE, raw, raw[1:-1])
            else:
                token = Token(TokenKind[group], raw, raw)
            yield token
            position += len(token.raw)

    def _read_opening(self, start: int, opening: str) -> Token:
        text = self._text
        if opening == "<":
            close = self._angle_end(start)
            if close:
                return Token(TokenKind.ANGLE, text[start:close], text[start + 1 : close - 1])
        elif opening in _QUOTED:
            close = self._quote_end(start)
            if close:
                inner = text[start + 1 : close - 1]
                return Token(TokenKind.QUOTED, text[start:close], unescape(inner) if opening == '"' else inner)
        return Token(TokenKind.WORD, opening, opening)

    def _quote_end(self, start: int) -> int:
        """Return where the quoted string that opens at `start` ends, or 0 where it is but a quotation mark.

        Both marks must stand like quotes, at the edge of a word: 5" is no opening, and a mark that never closes must
        not swallow the recipients up to the next entry's mark.
        """
        text = self._text
        opening = text[start]
        if start < self._unpaired_until[opening] or (start and text[start - 1].isalnum()):
            return 0
        match = _QUOTED[opening].match(text, start)
        assert match is not None  # noqa: S101 - the pattern needs nothing but the mark, which is there
        stop = match.end()
        if text.startswith(_CLOSE[opening], stop) and not text[stop + 1 : stop + 2].isalnum():
            return stop + 1
        self._unpaired_until[opening] = stop
        return 0

    def _angle_end(self, start: int) -> int:
        """Return where <…> ends, or 0 where it never does. A quoted local part may hold a bracket."""
        text, position = self._text, start + 1
        while True:
            match = _IN_ANGLE.match(text, position)
            assert match is not None  # noqa: S101 - the pattern may match nothing
            position = match.end()
            if text.startswith(">", position):
                return position + 1
            if not text.startswith('"', position):
                return 0
            position = self._quote_end(position) or position + 1


def _collect_comments(tokens: list[Token]) -> list[Token]:
    """Make one COMMENT of each outermost pair of parentheses of a line; parentheses without a partner are words."""
    closing: dict[int, int] = {}
    opened: list[int] = []
    for index, token in enumerate(tokens):
        if token.kind is TokenKind.WORD and token.raw == "(":
            opened.append(index)
        elif token.kind is TokenKind.WORD and token.raw == ")" and opened:
            closing[opened.pop()] = index
    if not closing:
        return tokens
    collected: list[Token] = []
    index = 0
    while index < len(tokens):
        close = closing.get(index)
        if close is None:
            collected.append(tokens[index])
            index += 1
        else:
            raw = "".join(token.raw for token in tokens[index : close + 1])
            collected.append(Token(TokenKind.COMMENT, raw, raw[1:-1]))
            index = close + 1
    return collected
