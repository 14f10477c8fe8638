"""`$select` and `$expand`: what a request wants to see."""

import re
from collections.abc import Collection, Iterator
from typing import Final

from app.sandbox.graph.call import GraphCall, GraphError
from app.sandbox.graph.extended import read_property_id
from app.sandbox.graph.message import SELECTABLE, TYPE, Wanted
from app.sandbox.properties import PropertyName

_PARSE: Final = "RequestBroker--ParseUri"
_ITEM: Final = re.compile(r"\s*(\w+)\s*(?:\((.*)\))?\s*", re.DOTALL)
_NAMED: Final = re.compile(r"(?:\w+/)?id\s+eq\s+'((?:[^']|'')*)'", re.IGNORECASE)
_EXPANDABLE: Final = frozenset({"singleValueExtendedProperties", "multiValueExtendedProperties", "attachments"})


def split_list(text: str, separator: str = ",") -> Iterator[str]:
    """Yield the parts of a list, minding parentheses and quotes."""
    depth, quoted, start = 0, False, 0
    for place, one in enumerate(text):
        if one == "'":
            quoted = not quoted
        elif not quoted and one in "()":
            depth += 1 if one == "(" else -1
        elif not quoted and depth == 0 and one == separator:
            yield text[start:place]
            start = place + 1
    yield text[start:]


def read_select(text: str, known: Collection[str], kind: str) -> frozenset[str]:
    """Return the properties that a $select names; raises GraphError for one that there is not."""
    by_lower = {name.lower(): name for name in known}
    found = set()
    for one in text.split(","):
        # A property of a derived type is named behind the type: microsoft.graph.fileAttachment/contentId.
        name = by_lower.get(one.strip().lower().removeprefix("microsoft.graph.fileattachment/"))
        if name is None:
            raise GraphError(_PARSE, f"Could not find a property named '{one.strip()}' on type '{kind}'.")
        found.add(name)
    return frozenset(found)


def read_expand(text: str) -> dict[str, str]:
    """Return what an $expand names, each with what is in its parentheses; raises GraphError."""
    found = {}
    for part in split_list(text):
        read = _ITEM.fullmatch(part)
        name = {one.lower(): one for one in _EXPANDABLE}.get(read[1].lower()) if read else None
        if read is None or name is None:
            raise GraphError(_PARSE, f"Could not find a property named '{part.strip()[:60]}' on type '{TYPE}'.")
        found[name] = read[2] or ""
    return found


def option_of(text: str, name: str) -> str | None:
    """Return an option such as $filter of an expansion."""
    for part in split_list(text, ";"):
        key, _, value = part.strip().partition("=")
        if key.strip().lower() == name:
            return value.strip()
    return None


def _properties(text: str | None) -> tuple[PropertyName, ...]:
    """Return the properties that the $filter of an expansion names; without it there are none."""
    if text is None:
        return ()
    rest = re.sub(r"\s*\bor\b\s*", "", _NAMED.sub("", text), flags=re.IGNORECASE)
    named = _NAMED.findall(text)
    if rest.strip(" ()") or not named:
        raise GraphError("ErrorInvalidUrlQueryFilter", f"The query filter '{text[:100]}' is invalid.")
    return tuple({one.key: one for one in (read_property_id(said.replace("''", "'")) for said in named)}.values())


def read_wanted(call: GraphCall) -> Wanted:
    """Read $select and $expand; raises GraphError. Attachments are expanded by `attachments.expanded`."""
    query = call.request.query
    names = read_select(query["$select"], {*SELECTABLE, *_EXPANDABLE}, TYPE) if query.get("$select") else None
    expand = read_expand(query["$expand"]) if query.get("$expand") else {}
    return Wanted(
        names,
        _properties(option_of(expand.get("singleValueExtendedProperties", ""), "$filter")),
        _properties(option_of(expand.get("multiValueExtendedProperties", ""), "$filter")),
    )
