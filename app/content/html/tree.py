"""Safe HTML as a tree, by lxml, and the few things that are done to it everywhere."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from app.core.text import clean_text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lxml.etree import _Element


_REFERENCE: Final = re.compile(r"&#(?:0{0,6}(\d{1,2})|[xX]0{0,6}([0-9a-fA-F]{1,2})|0{0,6}(6553[45]));?(?![0-9a-fA-F])")


def fit_for_tree(html: str) -> str:
    """Return HTML without what a tree of lxml cannot hold: controls, written out or as references, and halves of pairs.

    They show nothing. Word, scanners and copies of PDF files leave them behind.
    """
    return _REFERENCE.sub(_without_control, clean_text(html, lines=True))


def _without_control(found: re.Match[str]) -> str:
    code = int(found[1]) if found[1] else int(found[2], 16) if found[2] else 0
    return "" if code < 32 and chr(code) not in "\t\n\r" else found[0]


def read_tree(html: str) -> _Element:
    """Return `html`, which the policy has been over, as the tree of a body."""
    html = fit_for_tree(html)
    from lxml import etree
    from lxml.html import HTMLParser

    parser = HTMLParser(encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True, huge_tree=True)
    text = f"<html><body><div>{html}</div></body></html>".encode("utf-8", "replace")
    root = etree.fromstring(text, parser)
    body = root.find("body")
    return root if body is None else body


def write_tree(tree: _Element) -> str:
    """Return what stands in `tree` as HTML."""
    only = len(tree) == 1 and tree[0].tag == "div" and not tree[0].attrib and not (tree[0].tail or "").strip()
    home = tree[0] if only else tree
    return _escape(home.text or "") + outer_html(home)


def outer_html(elements: Iterable[_Element]) -> str:
    """Return elements as HTML, one after the other, with the text that follows each."""
    from lxml import etree

    return "".join(etree.tostring(element, method="html", encoding="unicode") for element in elements)


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def text_in(element: _Element) -> str:
    """Return all text in an element."""
    return "".join(str(part) for part in element.itertext())


def attribute(element: _Element, name: str) -> str:
    """Return an attribute, "" where there is none."""
    return str(element.get(name) or "")


def take_attribute(element: _Element, name: str) -> str:
    """Take an attribute off and return it, "" where there was none."""
    return str(element.attrib.pop(name, ""))


def drop(element: _Element) -> None:
    """Take an element out, and keep what stands after it."""
    parent = element.getparent()
    if parent is not None:
        _add_text(parent, parent.index(element), element.tail or "")
        parent.remove(element)


def unwrap(element: _Element) -> None:
    """Take an element out, and keep what stands in it where it stood."""
    parent = element.getparent()
    if parent is None:
        return
    index = parent.index(element)
    children = list(element)
    _add_text(parent, index, element.text or "")
    if children:
        last = children[-1]
        last.tail = (last.tail or "") + (element.tail or "")
    else:
        _add_text(parent, index, element.tail or "")
    parent.remove(element)
    for offset, child in enumerate(children):
        parent.insert(index + offset, child)


def _add_text(parent: _Element, index: int, text: str) -> None:
    """Put text before the child with that number."""
    if not text:
        return
    if index == 0:
        parent.text = (parent.text or "") + text
    else:
        before = parent[index - 1]
        before.tail = (before.tail or "") + text
