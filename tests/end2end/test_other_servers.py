"""A server that departs from the book in all ways that one was seen to, by keys in a real window: no word is untrue."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.end2end.desktop import wait_until
from tests.end2end.person import ANYONE, Person
from tests.end2end.program import Launcher, Program
from tests.end2end.server_side import ServerSide
from tests.end2end.test_attachments import attach, received
from tests.faults.promise.test_departures import WORST

FOR_THE_PERSON_TO_SAY = "It was not sent"
"""What the person is offered to say where the program cannot know it."""


def _depart(program: Program) -> None:
    names = {name: value for name, value in WORST.items() if value is True}
    program.sandbox.manners(*names, attachments_fade=0)


def _lose_the_reply(mailwright: Launcher, file: Path, *, done: bool) -> tuple[Program, ServerSide]:
    """Write with an attachment and send; the reply is lost, and the window is killed and started again."""
    file.write_bytes(b"the plan")
    program = mailwright()
    person = Person(program)
    person.wait_until_ready()
    _depart(program)
    server = ServerSide(program.sandbox)
    person.write(ANYONE, "At the worst server", "Every word of it.")
    attach(program, file)
    program.wait_until_focused("Message")
    program.desktop.shoot("worst-server-written")
    rule = {"operation": "SendItem", "action": "reset-after" if done else "reset-before"}
    program.sandbox.faults([rule])
    program.desktop.press("Ctrl+Enter")
    wait_until(lambda: server.requests("SendItem"), "the send is under way", 60)
    if done:
        server.wait_until_delivered("At the worst server")
    person.go_to("Outbox")
    program.wait_until_accessible("may have been sent", seconds=30)
    program.desktop.shoot("worst-server-reply-lost")
    program.kill()
    program = mailwright()
    person = Person(program)
    person.wait_until_ready()
    _depart(program)
    person.go_to("Outbox")
    return program, ServerSide(program.sandbox)


@pytest.mark.timeout(400)
@pytest.mark.parametrize("done", [True, False], ids=["it went", "it did not go"])
def test_at_the_worst_server_a_lost_reply_is_said_to_be_unknown_and_nothing_is_lost_or_sent_twice(
    mailwright: Launcher, tmp_path: Path, done: bool
) -> None:
    program, server = _lose_the_reply(mailwright, tmp_path / "plan.pdf", done=done)
    desktop = program.desktop
    program.wait_until_accessible(FOR_THE_PERSON_TO_SAY, seconds=60)
    desktop.press("Home")
    program.wait_until_accessible("plan.pdf")
    desktop.shoot("worst-server-after-a-restart")
    # What is not known is claimed nowhere, neither way; it is the person who can say it.
    words = program.words()
    assert "It was sent" in words
    for doubtful in ("Whether this was sent", "It was sent", FOR_THE_PERSON_TO_SAY):
        words = words.replace(doubtful, "")
    assert "was sent" not in words, words
    assert "not sent" not in words.lower(), words
    assert server.delivered("At the worst server") == ([ANYONE] if done else [])
    if done:
        assert received(server, "At the worst server") == {"plan.pdf": b"the plan"}
