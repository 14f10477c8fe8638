"""Suggestions: rows that never move once they are seen, and nothing late that becomes what Enter takes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.recipient import Recipient
from app.ui.recipients.suggestions_session import MOST_ROWS, NoSource, Origin, Suggestion, SuggestionsSession

ANN, ANNA, BEN = (Recipient(f"{name}@example.com", name.capitalize()) for name in ("ann", "anna", "ben"))


class Known:
    """People this machine knows by the start of their name; what is asked further is taken down."""

    def __init__(self, *people: Recipient) -> None:
        self.people = list(people)
        self.asked: list[str] = []

    def at_once(self, text: str) -> list[Suggestion]:
        said = text.casefold()
        return [Suggestion(one, Origin.MACHINE) for one in self.people if one.address.startswith(said)]

    def ask(self, text: str) -> None:
        self.asked.append(text)

    def forget(self, recipient: Recipient) -> None:
        self.people.remove(recipient)


class KnowsAnn(NoSource):
    """Offers Ann whatever is said."""

    def at_once(self, text: str) -> list[Suggestion]:
        return [Suggestion(ANN, Origin.MACHINE)]


@pytest.fixture
def known() -> Known:
    return Known(ANN, ANNA)


@pytest.fixture
def session(known: Known) -> SuggestionsSession:
    return SuggestionsSession(known)


def late(*people: Recipient) -> list[Suggestion]:
    return [Suggestion(one) for one in people]


def names(session: SuggestionsSession) -> list[str]:
    return [row.recipient.name for row in session.rows]


def test_the_likeliest_is_what_enter_takes(session: SuggestionsSession, known: Known) -> None:
    session.type("an")
    assert (names(session), session.current) == (["Ann", "Anna"], 0)
    assert known.asked == ["an"]


def test_what_comes_late_stands_below_and_each_once(session: SuggestionsSession) -> None:
    session.type("an")
    session.move(1)
    session.add_late("an", late(BEN, Recipient("ANN@example.com", "Ann again")))
    assert (names(session), session.current) == (["Ann", "Anna", "Ben"], 1)


def test_rows_that_come_late_alone_are_not_chosen_until_the_person_does(session: SuggestionsSession) -> None:
    session.type("be")
    session.add_late("be", late(BEN))
    assert (names(session), session.row()) == (["Ben"], None)
    session.move(1)
    assert session.row() == Suggestion(BEN)


def test_an_answer_to_other_words_is_passed_over(session: SuggestionsSession) -> None:
    session.type("an")
    session.type("ann")
    session.add_late("an", late(BEN))
    session.close()
    session.add_late("ann", late(BEN))
    session.add_late("", late(BEN))
    assert names(session) == []


def test_nothing_is_offered_for_nothing(session: SuggestionsSession, known: Known) -> None:
    session.type("an")
    session.type("  ")
    assert not session.is_open
    assert known.asked == ["an", ""]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("ann@exa", "Ann"),
        ("ann@example.co", None),
        ("ann@example.com", "Ann"),
        ("Ann Smith <ann@example.co", None),
        ("ann@", "Ann"),
    ],
)
def test_an_address_that_is_whole_is_not_exchanged_for_one_that_begins_like_it(text: str, first: str | None) -> None:
    session = SuggestionsSession(KnowsAnn())
    session.type(text)
    assert session.is_open
    row = session.row()
    assert (row and row.recipient.name) == first


def test_an_intranets_address_stands_for_itself_unless_a_row_goes_on_like_it() -> None:
    session = SuggestionsSession(KnowsAnn())
    session.type("ann@localhost")
    assert session.row() is None


def test_past_either_end_no_row_is_chosen(session: SuggestionsSession) -> None:
    session.type("an")
    way = []
    for _ in range(3):
        session.move(1)
        way.append(session.current)
    session.move(-1)
    assert (way, session.current) == ([1, -1, 0], -1)


def test_who_is_forgotten_is_gone_and_the_cursor_stays_where_it_was(session: SuggestionsSession, known: Known) -> None:
    session.type("an")
    session.add_late("an", late(BEN))
    assert session.forget() == ANN
    assert (names(session), session.current, known.people) == (["Anna", "Ben"], 0, [ANNA])
    session.move(1)
    assert session.forget() is None


def test_a_choice_that_is_offered_stands_at_its_first(session: SuggestionsSession) -> None:
    session.offer(late(BEN, ANN))
    assert (names(session), session.current) == (["Ben", "Ann"], 0)
    session.add_late("", late(ANNA))
    assert len(session.rows) == 2


def test_no_more_rows_than_can_be_seen(known: Known) -> None:
    known.people = [Recipient(f"an{n}@example.com") for n in range(30)]
    session = SuggestionsSession(known)
    session.type("an")
    session.add_late("an", late(BEN))
    assert len(session.rows) == MOST_ROWS


def test_a_field_without_a_source_offers_nobody() -> None:
    session = SuggestionsSession(NoSource())
    session.type("an")
    session.source.forget(ANN)
    assert not session.is_open


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("move"), st.sampled_from([-1, 1])),
        st.tuples(st.just("late"), st.lists(st.sampled_from([ANN, ANNA, BEN]), max_size=3)),
        st.tuples(st.just("point"), st.integers(0, 9)),
    ),
    max_size=12,
)


@given(STEPS)
def test_whatever_comes_a_row_keeps_its_place_and_the_choice_is_the_persons(
    steps: list[tuple[str, object]],
) -> None:
    session = SuggestionsSession(Known(ANN, ANNA))
    session.type("an")
    for kind, value in steps:
        rows, current = list(session.rows), session.current
        if kind == "late":
            assert isinstance(value, list)
            session.add_late("an", late(*value))
            assert session.current == current
        elif kind == "move":
            assert isinstance(value, int)
            session.move(value)
        else:
            assert isinstance(value, int)
            session.point_at(value)
        assert session.rows[: len(rows)] == rows


# --- what Tab takes --------------------------------------------------------------------------------------------------


class Finds(NoSource):
    """Offers the same people whatever is said, as a search by a slip or a domain would."""

    def __init__(self, *people: Recipient) -> None:
        self.people = people

    def at_once(self, text: str) -> list[Suggestion]:
        return [Suggestion(one, Origin.MACHINE) for one in self.people]


def taken(session: SuggestionsSession) -> Recipient | None:
    row = session.row_for_tab()
    return None if row is None else row.recipient


@pytest.mark.parametrize(
    ("typed", "who"),
    [("an", ANN), ("ann@ex", ANN), ("ann@example.com", ANN), ("exam", None), ("ban", None), ("ann@example.co", None)],
)
def test_tab_takes_only_whom_the_typed_words_begin(typed: str, who: Recipient | None) -> None:
    session = SuggestionsSession(Finds(ANN))
    session.type(typed)
    assert taken(session) == who


def test_tab_takes_the_row_that_one_went_to_by_key_whatever_was_typed() -> None:
    session = SuggestionsSession(Finds(ANN, BEN))
    session.type("exam")
    session.move(1)
    assert taken(session) == BEN
    session.type("examp")
    assert taken(session) is None


def test_a_row_under_the_mouse_is_taken_by_tab_only_where_it_is_meant() -> None:
    session = SuggestionsSession(Finds(ANN, BEN))
    session.type("an")
    session.point_at(1)
    assert taken(session) is None
    session.type("ann@example.org")
    session.point_at(0)
    assert taken(session) is None, "a whole address is what it says"


def test_tab_takes_nobody_who_came_late() -> None:
    session = SuggestionsSession(NoSource())
    session.type("be")
    session.add_late("be", late(BEN))
    assert taken(session) is None


def test_of_several_who_are_offered_for_one_name_tab_takes_none_by_itself() -> None:
    session = SuggestionsSession(NoSource())
    session.offer(late(ANN, ANNA))
    assert taken(session) is None
    session.move(1)
    assert taken(session) == ANNA
