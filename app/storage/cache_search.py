"""A search as SQL: words by the index, the rest by what a row has."""

from __future__ import annotations

from typing import Final

from app.domain.listing import ReportKind
from app.domain.query import Query, Term, Where

_COLUMNS: Final = {
    Where.ANY: "",
    Where.TO: "{display_to display_cc} : ",
    Where.CC: "{display_cc} : ",
    Where.FROM: "{sender} : ",
    Where.SUBJECT: "{subject} : ",
    Where.BODY: "{words} : ",
    Where.CATEGORY: "{categories} : ",
}
_REPORTED: Final = "message_id != '' AND message_id IN (SELECT message_id FROM reports WHERE account = ? AND kind = ?)"
_FAILED: Final = f"{_REPORTED[:-1]} AND settled = 0)"
_FLAGS: Final = {
    (Where.HAS, "attachment"): "attachment = 1",
    (Where.HAS, "category"): "categories != ''",
    (Where.HAS, "flag"): "flagged = 1",
    (Where.IS, "flagged"): "flagged = 1",
    (Where.IS, "important"): "importance = 'High'",
    (Where.IS, "undelivered"): _REPORTED,
    (Where.IS, "opened"): _REPORTED,
    (Where.IS, "failed"): _FAILED,
}
_KINDS: Final = {
    "undelivered": ReportKind.NOT_DELIVERED.value,
    "opened": ReportKind.READ.value,
    "failed": ReportKind.NOT_DELIVERED.value,
}

Condition = tuple[str, tuple[object, ...]]


def condition(query: Query, account: str) -> Condition:
    """Return what `query` asks of a row: SQL that joins on to others by AND, empty for nothing, and its values."""
    sought = [term for term in query.terms if term.where in _COLUMNS]
    wanted = [match for term in sought if not term.negated and (match := _match(term))]
    parts: list[Condition] = []
    if wanted:
        parts.append(("id IN (SELECT rowid FROM found WHERE found MATCH ?)", (" AND ".join(wanted),)))
    unwanted = [match for term in sought if term.negated and (match := _match(term))]
    parts += [("id NOT IN (SELECT rowid FROM found WHERE found MATCH ?)", (match,)) for match in unwanted]
    parts += [_other(term, account) for term in query.terms if term.where not in _COLUMNS]
    return " AND ".join(sql for sql, _ in parts), tuple(value for _, values in parts for value in values)


def _match(term: Term) -> str:
    """Return a term in the language of FTS5 (section 3 of its documentation), empty where no letter is in it."""
    if not any(letter.isalnum() for letter in term.words):
        return ""
    quoted = '"' + term.words.replace('"', " ").replace("\0", " ") + '"'
    return f"({_COLUMNS[term.where]}{quoted}{'' if term.phrase else ' *'})"


def _other(term: Term, account: str) -> Condition:
    if term.where in {Where.BEFORE, Where.AFTER}:
        sql = "at < ?" if term.where is Where.BEFORE else "at >= ?"
        values: tuple[object, ...] = (term.at,)
    else:
        # What only this machine knows (is:ready) is so of no row of the server.
        sql = _FLAGS.get((term.where, term.words), "0")
        values = (account, _KINDS[term.words]) if sql in {_REPORTED, _FAILED} else ()
    return (f"NOT ({sql})" if term.negated else sql), values
