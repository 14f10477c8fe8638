"""A search for signs that are no words finds what it can, and never fails."""

from __future__ import annotations

from datetime import date

import pytest

from app.domain.query import Term, Where, read_query
from app.services.folders.search import _in, places_of, sought_words


@pytest.mark.parametrize("words", ["\u037a", "…", "-", ""])
def test_a_term_without_words_asks_for_nothing(words: str) -> None:
    assert _in(Term(Where.ANY, words), "any text")


@pytest.mark.parametrize(
    ("asked", "text", "found"),
    [
        ("plan", "Other plan, and planning", ["plan", "plan"]),
        ("plan", "airplane", []),
        ("to:ben fig", "Ben: figures", ["Ben", "fig"]),
        ("-plan other", "Other plan", ["Other"]),
        ("resume", "Résumé of May", ["Résumé"]),
        ('"of may"', "Figures of May", ["of", "May"]),
        ("has:attachment is:failed", "attachment failed", []),
        ("after:2026", "2026", []),
        ("\ufb01ve", "five \ufb01ves", ["five", "\ufb01ves"]),
    ],
)
def test_what_is_looked_for_is_found_in_the_words_that_are_shown(asked: str, text: str, found: list[str]) -> None:
    words = sought_words(read_query(asked, date(2026, 11, 25)))
    assert [text[start : start + length] for start, length in places_of(words, text)] == found
