"""Each state belongs to the person, to the Outbox or to what went out, and the named sets follow from the steps."""

from __future__ import annotations

from app.domain import state as module
from app.domain.state import (
    BEFORE_LEAVING,
    IN_OUTBOX,
    MAY_HAVE_LEFT,
    ON_ITS_WAY,
    STEPS,
    UNSETTLED,
    VERIFIABLE,
    WAITING,
    WENT_OUT,
    WRITABLE,
    State,
    may_follow,
)


def test_each_state_is_the_persons_or_the_outboxs_or_went_out() -> None:
    assert set(State) == WRITABLE | IN_OUTBOX | WENT_OUT
    assert len(State) == len(WRITABLE) + len(IN_OUTBOX) + len(WENT_OUT)


def test_what_has_not_left_can_be_taken_back_and_what_may_have_left_cannot() -> None:
    assert all(may_follow(one, State.DRAFT) for one in BEFORE_LEAVING if one is not State.DRAFT)
    assert not may_follow(State.SENDING, State.DRAFT)
    assert not BEFORE_LEAVING & (MAY_HAVE_LEFT | WENT_OUT)


def test_what_the_person_sends_waits_first() -> None:
    assert all(STEPS[one] >= WAITING for one in WRITABLE)


def test_what_is_unsettled_is_on_its_way_or_unknown_and_stands_in_the_outbox() -> None:
    assert ON_ITS_WAY < UNSETTLED < IN_OUTBOX


def test_what_can_be_verified_is_all_that_may_be_looked_for_on_the_server() -> None:
    assert {State.SENT, State.SENT_NOT_FILED, State.TAKEN, State.UNKNOWN} == VERIFIABLE


def test_two_sets_of_the_same_states_are_not_one_idea_under_two_names() -> None:
    sets = {name: value for name, value in vars(module).items() if isinstance(value, frozenset)}
    assert len(sets) > 15
    assert len(set(sets.values())) == len(sets), "say in the docstrings how they differ, and name the pair here"
