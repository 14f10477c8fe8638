"""Extended properties by the names that Graph has for them, in the same keys under which EWS keeps them."""

import re
from typing import Any, Final

from app.sandbox import xmlns
from app.sandbox.errors import EwsError
from app.sandbox.fields.reading import View
from app.sandbox.fields.tags import write_tag
from app.sandbox.graph.call import GraphCall, GraphError
from app.sandbox.graph.payload import members, several, text
from app.sandbox.properties import PropertyName, read_name, read_value, write_value
from app.sandbox.shape import property_values
from app.sandbox.store.items import Item

_FORM: Final = re.compile(
    r"(?P<kind>[A-Za-z]+)\s+(?:\{?(?P<set>[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12})\}?\s+"
    r"(?:Name\s+(?P<name>.+)|Id\s+(?P<id>0x[0-9A-Fa-f]{1,8}|\d+))|(?P<tag>0x[0-9A-Fa-f]{1,4}|\d+))"
)
_KINDS: Final = (
    "String", "Integer", "Boolean", "SystemTime", "Binary", "Double", "Float", "Long", "Short", "Currency", "CLSID",
    "ApplicationTime",
)  # fmt: skip


def read_property_id(said: str) -> PropertyName:
    """Read a name such as "String {guid} Name x", "Integer {guid} Id 0x8503" or "Integer 0x0E07"; raises GraphError."""
    found = _FORM.fullmatch(said.strip())
    kinds = {name.lower(): name for one in _KINDS for name in (one, f"{one}Array")}
    kind = kinds.get(found["kind"].lower()) if found else None
    if found is None or kind is None:
        raise GraphError("ErrorInvalidProperty", f"The extended property id '{said}' is invalid.")
    given = {"PropertyType": kind}
    if found["tag"]:
        given["PropertyTag"] = f"0x{int(found['tag'], 0):04x}"
    elif found["name"]:
        given.update(PropertySetId=found["set"].lower(), PropertyName=found["name"])
    else:
        given.update(PropertySetId=found["set"].lower(), PropertyId=str(int(found["id"], 0)))
    return read_name(xmlns.make("t:ExtendedFieldURI", None, **given))


def property_id(name: PropertyName) -> str:
    """Return the name as the service writes it, which need not be how the caller did."""
    given = dict(name.given)
    if name.tag is not None:
        return f"{name.kind} 0x{name.tag:x}"
    place = f"{name.kind} {{{given['PropertySetId']}}}"
    if "PropertyName" in given:
        return f"{place} Name {given['PropertyName']}"
    return f"{place} Id 0x{int(given['PropertyId']):x}"


def show_properties(call: GraphCall, item: Item, names: list[PropertyName]) -> list[dict[str, Any]]:
    """Return those of these properties that the item has."""
    view = View(call.store, call.user.id)
    shown: list[dict[str, Any]] = []
    for name in names:
        values = property_values(view, item, name)
        if values:
            written = [write_value(name.single, one) for one in values]
            shown.append({"id": property_id(name), "value": written if name.is_array else written[0]})
    return shown


def write_properties(item: Item, given: Any, *, arrays: bool) -> None:
    """Write a list of extended properties; a value of null takes the property away. Raises GraphError, EwsError."""
    kind = f"microsoft.graph.{'multi' if arrays else 'single'}ValueLegacyExtendedProperty"
    for one in several(given):
        said = members(one, kind, "id", "value")
        name = read_property_id(text(said.get("id")) or "")
        if name.is_array != arrays:
            raise GraphError("ErrorInvalidProperty", f"The extended property '{said['id']}' is in the wrong list.")
        value = said.get("value")
        texts = [] if value is None else [str(text(part)) for part in (several(value) if arrays else [value])]
        try:
            values = [read_value(name, part) for part in texts]
        except EwsError as error:
            raise GraphError("ErrorInvalidExtendedPropertyValue", error.words()) from None
        if not write_tag(item, name, values):
            item.set_property(name.key, values)
