"""Messages in windows of their own on a real screen: written there, sent from there, and open after a crash."""

from __future__ import annotations

from tests.end2end.desktop import wait_until
from tests.end2end.person import ANYONE, Person
from tests.end2end.program import Launcher
from tests.end2end.server_side import ServerSide


def test_a_message_is_written_and_sent_in_a_window_of_its_own(mailwright: Launcher) -> None:
    program = mailwright()
    person, server = Person(program), ServerSide(program.sandbox)
    person.wait_until_ready()
    person.write(ANYONE, "On its own", "Begun here")
    program.desktop.press("Ctrl+Shift+W")
    wait_until(lambda: program.desktop.active_title().startswith("On its own"), "its window has the focus")
    program.desktop.type(", ended there.")
    program.wait_until_accessible("Begun here, ended there.")
    program.desktop.shoot("message-window-light")
    program.desktop.press("Ctrl+Enter")
    assert server.wait_until_delivered("On its own") == [ANYONE]
    wait_until(lambda: program.desktop.active_title() == "Mailwright", "the main window has the focus again")
    assert server.body("sentitems", "On its own").strip() == "Begun here, ended there."


def test_after_a_crash_a_message_of_a_window_is_open_in_the_main_window(mailwright: Launcher) -> None:
    program = mailwright()
    person = Person(program)
    person.wait_until_ready()
    person.write(ANYONE, "Left open", "Every word")
    program.desktop.press("Ctrl+Shift+W")
    wait_until(lambda: program.desktop.active_title().startswith("Left open"), "its window has the focus")
    wait_until(lambda: program.has_on_disk("Every word"), "the last words are on disk", 5)
    program.kill()
    again = mailwright()
    again.wait_until_accessible("was open when Mailwright ended")
    again.wait_until_accessible("Every word")
