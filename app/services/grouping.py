"""Where groups begin in a sorted list, and what each is called: by day where it is by time, else by recipient."""

from __future__ import annotations

import time
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from app.core.formatting import short_time
from app.core.i18n import tr
from app.domain.listing import Order
from app.services.listed import Key
from app.services.rows import ListRow

BY_TIME: Final = frozenset({Order.NEWEST, Order.OLDEST})
CAN_BE_GROUPED: Final = BY_TIME | {Order.RECIPIENT}


def heads(order: Order, keys: Sequence[Key]) -> list[int]:
    """Return the numbers of the rows with which a group begins; none where the order has no groups."""
    if order in BY_TIME:
        return _days(keys, newest_first=order is Order.NEWEST)
    if order is Order.RECIPIENT:
        return [number for number, key in enumerate(keys) if not number or keys[number - 1] != key]
    return []


def group_words(order: Order, row: ListRow, now: float) -> str:
    """Return what the group is called that begins with `row`."""
    if order is Order.RECIPIENT:
        return row.to.partition(";")[0].strip() or tr("(no recipient)")
    if row.when <= 0:
        return tr("Without a date")
    if _day_of(row.when) == _day_of(now):
        return tr("Today")
    return short_time(row.when, now)


def _days(keys: Sequence[Key], *, newest_first: bool) -> list[int]:
    """Jump from day to day: a look at each of 100 000 rows would be felt."""
    found: list[int] = []
    number = 0
    while number < len(keys):
        found.append(number)
        first, following = _bounds(abs(float(keys[number])))
        after = bisect_right(keys, -first) if newest_first else bisect_left(keys, following)
        number = max(number + 1, after)
    return found


def _bounds(moment: float) -> tuple[float, float]:
    """Return when the local day of `moment` began, and when the next begins."""
    day = datetime.fromtimestamp(moment).replace(hour=0, minute=0, second=0, microsecond=0)  # noqa: DTZ006 - a person's day is a local one
    return day.timestamp(), (day + timedelta(days=1)).timestamp()


def _day_of(moment: float) -> tuple[int, int]:
    there = time.localtime(moment)
    return there.tm_year, there.tm_yday
