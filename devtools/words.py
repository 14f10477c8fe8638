"""How dev.py speaks to a person, and how it says that it cannot go on."""

from __future__ import annotations

import sys


class SetUpError(Exception):
    """What is missing cannot be set up from here; the message says what a person can do."""


def say(words: str) -> None:
    """Tell the person, before the thing happens."""
    print(words, file=sys.stderr, flush=True)
