"""What may stand in HTML that this program shows, keeps or sends: an allow-list, which only nh3 reads.

Nothing here fetches, runs, submits or opens a file: no script, style sheet, form, frame, object or base; addresses of
links and pictures only by schemes that are named. What is not named is unwrapped (its text stays) or, where its
content is not text to a person, dropped with it.
"""

from __future__ import annotations

import re
from typing import Final

import msgspec

from app.domain.html_rules import LINKS, scheme_of

_TAG: Final = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)([^<>]*)>?")


_CLOSE_THEMSELVES: Final = frozenset(
    {
        *("area", "base", "basefont", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source"),
        *("wbr", "p", "li", "dd", "dt", "td", "th", "tr", "tbody", "thead", "tfoot", "option", "html", "a"),
    }
)


_FORMATTING: Final = frozenset(
    {"a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u"}
)


class Cleaned(msgspec.Struct, frozen=True):
    """HTML that is safe to show, keep and send. `remote` counts the pictures that lie elsewhere."""

    html: str
    remote: int = 0
    reduced: bool = False
    """It was more than any message needs: only its text is here."""


def is_monstrous(html: str) -> bool:
    """Return whether `html` is made, or has grown, so that reading it as HTML would take minutes."""
    if len(html) > LARGEST:
        return True
    depth: dict[str, int] = {}
    total = nodes = formatting = 0
    for tag in _TAG.finditer(html):
        name = tag[2].lower()
        if len(tag[3]) > 4000 and tag[3].count("=") > MOST_ATTRIBUTES:
            return True
        if name in _FORMATTING:
            formatting = max(0, formatting + (-1 if tag[1] else 1))
        # A block within formatting that was not closed opens all of it anew, in the rules of HTML.
        nodes += 1 if tag[1] or name in _FORMATTING else 1 + formatting
        if nodes > MOST_NODES:
            return True
        if name in _CLOSE_THEMSELVES:
            continue
        if not tag[1]:
            depth[name] = depth.get(name, 0) + 1
            total += 1
            if total > DEEPEST:
                return True
        elif depth.get(name, 0):
            depth[name] -= 1
            total -= 1
    return False


ELEMENTS: Final = frozenset(
    {
        *("a", "abbr", "acronym", "address", "article", "aside", "b", "bdi", "bdo", "big", "blockquote", "br"),
        *("caption", "center", "cite", "code", "col", "colgroup", "dd", "del", "dfn", "div", "dl", "dt", "em"),
        *("figcaption", "figure", "font", "footer", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "i", "img"),
        *("ins", "kbd", "li", "main", "mark", "nav", "ol", "p", "pre", "q", "s", "samp", "section", "small", "span"),
        *("strike", "strong", "sub", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "time", "tr", "tt", "u"),
        *("ul", "var", "wbr"),
    }
)
SILENT: Final = frozenset(
    {
        *("script", "style", "title", "template", "noscript", "iframe", "frame", "frameset", "object", "embed"),
        *("applet", "svg", "math", "xml", "select", "datalist", "audio", "video", "canvas", "map", "noembed"),
    }
)
"""Their content is not text to be read either."""
ATTRIBUTES: Final = {
    "*": {"style", "class", "id", "dir", "lang", "align", "title", "hidden"},
    "a": {"href", "name"},
    "img": {"src", "alt", "width", "height"},
    "font": {"color", "face", "size"},
    "ol": {"start", "type"},
    "ul": {"type"},
    "li": {"value"},
    "blockquote": {"type"},
    "table": {"border", "cellpadding", "cellspacing", "width", "bgcolor"},
    "tr": {"bgcolor", "valign"},
    "td": {"colspan", "rowspan", "bgcolor", "valign", "width", "height", "nowrap"},
    "th": {"colspan", "rowspan", "bgcolor", "valign", "width", "height", "nowrap"},
    "col": {"span", "width"},
    "div": {"bgcolor"},
}
SCHEMES: Final = frozenset({*LINKS, "cid", "data"})
LARGEST: Final = 8_000_000
"""Characters of HTML that are read as HTML; what is longer is read as its text."""
DEEPEST: Final = 400
"""Elements inside each other; a tree deeper than this is no message, and costs its depth squared to read."""
MOST_ATTRIBUTES: Final = 300
MOST_NODES: Final = 600_000
"""Tags, with those that formatting is opened by anew: beyond it a tree takes gigabytes, or many seconds."""

_PICTURE_DATA: Final = re.compile(r"data:image/(?:png|jpe?g|gif|webp|bmp);base64,[A-Za-z0-9+/=\s]+\Z", re.IGNORECASE)
_NUMBER: Final = re.compile(r"\d{1,4}(?:\.\d+)?%?\Z")
_NUMBERS: Final = frozenset({"width", "height", "border", "cellpadding", "cellspacing", "colspan", "rowspan", "span"})


def is_own_picture(address: str) -> bool:
    """Return whether a picture is part of the message: an attachment (cid:) or written out in it."""
    return scheme_of(address) == "cid" or _PICTURE_DATA.match(address.strip()) is not None


def is_remote_picture(address: str) -> bool:
    """Return whether a picture lies somewhere else, and would have to be fetched."""
    return scheme_of(address) in {"http", "https"}


def filter_plain(attribute: str, value: str) -> str | None:
    """Return an attribute that is no style and no address as it may stay, None for not at all."""
    if attribute in _NUMBERS:
        value = value.strip().removesuffix("px")
        return value if _NUMBER.match(value) else None
    return value
