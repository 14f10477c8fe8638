"""Recipients and Tab by real keys: a message goes to whom was typed, and each Tab leads where one means to go on."""

from __future__ import annotations

import pytest

from tests.end2end.desktop import wait_until
from tests.end2end.person import ANYONE, Person
from tests.end2end.program import Launcher, Program
from tests.end2end.server_side import ServerSide

MARC = "marc@partner.example"
SOFIA, LENA = "sofia.lindqvist@contoso.com", "lena.vogel@contoso.com"


@pytest.fixture
def program(mailwright: Launcher) -> Program:
    made = mailwright()
    Person(made).wait_until_ready()
    return made


@pytest.fixture
def server(program: Program) -> ServerSide:
    return ServerSide(program.sandbox)


def wait_until_saved_to(server: ServerSide, subject: str, wanted: list[str]) -> None:
    """Wait until the draft is on the server, and see to whom it is."""
    wait_until(lambda: server.count("drafts", subject) == 1, f"{subject!r} is on the server", 40)
    assert server.recipients("drafts", subject) == wanted


# --- what is mended --------------------------------------------------------------------------------------------------


def test_a_mended_address_is_the_one_that_was_typed_and_is_shown_whole_before_it_goes(
    program: Program, server: ServerSide
) -> None:
    person, desktop = Person(program), program.desktop
    person.write("Marc Lefévre", "Thursday", "Are you free?")
    desktop.press("Ctrl+Enter")
    program.wait_until_accessible("“Marc Lefévre” is not a complete address.")
    person.go_to("Drafts")
    desktop.press("F8")
    program.wait_until_accessible("Thursday", state="focused")
    desktop.press("A")
    program.wait_until_focused("To: edit recipient")
    desktop.type(MARC)
    desktop.press("Enter")
    program.wait_until_focused(f"{MARC}, 1 of 1")
    desktop.shoot("chip-mended-light")
    desktop.press("Ctrl+Enter")
    program.wait_until_accessible(f"First message to “{MARC}” (outside your organisation).")
    desktop.shoot("first-message-outside-light")
    assert server.requests("SendItem") == []
    wait_until_saved_to(server, "Thursday", [MARC])


def test_an_address_typed_right_behind_a_name_is_not_sent_to(program: Program, server: ServerSide) -> None:
    person, desktop = Person(program), program.desktop
    person.write("Marc Lefévre", "Friday", "Are you free?")
    desktop.press("Alt+T", "Left", "F2", "End")
    program.wait_until_focused("To: edit recipient")
    desktop.type(MARC)
    desktop.press("Enter")
    program.wait_until_accessible(f"“Marc Lefévre{MARC}” has a space in it.")
    desktop.shoot("chip-grown-together-light")
    desktop.press("Ctrl+Enter")
    program.wait_until_focused("To: edit recipient")
    assert server.requests("SendItem") == []
    desktop.press("Ctrl+A")  # letters typed at once would be for the message that follows a sent one
    desktop.type(f"Marc <{MARC}>")
    desktop.press("Enter", "Ctrl+Enter")
    program.wait_until_accessible(f"First message to “Marc <{MARC}>” (outside your organisation).")
    desktop.shoot("first-message-outside-named-light")


# --- Tab -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("typed", "reader"), [("so", SOFIA), ("sofia.lindqvist@contoso.com", SOFIA), (ANYONE, ANYONE)])
def test_the_readmes_way_without_a_pause_with_a_sheet_and_without(
    program: Program, server: ServerSide, typed: str, reader: str
) -> None:
    person, desktop = Person(program), program.desktop
    person.write(SOFIA, "To be known", "Once.")
    desktop.press("Ctrl+Enter")
    server.wait_until_delivered("To be known")
    person.go_to("Drafts")
    person.begin()
    desktop.type(typed)
    desktop.press("Tab")
    desktop.type("Coffee at ten")
    desktop.press("Tab")
    desktop.type("Shall we?")
    desktop.press("Ctrl+Enter")
    assert server.wait_until_delivered("Coffee at ten") == [reader]
    assert server.body("sentitems", "Coffee at ten").strip() == "Shall we?"


def test_tab_with_an_offer_that_is_not_meant_keeps_the_words_and_goes_on(program: Program, server: ServerSide) -> None:
    person, desktop = Person(program), program.desktop
    person.begin()
    desktop.type("northwind")
    program.wait_until_accessible("@northwindtraders.com, 1 of")
    desktop.shoot("suggestions-by-domain-light")
    desktop.press("Tab")
    program.wait_until_focused("Subject")
    desktop.type("Too little said")
    desktop.press("Tab")
    program.wait_until_focused("Message")
    desktop.press("Alt+T", "Left")
    program.wait_until_accessible("northwind, 1 of 1. “northwind” is not a complete address.")
    assert server.requests("SendItem") == []


def test_an_answer_of_the_directory_swallows_no_tab(program: Program) -> None:
    desktop = program.desktop
    program.sandbox.faults([{"operation": "ResolveNames", "nth": "every", "action": "stall", "seconds": 2}])
    Person(program).begin()
    desktop.type("len")
    wait_until(lambda: program.sandbox.journal("ResolveNames"), "the directory was asked")
    desktop.press("Tab")
    desktop.type("Your answer")
    desktop.press("Tab")
    program.wait_until_focused("Message", seconds=5)
    desktop.press("Alt+T", "Left")
    program.wait_until_accessible("len, 1 of 1. “len” is not a complete address.")


def test_tab_goes_from_the_text_to_send_and_along_and_back(program: Program, server: ServerSide) -> None:
    person, desktop = Person(program), program.desktop
    person.write(ANYONE, "On to Send", "Ready")
    for name, role in (("Send", "push button"), ("High importance", ""), ("Discard", "push button")):
        desktop.press("Tab")
        program.wait_until_focused(name, role=role)
        desktop.shoot(f"focus-on-{name.split()[-1].lower()}-light")
    desktop.press("Shift+Tab", "Shift+Tab", "Shift+Tab")
    program.wait_until_focused("Message")
    desktop.press("Shift+Tab")
    program.wait_until_focused("Subject")
    desktop.press("Tab", "Tab")
    program.wait_until_focused("Send", role="push button")
    desktop.press("Enter")
    desktop.shoot("enter-on-send-light")
    desktop.type("and steady")
    program.wait_until_focused("Message")
    desktop.press("Tab", "space")
    assert server.wait_until_delivered("On to Send") == [ANYONE]
    assert server.body("sentitems", "On to Send").strip() == "Readyand steady"


def test_in_formatted_text_tab_is_the_tables_and_the_lists_and_elsewhere_goes_to_send(program: Program) -> None:
    person, desktop = Person(program), program.desktop
    person.write(ANYONE, "A list", "")
    desktop.press("Ctrl+Shift+8")
    program.wait_until_accessible("Bulleted list")
    desktop.type("one")
    desktop.press("Enter", "Tab")
    desktop.type("within")
    program.wait_until_focused("Message")
    desktop.press("Shift+Tab", "Enter", "Enter")
    desktop.type("after")
    desktop.press("Tab")
    program.wait_until_focused("Send", role="push button")
    desktop.press("Shift+Tab", "Shift+Tab")
    program.wait_until_focused("Subject")
