"""Finds where the quotation of an older letter begins, and sets it apart where it is too much to be typed in.

A quoted newsletter is shown in small below the text and goes out as it is; a short quotation is text like any other.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from app.services.html.tree import outer_html, text_in

if TYPE_CHECKING:
    from lxml.etree import _Element

LARGE: Final = 20_000
"""Characters of HTML from which on a quotation is set apart."""
_INTRODUCTION: Final = 300
"""Characters that may stand before a quotation to introduce it ("On Monday, Ben wrote:")."""
_HEADERS: Final = re.compile(
    r"\s*(?:From|Von|De|-{3,}\s*(?:Original|Urspr|Message|Forwarded|Weitergeleitet))", re.IGNORECASE
)


def split_quote(tree: _Element) -> str:
    """Take a large quotation at the end out of `tree`, and return it as HTML; "" where there is none."""
    home = tree
    while len(home) == 1 and home[0].tag == "div" and not (home.text or "").strip():
        home = home[0]
    first = next((number for number, child in enumerate(home) if _begins_quote(child)), -1)
    if first < 0:
        return ""
    rest = list(home)[first:]
    html = outer_html(rest)
    if len(html) < LARGE:
        return ""
    for child in rest:
        home.remove(child)
    return html


def _begins_quote(element: _Element) -> bool:
    """Tell whether an older letter begins here: a blockquote, a rule before its head, or the head itself."""
    if element.tag == "blockquote":
        return True
    if element.tag == "hr":
        after = element.getnext()
        return after is not None and _HEADERS.match(text_in(after)[:200]) is not None
    if element.tag == "div":
        style = element.get("style", "")
        quoted = element.find("blockquote")
        if quoted is not None:
            before = "".join(text_in(one) for one in list(element)[: element.index(quoted)])
            return len((element.text or "") + before) < _INTRODUCTION
        first = element[0] if len(element) else element
        ruled = "border-top" in style or "border-top" in first.get("style", "")
        return ruled and _HEADERS.match(text_in(element)[:200]) is not None
    return False
