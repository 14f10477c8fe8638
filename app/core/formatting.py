"""Times and sizes in words."""

from __future__ import annotations

import time
from datetime import date
from typing import Final

from app.core.i18n import mark, ntr, tr

_MONTHS: Final = (
    *(mark("Jan"), mark("Feb"), mark("Mar"), mark("Apr"), mark("May"), mark("Jun")),
    *(mark("Jul"), mark("Aug"), mark("Sep"), mark("Oct"), mark("Nov"), mark("Dec")),
)
_WEEKDAYS: Final = (
    *(mark("Monday"), mark("Tuesday"), mark("Wednesday"), mark("Thursday")),
    *(mark("Friday"), mark("Saturday"), mark("Sunday")),
)
_NEAR: Final = {-1: mark("yesterday"), 0: mark("today"), 1: mark("tomorrow")}
_LAST: Final = 253_402_000_000.0
"""Near the end of the year 9999, past which no calendar of the standard library goes."""


def short_time(when: float, now: float) -> str:
    """Return `when` for a list: the time today, "Yesterday", the weekday within a week, else the date; "" for never.

    Both are seconds since the epoch. What seems to lie ahead (a clock that differs) gets its date, never a weekday.
    """
    if not 0 < when < _LAST:
        return ""
    there = time.localtime(when)
    days = _day(time.localtime(now)) - _day(there)
    if days == 0:
        return _hours(there)
    if days == 1:
        return tr("Yesterday")
    if 1 < days < 7:
        return tr(_WEEKDAYS[there.tm_wday])
    return _date(there, time.localtime(now))


def clock_time(when: float, now: float) -> str:
    """Return hours and minutes of `when`, with the date before them where it is not that of `now`; "" for never."""
    if not 0 < when < _LAST:
        return ""
    there, here = time.localtime(when), time.localtime(now)
    if _day(there) == _day(here):
        return _hours(there)
    return tr("{date}, {time}", date=_date(there, here), time=_hours(there))


def moment_words(when: float, now: float) -> str:
    """Return a moment that lies ahead, with its day in words: "today, 14:30", "Monday, 08:00"; "" for none."""
    if not 0 < when < _LAST:
        return ""
    return tr("{date}, {time}", date=day_words(when, now), time=_hours(time.localtime(when)))


def past_moment_words(when: float, now: float) -> str:
    """Return a moment that lies behind, with its day in words: "today, 14:30", "Friday, 17:05"; "" for none."""
    if not 0 < when < _LAST:
        return ""
    there, here = time.localtime(when), time.localtime(now)
    days = _day(here) - _day(there)
    day = tr(_WEEKDAYS[there.tm_wday]) if 1 < days < 7 else day_words(when, now)
    return tr("{date}, {time}", date=day, time=_hours(there))


def day_words(when: float, now: float) -> str:
    """Return a day as one speaks of it: "today", "tomorrow", a weekday of this week to come, else the date."""
    if not 0 < when < _LAST:
        return ""
    there, here = time.localtime(when), time.localtime(now)
    days = _day(there) - _day(here)
    if days in _NEAR:
        return tr(_NEAR[days])
    return tr(_WEEKDAYS[there.tm_wday]) if 1 < days < 7 else _date(there, here)


def example_day(now: float) -> str:
    """Return a day as it may be typed: what a field for days shows while it is empty."""
    return _date(time.localtime(now + 8 * 86_400), time.localtime(now))


def full_date(when: float) -> str:
    """Return the day of `when` with its year, as a message bears it."""
    return _date(time.localtime(when), time.gmtime(0)) if 0 < when < _LAST else ""


def full_moment(when: float) -> str:
    """Return `when` with its year, to the minute, in words that stay true: "26 Nov 2026, 09:00"; "" for none."""
    if not 0 < when < _LAST:
        return ""
    return tr("{date}, {time}", date=full_date(when), time=_hours(time.localtime(when)))


def exact_time(when: float) -> str:
    """Return `when` to the second with its distance from UTC, as administrators look for it; "" for never."""
    return time.strftime("%Y-%m-%d %H:%M:%S %z", time.localtime(when)) if 0 < when < _LAST else ""


def _hours(moment: time.struct_time) -> str:
    return f"{moment.tm_hour:02d}:{moment.tm_min:02d}"


def _date(there: time.struct_time, here: time.struct_time) -> str:
    month = tr(_MONTHS[there.tm_mon - 1])
    if there.tm_year == here.tm_year:
        return tr("{day} {month}", day=there.tm_mday, month=month)
    return tr("{day} {month} {year}", day=there.tm_mday, month=month, year=there.tm_year)


def _day(moment: time.struct_time) -> int:
    return date(moment.tm_year, moment.tm_mon, moment.tm_mday).toordinal()


_SIZES: Final = (
    (1000, mark("{n} KB"), ""),
    (1_000_000, mark("{n} MB"), mark("{n}.{tenth} MB")),
    (1_000_000_000, mark("{n} GB"), mark("{n}.{tenth} GB")),
)
"""Bytes of each unit, and its words: without and with a tenth, so that a catalogue can write "1,5 Mo"."""


def size_words(size: int) -> str:
    """Return a size in bytes as it is read: "999 bytes", "250 KB", "1.5 MB", "100 MB"; halves are rounded up.

    Units are thousands of each other. Megabytes and gigabytes have a tenth below a hundred, unless it is zero.
    """
    if size < 1000:
        return ntr("{n} byte", "{n} bytes", size)
    # What is rounded up to a thousand of a unit is one of the next.
    smaller = (one for one in _SIZES[:-1] if size + one[0] // 2 < 1000 * one[0])
    unit, words, words_with_tenth = next(smaller, _SIZES[-1])
    number, tenth = divmod((size * 10 + unit // 2) // unit, 10)
    if words_with_tenth and tenth and number < 100:
        return tr(words_with_tenth, n=number, tenth=tenth)
    return tr(words, n=(size + unit // 2) // unit)
