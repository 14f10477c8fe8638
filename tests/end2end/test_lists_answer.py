"""Every key of a list is answered at once, whatever the server does, and what is known is used."""

from __future__ import annotations

import contextlib
import sqlite3
import time
from typing import Any

import pytest

from tests.end2end.desktop import wait_until
from tests.end2end.person import ANYONE, Person
from tests.end2end.program import Launcher, Program
from tests.end2end.server_side import ServerSide
from tests.end2end.test_compare import write_elsewhere
from tests.integration.sandbox import soap

SUBJECT = "Written elsewhere"
ALL_OFFLINE = [{"operation": "*", "nth": "every", "action": "reset-before"}]
SLOW = [{"operation": "GetItem", "nth": "every", "action": "stall", "seconds": 6}]
OFFLINE = [{"operation": "GetItem", "nth": "every", "action": "reset-before"}]


def put_on_server(program: Program, faults: list[dict[str, Any]], subject: str = SUBJECT, to: str = ANYONE) -> None:
    """Let another program write a draft that this one cannot have read yet; the list stands at it."""
    program.sandbox.faults(faults)
    program.sandbox.post(soap.create(soap.message(subject, "Dear James, this is from elsewhere.", to)))
    program.desktop.press("F5")
    program.wait_until_accessible(f". {subject}. ", seconds=30)
    program.desktop.press("Home")
    program.wait_until_accessible(f". {subject}. ", state="selected")


@pytest.fixture
def program(mailwright: Launcher) -> Program:
    program = mailwright(hold=5.0)
    Person(program).wait_until_ready()
    return program


def test_a_row_says_preparing_while_the_server_is_slow_and_undo_works_meanwhile(program: Program) -> None:
    put_on_server(program, SLOW)
    server = ServerSide(program.sandbox)
    program.desktop.press("Ctrl+Enter")
    program.wait_until_accessible(f"{SUBJECT}. Preparing…", seconds=3)
    program.wait_until_accessible("Preparing… Esc takes it back", seconds=3)
    program.desktop.shoot("lists-preparing")
    program.desktop.press("Z")
    program.wait_until_accessible("Taken back: nothing was sent", seconds=3)
    program.wait_until_gone(f"{SUBJECT}. Preparing…", seconds=3)
    program.sandbox.faults([])
    asked = len(server.requests("GetItem"))
    program.desktop.press("Ctrl+Enter")
    program.wait_until_accessible("Sending in ", seconds=20)
    program.desktop.press("Z")
    program.wait_until_gone("Sending in ", seconds=20)
    assert server.requests("SendItem") == []
    assert server.count("drafts", SUBJECT) == 1
    assert asked >= 1


def test_what_cannot_be_fetched_says_why_in_its_own_row_and_is_tried_again(program: Program) -> None:
    put_on_server(program, OFFLINE)
    program.desktop.press("Ctrl+Enter")
    why = "the server cannot be reached."
    row = f"{SUBJECT}. Problem: Not sent: {why} This message is only on the server. A: Try again"
    program.wait_until_accessible(row, seconds=20)
    program.wait_until_accessible(f"“{SUBJECT}” was not sent: {why}", seconds=3)
    program.desktop.shoot("lists-refused-row")
    time.sleep(8)  # longer than a word in the status bar stays
    program.wait_until_accessible(row)
    program.sandbox.faults([])
    program.desktop.press("F5")
    wait_until(lambda: "Cannot reach" not in program.words(), "the account is well again", 30)
    program.desktop.press("A")
    assert ServerSide(program.sandbox).wait_until_delivered(SUBJECT) == [ANYONE]


def test_a_clean_open_draft_takes_over_what_another_program_wrote(program: Program) -> None:
    person, server = Person(program), ServerSide(program.sandbox)
    person.write(ANYONE, "Two hands", "Hello James, my words.")
    person.save()
    wait_until(lambda: server.count("drafts", "Two hands") == 1, "it is saved")
    write_elsewhere(server, "Two hands", "Hello James, my words, and theirs.")
    program.wait_until_accessible("Updated: this draft was changed elsewhere", seconds=20)
    program.wait_until_focused("Message")
    program.desktop.shoot("lists-taken-over")
    program.desktop.type(" Mine again.")
    program.desktop.press("Ctrl+S")
    said = "Hello James, my words, and theirs. Mine again."
    wait_until(lambda: server.body("drafts", "Two hands").strip() == said, "both are saved, in one version")
    assert server.count("drafts", "Two hands") == 1


def test_a_known_conflict_stops_at_the_key(program: Program) -> None:
    person, server = Person(program), ServerSide(program.sandbox)
    person.write(ANYONE, "Two hands", "Hello James.")
    person.save()
    wait_until(lambda: server.count("drafts", "Two hands") == 1, "it is saved")
    program.desktop.type(" One more word.")
    write_elsewhere(server, "Two hands", "Hello James, from elsewhere.")
    program.desktop.type(" And one.")
    program.desktop.press("Ctrl+S")
    program.wait_until_accessible("This draft was changed elsewhere.", seconds=30)
    program.desktop.press("Ctrl+Enter")
    program.wait_until_focused("Compare", seconds=5)
    program.wait_until_accessible("Not sent. This draft was changed elsewhere.", seconds=5)
    program.desktop.shoot("lists-conflict-stop")
    assert "Sending in" not in program.words()
    program.desktop.press("Enter")
    program.wait_until_accessible("1 difference", seconds=30)
    assert server.requests("SendItem") == []
    assert server.delivered("Two hands") == []


def test_a_failed_send_stays_marked_in_the_rail_until_it_was_seen(mailwright: Launcher) -> None:
    program = mailwright()
    person = Person(program)
    person.wait_until_ready()
    person.write(ANYONE, "Refused", "Hello James.")
    person.save()
    refusal = {"operation": "SendItem", "nth": "every", "action": "code", "code": "ErrorSendAsDenied", "text": "No."}
    program.sandbox.faults([{**refusal, "item": 0}, {"operation": "SendItem", "action": "stall", "seconds": 2}])
    program.desktop.press("Ctrl+Enter", "Ctrl+3")
    program.wait_until_accessible("1 new problem, F8 goes there", role="radio button", seconds=20)
    time.sleep(8)  # longer than a word in the status bar stays
    program.wait_until_accessible("1 new problem, F8 goes there", role="radio button")
    program.desktop.shoot("lists-rail-mark")
    program.desktop.press("F8")
    program.wait_until_accessible(". Refused. ", state="selected")
    program.wait_until_gone("1 new problem", role="radio button")
    program.wait_until_accessible("1 needs attention", role="radio button")


def _kept(program: Program) -> int:
    """Return of how many drafts there is a copy on the disk."""
    (file,) = program.data.rglob("cache.sqlite")
    with contextlib.closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as cache:
        try:
            return int(cache.execute("SELECT count(*) FROM drafts WHERE length(data) > 0").fetchone()[0])
        except sqlite3.OperationalError:
            return 0  # there is no such table yet, or it is being written


def test_drafts_are_opened_written_on_and_sent_without_a_server(mailwright: Launcher) -> None:
    program = mailwright()
    Person(program).wait_until_ready()
    server, subject = ServerSide(program.sandbox), "Travel costs for Rotterdam"
    wait_until(lambda: _kept(program) == 14, "drafts are fetched ahead", 60)
    program.sandbox.faults(ALL_OFFLINE)
    program.desktop.press("F5")
    program.wait_until_accessible("Not connected", seconds=30)
    program.desktop.press("Home", "Down")
    program.wait_until_accessible(f". {subject}. ", state="selected")
    program.desktop.press("Enter")
    program.wait_until_focused("Message", seconds=5)
    program.wait_until_accessible("Here are the costs", role="text")
    program.desktop.press("Ctrl+Home")
    program.desktop.type("Written offline. ")
    program.desktop.shoot("lists-offline-draft")
    program.desktop.press("Ctrl+Enter", "Ctrl+4")
    program.wait_until_accessible("Waiting: offline", seconds=30)
    program.desktop.shoot("lists-offline-waiting")
    assert server.delivered(subject) == []
    program.sandbox.faults([])
    program.desktop.press("F5")
    wait_until(lambda: server.delivered(subject), "it goes once there is a server", 60)


def test_r_on_a_sent_message_says_which_key_replies(program: Program) -> None:
    Person(program).go_to("Sent")
    program.desktop.press("Home", "R")
    program.wait_until_accessible("Shift+R replies to all of this one", seconds=5)
    program.desktop.shoot("lists-why-not")
