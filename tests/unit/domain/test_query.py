"""What is typed into a search means what it says, and nothing typed is an error."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.query import Query, Term, Where, as_aqs, completions, read_query

TODAY = date(2026, 11, 21)


def terms(text: str) -> list[Term]:
    return list(read_query(text, TODAY).terms)


def midnight(year: int, month: int, day: int) -> float:
    return datetime(year, month, day).astimezone().timestamp()


def test_words_are_joined_and_a_phrase_stands_together() -> None:
    assert terms('minutes "board meeting"') == [
        Term(Where.ANY, "minutes"),
        Term(Where.ANY, "board meeting", phrase=True),
    ]


def test_operators_take_a_word_or_a_phrase() -> None:
    assert terms('to:anna FROM:"Ben Okafor" subject:plan') == [
        Term(Where.TO, "anna"),
        Term(Where.FROM, "Ben Okafor", phrase=True),
        Term(Where.SUBJECT, "plan"),
    ]


def test_a_minus_negates_words_phrases_and_operators() -> None:
    assert [term.negated for term in terms('-plan -"two words" -to:anna kept')] == [True, True, True, False]


@pytest.mark.parametrize("said", ["has:attachment", "has:attachments", "has:att", "HAS:a"])
def test_has_knows_its_values_by_their_start(said: str) -> None:
    assert terms(said) == [Term(Where.HAS, "attachment")]


@pytest.mark.parametrize(
    "said", ["to:", "has:", "is:nonsense", "before:soon", "after:2026-13", "   ", "", '""', "-to:"]
)
def test_what_is_half_typed_finds_everything(said: str) -> None:
    assert terms(said) == []
    assert not read_query(said, TODAY)


def test_what_is_no_operator_is_looked_for_as_it_stands() -> None:
    assert terms("re:plan http://x.org 12:30") == [
        Term(Where.ANY, "re:plan"),
        Term(Where.ANY, "http://x.org"),
        Term(Where.ANY, "12:30"),
    ]


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("2026-03-05", (2026, 3, 5)),
        ("2026-3", (2026, 3, 1)),
        ("2025", (2025, 1, 1)),
        ("today", (2026, 11, 21)),
        ("Yesterday", (2026, 11, 20)),
    ],
)
def test_days_begin_at_local_midnight(said: str, day: tuple[int, int, int]) -> None:
    for where in (Where.BEFORE, Where.AFTER):
        (term,) = terms(f"{where.value}:{said}")
        assert (term.where, term.at) == (where, midnight(*day))


@given(st.text(max_size=200))
def test_nothing_that_is_typed_is_an_error(text: str) -> None:
    query = read_query(text, TODAY)
    assert isinstance(query, Query)
    assert isinstance(as_aqs(query), str)
    assert all(term.words or term.at for term in query.terms)
    assert len(completions(text)) <= 6


def test_the_servers_language_leaves_out_what_only_this_machine_knows() -> None:
    query = read_query('plan -to:anna "two words" has:attachment is:failed before:2026-03-05 is:important', TODAY)
    assert as_aqs(query) == 'plan NOT to:anna "two words" hasattachment:true sent:<2026-03-05 importance:high'


def offered(text: str, *people: str) -> list[str]:
    return [one.text for one in completions(text, people)]


def test_nothing_typed_offers_the_operators() -> None:
    assert offered("")[:2] == ["to:", "from:"]
    assert offered("plan ")[0] == "plan to:"


def test_an_operator_completes_itself_and_then_its_value() -> None:
    assert offered("plan ha") == ["plan has:attachment "]
    assert offered("has:") == ["has:attachment ", "has:category ", "has:flag "]
    assert offered("-is:fa") == ["-is:failed "]
    assert offered("before:y") == ["before:yesterday "]
    assert offered("has:attachment") == ["has:attachment "]
    assert offered("has:attachment ") == [
        "has:attachment " + one for one in ("to:", "from:", "subject:", "has:attachment ", "before:", "after:")
    ]


def test_people_complete_by_the_start_of_any_of_their_names() -> None:
    assert offered("to:oka", "Ben Okafor", "Anna") == ['to:"Ben Okafor" ']
    assert offered('to:"ben o', "Ben Okafor") == ['to:"Ben Okafor" ']
    assert offered("to:kafor", "Ben Okafor") == []


def test_a_finished_phrase_offers_nothing() -> None:
    assert offered('"two wor') == []
