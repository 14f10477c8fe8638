"""No number, moment or JSON from outside makes its reader fail."""

from __future__ import annotations

import math
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.backends.ews.item_reader import number_of, time_of
from app.backends.net.http_errors import seconds_of
from app.core.parsing import LARGEST, LONGEST_WAIT, json_in, midnight_of, moment_in, seconds_in, whole_number
from app.domain.query import as_aqs, read_query
from app.views.compose.typed_dates import read_moment

ODD = [
    "",
    " ",
    "²",
    "٣",
    "9" * 5000,
    "-",
    "--1",
    "1e9",
    "nan",
    "inf",
    "-inf",
    "0x10",
    "1_000",
    "\x00",
    "½",
    "+1",
    "1.",
]
TODAY = date(2026, 11, 23)


@pytest.mark.parametrize("text", ODD)
def test_what_is_no_whole_number_is_told_so(text: str) -> None:
    assert whole_number(text, -7) == -7
    assert number_of(text) == 0


@pytest.mark.parametrize(("text", "number"), [("0", 0), (" 12 ", 12), ("-3", -3), ("0007", 7), (str(LARGEST), LARGEST)])
def test_a_whole_number_is_read(text: str, number: int) -> None:
    assert whole_number(text) == number


@pytest.mark.parametrize("text", [*ODD, "9" * 400, "Wed, 21 Oct 99999 07:28:00 GMT", "Mon, 01 Jan 0001 00:00:00 GMT"])
def test_a_server_cannot_ask_for_a_wait_that_stops_the_program(text: str) -> None:
    seconds = seconds_of(text)
    assert math.isfinite(seconds)
    assert 0 <= seconds <= LONGEST_WAIT


def test_a_wait_is_read_and_held_to_a_day() -> None:
    assert seconds_of("120") == 120
    assert seconds_of(str(25 * 86_400)) == LONGEST_WAIT
    assert seconds_in("x", 5.0) == 5.0


@pytest.mark.parametrize("text", ["[" * 100_000, '{"a":' * 50_000, "{", b"\xff\xfe\x00", "", "nul"])
def test_json_that_is_none_is_told_so(text: str | bytes) -> None:
    assert json_in(text) is None


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00", "9999-12-31T23:59:59", "x", "2026-02-30T00:00:00Z", "²"])
def test_a_moment_that_no_clock_shows_is_none(text: str) -> None:
    assert isinstance(moment_in(text), float)
    assert isinstance(time_of(text), float)


@pytest.mark.parametrize("day", [date.min, date.max])
def test_a_day_at_the_end_of_time_has_a_midnight_or_none(day: date) -> None:
    assert midnight_of(day) is None or math.isfinite(midnight_of(day) or 0.0)


@pytest.mark.parametrize("text", ["after:0001", "before:9999-12-31", "after:\u0663\u0663", "\u037a", "is:\u037a"])
def test_a_search_for_any_day_is_read(text: str) -> None:
    as_aqs(read_query(text, TODAY))


@given(st.text())
def test_nothing_that_is_typed_into_the_search_makes_it_fail(text: str) -> None:
    as_aqs(read_query(text, TODAY))
    as_aqs(read_query(f"after:{text}", TODAY))


@given(st.text(alphabet=st.sampled_from("0123456789²³٣ in:.-/h dweksmonti"), max_size=40))
def test_nothing_that_is_typed_for_a_moment_makes_it_fail(text: str) -> None:
    read_moment(text, 1_800_000_000.0)
    read_moment("in " + "9" * 5000 + " days", 1_800_000_000.0)
