"""Reads QueryString, Exchange's Advanced Query Syntax, as far as it is about letters.

Words and "phrases" are looked for in subject, people and body; subject:, from:, to:, cc:, body:, category:, kind: and
hasattachment:, isread: and importance: narrow that down; AND, OR and NOT (or a minus) join.
"""

import re
from typing import Final

from app.sandbox.fields.reading import IMPORTANCE
from app.sandbox.fields.table import FIELDS
from app.sandbox.search import Condition

_TOKEN: Final = re.compile(r'(-?)(?:(\w+):)?(?:"([^"]*)"|(\S+))')
_PLACES: Final = {
    "subject": ("item:Subject",),
    "from": ("message:From",),
    "to": ("message:ToRecipients",),
    "cc": ("message:CcRecipients",),
    "bcc": ("message:BccRecipients",),
    "body": ("item:Body",),
    "category": ("item:Categories",),
    "": ("item:Subject", "message:From", "message:ToRecipients", "message:CcRecipients", "item:Body"),
}


def read_query(text: str) -> Condition:
    """Turn a query into a condition; words of it that make no sense are looked for as they stand."""
    alternatives: list[list[Condition]] = [[]]
    negate = False
    for minus, key, phrase, word in _TOKEN.findall(text)[:64]:
        if not key and word in {"AND", "OR", "NOT"}:
            if word == "OR" and alternatives[-1]:
                alternatives.append([])
            negate = word == "NOT"
            continue
        term = _term(key.lower(), phrase or word)
        alternatives[-1].append(_not(term) if minus or negate else term)
        negate = False
    groups = [Condition(" AND ".join(one.sql for one in group) or "1", _flat(group)) for group in alternatives]
    return Condition(" OR ".join(f"({group.sql})" for group in groups), _flat(groups))


def _flat(parts: list[Condition]) -> tuple[str | int | float | bytes, ...]:
    return tuple(value for part in parts for value in part.values)


def _not(term: Condition) -> Condition:
    return Condition(f"NOT {term.sql}", term.values)


def _term(key: str, said: str) -> Condition:
    lowered = said.lower()
    if key in {"hasattachment", "hasattachments"}:
        return Condition("(i.has_attachments = ?)", (int(lowered in {"true", "yes", "1"}),))
    if key in {"isread", "read"}:
        return Condition("(i.is_read = ?)", (int(lowered in {"true", "yes", "1"}),))
    if key == "importance" and said.capitalize() in IMPORTANCE:
        return Condition("(i.importance = ?)", (IMPORTANCE.index(said.capitalize()),))
    if key == "kind":
        return Condition("(? IN ('email', 'mail'))", (lowered,))
    if key not in _PLACES:
        key, said = "", f"{key}:{said}"
    places = [str(FIELDS[uri].sql) for uri in _PLACES[key]]
    found = " OR ".join(f"contains({place}, ?, 'Substring', 'IgnoreCaseAndNonSpacingCharacters')" for place in places)
    return Condition(f"({found})", (said,) * len(places))
