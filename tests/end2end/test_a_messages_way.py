"""The main job, by keys in a real window: write, see it saved, send, see it arrive, in Sent, nowhere else."""

from __future__ import annotations

from tests.conformance import schema
from tests.end2end.desktop import wait_until
from tests.end2end.person import ANYONE, Person
from tests.end2end.program import Launcher
from tests.end2end.server_side import ServerSide


def test_a_message_typed_and_sent_reaches_the_inbox_once_and_sent_once_and_leaves_drafts(mailwright: Launcher) -> None:
    program = mailwright()
    person, server = Person(program), ServerSide(program.sandbox)
    person.wait_until_ready()
    person.write(ANYONE, "Dinner on Friday", "Dear James,\n\nshall we say eight?\n\nAnna")
    program.wait_until_accessible("Saved ", seconds=30)
    program.desktop.shoot("compose-light")
    assert server.count("drafts", "Dinner on Friday") == 1, "it saved itself"
    program.desktop.press("Ctrl+Enter")
    assert server.wait_until_delivered("Dinner on Friday") == [ANYONE]
    person.go_to("Sent")
    program.wait_until_accessible("Dinner on Friday")
    program.desktop.shoot("sent-light")
    assert server.count("inbox", "Dinner on Friday", ANYONE) == 1
    wait_until(lambda: server.count("sentitems", "Dinner on Friday") == 1, "the copy is in Sent")
    assert server.count("drafts", "Dinner on Friday") == 0
    assert server.body("sentitems", "Dinner on Friday").replace("\r\n", "\n").strip() == (
        "Dear James,\n\nshall we say eight?\n\nAnna"
    )
    assert len(server.requests("SendItem")) == 1
    assert server.delivered("Dinner on Friday") == [ANYONE], "still once"


def test_every_request_of_a_messages_way_is_valid_against_exchanges_schema(mailwright: Launcher) -> None:
    schema.require()
    program = mailwright()
    person, server = Person(program), ServerSide(program.sandbox)
    person.wait_until_ready()
    person.write(ANYONE, "First thoughts", "One.")
    person.save()
    program.desktop.type(" Two.")
    program.desktop.press("Alt+U")
    program.wait_until_focused("Subject")
    program.desktop.press("End")
    program.desktop.type(", and second")
    person.save()
    program.desktop.press("Ctrl+Enter")
    server.wait_until_delivered("First thoughts, and second")
    person.go_to("Sent")
    program.wait_until_accessible("First thoughts, and second")
    operations = {str(entry["operation"]) for entry in program.sandbox.journal()}
    assert {"CreateItem", "UpdateItem", "SendItem", "FindItem"} <= operations
    assert server.complaints() == []


def test_a_message_in_dark_is_the_same_message(mailwright: Launcher) -> None:
    program = mailwright()
    person, server = Person(program), ServerSide(program.sandbox)
    person.wait_until_ready()
    program.desktop.press("Ctrl+Shift+P")
    program.wait_until_focused("Command")
    program.desktop.type("light and dark")
    program.desktop.press("Enter")
    person.write(ANYONE, "Grüße aus Århus", "Größe, façade, naïve: alles da.")
    program.wait_until_accessible("Saved ", seconds=30)
    program.desktop.shoot("compose-dark")
    program.desktop.press("Alt+S")
    assert server.wait_until_delivered("Grüße aus Århus") == [ANYONE]
    assert server.body("sentitems", "Grüße aus Århus").strip() == "Größe, façade, naïve: alles da."


def test_enter_alone_never_sends_and_escape_keeps_what_was_written(mailwright: Launcher) -> None:
    program = mailwright()
    person, server = Person(program), ServerSide(program.sandbox)
    person.wait_until_ready()
    person.write(ANYONE, "Not yet", "unfinished")
    program.desktop.press("Enter", "Enter", "Escape")
    program.wait_until_accessible("Not yet")
    wait_until(lambda: server.count("drafts", "Not yet") == 1, "the draft is on the server")
    assert server.requests("SendItem") == []


def test_undo_takes_a_message_back_before_it_goes(mailwright: Launcher) -> None:
    program = mailwright(hold=30)
    person, server = Person(program), ServerSide(program.sandbox)
    person.wait_until_ready()
    person.write(ANYONE, "Too soon", "Oh.")
    program.desktop.press("Ctrl+Enter")
    program.wait_until_accessible("Sending in ")
    program.desktop.press("Z")
    program.wait_until_focused("Message")
    assert server.requests("SendItem") == []
    program.wait_until_accessible("Too soon")
