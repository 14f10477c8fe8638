"""A search for signs that are no words finds what it can, and never fails."""

from __future__ import annotations

import pytest

from app.domain.query import Term, Where
from app.services.folders.search import _in


@pytest.mark.parametrize("words", ["\u037a", "…", "-", ""])
def test_a_term_without_words_asks_for_nothing(words: str) -> None:
    assert _in(Term(Where.ANY, words), "any text")
