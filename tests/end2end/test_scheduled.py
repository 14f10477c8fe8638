"""Send later, by keys: it says when the message goes, never that it is being sent, and can be undone all the while."""

from __future__ import annotations

from tests.end2end.desktop import wait_until
from tests.end2end.person import ANYONE, Person
from tests.end2end.program import Launcher, Program
from tests.end2end.server_side import ServerSide


def scheduled(mailwright: Launcher, subject: str, **stall: object) -> tuple[Program, Person, ServerSide]:
    """Write a message and let it go tomorrow at nine; `stall` is what the server is to do with it."""
    program = mailwright(hold=5)
    person, server = Person(program), ServerSide(program.sandbox)
    person.wait_until_ready()
    person.write(ANYONE, subject, "See you there.")
    if stall:
        program.sandbox.faults([{"operation": "SendItem", "action": "stall", **stall}])
    for_tomorrow(program)
    return program, person, server


def for_tomorrow(program: Program) -> None:
    """Let what is written go tomorrow at nine."""
    program.desktop.press("Ctrl+Shift+Enter")
    program.wait_until_accessible("Send at")
    program.desktop.type("tomorrow 9")
    program.wait_until_accessible("Tomorrow, 09:00")
    program.desktop.press("Enter")


def test_it_says_when_it_goes_and_the_server_has_it(mailwright: Launcher) -> None:
    program, person, server = scheduled(mailwright, "For tomorrow")
    program.wait_until_accessible("Scheduled for tomorrow, 09:00")
    program.desktop.shoot("scheduled-light")
    assert "Sending in" not in program.words()
    program.wait_until_accessible("Undo", role="push button")
    wait_until(lambda: server.count("outbox", "For tomorrow") == 1, "the server holds it")
    person.go_to("Outbox")
    program.wait_until_accessible("Scheduled for tomorrow, 09:00", role="table cell")
    program.desktop.shoot("scheduled-outbox-light")
    assert server.delivered("For tomorrow") == []
    program.desktop.press("Ctrl+Q")
    assert program.process.wait(20) == 0, "it holds nothing up"


def test_undo_brings_it_back_also_when_the_server_has_it(mailwright: Launcher) -> None:
    program, person, server = scheduled(mailwright, "Not tomorrow")
    program.wait_until_accessible("Scheduled for tomorrow, 09:00")
    wait_until(lambda: server.count("outbox", "Not tomorrow") == 1, "the server holds it")
    program.wait_until_gone("Compose", role="filler")
    program.desktop.press("Z")
    program.wait_until_focused("Message")
    program.wait_until_accessible("Not tomorrow")
    program.wait_until_accessible("See you there.")
    assert server.count("outbox", "Not tomorrow") == 0
    person.leave()
    program.wait_until_accessible("15 messages")
    assert server.count("drafts", "Not tomorrow") == 1
    assert server.delivered("Not tomorrow") == []


def test_undo_while_the_server_is_being_told_waits_for_its_answer(mailwright: Launcher) -> None:
    program, _, server = scheduled(mailwright, "On second thoughts", seconds=4)
    program.wait_until_accessible("Scheduling for tomorrow, 09:00")
    wait_until(lambda: server.requests("SendItem"), "the request is under way")
    program.desktop.press("Z")
    program.wait_until_accessible("Unscheduling")
    program.wait_until_focused("Message", seconds=30)
    program.wait_until_accessible("On second thoughts")
    assert server.count("outbox", "On second thoughts") == 0
    assert server.count("drafts", "On second thoughts") == 1
    assert len(server.requests("SendItem")) == 1


def test_closing_right_after_send_later_leaves_it_with_the_server(mailwright: Launcher) -> None:
    program, _, _ = scheduled(mailwright, "Out of the door", seconds=3)
    program.desktop.press("Ctrl+Q")
    assert program.process.wait(30) == 0
    again = mailwright()
    person, server = Person(again), ServerSide(again.sandbox)
    person.wait_until_ready()
    assert server.count("outbox", "Out of the door") == 1
    assert server.count("drafts", "Out of the door") == 0
    assert server.requests("SendItem") == []
    person.go_to("Outbox")
    again.wait_until_accessible("Scheduled for tomorrow, 09:00", role="table cell")


def test_where_the_server_does_not_wait_the_next_one_waits_here_also_after_a_kill(mailwright: Launcher) -> None:
    program = mailwright(hold=0.0)
    person, server = Person(program), ServerSide(program.sandbox)
    person.wait_until_ready()
    program.sandbox.manners("deferral-ignored")
    person.write(ANYONE, "Too early", "See you there.")
    for_tomorrow(program)
    server.wait_until_delivered("Too early")
    person.go_to("Sent")
    program.wait_until_accessible("This was sent before its time", seconds=30)
    program.wait_until_accessible("the server did not wait")
    assert "Scheduled for" not in program.words()
    program.desktop.shoot("sent-before-its-time")
    person.write(ANYONE, "In time", "See you then.")
    for_tomorrow(program)
    person.go_to("Outbox")
    program.wait_until_accessible("from this computer", role="table cell")
    program.desktop.shoot("waits-on-this-computer")
    program.kill()
    again = mailwright(hold=0.0)
    person = Person(again)
    person.wait_until_ready()
    again.sandbox.manners("deferral-ignored")
    person.go_to("Outbox")
    again.wait_until_accessible("from this computer", role="table cell")
    again.desktop.shoot("waits-on-this-computer-after-a-kill")
    server = ServerSide(again.sandbox)
    assert server.delivered("In time") == []
    assert server.delivered("Too early") == [ANYONE]
