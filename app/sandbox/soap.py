"""Reads SOAP requests and writes SOAP replies and faults.

The parser is hardened: a document type is refused before anything is parsed, entities are never resolved, nothing is
fetched, and a request is decoded here, so that no declared encoding can make two readers see two different things.
"""

import codecs
import contextlib
import re
from dataclasses import dataclass
from typing import Final
from xml.parsers import expat

from lxml import etree

from app.sandbox import xmlns
from app.sandbox.errors import RequestFault, SchemaViolation
from app.sandbox.versions import LATEST, NUMBERS

SERVER: Final = {
    "MajorVersion": "15",
    "MinorVersion": "2",
    "MajorBuildNumber": "2562",
    "MinorBuildNumber": "17",
    "Version": "V2017_07_11",
}
"""What each reply says of the server: Exchange Server SE."""


FAULT: Final = 500
"""The HTTP status of a SOAP fault."""
MOST_ATTRIBUTES: Final = 256
"""Attributes that an element may have; those of EWS have at most a handful."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """A request that was read. `document` is its text in UTF-8, for finding the place of a fault in it.

    `version` is the place in time of the version that it asks for, see `versions`; `zone` the element TimeZoneContext.
    """

    operation: str
    request: etree._Element
    document: bytes
    version: int = LATEST
    culture: str = "en-US"
    impersonated: tuple[str, str] | None = None
    zone: etree._Element | None = None


_DECLARED: Final = re.compile(rb"""^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
_CODECS: Final = {"iso-8859-1": "latin-1", "us-ascii": "ascii", "windows-1252": "cp1252", "utf-8": "utf-8-sig"}
"""The encodings without a mark that a declaration may name; what it says of UTF-16 is left to the mark."""


def decode(body: bytes) -> str:
    """Decode a request: UTF-8, UTF-16 with its mark, or what its declaration says. Raises SchemaViolation."""
    try:
        if body.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return body.decode("utf-16")
        if body.startswith((b"<\0", b"\0<")):
            return body.decode("utf-16-le" if body.startswith(b"<\0") else "utf-16-be")
        found = _DECLARED.match(body)
        return body.decode(_CODECS.get(found.group(1).decode().lower(), "utf-8-sig") if found else "utf-8-sig")
    except UnicodeDecodeError:
        raise SchemaViolation("Invalid character in the given encoding.", 1, 1) from None


def _refuse_document_type(text: str) -> None:
    place = 0
    for _ in range(64):
        place += len(text[place:]) - len(text[place:].lstrip()) if text[place : place + 1].isspace() else 0
        if text.startswith("<!--", place):
            end, length = text.find("-->", place), 3
        elif text.startswith("<?", place):
            end, length = text.find("?>", place), 2
        else:
            break
        if end < 0:
            return
        place = end + length
    if text.startswith("<!", place):
        line = text.count("\n", 0, place) + 1
        words = "For security reasons DTD is prohibited in this XML document."
        raise SchemaViolation(words, line, place - text.rfind("\n", 0, place))


def _refuse_many_attributes(document: bytes) -> None:
    """Refuse an element with more attributes than any request has: libxml2 compares each of them with each other."""
    if document.count(b"=") <= MOST_ATTRIBUTES:
        return
    parser = expat.ParserCreate("utf-8")
    parser.ordered_attributes = True

    def on_start(_name: str, attributes: list[str]) -> None:
        if len(attributes) > 2 * MOST_ATTRIBUTES:
            words = "The element has too many attributes."
            raise SchemaViolation(words, parser.CurrentLineNumber, parser.CurrentColumnNumber + 2)

    parser.StartElementHandler = on_start
    with contextlib.suppress(expat.ExpatError):
        parser.Parse(document, True)


def parse(body: bytes) -> tuple[etree._Element, bytes]:
    """Parse a document without trusting it; returns its root, and its text in UTF-8. Raises SchemaViolation."""
    text = decode(body)
    _refuse_document_type(text)
    # The declaration may name another encoding; blanks in its place keep lines and positions true.
    found = re.match(r"\s*<\?xml[^>]*\?>", text)
    head = re.sub(r"[^\n]", " ", found.group()) if found else ""
    document = (head + text[len(head) :]).encode("utf-8")
    _refuse_many_attributes(document)
    parser = etree.XMLParser(
        encoding="utf-8", resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True, remove_pis=True
    )
    try:
        root = etree.fromstring(document, parser)
    except etree.XMLSyntaxError as error:
        line, position = error.position
        raise SchemaViolation(error.msg or "The request is not well-formed.", line, position) from None
    if root is None:
        raise SchemaViolation("The request holds nothing.", 1, 1)
    return root, document


def read(body: bytes) -> Envelope:
    """Read a request. Raises SchemaViolation and RequestFault for one that cannot be taken."""
    root, document = parse(body)
    if root.tag != xmlns.tag("s:Envelope"):
        raise SchemaViolation("The root element of a request must be a SOAP 1.1 Envelope.", 1, 1)
    content = xmlns.find(root, "s:Body")
    children = [] if content is None else list(content.iterchildren(etree.Element))
    if not children:
        raise SchemaViolation("The SOAP Body is missing or empty.", xmlns.line_of(root), 1)
    request = children[0]
    if xmlns.namespace(request) != xmlns.messages or len(children) > 1:
        odd = children[-1]
        name = f"'{xmlns.local(odd)}' in namespace '{xmlns.namespace(odd)}'"
        raise SchemaViolation(f"The SOAP Body has invalid child element {name}.", xmlns.line_of(odd), 1)
    return _with_headers(root, request, document)


def _with_headers(root: etree._Element, request: etree._Element, document: bytes) -> Envelope:
    header = xmlns.find(root, "s:Header")
    seen: dict[str, etree._Element] = {}
    for child in () if header is None else header.iterchildren(etree.Element):
        if xmlns.namespace(child) != xmlns.type_:
            if child.get(xmlns.tag("s:mustUnderstand")) in {"1", "true"}:
                raise RequestFault("ErrorInvalidRequest")
            continue
        if xmlns.local(child) in seen:
            raise RequestFault("ErrorDuplicateSOAPHeader")
        seen[xmlns.local(child)] = child
    version = LATEST
    if "RequestServerVersion" in seen:
        named = str(seen["RequestServerVersion"].get("Version", ""))
        if named not in NUMBERS:
            raise RequestFault("ErrorInvalidServerVersion")
        version = NUMBERS[named]
    culture = (seen["MailboxCulture"].text or "").strip() if "MailboxCulture" in seen else ""
    impersonated = None
    if "ExchangeImpersonation" in seen:
        impersonated = _read_impersonation(seen["ExchangeImpersonation"])
    zone = seen.get("TimeZoneContext")
    return Envelope(xmlns.local(request), request, document, version, culture or "en-US", impersonated, zone)


def _read_impersonation(header: etree._Element) -> tuple[str, str]:
    for name in ("PrincipalName", "PrimarySmtpAddress", "SmtpAddress", "SID"):
        found = xmlns.text_at(header, f"t:ConnectingSID/t:{name}")
        if found and found.strip():
            return name, found.strip()
    raise RequestFault("ErrorInvalidExchangeImpersonationHeaderData")


def _envelope(*, plain: bool = False) -> tuple[etree._Element, etree._Element]:
    names = xmlns.default_namespace(xmlns.soap) if plain else {"s": xmlns.soap}
    root = etree.Element(xmlns.tag("s:Envelope"), nsmap=names)
    header = xmlns.add(root, "s:Header")
    info = etree.SubElement(header, xmlns.tag("t:ServerVersionInfo"), attrib=SERVER, nsmap={"t": xmlns.type_})
    info.tail = None
    return root, xmlns.add(root, "s:Body")


def _write(root: etree._Element, *, plain: bool = False) -> bytes:
    declaration = b"" if plain else b'<?xml version="1.0" encoding="utf-8"?>'
    return declaration + etree.tostring(root, encoding="UTF-8", xml_declaration=False)


def reply(response: etree._Element, *, plain: bool = False) -> bytes:
    """Write a reply with the server's version in its header; a `plain` one is part of a stream.

    Its Envelope has no prefix, and no XML declaration comes before it.
    """
    root, body = _envelope(plain=plain)
    body.append(response)
    return _write(root, plain=plain)


def fault(error: RequestFault, culture: str = "en-US") -> bytes:
    """Write a SOAP fault, with what is wrong and where for a request that its schema does not allow."""
    root, body = _envelope()
    element = xmlns.add(body, "s:Fault")
    code = etree.SubElement(element, "faultcode", nsmap={"a": xmlns.type_})
    code.text = f"a:{error.code}"
    words = error.words(culture)
    said = etree.SubElement(element, "faultstring")
    said.set("{http://www.w3.org/XML/1998/namespace}lang", culture if culture.lower().startswith("fr") else "en-US")
    said.text = f"{words.rstrip('.')}: {error.violation}" if isinstance(error, SchemaViolation) else words
    said.text = xmlns.clean(said.text)
    detail = etree.SubElement(element, "detail")
    for name, text in (("ResponseCode", error.code), ("Message", words)):
        child = etree.SubElement(detail, xmlns.tag(f"e:{name}"), nsmap={"e": xmlns.errors})
        child.text = xmlns.clean(text)
    _write_details(error, detail)
    return _write(root)


def _write_details(error: RequestFault, detail: etree._Element) -> None:
    if isinstance(error, SchemaViolation):
        xml = etree.SubElement(detail, xmlns.tag("t:MessageXml"), nsmap={"t": xmlns.type_})
        xmlns.add(xml, "t:LineNumber", str(error.line))
        xmlns.add(xml, "t:LinePosition", str(error.position))
        xmlns.add(xml, "t:Violation", error.violation)
    elif error.values:
        xml = etree.SubElement(detail, xmlns.tag("t:MessageXml"), nsmap={"t": xmlns.type_})
        for name, value in error.values.items():
            xmlns.add(xml, "t:Value", value, Name=name)
