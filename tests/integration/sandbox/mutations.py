"""Requests that are broken on purpose: as XML, so that most of them can still be read, and as bytes.

All of it follows from the dice that are given, so that a request that once did harm can be made again.
"""

import random
from collections.abc import Callable
from copy import deepcopy
from typing import Final

from lxml import etree

TEXTS: Final = (
    "",
    " ",
    "true",
    "-1",
    "0",
    "2147483648",
    "9" * 400,
    "NaN",
    "1e400",
    "AAAA",
    "====",
    "\u202e\u0000".replace("\u0000", ""),
    "\U0001f4a9" * 20,
    "%s%n{0}",
    "'; DROP TABLE items; --",
    "../../../../etc/passwd",
    "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59-14:00",
    "2026-02-30T00:00:00",
    "http://127.0.0.1:1/",
    "x" * 5000,
)
NAMES: Final = (
    "Id",
    "ChangeKey",
    "FieldURI",
    "Traversal",
    "BodyType",
    "Offset",
    "PropertyTag",
    "xmlns",
    "lang",
    "Version",
)
DOCTYPES: Final[tuple[bytes, ...]] = (
    b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
    b'<!DOCTYPE a SYSTEM "http://127.0.0.1:1/a.dtd">',
    b'<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>',
    b'<!DOCTYPE a [<!ENTITY % p SYSTEM "file:///etc/hostname"> %p;]>',
)

Change = Callable[[list[etree._Element], random.Random], None]


def _set_text(elements: list[etree._Element], dice: random.Random) -> None:
    dice.choice(elements).text = dice.choice(TEXTS)


def _set_attribute(elements: list[etree._Element], dice: random.Random) -> None:
    element = dice.choice(elements)
    names = [str(name) for name in element.attrib] or list(NAMES)
    name = dice.choice(names if dice.random() < 0.7 else NAMES)
    if name != "xmlns":
        element.set(name, dice.choice(TEXTS))


def _drop_attribute(elements: list[etree._Element], dice: random.Random) -> None:
    element = dice.choice(elements)
    for name in list(element.attrib)[:1]:
        del element.attrib[name]


def _drop(elements: list[etree._Element], dice: random.Random) -> None:
    element = dice.choice(elements)
    parent = element.getparent()
    if parent is not None:
        parent.remove(element)


def _double(elements: list[etree._Element], dice: random.Random) -> None:
    element = dice.choice(elements)
    parent = element.getparent()
    if parent is not None:
        for _ in range(dice.choice((1, 1, 2, 50))):
            parent.append(deepcopy(element))


def _swap(elements: list[etree._Element], dice: random.Random) -> None:
    one, other = dice.choice(elements), dice.choice(elements)
    one.tag, other.tag = other.tag, one.tag


def _graft(elements: list[etree._Element], dice: random.Random) -> None:
    dice.choice(elements).insert(0, deepcopy(dice.choice(elements)))


def _deepen(elements: list[etree._Element], dice: random.Random) -> None:
    element = dice.choice(elements)
    for _ in range(dice.choice((3, 70, 300))):
        element = etree.SubElement(element, element.tag)


def _rename(elements: list[etree._Element], dice: random.Random) -> None:
    element = dice.choice(elements)
    space, _, name = str(element.tag)[1:].partition("}")
    element.tag = dice.choice((name, f"{{urn:other}}{name}", f"{{{space}}}{name}s", f"{{{space}}}{name[::-1]}"))


def _stuff(elements: list[etree._Element], dice: random.Random) -> None:
    element = dice.choice(elements)
    for number in range(dice.choice((1, 20, 400))):
        element.set(f"a{number}", "v" * dice.choice((1, 200)))


_CHANGES: Final[tuple[Change, ...]] = (
    _set_text,
    _set_text,
    _set_text,
    _set_attribute,
    _set_attribute,
    _drop_attribute,
    _drop,
    _double,
    _swap,
    _graft,
    _deepen,
    _rename,
    _stuff,
)


def mutate_tree(document: bytes, dice: random.Random) -> bytes:
    """Change a request in one to three places and leave it well-formed."""
    root = etree.fromstring(document)
    for _ in range(dice.randint(1, 3)):
        body = [one for one in root.iter(etree.Element) if one is not root]
        # Mostly what is within the Body: what is around it is soon refused.
        inner = [one for one in body if "soap/envelope" not in str(one.tag)] or body
        try:
            dice.choice(_CHANGES)(inner if dice.random() < 0.95 else body or [root], dice)
        except ValueError:
            continue
    return etree.tostring(root)


def mutate_bytes(document: bytes, dice: random.Random) -> bytes:
    """Break the bytes of a request in one to four places."""
    found = bytearray(document)
    for _ in range(dice.randint(1, 4)):
        place = dice.randrange(len(found))
        way = dice.randrange(4)
        if way == 0:
            found[place] ^= 1 << dice.randrange(8)
        elif way == 1:
            del found[place : place + dice.randint(1, 30)]
        elif way == 2:
            found[place:place] = dice.choice([b"<", b">", b"&", b'"', b"\x00", b"]]>", b"<!--", b"&#0;", b"\xff\xfe"])
        else:
            other = dice.randrange(len(found))
            found[place:place] = found[other : other + dice.randint(1, 60)]
        if not found:
            return b"x"
    return bytes(found)


def mutate(document: bytes, dice: random.Random) -> bytes:
    """Break a request in some way."""
    fate = dice.random()
    if fate < 0.75:
        return mutate_tree(document, dice)
    if fate < 0.97:
        return mutate_bytes(document, dice)
    return dice.choice(DOCTYPES) + document.replace(b"</t:Subject>", b"&x;&c;</t:Subject>")
