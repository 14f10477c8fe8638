"""Reads HTML as plain text: what is visible stays, line by line; nothing is fetched, run or laid out.

One pass over the tags, and no tree: time is linear in the length whatever the HTML is, and no text makes it fail. So it
may read HTML that no parser can be trusted with. Not by the standard library's parser, which takes minutes for a
hostile 150 kB ("<a <a <a …", measured).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from app.core.lazy_regex import late_pattern

_PARAGRAPHS: Final = frozenset({"p", "h1", "h2", "h3", "h4", "h5", "h6"})
_BLOCKS: Final = _PARAGRAPHS | {
    *("address", "article", "aside", "blockquote", "center", "dd", "div", "dl", "dt", "fieldset", "figure", "footer"),
    *("form", "header", "hr", "li", "main", "nav", "ol", "pre", "section", "table", "tr", "ul"),
}
_SILENT: Final = frozenset({"script", "style", "template", "title", "noscript", "object", "svg", "iframe"})
"""Elements whose content is no text to be read."""
_BLANKS: Final = late_pattern(r"[ \t\r\n\f]+")
_GAPS: Final = late_pattern(r"\n{3,}")
_NAME: Final = late_pattern(r"/?[a-zA-Z][a-zA-Z0-9]{0,30}")
_SIGN: Final = late_pattern(r"&(?:#[0-9]{1,8}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});?")
_ALT: Final = late_pattern(r"(?i)\balt\s{0,9}=\s{0,9}(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))")
_HREF: Final = late_pattern(r"(?i)\bhref\s{0,9}=\s{0,9}(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))")
_IN, _OUT = "\ufdd0", "\ufdd1"
"""Where a quotation begins and ends, while text grows; no character of any text."""


class _Tag(NamedTuple):
    """A tag: its name in small letters, with a slash before it where it ends an element, and what it is written as."""

    name: str
    written: str


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
            depth, begins = min(depth + 1, _DEEPEST), True
        elif line == _OUT:
            while lines and lines[-1] == ">" * depth:
                lines.pop()
            depth, begins = max(0, depth - 1), False
        elif line or not begins:  # no empty lines at the edges of a quotation
            lines.append(f"{'>' * depth} {line}".rstrip() if depth else line)
            begins = False
    return "\n".join(lines).strip("\n")


_DEEPEST: Final = 50
"""Marks before a line: more would make a text of its depth squared."""


def plain_text(html: str, *, quoting: bool = False) -> str:
    """Return the visible text of `html`, broken HTML too.

    With `quoting`, lines of quotations have their marks (">"), as a message of plain text has them. Where nothing but
    pictures without words is to be seen, the addresses to which they lead stand for them.
    """
    reader = _Reader(quoting=quoting)
    for token in _tokens(html.replace(_IN, "").replace(_OUT, "") if quoting else html):
        if isinstance(token, _Tag):
            reader.take_tag(token)
        else:
            reader.take_text(token)
    return reader.lines.text() or "\n".join(reader.wordless)


class _Reader:
    """Turns tags and text into lines. Tags may come in any order, and any of them may be missing."""

    def __init__(self, *, quoting: bool) -> None:
        self.lines = _Lines(quoting=quoting)
        self._in_paragraph = False
        self._kept = 0
        self._quotes = 0
        self._link = ""
        self.wordless: dict[str, None] = {}
        """The addresses to which pictures without words lead."""

    def take_text(self, text: str) -> None:
        self.lines.add(_SIGN.sub(_unescape, text) if "&" in text else text, as_it_is=self._kept > 0)

    def take_tag(self, tag: _Tag) -> None:
        if tag.name.startswith("/"):
            self._leave(tag.name[1:])
        else:
            self._enter(tag)

    def _enter(self, tag: _Tag) -> None:
        name, lines = tag.name, self.lines
        if name in _BLOCKS:
            lines.end_line(gap=name in _PARAGRAPHS or self._in_paragraph)
            self._in_paragraph = name in _PARAGRAPHS
        if name == "blockquote":
            self._quotes += 1
            lines.turn_quote(_IN)
        elif name == "pre":
            self._kept += 1
        elif name == "br":
            lines.parts.append("\n")
        elif name == "li":
            lines.parts.append("• ")
        elif name in {"td", "th"} and lines.parts and not lines.parts[-1].endswith("\n"):
            lines.parts.append("\t")
        elif name in {"a", "img"}:
            self._enter_picture_or_link(tag)

    def _enter_picture_or_link(self, tag: _Tag) -> None:
        if tag.name == "a":
            address = _value_of(_HREF, tag.written)
            shown = address.lower().startswith(_SHOWN) and len(address) <= _LONGEST_ADDRESS
            self._link = address if shown else ""
        elif words := _value_of(_ALT, tag.written):
            self.lines.parts.append(f"[{words}]")
        elif self._link and len(self.wordless) < _MOST_ADDRESSES:
            self.wordless[self._link] = None

    def _leave(self, name: str) -> None:
        if name in _BLOCKS:
            self.lines.end_line(gap=name in _PARAGRAPHS)
            self._in_paragraph = False
        elif name == "a":
            self._link = ""
        if name == "blockquote" and self._quotes:
            self._quotes -= 1
            self.lines.turn_quote(_OUT)
        elif name == "pre":
            self._kept = max(0, self._kept - 1)


def _unescape(found: re.Match[str]) -> str:
    from html import unescape  # its table of names is not needed at the start

    return unescape(found[0])


def _value_of(attribute: re.Pattern[str], written: str) -> str:
    found = attribute.search(written[:_LONGEST_TAG])
    words = next((one for one in found.groups() if one is not None), "") if found else ""
    return " ".join(_SIGN.sub(_unescape, words).split())


_LONGEST_TAG: Final = 20_000
"""Characters of a tag in which an attribute is looked for."""
_SHOWN: Final = ("https:", "http:", "mailto:")
_LONGEST_ADDRESS: Final = 2_000
_MOST_ADDRESSES: Final = 100


def _tokens(html: str) -> Iterator[_Tag | str]:
    """Yield tags, and the text between them as it is written; comments and silent elements are left out.

    Each search that finds something moves on, and one that finds nothing is the last of its kind.
    """
    at, end = 0, len(html)
    ends = _TagEnds(html)
    while at < end:
        opened = html.find("<", at)
        if opened < 0:
            yield html[at:]
            return
        if opened > at:
            yield html[at:opened]
        found = _NAME.match(html, opened + 1)
        if found is None:
            if html[opened + 1 : opened + 2] not in {"!", "?", "/"}:
                yield "<"  # a sign of the text
                at = opened + 1
                continue
            at = ends.after_comment(opened)
            continue
        at = ends.after_tag(found.end())
        name = found[0].lower()
        yield _Tag(name, html[opened:at])
        if name in _SILENT:
            at = ends.before_end_of(name, at)


class _TagEnds:
    """Finds where tags end. What was once not found ahead is not looked for again."""

    def __init__(self, html: str) -> None:
        self._html = html
        self._gone: set[str] = set()

    def before_end_of(self, name: str, at: int) -> int:
        """Return where the end tag of a silent element begins; without one, scripts and styles go on to the end."""
        closing = f"</{name}"
        found = None if closing in self._gone else re.compile(closing, re.IGNORECASE).search(self._html, at)
        if found is not None:
            return found.start()
        self._gone.add(closing)
        return len(self._html) if name in {"script", "style"} else at

    def after_comment(self, opened: int) -> int:
        """Return where a comment or declaration ends, that begins at `opened`."""
        if self._html.startswith("<!--", opened):
            if self._html.startswith((">", "->"), opened + 4):
                return self._find(">", opened + 4, 1)
            return self._find("-->", opened + 4, 3)
        return self._find(">", opened + 1, 1)

    def after_tag(self, at: int) -> int:
        """Return where a tag ends whose name ends at `at`; a sign ">" in a quoted value does not end it."""
        html = self._html
        closing = self._find(">", at, 1)
        while True:
            given = html.find("=", at, closing)
            if given < 0:
                return closing
            at = given + 1
            while at < closing and html[at] in " \t\r\n\f":
                at += 1
            quote = html[at : at + 1]
            if at < closing and quote in {'"', "'"} and quote not in self._gone:
                over = html.find(quote, at + 1)
                if over < 0:
                    self._gone.add(quote)
                    continue
                at = over + 1
                if at > closing:
                    closing = self._find(">", at, 1)

    def _find(self, sign: str, at: int, length: int) -> int:
        """Return where the next `sign` ends, the end of all where there is none."""
        found = -1 if sign in self._gone else self._html.find(sign, at)
        if found < 0:
            self._gone.add(sign)
            return len(self._html)
        return found + length
