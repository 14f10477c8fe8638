"""Makes HTML from outside safe.

All such HTML goes through `clean`. It is pure work without a wait, to be called off the window's thread; nh3 does not
hold Python's lock. What would make a reader spin (elements a thousand deep, a tag of ten thousand attributes, many
megabytes) is read as its text instead, so that nothing that can be read is lost and no caller waits for long.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from app.content.html import policy
from app.content.html.policy import Cleaned, is_monstrous
from app.content.html.style import StyleSheet, read_style
from app.content.jobs import Remote
from app.domain.html_rules import is_link, text_as_html, write_style

if TYPE_CHECKING:
    from collections.abc import Callable

_BODY: Final = re.compile(r"<(/?)body\b", re.IGNORECASE)


def clean(html: str, remote: Remote = Remote.LINKED) -> Cleaned:
    """Return `html` made safe, with everything visible in it; a fragment, without html, head and body."""
    if not html.strip():
        return Cleaned("")
    if is_monstrous(html):
        return Cleaned(_as_text(html), reduced=True)
    from app.content.html.tidy import tidy

    sheet = StyleSheet(style_sheets(html))
    return tidy(hold_to_policy(body_as_division(html)), sheet, remote)


def body_as_division(html: str) -> str:
    """Return HTML whose body is a division, which the policy leaves, with the style that it has."""
    return _BODY.sub(r"<\1div", html)


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


def _as_text(html: str) -> str:
    from app.domain.visible_text import plain_text

    return text_as_html(plain_text(html))


def style_sheets(html: str) -> str:
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
            return value.strip() if is_link(value) else None
        if attribute == "src":
            return value.strip() if policy.is_own_picture(value) or policy.is_remote_picture(value) else None
        return policy.filter_plain(attribute, value)

    return keep
