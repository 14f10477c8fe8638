"""What HTML from outside and HTML of our own share: links, plain text as HTML, heads of quotations, styles."""

from __future__ import annotations

import html as escapes
import re
from functools import lru_cache
from typing import Final

LINKS: Final = ("http", "https", "mailto", "tel", "sip", "callto", "ftp", "webcal")
"""Schemes of links; each is opened by the person's own key or click, by the desktop, never by this program."""
_SCHEME: Final = re.compile(r"\s*([a-z][a-z0-9+.-]*):", re.IGNORECASE)


def scheme_of(address: str) -> str:
    """Return the scheme of an address in small letters, "" for none. Blanks and controls in it do not hide it."""
    found = _SCHEME.match(re.sub(r"[\x00-\x20]", "", address[:200]))
    return found[1].lower() if found else ""


def is_link(address: str) -> bool:
    """Return whether a link may lead there."""
    return scheme_of(address) in LINKS


def text_as_html(text: str) -> str:
    """Return plain text as HTML, a line for a line."""
    lines = (escapes.escape(line, quote=False) for line in text.split("\n"))
    return "".join(f"<div>{line or '<br>'}</div>" for line in lines)


# --- quotations -----------------------------------------------------------------------------------------------------

_FIELDS: Final = 3
"""Lines of "name: words" that make a head: whom it is from, when, what about."""
_HEADERS: Final = re.compile(
    r"\s*(?:From|Von|De|-{3,}\s*(?:Original|Urspr|Message|Forwarded|Weitergeleitet))", re.IGNORECASE
)


def is_quote_head(text: str, *, ruled: bool) -> bool:
    """Return whether `text` is the head of an older message: a field a line, in any language; a rule or known words."""
    fields = sum(": " in line or line.rstrip().endswith(":") for line in text[:2000].splitlines())
    known = _HEADERS.match(text) is not None
    return (ruled and known) or (fields >= _FIELDS and (known or (ruled and "@" in text)))


# --- styles ---------------------------------------------------------------------------------------------------------

Style = dict[str, str]

SMALLEST_LENGTH: Final = -200
LARGEST_FONT: Final = 120.0
"""Pixels."""
_LENGTH: Final = re.compile(r"(-?\d{0,5}(?:\.\d{1,6})?)(px|pt|em|ex|rem|in|cm|mm|pc|%)?", re.IGNORECASE)
_PIXELS: Final = {
    "px": 1.0,
    "pt": 4 / 3,
    "em": 16.0,
    "rem": 16.0,
    "ex": 8.0,
    "in": 96.0,
    "cm": 37.8,
    "mm": 3.78,
    "pc": 16.0,
}


def declarations(style: str) -> Style:
    """Return the declarations of a style that `write_style` wrote; what comes from outside needs `read_style` first.

    A font size beyond the bounds is left out: percentages within percentages may have made one.
    """
    return dict(_declarations(style))


@lru_cache(maxsize=2000)
def _declarations(style: str) -> tuple[tuple[str, str], ...]:
    """Split a style; a message has few that differ, and each of them many times."""
    pairs = (part.partition(":") for part in style.split(";"))
    found = {name: value for name, colon, value in pairs if colon}
    size = pixels(found.get("font-size", ""))
    if size is not None and not SMALLEST_LENGTH <= size <= LARGEST_FONT:
        del found["font-size"]
    return tuple(found.items())


def write_style(style: Style) -> str:
    """Return declarations as one attribute, without blanks that mean nothing."""
    return ";".join(f"{name}:{value}" for name, value in style.items())


def pixels(value: str, base: float = 16.0) -> float | None:
    """Return a length in pixels, None where it is none; percentages are taken of `base`."""
    found = _LENGTH.fullmatch(value.strip())
    if not found or found[1] in {"", "-"}:
        return None
    unit = (found[2] or "px").lower()
    if unit == "%":
        return float(found[1]) * base / 100
    factor = base if unit in {"em", "rem"} else _PIXELS[unit]
    return float(found[1]) * factor
