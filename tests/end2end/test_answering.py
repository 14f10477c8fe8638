"""What was received is answered by real keys: one key, some letters, Enter, and the first word."""

from __future__ import annotations

from tests.end2end.desktop import wait_until
from tests.end2end.person import Person
from tests.end2end.program import Launcher
from tests.end2end.server_side import ServerSide


def test_what_was_received_is_answered_from_where_one_is(mailwright: Launcher) -> None:
    program = mailwright()
    person, server, desktop = Person(program), ServerSide(program.sandbox), program.desktop
    person.wait_until_ready()
    subject = server.subjects("inbox")[0]
    topic = subject.removeprefix("RE: ")
    desktop.press("Ctrl+5")
    program.wait_until_accessible(subject)
    desktop.shoot("received")
    desktop.type(topic.split()[0].lower())
    desktop.press("Enter")
    program.wait_until_focused("Message")
    wait_until(lambda: f"Subject: {subject}" in program.words(), "the older message is there")
    desktop.type("Thank you")
    desktop.press("Ctrl+Enter")
    server.wait_until_delivered(f"RE: {topic}")
    assert server.complaints() == []
