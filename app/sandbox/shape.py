"""What a caller wants to see of an item: reads ItemShape, and shows items accordingly."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from lxml import etree

from app.sandbox import xmlns
from app.sandbox.call import Call
from app.sandbox.errors import EwsError
from app.sandbox.fields.reading import View
from app.sandbox.fields.table import FIELDS, KNOWN_ELSEWHERE, OTHER_KINDS, FieldDefinition
from app.sandbox.fields.tags import KEYWORDS, tag_of
from app.sandbox.mime import write_mime
from app.sandbox.properties import PropertyName, Value, read_name, write_value
from app.sandbox.store.items import Item
from app.sandbox.versions import element_since

_LETTERS: Final = {
    (False, "Default"): "g",
    (True, "Default"): "f",
    (False, "AllProperties"): "ax",
    (True, "AllProperties"): "a",
}
_BEFORE_EXTENDED: Final = "item:HasAttachments"


@dataclass(frozen=True, slots=True)
class Shape:
    """A shape that was read: fields by FieldURI, extended properties, names of headers, and whether MIME is wanted."""

    view: View
    fields: frozenset[str]
    properties: tuple[PropertyName, ...]
    headers: frozenset[str]
    mime: bool


def read_shape(call: Call, element: etree._Element | None, *, find: bool = False, sync: bool = False) -> Shape:
    """Read an ItemShape, or an AttachmentShape, which is one without a BaseShape.

    With `find`, only what can be had of many items at once; with `sync`, the base shapes are those of lists, and any
    field may be asked for by name.

    Raises EwsError("ErrorInvalidPropertyRequest") for a field that messages, or lists of messages, do not have.
    """
    said: Mapping[str, str] = {}
    paths: list[etree._Element] = []
    if element is not None:
        said = {xmlns.local(child): (child.text or "").strip() for child in element.iterchildren(etree.Element)}
        more = xmlns.find(element, "t:AdditionalProperties")
        paths = [] if more is None else list(more.iterchildren(etree.Element))
    base = said.get("BaseShape", "AllProperties")
    body = said.get("BodyType", "Best")
    maximum = said.get("MaximumBodySize")
    view = View(
        call.store,
        call.user.id,
        body,
        said.get("UniqueBodyType", body),
        said.get("NormalizedBodyType", body),
        int(maximum) if maximum else None,
        find,
        call.envelope.version,
    )
    wanted = set(_LETTERS.get((find or sync, base), ""))
    version = call.envelope.version
    base_fields = (uri for uri, field in FIELDS.items() if wanted & set(field.shapes))
    fields = {uri for uri in base_fields if element_since(uri.partition(":")[2]) <= version} | {"item:ItemId"}
    extended, headers = _read_paths(paths, fields, find=find)
    mime = xmlns.is_true(said.get("IncludeMimeContent")) or "item:MimeContent" in fields
    if mime and find:
        raise EwsError("ErrorInvalidPropertyRequest").about({"FieldURI": "item:MimeContent"})
    return Shape(view, frozenset(fields), tuple(extended), frozenset(headers), mime)


def _read_paths(paths: list[etree._Element], fields: set[str], *, find: bool) -> tuple[list[PropertyName], set[str]]:
    extended: dict[str, PropertyName] = {}
    headers: set[str] = set()
    for path in paths:
        kind = xmlns.local(path)
        uri = str(path.get("FieldURI"))
        if kind == "ExtendedFieldURI":
            name = read_name(path)
            extended[name.key] = name
        elif kind == "IndexedFieldURI" and uri == "item:InternetMessageHeader" and not find:
            headers.add(str(path.get("FieldIndex")).lower())
        elif uri in KNOWN_ELSEWHERE or uri.partition(":")[0] in OTHER_KINDS:
            continue
        else:
            fields.add(_field_at(path, kind, uri, find=find).uri)
    return list(extended.values()), headers


def _field_at(path: etree._Element, kind: str, uri: str, *, find: bool) -> FieldDefinition:
    field = FIELDS.get(uri) if kind == "FieldURI" else None
    if field is None or (find and not field.find):
        raise EwsError("ErrorInvalidPropertyRequest").about(
            {str(key): str(value) for key, value in path.attrib.items()}
        )
    return field


def show(shape: Shape, item: Item) -> etree._Element:
    """Show an item: a t:Message, or a t:Item for what is no message."""
    element = etree.Element(xmlns.tag(f"t:{item.row['element']}"), nsmap={"t": xmlns.type_})
    if shape.mime:
        content = base64.b64encode(write_mime(shape.view.store, item)).decode()
        xmlns.add(element, "t:MimeContent", content, CharacterSet="UTF-8")
    is_message = item.row["element"] == "Message"
    for uri, field in FIELDS.items():
        if uri in shape.fields and (is_message or uri.startswith("item:")):
            element.extend(field.read(shape.view, item, field.element))
        elif uri == "item:InternetMessageHeaders" and shape.headers:
            element.extend(_some_headers(shape, item))
        if uri == _BEFORE_EXTENDED:
            element.extend(_extended(shape, item))
    return element


def _some_headers(shape: Shape, item: Item) -> list[etree._Element]:
    element = xmlns.make("t:InternetMessageHeaders")
    for name, value in item.headers:
        if name.lower() in shape.headers:
            xmlns.add(element, "t:InternetMessageHeader", value, HeaderName=name)
    return [element] if len(element) else []


def _extended(shape: Shape, item: Item) -> list[etree._Element]:
    shown = []
    for name in shape.properties:
        values = property_values(shape.view, item, name)
        if values:
            shown.append(extended_element(name, values))
    return shown


def property_values(view: View, item: Item, name: PropertyName) -> list[Value]:
    """Return the values of an extended property, also of those that are kept as fields; none where it is not set."""
    if name.key == KEYWORDS:
        return list(item.categories)
    tag = tag_of(name)
    if tag is None:
        return item.properties.get(name.key, [])
    # The expression is one of the table of tags, never a caller's.
    row = view.store.database.one(f"SELECT {tag.sql} FROM items i WHERE i.id = ?", (item.id,))  # noqa: S608
    return [] if row is None or row[0] is None else [row[0]]


def extended_element(name: PropertyName, values: list[Value]) -> etree._Element:
    """Make a t:ExtendedProperty, named as the caller named it."""
    element = xmlns.make("t:ExtendedProperty")
    xmlns.add(element, "t:ExtendedFieldURI", None, **dict(name.given))
    if name.is_array:
        several = xmlns.add(element, "t:Values")
        for value in values:
            xmlns.add(several, "t:Value", write_value(name.single, value))
    else:
        xmlns.add(element, "t:Value", write_value(name.kind, values[0]))
    return element
