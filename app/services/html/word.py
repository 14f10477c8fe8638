"""Makes lists of Word's paragraphs that only look like lists: a bullet as text, and how deep it is in `mso-list`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from app.services.html.style import read_style, write_style
from app.services.html.tree import attribute, drop, take_attribute, text_in

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
