"""Regular expressions that are compiled when they are first used: a start has dozens of them, and uses a few."""

from __future__ import annotations

import re
from typing import Any, cast


class _Late:
    """Stands for a compiled expression, and has what that has from the first use on."""

    def __init__(self, words: str, flags: int) -> None:
        self._words, self._flags = words, flags

    def __getattr__(self, name: str) -> Any:
        found = getattr(re.compile(self._words, self._flags), name)
        setattr(self, name, found)
        return found


def late_pattern(words: str, flags: int = 0) -> re.Pattern[str]:
    """Return `words` as an expression that its first use compiles; that use raises the error of a mistake in it."""
    return cast("re.Pattern[str]", _Late(words, flags))
