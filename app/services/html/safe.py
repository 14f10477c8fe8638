"""What HTML from outside and HTML of our own are both held to: where a link may lead, and plain text as HTML."""

from __future__ import annotations

import html as escapes
import re
from typing import Final

LINKS: Final = ("http", "https", "mailto", "tel", "sip", "callto", "ftp", "webcal")
"""Schemes of links; each is opened by the person's own key or click, by the desktop, never by this program."""
_SCHEME: Final = re.compile(r"\s*([a-z][a-z0-9+.-]*):", re.IGNORECASE)


def scheme_of(address: str) -> str:
    """Return the scheme of an address in small letters, "" for none. Blanks and controls in it do not hide it."""
    found = _SCHEME.match(re.sub(r"[\x00-\x20]", "", address[:200]))
    return found[1].lower() if found else ""


def is_link(address: str) -> bool:
    """Tell whether a link may lead there."""
    return scheme_of(address) in LINKS


def text_as_html(text: str) -> str:
    """Return plain text as HTML, a line for a line."""
    lines = (escapes.escape(line, quote=False) for line in text.split("\n"))
    return "".join(f"<div>{line or '<br>'}</div>" for line in lines)
