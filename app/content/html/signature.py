"""Finds a signature: in a file of one, or at the end of a message that was sent.

Programs of mail mark it: Outlook by a bookmark in its first paragraph, others by the name of an element, all of them
in plain text by a line of two dashes (RFC 3676, 4.3). The marks are looked for before the policy takes them off, on
HTML that it has been over once already, and what is found goes through all of it.
"""

from __future__ import annotations

import base64
import codecs
import re
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

from app.content.html import policy
from app.content.html.clean import body_as_division, clean, hold_to_policy, style_sheets
from app.content.html.quotes import own_children, quotation
from app.content.html.style import StyleSheet
from app.content.html.tidy import tidy
from app.content.html.tree import attribute, drop, outer_html, read_tree, text_in, write_tree
from app.content.jobs import ReadSignature, Remote, SignaturePart, SignatureRead, SignatureSource
from app.core.text import clean_text
from app.domain.blocks import SIGNATURE, without_name
from app.domain.html_rules import text_as_html
from app.domain.visible_text import plain_text

if TYPE_CHECKING:
    from lxml.etree import _Element

_IDS: Final = frozenset({SIGNATURE, "signature", "ms-outlook-mobile-signature", "applemailsignature"})
_CLASSES: Final = frozenset({"gmail_signature", "moz-signature", "protonmail_signature_block", "yahoo-signature"})
_BOOKMARK: Final = "_mailautosig"
"""How the names of Outlook's bookmarks begin, in small letters: _MailAutoSig, _MailAutoSigOriginal."""
_DASHES: Final = frozenset({"--", "-- "})
_OFFERED: Final = 12
"""So many lines at the end of a message are offered as the beginning of its signature."""
_LONGEST_LINE: Final = 80
_CHARSET: Final = re.compile(rb"""charset\s*=\s*["']?\s*([A-Za-z0-9_.:-]{2,40})""", re.IGNORECASE)
_BOMS: Final = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_SOURCE: Final = re.compile(r"""(\bsrc\s*=\s*)("[^"]{1,2000}"|'[^']{1,2000}'|[^\s"'>]{1,2000})""", re.IGNORECASE)
_SIGNS: Final = ((b"\x89PNG", "png"), (b"\xff\xd8\xff", "jpeg"), (b"GIF8", "gif"), (b"RIFF", "webp"), (b"BM", "bmp"))
_LOOKED_AT: Final = 4096
"""Bytes in which a file says its encoding."""
_NOT_SAID: Final = ("utf-16", "utf16", "utf-32", "utf32", "ucs", "idna", "punycode")
"""How encodings begin that no file says of itself in plain letters, and those whose time grows with the square."""
_MOST_WRITTEN_OUT: Final = 6_000_000
"""Characters of all pictures in one signature; more are left out."""


def read_signature(job: ReadSignature) -> SignatureRead:
    """Return what a file or a message has for a signature."""
    text = clean_text(decoded(job.raw), lines=True)
    if job.source is SignatureSource.TEXT:
        return _plain(text.strip("\n"))
    pictures = _Pictures(job.pictures)
    if job.source is SignatureSource.FILE:
        tree = read_tree(clean(pictures.written_out_in(text), Remote.KEPT).html)
        pictures.write_out(tree)
        return SignatureRead((_part(write_tree(tree)),), found=True) if _says_anything(tree) else SignatureRead()
    return _in_message(text, pictures)


def decoded(raw: bytes) -> str:
    """Return the words of a file: by its mark, by what it says of itself, as UTF-8, or as Windows writes it."""
    for mark, name in _BOMS:
        if raw.startswith(mark):
            return raw[len(mark) :].decode(name, "replace")
    found = _CHARSET.search(raw[:_LOOKED_AT])
    said = found[1].decode("ascii").lower().replace("_", "-") if found else ""
    for name in ("utf-8" if said.startswith(_NOT_SAID) else said, "utf-8"):
        try:
            return raw.decode(name)
        except (LookupError, ValueError):
            continue
    return raw.decode("cp1252", "replace")


def address_of(source: str) -> str:
    """Return how a picture is named in HTML in one form: without quotes and %20, with slashes as they are here."""
    return unquote(source.strip().strip("\"'")).replace("\\", "/").removeprefix("./")


class _Pictures:
    """The pictures of a signature, by the addresses that it names them by, until they are too many."""

    def __init__(self, pictures: dict[str, bytes]) -> None:
        self._known = {address_of(name): data for name, data in pictures.items()}
        self._left = _MOST_WRITTEN_OUT

    def written_out_in(self, html: str) -> str:
        """Return HTML of any kind with the pictures written out in it: the policy leaves no address of a file."""
        return _SOURCE.sub(self._with_source, html) if self._known else html

    def write_out(self, tree: _Element) -> None:
        """Write the pictures out in a tree, and take those away that were attached to a message and are not here."""
        for picture in list(tree.iter("img")):
            source = attribute(picture, "src")
            data = self._data(source)
            if data:
                picture.set("src", data)
            elif source.strip().lower().startswith("cid:"):
                drop(picture)

    def _with_source(self, found: re.Match[str]) -> str:
        data = self._data(found[2])
        return f'{found[1]}"{data}"' if data else found[0]

    def _data(self, source: str) -> str:
        """Return the picture of that name as an address (data:), "" where there is none."""
        raw = self._known.get(address_of(source), b"")
        kind = next((name for sign, name in _SIGNS if raw.startswith(sign)), "")
        if not kind or len(raw) * 4 // 3 > self._left:
            return ""
        data = f"data:image/{kind};base64,{base64.b64encode(raw).decode()}"
        self._left -= len(data)
        return data


def _part(html: str) -> SignaturePart:
    words = plain_text(html).strip("\n")
    first = next((line.strip() for line in words.split("\n") if line.strip()), "")
    return SignaturePart(html, words, first[:_LONGEST_LINE])


def _plain(text: str) -> SignatureRead:
    return SignatureRead((_part(text_as_html(text)),), found=True, is_plain=True)


# --- in a message ---------------------------------------------------------------------------------------------------


def _in_message(html: str, pictures: _Pictures) -> SignatureRead:
    if policy.is_monstrous(html):
        return SignatureRead()
    sheet = StyleSheet(style_sheets(html))
    tree = read_tree(hold_to_policy(body_as_division(html)))
    found = _marked(tree)
    for element in found:
        pictures.write_out(element)
    found = [one for one in found if one.getparent() is not None]
    if found:
        whole = _in_division(found)
        return SignatureRead((_part(tidy(whole, sheet, Remote.KEPT).html),), found=True)
    home = read_tree(tidy(write_tree(tree), sheet, Remote.KEPT).html)
    pictures.write_out(home)
    return SignatureRead(tuple(map(_part, _ends(home))))


def _in_division(elements: list[_Element]) -> str:
    """Return elements as HTML, inside what is around them, which says how they look."""
    html = outer_html(elements)
    if attribute(elements[0], "id") == SIGNATURE:
        return without_name(html)  # it was put there to the letter, and says itself how it looks
    for around in elements[0].iterancestors("div", "span", "font"):
        style = attribute(around, "style")
        if style:
            html = f'<div style="{style.replace(chr(34), chr(39))}">{html}</div>'
    return html


def _marked(tree: _Element) -> list[_Element]:
    """Return the elements of the first signature that a program has marked, nothing where none did.

    What is quoted may have those of other people, which are passed over.
    """
    quoted = set(quotation(tree))
    for element in tree.iter("div", "pre", "table", "span", "p", "a"):
        found = _marked_by(element)
        if found and not _is_quoted(element, quoted):
            return found
    return []


def _marked_by(element: _Element) -> list[_Element]:
    """Return the signature that an element is the mark of, nothing where it is none."""
    if element.tag == "a":
        return _from_bookmark(element) if attribute(element, "name").lower().startswith(_BOOKMARK) else []
    if _is_marked(element):
        return [_without_tail(element)] if text_in(element).strip() or element.find(".//img") is not None else []
    return _behind(element) if element.tag in {"div", "p"} and _is_dashes(element) else []


def _is_quoted(element: _Element, quoted: set[_Element]) -> bool:
    return element in quoted or any(one in quoted or one.tag == "blockquote" for one in element.iterancestors())


def _is_marked(element: _Element) -> bool:
    name = attribute(element, "id").lower().removeprefix("x_")
    classes = {one.removeprefix("x_") for one in attribute(element, "class").lower().split()}
    return name in _IDS or not classes.isdisjoint(_CLASSES)


def _is_dashes(element: _Element) -> bool:
    return text_in(element).replace("\xa0", " ").strip("\r\n") in _DASHES and len(list(element.iter("table"))) == 0


def _from_bookmark(bookmark: _Element) -> list[_Element]:
    """Return the paragraph in which Outlook's bookmark stands, and those behind it up to what is quoted."""
    element = bookmark
    while (parent := element.getparent()) is not None and element.tag not in {"p", "table", "div"}:
        element = parent
    while (parent := element.getparent()) is not None and parent.tag in {"td", "tr", "tbody", "table"}:
        element = parent  # the whole table, where the bookmark stands in its first cell
    return [_without_tail(element), *_behind(element)]


def _behind(element: _Element) -> list[_Element]:
    parent = element.getparent()
    if parent is None:
        return []
    own = own_children(parent)
    return [_without_tail(one) for one in own[own.index(element) + 1 :]] if element in own else []


def _without_tail(element: _Element) -> _Element:
    if element.tail and not element.tail.strip():
        element.tail = None
    return element


def _ends(home: _Element) -> list[str]:
    """Return the last lines of a message, each with all that follows it, the longest first; lines that say nothing
    begin none.
    """
    while len(home) == 1 and home[0].tag == "div" and not (home.text or "").strip():
        home = home[0]
    own = own_children(home)
    while len(own) == 1 and own[0].tag == "div" and len(own[0]) and not (own[0].text or "").strip():
        own = own_children(own[0])
    while own and not _says_anything(own[-1]):
        own = own[:-1]
    starts = [number for number, element in enumerate(own) if _says_anything(element)][-_OFFERED:]
    return [outer_html(own[start:]) for start in starts]


def _says_anything(element: _Element) -> bool:
    return bool(text_in(element).strip("\xa0 \r\n\t")) or element.tag == "img" or element.find(".//img") is not None
