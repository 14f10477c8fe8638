"""The notation of requests: complete in itself, as strict as Exchange's schema, and no stricter."""

import pytest
from lxml import etree

from app.sandbox import xmlns
from app.sandbox.errors import SchemaViolation
from app.sandbox.fields.table import FIELDS, KNOWN_ELSEWHERE
from app.sandbox.grammar import ANYTHING, ElementContent, Grammar, locate, read_content
from app.sandbox.operations import OPERATIONS
from app.sandbox.request_types import GRAMMAR, MACROS, TYPES
from app.sandbox.simple_types import SIMPLE
from tests.conformance import schema

XS = {"xs": "http://www.w3.org/2001/XMLSchema"}


def kinds_of(content: ElementContent) -> set[str]:
    found = {kind for particle in content.particles for kind in particle.names.values()}
    return found | {kind for kind, _ in content.attributes.values()} | ({content.text} if content.text else set())


def test_every_type_that_is_named_is_there() -> None:
    contents = [GRAMMAR.content_of(kind) for kind in TYPES]
    contents += [read_content(operation.grammar, MACROS) for operation in OPERATIONS.values()]
    named = set().union(*(kinds_of(content) for content in contents))
    assert named - set(TYPES) - set(SIMPLE) == {ANYTHING}


def children_in_schema(name: str) -> list[str]:
    """The children of a complex type of Exchange's schema, its base types' first."""
    folder = schema.folder()
    assert folder is not None
    tree = etree.parse(str(folder / "types.xsd"))
    (found,) = tree.findall(f"xs:complexType[@name='{name}']", XS)
    base = found.find("xs:complexContent/xs:extension", XS)
    inherited = children_in_schema(str(base.get("base")).removeprefix("t:")) if base is not None else []
    place = found if base is None else base
    return inherited + [str(one.get("name")) for one in place.findall("xs:sequence/xs:element", XS)]


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("Item", "ItemType"),
        ("Message", "MessageType"),
        ("FileAttachment", "FileAttachmentType"),
        ("ItemShape", "ItemResponseShapeType"),
        ("Mailbox", "EmailAddressType"),
        ("Folder", "FolderType"),
    ],
)
def test_children_stand_in_the_order_of_the_schema(kind: str, name: str) -> None:
    schema.require()
    ours = [child for particle in GRAMMAR.content_of(kind).particles for child in particle.names]
    assert ours == children_in_schema(name)


def test_replies_hold_fields_in_the_order_of_the_schema() -> None:
    schema.require()
    order = children_in_schema("MessageType")
    places = [order.index(field.element.removeprefix("t:")) for field in FIELDS.values()]
    assert places == sorted(places)


def test_every_field_of_a_message_in_the_schema_is_known() -> None:
    schema.require()
    folder = schema.folder()
    assert folder is not None
    tree = etree.parse(str(folder / "types.xsd"))
    values = tree.findall("xs:simpleType[@name='UnindexedFieldURIType']/xs:restriction/xs:enumeration", XS)
    wanted = {str(one.get("value")) for one in values if str(one.get("value")).startswith(("item:", "message:"))}
    assert wanted - set(FIELDS) - KNOWN_ELSEWHERE == set()


SMALL = Grammar({"Many": "A:string|B:int+", "One": "A:string B:int?"}, {})


def check(notation: str, inner: str) -> str:
    document = f'<R xmlns="{xmlns.messages}" xmlns:t="{xmlns.type_}">{inner}</R>'
    try:
        SMALL.check(etree.fromstring(document), notation, document.encode())
    except SchemaViolation as violation:
        return violation.violation
    return ""


@pytest.mark.parametrize(
    ("notation", "inner", "violation"),
    [
        ("Many", "<Many><t:A/><t:B>1</t:B><t:A/></Many>", ""),
        ("Many", "<Many/>", "has incomplete content"),
        ("Many?", "", ""),
        ("Many?", "<Many><t:A/></Many><Many><t:A/></Many>", "invalid child element 'Many'"),
        ("One", "<One><t:A/></One>", ""),
        ("One", "<One><t:B>1</t:B></One>", "invalid child element 'B'"),
        ("One", "<One><t:A/><t:B>x</t:B></One>", "not a valid Int32 value"),
        ("One", "<One><A/></One>", "invalid child element 'A'"),
        ("One", "<One><t:A><t:B/></t:A></One>", "because it is text only"),
        ("@N:int! One?", "", "The required attribute 'N' is missing."),
    ],
)
def test_content_is_held_against_the_notation(notation: str, inner: str, violation: str) -> None:
    said = check(notation, inner)
    assert violation in said
    assert bool(said) == bool(violation)


def test_a_comment_is_not_content() -> None:
    assert check("One", "<!-- a --><One><!-- b --><t:A>x<!-- c -->y</t:A></One>") == ""


def test_an_element_is_found_at_its_line_and_position() -> None:
    document = b"<a>\n  <b/>\n\n    <c><d/></c></a>"
    root = etree.fromstring(document)
    assert [locate(document, one) for one in root.iter()] == [(1, 2), (2, 4), (4, 6), (4, 9)]


@pytest.mark.parametrize(
    ("kind", "right", "wrong"),
    [
        ("int", ["0", "-5", " 7 "], ["", "1.5", "9999999999", "\uff11"]),
        ("boolean", ["true", "0"], ["yes", "", "True"]),
        ("dateTime", ["2026-11-21T06:00:00Z", "2026-11-21T06:00:00.5+01:00"], ["2026-02-30T00:00:00Z", "today", ""]),
        ("base64", ["", "AAEC", "AA EC\n"], ["A", "é"]),
        ("guid", ["a8f1d1c6-5a44-4f1e-9d05-6f7b2a2d9a10"], ["{a8f1d1c6-5a44-4f1e-9d05-6f7b2a2d9a10}", ""]),
        ("propertyTag", ["0x3FEF", "4096"], ["0x", "0x12345", "tag"]),
    ],
)
def test_simple_types_take_what_xml_schema_takes(kind: str, right: list[str], wrong: list[str]) -> None:
    assert [SIMPLE[kind](one) for one in right] == [None] * len(right)
    assert all(SIMPLE[kind](one) for one in wrong)
