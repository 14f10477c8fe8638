"""Moments as people type them in three languages, held to the clock of a Saturday in London."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.views.compose.typed_dates import read_day, read_moment, suggested_moments


@pytest.fixture(autouse=True)
def _london(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    if not hasattr(time, "tzset"):
        pytest.skip("the zone of a process can be set on POSIX only")
    monkeypatch.setenv("TZ", "GMT0BST,M3.5.0/1,M10.5.0")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def at(day: int, hour: int = 0, minute: int = 0, *, month: int = 11, year: int = 2026) -> float:
    return datetime(year, month, day, hour, minute, tzinfo=UTC).timestamp()


NOW = at(21, 15, 30)  # a Saturday
MONDAY, TUESDAY = 23, 24


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("tomorrow 8", at(22, 8)),
        ("Tomorrow at 8:15", at(22, 8, 15)),
        ("tomorrow", at(22, 8)),
        ("tomorrow afternoon", at(22, 14)),
        ("14:30", at(22, 14, 30)),
        ("16:30", at(21, 16, 30)),
        ("4pm", at(21, 16)),
        ("4:45 pm", at(21, 16, 45)),
        ("12am", at(22, 0)),
        ("noon", at(22, 12)),
        ("tonight", at(21, 18)),
        ("Mon 9:00", at(MONDAY, 9)),
        ("monday", at(MONDAY, 8)),
        ("next Tuesday 9", at(TUESDAY, 9)),
        ("Sat 16:00", at(21, 16)),
        ("Sat 15:00", at(28, 15)),
        ("Saturday", at(28, 8)),
        ("in 2 hours", at(21, 17, 30)),
        ("in 2h", at(21, 17, 30)),
        ("in an hour", at(21, 16, 30)),
        ("+90m", at(21, 17)),
        ("30min", at(21, 16)),
        ("in 1 h 30 min", at(21, 17)),
        ("in 3 days", at(24, 15, 30)),
        ("24 Nov", at(24, 8)),
        ("Nov 24, 10:00", at(24, 10)),
        ("24th Nov 10", at(24, 10)),
        ("3 January", at(3, 8, month=1, year=2027)),
        ("3 January 2026 9:00", at(3, 9, month=1)),
        ("2026-12-01 07:05", at(1, 7, 5, month=12)),
        ("24/11 9:00", at(24, 9)),
        ("11/24 9:00", at(24, 9)),
        ("29 Feb", at(29, 8, month=2, year=2028)),
        ("demain 8h", at(22, 8)),
        ("demain matin", at(22, 8)),
        ("après-demain à 14h30", at(23, 14, 30)),
        ("aujourd’hui 17h", at(21, 17)),
        ("lundi 9h", at(MONDAY, 9)),
        ("le 24 novembre à 9h", at(24, 9)),
        ("1er déc", at(1, 8, month=12)),
        ("dans 2 heures", at(21, 17, 30)),
        ("morgen 8 Uhr", at(22, 8)),
        ("morgen früh", at(22, 8)),
        ("übermorgen um 14.30 Uhr", at(23, 14, 30)),
        ("heute abend", at(21, 18)),
        ("Mo 9:00", at(MONDAY, 9)),
        ("nächsten Dienstag 9", at(TUESDAY, 9)),
        ("Dienstag morgen", at(TUESDAY, 8)),
        ("24.11. um 14 Uhr", at(24, 14)),
        ("24.11.2026 14:00", at(24, 14)),
        ("24. November", at(24, 8)),
        ("in 2 Stunden", at(21, 17, 30)),
        ("in einer Stunde", at(21, 16, 30)),
        ("15 juillet 8h", at(15, 7, month=7, year=2027)),  # summer time
    ],
)
def test_a_moment_is_read_as_it_is_meant(typed: str, meant: float) -> None:
    assert read_moment(typed, NOW) == meant


STRANGE = [
    *("", "   ", "soon", "tomorrow or so", "25:00", "8:75", "13pm", "8 9", "tomorrow Monday today", "31 Feb"),
    *("in", "in 2", "in 2 hours 3", "2026-13-01", "99.99.", "at", "in 99999 weeks", "in 9999 weeks", "-1"),
]


@pytest.mark.parametrize("typed", STRANGE)
def test_what_is_not_wholly_understood_is_not_guessed_at(typed: str) -> None:
    assert read_moment(typed, NOW) is None


def test_zero_is_midnight() -> None:
    assert read_moment("0", NOW) == at(22)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("tomorrow", at(22)),
        ("today", at(21)),
        ("Mon", at(MONDAY)),
        ("24.11.", at(24)),
        ("Tuesday, 24 Nov", at(24)),
        ("24 Nov, Tuesday", at(24)),
        ("Friday, 24 Nov", None),
        ("24 Nov, Friday", None),
        ("1 Mar", at(1, month=3, year=2027)),
        ("mar 1er", None),
        ("in 3 days", at(24)),
        ("in 1 week", at(28)),
        ("tomorrow 8", None),
        ("8", None),
        ("in 2 hours", None),
        ("", None),
    ],
)
def test_a_day_is_read_without_a_time(typed: str, meant: float | None) -> None:
    assert read_day(typed, NOW) == meant


def test_days_are_counted_by_the_calendar_where_the_clock_goes_back() -> None:
    before = datetime(2026, 10, 24, 9, 0, tzinfo=UTC).timestamp()  # ten o'clock of summer time
    assert read_moment("in 1 day", before) == datetime(2026, 10, 25, 10, 0, tzinfo=UTC).timestamp()


@pytest.mark.parametrize("day", range(20, 30))
@pytest.mark.parametrize("hour", [0, 9, 16, 23])
def test_three_moments_are_suggested_that_differ_and_lie_ahead_in_order(day: int, hour: int) -> None:
    now = at(day, hour, 59)
    found = suggested_moments(now)
    assert len(set(found)) == 3
    assert list(found[:2]) == sorted(found[:2])
    assert all(one > now for one in found)


def test_the_suggestions_of_a_saturday_afternoon() -> None:
    assert suggested_moments(NOW) == (at(21, 18), at(22, 8), at(MONDAY, 8))


@given(st.text(max_size=30), st.floats(0, 4e9))
def test_no_words_break_it(typed: str, now: float) -> None:
    for found in (read_moment(typed, now), read_day(typed, now)):
        assert found is None or isinstance(found, float)
