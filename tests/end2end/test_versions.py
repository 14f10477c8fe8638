"""An earlier version of a draft, by keys and on a real disk: deleted, killed, started again, and brought back."""

from __future__ import annotations

from tests.end2end.desktop import wait_until
from tests.end2end.person import ANYONE, Person
from tests.end2end.program import Launcher
from tests.end2end.server_side import ServerSide

FIRST = "We meet on Monday at ten."
SECOND = "Please bring the contract and both of the drawings."


def test_a_deleted_paragraph_is_brought_back_after_the_program_was_killed(mailwright: Launcher) -> None:
    program = mailwright()
    person, server = Person(program), ServerSide(program.sandbox)
    person.wait_until_ready()
    person.write(ANYONE, "Versions", FIRST)
    program.desktop.press("Enter")
    program.desktop.type(SECOND)
    wait_until(lambda: server.count("drafts", "Versions") == 1, "it is saved in a pause", 30)
    wait_until(lambda: SECOND in server.body("drafts", "Versions"), "all of it is saved", 30)
    program.desktop.press("Shift+Home", "Delete")
    wait_until(lambda: SECOND not in server.body("drafts", "Versions"), "the deletion is saved", 30)
    program.kill()

    program = mailwright()
    person, server = Person(program), ServerSide(program.sandbox)
    person.wait_until_ready()
    program.wait_until_focused("Message")
    program.desktop.press("Ctrl+Shift+P")
    program.desktop.type("Earlier versions")
    program.desktop.press("Enter")
    program.wait_until_focused("Earlier versions, newest first")
    program.wait_until_accessible("This version says what the message says now.")
    program.desktop.press("Down")
    program.wait_until_accessible("1 difference")
    program.wait_until_accessible(SECOND)
    program.desktop.shoot("versions-light")
    program.desktop.press("Enter")
    program.wait_until_accessible("is back")
    program.wait_until_focused("Message")
    program.desktop.shoot("versions-brought-back")
    wait_until(lambda: SECOND in server.body("drafts", "Versions"), "it is saved", 30)
    program.desktop.press("Ctrl+Z")
    wait_until(lambda: SECOND not in server.body("drafts", "Versions"), "it is undone, and saved", 30)
    assert server.count("drafts", "Versions") == 1
