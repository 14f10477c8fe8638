"""Reads HTML as plain text: what is visible stays, line by line; nothing is fetched, run or laid out.

By lxml and not by the standard library, whose parser takes minutes for a hostile 150 kB ("<a <a <a …", measured).
It is called off the window's thread: a newsletter of 500 kB takes some tens of milliseconds.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from app.core.lazy_regex import late_pattern

if TYPE_CHECKING:
    from lxml.etree import _Element

_PARAGRAPHS: Final = frozenset({"p", "h1", "h2", "h3", "h4", "h5", "h6"})
_BLOCKS: Final = _PARAGRAPHS | {
    *("address", "article", "aside", "blockquote", "center", "dd", "div", "dl", "dt", "fieldset", "figure", "footer"),
    *("form", "header", "hr", "li", "main", "nav", "ol", "pre", "section", "table", "tr", "ul"),
}
_SILENT: Final = frozenset(
    {"head", "script", "style", "template", "title", "noscript", "object", "embed", "svg", "iframe"}
)
_BLANKS: Final = late_pattern(r"[ \t\r\n\f]+")
_GAPS: Final = late_pattern(r"\n{3,}")
_ANY_TAG: Final = late_pattern(r"<[a-zA-Z/!?][^<>]*>?")
_COMMENTS: Final = late_pattern(r"<!--[^>]*-->")
_IN, _OUT = "\ufdd0", "\ufdd1"
"""Where a quotation begins and ends, while text grows; no character of any text."""
_BREAKS: Final = late_pattern(r"(?i)</?(?:br|div|p|li|tr|h[1-6]|table)\b[^<>]*>")


class _Lines:
    """Text as it grows, with a line break where a browser would break."""

    def __init__(self, *, quoting: bool) -> None:
        self.parts: list[str] = []
        self._quoting = quoting

    def add(self, text: str, *, as_it_is: bool) -> None:
        if not as_it_is:
            text = _BLANKS.sub(" ", text)
            if not self.parts or self.parts[-1].endswith(("\n", "\t", " ")):
                text = text.lstrip(" ")
        if text:
            self.parts.append(text)

    def end_line(self, *, gap: bool) -> None:
        if self.parts:
            ended = self.parts[-1].endswith("\n")
            breaks = int(not ended) + int(gap)
            if breaks:
                self.parts.append("\n" * breaks)

    def turn_quote(self, sign: str) -> None:
        """Let a quotation begin or end here, where quotations are marked."""
        if self._quoting:
            self.end_line(gap=False)
            self.parts.append(f"{sign}\n")

    def text(self) -> str:
        lines = "".join(self.parts).split("\n")
        text = _GAPS.sub("\n\n", "\n".join(line.rstrip(" \t") for line in lines)).strip("\n")
        return _mark_quotes(text) if self._quoting and _IN in text else text


def _mark_quotes(text: str) -> str:
    """Put a mark before each line for every quotation that it stands in, as plain messages have it."""
    lines: list[str] = []
    depth, begins = 0, False
    for line in text.split("\n"):
        if line == _IN:
            depth, begins = depth + 1, True
        elif line == _OUT:
            while lines and lines[-1] == ">" * depth:
                lines.pop()
            depth, begins = depth - 1, False
        elif line or not begins:  # no empty lines at the edges of a quotation
            lines.append(f"{'>' * depth} {line}".rstrip() if depth else line)
            begins = False
    return "\n".join(lines).strip("\n")


def plain_text(html: str, *, quoting: bool = False) -> str:
    """Return the visible text of `html`. Broken HTML is read as far as it goes; time is linear in its length.

    With `quoting`, lines of quotations have their marks (">"), as a message of plain text has them.
    """
    from lxml import etree
    from lxml.html import HTMLParser

    if not html.strip():
        return ""
    from app.services.html.foreign.policy import is_monstrous

    if is_monstrous(html):
        return _crude_text(html)
    html = html.replace(_IN, "").replace(_OUT, "") if quoting else html
    parser = HTMLParser(encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True, huge_tree=True)
    try:
        root = etree.fromstring(html.encode("utf-8", "replace"), parser)
    except etree.ParserError:
        return ""
    if root is None:
        return ""
    lines = _Lines(quoting=quoting)
    stack: list[tuple[_Element, bool, bool]] = [(root, False, False)]
    while stack:
        element, leaving, kept = stack.pop()
        if leaving:
            _leave(lines, element, kept=kept)
            continue
        stack.append((element, True, kept))
        if element.tag in _SILENT:
            continue
        inside = kept or element.tag == "pre"
        _enter(lines, element, kept=inside)
        stack.extend((child, False, inside) for child in reversed(element))
    return lines.text()


def _crude_text(html: str) -> str:
    """Return the text between the tags of what no parser reads whole: libxml2 ends a tree that is too deep."""
    for name in ("script", "style", "title"):
        parts = re.split(rf"(?i)<{name}\b", html)
        html = parts[0] + "".join(re.split(rf"(?i)</{name}[^>]*>", part, maxsplit=1)[-1] for part in parts[1:])
    from html import unescape

    text = unescape(_ANY_TAG.sub(" ", _BREAKS.sub("\n", _COMMENTS.sub("", html))))
    lines = (_BLANKS.sub(" ", line).strip() for line in text.split("\n"))
    return _GAPS.sub("\n\n", "\n".join(lines)).strip("\n")


def _enter(lines: _Lines, element: _Element, *, kept: bool) -> None:
    tag = element.tag
    if tag in _BLOCKS:
        lines.end_line(gap=tag in _PARAGRAPHS)
    if tag == "blockquote":
        lines.turn_quote(_IN)
    if tag == "br":
        lines.parts.append("\n")
    elif tag == "li":
        lines.parts.append("• ")
    elif tag in {"td", "th"} and lines.parts and not lines.parts[-1].endswith("\n"):
        lines.parts.append("\t")
    elif tag == "img" and element.get("alt"):
        lines.parts.append(f"[{element.get('alt')}]")
    if element.text:
        lines.add(element.text, as_it_is=kept)


def _leave(lines: _Lines, element: _Element, *, kept: bool) -> None:
    if element.tag in _BLOCKS and element.tag not in _SILENT:
        lines.end_line(gap=element.tag in _PARAGRAPHS)
    if element.tag == "blockquote":
        lines.turn_quote(_OUT)
    if element.tail:
        lines.add(element.tail, as_it_is=kept)
