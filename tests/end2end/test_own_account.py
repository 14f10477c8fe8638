"""An account of one's own, by keys: set up against a server that the program did not start, told what fails, kept."""

from __future__ import annotations

import pytest

from tests.end2end.desktop import wait_until
from tests.end2end.person import ANYONE, Person
from tests.end2end.program import Launcher, Program
from tests.end2end.server_side import ServerSide
from tests.sandbox_fixture import RunningSandbox


def _fill(program: Program, sandbox: RunningSandbox, *, password: str, ca_file: str) -> None:
    first = sandbox.first
    program.desktop.press("Alt+M")
    program.wait_until_focused("Mail server")
    for key, name, text in (
        ("Alt+E", "E-mail address", first["address"]),
        ("Alt+V", "Mail server", sandbox.url),
        ("Alt+U", "User", first["user"]),
        ("Alt+P", "Password", password),
        ("Alt+C", "CA file", ca_file),
    ):
        program.desktop.press(key)
        program.wait_until_focused(name)
        program.desktop.press("Ctrl+A", "Delete")
        if text:
            program.desktop.type(text)


@pytest.fixture
def program(mailwright: Launcher) -> Program:
    program = mailwright(sandbox=False)
    program.desktop.press("Ctrl+,")
    program.wait_until_accessible("Set up your mailbox")
    return program


def test_an_account_is_set_up_tested_kept_and_used_and_its_password_asked_for_at_the_next_start(
    program: Program, mailwright: Launcher, sandbox: RunningSandbox
) -> None:
    _fill(program, sandbox, password=sandbox.first["password"], ca_file=sandbox.ca_file)
    program.wait_until_accessible("No keyring here")
    program.desktop.press("Enter")
    program.wait_until_accessible("The connection works")
    program.wait_until_focused("Save")
    program.desktop.shoot("account-works-light")
    program.desktop.press("Enter")
    program.wait_until_accessible("is set up")
    person, server = Person(program), ServerSide(sandbox)
    person.wait_until_ready()
    person.write(ANYONE, "From my own account", "Hello")
    program.desktop.press("Ctrl+Enter")
    assert server.wait_until_delivered("From my own account") == [ANYONE]
    program.quit()
    secret = sandbox.first["password"].encode()
    for file in mailwright.data.rglob("*"):
        assert not file.is_file() or secret not in file.read_bytes(), f"the password is in {file.name}"
    assert sandbox.first["password"] not in program.said()

    again = mailwright(sandbox=False)
    again.wait_until_accessible("Password for", seconds=20)
    again.wait_until_accessible("Waiting for your password")
    again.wait_until_focused("Drafts", role="table")  # what was there last time is there meanwhile
    again.desktop.shoot("sign-in-light")
    again.desktop.press("Alt+P")
    again.wait_until_focused("Password for")
    again.desktop.type("wrong")
    again.desktop.press("Enter")
    again.wait_until_accessible("does not accept this password")
    again.desktop.type(sandbox.first["password"])
    again.desktop.press("Enter")
    again.wait_until_gone("Password for")
    Person(again).wait_until_ready()
    Person(again).go_to("Sent")
    again.wait_until_accessible("From my own account")


def test_a_server_that_cannot_be_confirmed_is_told_and_gets_no_password(
    program: Program, sandbox: RunningSandbox
) -> None:
    _fill(program, sandbox, password=sandbox.first["password"], ca_file="")
    program.desktop.press("Enter")
    program.wait_until_accessible("Could not confirm that")
    program.desktop.shoot("account-not-genuine-light")
    program.desktop.press("Alt+S", "Alt+Y")
    assert sandbox.journal() == []
    program.wait_until_accessible("The connection does not work yet")


def test_a_wrong_password_is_told_at_its_step_and_mended_in_place(program: Program, sandbox: RunningSandbox) -> None:
    _fill(program, sandbox, password="not it", ca_file=sandbox.ca_file)
    program.desktop.press("Enter")
    program.wait_until_accessible("does not accept this user and password")
    program.desktop.press("Alt+P")
    program.wait_until_focused("Password")
    program.desktop.press("Ctrl+A")
    program.desktop.type(sandbox.first["password"])
    program.desktop.press("Enter")
    program.wait_until_accessible("The connection works")
    wait_until(lambda: sandbox.journal("FindItem"), "the server was asked")
