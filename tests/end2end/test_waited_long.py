"""A start that finds messages waiting for more than an hour asks before they go; what waited less goes at once."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from pathlib import Path

import msgspec

from app.bootstrap.instance import DATABASE
from app.domain.record import Record
from app.domain.state import State
from app.storage.codec import pack, read_record
from tests.end2end import seen
from tests.end2end.desktop import wait_until
from tests.end2end.person import ANYONE, Person
from tests.end2end.program import Launcher, Program
from tests.end2end.server_side import ServerSide

FRIDAY = 2.5 * 24 * 3600.0
"""Seconds ago."""


def left_waiting(mailwright: Launcher, *subjects: str, since: float) -> None:
    """Leave messages in the queue, as if they had been sent off so many seconds ago."""
    program = mailwright(hold=3600)
    person = Person(program)
    person.wait_until_ready()
    for subject in subjects:
        person.write(ANYONE, subject, "Text")
        person.save()
        program.desktop.press("Ctrl+Enter")
        program.wait_until_gone("Compose", role="filler")
    assert program.quit() == 0
    assert _put_back(mailwright.data, time.time() - since) == len(subjects)


def _put_back(data: Path, when: float) -> int:
    """Let what is held have been held at `when`; return how many are."""
    changed = 0
    with closing(sqlite3.connect(data / DATABASE)) as database, database:
        for number, blob in database.execute("SELECT id, record FROM letters").fetchall():
            record = read_record(blob)
            if record.state is State.HELD:
                late = msgspec.structs.replace(record, state_at=when, hold_until=when + 5)
                database.execute("UPDATE letters SET record = ? WHERE id = ?", (pack(late, Record)[1], number))
                changed += 1
    return changed


def begun(mailwright: Launcher) -> tuple[Program, Person, ServerSide]:
    program = mailwright()
    return program, Person(program), ServerSide(program.sandbox)


def test_what_waited_since_friday_is_asked_about_and_goes_when_the_person_says_so(mailwright: Launcher) -> None:
    left_waiting(mailwright, "From Friday", "Another", since=FRIDAY)
    program, person, server = begun(mailwright)
    program.wait_until_accessible("2 messages have waited since ")
    person.wait_until_ready()
    program.desktop.shoot("waited-long-light")
    person.go_to("Outbox")
    program.wait_until_accessible("Waiting for your answer")
    program.desktop.shoot("waited-long-outbox-light")
    assert server.requests("SendItem") == []
    assert program.quit() == 0, "no answer is no answer"

    program, person, server = begun(mailwright)
    program.wait_until_accessible("2 messages have waited since ")
    person.wait_until_ready()
    assert server.requests("SendItem") == []
    _press_button(program, "Send now")
    for subject in ("From Friday", "Another"):
        assert server.wait_until_delivered(subject) == [ANYONE]
    program.wait_until_gone("have waited since")
    wait_until(lambda: server.count("drafts", "From Friday") == 0, "it left Drafts")
    assert len(server.delivered("From Friday")) == 1


def test_what_waited_long_can_be_kept_as_drafts(mailwright: Launcher) -> None:
    left_waiting(mailwright, "Out of date", since=FRIDAY)
    program, person, server = begun(mailwright)
    program.wait_until_accessible("1 message has waited since ")
    person.wait_until_ready()
    _press_button(program, "Keep as drafts")
    program.wait_until_gone("has waited since")
    assert program.quit() == 0
    program, person, server = begun(mailwright)
    person.wait_until_ready()
    program.wait_until_accessible("Out of date")
    assert server.delivered("Out of date") == []
    assert server.requests("SendItem") == []


def test_by_its_row_a_message_that_waited_goes_alone(mailwright: Launcher) -> None:
    left_waiting(mailwright, "Only this", "Not that", since=FRIDAY)
    program, person, server = begun(mailwright)
    person.wait_until_ready()
    program.wait_until_accessible("2 messages have waited since ")
    person.go_to("Outbox")
    program.wait_until_accessible("Waiting for your answer")
    program.desktop.press("Home")
    cell = program.wait_until_focused("Waiting for your answer", role="table cell")
    first = "Only this" if "Only this" in str(cell) else "Not that"
    program.desktop.press("A")
    assert server.wait_until_delivered(first) == [ANYONE]
    program.wait_until_accessible("1 message has waited since ")
    other = {"Only this": "Not that", "Not that": "Only this"}[first]
    assert server.delivered(other) == []


def test_what_waited_less_than_an_hour_goes_at_once(mailwright: Launcher) -> None:
    left_waiting(mailwright, "A moment ago", since=50 * 60)
    program, _, server = begun(mailwright)
    assert server.wait_until_delivered("A moment ago") == [ANYONE]
    assert "waited since" not in program.words()


def test_a_clock_that_was_set_back_is_no_reason_to_send_without_asking(mailwright: Launcher) -> None:
    left_waiting(mailwright, "From tomorrow", since=-24 * 3600)
    program, person, server = begun(mailwright)
    program.wait_until_accessible("1 message has waited since an earlier start")
    person.wait_until_ready()
    assert server.requests("SendItem") == []


def _press_button(program: Program, words: str) -> None:
    """Go to a button by Tab, and press it."""
    program.wait_until_accessible(words, role="push button")
    for _ in range(40):
        program.desktop.press("Tab")
        held = seen.focused(program.tree())
        if held is not None and held["role"] == "push button" and words in held["name"]:
            break
    program.wait_until_focused(words, role="push button")
    program.desktop.press("Enter")
