"""Brings safe HTML into one form; makes real lists of Word's.

It only takes away or renames what the policy let through, and adds nothing from outside: its result is as safe as
what it was given.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from app.content.html import policy
from app.content.html.policy import Cleaned
from app.content.html.style import StyleSheet, is_hidden, read_style
from app.content.html.tree import attribute, drop, read_tree, take_attribute, text_in, unwrap, write_tree
from app.content.jobs import Remote
from app.domain.blocks import QUOTE_HEAD, SIGNATURE
from app.domain.html_rules import Style, pixels, write_style

if TYPE_CHECKING:
    from lxml.etree import _Element

_LEVEL: Final = re.compile(r"l\d+ level(\d)")
_COUNTED: Final = re.compile(r"(?:\d+|[a-zA-Z]{1,4})[.)]")
_SPACING: Final = ("margin", "margin-left", "text-indent")


def make_lists(tree: _Element) -> None:
    """Put Word's paragraphs of lists into lists."""
    for element in list(tree.iter("p", "h1", "h2", "h3", "h4", "h5", "h6", "div", "li", "span")):
        style = read_style(attribute(element, "style"))
        mark = style.pop("mso-list", "")
        if not mark:
            continue
        _put_style(element, write_style(style))
        level = _LEVEL.search(mark)
        if element.tag in {"p", "div"} and level is not None and element.getparent() is not None:
            for name in _SPACING:
                style.pop(name, None)
            _put_style(element, write_style(style))
            _move_into_list(element, int(level[1]))


def _put_style(element: _Element, style: str) -> None:
    if style:
        element.set("style", style)
    else:
        take_attribute(element, "style")


def _move_into_list(element: _Element, level: int) -> None:
    from lxml import etree

    kind = "ol" if _COUNTED.match(_take_marker_off(element)) else "ul"
    before = element.getprevious()
    drop_tail = (element.tail or "").strip()
    if before is not None and before.tag in {"ol", "ul"} and not (before.tail or "").strip():
        top = before
    else:
        top = etree.Element(kind)
        element.addprevious(top)
    home = _inner(top, level, kind)
    tail, element.tail = element.tail, None
    home.append(element)
    element.tag = "li"
    if drop_tail:
        top.tail = (top.tail or "") + (tail or "")


def _inner(top: _Element, level: int, kind: str) -> _Element:
    """Return the list of that level at the end of `top`, made where it is not there."""
    from lxml import etree

    home = top
    for _ in range(level - 1):
        items = [child for child in home if child.tag == "li"]
        if not items:
            break
        last = items[-1][-1] if len(items[-1]) else None
        home = last if last is not None and last.tag in {"ol", "ul"} else etree.SubElement(items[-1], kind)
    return home


def _take_marker_off(paragraph: _Element) -> str:
    """Take out what Word writes as bullet or number, and return it."""
    for span in paragraph.iter("span"):
        if "mso-list" in attribute(span, "style"):
            words = text_in(span).strip()
            drop(span)
            return words
    return ""


_GONE: Final = ("class", "id", "hidden", "title", "name")
_NAMED: Final = frozenset({QUOTE_HEAD, SIGNATURE})
"""The head above an older message, and a signature that goes out to the letter."""
_EMPTY: Final = frozenset({"span", "font", "b", "i", "u", "strong", "em", "a", "small", "big", "ins", "del", "s"})
_TINY: Final = 3
"""Pixels; a picture from elsewhere that is no larger is there to count its readers."""


def tidy(html: str, sheet: StyleSheet, remote: Remote) -> Cleaned:
    """Return `html` with the sheet's rules on its elements, without what is not seen and what only Word reads."""
    tree = read_tree(html)
    count = 0
    for element in list(tree.iter()):
        if element is tree:
            continue
        style = _style(element, sheet)
        if is_hidden(style) or "hidden" in element.attrib:
            drop(element)
            continue
        if element.tag == "img":
            count += _see_to_picture(element, remote)
        _dress(element, style, own=remote is Remote.KEPT)
    make_lists(tree)
    _unwrap_empty(tree)
    return Cleaned(write_tree(tree), count)


def _style(element: _Element, sheet: StyleSheet) -> Style:
    own = element.get("style")
    style = read_style(own) if own else {}
    if sheet:
        ruled = sheet.style_for(str(element.tag), element.get("class", ""), element.get("id", ""))
        return {**ruled, **style}
    return style


def _dress(element: _Element, style: Style, *, own: bool) -> None:
    """Leave the style alone; of a message of one's `own` the names stay by which its parts are known."""
    named = element.get("id", "") if own and element.tag == "div" else ""
    for name in _GONE:
        take_attribute(element, name)
    if named in _NAMED:
        element.set("id", named)
    style.pop("display", None)
    style.pop("visibility", None)
    if element.get("bgcolor"):
        style = {**read_style(f"background-color:{take_attribute(element, 'bgcolor')}"), **style}
    if style:
        element.set("style", write_style(style))
    else:
        take_attribute(element, "style")


def _see_to_picture(picture: _Element, remote: Remote) -> int:
    """Leave a picture of the message's own; make a link of one that lies elsewhere. Return 1 for the latter."""
    source = picture.get("src", "")
    if policy.is_own_picture(source):
        return 0
    if not policy.is_remote_picture(source):
        _put_words(picture, picture.get("alt", "").strip(), "")
        return 0
    if remote is Remote.KEPT:
        return 1
    sizes = [pixels(picture.get(name, "")) for name in ("width", "height")]
    if any(size is not None and size <= _TINY for size in sizes):
        _drop_later(picture)
        return 1
    if remote is Remote.QUOTED:
        return 1
    _put_words(picture, picture.get("alt", "").strip(), source)
    return 1


def _drop_later(picture: _Element) -> None:
    picture.tag = "span"
    for name in list(picture.attrib):
        del picture.attrib[name]


def _put_words(picture: _Element, alt: str, source: str) -> None:
    """Let a picture that is not shown be its words; with `source`, a link to it, unless a link is around it.

    One without words leaves its place where it was a link: with it the link would go, and all of some messages.
    """
    inside = any(parent.tag == "a" and parent.get("href") for parent in picture.iterancestors())
    _drop_later(picture)
    words = f"[{alt}]" if alt else ("[…]" if inside or source else "")
    picture.text = words or None
    if words and source and not inside:
        picture.tag = "a"
        picture.set("href", source)


def _unwrap_empty(tree: _Element) -> None:
    """Take out inline elements that dress nothing, and spans that say nothing."""
    for element in reversed(list(tree.iter(*_EMPTY))):
        hollow = len(element) == 0 and not element.text
        if hollow or (element.tag in {"span", "font", "a"} and not element.attrib):
            unwrap(element)
