"""Makes HTML from outside safe: what may stay is listed (policy.py), nh3 holds it to the list, and Word's marks go.

`clean` is the one door. It is pure work without a wait, to be called off the window's thread; nh3 does not hold
Python's lock. What would make a reader spin (elements a thousand deep, a tag of ten thousand attributes, many
megabytes) is read as its text instead, so that nothing that can be read is lost and nobody waits.
"""

from __future__ import annotations

import html as escapes
import re
from enum import Enum
from typing import TYPE_CHECKING, Final

import msgspec

from app.services.html import policy
from app.services.html.style import Sheet, read_style, write_style

if TYPE_CHECKING:
    from collections.abc import Callable

_TAG: Final = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)([^<>]*)>?")
_CLOSE_THEMSELVES: Final = frozenset(
    {
        *("area", "base", "basefont", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source"),
        *("wbr", "p", "li", "dd", "dt", "td", "th", "tr", "tbody", "thead", "tfoot", "option", "body", "html", "a"),
    }
)
_BODY: Final = re.compile(r"<(/?)body\b", re.IGNORECASE)


class Remote(Enum):
    """What becomes of pictures that lie elsewhere: a link in their place, or kept, where the letter is one's own.

    A letter of one's own that is quoted keeps its pictures too, but not those that are there to count its readers.
    """

    LINKED = "linked"
    KEPT = "kept"
    QUOTED = "quoted"


class Cleaned(msgspec.Struct, frozen=True):
    """HTML that is safe to show, keep and send. `remote` counts the pictures that lie elsewhere."""

    html: str
    remote: int = 0


def clean(html: str, remote: Remote = Remote.LINKED) -> Cleaned:
    """Return `html` made safe, with everything visible in it; a fragment, without html, head and body."""
    if not html.strip():
        return Cleaned("")
    if is_monstrous(html):
        return Cleaned(_as_text(html))
    from app.services.html.tidy import tidy

    sheet = Sheet(_style_sheets(html))
    return tidy(hold_to_policy(_BODY.sub(r"<\1div", html)), sheet, remote)


def hold_to_policy(html: str) -> str:
    """Return `html` with what the policy names, and nothing else: the work of nh3, whatever was done before."""
    import nh3

    # nh3 holds on to these for the call only; sets, because it takes nothing else.
    return nh3.clean(
        html,
        tags=set(policy.ELEMENTS),
        clean_content_tags=set(policy.SILENT),
        attributes=policy.ATTRIBUTES,
        attribute_filter=_attribute_filter(),
        url_schemes=set(policy.SCHEMES),
        url_relative="deny",
        link_rel=None,
        strip_comments=True,
    )


def is_monstrous(html: str) -> bool:
    """Tell whether `html` is made, or has grown, so that to read it as HTML would take for ever."""
    if len(html) > policy.LARGEST:
        return True
    depth: dict[str, int] = {}
    total = 0
    for tag in _TAG.finditer(html):
        name = tag[2].lower()
        if len(tag[3]) > 4000 and tag[3].count("=") > policy.MOST_ATTRIBUTES:
            return True
        if name in _CLOSE_THEMSELVES:
            continue
        if not tag[1]:
            depth[name] = depth.get(name, 0) + 1
            total += 1
            if total > policy.DEEPEST:
                return True
        elif depth.get(name, 0):
            depth[name] -= 1
            total -= 1
    return False


def _as_text(html: str) -> str:
    from app.services.plain import plain_text

    return text_as_html(plain_text(html))


def text_as_html(text: str) -> str:
    """Return plain text as HTML, a line for a line."""
    lines = (escapes.escape(line, quote=False) for line in text.split("\n"))
    return "".join(f"<div>{line or '<br>'}</div>" for line in lines)


def _style_sheets(html: str) -> str:
    """Return the text of all style elements, found in one pass."""
    found: list[str] = []
    lower = html.lower()
    at = lower.find("<style")
    while at >= 0:
        start = lower.find(">", at) + 1
        end = lower.find("</style", start) if start else -1
        if end < 0:
            break
        found.append(html[start:end])
        at = lower.find("<style", end)
    return "\n".join(found)


def _attribute_filter() -> Callable[[str, str, str], str | None]:
    """Return a filter that remembers styles: a newsletter has few, and each of them a thousand times."""
    known: dict[str, str | None] = {}

    def style(value: str) -> str | None:
        if value not in known:
            known[value] = write_style(read_style(value)) or None
        return known[value]

    def keep(_element: str, attribute: str, value: str) -> str | None:
        if attribute == "style":
            return style(value)
        if attribute == "href":
            return value.strip() if policy.is_link(value) else None
        if attribute == "src":
            return value.strip() if policy.is_own_picture(value) or policy.is_remote_picture(value) else None
        return policy.filter_plain(attribute, value)

    return keep
