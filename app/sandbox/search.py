"""Restrictions and query strings: which items a search finds.

Everything that a caller said goes into the statement as a value, never as text; expressions come from the tables of
fields and tags. Comparisons of text disregard the case of ASCII letters, Contains does as its attributes say.

Words and "phrases" are looked for in subject, people and body; subject:, from:, to:, cc:, body:, category:, kind: and
hasattachment:, isread: and importance: narrow that down; AND, OR and NOT (or a minus) join.
"""

import base64
import binascii
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from lxml import etree

from app.sandbox import xmlns
from app.sandbox.errors import EwsError
from app.sandbox.fields.reading import IMPORTANCE
from app.sandbox.fields.table import FIELDS
from app.sandbox.fields.tags import tag_of
from app.sandbox.properties import PropertyName, Value, read_name, read_time, read_value

_LONGEST: Final = 500
_MESSAGE_ID: Final = "i.message_id"
_OPERATORS: Final = {
    "IsEqualTo": "=",
    "IsNotEqualTo": "<>",
    "IsGreaterThan": ">",
    "IsGreaterThanOrEqualTo": ">=",
    "IsLessThan": "<",
    "IsLessThanOrEqualTo": "<=",
}


@dataclass(frozen=True, slots=True)
class SqlTerm:
    """A path as it can be compared: an expression with its values, and how a constant beside it is read."""

    sql: str
    values: tuple[Value, ...]
    kind: str
    choices: tuple[str, ...] = ()
    name: PropertyName | None = None


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition and the values within it.

    `few` says that an index finds what it is true of, so that this is the better place to begin than the folder.
    """

    sql: str
    values: tuple[Value, ...] = ()
    few: bool = False


def _path_of(path: etree._Element) -> dict[str, str]:
    return {str(key): str(value) for key, value in path.attrib.items()}


def read_path(path: etree._Element, *, sorting: bool = False) -> SqlTerm:
    """Read a path that is searched or sorted by; raises EwsError for one that cannot be."""
    refusal = "ErrorUnsupportedPathForSortGroup" if sorting else "ErrorUnsupportedPathForQuery"
    kind = xmlns.local(path)
    if kind == "ExtendedFieldURI":
        name = read_name(path)
        tag = tag_of(name)
        if tag is not None:
            return SqlTerm(tag.sql, (), name.single, name=name)
        if sorting and name.is_array:
            raise EwsError(refusal).about(_path_of(path))
        select = "(SELECT value FROM properties WHERE item_id = i.id AND key = ? AND position = 0)"
        return SqlTerm(select, (name.key,), name.single, name=name)
    if kind == "IndexedFieldURI" and path.get("FieldURI") == "item:InternetMessageHeader" and not sorting:
        select = "(SELECT value FROM headers WHERE item_id = i.id AND name = ? COLLATE NOCASE)"
        return SqlTerm(select, (str(path.get("FieldIndex")),), "String")
    field = FIELDS.get(str(path.get("FieldURI"))) if kind == "FieldURI" else None
    if field is None or field.sql is None or (sorting and not field.sort):
        raise EwsError(refusal).about(_path_of(path))
    return SqlTerm(field.sql, (), field.kind, field.choices)


def read_restriction(restriction: etree._Element) -> Condition:
    """Read a t:Restriction. Raises EwsError: ErrorRestrictionTooLong, and what `read_path` raises."""
    if sum(1 for _ in restriction.iter(etree.Element)) > _LONGEST:
        raise EwsError("ErrorRestrictionTooLong")
    return _read(next(restriction.iterchildren(etree.Element)))


def _read(expression: etree._Element) -> Condition:
    kind = xmlns.local(expression)
    children = list(expression.iterchildren(etree.Element))
    if kind in {"And", "Or"}:
        parts = [_read(child) for child in children]
        joined = f" {kind.upper()} ".join(f"({part.sql})" for part in parts)
        few = any(part.few for part in parts) if kind == "And" else all(part.few for part in parts)
        return Condition(joined, tuple(value for part in parts for value in part.values), few)
    if kind == "Not":
        inner = _read(children[0])
        return Condition(f"NOT coalesce(({inner.sql}), 0)", inner.values)
    if kind == "Exists":
        term = read_path(children[0])
        return Condition(f"{term.sql} IS NOT NULL", term.values)
    if kind == "Excludes":
        return _excludes(children)
    if kind == "Contains":
        return _contains(expression, children)
    return _compare(_OPERATORS[kind], children)


def _excludes(children: Sequence[etree._Element]) -> Condition:
    term = read_path(children[0])
    said = str(children[1].get("Value")).strip()
    mask = int(said, 16) if said[:2].lower() == "0x" else int(said)
    if term.kind not in {"Integer", "Short", "Long"} or mask >= 2**32:
        raise EwsError("ErrorInvalidExcludesRestriction")
    return Condition(f"(coalesce({term.sql}, 0) & ?) = 0", (*term.values, mask))


def _contains(expression: etree._Element, children: Sequence[etree._Element]) -> Condition:
    term = read_path(children[0])
    if term.kind not in {"String", "CLSID"}:
        raise EwsError("ErrorContainsFilterWrongType").about(_path_of(children[0]))
    mode = str(expression.get("ContainmentMode", "FullString"))
    comparison = str(expression.get("ContainmentComparison", "Exact"))
    needle = str(children[1].get("Value"))
    if term.name is not None and tag_of(term.name) is None:
        sql = "EXISTS (SELECT 1 FROM properties p WHERE p.item_id = i.id AND p.key = ? AND contains(p.value, ?, ?, ?))"
        return Condition(sql, (term.name.key, needle, mode, comparison))
    return Condition(f"contains({term.sql}, ?, ?, ?)", (*term.values, needle, mode, comparison))


def _compare(operator: str, children: Sequence[etree._Element]) -> Condition:
    term = read_path(children[0])
    other = next(children[1].iterchildren(etree.Element))
    if xmlns.local(other) != "Constant":
        right = read_path(other)
        return Condition(f"{term.sql} {operator} {right.sql}", (*term.values, *right.values))
    value = read_constant(term, str(other.get("Value")))
    if term.name is not None and tag_of(term.name) is None:
        return _compare_property(operator, term.name, value)
    if operator == "<>":
        return Condition(f"{term.sql} IS NOT ? COLLATE NOCASE", (*term.values, value))
    if term.sql == _MESSAGE_ID and operator == "=":
        return Condition("i.id IN (SELECT id FROM items WHERE message_id = ? COLLATE NOCASE)", (value,), few=True)
    if term.kind == "SystemTime" and operator == "=":
        # Replies show whole seconds, so what was shown must be found again.
        return Condition(f"{term.sql} / 1000 = ? / 1000", (*term.values, value))
    return Condition(f"{term.sql} {operator} ? COLLATE NOCASE", (*term.values, value))


def _compare_property(operator: str, name: PropertyName, value: Value) -> Condition:
    negative = operator == "<>"
    sql = (
        f"{'NOT ' if negative else ''}EXISTS (SELECT 1 FROM properties p WHERE p.item_id = i.id AND p.key = ?"  # noqa: S608 -- an operator of _OPERATORS
        f" AND p.value {'=' if negative else operator} ? COLLATE NOCASE)"
    )
    if operator == "=":
        # The other way round lets the index on values find the few items instead of looking through a folder.
        sql = "i.id IN (SELECT p.item_id FROM properties p WHERE p.key = ? AND p.value = ? COLLATE NOCASE)"
    return Condition(sql, (name.key, value), few=operator == "=")


def read_constant(term: SqlTerm, text: str) -> Value:
    """Read what a path is compared with; raises EwsError("ErrorInvalidValueForProperty")."""
    if term.name is not None:
        return read_value(term.name, text)
    try:
        return _constant(term, text.strip() if term.kind != "String" else text)
    except (ValueError, OverflowError, binascii.Error):
        raise EwsError("ErrorInvalidValueForProperty") from None


def _constant(term: SqlTerm, text: str) -> Value:
    if term.kind == "Integer":
        return int(text)
    if term.kind == "Boolean":
        return ["false", "true", "0", "1"].index(text.lower()) % 2
    if term.kind == "SystemTime":
        return read_time(text)
    if term.kind == "Choice":
        return term.choices.index(text)
    if term.kind == "Binary":
        return base64.b64decode(text, validate=True)
    return text


def read_sort_order(order: etree._Element | None, default: str) -> Condition:
    """Read a SortOrder into what follows ORDER BY; `default` is for requests without one."""
    if order is None:
        return Condition(default)
    parts: list[str] = []
    values: list[Value] = []
    for one in order.iterchildren(etree.Element):
        term = read_path(next(one.iterchildren(etree.Element)), sorting=True)
        collation = " COLLATE NOCASE" if term.kind == "String" else ""
        direction = "DESC" if one.get("Order") == "Descending" else "ASC"
        parts.append(f"{term.sql}{collation} {direction}")
        values.extend(term.values)
    last = "DESC" if parts[-1].endswith("DESC") else "ASC"
    return Condition(", ".join([*parts, f"i.id {last}"]), tuple(values))


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
