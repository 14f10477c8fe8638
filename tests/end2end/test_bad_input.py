"""What nobody should type or paste, and somebody will: a clear word or clean handling, and nothing lost in any case."""

from __future__ import annotations

import pytest

from tests.end2end.desktop import wait_until
from tests.end2end.person import ANYONE, Person
from tests.end2end.program import Launcher, Program
from tests.end2end.server_side import ServerSide


@pytest.fixture
def program(mailwright: Launcher) -> Program:
    program = mailwright()
    Person(program).wait_until_ready()
    return program


@pytest.fixture
def server(program: Program) -> ServerSide:
    return ServerSide(program.sandbox)


def test_an_address_that_cannot_be_is_told_at_the_message_and_nothing_is_sent(
    program: Program, server: ServerSide
) -> None:
    Person(program).write("jon", "Mend me", "Hello")
    program.desktop.press("Ctrl+Enter")
    program.wait_until_accessible("“jon” is not a complete address.")
    program.desktop.shoot("compose-bad-address-light")
    assert server.requests("SendItem") == []
    program.desktop.press("Ctrl+A")
    program.desktop.type(ANYONE)
    program.desktop.press("Enter", "Ctrl+Enter")
    assert server.wait_until_delivered("Mend me") == [ANYONE]


def test_a_message_to_nobody_says_what_is_missing(program: Program, server: ServerSide) -> None:
    person = Person(program)
    person.begin()
    program.desktop.press("Alt+U")
    program.wait_until_focused("Subject")
    program.desktop.type("To nobody")
    program.desktop.press("Ctrl+Enter")
    program.wait_until_accessible("Add a recipient.")
    assert server.requests("SendItem") == []


def test_ten_thousand_pasted_addresses_all_arrive_in_the_draft(program: Program, server: ServerSide) -> None:
    person = Person(program)
    person.begin()
    wanted = [f"person{number}@contoso.com" for number in range(10_000)]
    with program.desktop.copied("; ".join(wanted)):
        program.desktop.press("Ctrl+V")
        program.wait_until_accessible("10000 recipients", seconds=30)
    program.desktop.press("Alt+U")
    program.wait_until_focused("Subject")
    program.desktop.type("To the whole town")
    program.desktop.press("Ctrl+S")
    program.wait_until_accessible("Saved ", seconds=40)
    wait_until(lambda: server.count("drafts", "To the whole town") == 1, "the draft is there", 40)
    assert server.recipients("drafts", "To the whole town") == wanted


def test_a_subject_of_300_characters_stays_whole_and_is_told_before_sending(
    program: Program, server: ServerSide
) -> None:
    Person(program).write(ANYONE, "s" * 300, "Hello")
    program.wait_until_accessible("The subject has 300 characters")
    program.desktop.press("Ctrl+Enter")
    program.wait_until_accessible("Exchange keeps 255", role="panel")
    assert server.requests("SendItem") == []
    program.wait_until_accessible("s" * 300)


def test_line_breaks_and_control_characters_in_a_pasted_subject_become_one_clean_line(
    program: Program, server: ServerSide
) -> None:
    Person(program).write(ANYONE, "", "Hello")
    program.desktop.press("Alt+U")
    program.wait_until_focused("Subject")
    with program.desktop.copied("one\r\ntwo\nthree\x00\x07\u2028four"):
        program.desktop.press("Ctrl+V")
        program.wait_until_accessible("four", role="text")
    program.desktop.press("Ctrl+Enter")
    sent = wait_until(lambda: [row["subject"] for row in program.sandbox.deliveries()], "it is delivered")
    (subject,) = sent
    assert subject.split() == ["one", "two", "three", "four"]
    assert subject.isprintable()


def test_control_characters_and_lone_surrogates_in_a_pasted_text_do_no_harm(
    program: Program, server: ServerSide
) -> None:
    Person(program).write(ANYONE, "Strange signs", "")
    with program.desktop.copied("before\x00\x01\x0b\ud800 and \udfff after 😀 end"):
        program.desktop.press("Ctrl+V")
        program.wait_until_accessible("end")
    program.desktop.press("Ctrl+Enter")
    assert server.wait_until_delivered("Strange signs") == [ANYONE]
    body = server.body("sentitems", "Strange signs")
    for part in ("before", " and ", " after 😀 end"):
        assert part in body


def test_a_paste_of_five_megabytes_is_saved_whole_and_the_window_stays_alive(
    program: Program, server: ServerSide
) -> None:
    Person(program).write(ANYONE, "Five megabytes", "")
    line = "The quick brown fox jumps over the lazy dog, again and again.\n"
    text = line * (5 * 1024 * 1024 // len(line))
    with program.desktop.copied(text):
        program.desktop.press("Ctrl+V")
        program.desktop.press("Alt+U")
        program.wait_until_focused("Subject", seconds=10)
        program.desktop.press("Alt+M")
        program.wait_until_focused("Message", seconds=20)
        program.desktop.press("Ctrl+S")
        wait_until(
            lambda: (
                server.count("drafts", "Five megabytes") == 1
                and len(server.body("drafts", "Five megabytes").replace("\r\n", "\n").rstrip()) == len(text.rstrip())
            ),
            "all of it is on the server",
            60,
        )
    assert server.body("drafts", "Five megabytes").replace("\r\n", "\n").rstrip() == text.rstrip()
