"""Times are as short as the day allows, and never name a day that could be mistaken."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from gettext import NullTranslations

import pytest

from app.core import i18n
from app.core.formatting import (
    clock_time,
    day_words,
    exact_time,
    example_day,
    full_moment,
    moment_words,
    short_time,
    size_words,
)
from app.views.compose.typed_dates import read_day


@pytest.fixture(autouse=True)
def _london(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Summer time included, by a rule that needs no database of zones."""
    if not hasattr(time, "tzset"):
        pytest.skip("the zone of a process can be set on POSIX only")
    monkeypatch.setenv("TZ", "GMT0BST,M3.5.0/1,M10.5.0")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def at(year: int, month: int, day: int, hour: int = 12, minute: int = 0) -> float:
    """Return a moment of UTC."""
    return datetime(year, month, day, hour, minute, tzinfo=UTC).timestamp()


NOW = at(2026, 11, 21, 15, 30)  # a Saturday


@pytest.mark.parametrize(
    ("when", "words"),
    [
        (at(2026, 11, 21, 14, 32), "14:32"),
        (at(2026, 11, 21, 0, 5), "00:05"),
        (at(2026, 11, 21, 23, 59), "23:59"),
        (at(2026, 11, 20, 23, 59), "Yesterday"),
        (at(2026, 11, 19), "Thursday"),
        (at(2026, 11, 15), "Sunday"),
        (at(2026, 11, 14), "14 Nov"),
        (at(2026, 5, 3), "3 May"),
        (at(2025, 5, 3), "3 May 2025"),
        (at(2026, 11, 22), "22 Nov"),
        (at(2027, 1, 1), "1 Jan 2027"),
        (0.0, ""),
        (-3600.0, ""),
        (1e18, ""),
    ],
)
def test_a_list_says_the_time_today_then_the_day_then_the_date(when: float, words: str) -> None:
    assert short_time(when, NOW) == words


def test_yesterday_is_the_day_before_also_across_new_year() -> None:
    assert short_time(at(2026, 12, 31, 23, 50), at(2027, 1, 1, 0, 10)) == "Yesterday"


def test_a_day_begins_at_local_midnight_and_not_at_that_of_utc() -> None:
    summer = at(2026, 7, 2, 12)
    assert short_time(at(2026, 7, 1, 23, 30), summer) == "00:30"
    assert short_time(at(2026, 7, 1, 22, 30), summer) == "Yesterday"


@pytest.mark.parametrize(
    ("when", "words"),
    [
        (at(2026, 11, 21, 12, 3), "12:03"),
        (at(2026, 11, 20, 12, 3), "20 Nov, 12:03"),
        (at(2026, 5, 3, 11, 3), "3 May, 12:03"),
        (at(2025, 12, 31, 12, 3), "31 Dec 2025, 12:03"),
        (0.0, ""),
    ],
)
def test_a_clock_time_of_another_day_has_its_date(when: float, words: str) -> None:
    assert clock_time(when, NOW) == words


def test_an_exact_time_can_be_read_back_to_the_second() -> None:
    when = at(2026, 7, 1, 23, 30) + 7
    text = exact_time(when)
    read = datetime.strptime(text, "%Y-%m-%d %H:%M:%S %z")
    assert text == "2026-07-02 00:30:07 +0100"
    assert read == datetime.fromtimestamp(when, timezone(timedelta(hours=1)))
    assert exact_time(0.0) == ""


FRENCH = {
    "Nov": "nov.",
    "Thursday": "jeudi",
    "Yesterday": "hier",
    "{n} bytes": "{n} octets",
    "{n} byte": "{n} octet",
    "{n} KB": "{n} Ko",
    "{n} MB": "{n} Mo",
    "{n}.{tenth} MB": "{n},{tenth} Mo",
    "{n}.{tenth} GB": "{n},{tenth} Go",
}


class French(NullTranslations):
    """As it counts: nought and one are singular."""

    def gettext(self, message: str) -> str:
        return FRENCH.get(message, message)

    def ngettext(self, singular: str, plural: str, n: int) -> str:
        return FRENCH[singular if n < 2 else plural]


@pytest.fixture
def french() -> Iterator[None]:
    i18n.install(French(), "fr")
    yield
    i18n.install(None)


@pytest.mark.usefixtures("french")
def test_names_of_months_and_days_come_from_the_catalogue() -> None:
    assert short_time(at(2026, 11, 14), NOW) == "14 nov."
    assert short_time(at(2026, 11, 19), NOW) == "jeudi"
    assert short_time(at(2026, 11, 20), NOW) == "hier"


SIZES = [
    (0, "0 bytes", "0 octet"),
    (1, "1 byte", "1 octet"),
    (999, "999 bytes", "999 octets"),
    (1000, "1 KB", "1 Ko"),
    (1499, "1 KB", "1 Ko"),
    (1500, "2 KB", "2 Ko"),
    (250_000, "250 KB", "250 Ko"),
    (999_499, "999 KB", "999 Ko"),
    (999_500, "1 MB", "1 Mo"),
    (1_049_999, "1 MB", "1 Mo"),
    (1_050_000, "1.1 MB", "1,1 Mo"),
    (1_500_000, "1.5 MB", "1,5 Mo"),
    (1_949_999, "1.9 MB", "1,9 Mo"),
    (1_950_000, "2 MB", "2 Mo"),
    (26_214_400, "26.2 MB", "26,2 Mo"),
    (99_949_999, "99.9 MB", "99,9 Mo"),
    (99_950_000, "100 MB", "100 Mo"),
    (100_400_000, "100 MB", "100 Mo"),
    (100_500_000, "101 MB", "101 Mo"),
    (999_499_999, "999 MB", "999 Mo"),
    (1_500_000_000, "1.5 GB", "1,5 Go"),
]


@pytest.mark.parametrize(("size", "words", "_french"), SIZES)
def test_a_size_is_rounded_by_one_rule(size: int, words: str, _french: str) -> None:
    assert size_words(size) == words


@pytest.mark.usefixtures("french")
@pytest.mark.parametrize(("size", "_english", "words"), SIZES)
def test_a_size_is_written_as_its_language_writes_it(size: int, _english: str, words: str) -> None:
    assert size_words(size) == words


def test_a_size_never_has_a_thousand_of_a_unit_and_never_grows_smaller() -> None:
    units = {"bytes": 1, "byte": 1, "KB": 1000, "MB": 1_000_000, "GB": 1_000_000_000}
    last = 0.0
    borders = [10**power for power in range(13)]
    for size in sorted({border + step for border in borders for step in range(-600, 601) if border + step > 0}):
        number, unit = size_words(size).split()
        assert float(number) < 1000 or unit == "GB"
        assert last <= float(number) * units[unit]
        last = float(number) * units[unit]


@pytest.mark.parametrize(
    ("when", "words"),
    [
        (at(2026, 11, 21, 18, 5), "today, 18:05"),
        (at(2026, 11, 22, 8), "tomorrow, 08:00"),
        (at(2026, 11, 23, 8), "Monday, 08:00"),
        (at(2026, 11, 27, 8), "Friday, 08:00"),
        (at(2026, 11, 28, 8), "28 Nov, 08:00"),
        (at(2027, 1, 3, 8), "3 Jan 2027, 08:00"),
        (at(2026, 11, 20, 8), "yesterday, 08:00"),
        (at(2026, 11, 19, 8), "19 Nov, 08:00"),
        (0.0, ""),
    ],
)
def test_a_moment_ahead_is_told_by_its_day(when: float, words: str) -> None:
    assert moment_words(when, NOW) == words
    assert day_words(when, NOW) == words.rpartition(", ")[0]


def test_the_example_of_a_day_is_a_day_that_can_be_typed() -> None:
    for number in range(0, 800, 3):
        now = at(2026, 1, 1) + number * 86_400
        day = read_day(example_day(now), now)
        assert day is not None
        assert time.localtime(day)[:3] == time.localtime(now + 8 * 86_400)[:3]


def test_a_moment_in_full_names_its_year_and_stays_true() -> None:
    assert full_moment(at(2026, 11, 26, 9)) == "26 Nov 2026, 09:00"
    assert full_moment(0.0) == ""
