"""Two texts side by side: nothing of either is lost, and what differs is marked."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core import text_diff
from app.core.text_diff import Line, Pair, Piece, compare_texts, compare_words


def side(pairs: tuple[Pair, ...], *, ours: bool) -> str:
    lines = [pair.ours if ours else pair.theirs for pair in pairs]
    return "\n".join(words(line) for line in lines if line is not None)


def words(line: Line | None) -> str:
    assert line is not None
    return "".join(piece.text for piece in line)


def own(line: Line | None) -> list[str]:
    return [] if line is None else [piece.text for piece in line if piece.own]


def test_equal_texts_have_no_difference() -> None:
    pairs = compare_texts("One\nTwo", "One\nTwo")
    assert [pair.same for pair in pairs] == [True, True]


def test_a_changed_line_stands_beside_what_it_became_with_the_words_marked() -> None:
    pairs = compare_texts("One\nWe meet on Monday at ten\nThree", "One\nWe meet on Tuesday at ten\nThree")
    assert [pair.same for pair in pairs] == [True, False, True]
    assert (own(pairs[1].ours), own(pairs[1].theirs)) == (["Monday"], ["Tuesday"])


def test_a_line_that_one_side_lacks_stands_alone() -> None:
    pairs = compare_texts("One\nMine\nThree", "One\nThree")
    assert [(pair.ours is None, pair.theirs is None) for pair in pairs] == [
        (False, False),
        (False, True),
        (False, False),
    ]
    assert own(pairs[1].ours) == ["Mine"]


def test_lines_with_nothing_in_common_are_two_lines() -> None:
    assert compare_texts("Dear Ben, thanks", "xyzzy 12345 !!") == (
        Pair((Piece("Dear Ben, thanks", own=True),), None),
        Pair(None, (Piece("xyzzy 12345 !!", own=True),)),
    )


def test_very_long_lines_are_marked_whole() -> None:
    same = "the same beginning of both " * 8
    left, right = compare_words(same + "a " * 500, same + "b " * 500)
    assert (len(own(left)), len(own(right))) == (1, 1)
    assert compare_words("a " * 500, "b " * 500) == (None, None)


def test_a_line_stands_beside_what_it_became_though_others_came_between() -> None:
    pairs = compare_texts("One\nClara and Anna", "One\nA pen\nClara")
    shown = [(pair.ours and words(pair.ours), pair.theirs and words(pair.theirs)) for pair in pairs]
    assert shown == [("One", "One"), (None, "A pen"), ("Clara and Anna", "Clara")]


def test_more_lines_than_are_compared_stand_side_by_side(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_diff, "MOST_LINES", 2)
    pairs = compare_texts("same\na\nb\nc\nend", "same\nx\nend")
    assert side(pairs, ours=True) == "same\na\nb\nc\nend"
    assert side(pairs, ours=False) == "same\nx\nend"


LINES = st.lists(st.sampled_from(["", "a", "b", "a b", "a  b c", "c", "ä\u2028x"]), max_size=12).map("\n".join)


@given(LINES, LINES)
def test_both_texts_can_be_read_whole_from_what_is_shown(ours: str, theirs: str) -> None:
    pairs = compare_texts(ours, theirs)
    assert side(pairs, ours=True) == ours
    assert side(pairs, ours=False) == theirs
    assert all(pair.same for pair in pairs) == (ours == theirs)


def test_texts_made_to_be_slow_to_compare_are_compared_within_the_bounds() -> None:
    ours = "\n".join(f"{n % 60} {n}" for n in range(6000))
    theirs = "\n".join(f"{n % 60} {-n}" for n in range(6000))
    pairs = compare_texts(ours, theirs)
    assert side(pairs, ours=True) == ours
    assert side(pairs, ours=False) == theirs
