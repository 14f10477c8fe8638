"""What differs between two texts is one splice, and the journal makes the one of the other by it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.text import utf16_length
from app.domain.edits import Replica, TextSplice, splice_between
from app.domain.message import Content, Field


@pytest.mark.parametrize(
    ("before", "after"), [("", "a"), ("aaa", "aa"), ("aba", "aa"), ("😀😀", "😀"), ("abc", ""), ("xay", "xbay")]
)
def test_a_splice_makes_the_one_text_of_the_other(before: str, after: str) -> None:
    replica = Replica(Content(subject=before))
    splice = splice_between(Field.SUBJECT, before, after)
    assert splice is not None
    replica.apply(splice)
    assert replica.content().subject == after


@given(st.text("ab😀", max_size=20), st.text("ab😀", max_size=20), st.integers(0, 3), st.integers(4000, 4200))
def test_a_splice_holds_no_more_than_what_differs(before: str, after: str, place: int, long: int) -> None:
    same = "x" * long
    splice = splice_between(Field.BODY, same + before + same, same + after + same, place)
    if before == after:
        assert splice is None
        return
    assert splice is not None
    assert splice.position >= place + long
    assert splice.removed <= utf16_length(before)
    assert len(splice.added) <= len(after)
    replica = Replica(Content(body="p" * place + same + before + same))
    replica.apply(splice)
    assert replica.content().body == "p" * place + same + after + same


def test_the_same_text_is_no_edit() -> None:
    assert splice_between(Field.SUBJECT, "same", "same") is None
    assert splice_between(Field.BODY, "ab", "aXb", 7) == TextSplice(Field.BODY, 8, 0, "X")
