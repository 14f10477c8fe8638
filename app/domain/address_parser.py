"""Reads a list of recipients from tokens.

Nothing pasted is lost: what cannot be read as a name with an address becomes a Recipient whose address is that text,
for a person to mend. The standard library's parsers drop or invent recipients here, so this is a reader of our own.
Where a list can be meant in two ways, the reading is chosen that a person can see: a stray red chip, not a name that
swallowed a recipient. What goes: separators, quotes and brackets, "mailto:", "SMTP:", and headers' labels ("To:").
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Final
from urllib.parse import unquote

import msgspec

from app.core.lazy_regex import late_pattern
from app.core.text import clean_text, mend_surrogates
from app.domain.address_lexer import Token, TokenKind, tokenize, unescape
from app.domain.recipient import Recipient, address_problem, format_recipient, format_recipients, recipient_problem

_INVISIBLE: Final = (
    "\u00ad\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff"
)
_AROUND: Final = " \t\u00a0" + _INVISIBLE
_WRAPPERS: Final = {"'": "'", "‘": "’", "[": "]", "{": "}"}
_VERBATIM: Final = late_pattern(r'"((?:[^"\\]|\\.)*+)"')
_NEXT_URI: Final = late_pattern(r"[,;](?=mailto:)", re.IGNORECASE)
_LIST_COMMA: Final = late_pattern(r"[,;]")
_SPACES: Final = late_pattern(r"\s+")
_ADDRESSED: Final = frozenset({"to", "cc", "bcc"})


def has_address(tokens: list[Token]) -> bool:
    """Return whether an address stands here, outside of quotes and comments."""
    return any(
        token.kind in {TokenKind.ANGLE, TokenKind.MAILTO} or (token.kind is TokenKind.WORD and "@" in token.raw)
        for token in tokens
    )


def join_raw(tokens: list[Token]) -> str:
    """Return the text that the tokens stood for."""
    return "".join([token.raw for token in tokens])


def raw_recipient(text: str) -> list[Recipient]:
    """Return what cannot be read as one recipient to be mended; nothing where nothing can be seen."""
    address = _tidy(text)
    return [Recipient(address)] if address else []


def same_as_address(name: str, address: str) -> bool:
    """Return whether a name only says the address again, as Outlook writes it ('jane@example.com')."""
    return name in {address, f"'{address}'"}


def with_name(recipient: Recipient, name: str) -> Recipient:
    """Return `recipient` under `name`, unless that says nothing new."""
    if not name or same_as_address(name, recipient.address):
        return recipient
    return msgspec.structs.replace(recipient, name=name)


def read_name(tokens: list[Token]) -> str:
    """Return the display name that the tokens say, without the quotes that only protect it."""
    said = [token for token in tokens if token.kind is not TokenKind.BLANK]
    if said and all(token.kind is TokenKind.QUOTED for token in said):
        return _tidy(" ".join(token.value for token in said))
    if len(said) == 1 and said[0].kind is TokenKind.COMMENT:
        return _tidy(said[0].value) or _tidy(said[0].raw)
    name = _tidy(_SPACES.sub(" ", join_raw(tokens)))
    return name[1:-1] if len(name) > 2 and name[0] == name[-1] == "'" else name


def read_angle(words: list[Token], angle: Token) -> list[Recipient]:
    """Return whom `words <angle>` names: mostly one, more where the brackets hold a list or a mailto: address."""
    recipients = _read_bracketed(_tidy(angle.value))
    if not recipients:
        return raw_recipient(f"{join_raw(words)} {angle.raw}")
    return [with_name(recipients[0], read_name(words)), *recipients[1:]]


def read_atoms(tokens: list[Token]) -> list[Recipient]:
    """Return whom an entry without brackets names. Words are a name where one address follows or precedes them."""
    said = [token for token in tokens if token.kind is not TokenKind.BLANK]
    if len(said) == 1 and said[0].kind is TokenKind.QUOTED:
        return raw_recipient(said[0].value) or raw_recipient(said[0].raw)
    runs = _split_runs(tokens)
    readings = [[] if run[0].kind is TokenKind.COMMENT else _read_atom(join_raw(run)) for run in runs]
    unread = [run for run, reading in zip(runs, readings, strict=True) if not reading]
    if len(unread) == len(runs) or any(has_address(run) for run in unread):
        return raw_recipient(join_raw(tokens))
    if len(runs) - len(unread) == 1:
        return _read_one_named(tokens, runs, readings)
    recipients: list[Recipient] = []
    for run, reading in zip(runs, readings, strict=True):
        recipients += reading or raw_recipient(join_raw(run))
    return recipients


def _read_one_named(tokens: list[Token], runs: list[list[Token]], readings: list[list[Recipient]]) -> list[Recipient]:
    index = next(index for index, reading in enumerate(readings) if reading)
    before, after, found = runs[:index], runs[index + 1 :], readings[index]
    if (before and _has_words(after)) or _may_be_grown_together(before, found[0].address, after):
        return raw_recipient(join_raw(tokens))
    name: list[Token] = []
    for run in [*before, *after]:
        name += [*([Token(TokenKind.BLANK, " ", " ")] if name else []), *run]
    return [with_name(found[0], read_name(name)), *found[1:]]


def _may_be_grown_together(before: list[list[Token]], address: str, after: list[list[Token]]) -> bool:
    """Return whether the last word of a name may have run into the address beside it, or the address into a name.

    `Marc Lefèvremarc@x.example` is "Marc Lefèvre" and `marc@x.example` without the blank. What stands in no brackets
    is an address beside words only as long as its end next to them is plain ASCII, as nearly every address is:
    any other address is written as `Name <address>`. The person mends anything else, before it goes to a stranger.
    """
    local, _, domain = address.rpartition("@")
    return (_has_words(before) and not local.isascii()) or (_has_words(after) and not domain.isascii())


def _has_words(runs: list[list[Token]]) -> bool:
    return any(run[0].kind is not TokenKind.COMMENT for run in runs)


def _split_runs(tokens: list[Token]) -> list[list[Token]]:
    """Split at blanks, and around comments."""
    runs: list[list[Token]] = []
    apart = True
    for token in tokens:
        if token.kind is TokenKind.BLANK:
            apart = True
        elif token.kind is TokenKind.COMMENT or apart:
            runs.append([token])
            apart = token.kind is TokenKind.COMMENT
        else:
            runs[-1].append(token)
    return runs


def _read_atom(raw: str) -> list[Recipient]:
    """Return the address, or the several of a mailto:, that a run of characters without blanks is; else nothing."""
    value = _tidy(raw)
    # Two layers, as in '[jane@example.com]'; more is no address, and reading them costs the square of the length.
    for _ in range(2):
        if len(value) > 2 and _WRAPPERS.get(value[0]) == value[-1]:
            value = _tidy(value[1:-1])
    lowered = value[:7].lower()
    if lowered == "mailto:":
        return _read_mailto(value)
    if lowered.startswith("smtp:"):
        value = value[5:]
    local, _, domain = value.rpartition("@")
    if not local or not domain or ("@" in local and not local.startswith('"')):
        return []
    return [Recipient(value)]


def _read_bracketed(value: str) -> list[Recipient]:
    lowered = value[:7].lower()
    if lowered == "mailto:":
        return _read_mailto(value)
    routing = "SMTP"
    if lowered.startswith("smtp:"):
        value = value[5:]
    elif lowered.startswith("ex:"):
        routing, value = "EX", value[3:]
    elif lowered.startswith("/o="):
        routing = "EX"
    verbatim = _VERBATIM.fullmatch(value)
    if verbatim is not None:
        value = unescape(verbatim.group(1))
    elif routing == "SMTP" and value.count("@") > 1 and '"' not in value:
        several = [_read_atom(part) for part in re.split(r"[\s,;]+", value) if part]
        if all(several):
            return [recipient for part in several for recipient in part]
    value = _tidy(value)
    return [Recipient(value, routing=routing)] if value else []


def _read_mailto(text: str) -> list[Recipient]:
    """Return the recipients of mailto: addresses (RFC 6068): path, to, cc and bcc. Other fields stay as red words."""
    recipients: list[Recipient] = []
    for uri in _NEXT_URI.split(text):
        path, _, query = uri[7:].partition("?")
        for part in _LIST_COMMA.split(path):
            recipients += raw_recipient(_decode(part))
        for field in query.split("&") if query else []:
            field = field.removeprefix("amp;")  # noqa: PLW2901 - copied out of HTML
            key, equals, value = field.partition("=")
            parts = _LIST_COMMA.split(value) if equals and key.lower() in _ADDRESSED else [field]
            for part in parts:
                recipients += raw_recipient(_decode(part))
    return recipients


def _decode(part: str) -> str:
    try:
        return unquote(part, errors="strict")
    except UnicodeDecodeError:
        return part


def _tidy(text: str) -> str:
    """Return one line without blanks at its ends, and without marks there that are invisible."""
    text = clean_text(text, lines=False).strip(_AROUND)
    return text.strip() if text[:1].isspace() or text[-1:].isspace() else text


__all__ = ["address_problem", "format_recipient", "format_recipients", "parse_recipients", "recipient_problem"]

_LABELS: Final = frozenset({"to", "cc", "bcc", "from", "sender", "reply-to"})
_SCHEMES: Final = frozenset({"smtp", "ex", "mailto"})
_COLUMNS: Final = 3
"""A line of a sheet with up to so many cells, one of them an address, is one person."""


def parse_recipients(text: str) -> list[Recipient]:
    """Return all recipients named in `text`, in order. Never raises; the time is linear in the length of the text."""
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
    ended_by: TokenKind | None = None
    for token in chain(tokens, [Token(TokenKind.SEMICOLON, "", "")]):
        if token.kind not in {TokenKind.LINE, TokenKind.SEMICOLON}:
            current.append(token)
            continue
        content = _trim(current)
        current = []
        if not content:
            ended_by = None
            continue
        if ended_by is TokenKind.LINE and content[0].kind is TokenKind.ANGLE and not has_address(waiting):
            waiting += [Token(TokenKind.BLANK, " ", " "), *content]
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
        if token.kind not in {TokenKind.BLANK, TokenKind.WORD, TokenKind.QUOTED} or "@" in token.raw.partition(":")[0]:
            break
        if token.kind is not TokenKind.WORD or ":" not in token.raw:
            continue
        head, _, tail = token.raw.partition(":")
        rest = _trim([*([Token(TokenKind.WORD, tail, tail)] if tail else []), *tokens[index + 1 :]])
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
    """Return whether this is one `Name <address>`: then a colon before it belongs to the name (`ACME: Sales <s@x>`)."""
    return (
        _addresses(tokens) == 1
        and tokens[-1].kind is TokenKind.ANGLE
        and len(tokens) > 1
        and not any(token.kind in {TokenKind.COMMA, TokenKind.TAB} for token in tokens)
    )


def _read_row(tokens: list[Token]) -> list[Recipient] | None:
    """Return the person in a row of a sheet: cells between tabs, one of them an address, the others the name."""
    if not any(token.kind is TokenKind.TAB for token in tokens):
        return None
    cells = _split(tokens, frozenset({TokenKind.TAB}))
    addressed = [cell for cell in cells if has_address(cell)]
    if not 1 < len(cells) <= _COLUMNS or len(addressed) != 1 or _addresses(addressed[0]) != 1:
        return None
    if any(token.kind is TokenKind.COMMA for token in addressed[0]):
        return None
    name: list[Token] = []
    for cell in cells:
        name += [] if cell is addressed[0] else [*cell, Token(TokenKind.BLANK, " ", " ")]
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
    fragments = _split(tokens, frozenset({TokenKind.COMMA, TokenKind.TAB}))
    addressed = list(map(has_address, fragments))
    tabs = any(token.kind is TokenKind.TAB for token in tokens)
    if in_list and not tabs and not any(addressed[:-1]) and fragments and _opens_with_name(fragments[-1]):
        return [tokens]
    joined: list[list[Token]] = []
    mergeable = False
    for fragment, has_one in zip(fragments, addressed, strict=True):
        if mergeable and has_one and not tabs and _opens_with_name(fragment):
            joined[-1] = [*joined[-1], Token(TokenKind.WORD, ", ", ", "), *fragment]
        else:
            joined.append(fragment)
        mergeable = not has_one
    return joined


def _opens_with_name(tokens: list[Token]) -> bool:
    """Return whether the first address here is in brackets and has words before it."""
    for index, token in enumerate(tokens):
        if token.kind is TokenKind.ANGLE:
            return index > 0
        if has_address([token]):
            return False
    return False


def _read_fragment(tokens: list[Token]) -> list[Recipient]:
    if not any(token.kind is TokenKind.ANGLE for token in tokens) and not has_address(tokens):
        tokens = _promote_comment(tokens)
    if not any(token.kind is TokenKind.ANGLE for token in tokens):
        return read_atoms(tokens)
    recipients: list[Recipient] = []
    words: list[Token] = []
    for token in tokens:
        if token.kind is TokenKind.ANGLE:
            recipients += read_angle(_trim(words), token)
            words = []
        else:
            words.append(token)
    tail = _trim(words)
    return _attach_tail(recipients, tail) if tail else recipients


def _attach_tail(recipients: list[Recipient], tail: list[Token]) -> list[Recipient]:
    """Give what stands after the last <address> to its recipient: a comment, or a name where it has none."""
    last = recipients[-1]
    comments = all(token.kind in {TokenKind.COMMENT, TokenKind.BLANK} for token in tail)
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
    comments = [index for index, token in enumerate(tokens) if token.kind is TokenKind.COMMENT]
    if len(comments) != 1 or address_problem(tokens[comments[0]].value.strip()):
        return tokens
    index = comments[0]
    return [*tokens[:index], Token(TokenKind.ANGLE, tokens[index].raw, tokens[index].value), *tokens[index + 1 :]]


def _addresses(tokens: Iterable[Token]) -> int:
    return sum(has_address([token]) for token in tokens)


def _split(tokens: list[Token], separators: frozenset[TokenKind]) -> list[list[Token]]:
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
    idle = {TokenKind.BLANK, TokenKind.TAB, TokenKind.COMMA}
    while first < last and tokens[first].kind in idle:
        first += 1
    while last > first and tokens[last - 1].kind in idle:
        last -= 1
    return tokens[first:last]
