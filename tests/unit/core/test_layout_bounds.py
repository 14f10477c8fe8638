"""Long lines are shown in parts and edited up to a bound; nothing of them is lost or added."""

from __future__ import annotations

import pytest

from app.core.layout_bounds import (
    LONGEST_PART,
    MOST_CHARACTERS,
    MOST_LINES,
    direction_runs,
    editable_end,
    is_editable_line,
    parts_of_line,
    shown_lines,
)

LONG = {
    "blanks without a break": "\u00a0" * 40_000,
    "blanks": " " * 300_000,
    "wide blanks": "\u3000" * 300_000,
    "one word": "x" * 300_000,
    "words": "some words " * 30_000,
    "marks of direction": "\u202ea\u202c" * 48_000,
    "two directions": "a\u05d0" * 50_000,
}


@pytest.mark.parametrize("line", LONG.values(), ids=LONG.keys())
def test_a_long_line_is_shown_in_parts_that_are_the_line(line: str) -> None:
    parts = list(parts_of_line(line))
    assert "".join(parts) == line
    assert max(map(len, parts)) <= LONGEST_PART
    assert max(map(direction_runs, parts)) <= 1_000


@pytest.mark.parametrize("line", LONG.values(), ids=LONG.keys())
def test_a_long_line_is_edited_up_to_a_bound(line: str) -> None:
    text = f"Dear Anna,\n{line}\nbye"
    end = editable_end(text)
    assert text[:end].startswith("Dear Anna,\n")
    assert 0 < end - len("Dear Anna,\n") <= LONGEST_PART


@pytest.mark.parametrize(
    "line",
    [
        "",
        "a paragraph of ordinary words " * 1_000,
        "\u6f22\u5b57\u3068\u304b\u306a\u3002" * 1_000,
        "\u05e9\u05dc\u05d5\u05dd \u05dc\u05db\u05d5\u05dc\u05dd, \u05d0\u05d1 12.5 (Qt). " * 150,
        "https://example.org/" + "a" * 2_000,
    ],
    ids=["nothing", "words", "Japanese", "Hebrew", "an address"],
)
def test_what_people_write_is_edited_as_it_is(line: str) -> None:
    assert is_editable_line(line)
    assert editable_end(f"{line}\n{line}") == 2 * len(line) + 1


@pytest.mark.parametrize("blank", [" ", "\u3000", "\u2003"])
def test_blanks_in_a_row_are_shown_in_short_parts_for_qt_takes_the_square_of_their_number(blank: str) -> None:
    parts = list(parts_of_line(f"some words {blank * 3_000} and more"))
    assert max(len(part) for part in parts if blank * 200 in part) <= 500
    assert is_editable_line(f"a table {blank * 100} of a kind " * 40)
    assert not is_editable_line(f"some words {blank * 5_000}")


def test_lines_of_a_text_come_in_order_and_say_where_they_go_on() -> None:
    text = f"one\n\n{'x' * 9_000}\nlast"
    made = list(shown_lines(text))
    assert [len(part) for part, _ in made] == [3, 0, 2_000, 2_000, 2_000, 2_000, 1_000, 4]
    assert [goes_on for _, goes_on in made] == [False, False, False, *[True] * 4, False]


def test_too_many_lines_are_edited_up_to_a_bound() -> None:
    assert editable_end("\n" * 1_000_000) == MOST_LINES - 1
    assert editable_end("a\n" * (MOST_LINES - 1) + "a") == 2 * MOST_LINES - 1
    assert editable_end("a\n" * MOST_LINES) == 2 * MOST_LINES - 1


def test_too_many_characters_are_edited_up_to_the_end_of_a_line() -> None:
    text = f"{'word ' * 199}word\n" * 2_000
    end = editable_end(text)
    assert MOST_CHARACTERS - 1_000 <= end <= MOST_CHARACTERS
    assert text[end] == "\n"
