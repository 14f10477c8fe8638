"""Recipients by real keys over real HTTP: suggested, said of, checked, opened into members, and looked at twice."""

from __future__ import annotations

import pytest

from tests.conformance import schema
from tests.end2end.desktop import wait_until
from tests.end2end.person import Person
from tests.end2end.program import Launcher, Program
from tests.end2end.server_side import ServerSide

SOFIA, LENA = "sofia.lindqvist@contoso.com", "lena.vogel@contoso.com"


@pytest.fixture
def program(mailwright: Launcher) -> Program:
    made = mailwright()
    Person(made).wait_until_ready()
    return made


def finish(program: Program, server: ServerSide, subject: str) -> list[str]:
    """Write a subject, send, and return to whom it was delivered."""
    program.desktop.press("Alt+U")
    program.wait_until_focused("Subject")
    program.desktop.type(subject)
    program.desktop.press("Ctrl+Enter")
    return server.wait_until_delivered(subject)


def test_the_directory_offers_somebody_and_from_then_on_this_machine_does(mailwright: Launcher) -> None:
    program = mailwright()
    person, server = Person(program), ServerSide(program.sandbox)
    person.wait_until_ready()
    person.begin()
    # Nobody wrote to her yet: whom messages in Sent went to is known from there, and not asked for.
    program.desktop.type("len")
    program.wait_until_accessible("Lena Vogel, lena.vogel@contoso.com, from the directory")
    program.desktop.shoot("suggestions-light")
    program.desktop.press("Down", "Enter")
    program.wait_until_gone("from the directory")
    assert finish(program, server, "Once offered") == [LENA]
    asked = len(server.requests("ResolveNames"))
    person.go_to("Drafts")
    person.begin()
    program.desktop.type("vo")
    program.wait_until_accessible("Lena Vogel, lena.vogel@contoso.com, 1 of")
    program.desktop.press("Tab")
    program.wait_until_focused("Subject")
    assert len(server.requests("ResolveNames")) <= asked + 1
    person.leave()
    assert program.quit() == 0
    again = mailwright()
    person = Person(again)
    person.wait_until_ready()
    person.begin()
    again.desktop.type("le")
    again.wait_until_accessible("Lena Vogel, lena.vogel@contoso.com, 1 of")


def test_a_chip_says_what_the_server_says_of_its_recipient(program: Program) -> None:
    Person(program).begin()
    program.desktop.type(f"{LENA},old.orders@contoso.com,board@contoso.com,everyone@contoso.com,")
    wait_until(lambda: program.sandbox.journal("GetMailTips"), "tips were asked for")
    program.desktop.press("Home")
    program.wait_until_accessible("Automatic reply: I am at school on Thursdays and Fridays.")
    program.desktop.press("Right")
    program.wait_until_accessible("This mailbox is full and takes no more messages.")
    program.desktop.press("Right")
    program.wait_until_accessible("You may not write to this address.")
    program.desktop.press("Right")
    program.wait_until_accessible("A group of 6 members.")
    program.desktop.shoot("mail-tips-light")
    server = ServerSide(program.sandbox)
    schema.require()
    assert server.complaints() == []


def test_who_waits_on_a_chip_hears_what_the_server_says_later(program: Program) -> None:
    program.sandbox.faults([{"operation": "GetMailTips", "action": "stall", "seconds": 2}])
    Person(program).begin()
    program.desktop.type("everyone@contoso.com,")
    program.desktop.press("Home")
    program.wait_until_focused("everyone@contoso.com, 1 of 1")
    program.wait_until_accessible("A group of 6 members.")
    assert len(program.sandbox.journal("GetMailTips")) == 1


def test_a_group_is_opened_into_its_members(program: Program) -> None:
    server = ServerSide(program.sandbox)
    Person(program).begin()
    program.desktop.type("everyone@contoso.com,")
    program.desktop.press("Home")
    program.wait_until_accessible("A group of 6 members.")
    program.desktop.press("Alt+Right")
    wait_until(lambda: server.requests("ExpandDL"), "the members were asked for")
    program.wait_until_accessible("6 recipients")
    assert len(finish(program, server, "To each of you")) >= 1
    wait_until(lambda: len(server.delivered("To each of you")) == 6, "all six have it")


def test_names_are_checked_and_of_several_one_is_chosen(program: Program) -> None:
    server = ServerSide(program.sandbox)
    Person(program).begin()
    program.desktop.type("henrik,s,")
    program.desktop.press("Ctrl+K")
    program.wait_until_accessible("Sofia Lindqvist, sofia.lindqvist@contoso.com, from the directory, 1 of")
    program.desktop.shoot("check-names-light")
    program.desktop.press("Enter")
    program.wait_until_gone("from the directory")
    assert set(finish(program, server, "Both of you")) <= {SOFIA, "henrik.mueller@contoso.com"}
    wait_until(lambda: len(server.delivered("Both of you")) == 2, "both have it")


def test_a_slip_is_mended_by_one_key_before_it_goes(program: Program) -> None:
    server = ServerSide(program.sandbox)
    Person(program).begin()
    program.desktop.type("sofia.lindqvist@contosso.com,")
    program.desktop.press("Alt+U")
    program.wait_until_focused("Subject")
    program.desktop.type("Nearly lost")
    program.desktop.press("Ctrl+Enter")
    program.wait_until_accessible("did you mean contoso.com?")
    program.desktop.shoot("findings-light")
    assert server.requests("SendItem") == []
    program.desktop.press("Alt+1")
    program.wait_until_gone("did you mean contoso.com?")
    program.desktop.press("Ctrl+Enter")
    assert server.wait_until_delivered("Nearly lost") == [SOFIA]


def test_a_directory_that_never_answers_holds_up_no_key(program: Program) -> None:
    program.sandbox.faults([{"operation": "ResolveNames", "action": "stall", "seconds": 60}])
    Person(program).begin()
    program.desktop.type("sofia.lindqvist@contoso.com")
    program.desktop.press("Tab")
    program.wait_until_focused("Subject", seconds=5)
