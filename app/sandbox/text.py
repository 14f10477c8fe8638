"""Text as the service compares it."""

import html
import re
import unicodedata
from html.parser import HTMLParser
from typing import Final

_BREAKS: Final = frozenset(
    {"br", "p", "div", "li", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "table"}
)
_HIDDEN: Final = frozenset({"head", "style", "script", "title"})


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _HIDDEN:
            self._hidden += 1
        elif tag == "li":
            self.parts.append("\n* ")
        elif tag in _BREAKS:
            self.parts.append("\n")
        elif tag == "td":
            self.parts.append("\t")
        del attrs

    def handle_endtag(self, tag: str) -> None:
        if tag in _HIDDEN:
            self._hidden = max(0, self._hidden - 1)
        elif tag in {"p", "div", "table", "blockquote"}:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.parts.append(re.sub(r"\s+", " ", data))


def plain_text(kind: str, content: str) -> str:
    """Return a body as plain text; `kind` is HTML or Text."""
    if kind != "HTML":
        return content
    reader = _Reader()
    reader.feed(content)
    reader.close()
    lines = [line.strip(" ") for line in "".join(reader.parts).split("\n")]
    text = re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n")
    return f"{text}\n" if text else ""


def as_html(kind: str, content: str) -> str:
    """Return a body as a page of HTML; `kind` is HTML or Text."""
    if kind == "HTML":
        return content
    lines = "<br>\r\n".join(html.escape(line, quote=False) for line in content.splitlines())
    return (
        '<html>\r\n<head>\r\n<meta http-equiv="Content-Type" content="text/html; charset=utf-8">\r\n</head>\r\n'
        f"<body>\r\n<div>{lines}</div>\r\n</body>\r\n</html>\r\n"
    )


def _bare(text: str) -> str:
    return "".join(one for one in unicodedata.normalize("NFD", text) if not unicodedata.combining(one))


def contains(value: object, needle: str, mode: str, comparison: str) -> bool:
    """Say whether a text holds another, by ContainmentMode and ContainmentComparison; for use within SQL."""
    if not isinstance(value, str):
        return False
    text = value
    if "NonSpac" in comparison or comparison.startswith("Loose"):
        text, needle = _bare(text), _bare(needle)
    if "Case" in comparison or comparison == "Loose":
        text, needle = text.casefold(), needle.casefold()
    if mode == "FullString":
        return text == needle
    if mode == "Prefixed":
        return text.startswith(needle)
    if mode == "PrefixOnWords":
        return f" {text}".find(f" {needle}") >= 0
    if mode == "ExactPhrase":
        return f" {needle} " in f" {text} "
    return needle in text
