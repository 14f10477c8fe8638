"""Makes recipients of the tokens of one entry of a list: `Name <address>`, a bare address, or words to be mended."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import unquote

import msgspec

from app.domain.address_lexer import Kind, Token, unescape
from app.domain.late_pattern import late_pattern
from app.domain.recipient import Recipient
from app.domain.text import clean_text

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
    """Tell whether an address stands here, outside of quotes and comments."""
    return any(
        token.kind in {Kind.ANGLE, Kind.MAILTO} or (token.kind is Kind.WORD and "@" in token.raw) for token in tokens
    )


def join_raw(tokens: list[Token]) -> str:
    """Return the text that the tokens stood for."""
    return "".join([token.raw for token in tokens])


def raw_recipient(text: str) -> list[Recipient]:
    """Return what cannot be read as one recipient to be mended; nothing where nothing can be seen."""
    address = _tidy(text)
    return [Recipient(address)] if address else []


def same_as_address(name: str, address: str) -> bool:
    """Tell whether a name only says the address again, as Outlook writes it ('jane@example.com')."""
    return name in {address, f"'{address}'"}


def with_name(recipient: Recipient, name: str) -> Recipient:
    """Return `recipient` under `name`, unless that says nothing new."""
    if not name or same_as_address(name, recipient.address):
        return recipient
    return msgspec.structs.replace(recipient, name=name)


def read_name(tokens: list[Token]) -> str:
    """Return the display name that the tokens say, without the quotes that only protect it."""
    said = [token for token in tokens if token.kind is not Kind.BLANK]
    if said and all(token.kind is Kind.QUOTED for token in said):
        return _tidy(" ".join(token.value for token in said))
    if len(said) == 1 and said[0].kind is Kind.COMMENT:
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
    said = [token for token in tokens if token.kind is not Kind.BLANK]
    if len(said) == 1 and said[0].kind is Kind.QUOTED:
        return raw_recipient(said[0].value) or raw_recipient(said[0].raw)
    runs = _split_runs(tokens)
    readings = [[] if run[0].kind is Kind.COMMENT else _read_atom(join_raw(run)) for run in runs]
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
        name += [*([Token(Kind.BLANK, " ", " ")] if name else []), *run]
    return [with_name(found[0], read_name(name)), *found[1:]]


def _may_be_grown_together(before: list[list[Token]], address: str, after: list[list[Token]]) -> bool:
    """Tell whether the last word of a name may have run into the address beside it, or the address into a name.

    `Marc Lefèvremarc@x.example` is "Marc Lefèvre" and `marc@x.example` without the blank. What stands in no brackets
    is an address beside words only as long as its end next to them is plain ASCII, as nearly every address is: who
    has another one writes `Name <address>`. Anything else is for the person to mend, before it goes to a stranger.
    """
    local, _, domain = address.rpartition("@")
    return (_has_words(before) and not local.isascii()) or (_has_words(after) and not domain.isascii())


def _has_words(runs: list[list[Token]]) -> bool:
    return any(run[0].kind is not Kind.COMMENT for run in runs)


def _split_runs(tokens: list[Token]) -> list[list[Token]]:
    """Split at blanks, and around comments."""
    runs: list[list[Token]] = []
    apart = True
    for token in tokens:
        if token.kind is Kind.BLANK:
            apart = True
        elif token.kind is Kind.COMMENT or apart:
            runs.append([token])
            apart = token.kind is Kind.COMMENT
        else:
            runs[-1].append(token)
    return runs


def _read_atom(raw: str) -> list[Recipient]:
    """Return the address, or the several of a mailto:, that a run of characters without blanks is; else nothing."""
    value = _tidy(raw)
    # Two layers, as in '[jane@example.com]'; more are somebody's joke, and would cost the square of the length.
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
    """Return one line without blanks at its ends, and without marks there that nobody sees."""
    text = clean_text(text, lines=False).strip(_AROUND)
    return text.strip() if text[:1].isspace() or text[-1:].isspace() else text
