"""The letters that stand for a person where there is no picture. The rail needs them before anything else is loaded."""

from __future__ import annotations

import re
from functools import lru_cache


@lru_cache(maxsize=512)
def initials(who: str) -> str:
    """Return up to two letters that stand for a name or an address."""
    first = "" if who.startswith("(") else re.split("[,;@]", who, maxsplit=1)[0]
    words = [word for word in re.split(r"[\s._]+", first) if word[:1].isalnum()]
    if not words:
        return "–"
    return (words[0][0] + (words[-1][0] if len(words) > 1 else "")).upper()
