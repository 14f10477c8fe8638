"""Times as a person reads them: in local time, as short as the day allows, in the language of the program."""

from __future__ import annotations

import time
from typing import Final

from app.domain.i18n import mark, tr

_MONTHS: Final = (
    *(mark("Jan"), mark("Feb"), mark("Mar"), mark("Apr"), mark("May"), mark("Jun")),
    *(mark("Jul"), mark("Aug"), mark("Sep"), mark("Oct"), mark("Nov"), mark("Dec")),
)


def clock_time(when: float) -> str:
    """Return hours and minutes of `when` (seconds since the epoch)."""
    there = time.localtime(when)
    return f"{there.tm_hour:02d}:{there.tm_min:02d}"


def short_time(when: float, now: float) -> str:
    """Return the time for today, the day for this year, else day and year; "" for never."""
    if when <= 0:
        return ""
    there, here = time.localtime(when), time.localtime(now)
    if (there.tm_year, there.tm_yday) == (here.tm_year, here.tm_yday):
        return clock_time(when)
    month = tr(_MONTHS[there.tm_mon - 1])
    if there.tm_year == here.tm_year:
        return tr("{day} {month}", day=there.tm_mday, month=month)
    return tr("{day} {month} {year}", day=there.tm_mday, month=month, year=there.tm_year)


def moment(when: float, now: float) -> str:
    """Return the time, with the day before it where that is not today."""
    day = short_time(when, now)
    at = clock_time(when)
    return at if day in {"", at} else tr("{day}, {time}", day=day, time=at)
