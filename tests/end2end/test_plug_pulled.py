"""Engine, sandbox and window ended in the midst of each step: the window lives, says what is so, no word is gone."""

from __future__ import annotations

import pytest

from tests.end2end.desktop import wait_until
from tests.end2end.person import ANYONE, Person
from tests.end2end.program import Launcher, Program
from tests.end2end.server_side import ServerSide

ENGINE = "--engine"
SANDBOX = "app.sandbox"


def _engine(program: Program) -> str:
    return ENGINE if any(ENGINE in line for line in program.parts()) else "app.engine"


def test_the_engine_killed_while_one_types_costs_nothing(mailwright: Launcher) -> None:
    program = mailwright()
    person, server = Person(program), ServerSide(program.sandbox)
    person.wait_until_ready()
    person.write(ANYONE, "Engine gone", "Before.")
    program.kill_part(_engine(program))
    program.desktop.type(" After.")
    program.desktop.press("Ctrl+S")
    wait_until(lambda: server.count("drafts", "Engine gone") == 1, "a new engine saved it", 30)
    program.desktop.press("Ctrl+Enter")
    assert server.wait_until_delivered("Engine gone") == [ANYONE]
    assert server.body("sentitems", "Engine gone").strip() == "Before. After."


@pytest.mark.parametrize("after", [False, True], ids=["before it is done", "after it is done"])
def test_the_engine_killed_during_a_save_leaves_one_draft(mailwright: Launcher, after: bool) -> None:
    program = mailwright()
    person, server = Person(program), ServerSide(program.sandbox)
    person.wait_until_ready()
    program.sandbox.faults([{"operation": "CreateItem", "action": "stall", "seconds": 3, "after": after}])
    person.write(ANYONE, "Half saved", "Every word of it.")
    program.desktop.press("Ctrl+S")
    wait_until(lambda: server.requests("CreateItem"), "the save is under way")
    program.kill_part(_engine(program))
    program.desktop.press("Ctrl+S")
    program.wait_until_accessible("Saved ", seconds=30)
    wait_until(lambda: server.count("drafts", "Half saved") == 1, "the draft is there")
    program.desktop.press("Ctrl+Enter")
    assert server.wait_until_delivered("Half saved") == [ANYONE]
    assert server.body("sentitems", "Half saved").strip() == "Every word of it."
    wait_until(lambda: server.count("drafts", "Half saved") == 0, "no second draft was left behind")


def _kill_the_engine_during_a_send(program: Program, stall: dict[str, object]) -> tuple[Person, ServerSide]:
    person, server = Person(program), ServerSide(program.sandbox)
    person.wait_until_ready()
    person.write(ANYONE, "Cut short", "Once only.")
    person.save()
    program.sandbox.faults([{"operation": "SendItem", "action": "stall", **stall}])
    before = len(server.requests("SendItem"))
    program.desktop.press("Ctrl+Enter")
    wait_until(lambda: len(server.requests("SendItem")) > before, "the send is under way")
    program.kill_part(_engine(program))
    return person, server


def test_the_engine_killed_after_a_message_was_sent_finds_it_and_never_sends_it_twice(mailwright: Launcher) -> None:
    program = mailwright()
    person, server = _kill_the_engine_during_a_send(program, {"seconds": 2, "after": True})
    server.wait_until_delivered("Cut short")
    person.go_to("Sent")
    program.wait_until_accessible("Cut short", seconds=30)
    assert server.delivered("Cut short") == [ANYONE]
    assert len(server.requests("SendItem")) == 1
    assert server.count("drafts", "Cut short") == 0


def test_before_the_first_message_has_gone_what_a_draft_proves_is_not_known(mailwright: Launcher) -> None:
    """Some servers send a message and leave its draft: this one was not seen yet to take drafts away."""
    program = mailwright()
    person, server = _kill_the_engine_during_a_send(program, {"seconds": 25})
    person.go_to("Outbox")
    program.wait_until_accessible("may have been sent", seconds=20)
    done = "the server is done with the lost request"
    wait_until(lambda: all(one["status"] for one in server.requests("SendItem")), done, 40)
    program.wait_until_accessible("may have been sent")
    assert server.delivered("Cut short") == [], "the fence holds all the same"


def test_the_engine_killed_before_a_message_is_sent_has_a_late_request_refused_and_says_that_it_was_not(
    mailwright: Launcher,
) -> None:
    program = mailwright()
    Person(program).send_without_trouble()
    person, server = _kill_the_engine_during_a_send(program, {"seconds": 25})
    person.go_to("Outbox")
    program.wait_until_accessible("this was not sent", seconds=45)
    done = "the server is done with the lost request"
    wait_until(lambda: all(one["status"] for one in server.requests("SendItem")), done, 40)
    assert server.delivered("Cut short") == [], "what was said not to be sent is not sent late"
    program.desktop.press("R")
    assert server.wait_until_delivered("Cut short") == [ANYONE]
    person.go_to("Sent")
    program.wait_until_accessible("Cut short", seconds=30)
    assert server.delivered("Cut short") == [ANYONE]
    wait_until(lambda: server.count("drafts", "Cut short") == 0, "no draft was left behind")


def test_the_sandbox_killed_while_one_types_is_said_and_the_text_is_there_after_a_restart(
    mailwright: Launcher,
) -> None:
    program = mailwright()
    person = Person(program)
    person.wait_until_ready()
    person.write(ANYONE, "Server gone", "Typed before.")
    program.kill_part(SANDBOX)
    program.desktop.type(" Typed after.")
    program.desktop.press("Ctrl+S")
    program.wait_until_accessible("Saved on this computer only", seconds=30)
    program.wait_until_accessible("Not connected", seconds=30)
    program.desktop.shoot("offline-light")
    program.kill()
    again = mailwright()
    person, server = Person(again), ServerSide(again.sandbox)
    person.wait_until_ready()
    again.wait_until_accessible("Server gone")
    wait_until(lambda: server.count("drafts", "Server gone") == 1, "it is saved once the server is back", 30)
    assert server.body("drafts", "Server gone").strip() == "Typed before. Typed after."


def test_the_sandbox_killed_during_a_send_is_told_as_not_known_and_settled_after_a_restart(
    mailwright: Launcher,
) -> None:
    program = mailwright()
    person, server = Person(program), ServerSide(program.sandbox)
    person.wait_until_ready()
    person.write(ANYONE, "In flight", "Once only.")
    person.save()
    program.sandbox.faults([{"operation": "SendItem", "action": "stall", "seconds": 30, "after": True}])
    program.desktop.press("Ctrl+Enter")
    wait_until(lambda: server.delivered("In flight"), "the server has done it, and says nothing")
    program.kill_part(SANDBOX)
    person.go_to("Outbox")
    program.wait_until_accessible("may have been sent", seconds=30)
    program.desktop.shoot("outbox-unknown-light")
    program.kill()
    again = mailwright()
    person, server = Person(again), ServerSide(again.sandbox)
    person.wait_until_ready()
    person.go_to("Sent")
    again.wait_until_accessible("In flight", seconds=30)
    wait_until(lambda: server.count("sentitems", "In flight") == 1, "it is in Sent")
    assert server.count("inbox", "In flight", ANYONE) == 1
    assert server.count("drafts", "In flight") == 0
    assert server.requests("SendItem") == [], "it is not sent again"


def test_the_window_killed_while_one_types_has_every_word_at_the_next_start(mailwright: Launcher) -> None:
    program = mailwright()
    person = Person(program)
    person.wait_until_ready()
    person.write(ANYONE, "Power cut", "Every word")
    program.wait_until_accessible("Every word")
    wait_until(lambda: program.has_on_disk("Every word"), "the last words are on disk", 5)
    program.kill()
    again = mailwright()
    person, server = Person(again), ServerSide(again.sandbox)
    person.wait_until_ready()
    again.wait_until_accessible("Power cut")
    wait_until(lambda: server.count("drafts", "Power cut") == 1, "it is saved", 30)
    assert server.body("drafts", "Power cut").strip() == "Every word"
