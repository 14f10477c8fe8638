"""Reads any list of recipients that a person pastes or types, and writes recipients out again as text.

Nothing pasted is lost: what cannot be read as a name with an address becomes a Recipient whose address is that text,
for a person to mend. The standard library's parsers drop or invent recipients here, so this is a reader of our own.
Where a list can be meant in two ways, the reading is chosen that a person can see: a stray red chip, not a name that
swallowed somebody. What goes: separators, quotes and brackets, "mailto:", "SMTP:", and headers' labels ("To:").
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Final

import msgspec

from app.domain.address_atoms import (
    has_address,
    join_raw,
    raw_recipient,
    read_angle,
    read_atoms,
    read_name,
    same_as_address,
    with_name,
)
from app.domain.address_lexer import Kind, Token, tokenize
from app.domain.address_rules import address_problem, recipient_problem
from app.domain.address_writing import format_recipient, format_recipients
from app.domain.edits import mend_surrogates
from app.domain.recipient import Recipient

__all__ = ["address_problem", "format_recipient", "format_recipients", "parse_recipients", "recipient_problem"]

_LABELS: Final = frozenset({"to", "cc", "bcc", "from", "sender", "reply-to"})
_SCHEMES: Final = frozenset({"smtp", "ex", "mailto"})
_COLUMNS: Final = 3
"""A line of a sheet with up to so many cells, one of them an address, is one person."""


def parse_recipients(text: str) -> list[Recipient]:
    """Return everyone named in `text`, in order. Never raises; the time is linear in the length of the text."""
    recipients: list[Recipient] = []
    segments = _split_segments(tokenize(mend_surrogates(text)))
    first, second = next(segments, None), next(segments, None)
    for segment in chain(filter(None, (first, second)), segments):
        recipients += _read_segment(segment, second is not None)
    return recipients


def _split_segments(tokens: Iterator[Token]) -> Iterator[list[Token]]:
    """Split at semicolons and line ends. A name whose address stands in <> on the next line stays whole."""
    waiting: list[Token] = []
    current: list[Token] = []
    ended_by: Kind | None = None
    for token in chain(tokens, [Token(Kind.SEMICOLON, "", "")]):
        if token.kind not in {Kind.LINE, Kind.SEMICOLON}:
            current.append(token)
            continue
        content = _trim(current)
        current = []
        if not content:
            ended_by = None
            continue
        if ended_by is Kind.LINE and content[0].kind is Kind.ANGLE and not has_address(waiting):
            waiting += [Token(Kind.BLANK, " ", " "), *content]
        else:
            if waiting:
                yield waiting
            waiting = content
        ended_by = token.kind
    if waiting:
        yield waiting


def _read_segment(tokens: list[Token], in_list: bool) -> list[Recipient]:
    recipients, tokens = _take_label(tokens)
    row = _read_row(tokens)
    if row is not None:
        return recipients + row
    for fragment in _join_names(tokens, in_list):
        recipients += _read_fragment(fragment)
    return recipients


def _take_label(tokens: list[Token]) -> tuple[list[Recipient], list[Token]]:
    """Take the label of a header (it goes) or the name of a group (RFC 5322 section 3.4; it stays, to be seen)."""
    for index, token in enumerate(tokens):
        if token.kind not in {Kind.BLANK, Kind.WORD, Kind.QUOTED} or "@" in token.raw.partition(":")[0]:
            break
        if token.kind is not Kind.WORD or ":" not in token.raw:
            continue
        head, _, tail = token.raw.partition(":")
        rest = _trim([*([Token(Kind.WORD, tail, tail)] if tail else []), *tokens[index + 1 :]])
        if tail.startswith("//") or head.lower() in _SCHEMES or not has_address(rest):
            break
        if (tail and "@" not in tail) or _is_one_named(rest):
            if index == 0 and head.lower() in _LABELS:
                return [], rest
            break
        label = [] if index == 0 and head.lower() in _LABELS else raw_recipient(join_raw(tokens[:index]) + head + ":")
        return label, rest
    return [], tokens


def _is_one_named(tokens: list[Token]) -> bool:
    """Tell whether this is one `Name <address>`: then a colon before it belongs to the name (`ACME: Sales <s@x>`)."""
    return (
        _addresses(tokens) == 1
        and tokens[-1].kind is Kind.ANGLE
        and len(tokens) > 1
        and not any(token.kind in {Kind.COMMA, Kind.TAB} for token in tokens)
    )


def _read_row(tokens: list[Token]) -> list[Recipient] | None:
    """Return the person in a row of a sheet: cells between tabs, one of them an address, the others the name."""
    if not any(token.kind is Kind.TAB for token in tokens):
        return None
    cells = _split(tokens, frozenset({Kind.TAB}))
    addressed = [cell for cell in cells if has_address(cell)]
    if not 1 < len(cells) <= _COLUMNS or len(addressed) != 1 or _addresses(addressed[0]) != 1:
        return None
    if any(token.kind is Kind.COMMA for token in addressed[0]):
        return None
    name: list[Token] = []
    for cell in cells:
        name += [] if cell is addressed[0] else [*cell, Token(Kind.BLANK, " ", " ")]
    found = _read_fragment(addressed[0])
    if len(found) == 1 and not found[0].name and not address_problem(found[0].address):
        # A tab parts them beyond doubt, whatever letters the address has.
        return [with_name(found[0], read_name(_trim(name)))]
    return _read_fragment([*name, *addressed[0]])


def _join_names(tokens: list[Token], in_list: bool) -> list[list[Token]]:
    """Split at commas and tabs, but keep `Doe, John <address>` whole, which RFC 5322 would want in quotes.

    Two parts are a surname and a given name. More (`Doe, John, PhD <address>`) are one name only where other entries
    of the list are parted by semicolons or lines, so that commas need not part anything.
    """
    fragments = _split(tokens, frozenset({Kind.COMMA, Kind.TAB}))
    addressed = list(map(has_address, fragments))
    tabs = any(token.kind is Kind.TAB for token in tokens)
    if in_list and not tabs and not any(addressed[:-1]) and fragments and _opens_with_name(fragments[-1]):
        return [tokens]
    joined: list[list[Token]] = []
    mergeable = False
    for fragment, has_one in zip(fragments, addressed, strict=True):
        if mergeable and has_one and not tabs and _opens_with_name(fragment):
            joined[-1] = [*joined[-1], Token(Kind.WORD, ", ", ", "), *fragment]
        else:
            joined.append(fragment)
        mergeable = not has_one
    return joined


def _opens_with_name(tokens: list[Token]) -> bool:
    """Tell whether the first address here is in brackets and has words before it."""
    for index, token in enumerate(tokens):
        if token.kind is Kind.ANGLE:
            return index > 0
        if has_address([token]):
            return False
    return False


def _read_fragment(tokens: list[Token]) -> list[Recipient]:
    if not any(token.kind is Kind.ANGLE for token in tokens) and not has_address(tokens):
        tokens = _promote_comment(tokens)
    if not any(token.kind is Kind.ANGLE for token in tokens):
        return read_atoms(tokens)
    recipients: list[Recipient] = []
    words: list[Token] = []
    for token in tokens:
        if token.kind is Kind.ANGLE:
            recipients += read_angle(_trim(words), token)
            words = []
        else:
            words.append(token)
    tail = _trim(words)
    return _attach_tail(recipients, tail) if tail else recipients


def _attach_tail(recipients: list[Recipient], tail: list[Token]) -> list[Recipient]:
    """Give what stands after the last <address> to its recipient: a comment, or a name where it has none."""
    last = recipients[-1]
    comments = all(token.kind in {Kind.COMMENT, Kind.BLANK} for token in tail)
    if not last.name and not has_address(tail):
        named = with_name(last, read_name(tail))
        # A comment that only says the address again may go; words may not.
        if named.name or same_as_address(read_name(tail), last.address):
            return [*recipients[:-1], named]
    elif comments:
        return [*recipients[:-1], msgspec.structs.replace(last, name=f"{last.name} {join_raw(tail)}")]
    return recipients + read_atoms(tail)


def _promote_comment(tokens: list[Token]) -> list[Token]:
    """Take `Jane Doe (jane@example.com)` for `Jane Doe <jane@example.com>`."""
    comments = [index for index, token in enumerate(tokens) if token.kind is Kind.COMMENT]
    if len(comments) != 1 or address_problem(tokens[comments[0]].value.strip()):
        return tokens
    index = comments[0]
    return [*tokens[:index], Token(Kind.ANGLE, tokens[index].raw, tokens[index].value), *tokens[index + 1 :]]


def _addresses(tokens: Iterable[Token]) -> int:
    return sum(has_address([token]) for token in tokens)


def _split(tokens: list[Token], separators: frozenset[Kind]) -> list[list[Token]]:
    parts: list[list[Token]] = [[]]
    for token in tokens:
        if token.kind in separators:
            parts.append([])
        else:
            parts[-1].append(token)
    return [part for part in map(_trim, parts) if part]


def _trim(tokens: list[Token]) -> list[Token]:
    """Drop blanks, tabs and commas at both ends."""
    first, last = 0, len(tokens)
    idle = {Kind.BLANK, Kind.TAB, Kind.COMMA}
    while first < last and tokens[first].kind in idle:
        first += 1
    while last > first and tokens[last - 1].kind in idle:
        last -= 1
    return tokens[first:last]
