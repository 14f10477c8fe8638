"""What goes on after sending, in a real window: a reminder is asked for by keys, and said on its row."""

from __future__ import annotations

from tests.end2end.desktop import Desktop
from tests.end2end.person import Person
from tests.end2end.program import Launcher


def test_a_reminder_is_asked_for_and_said_on_its_row(desktop: Desktop, mailwright: Launcher) -> None:
    program = mailwright()
    Person(program).wait_until_ready()
    desktop.press("Ctrl+3", "Home")
    desktop.press("Shift+N")
    program.wait_until_focused("Remind me if nobody answers by")
    desktop.type("by friday")
    desktop.shoot("reminder-asked")
    desktop.press("Enter")
    program.wait_until_accessible("if nobody answers")
    desktop.shoot("reminder-said")
    desktop.press("Shift+E")
    program.wait_until_accessible("again to")
    desktop.shoot("resend-asked")
    desktop.press("Esc")
    program.wait_until_gone("again to")
