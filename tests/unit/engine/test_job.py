"""A job that was stopped lets nothing out any more, whenever the stop comes."""

from __future__ import annotations

import pytest

from app.backends.port import Job, Stopped
from app.domain.errors import TroubleKind


def test_nothing_leaves_after_a_stop() -> None:
    job = Job(10)
    job.stop(TroubleKind.CANCELLED)
    for step in (job.begin_request, job.go_on, job.leave):
        with pytest.raises(Stopped):
            step()
    assert (job.left, job.ever_left) == (False, False)


def test_what_left_before_stays_said_when_the_next_request_begins() -> None:
    job = Job(10)
    job.leave()
    job.begin_request()
    assert (job.left, job.ever_left) == (False, True)


def test_a_stop_cuts_the_connection_in_use_and_one_that_comes_after() -> None:
    cuts: list[str] = []
    job = Job(10)
    job.attach(lambda: cuts.append("old"))
    job.attach(lambda: cuts.append("in use"))
    job.stop(TroubleKind.DEADLINE)
    job.attach(lambda: cuts.append("late"))
    assert cuts == ["in use", "late"]


def test_the_first_reason_of_a_stop_stands() -> None:
    job = Job(10)
    job.stop(TroubleKind.DEADLINE)
    job.stop(TroubleKind.CANCELLED)
    assert job.stopped is TroubleKind.DEADLINE


def test_no_time_left_is_still_a_moment() -> None:
    assert Job(-5).remaining() > 0
