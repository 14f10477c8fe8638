"""Reads numbers, moments and JSON from outside, so that no text makes the caller fail.

Python's own take "²" for a digit and not for a number, refuse 5 000 digits, and follow "[[[[…" to the end of the stack.
"""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time
from typing import Any, Final

LARGEST: Final = 2**53
LONGEST_WAIT: Final = 24 * 3600.0
"""Seconds that a server may ask for: what it asks for beyond is a mistake, or meant to stop the program."""


def whole_number(text: str | None, otherwise: int = 0) -> int:
    """Return a whole number in ASCII digits, with a sign or without; `otherwise` for what is none, or is too large."""
    digits = (text or "").strip()
    unsigned = digits.removeprefix("-")
    if not (unsigned.isascii() and unsigned.isdigit() and len(unsigned) < 17):
        return otherwise
    return int(digits)


def seconds_in(text: str | float, otherwise: float = 0.0, most: float = LONGEST_WAIT) -> float:
    """Return a number of seconds from 0 to `most`; `otherwise` for what is none."""
    try:
        seconds = float(text)
    except (ValueError, OverflowError):
        return otherwise
    return min(max(seconds, 0.0), most) if seconds == seconds else otherwise  # noqa: PLR0124 - only "nan" is not itself


def json_in(text: str | bytes) -> Any:
    """Return what JSON says, None for what is none."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def moment_in(text: str) -> float:
    """Return an xs:dateTime as seconds since the epoch, 0 for none; one without a zone is UTC, as Exchange means it."""
    try:
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return 0.0


def midnight_of(day: date) -> float | None:
    """Return when a day begins here, in seconds since the epoch; None for one that no clock of this system shows."""
    try:
        return datetime.combine(day, time()).astimezone().timestamp()
    except (ValueError, OverflowError, OSError):
        return None
