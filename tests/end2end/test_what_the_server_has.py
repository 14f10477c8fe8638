"""What the server has beside the messages of this machine, in a real window: mailboxes, categories, its Outbox."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tests.end2end.person import ANYONE, Person
from tests.end2end.program import Launcher
from tests.end2end.server_side import ServerSide
from tests.integration.sandbox import soap


def test_a_mailbox_that_the_server_names_is_sent_from_without_being_typed(mailwright: Launcher) -> None:
    program = mailwright()
    desktop, person = program.desktop, Person(program)
    person.wait_until_ready()
    desktop.press("Ctrl+Shift+P")
    desktop.type("mailboxes to send")
    desktop.press("Enter")
    program.wait_until_focused("Address of the mailbox")
    program.wait_until_accessible("was not asked yet")
    desktop.press("Shift+Tab")
    program.wait_until_focused("Ask the server again")
    desktop.press("Enter")
    program.wait_until_accessible("Named by your server")
    program.wait_until_accessible("Your server names 1 mailbox")
    desktop.shoot("a-mailbox-named-by-the-server")
    desktop.press("Esc", "Esc")
    program.wait_until_accessible("Drafts of Sales")
    person.begin()
    desktop.type(ANYONE)
    desktop.press("Alt+F")
    desktop.type("sales")
    desktop.press("Enter")
    program.wait_until_accessible("sales@contoso.com")
    desktop.press("Alt+O")
    program.wait_until_focused("Importance")
    desktop.press("Tab", "Tab")
    program.wait_until_focused("Categories")
    desktop.type("tra")
    desktop.press("End")
    desktop.press("Tab")
    desktop.shoot("a-category-of-the-server")
    assert "Trade fair" in program.words()
    asked = [entry["operation"] for entry in program.sandbox.journal()]
    assert (asked.count("Autodiscover"), asked.count("GetUserConfiguration")) == (1, 1)


def test_a_message_that_another_program_left_for_later_is_read_and_taken_back(mailwright: Launcher) -> None:
    program = mailwright()
    desktop, person, server = program.desktop, Person(program), ServerSide(program.sandbox)
    person.wait_until_ready()
    later = (datetime.now(UTC) + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    path = '<t:ExtendedFieldURI PropertyTag="0x3FEF" PropertyType="SystemTime"/>'
    held = f"<t:ExtendedProperty>{path}<t:Value>{later}</t:Value></t:ExtendedProperty>"
    message = soap.message("Left for later", "Dear James", ANYONE, extended=held)
    made = program.sandbox.post(soap.create(message)).ids()
    program.sandbox.post(soap.send(made))
    person.go_to("Outbox")
    program.wait_until_accessible("Left for later")
    program.wait_until_accessible("Scheduled for tomorrow")
    desktop.press("Home", "H")
    program.wait_until_accessible("Goes at: ")
    desktop.shoot("a-message-that-another-program-left")
    desktop.press("H", "A")
    program.wait_until_accessible("Taken back: it is a draft again")
    person.go_to("Drafts")
    program.wait_until_accessible("Left for later")
    assert (server.count("outbox", "Left for later"), server.count("drafts", "Left for later")) == (0, 1)
    assert program.sandbox.deliveries() == []


def test_all_that_is_known_of_a_message_is_shown_by_a_key(mailwright: Launcher) -> None:
    program = mailwright()
    desktop, person = program.desktop, Person(program)
    person.wait_until_ready()
    person.go_to("Sent")
    program.wait_until_accessible(" messages")
    desktop.press("Home", "H")
    for label in ("Sender: Clara Fontaine", "Message-ID: ", "Conversation: ", "Place in the conversation: ", "Read: "):
        program.wait_until_accessible(label)
    desktop.shoot("all-that-is-known-of-a-message")
