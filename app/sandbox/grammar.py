"""Says whether a request is what its operation accepts, before anything is done with it.

Exchange holds each request against its schema and refuses the whole of it with ErrorSchemaValidation, line and
position included. That schema may not be copied into this project, so what the operations accept is written down here
in a notation of our own, one line per element, and checked by the small engine below.

The notation, by example:

    "ItemId": "@Id:string! @ChangeKey:string"        attributes; "!" marks one that must be there
    "Body": "@BodyType:BodyKind! =string"            text of a simple type
    "Mailbox": "Name:string? EmailAddress:nonempty?" children in order; "?" none or one, "+" one or more, "*" any number
    "ItemIds": "ItemId|OccurrenceItemId+"            a choice, repeated

A child without ":Type" has the type of its own name. Types in lower case are simple, the rest are looked up in the
table. "t:Mailbox" is a child in the namespace of types where the others are in that of messages. "$Name" puts in a list
of alternatives that is used in many places.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final
from xml.parsers import expat

from lxml import etree

from app.sandbox import xmlns
from app.sandbox.errors import SchemaViolation
from app.sandbox.simple_types import SIMPLE, Check, too_new
from app.sandbox.versions import LATEST, attribute_since, element_since

_DEPTH: Final = 64
"""How deep elements may lie within each other; Exchange's own requests need about a dozen."""


ANYTHING: Final = "Anything"
"""The type of what is let through unread: parts of items that the sandbox does not act on."""


@dataclass(frozen=True, slots=True)
class Particle:
    """A child, or a choice of children, at one place of an element's content."""

    names: Mapping[str, str]
    least: int
    most: int | None


@dataclass(frozen=True, slots=True)
class ElementContent:
    """What an element may hold: attributes (name to type and whether required), and text or children."""

    attributes: Mapping[str, tuple[str, bool]]
    text: str | None
    particles: tuple[Particle, ...]


_LANGUAGE: Final = "{http://www.w3.org/XML/1998/namespace}lang"
_AGED: Final = frozenset({"FieldURI:FieldName"})
"""Attributes that have always been there, with values that have not."""
_DERIVED: Final = {("RequestAttachmentId", "AttachmentIdType"): "AttachmentId"}
"""A type, and what xsi:type may name in its place, to the type that then holds."""

_COUNTS: Final[dict[str, tuple[int, int | None]]] = {"?": (0, 1), "+": (1, None), "*": (0, None)}


def read_content(notation: str, macros: Mapping[str, str]) -> ElementContent:
    """Turn one line of the notation into what the engine checks."""
    attributes: dict[str, tuple[str, bool]] = {}
    text: str | None = None
    particles: list[Particle] = []
    for word in re.sub(r"\$(\w+)", lambda found: macros[found.group(1)], notation).split():
        if word[0] == "@":
            name, _, kind = word[1:].partition(":")
            attributes[name] = (kind.rstrip("!"), kind.endswith("!"))
        elif word[0] == "=":
            text = word[1:]
        else:
            least, most = _COUNTS.get(word[-1], (1, 1))
            names = dict(_read_choice(part) for part in word.rstrip("?+*").split("|"))
            particles.append(Particle(names, least, most))
    return ElementContent(attributes, text, tuple(particles))


def _read_choice(part: str) -> tuple[str, str]:
    prefix = "t:" if part.startswith("t:") else ""
    name, _, kind = part.removeprefix(prefix).partition(":")
    return f"{prefix}{name}", kind or name


class Grammar:
    """The types of requests, and the check of one request against them."""

    def __init__(
        self, types: Mapping[str, str], macros: Mapping[str, str], simple: Mapping[str, Check] = SIMPLE
    ) -> None:
        self._simple = simple
        self._notation = dict(types)
        self._macros = macros
        self._contents: dict[str, ElementContent] = {}

    def content_of(self, kind: str) -> ElementContent:
        """Return what a type of the table holds."""
        found = self._contents.get(kind)
        if found is None:
            found = self._contents[kind] = read_content(self._notation[kind], self._macros)
        return found

    def check(self, request: etree._Element, notation: str, document: bytes, version: int = LATEST) -> None:
        """Hold an operation's element against its notation, and against what was there in a version of Exchange.

        `document` is the request as it came, to find the line and position of what is wrong.
        Raises SchemaViolation.
        """
        try:
            content = read_content(notation, self._macros)
            self._check_content(request, content, xmlns.messages, (0, version))
        except _Violation as violation:
            line, position = locate(document, violation.element)
            raise SchemaViolation(violation.words, line, position) from None

    def _check(self, element: etree._Element, kind: str, state: tuple[int, int]) -> None:
        if state[0] > _DEPTH:
            raise _Violation(element, f"The element '{xmlns.local(element)}' is nested too deeply.")
        if kind == ANYTHING:
            return
        kind = _DERIVED.get((kind, _named_type(element)), kind)
        if kind[0].islower() or kind not in self._notation:
            self._check_content(element, ElementContent({}, kind, ()), xmlns.type_, state)
        else:
            self._check_content(element, self.content_of(kind), xmlns.type_, state)

    def _check_content(
        self, element: etree._Element, content: ElementContent, children: str, state: tuple[int, int]
    ) -> None:
        """Check an element; `state` is how deep it lies, and the version that its request asks for."""
        depth, version = state
        _check_attributes(element, content, self._simple, version)
        if content.text is not None:
            _check_text(element, self._simple[content.text])
            return
        _refuse_text(element, content, children)
        for child, kind in _match(element, content.particles, children, version):
            self._check(child, kind, (depth + 1, version))


class _Violation(Exception):
    def __init__(self, element: etree._Element, words: str) -> None:
        super().__init__(words)
        self.element = element
        self.words = words


def _named_type(element: etree._Element) -> str:
    """Return the type of EWS that xsi:type names; nothing where there is none, or one of another namespace."""
    prefix, colon, name = str(element.get(f"{{{xmlns.xsi}}}type", "")).strip().rpartition(":")
    return name if element.nsmap.get(prefix if colon else None) == xmlns.type_ else ""


def _name(element: etree._Element) -> str:
    return f"'{xmlns.local(element)}' in namespace '{xmlns.namespace(element)}'"


def _expected(particles: list[Particle], children: str) -> str:
    names: list[str] = []
    for particle in particles:
        names.extend(particle.names)
        if particle.least:
            break
    if not names:
        return ""
    return f" List of possible elements expected: '{', '.join(names)}' in namespace '{children}'."


def _name_among(child: etree._Element, children: str) -> str:
    if xmlns.namespace(child) == children:
        return xmlns.local(child)
    return f"t:{xmlns.local(child)}" if xmlns.namespace(child) == xmlns.type_ else ""


def _match(
    element: etree._Element, particles: tuple[Particle, ...], children: str, version: int
) -> Iterator[tuple[etree._Element, str]]:
    place, count = 0, 0
    for child in element.iterchildren(etree.Element):
        name = _name_among(child, children)
        if version < LATEST and element_since(name, xmlns.local(element)) > version:
            name = ""
        while place < len(particles):
            particle = particles[place]
            if name in particle.names and (particle.most is None or count < particle.most):
                break
            if count < particle.least:
                raise _Violation(child, _invalid_child(element, child, [particle], children))
            place, count = place + 1, 0
        if place == len(particles):
            raise _Violation(child, _invalid_child(element, child, [], children))
        count += 1
        yield child, particles[place].names[name]
    rest = list(particles[place:])
    if any(particle.least > (count if number == 0 else 0) for number, particle in enumerate(rest)):
        words = f"The element {_name(element)} has incomplete content.{_expected(rest, children)}"
        raise _Violation(element, words)


def _invalid_child(element: etree._Element, child: etree._Element, left: list[Particle], children: str) -> str:
    return f"The element {_name(element)} has invalid child element {_name(child)}.{_expected(left, children)}"


def _check_attributes(
    element: etree._Element, content: ElementContent, simple: Mapping[str, Check], version: int
) -> None:
    for key, value in element.attrib.items():
        name = str(key)
        if name.startswith((f"{{{xmlns.xsi}}}", f"{{{xmlns.soap}}}")):
            continue
        if name == _LANGUAGE and "lang" in content.attributes:
            continue
        if name not in content.attributes:
            raise _Violation(element, f"The '{name.replace('{', '').replace('}', ':')}' attribute is not declared.")
        fault = _fault_of(element, name, str(value), content.attributes[name][0], simple, version)
        if fault:
            raise _Violation(element, f"The '{name}' attribute is invalid - The value '{_short(value)}' is {fault}")
    for name, (_, required) in content.attributes.items():
        if required and name not in element.attrib:
            raise _Violation(element, f"The required attribute '{name}' is missing.")


def _fault_of(
    element: etree._Element, name: str, value: str, kind: str, simple: Mapping[str, Check], version: int
) -> str | None:
    """Return what is wrong with an attribute's value, also that it came with a later version."""
    fault = simple[kind](value)
    if fault or version >= LATEST or attribute_since(xmlns.local(element), name, value) <= version:
        return fault
    if f"{name}:{kind}" not in _AGED:
        raise _Violation(element, f"The '{name}' attribute is not declared.")
    return too_new(kind)


def _check_text(element: etree._Element, check: Check) -> None:
    for child in element.iterchildren(etree.Element):
        raise _Violation(
            child, f"The element {_name(element)} cannot contain child element {_name(child)} because it is text only."
        )
    text = xmlns.text_of(element)
    fault = check(text)
    if fault:
        full = f"{xmlns.namespace(element)}:{xmlns.local(element)}"
        raise _Violation(element, f"The '{full}' element is invalid - The value '{_short(text)}' is {fault}")


def _refuse_text(element: etree._Element, content: ElementContent, children: str) -> None:
    texts = [element.text, *(child.tail for child in element)]
    if any(text and text.strip() for text in texts):
        words = f"The element {_name(element)} cannot contain text.{_expected(list(content.particles), children)}"
        raise _Violation(element, words)


def _short(text: str | bytes) -> str:
    words = str(text)
    return words if len(words) <= 100 else f"{words[:100]}..."


def locate(document: bytes, element: etree._Element) -> tuple[int, int]:
    """Find the line and position of an element, both from 1, in the UTF-8 document it was read from.

    lxml knows lines only; the document is read once more, and only when there is something to complain about.
    """
    tree = element.getroottree()
    wanted = next(number for number, other in enumerate(tree.iter(etree.Element)) if other is element)
    parser = expat.ParserCreate("utf-8")
    found: list[tuple[int, int]] = []
    seen = 0

    def on_start(_name: str, _attributes: dict[str, str]) -> None:
        nonlocal seen
        if seen == wanted:
            # Exchange counts the position at the name, past the "<".
            found.append((parser.CurrentLineNumber, parser.CurrentColumnNumber + 2))
        seen += 1

    parser.StartElementHandler = on_start
    try:
        # All at once: read in parts, a long attribute is begun anew with each of them.
        parser.Parse(document, True)
    except expat.ExpatError:
        # lxml has read it, so this is a difference of opinion between two parsers; the line is then all there is.
        return xmlns.line_of(element), 0
    return found[0] if found else (xmlns.line_of(element), 0)
