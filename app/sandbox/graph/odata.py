"""OData's query options over messages: $filter, $orderby and $search, with what the service refuses of them.

Everything that a caller said goes into the statement as a value, never as text; expressions come from the tables here.
"""

import re
from dataclasses import dataclass, field
from typing import Any, Final

from app.sandbox.errors import EwsError
from app.sandbox.fields.tags import tag_of
from app.sandbox.graph.call import GraphCall, GraphError
from app.sandbox.graph.extended import read_property_id
from app.sandbox.graph.message import CONVERSATION, FLAG, FOCUS, IMPORTANCE, INFERENCE
from app.sandbox.properties import PropertyName, Value, read_time, read_value
from app.sandbox.search import Condition, read_query

_OPERATORS: Final = {"eq": "=", "ne": "<>", "gt": ">", "ge": ">=", "lt": "<", "le": "<="}
_TOKEN: Final = re.compile(
    r"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<mark>[(),:])|(?P<word>[A-Za-z_$][\w./]*)"
    r"|(?P<moment>\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d))|(?P<number>-?\d+))"
)
_DEEPEST: Final = 20


@dataclass(frozen=True, slots=True)
class _Property:
    """A property as SQL. `kind` is String, SystemTime, Boolean or Choice; `choices` are the names of a choice."""

    sql: str
    kind: str = "String"
    choices: tuple[str, ...] = ()
    sorts: bool = True


_TABLE: Final = {
    "receiveddatetime": _Property("i.received", "SystemTime"),
    "sentdatetime": _Property("i.sent", "SystemTime"),
    "createddatetime": _Property("i.created", "SystemTime"),
    "lastmodifieddatetime": _Property("i.modified", "SystemTime"),
    "subject": _Property("i.subject"),
    "bodypreview": _Property("i.preview", sorts=False),
    "internetmessageid": _Property("i.message_id", sorts=False),
    "isread": _Property("i.is_read", "Boolean"),
    "isdraft": _Property("i.is_draft", "Boolean"),
    "hasattachments": _Property("i.has_attachments", "Boolean"),
    "importance": _Property("i.importance", "Choice", IMPORTANCE),
    "flag/flagstatus": _Property("i.flag_status", "Choice", FLAG, sorts=False),
    "conversationid": _Property("substr(i.conversation_id, 1, 8)", "Conversation", sorts=False),
    "from/emailaddress/address": _Property("i.from_address"),
    "from/emailaddress/name": _Property("i.from_name"),
    "sender/emailaddress/address": _Property("i.sender_address"),
    "sender/emailaddress/name": _Property("i.sender_name"),
    "inferenceclassification": _Property(
        f"coalesce((SELECT value FROM properties WHERE item_id = i.id AND key = '{INFERENCE}'), 0)",  # noqa: S608 -- a constant
        "Choice",
        FOCUS,
        sorts=False,
    ),
}
_PEOPLE: Final = {"torecipients": "to", "ccrecipients": "cc", "bccrecipients": "bcc", "replyto": "reply-to"}
_PERSON: Final = {"emailaddress/address": "r.address", "emailaddress/name": "r.name"}
_ESCAPED: Final = str.maketrans({"%": "\\%", "_": "\\_", "\\": "\\\\"})


def _invalid(text: str) -> GraphError:
    return GraphError("ErrorInvalidUrlQueryFilter", f"The query filter contains one or more invalid nodes: {text[:80]}")


@dataclass(slots=True)
class _Parser:
    """Reads a $filter. `names` are the properties in the order in which they were met."""

    call: GraphCall
    tokens: list[tuple[str, str]]
    names: list[str] = field(default_factory=list)
    depth: int = 0

    def peek(self) -> str:
        return self.tokens[0][1].lower() if self.tokens else ""

    def take(self, wanted: str = "") -> tuple[str, str]:
        if not self.tokens or (wanted and self.peek() != wanted):
            raise _invalid(self.tokens[0][1] if self.tokens else "the end of the filter")
        return self.tokens.pop(0)

    def either(self) -> Condition:
        self.depth += 1
        if self.depth > _DEEPEST:
            raise _invalid("it is nested too deep")
        parts = [self.both()]
        while self.peek() == "or":
            self.take()
            parts.append(self.both())
        self.depth -= 1
        return _joined(" OR ", parts)

    def both(self) -> Condition:
        parts = [self.one()]
        while self.peek() == "and":
            self.take()
            parts.append(self.one())
        return _joined(" AND ", parts)

    def one(self) -> Condition:
        if self.peek() == "not":
            self.take()
            inner = self.one()
            return Condition(f"NOT coalesce({inner.sql}, 0)", inner.values)
        if self.peek() == "(":
            self.take()
            inner = self.either()
            self.take(")")
            return inner
        kind, said = self.take()
        lowered = said.lower()
        if kind != "word":
            raise _invalid(said)
        if lowered in {"startswith", "contains", "endswith"}:
            return self.match(lowered)
        if lowered.endswith("/any") and self.peek() == "(":
            return self.any_of(lowered.removesuffix("/any"))
        return self.compared(lowered)

    def property_of(self, name: str) -> _Property:
        found = _TABLE.get(name)
        if found is None:
            raise _invalid(name)
        self.names.append(name)
        return found

    def match(self, function: str) -> Condition:
        self.take("(")
        found = self.property_of(self.take()[1].lower())
        self.take(",")
        kind, said = self.take()
        self.take(")")
        if kind != "text" or found.kind != "String":
            raise _invalid(said)
        return _matched(found.sql, function, _text(said))

    def compared(self, name: str) -> Condition:
        found = self.property_of(name)
        operator = _OPERATORS.get(self.take()[1].lower())
        kind, said = self.take()
        if operator is None or (found.kind in {"Choice", "Conversation"} and operator not in {"=", "<>"}):
            raise _invalid(name)
        try:
            value = self.constant(found, kind, said)
        except (ValueError, OverflowError):
            raise _invalid(said) from None
        if found.kind == "SystemTime" and operator in {"=", "<>"}:
            # Replies show whole seconds, so what was shown must be found again.
            return Condition(f"{found.sql} / 1000 {operator} ? / 1000", (value,))
        return Condition(f"{found.sql} {operator} ? COLLATE NOCASE", (value,))

    def constant(self, found: _Property, kind: str, said: str) -> Value:
        lowered = said.lower()
        if found.kind == "String" and kind == "text":
            return _text(said)
        if found.kind == "SystemTime" and kind == "moment":
            return read_time(said)
        if found.kind == "Boolean" and lowered in {"true", "false"}:
            return int(lowered == "true")
        if found.kind == "Choice" and _text(said).lower() in [one.lower() for one in found.choices]:
            return [one.lower() for one in found.choices].index(_text(said).lower())
        if found.kind == "Conversation" and kind == "text":
            named = self.call.store.database.ids.read_rest(_text(said))
            if named.kind == CONVERSATION:
                return named.number.to_bytes(8, "big")
        raise _invalid(said)

    def any_of(self, name: str) -> Condition:
        self.take("(")
        variable = self.take()[1].lower()
        self.take(":")
        self.names.append(name)
        if name == "categories":
            self.take(variable)
            self.take("eq")
            said = _text(self.take()[1])
            self.take(")")
            sql = "EXISTS (SELECT 1 FROM categories c WHERE c.item_id = i.id AND c.name = ? COLLATE NOCASE)"
            return Condition(sql, (said,))
        if name in _PEOPLE:
            return self.any_person(_PEOPLE[name], variable)
        if name in {"singlevalueextendedproperties", "multivalueextendedproperties"}:
            return self.any_property(variable)
        raise _invalid(name)

    def any_person(self, kind: str, variable: str) -> Condition:
        column = _PERSON.get(self.take()[1].lower().removeprefix(f"{variable}/"))
        self.take("eq")
        said = _text(self.take()[1])
        self.take(")")
        if column is None:
            raise _invalid(variable)
        sql = "EXISTS (SELECT 1 FROM recipients r WHERE r.item_id = i.id AND r.kind = ?"
        return Condition(f"{sql} AND {column} = ? COLLATE NOCASE)", (kind, said))

    def any_property(self, variable: str) -> Condition:
        self.take(f"{variable}/id")
        self.take("eq")
        name = read_property_id(_text(self.take()[1]))
        if self.peek() == ")":
            self.take()
            return _has(name, "", ())
        self.take("and")
        function = self.peek()
        if function in {"startswith", "contains"}:
            self.take()
            self.take("(")
            self.take(f"{variable}/value")
            self.take(",")
            said = _text(self.take()[1])
            self.take(")")
            found = _matched("{}", function, said)
            self.take(")")
            return _has(name, found.sql, found.values)
        operator, said = self.value_of(variable)
        try:
            value = read_value(name, said)
        except EwsError:
            raise _invalid(said) from None
        return _has(name, f"{{}} {operator} ? COLLATE NOCASE", (value,))

    def value_of(self, variable: str) -> tuple[str, str]:
        """Read the rest of a comparison of a property's value, which may be cast to a number."""
        if self.peek() == "cast":
            self.take()
            self.take("(")
            self.take(f"{variable}/value")
            self.take(",")
            self.take()
            self.take(")")
        else:
            self.take(f"{variable}/value")
        operator = _OPERATORS.get(self.take()[1].lower())
        said = self.take()[1]
        self.take(")")
        if operator is None:
            raise _invalid(said)
        return operator, _text(said)


def _text(said: str) -> str:
    return said[1:-1].replace("''", "'") if said.startswith("'") else said


def _joined(word: str, parts: list[Condition]) -> Condition:
    if len(parts) == 1:
        return parts[0]
    return Condition(f"({word.join(one.sql for one in parts)})", tuple(value for one in parts for value in one.values))


def _matched(sql: str, function: str, said: str) -> Condition:
    begin, end = {"startswith": ("", "%"), "endswith": ("%", "")}.get(function, ("%", "%"))
    return Condition(f"{sql} LIKE ? ESCAPE '\\'", (f"{begin}{said.translate(_ESCAPED)}{end}",))


def _has(name: PropertyName, test: str, values: tuple[Value, ...]) -> Condition:
    """Return a condition on an extended property; `test` has {} for the value, and is empty where any will do."""
    tag = tag_of(name)
    if tag is not None:
        return Condition(test.format(tag.sql) if test else f"{tag.sql} IS NOT NULL", values)
    more = f" AND {test.format('p.value')}" if test else ""
    # This way round the index on values finds the few, instead of a walk through the mailbox.
    return Condition(f"i.id IN (SELECT p.item_id FROM properties p WHERE p.key = ?{more})", (name.key, *values))  # noqa: S608 -- see above


def _tokens(text: str) -> list[tuple[str, str]]:
    found, place = [], 0
    while text[place:].strip():
        read = _TOKEN.match(text, place)
        if read is None:
            raise _invalid(text[place:])
        found.append((str(read.lastgroup), read[0].strip()))
        place = read.end()
    return found


def read_filter(call: GraphCall, text: str) -> tuple[Condition, list[str]]:
    """Return the condition of a $filter, and the properties in it in their order; raises GraphError and EwsError."""
    parser = _Parser(call, _tokens(text))
    found = parser.either()
    if parser.tokens:
        raise _invalid(parser.tokens[0][1])
    return found, list(dict.fromkeys(parser.names))


def read_order(text: str) -> tuple[str, list[str]]:
    """Return the ORDER BY of an $orderby, and its properties; raises GraphError."""
    parts, names = [], []
    for one in text.split(","):
        words = one.split()
        found = _TABLE.get(words[0].lower()) if words else None
        if (
            found is None
            or not found.sorts
            or len(words) > 2
            or words[-1].lower() not in {words[0].lower(), "asc", "desc"}
        ):
            raise GraphError("ErrorInvalidUrlQuerySort", f"The sort order '{one.strip()[:60]}' is not supported.")
        direction = "DESC" if words[-1].lower() == "desc" else "ASC"
        parts.append(f"{found.sql}{' COLLATE NOCASE' if found.kind == 'String' else ''} {direction}")
        names.append(words[0].lower())
    return ", ".join(parts), names


def read_search(text: str) -> Condition:
    """Return the condition of a $search, which is KQL in quotes; raises GraphError."""
    said = text.strip()
    if len(said) < 3 or said[0] != '"' or said[-1] != '"':
        raise GraphError("BadRequest", f"Syntax error: the search '{said[:60]}' is to be put in quotes.")
    return read_query(said[1:-1].replace('\\"', '"'))


def conditions(call: GraphCall) -> tuple[list[Condition], str]:
    """Return what a list is to hold, and in which order; raises GraphError for what does not go together."""
    query: dict[str, Any] = call.request.query
    searched, filtered, ordered = query.get("$search"), query.get("$filter"), query.get("$orderby")
    if searched and (filtered or ordered):
        which = ("$filter", "SearchWithFilter") if filtered else ("$orderBy", "SearchWithOrderBy")
        raise GraphError(which[1], f"The query parameter '{which[0]}' is not supported with '$search'.")
    if searched:
        return [read_search(searched)], "i.sent DESC, i.id DESC"
    found, names = read_filter(call, filtered) if filtered else (None, [])
    order, by = read_order(ordered) if ordered else ("i.received DESC", [])
    if filtered and by and names[: len(by)] != by:
        raise GraphError("InefficientFilter")
    last = "DESC" if order.endswith("DESC") else "ASC"
    return [found] if found is not None else [], f"{order}, i.id {last}"
