"""Says in words what a formatted body loses when it becomes plain text, so that nobody learns it afterwards."""

from __future__ import annotations

import re
from typing import Final

from app.core.i18n import ntr, tr

_TAG: Final = re.compile(r"<([a-z][a-z0-9]*)([^>]*)>")
_DRESSING: Final = frozenset(
    {"b", "i", "u", "s", "sub", "sup", "span", "h1", "h2", "h3", "h4", "h5", "h6", "strong", "em"}
)


def losses(html: str) -> str:
    """Return what is lost, "" where the words are all there is."""
    inner = html.partition("<body>")[2] or html
    counts: dict[str, int] = {}
    for tag in _TAG.finditer(inner):
        counts[tag[1]] = counts.get(tag[1], 0) + 1
    links = sum(1 for tag in _TAG.finditer(inner) if tag[1] == "a")
    found: list[str] = []
    for name, one, many in (("img", "{n} picture", "{n} pictures"), ("table", "{n} table", "{n} tables")):
        if counts.get(name):
            found.append(ntr(one, many, counts[name]))
    if links:
        found.append(ntr("{n} link", "{n} links", links))
    styled = sum(1 for tag in _TAG.finditer(inner) if "style=" in tag[2]) - 1
    if styled > 0 or any(counts.get(name) for name in _DRESSING):
        found.append(tr("how it is dressed"))
    if counts.get("ul") or counts.get("ol") or counts.get("blockquote"):
        found.append(tr("lists and quotations as such"))
    return ", ".join(found)
