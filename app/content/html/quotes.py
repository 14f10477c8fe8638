"""Finds where the quotation of an older message begins, and sets it apart where it is too much to be typed in.

A quoted newsletter is shown in small below the text and goes out as it is; a short quotation is text like any other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from app.content.html.tree import attribute, outer_html, text_in
from app.domain.html_rules import is_quote_head

if TYPE_CHECKING:
    from lxml.etree import _Element

LARGE: Final = 20_000
"""Characters of HTML from which on a quotation is set apart."""
_INTRODUCTION: Final = 300
"""Characters that may stand before a quotation to introduce it ("On Monday, Ben wrote:")."""


def split_quote(tree: _Element) -> str:
    """Take a large quotation at the end out of `tree`, and return it as HTML; "" where there is none."""
    rest = quotation(tree)
    html = outer_html(rest)
    home = rest[0].getparent() if len(html) >= LARGE else None
    if home is None:
        return ""
    for child in rest:
        home.remove(child)
    return html


def quotation(tree: _Element) -> list[_Element]:
    """Return the elements of the older message at the end of `tree`, none where there is none."""
    home = tree
    while len(home) == 1 and home[0].tag == "div" and not (home.text or "").strip():
        home = home[0]
    return _rest(list(home))


def own_children(home: _Element) -> list[_Element]:
    """Return the children up to the quotation of an older message, all of them where there is none."""
    children = list(home)
    rest = _rest(children)
    return children[: len(children) - len(rest)]


def _rest(children: list[_Element]) -> list[_Element]:
    """Return the children from the quotation on: behind a head all of them, else those that are nothing but quoted.

    A quotation with answers between its lines is written in: that one is text.
    """
    for number, child in enumerate(children):
        if _is_quote_head(child):
            return children[number:]
        if _is_quoted(child) and all(_is_quoted(one) or not _says_anything(one) for one in children[number + 1 :]):
            return children[number:] if not (child.tail or "").strip() else []
    return []


def _says_anything(element: _Element) -> bool:
    said = text_in(element).strip() or (element.tail or "").strip()
    return bool(said) or element.tag == "img" or element.find(".//img") is not None


def _is_quoted(element: _Element) -> bool:
    """Return whether this is a blockquote, or a division that introduces one and holds it."""
    if element.tag == "blockquote":
        return True
    quoted = element.find("blockquote") if element.tag == "div" else None
    if quoted is None:
        return False
    before = "".join(text_in(one) for one in list(element)[: element.index(quoted)])
    return len((element.text or "") + before) < _INTRODUCTION


def _is_quote_head(element: _Element) -> bool:
    """Return whether this is what Outlook puts before an older message: a rule and its From, To and Subject."""
    if element.tag == "hr":
        after = element.getnext()
        return after is not None and _says_whose(after)
    if element.tag != "div":
        return False
    first = element[0] if len(element) else element
    ruled = "border-top" in attribute(element, "style") or "border-top" in attribute(first, "style")
    return ruled and _says_whose(element)


def _says_whose(element: _Element) -> bool:
    return is_quote_head(_text_by_lines(element), ruled=True)


def _text_by_lines(element: _Element) -> str:
    ending = {"br", "p", "div"}
    parts = (f"{chr(10) * (one.tag in ending)}{one.text or ''}{one.tail or ''}" for one in element.iterdescendants())
    return "".join([element.text or "", *parts])
