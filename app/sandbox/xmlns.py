"""The namespaces of Exchange Web Services and the few verbs with which replies are built.

Replies are made as lxml trees, never as text, so that nothing a person wrote can become markup.
"""

import re
from typing import Final, TypeAlias, cast

from lxml import etree

type_: Final = "http://schemas.microsoft.com/exchange/services/2006/types"
messages: Final = "http://schemas.microsoft.com/exchange/services/2006/messages"
errors: Final = "http://schemas.microsoft.com/exchange/services/2006/errors"
soap: Final = "http://schemas.xmlsoap.org/soap/envelope/"
xsi: Final = "http://www.w3.org/2001/XMLSchema-instance"

Element: TypeAlias = etree._Element  # noqa: SLF001 -- lxml has no public name for the type of its elements

NAMES: Final = {"t": type_, "m": messages, "e": errors, "s": soap}
"""Prefix to namespace, as used in tags given to `tag` and `add`."""

# What XML 1.0 cannot carry: a message taken from MIME may hold it, a reply may not.
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def tag(name: str) -> str:
    """Turn "t:ItemId" into lxml's form with the namespace spelled out."""
    prefix, _, local = name.partition(":")
    return f"{{{NAMES[prefix]}}}{local}"


def default_namespace(uri: str) -> dict[str, str]:
    """Return an nsmap that needs no prefix: lxml's key for that is None, which its stubs do not know."""
    return cast("dict[str, str]", {None: uri})


def clean(text: str) -> str:
    """Replace what XML 1.0 forbids by "?", as Exchange does."""
    return _NOT_XML.sub("?", text)


def make(name: str, text: str | None = None, **attributes: str) -> etree._Element:
    """Make an element that stands alone; `name` has a prefix of `NAMES`."""
    element = etree.Element(tag(name), attrib={key: clean(value) for key, value in attributes.items()}, nsmap=None)
    if text is not None:
        element.text = clean(text)
    return element


def add(parent: etree._Element, name: str, text: str | None = None, **attributes: str) -> etree._Element:
    """Add a child to `parent` and return it; `name` has a prefix of `NAMES`."""
    element = etree.SubElement(parent, tag(name), attrib={key: clean(value) for key, value in attributes.items()})
    if text is not None:
        element.text = clean(text)
    return element


def local(element: etree._Element) -> str:
    """Return an element's name without its namespace."""
    return str(element.tag).rpartition("}")[2]


def namespace(element: etree._Element) -> str:
    """Return an element's namespace, "" where it has none."""
    name = str(element.tag)
    return name[1:].partition("}")[0] if name.startswith("{") else ""


def find(element: etree._Element, path: str) -> etree._Element | None:
    """Find the first descendant along a path such as "t:Mailbox/t:EmailAddress"."""
    return element.find(path, NAMES)


def find_all(element: etree._Element, path: str) -> list[etree._Element]:
    """Find all descendants along a path such as "m:ItemIds/t:ItemId"."""
    return element.findall(path, NAMES)


def text_at(element: etree._Element, path: str) -> str | None:
    """Return the text at a path: None where the element is absent, "" where it is empty."""
    found = element.find(path, NAMES)
    return None if found is None else (found.text or "")


def text_of(element: etree._Element) -> str:
    """Return the whole text of an element, past any comment within it."""
    return "".join(str(part) for part in element.itertext(with_tail=False)) if len(element) else (element.text or "")


def line_of(element: Element) -> int:
    """Return the line of the request that an element began on; 0 where that is not known."""
    # The stubs of lxml leave the type of this attribute open.
    return cast("int | None", element.sourceline) or 0


def flag(value: bool) -> str:
    """Write a boolean as XML Schema does."""
    return "true" if value else "false"


def is_true(text: str | None) -> bool:
    """Read a boolean as XML Schema writes it; an absent one is false."""
    return text is not None and text.strip() in {"true", "1"}
