"""XML as Exchange's schema wants it: names, text that XML can hold, the SOAP envelope, and parsing at one go.

The requests are built here and not by exchangelib's models: those drop read-only fields and control characters in
silence, and `Message.register` (for our mark) is global and widens every fetch. Its parser reads a reply byte by byte
(10 MB took 7.7 s); lxml reads the whole at once (0.33 s).
"""

from __future__ import annotations

import re
from typing import TypeAlias

from lxml import etree

from app.backends.net.http_errors import Unreadable
from app.core.text import mend_surrogates
from app.domain.listing import Folder, Place
from app.domain.properties import DEFERRED_TAG, HEADERS_NAME, MARK_NAME, MARK_SET

Element: TypeAlias = etree._Element  # noqa: SLF001 - lxml has no public name for the type of an element

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
M = "http://schemas.microsoft.com/exchange/services/2006/messages"
T = "http://schemas.microsoft.com/exchange/services/2006/types"
E = "http://schemas.microsoft.com/exchange/services/2006/errors"

ITEMS = f"{{{T}}}Items"

SERVER_VERSION = "Exchange2013"
"""The oldest API that has all we ask for (Preview); every Exchange since 2013 takes it, Exchange SE too."""

QUIET_VERSION = "Exchange2013_SP1"
"""The oldest API that can keep a read receipt back (SuppressReadReceipts); asked for by such requests alone."""

_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def clean(text: str) -> str:
    """Return `text` with whatever XML 1.0 cannot hold (section 2.2, Char) replaced by U+FFFD, one for one."""
    return _ILLEGAL.sub("\ufffd", mend_surrogates(text))


def add(parent: Element, name: str, text: str | None = None, /, **attributes: str) -> Element:
    """Add `m:Name` or `t:Name` to `parent`, with text and attributes made fit for XML."""
    child = etree.SubElement(parent, _expand(name), {key: clean(value) for key, value in attributes.items()})
    if text is not None:
        child.text = clean(text)
    return child


def operation(name: str, /, **attributes: str) -> Element:
    """Return an empty request element, `m:Name`."""
    return etree.Element(f"{{{M}}}{name}", attributes, nsmap={"m": M, "t": T})


def add_folder(parent: Element, place: Place | Folder) -> None:
    """Add the folder's FolderId, or its DistinguishedFolderId with the Mailbox where it is another person's."""
    if isinstance(place, Place) and place.folder_id:
        add(parent, "t:FolderId", Id=place.folder_id)
        return
    folder, mailbox = (place.folder, place.mailbox) if isinstance(place, Place) else (place, "")
    element = add(parent, "t:DistinguishedFolderId", Id=folder.value)
    if mailbox:
        add(add(element, "t:Mailbox"), "t:EmailAddress", mailbox)


def add_mark_uri(parent: Element) -> Element:
    """Add the ExtendedFieldURI that names our mark."""
    return add(parent, "t:ExtendedFieldURI", PropertySetId=MARK_SET, PropertyName=MARK_NAME, PropertyType="String")


def add_headers_uri(parent: Element) -> Element:
    """Add the ExtendedFieldURI that names our list of custom headers."""
    return add(parent, "t:ExtendedFieldURI", PropertySetId=MARK_SET, PropertyName=HEADERS_NAME, PropertyType="String")


def add_tag_uri(tag: str, kind: str, parent: Element) -> Element:
    """Add the ExtendedFieldURI that names a property by its tag."""
    return add(parent, "t:ExtendedFieldURI", PropertyTag=tag, PropertyType=kind)


def add_deferred_uri(parent: Element) -> Element:
    """Add the ExtendedFieldURI that names the time before which the server keeps a message back."""
    return add(parent, "t:ExtendedFieldURI", PropertyTag=DEFERRED_TAG, PropertyType="SystemTime")


def envelope(request: Element, *, culture: str = "", impersonated: str = "", zone: str = "") -> bytes:
    """Return the SOAP message around `request`, with the headers that the WSDL of [MS-OXWSMSG] names (section 6.2)."""
    root = etree.Element(f"{{{SOAP}}}Envelope", nsmap={"s": SOAP, "m": M, "t": T})
    header = etree.SubElement(root, f"{{{SOAP}}}Header")
    quiet = request.get("SuppressReadReceipts") is not None
    add(header, "t:RequestServerVersion", Version=QUIET_VERSION if quiet else SERVER_VERSION)
    if culture:
        add(header, "t:MailboxCulture", culture)
    if impersonated:
        add(add(add(header, "t:ExchangeImpersonation"), "t:ConnectingSID"), "t:PrimarySmtpAddress", impersonated)
    if zone:
        add(add(header, "t:TimeZoneContext"), "t:TimeZoneDefinition", Id=zone)
    etree.SubElement(root, f"{{{SOAP}}}Body").append(request)
    return etree.tostring(root, encoding="utf-8", xml_declaration=True)


def parse(content: bytes) -> Element:
    """Parse a whole reply. Entities and external references are not followed. Raises Unreadable."""
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Unreadable(type(error).__name__) from error
    return root


def text_of(parent: Element, name: str) -> str:
    """Return the text of a child, empty where there is none."""
    return parent.findtext(_expand(name)) or ""


def child(parent: Element, *names: str) -> Element | None:
    """Return the element at the path of `names`, or None."""
    found: Element | None = parent
    for name in names:
        if found is None:
            return None
        found = found.find(_expand(name))
    return found


def _expand(name: str) -> str:
    prefix, _, local = name.partition(":")
    return f"{{{M if prefix == 'm' else T}}}{local}"
