"""What could be meant by the word that is being typed into a search: operators, their values, and people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec

from app.domain.query import HAS, IS, Where

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
