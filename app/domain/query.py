"""The search language and its completion.

minutes to:anna "board meeting" has:attachment after:2026-03 -is:failed

Everything is joined by "and". A word that is half typed finds what begins with it; a phrase stands as it is. What makes
no sense as an operator is looked for as it stands, so that nothing that is typed is an error.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

import msgspec

from app.core.lazy_regex import late_pattern
from app.core.parsing import midnight_of


class Where(StrEnum):
    """Where a term is looked for; the values are the operators, `ANY` is no operator at all."""

    ANY = ""
    TO = "to"
    CC = "cc"
    FROM = "from"
    SUBJECT = "subject"
    BODY = "body"
    CATEGORY = "category"
    HAS = "has"
    IS = "is"
    BEFORE = "before"
    AFTER = "after"


HAS: Final = ("attachment", "category", "flag")
IS: Final = ("failed", "ready", "unsent", "important", "flagged", "undelivered", "opened")
"""What `has:` and `is:` take."""

_TOKEN: Final = late_pattern(r'(-?)(?:(\w+):)?(?:"([^"]*)("?)|(\S*))')
_LONGEST: Final = 32
"""Terms of a search at most: each is a condition for the server."""


class Term(msgspec.Struct, frozen=True):
    """One condition. `at` is the moment of BEFORE and AFTER, in seconds since the epoch.

    `phrase` says that the words stand together, and whole.
    """

    where: Where
    words: str = ""
    negated: bool = False
    phrase: bool = False
    at: float = 0.0


class Query(msgspec.Struct, frozen=True):
    """All of `terms` are to be so; none finds everything."""

    terms: tuple[Term, ...] = ()

    def __bool__(self) -> bool:
        """Return whether anything is looked for."""
        return bool(self.terms)


def read_query(text: str, today: date) -> Query:
    """Return what `text` looks for; `today` is what "today" and "yesterday" are about."""
    terms: list[Term] = []
    for minus, key, phrase, _closed, word in _TOKEN.findall(text):
        said, is_phrase = (phrase, True) if phrase else (word, False)
        term = _term(key.casefold(), said, today)
        if term is None:
            continue
        terms.append(msgspec.structs.replace(term, negated=bool(minus), phrase=is_phrase))
    return Query(tuple(terms[:_LONGEST]))


def read_day(said: str, today: date) -> date | None:
    """Return the first day of what `said` names: a day, a month, a year, "today", "yesterday"; None for no day."""
    word = said.casefold()
    if word in {"today", "yesterday"}:
        return today - timedelta(days=word == "yesterday")
    found = re.fullmatch(r"([0-9]{4})(?:-([0-9]{1,2})(?:-([0-9]{1,2}))?)?", word)
    if found is None:
        return None
    year, month, day_of_month = (int(part) if part else 0 for part in found.groups())
    try:
        return date(year, month or 1, day_of_month or 1)
    except ValueError:
        return None


def _term(key: str, said: str, today: date) -> Term | None:
    """Return one condition without its minus, None for what is half typed."""
    if key not in set(Where):
        whole = f"{key}:{said}" if key else said
        return Term(Where.ANY, whole) if whole.strip() else None
    where = Where(key)
    if not said.strip():
        return None
    if where in {Where.HAS, Where.IS}:
        return _known(where, said.casefold())
    if where in {Where.BEFORE, Where.AFTER}:
        day = read_day(said, today)
        if day is None:
            return None
        # A local midnight: what a person means by a day begins where their clock says so.
        at = midnight_of(day)
        return None if at is None else Term(where, said, at=at)
    return Term(where, said)


def _known(where: Where, said: str) -> Term | None:
    values = HAS if where is Where.HAS else IS
    begun = [value for value in values if value.startswith(said.rstrip("s") or said)]
    return Term(where, begun[0]) if begun else None


def as_aqs(query: Query) -> str:
    """Return `query` in the language of the server (Advanced Query Syntax), without what only this machine knows."""
    parts = [_aqs(term) for term in query.terms]
    return " ".join(part for part in parts if part)


def _aqs(term: Term) -> str:
    minus = "NOT " if term.negated else ""
    words = '"' + term.words.replace('"', " ").strip() + '"' if term.phrase or " " in term.words else term.words
    match term.where:
        case Where.ANY:
            return f"{minus}{words}"
        case Where.HAS if term.words == "attachment":
            return f"{minus}hasattachment:true"
        case Where.IS if term.words == "important":
            return f"{minus}importance:high"
        case Where.BEFORE | Where.AFTER:
            day = datetime.fromtimestamp(term.at).astimezone().date().isoformat()
            return f"{minus}sent:{'<' if term.where is Where.BEFORE else '>='}{day}"
        case Where.HAS | Where.IS:
            return ""
        case _:
            return f"{minus}{term.where.value}:{words}"


OPERATORS: Final = ("to:", "from:", "subject:", "has:attachment", "before:", "after:", "is:failed")
_DAYS: Final = ("today", "yesterday")
_PEOPLE: Final = frozenset({Where.TO, Where.CC, Where.FROM})
_MANY: Final = 6


class Completion(msgspec.Struct, frozen=True):
    """One offer: `text` is the whole line with it taken, `shown` what the offer is called."""

    text: str
    shown: str


def completions(text: str, people: Sequence[str] = ()) -> list[Completion]:
    """Return what the last word of `text` may become; nothing typed offers the operators.

    `people` are names that to: and from: may be about.
    """
    word = _last_word(text)
    before = text[: len(text) - len(word)]
    minus = "-" if word.startswith("-") else ""
    offers = _offers(word.removeprefix("-"), people)
    made = [(f"{before}{minus}{offer}{'' if offer.endswith(':') else ' '}", f"{minus}{offer}") for offer in offers]
    return [Completion(line, shown) for line, shown in made if line != text][:_MANY]


def _last_word(text: str) -> str:
    """Return what is being typed: from the last space that stands in no quotes."""
    start, quoted = 0, False
    for place, letter in enumerate(text):
        if letter == '"':
            quoted = not quoted
        elif letter.isspace() and not quoted:
            start = place + 1
    return text[start:]


def _offers(word: str, people: Sequence[str]) -> list[str]:
    key, colon, said = word.partition(":")
    if not colon:
        begun = word.casefold()
        return [operator for operator in OPERATORS if operator.startswith(begun)] if begun or not word else []
    key = key.casefold()
    if key not in set(Where):
        return []
    return [f"{key}:{value}" for value in _values(Where(key), said.lstrip('"').casefold(), people)]


def _values(where: Where, said: str, people: Sequence[str]) -> list[str]:
    if where in _PEOPLE:
        named = [one for one in people if said and f" {said}" in f" {one.casefold()}"]
        return [f'"{one}"' if " " in one else one for one in named]
    known = {Where.HAS: HAS, Where.IS: IS, Where.BEFORE: _DAYS, Where.AFTER: _DAYS}.get(where, ())
    return [value for value in known if value.startswith(said)]
