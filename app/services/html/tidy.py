"""Brings safe HTML into the form that everything here works on: styles where they count, nothing of Word's, no classes.

It only takes away or renames what the policy let through, and adds nothing from outside: its result is as safe as
what it was given.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from app.services.html import policy
from app.services.html.clean import Cleaned, Remote
from app.services.html.style import Sheet, Style, is_hidden, pixels, read_style, write_style
from app.services.html.tree import drop, read_tree, take_attribute, unwrap, write_tree
from app.services.html.word import make_lists

if TYPE_CHECKING:
    from lxml.etree import _Element

_GONE: Final = ("class", "id", "hidden", "title", "name")
_EMPTY: Final = frozenset({"span", "font", "b", "i", "u", "strong", "em", "a", "small", "big", "ins", "del", "s"})
_TINY: Final = 3
"""Pixels; a picture from elsewhere that is no larger is there to count its readers."""


def tidy(html: str, sheet: Sheet, remote: Remote) -> Cleaned:
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
        _dress(element, style)
    make_lists(tree)
    _unwrap_empty(tree)
    return Cleaned(write_tree(tree), count)


def _style(element: _Element, sheet: Sheet) -> Style:
    own = element.get("style")
    style = read_style(own) if own else {}
    if sheet:
        ruled = sheet.style_for(str(element.tag), element.get("class", ""), element.get("id", ""))
        return {**ruled, **style}
    return style


def _dress(element: _Element, style: Style) -> None:
    for name in _GONE:
        take_attribute(element, name)
    style.pop("display", None)
    style.pop("visibility", None)
    if element.get("bgcolor"):
        style = {**read_style(f"background-color:{take_attribute(element, 'bgcolor')}"), **style}
    if style:
        element.set("style", write_style(style))
    else:
        take_attribute(element, "style")


def _see_to_picture(picture: _Element, remote: Remote) -> int:
    """Leave a picture of the letter's own; make a link of one that lies elsewhere. Return 1 for the latter."""
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
    """Let a picture that is not shown be its words; with `source`, a link to it, unless a link is around it."""
    inside = any(parent.tag == "a" and parent.get("href") for parent in picture.iterancestors())
    _drop_later(picture)
    words = f"[{alt}]" if alt else ("" if inside or not source else "[…]")
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
